"""The same people going on is told apart from strangers who copy."""

import pytest

from kechuang.engines.match.likeness import (
    TITLES,
    Kind,
    Standing,
    Team,
    items_repeated,
    items_twice,
    kind,
    same_people,
)

MINE = Team("li", frozenset({"wang", "zhao", "qian"}))
STRANGERS = Team("sun", frozenset({"zhou", "wu"}))
SAME_LEADER = Team("li", frozenset({"zhou"}))


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (SAME_LEADER, True),
        (Team("wang"), True),
        (Team("sun", frozenset({"li"})), True),
        (Team("sun", frozenset({"wang", "zhao", "wu"})), True),
        (Team("sun", frozenset({"wang", "zhou", "wu", "zheng"})), False),
        (STRANGERS, False),
    ],
)
def test_people_are_the_same_by_leader_or_by_half_the_team(other, alike):
    assert (same_people(MINE, other), same_people(other, MINE)) == (alike, alike)


@pytest.mark.parametrize("standing", list(Standing))
def test_a_likeness_with_strangers_is_a_copy_whatever_became_of_their_case(standing):
    assert kind(MINE, STRANGERS, standing=standing, declared=True) == Kind.COPY


@pytest.mark.parametrize(
    ("standing", "declared", "expected"),
    [
        (Standing.REFUSED, False, Kind.RESUBMISSION),
        (Standing.PENDING, False, Kind.TWICE),
        (Standing.RUNNING, False, Kind.DUPLICATE),
        (Standing.RUNNING, True, Kind.DUPLICATE),
        (Standing.FINISHED, False, Kind.DUPLICATE),
        (Standing.FINISHED, True, Kind.FOLLOW_UP),
    ],
)
def test_a_likeness_with_ones_own_case_depends_on_what_became_of_it(standing, declared, expected):
    assert kind(MINE, SAME_LEADER, standing=standing, declared=declared) == expected


def test_every_kind_has_its_words_in_both_languages():
    assert {one: sorted(titles) for one, titles in TITLES.items()} == {one: ["en", "zh"] for one in Kind}


def test_the_same_item_for_the_same_money_in_two_budgets_is_found():
    mine = [("高效液相色谱仪", 50_000_00), ("试剂", 3_000_00)]
    other = [("试剂", 4_000_00), ("高效 液相色谱仪（ＨＰＬＣ）", 50_000_00), ("高效液相 色谱仪", 50_000_00)]
    assert items_twice(mine, other) == ((0, 2),)


def test_an_item_of_the_other_budget_is_used_once():
    assert items_twice([("服务器", 1), ("服务器", 1)], [("服务器", 1)]) == ((0, 0),)


def test_an_item_twice_in_one_budget_is_found():
    assert items_repeated([("服务器", 9), ("试剂", 9), ("服务 器", 9), ("服务器", 8)]) == ((0, 2),)
