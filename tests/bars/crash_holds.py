"""What must hold after the served house has crashed, whatever crashed it: tests for the modules whose `told` says what happened.

`told` holds `acked` and `settled` (key → digest), `each` (how many of each act were sent), and what `became` counted.
"""

from __future__ import annotations

from typing import Any


def test_no_acknowledged_record_is_lost_or_changed(told: dict[str, Any]) -> None:
    assert 2 * len(told["acked"]) >= told["kills"]  # on a slow machine not every time between two falls
    assert {key: told["settled"][key] for key in told["acked"]} == told["acked"]


def test_every_request_settles_exactly_once_when_it_is_sent_again(told: dict[str, Any]) -> None:
    each = told["each"]
    assert [key for key, digest in told["settled"].items() if digest is None] == []
    assert (told["twice"], told["records"]["submit_to_unit"], told["records"]["pay"]) == ([], each, each)
    assert told["records"]["fund"] == told["awards"] == 2 * each


def test_money_is_balanced_and_each_payment_was_ordered_once(told: dict[str, Any]) -> None:
    assert (told["accounts"], told["paid"], told["paid and ordered differ"]) == (0, told["each"], 0)


def test_the_database_and_the_chains_are_whole(told: dict[str, Any]) -> None:
    found = {fault["code"] for fault in told["verify"]["faults"]}
    assert (told["database"], found - {"state_differs", "row_without_record"}) == ([], set())
