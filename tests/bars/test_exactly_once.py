"""Exactly once, one outcome of two, never beyond the budget: eight hands at the same moment, on both databases."""

from __future__ import annotations

import pytest

from tests.bars.databases import BOTH, installed
from tests.bars.installation import LONG, Installation

pytestmark = pytest.mark.bar
RACES = 500 if LONG else 4


@pytest.fixture(scope="module", params=BOTH)
def races(request, tmp_path_factory):
    """What the races came to, and what `verify` says of the installation afterwards."""
    with installed(request.param, tmp_path_factory.mktemp("races")) as house:
        yield {
            **house.told("scene", "races", str(RACES)),
            "kind": request.param,
            "verify": house.told("verify", "--json"),
        }


def test_one_key_leaves_one_record_however_often_and_at_once_it_is_sent(races):
    assert (races["submits"], races["cases"]) == (1, 2)


def test_everyone_who_sends_the_same_key_is_given_the_first_record(races):
    assert (len(races["same key"]), races["opened"]) == (1, 1)


def test_the_same_key_with_another_body_is_refused(races):
    assert races["other body"] == ["key_used_for_other_data"]


def test_of_two_decisions_on_one_case_exactly_one_holds_and_the_other_is_kept_as_tried(races):
    """The case's state, how many went through, the records of both acts, the attempts that are kept."""
    assert {tuple(one) for one in races["outcomes"]} == {(True, 1, 1, 1)}
    assert len(races["outcomes"]) == RACES


def test_eight_awards_at_once_stay_within_the_budget(races):
    assert (races["selected"], races["not selected"]) == (3, ["beyond_budget"])
    assert races["awarded"] == races["committed"] == 30_000_000


def test_eight_clicks_pay_one_instalment_once_and_a_replay_gives_the_first_record(races):
    assert (races["paid"], races["rows"], races["transfers"], races["paid_fen"]) == (1, 1, 1, 10_000_000)
    assert races["replayed"]


def test_the_accounts_are_balanced_before_and_after(races):
    assert (races["accounts"], races["after"]) == (0, 0)


def test_the_chains_hold_after_the_races(races):
    found = {fault["code"] for fault in races["verify"]["faults"]}
    assert found - {"state_differs", "row_without_record"} == set()  # the cases that the scene put into place by hand


def test_the_bar_finds_a_house_that_forgets_its_keys(tmp_path):
    told = Installation(tmp_path).migrated().told("scene", "forgetful")

    assert (len(told["same key"]) > 1, told["other body"] != ["key_used_for_other_data"]) == (True, True)
