"""The same problem as a linear or mixed-integer program, for what no flow can say: a floor for all, quotas that cross."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from kechuang.engines.panel.network import levels
from kechuang.engines.panel.problem import Array, Ints, Problem

NODES = 5000  # of the branch-and-bound tree, so that the answer depends on the input and not on the clock


@dataclass(frozen=True, slots=True)
class Program:
    """Rows low ≤ A·x ≤ high over the candidate pairs, each x from 0 to 1."""

    rows: Array
    cols: Array
    matrix: sparse.csr_matrix
    low: Array
    high: Array

    def with_rows(self, matrix: sparse.csr_matrix, *, low: Array, high: Array) -> Program:
        both = sparse.vstack([self.matrix, matrix], format="csr")
        return Program(self.rows, self.cols, both, np.concatenate([self.low, low]), np.concatenate([self.high, high]))

    def solved(self, value: Array, *, whole: bool = True, gap: float = 0.0) -> tuple[Array, float] | None:
        """The largest sum of `value`, and the bound that proves it; None if nothing meets the rows."""
        answer = milp(
            -value,
            integrality=np.full(len(value), int(whole)),
            bounds=Bounds(0, 1),
            constraints=[LinearConstraint(self.matrix, self.low, self.high)],
            options={"node_limit": NODES, "mip_rel_gap": gap},
        )
        if answer.x is None:
            return None
        bound = answer.fun if answer.mip_dual_bound is None else answer.mip_dual_bound
        return np.rint(answer.x) if whole else answer.x, -float(bound)


def program(problem: Problem, rows: Array, cols: Array) -> Program:
    """Demands, loads, forced pairs and nested quotas over these pairs."""
    n, m = problem.shape
    parts = [(rows, n, problem.demand, problem.demand), (cols, m, problem.lo, problem.cap)]
    for member, most in levels(problem.nest, problem.demand):
        width = int(member.max(initial=0)) + 1
        key = np.where(member[cols] >= 0, rows * np.int64(width) + member[cols], -1)
        names, where = np.unique(key, return_inverse=True)
        limits = np.where(names < 0, len(rows), most[np.maximum(names, 0) // width])
        parts.append((where, len(names), np.zeros(len(names), np.int64), limits))
    matrix = sparse.vstack([sums(index, size) for index, size, _, _ in parts], format="csr")
    low, high = (np.concatenate([part[k] for part in parts]).astype(float) for k in (2, 3))
    plain = Program(rows, cols, matrix, low, high)
    if not problem.forced:
        return plain
    forced = np.array(problem.forced, np.int64)
    fixed = np.flatnonzero(np.isin(rows * np.int64(m) + cols, forced[:, 0] * m + forced[:, 1]))
    pick = sparse.csr_matrix((np.ones(len(fixed)), (np.arange(len(fixed)), fixed)), shape=(len(fixed), len(rows)))
    return plain.with_rows(pick, low=np.ones(len(fixed)), high=np.ones(len(fixed)))


def sums(index: Array, size: int, values: Array | None = None) -> sparse.csr_matrix:
    """The matrix that adds up pairs (or their `values`) by `index`."""
    given = np.ones(len(index)) if values is None else values
    return sparse.csr_matrix((given, (index, np.arange(len(index)))), shape=(size, len(index)))


def highest_floor(plain: Program, served: sparse.csr_matrix) -> float:
    """The linear bound on the least that any project is `served` (a row for each): no whole assignment does better."""
    projects, pairs = served.shape
    floor = sparse.csr_matrix(np.ones((projects, 1)))
    above = sparse.hstack([-served, floor])
    body = sparse.hstack([plain.matrix, sparse.csr_matrix((plain.matrix.shape[0], 1))], format="csr")
    equal = plain.low == plain.high
    lower = ~equal & np.isfinite(plain.low) & (plain.low > 0)
    answer = linprog(
        np.concatenate([np.zeros(pairs), [-1.0]]),
        A_ub=sparse.vstack([above, body[~equal], -body[lower]], format="csr"),
        b_ub=np.concatenate([np.zeros(projects), plain.high[~equal], -plain.low[lower]]),
        A_eq=body[equal],
        b_eq=plain.low[equal],
        bounds=[(0, 1)] * pairs + [(None, None)],
        method="highs",
    )
    return float(-answer.fun) if answer.status == 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Quotas that cross the nest: each expert's kind, and the least of a kind each project must have."""

    of: Ints
    least: Mapping[int, Ints]
    names: tuple[str, ...] = ()
