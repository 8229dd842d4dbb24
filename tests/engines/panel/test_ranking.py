"""Ranking and the cut at the budget: exact against brute force, ties and departures in the open."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.panel.ranking import Cut, Departure, Entry, Group, cut, departures, ranked, shares
from kechuang.words.outcome import Refused

SEED = b"s" * 32


def entry(project: str, score: int, asked: int = 100, *keys: int) -> Entry:
    return Entry(project, Fraction(score), asked, keys)


def test_the_better_score_comes_first_then_the_declared_key():
    placed = ranked([entry("a", 70, 1, 5), entry("b", 90, 1, 0), entry("c", 70, 1, 6)], seed=SEED)
    assert [(p.rank, p.entry.project, p.by) for p in placed] == [
        (1, "b", "score"),
        (2, "c", "key 1"),
        (3, "a", "score"),
    ]


def test_a_tie_that_no_key_breaks_is_broken_by_the_seed_whatever_the_order_of_rows():
    tied = [entry(name, 70) for name in "abcd"]
    forward, backward = ranked(tied, seed=SEED), ranked(tied[::-1], seed=SEED)
    assert [p.entry for p in forward] == [p.entry for p in backward]
    assert [p.by for p in forward] == ["seed", "seed", "seed", "score"]


def test_another_seed_breaks_ties_another_way():
    tied = [entry(str(n), 70) for n in range(12)]
    assert [p.entry for p in ranked(tied, seed=SEED)] != [p.entry for p in ranked(tied, seed=b"t" * 32)]


def test_who_is_below_the_line_is_not_placed():
    assert [p.entry.project for p in ranked([entry("a", 59), entry("b", 60)], seed=SEED, least=Fraction(60))] == ["b"]


def test_the_cut_takes_the_heads_that_give_most_points():
    groups = [
        Group("x", (entry("x1", 9, 60), entry("x2", 8, 60))),
        Group("y", (entry("y1", 7, 40), entry("y2", 6, 40))),
    ]
    assert cut(groups, budget=140) == Cut({"x": ("x1",), "y": ("y1", "y2")}, 140, Fraction(22), 0)


def test_the_least_of_a_group_is_funded_even_if_others_are_better():
    groups = [Group("x", (entry("x1", 9), entry("x2", 8))), Group("y", (entry("y1", 1),), least=1)]
    assert cut(groups, budget=200).funded == {"x": ("x1",), "y": ("y1",)}


def test_a_group_keeps_its_own_budget_and_number():
    ranked_x = tuple(entry(f"x{n}", 9) for n in range(4))
    assert cut([Group("x", ranked_x, most=2)], budget=1000).cost == 200
    assert cut([Group("x", ranked_x, budget=350)], budget=1000).cost == 300
    assert cut([Group("x", ranked_x)], budget=1000, most=1).cost == 100


@pytest.mark.parametrize(
    ("group", "budget", "code"),
    [
        (Group("x", (entry("a", 1),), least=2), 900, "group_quota_impossible"),
        (Group("x", (entry("a", 1),), least=1), 99, "budget_below_quotas"),
    ],
)
def test_quotas_that_cannot_be_paid_are_refused_by_name(group, budget, code):
    with pytest.raises(Refused) as refusal:
        cut([group], budget=budget)
    assert refusal.value.reasons[0].code == code
    assert refusal.value.reasons[0].values["group"] == "x"


def test_a_departure_names_whom_it_passed_over():
    group = Group("x", tuple(entry(name, 1) for name in "abcd"))
    assert departures([group], {"a", "c", "d"}) == (Departure("x", "c", "b"), Departure("x", "d", "b"))
    assert departures([group], {"a", "b"}) == ()


entries = st.tuples(st.integers(0, 20), st.integers(1, 9)).map(lambda t: entry("p", t[0], t[1] * 10_000))
groups_of = st.lists(st.lists(entries, max_size=4), min_size=1, max_size=3)


def brute(groups: list[Group], budget: int, most: int | None) -> tuple[Fraction, int] | None:
    found = []
    for heads in product(*(range(len(g.ranked) + 1) for g in groups)):
        taken = [e for g, n in zip(groups, heads, strict=True) for e in g.ranked[:n]]
        cost = sum(e.asked for e in taken)
        lawful = all(g.least <= n for g, n in zip(groups, heads, strict=True)) and (most is None or len(taken) <= most)
        if cost <= budget and lawful:
            found.append((sum((e.score for e in taken), Fraction(0)), -cost))
    return max(found, default=None)


@given(groups_of, st.integers(0, 40), st.sampled_from([None, 2, 5]), st.integers(0, 1))
@settings(max_examples=200, deadline=None)
def test_the_cut_is_the_best_there_is(lists, budget, most, least):
    groups = [Group(str(n), tuple(given_entries), least=least) for n, given_entries in enumerate(lists)]
    best = brute(groups, budget * 10_000, most)
    if best is None:
        with pytest.raises(Refused):
            cut(groups, budget=budget * 10_000, most=most)
    else:
        result = cut(groups, budget=budget * 10_000, most=most)
        assert (result.points, -result.cost) == best


def test_places_are_shared_by_the_largest_remainders_and_add_up():
    assert shares({"a": 47, "b": 16, "c": 37}, 10) == {"a": 5, "b": 1, "c": 4}
    assert shares({"b": 1, "a": 1}, 1) == {"a": 1, "b": 0}
    assert shares({"a": 0}, 3) == {"a": 0}


def test_of_nobody_there_is_no_order():
    assert ranked([], seed=b"s") == ()


def test_where_all_are_below_the_least_mark_nobody_is_placed():
    assert ranked([entry("a", 50), entry("b", 40)], seed=b"s", least=Fraction(60)) == ()
