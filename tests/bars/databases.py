"""The two databases a bar runs on, each in an installation of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bars.installation import Installation
from tests.machine import a_cluster, no_cluster

BOTH = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]


@contextmanager
def installed(kind: str, folder: Path) -> Iterator[Installation]:
    """An installation without tables; skipped with its reason where the machine has no server to lend."""
    if kind == "sqlite":
        yield Installation(folder)
        return
    if why := no_cluster():
        pytest.skip(why)
    with a_cluster() as url:
        yield Installation(folder, url)
