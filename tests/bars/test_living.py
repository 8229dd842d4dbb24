"""Any order of acts, payments, crashes, restarts and clocks: the house stays what a small model says; one seed, one digest."""

from __future__ import annotations

import pytest

from tests.bars.installation import LONG, Installation, long_form

pytestmark = pytest.mark.bar
EXAMPLES, STEPS = (500, 50) if LONG else (5, 25)
MOVES = ("submit_to_unit", "fund", "prepare_payment", "pay", "refused", "sent again", "crashes in the act", "restarts")


def lived(folder, seed: int, examples: int = EXAMPLES, steps: int = STEPS, *fault: str):
    house = Installation(folder).migrated()
    return house, house.scene(str(seed), str(examples), str(steps), *fault, of="living")


def test_whatever_is_done_in_whatever_order_records_and_money_are_what_the_model_says(tmp_path):
    house, told = lived(tmp_path, 1)
    print(f"{EXAMPLES} lives of {STEPS} steps: {told['records']} records, {told['done']}")  # noqa: T201

    assert told["broken"] == ""
    assert [move for move in MOVES if not told["done"].get(move)] == []
    found = {fault["code"] for fault in house.told("verify", "--json")["faults"]}
    assert found - {"state_differs", "row_without_record"} == set()  # what factories put there


def test_one_seed_leaves_one_digest_and_another_seed_another(tmp_path):
    told = [
        lived(tmp_path / name, seed, 2, 12)[1] for name, seed in (("a", 7), ("b", 7), *([("c", 8)] if LONG else []))
    ]

    assert {one["broken"] for one in told} == {""}
    assert told[0]["records"] > 10 and told[0]["digest"] == told[1]["digest"]
    assert len({one["digest"] for one in told}) == (2 if LONG else 1)


@long_form
@pytest.mark.parametrize("fault", ["a fen is lost", "keys are forgotten", "anyone may"])
def test_the_bar_finds_what_is_planted(tmp_path, fault):
    _, told = lived(tmp_path, 1, 10, 25, fault)

    assert told["broken"] != ""
