"""The optimum against brute force, its certificate, its refusals, and that the order of rows never matters."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.panel.candidates import Search
from kechuang.engines.panel.explain import explain
from kechuang.engines.panel.graph import candidates, rested
from kechuang.engines.panel.network import network, potentials, solved
from kechuang.engines.panel.optimum import optimum
from kechuang.engines.panel.problem import Dense, Sparse, forbid, problem_from
from kechuang.engines.panel.shortage import check
from kechuang.engines.panel.weights import weights
from kechuang.words.outcome import Refused
from tests.engines.panel.shapes import SEED, a_nest, a_problem, every, lawful, panels_of, problems, total


@pytest.mark.bar
@pytest.mark.parametrize("kind", [{}, {"quotas": True}, {"forced": True}, {"quotas": True, "forced": True}])
def test_the_optimum_is_the_best_of_all_and_lawful_or_there_is_none(kind):
    @given(problems(**kind))
    @settings(max_examples=120, deadline=None)
    def holds(problem):
        best = max((total(problem, panels) for panels in every(problem)), default=None)
        if best is None:
            with pytest.raises(Refused):
                optimum(problem, seed=SEED)
            return
        found = optimum(problem, seed=SEED)
        assert lawful(problem, panels_of(found))
        assert total(problem, panels_of(found)) == best
        assert found.primal == found.dual

    holds()


@given(problems(), st.sampled_from([(1, 2), (3, 4), (2, 4)]))
@settings(max_examples=80, deadline=None)
def test_chances_stay_below_the_cap_and_prove_their_sum(problem, chance):
    most, scale = chance
    try:
        found = optimum(problem, seed=SEED, scale=scale, most=most)
    except Refused:
        return
    loads = np.bincount(found.net.cols, weights=found.pair_flow, minlength=problem.shape[1])
    seats = np.bincount(found.net.rows, weights=found.pair_flow, minlength=problem.shape[0])
    assert found.pair_flow.max(initial=0) <= most
    assert (seats == problem.demand * scale).all()
    assert ((loads <= problem.cap * scale) & (loads >= problem.lo * scale)).all()
    assert found.primal == found.dual


def test_few_candidates_and_many_rounds_come_to_the_same_as_all_at_once():
    rng = np.random.default_rng(4)
    problem = a_problem(rng.random((40, 30)), demand=3, cap=5, lo=2)
    narrow, wide = optimum(problem, seed=SEED, top=4), optimum(problem, seed=SEED, top=30)
    assert (narrow.primal, panels_of(narrow)) == (wide.primal, panels_of(wide))


def test_a_sparse_graph_gives_what_the_same_dense_matrix_gives():
    rng = np.random.default_rng(5)
    scores = rng.integers(1, 64, (12, 9)) / 64
    mask = rng.random((12, 9)) < 0.3
    names = {"projects": tuple(f"p{i}" for i in range(12)), "experts": tuple(f"e{j}" for j in range(9))}
    dense = replace(a_problem(scores, demand=2, cap=4, **names), pairs=Dense(scores, mask))
    rows, cols = np.nonzero(~mask)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=12))])
    sparse = replace(dense, pairs=Sparse(indptr, cols, scores[rows, cols], 9))
    assert panels_of(optimum(sparse, seed=SEED, top=3)) == panels_of(optimum(dense, seed=SEED))


def permuted(problem, rows, cols):
    pairs = Dense(problem.pairs.scores[np.ix_(rows, cols)], problem.pairs.mask[np.ix_(rows, cols)])
    return replace(problem, pairs=pairs, demand=problem.demand[rows], cap=problem.cap[cols], lo=problem.lo[cols])


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_and_columns_never_matters_even_among_ties(number):
    rng = np.random.default_rng(number)
    problem = a_problem(rng.integers(0, 3, (9, 8)) / 4, demand=2, cap=3)
    alike = len({tuple(r) for r in problem.pairs.scores}) < 9 or len({tuple(c) for c in problem.pairs.scores.T}) < 8
    rows, cols = rng.permutation(9), rng.permutation(8)
    before, after = (panels_of(optimum(p, seed=SEED)) for p in (problem, permuted(problem, rows, cols)))
    moved = [tuple(sorted(int(cols[j]) for j in panel)) for panel in after]
    if not alike:
        assert moved == [before[i] for i in rows]


def test_another_seed_breaks_ties_another_way_at_the_same_sum():
    problem = a_problem(np.ones((6, 6)), experts=tuple("abcdef"), projects=tuple("uvwxyz"))
    found = [optimum(problem, seed=bytes([n]) * 32) for n in range(6)]
    assert len({tuple(panels_of(one)) for one in found}) > 1
    assert {total(problem, panels_of(one)) for one in found} == {6.0}


def test_no_expert_is_assigned_twice_to_one_project():
    assert panels_of(optimum(a_problem([[9, 1, 0]], demand=2, cap=2), seed=SEED)) == [(0, 1)]


def test_scores_of_float32_are_kept_to_the_last_bit():
    scores = np.array([[0.1, 0.2], [0.3, 0.7]], np.float32)
    found = optimum(problem_from({"scores": scores, "demand": [1, 1], "cap": [1, 1]}), seed=SEED)
    assert found.weights.exact
    assert total(found.weights, panels_of(found)) == float(scores[0, 0]) + float(scores[1, 1])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mask": np.zeros((1, 2))}, "array_of_wrong_shape"),
        ({"cap": [1]}, "array_of_wrong_shape"),
        ({"scores": [[np.nan, 1], [1, 1]]}, "score_is_no_number"),
        ({"demand": [-1, 1]}, "number_below_nothing"),
    ],
)
def test_arrays_that_make_no_problem_are_refused(change, code):
    with pytest.raises(Refused) as refusal:
        problem_from({"scores": np.ones((2, 2)), "demand": [1, 1], "cap": [1, 1]} | change)
    assert set(refusal.value.codes) == {code}


def test_a_lack_of_places_names_the_projects_their_codes_and_both_numbers():
    shut = [(i, j) for i in range(3) for j in range(1, 4)]
    problem = a_problem(np.ones((5, 4)), cap=2, mask=shut, codes=("F0204", "F0204", "F0204", "A", "A"))
    assert [r.to_json() for r in check(problem)] == [
        {"code": "places_short", "codes": ["F0204"], "projects": ["0", "1", "2"], "need": 3, "have": 2, "missing": 1}
    ]


def test_two_separate_lacks_are_two_reasons():
    shut = [(0, 1), (1, 1), (2, 0), (3, 0)]
    found = check(a_problem(np.ones((4, 2)), mask=shut, projects=tuple("abcd"), experts=tuple("xy")))
    assert [r.values["projects"] for r in found] == [["a", "b"], ["c", "d"]]


def test_a_problem_that_can_be_met_lacks_nothing():
    assert check(a_problem(np.ones((3, 3)), demand=2, cap=2, lo=1)) == ()


def test_least_loads_above_all_seats_are_refused_with_both_numbers():
    with pytest.raises(Refused) as refusal:
        optimum(a_problem(np.ones((2, 3)), lo=1), seed=SEED)
    assert refusal.value.reasons[0].to_json() == {"code": "least_loads_above_seats", "least": 3, "seats": 2}


def test_an_expert_who_cannot_reach_his_least_load_is_named():
    problem = a_problem(np.ones((3, 3)), cap=3, lo=[0, 0, 1], mask=[(i, 2) for i in range(3)])
    assert [(r.code, r.values["experts"]) for r in check(problem)] == [("load_short", ["2"])]


def test_forced_pairs_that_leave_no_room_are_refused_as_such():
    with pytest.raises(Refused) as refusal:
        optimum(a_problem([[1, 1], [1, 1]], forced=((0, 0), (1, 0))), seed=SEED)
    assert [r.to_json() for r in refusal.value.reasons] == [{"code": "forced_pairs_clash", "pairs": [[0, 0], [1, 0]]}]


@given(problems(quotas=True))
@settings(max_examples=60, deadline=None)
def test_a_large_matrix_finds_the_same_violators_as_a_small_one(problem):
    scaled = weights(problem, seed=SEED)
    whole, filtered = Search(problem, scaled), Search(problem, scaled)
    filtered._whole = None
    net = network(problem, scaled, *whole.best(1))
    flow = solved(net)
    if flow is None:
        return
    at = potentials(net, flow)
    assert [a.tolist() for a in filtered.violators(net, at)] == [a.tolist() for a in whole.violators(net, at)]


def test_a_cap_on_chances_that_leaves_no_assignment_is_refused_as_such():
    with pytest.raises(Refused) as refusal:
        optimum(a_problem([[1, 1]], demand=2), seed=SEED, scale=2, most=1)
    short = {"projects": ["0"], "codes": [], "need": 2, "have": 1, "missing": 2}
    assert [reason.to_json() for reason in refusal.value.reasons] == [
        {"code": "chance_too_small", "cap": "1/2"},
        {"code": "places_short", **short},
    ]


def test_a_forced_pair_in_conflict_is_refused():
    with pytest.raises(Refused) as refusal:
        optimum(a_problem([[1, 1]], mask=[(0, 0)], forced=((0, 0),)), seed=SEED)
    assert refusal.value.codes == ["forced_pair_in_conflict"]


def test_why_and_why_not_are_told_in_points():
    nest = a_nest([0, 0, 1, 2], per_unit=1)
    problem = forbid(a_problem([[9, 8, 4, 2], [1, 1, 1, 1]], demand=[2, 1], cap=[1, 1, 1, 1], nest=nest), [(0, 3)])
    best = optimum(problem, seed=SEED)
    codes = [explain(problem, best, 0, j).code for j in range(4)]
    assert codes == ["assigned", "quota", "assigned", "recused"]
    reason = explain(a_problem([[3, 1]]), optimum(a_problem([[3, 1]]), seed=SEED), 0, 1)
    assert (reason.code, int(reason.values["value"])) == ("worth_less", 1)
    assert isinstance(reason.values["value"], Fraction)


def test_candidates_are_the_best_of_the_projects_discipline_without_conflicts():
    experts = np.eye(4, dtype=np.float32)
    projects = np.array([[0.9, 0.3, 0.1, 0.2], [0.1, 0.2, 0.3, 0.9]], np.float32)
    codes = [["F02"], ["F02", "A01"], ["F02"], ["A01"]]
    graph = candidates(
        projects, experts, top=2, project_codes=["F0204", "A0101"], expert_codes=codes, never=[(0, 0)], depth=3
    )
    assert (graph.indptr.tolist(), graph.cols.tolist()) == ([0, 2, 4], [1, 2, 1, 3])
    assert graph.vals.tolist() == pytest.approx([0.3, 0.1, 0.2, 0.9])


def test_a_discipline_without_experts_leaves_its_projects_without_candidates():
    graph = candidates(np.eye(1), np.eye(1), top=3, project_codes=["Z"], expert_codes=[["A"]])
    assert (graph.shape, len(graph.cols)) == ((1, 1), 0)


def test_nobody_sits_on_the_same_code_twice_running():
    assert rested(["A", "B", "A"], {7: {"A"}, 8: {"C"}}) == [(0, 7), (2, 7)]
