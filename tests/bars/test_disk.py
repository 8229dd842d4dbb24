"""A full disk, and a disk that takes no writes: said at once and honestly, reading goes on, nothing acknowledged is lost, no restart."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.bars.installation import Installation

pytestmark = pytest.mark.bar
SIZE = 24  # MB


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own, of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid():
        pytest.skip("only root may mount a disk of its own for this bar")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_is_told_with_503_and_nothing_that_was_acknowledged_is_lost(small_disk):
    house = Installation(small_disk).migrated()
    wanted = [one for one in house.scene("work", "4", of="crash_scenes") if "submit_to_unit" in one["address"]]
    told = house.scene("disk_full", json.dumps(wanted), of="crash_scenes")

    assert (told["before"], told["during"]["ready"], told["during"]["home"]) == ([200, 200], 503, 200)
    assert set(told["full"]) <= {200, 503} and 503 in told["full"]
    assert (told["ready"], told["after"], told["records"]) == (200, [200] * len(wanted), len(wanted))
    assert told["database"] == []
