"""kill -9 at moments nobody chose: nothing acknowledged is lost, nothing happens twice, the chain holds."""

from __future__ import annotations

import pytest

from tests.bars.installation import LONG, Installation

pytestmark = pytest.mark.bar
KILLS = 200 if LONG else 6


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("crash")).migrated()


@pytest.fixture(scope="module")
def told(house):
    return house.told("scene", "crashes", str(KILLS), "1")


def test_no_acknowledged_submission_is_lost_or_changed_and_none_is_made_twice(told):
    assert told["acked"] >= KILLS
    assert (told["lost or changed"], told["submitted twice"]) == ([], 0)


def test_every_request_in_flight_settles_exactly_once_when_it_is_sent_again(told):
    assert told["submits"] == told["cases"] == told["wanted"]


def test_the_bar_finds_an_acknowledgement_before_the_commit(told):
    assert told["planted fault found"]


def test_the_database_is_whole_after_all_crashes(told):
    assert told["database"] == []


def test_chain_log_and_witness_hold_after_all_crashes(told, house):
    report = house.told("verify", "--json")
    assert (report["faults"], report["unlogged"] < 20, report["leaves"] > 0) == (
        [fault for fault in report["faults"] if fault["code"] == "row_without_record"], True, True)  # fmt: skip
