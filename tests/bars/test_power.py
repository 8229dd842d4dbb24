"""The power goes at a moment nobody chose: what was acknowledged is on the disk, whatever of the rest arrived."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.bars import powerloss
from tests.bars.installation import LONG, ROOT, Installation

pytestmark = pytest.mark.bar
SUBMISSIONS, IMAGES, AUDITED = (60, 520, 20) if LONG else (6, 64, 1)


@dataclass
class Recording:
    """An installation as it was before, and every write and sync of some submissions to it."""

    house: Installation
    before: Path
    trace: Path
    acks: Path

    def images(self, folder: Path, count: int, seed: int):
        """As many images of the disk, half of them right after an acknowledgement; each with what was acknowledged by then."""
        happened = list(powerloss.events(self.trace))
        rng = Random(seed)
        told = [n for n, one in enumerate(happened) if one.path == str(self.acks) and one.kind == "w"]
        moments = sorted(
            [rng.choice(told) for _ in range(count // 2)] + [rng.randrange(len(happened)) for _ in range(count // 2)]
        )
        disk, acked, at = powerloss.Disk(self.house.folder), [], 0
        disk.named = {}  # what lies there now was written later: a file of an image is one of before, or of the events
        for name, file in powerloss.Disk(self.before).named.items():
            disk.named[name.replace(str(self.before), str(self.house.folder))] = file
        disk.kept = dict(disk.named)
        for number, moment in enumerate(moments):
            for one in happened[at : moment + 1]:
                if one.path == str(self.acks):
                    acked += one.data.decode().splitlines() if one.kind == "w" else []
                else:
                    disk.take(one)
            at = moment + 1
            image = folder / f"{number}"
            disk.image(image, powerloss.MODES[number % 4], rng)
            yield image, list(acked), disk


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    found = powerloss.recorder(tmp_path_factory.mktemp("recorder"))
    if found is None:
        pytest.skip("no C compiler, or no Linux: writes and syncs cannot be recorded")
    return found


def recording(folder: Path, library: Path, synchronous: str) -> Recording:
    house = Installation(folder / "house").migrated()
    told = house.told("scene", "prepared", str(SUBMISSIONS))
    before = shutil.copytree(house.folder, folder / "before")
    made = Recording(house, before, folder / "trace", house.folder / "acks")
    env = {
        **house.env, "LD_PRELOAD": str(library), "RECORDED": str(house.folder), "TRACE": str(made.trace),
        "ACKS": str(made.acks),
    }  # fmt: skip
    command = house.command("scene", "recorded", str(told["round"]), json.dumps(told["people"]), synchronous)
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return made


def wrong(image: Path, acked: list[str]) -> list[str]:
    """What this image lacks: a whole database, an acknowledged submission, its file."""
    found = []
    with sqlite3.connect(image / "data" / "kechuang.sqlite3") as database:
        try:
            whole = database.execute("PRAGMA integrity_check").fetchall()
            found += [] if whole == [("ok",)] else ["corrupt"]
            known = {row[0] for row in database.execute("SELECT digest FROM casework_record")}
        except sqlite3.DatabaseError:
            return ["corrupt"]
    for line in acked:
        record, file = line.split()
        found += [] if record in known else ["lost"]
        kept = image / "data" / "files" / file[:2] / file
        found += [] if kept.exists() and powerloss.sha256(kept) == file else ["file lost"]
    return found


def audited(image: Path) -> list[str]:
    """The codes of what `verify` finds wrong with an image; a draft that was being opened has no record yet."""
    told = Installation(image).told("verify", "--json")
    return sorted({fault["code"] for fault in told["faults"]} - {"row_without_record"})


def test_no_power_cut_loses_or_spoils_what_was_acknowledged(tmp_path, library):
    made = recording(tmp_path, library, "FULL")
    faults, audits = [], []
    for number, (image, acked, _) in enumerate(made.images(tmp_path / "images", IMAGES, seed=1)):
        faults += [(number, one) for one in wrong(image, acked)]
        if number % (IMAGES // AUDITED) == IMAGES // AUDITED - 1:
            audits += audited(image)
        shutil.rmtree(image)
    *_, (_, acked, disk) = made.images(tmp_path / "images", 2, seed=2)

    assert (faults, audits) == ([], [])
    assert disk.syncs / SUBMISSIONS > 1 and os.path.getsize(made.acks) > 0


@pytest.mark.parametrize("synchronous", ["NORMAL", *(["OFF"] if LONG else [])])
def test_the_bar_finds_a_database_that_acknowledges_before_it_is_on_the_disk(tmp_path, library, synchronous):
    made = recording(tmp_path, library, synchronous)

    found = {one for image, acked, _ in made.images(tmp_path / "images", 24, seed=1) for one in wrong(image, acked)}

    assert found & {"lost", "corrupt"} != set()
