"""Fairness and crossing quotas, by programs: against brute force, and honest about their price."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from kechuang.engines.panel.fair import fair
from kechuang.engines.panel.mixed import mixed
from kechuang.engines.panel.program import Kinds
from kechuang.words.outcome import Refused
from tests.engines.panel.shapes import SEED, a_nest, a_problem, every, lawful, problems, total


def panels(found, projects: int):
    pairs = list(zip(found.rows.tolist(), found.cols.tolist(), strict=True))
    return [tuple(sorted(j for i, j in pairs if i == row)) for row in range(projects)]


def served(problem, some) -> float:
    return min(sum(problem.pairs.scores[i, j] for j in panel) for i, panel in enumerate(some))


def test_the_worst_served_project_comes_first():
    found = fair(a_problem([[9, 8], [9, 1]]), seed=SEED, keep=Fraction(0))
    assert (panels(found, 2), found.floor, found.total) == ([(1,), (0,)], 8.0, 17.0)


def test_fairness_costs_no_more_than_was_published():
    problem = a_problem([[10, 5, 0], [4, 0, 3], [0, 0, 1]])
    free, held = fair(problem, seed=SEED, keep=Fraction(0)), fair(problem, seed=SEED, keep=Fraction(1))
    assert (free.floor >= held.floor, held.total >= free.total) == (True, True)
    assert held.total == max(total(problem, some) for some in every(problem))


@pytest.mark.parametrize(
    ("scores", "demand", "cap", "mask"),
    [
        ([[-0.5, 0.0], [-0.5, 0.25]], [1, 1], [2, 1], ()),
        ([[-0.25, 0.0, -0.25], [0.0, 0.0, -0.25], [0.0, 0.0, -0.25]], [1, 1, 1], [1, 1, 2], [(0, 0)]),
        ([[0.25, -0.5, 0.0], [-0.5, 0.0, 0.25], [-0.5, 0.25, -0.5]], [1, 2, 1], [1, 1, 2], [(0, 0)]),
    ],
)
def test_where_the_bound_is_near_nought_and_scores_below_it_the_best_floor_is_still_found(scores, demand, cap, mask):
    problem = a_problem(scores, demand=demand, cap=cap, mask=mask)
    found = fair(problem, seed=SEED, keep=Fraction(-100))
    assert found.floor == max(served(problem, some) for some in every(problem))


@given(problems(quotas=True))
@settings(max_examples=60, deadline=None)
def test_a_fair_assignment_is_lawful_and_never_above_its_bound(problem):
    try:
        found = fair(problem, seed=SEED, keep=Fraction(-100))
    except Refused:
        assert not any(True for _ in every(problem)) or not problem.seats
        return
    some = panels(found, problem.shape[0])
    assert lawful(problem, some)
    assert served(problem, some) <= found.floor_bound + 1e-6


KINDS = Kinds(of=np.array([0, 0, 0, 1]), least={1: np.array([1, 1])}, names=("technical", "finance"))


def test_one_finance_expert_sits_in_each_panel_although_technical_ones_score_more():
    problem = a_problem([[9, 8, 7, 1], [9, 8, 7, 1]], demand=2, cap=2)
    found = mixed(problem, KINDS, seed=SEED)
    assert (panels(found, 2), found.total, found.bound, found.given_up) == ([(0, 3), (0, 3)], 20.0, 20.0, ())


def test_a_kind_crosses_the_nest_of_units():
    nest = a_nest([0, 1, 2, 0], per_unit=1)
    problem = a_problem([[9, 8, 7, 1], [9, 8, 7, 1]], demand=2, cap=2, nest=nest)
    assert panels(mixed(problem, KINDS, seed=SEED), 2) == [(1, 3), (1, 3)]


def test_too_few_of_a_kind_are_refused_by_name_or_given_up_and_reported():
    problem = a_problem([[9, 8, 7, 1], [9, 8, 7, 2]], demand=2, cap=[2, 2, 2, 1])
    with pytest.raises(Refused) as refusal:
        mixed(problem, KINDS, seed=SEED)
    assert [(r.code, r.values["kind"], r.values["seats"]) for r in refusal.value.reasons] == [
        ("kind_short", "finance", 1)
    ]
    found = mixed(problem, KINDS, seed=SEED, give_up=True)
    assert lawful(problem, panels(found, 2))
    assert [(r.code, r.values["seats"]) for r in found.given_up] == [("kind_given_up", 1)]
