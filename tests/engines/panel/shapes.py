"""Problems of any shape for the tests of the assignment, and the brute force they are held against."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import strategies as st

from kechuang.engines.panel.optimum import Optimum
from kechuang.engines.panel.problem import Dense, Nest, Problem

SEED = bytes(range(32))


def a_problem(scores, *, demand=1, cap=1, lo=0, mask=(), **more) -> Problem:
    """A problem of plain lists; single numbers stand for everyone."""
    matrix = np.array(scores, float)
    n, m = matrix.shape
    shut = np.zeros((n, m), bool)
    for row, col in mask:
        shut[row, col] = True
    loads = (np.broadcast_to(np.array(x, np.int64), size).copy() for x, size in ((demand, n), (cap, m), (lo, m)))
    return Problem(Dense(matrix, shut), *loads, **more)


def a_nest(units, regions=None, inside=None, **limits) -> Nest:
    m = len(units)
    region = np.array(regions if regions is not None else [-1] * m, np.int64)
    return Nest(np.array(units, np.int64), region, np.array(inside if inside is not None else [True] * m), **limits)


def panels_of(best: Optimum) -> list[tuple[int, ...]]:
    taken = [(int(i), int(j)) for i, j, f in zip(best.net.rows, best.net.cols, best.pair_flow, strict=True) if f]
    return [tuple(sorted(j for i, j in taken if i == row)) for row in range(len(best.net.project_node))]


def total(problem: Problem, panels) -> float:
    return sum(problem.pairs.scores[i, j] for i, panel in enumerate(panels) for j in panel)


def lawful(problem: Problem, panels) -> bool:
    """Whether panels keep demand, loads, conflicts, forced pairs and quotas: said a second time, plainly."""
    loads = np.bincount([j for panel in panels for j in panel], minlength=problem.shape[1])
    if (loads > problem.cap).any() or (loads < problem.lo).any():
        return False
    if any(j not in panels[i] for i, j in problem.forced):
        return False
    return all(_one(problem, i, panel) for i, panel in enumerate(panels))


def _one(problem: Problem, i: int, panel) -> bool:
    if len(set(panel)) != problem.demand[i] or any(problem.pairs.mask[i, j] for j in panel):
        return False
    nest = problem.nest
    if nest is None:
        return True
    units = [nest.unit[j] for j in panel if nest.unit[j] >= 0]
    regions = [nest.region[j] for j in panel if nest.region[j] >= 0]
    return (
        (nest.per_unit is None or all(units.count(u) <= nest.per_unit for u in units))
        and (nest.per_region is None or all(regions.count(r) <= nest.per_region for r in regions))
        and sum(not nest.inside[j] for j in panel) >= min(nest.outside, len(panel))
    )


def every(problem: Problem):
    """All lawful assignments of a tiny problem."""
    choices = [list(combinations(range(problem.shape[1]), int(d))) for d in problem.demand]
    return (panels for panels in product(*choices) if lawful(problem, panels))


@st.composite
def problems(draw, *, quotas: bool = False, forced: bool = False) -> Problem:
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    few = st.sampled_from([0.0, 0.25, 0.5, 1.0, -0.5])
    scores = draw(st.lists(st.lists(few, min_size=m, max_size=m), min_size=n, max_size=n))
    mask = draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)), max_size=3))
    demand = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    cap = draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))
    lo = draw(st.lists(st.integers(0, 1), min_size=m, max_size=m)) if draw(st.booleans()) else 0
    more: dict = {}
    if quotas:
        regions = [j % 2 for j in range(m)]
        units = [2 * draw(st.integers(0, 1)) + regions[j] for j in range(m)]
        limits = {"per_unit": draw(st.sampled_from([None, 1])), "per_region": draw(st.sampled_from([None, 1]))}
        more["nest"] = a_nest(units, regions, [r == 0 for r in regions], **limits, outside=draw(st.integers(0, 1)))
    if forced:
        pairs = st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)).filter(lambda p: p not in mask)
        more["forced"] = tuple(draw(st.sets(pairs, max_size=1)) if len(mask) < n * m else ())
    return a_problem(scores, demand=demand, cap=cap, lo=lo, mask=mask, **more)
