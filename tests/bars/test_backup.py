"""A copy taken while others submit is whole, comes back on an empty host, and says itself when it is not."""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import pytest

from tests.bars.databases import BOTH, installed
from tests.bars.installation import LONG, ROOT, Installation

pytestmark = pytest.mark.bar
SUBMISSIONS = 200 if LONG else 6


def ran(house: Installation, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        house.command(*arguments), env=house.env, cwd=ROOT, text=True, capture_output=True, check=False
    )


@pytest.fixture(scope="module", params=BOTH)
def copied(request, tmp_path_factory):
    """An installation, a copy taken in the middle of submissions, what was acknowledged before it, and an empty host."""
    folder = tmp_path_factory.mktemp("backup")
    with (
        installed(request.param, folder / "first") as house,
        installed(request.param, folder / "empty", empty=True) as empty,
    ):
        people = house.told("scene", "prepared", str(SUBMISSIONS))
        acks = folder / "acks"
        writing = subprocess.Popen(
            house.command("scene", "recorded", str(people["round"]), json.dumps(people["people"]), "FULL"),
            env={**house.env, "ACKS": str(acks)}, cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        while not acks.exists() or len(acks.read_text().splitlines()) < 4:  # after three the log is sealed once
            assert writing.poll() is None
            time.sleep(0.05)
        before = acks.read_text().splitlines()
        told = house.told("backup", str(folder / "copy"), "--json")
        assert writing.wait(600) == 0
        yield {
            "copy": folder / "copy",
            "told": told,
            "acked": before,
            "house": house,
            "empty": empty,
            "kind": request.param,
        }


def test_a_copy_comes_back_on_an_empty_host_with_all_that_was_acknowledged_before_it(copied):
    shutil.copytree(copied["house"].folder, copied["empty"].folder / "of the first", dirs_exist_ok=True)
    put = copied["empty"].told("restore", str(copied["copy"]), "--json")
    report = copied["empty"].told("verify", "--json")
    known = copied["empty"].told("scene", "digests")

    assert put["records"] == copied["told"]["records"] == report["records"]
    assert {line.split()[0] for line in copied["acked"]} - set(known["records"]) == set()
    assert {line.split()[1] for line in copied["acked"]} - set(known["files"]) == set()
    assert {fault["code"] for fault in report["faults"]} <= {
        "checkpoint_missing",
        "witness_missing",
        "row_without_record",
    }


def test_a_copy_is_put_into_an_empty_installation_only(copied):
    done = ran(copied["house"], "restore", str(copied["copy"]))

    assert (done.returncode, "empty installation only" in done.stderr) == (1, True)


def test_a_copy_that_was_changed_is_not_put_back(copied, tmp_path):
    spoiled = shutil.copytree(copied["copy"], tmp_path / "copy")
    (spoiled / "log-key.pem").write_text("another")
    done = ran(Installation(tmp_path / "host", copied["empty"].database), "restore", str(spoiled))

    assert (done.returncode, "gone or changed, such as log-key.pem" in done.stderr) == (1, True)


def test_without_the_key_of_the_first_installation_nothing_is_put_back(copied, tmp_path):
    host = Installation(tmp_path / "host", copied["empty"].database)
    done = subprocess.run(
        host.command("restore", str(copied["copy"])), env={**host.env, "KECHUANG_SECRET": "another key of at least forty characters."},
        cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip

    assert (done.returncode, "the key is not the one of the backup" in done.stderr) == (1, True)


def test_the_key_is_never_in_a_copy(copied):
    assert [path.name for path in copied["copy"].rglob("secret*")] == []


def test_a_folder_that_is_there_already_is_not_written_into(copied):
    done = ran(copied["house"], "backup", str(copied["copy"]))

    assert (done.returncode, "is there already" in done.stderr) == (1, True)
