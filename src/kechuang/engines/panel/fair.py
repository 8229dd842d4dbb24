"""Fair: the worst-served project first, then the largest sum that leaves it there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from kechuang.engines.panel.candidates import Search
from kechuang.engines.panel.optimum import Optimum, optimum
from kechuang.engines.panel.problem import Array, Problem
from kechuang.engines.panel.program import Program, highest_floor, program, sums
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

PARTS = 32  # of what sums can differ by, given up in turn where the bound says nothing
STEPS = (0, 1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 1000)  # thousandths of the bound given up in turn
KEEP = Fraction(985, 1000)  # of the largest sum: what fairness may cost all the others
WHOLE = 40_000  # candidate pairs up to which the program sees every pair
MOST = 400_000


@dataclass(frozen=True, slots=True)
class Fair:
    """Pairs, the worst project's score, its bound over the pairs seen, the sum, and the bound on the sum at that floor.

    `over_all` says that the bounds hold over every lawful pair, not only over the candidates.
    """

    rows: Array
    cols: Array
    floor: float
    floor_bound: float
    total: float
    total_bound: float
    over_all: bool


def fair(problem: Problem, *, seed: bytes, keep: Fraction = KEEP) -> Fair:
    """The assignment whose worst-served project has most, and of those (to a ten-thousandth) the largest sum.

    The sum stays at least `keep` of the largest there is. Max-min of sums is NP-hard (Bezáková and Dani 2005): the
    floor is lowered from its linear bound in small steps until a mixed-integer program finds a whole assignment.
    Refused if nothing is feasible or the round is too large.
    """
    best = optimum(problem, seed=seed)
    if not problem.seats:
        return Fair(np.zeros(0, np.int64), np.zeros(0, np.int64), 0.0, 0.0, 0.0, 0.0, True)
    plain, over_all = _program(problem, best)
    values = problem.pairs.at(plain.rows, plain.cols).astype(np.float64)
    largest = float((problem.pairs.at(best.net.rows, best.net.cols) * best.pair_flow).sum())
    least = largest - float(1 - keep) * abs(largest)
    place, projects = np.cumsum(problem.demand > 0) - 1, int((problem.demand > 0).sum())
    served = sums(place[plain.rows], projects, values)
    bound = highest_floor(plain, served)
    for floor in _floors(problem, bound, values):
        raised = plain.with_rows(served, low=np.full(projects, floor), high=np.full(projects, np.inf))
        answer = raised.solved(values, gap=1e-4)
        if answer is not None and float(values @ answer[0]) >= least:
            return _result(plain, values, answer, bound, over_all)
    raise Refused(Reason("no_fair_assignment_found", bound=str(bound)))


def _floors(problem: Problem, bound: float, values: Array) -> Iterator[float]:
    """Floors to try, downwards by parts of the bound; where that is near nought and scores lie below it, by parts of what
    the sums of two projects can differ by, and in the end none: whatever is feasible is found."""
    reach = float(problem.demand.max() * np.ptp(values)) if len(values) else 0.0
    near = [bound - abs(bound) * step / 1000 for step in STEPS]
    far = [bound - reach * part / PARTS for part in range(1, PARTS + 1)]
    yield from dict.fromkeys(_floor(floor, values) for floor in (*near, *(one for one in far if one < near[-1])))
    yield -np.inf


def _floor(floor: float, values: Array) -> float:
    """The floor raised to the next sum that scores of a coarse grid (bids of quarters) can make; less a rounding error."""
    grid = 1 / 64
    if (values / grid == np.rint(values / grid)).all():
        step = grid * float(np.gcd.reduce(np.rint(values / grid).astype(np.int64)) or 1)
        return float(np.ceil(floor / step - 1e-6) * step - 1e-7)
    return floor - 1e-7


def _program(problem: Problem, best: Optimum) -> tuple[Program, bool]:
    """The program over every pair of a small round, else over the best of each project and the optimum's candidates."""
    search = Search(problem, best.weights)
    n, m = problem.shape
    if n * m <= WHOLE:
        rows, cols = search.all()
        wanted = problem.demand[rows] > 0
        return program(problem, rows[wanted], cols[wanted]), True
    rows, cols = search.best(min(m, 10 * int(problem.demand.max(initial=1)) + 10))
    rows, cols = search.lawful(np.concatenate([rows, best.net.rows]), np.concatenate([cols, best.net.cols]))
    rows, cols = rows[problem.demand[rows] > 0], cols[problem.demand[rows] > 0]
    if len(rows) > MOST:
        raise Refused(Reason("too_large_for_fair", pairs=len(rows), most=MOST))
    return program(problem, rows, cols), False


def _result(plain: Program, values: Array, answer: tuple[Array, float], bound: float, over_all: bool) -> Fair:
    taken = np.flatnonzero(answer[0] > 0.5)
    rows, cols = plain.rows[taken], plain.cols[taken]
    given = np.bincount(rows, weights=values[taken])[np.unique(rows)]
    floor = float(given.min())
    return Fair(rows, cols, floor, bound, float(values[taken].sum()), answer[1], over_all)
