"""PostgreSQL: the tests of the middle hold there too, the curtain is a role of its own, and what is unsafe is not served."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.bars.databases import installed
from tests.bars.installation import LONG, ROOT

pytestmark = [pytest.mark.bar, pytest.mark.postgres]
TOLD = ["tests/casework", "tests/house/test_curtain.py", "tests/desks", "tests/faces"]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with installed("postgres", tmp_path_factory.mktemp("postgres")) as house:
        yield house


@pytest.mark.skipif(not LONG, reason="the whole suites of casework, desks and faces on PostgreSQL: in the long form")
def test_the_tests_of_casework_and_of_the_curtain_hold_on_postgresql(house):
    given = {**os.environ, "KECHUANG_DATABASE": house.database}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-m", "not bar and not journey and not browser", *TOLD],
        env=given, cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-6000:]


def test_no_text_that_postgresql_does_not_hold_is_a_server_error(house):
    given = {**os.environ, "KECHUANG_DATABASE": house.database}
    command = [sys.executable, "-m", "pytest", "-n", "0", "tests/faces/test_nought.py"]
    done = subprocess.run(command, env=given, cwd=ROOT, text=True, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout[-6000:]


def test_the_role_of_the_front_cannot_read_what_lies_behind_and_reads_all_else(house):
    told = house.told("scene", "front_role")

    assert told["refused"] == told["hidden"] != []
    assert (told["read"], told["login"]) == (told["tables"] - len(told["hidden"]), told["tables"])


def test_a_role_that_can_read_behind_the_curtain_is_not_served(house):
    told = house.told("scene", "front_role_granted")

    assert told["before"] == told["again"] == []
    assert ["could read who reviews what" in fault for fault in told["after"]] == [True]


def test_a_connection_opened_anew_behind_the_curtain_has_it_drawn_too(house):
    assert house.told("scene", "reconnected") == {"before": "kechuang_front", "after": "kechuang_front"}
