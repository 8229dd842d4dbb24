"""The same seed writes the same bytes: two runs in two folders, every record's digest alike."""

from __future__ import annotations

import pytest

from tests.bars.installation import Installation

pytestmark = pytest.mark.bar


def test_two_runs_of_one_seed_leave_the_same_records_and_another_seed_does_not(tmp_path):
    first, again, other = (
        Installation(tmp_path / name).migrated().told("scene", "deterministic", seed)
        for name, seed in (("first", "1"), ("again", "1"), ("other", "2"))
    )

    assert first == again
    assert set(first["digests"]).isdisjoint(other["digests"])
