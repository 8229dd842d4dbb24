"""A database that somebody holds, a disk that only reads, clocks that jump, a migration that is killed: refused or late, never lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from random import Random

import pytest

from tests.bars.installation import LONG, ROOT, TABLES, Installation, long_form
from tests.bars.test_disk import small_disk  # noqa: F401  the fixture

pytestmark = pytest.mark.bar
HELD, PATIENCE = (30.0, 15.0) if LONG else (1.2, 0.4)
KILLED = 20 if LONG else 1
# The installation that migrations are tried on, as it was released first: each desk at its first migration.
FIRST = ("experts", "funds", "enterprises", "projects") if LONG else ("funds",)


def scene(house: Installation, *given: str):
    return house.scene(*given, of="trouble_scenes")


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """A house with data, and the submissions that wait in it; each test spoils a copy."""
    house = Installation(tmp_path_factory.mktemp("worked")).migrated()
    work = house.scene("work", "2", of="crash_scenes")
    return house, json.dumps([one for one in work if "submit_to_unit" in one["address"]])


def copied(house: Installation, folder) -> Installation:
    return Installation(shutil.copytree(house.folder, folder, dirs_exist_ok=True))


@pytest.mark.parametrize("planted", ["", pytest.param("planted", marks=long_form)])
def test_whoever_waits_too_long_for_the_database_is_told_so_reading_goes_on_and_nothing_is_lost(
    worked, tmp_path, planted
):
    """Planted: nobody tells a database that cannot be had from a fault of the house."""
    house, wanted = copied(worked[0], tmp_path), worked[1]
    told = scene(house, "locked", wanted, str(HELD), str(PATIENCE), planted)

    assert (told["reads"], told["quick"]) == ([200] * 3, True)
    assert told["during"][0] == (500 if planted else 503)
    assert (told["after"], told["records"], told["ready"]) == ([200, 200], 2, 200)


def test_a_disk_that_only_reads_takes_nothing_says_so_and_goes_on_when_it_writes_again(worked, small_disk):  # noqa: F811
    house, wanted = copied(worked[0], small_disk), worked[1]
    told = scene(house, "only_reads", wanted, str(small_disk))

    assert (told["before"], told["during"]) == ([200], {"ready": 503, "health": 200, "acts": [503, 503]})
    assert (told["after"], told["ready"], told["records"]) == ([200, 200], 200, 2)


def test_a_clock_that_jumps_by_an_hour_changes_no_order_and_breaks_no_proof(tmp_path):
    house = Installation(tmp_path).migrated()
    told = scene(house, "clocks")
    report = house.told("verify", "--json")

    for name in ("back", "forth"):
        one = told[name]
        assert (one["in order"], one["again"]) == (True, True)
        assert one["acts"][-4:] == ["submit_to_unit", "unit_check", "endorse", "recommend"]
        assert one["by time"] != one["acts"]  # what an order by time would have made of it
    found = {fault["code"] for fault in report["faults"]} - {"row_without_record"}  # the round that a factory put there
    assert (told["left"], found) == (0, set())


def schema(house: Installation) -> list[str]:
    with sqlite3.connect(house.data / TABLES) as database:
        return sorted(row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.fixture(scope="module")
def released(worked, tmp_path_factory):
    """A house with data at the first migrations; what it is when it is migrated undisturbed."""
    house = copied(worked[0], tmp_path_factory.mktemp("released"))
    code = "import django; django.setup()\nfrom django.core.management import call_command\n" + "".join(
        f"call_command('migrate', '{desk}', '0001', verbosity=0)\n" for desk in FIRST
    )
    subprocess.run([sys.executable, "-c", code], env=house.env, cwd=ROOT, check=True)
    whole = copied(house, tmp_path_factory.mktemp("whole"))
    told = scene(whole, "migrated_until", "0", "atomic")
    return house, told, schema(whole)


def killed_at(house: Installation, statement: int, atomic: str) -> int:
    command = [sys.executable, "-m", "tests.bars.trouble_scenes", "migrated_until", str(statement), atomic]
    return subprocess.run(command, env=house.env, cwd=ROOT, capture_output=True, check=False).returncode


def test_a_migration_that_is_killed_half_way_is_finished_when_it_is_run_again_with_all_its_data(released, tmp_path):
    first, told, wanted = released
    rng, statements = Random(1), told["statements"]
    assert (statements > 10, schema(first) != wanted, told["records"] > 0) == (True, True, True)
    for number in range(KILLED):
        house = copied(first, tmp_path / str(number))
        assert killed_at(house, rng.randint(1, statements), "atomic") == -9
        again = scene(house, "migrated_until", "0", "atomic")
        assert (again["cases"], again["records"], schema(house)) == (told["cases"], told["records"], wanted)
    report = house.told("verify", "--json")
    assert {fault["code"] for fault in report["faults"]} <= {"state_differs", "row_without_record"}


@long_form
def test_the_bar_finds_a_migration_that_is_not_carried_out_as_a_whole(released, tmp_path):
    """Planted: every statement stands by itself."""
    first, told, _ = released
    failed = []
    for statement in range(2, told["statements"], max(1, told["statements"] // 4)):
        house = copied(first, tmp_path / str(statement))
        assert killed_at(house, statement, "each") == -9
        failed.append(killed_at(house, 0, "each"))
        if failed[-1]:
            break
    assert any(failed)
