"""The two databases a bar runs on, each in an installation of its own."""

from __future__ import annotations

import atexit
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.bars.installation import Installation
from tests.machine import Cluster, a_cluster, no_cluster

BOTH = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]


@contextmanager
def installed(kind: str, folder: Path, *, empty: bool = False) -> Iterator[Installation]:
    """An installation with its tables, or without; skipped with its reason where the machine has no server to lend."""
    if kind == "sqlite":
        house = Installation(folder)
        yield house if empty else house.migrated()
        return
    if why := no_cluster():
        pytest.skip(why)
    with a_cluster() if empty else with_tables() as cluster:
        yield Installation(folder, cluster.url)


@contextmanager
def with_tables(**settings: str) -> Iterator[Cluster]:
    """A cluster with every table and no row of ours: a copy of the one that was made first in this run."""
    with a_cluster(_tables(), **settings) as cluster:
        yield cluster


@cache
def _tables() -> Path:
    """The folder of a stopped cluster with every table; gone when the run ends."""
    folder = Path(mkdtemp(prefix="kechuang-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with a_cluster() as cluster:
        Installation(folder / "house", cluster.url).migrated()
        cluster.stop("fast")
        subprocess.run(["cp", "-a", str(cluster.folder), str(folder / "cluster")], check=True)
    return folder / "cluster"
