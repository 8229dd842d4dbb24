"""Quotas that cross the nest (60 % technical, one finance beside one a unit): a mixed-integer program that says its price."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from kechuang.engines.panel.candidates import Search
from kechuang.engines.panel.optimum import optimum
from kechuang.engines.panel.problem import Array, Ints, Problem
from kechuang.engines.panel.program import Kinds, Program, program, sums
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

TOP = 16  # candidates of each kind a project starts with


@dataclass(frozen=True, slots=True)
class Mixed:
    """Pairs, their sum, a bound on it over the candidates, and the seats of a kind that had to be given up."""

    rows: Array
    cols: Array
    total: float
    bound: float
    given_up: tuple[Reason, ...] = ()


def mixed(problem: Problem, kinds: Kinds, *, seed: bytes, give_up: bool = False) -> Mixed:
    """The largest sum with the kinds' least numbers kept, or the fewest seats short of them if `give_up`.

    Everything else (demand, loads, conflicts, nested quotas) is kept in any case. Refused, with the projects and
    kinds that are short, where the numbers cannot be had and must not be given up.
    """
    best = optimum(problem, seed=seed)
    rows, cols = candidates(problem, kinds, Search(problem, best.weights), best.net.rows, best.net.cols)
    plain = program(problem, rows, cols)
    values = problem.pairs.at(rows, cols).astype(np.float64)
    members, least, names = _demands(problem, kinds, rows, cols)
    strict = plain.with_rows(members, low=least, high=np.full(len(least), np.inf))
    answer = strict.solved(values)
    if answer is not None:
        return _result(strict, values, answer)
    relaxed, short = _relaxed(plain, members, least)
    reasons = tuple(
        Reason("kind_given_up", project=_label(problem, i), kind=names[k], seats=int(short[at]))
        for at, (i, k) in enumerate(_places(problem, kinds))
        if short[at]
    )
    if not give_up:
        raise Refused(*(Reason("kind_short", **r.values) for r in reasons))
    answer = relaxed.solved(values)
    if answer is None:
        raise Refused(Reason("quotas_clash", seats=problem.seats, have=len(rows)))
    return replace(_result(relaxed, values, answer), given_up=reasons)


def candidates(problem: Problem, kinds: Kinds, search: Search, rows: Array, cols: Array) -> tuple[Array, Array]:
    """The optimum's candidates and the best of each kind of every project."""
    parts = [(rows, cols)]
    for kind in np.unique(kinds.of):
        only = replace(problem, cap=np.where(kinds.of == kind, problem.cap, 0), lo=np.zeros_like(problem.lo))
        parts.append(Search(only, search.weights).best(TOP))
    return search.lawful(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))


def _places(problem: Problem, kinds: Kinds) -> list[tuple[int, int]]:
    return [(i, kind) for kind in sorted(kinds.least) for i in range(problem.shape[0])]


def _demands(
    problem: Problem, kinds: Kinds, rows: Array, cols: Array
) -> tuple[sparse.csr_matrix, Array, dict[int, str]]:
    """One row for each kind and project: how many of that kind it is given, and must be."""
    n = problem.shape[0]
    blocks = [sums(rows, n, (kinds.of[cols] == kind).astype(float)) for kind in sorted(kinds.least)]
    least: Ints = np.concatenate([kinds.least[kind] for kind in sorted(kinds.least)])
    names = {kind: kinds.names[kind] if kinds.names else str(kind) for kind in kinds.least}
    return sparse.vstack(blocks, format="csr"), least.astype(float), names


def _relaxed(plain: Program, members: sparse.csr_matrix, least: Array) -> tuple[Program, Array]:
    """The program with as few seats of any kind given up as possible, and how many where."""
    size = len(least)
    slack = sparse.hstack([members, sparse.identity(size)], format="csr")
    body = sparse.hstack([plain.matrix, sparse.csr_matrix((plain.matrix.shape[0], size))], format="csr")
    short = _fewest(body, plain, slack, least)
    return plain.with_rows(members, low=least - short, high=np.full(size, np.inf)), short


def _fewest(body: sparse.csr_matrix, plain: Program, slack: sparse.csr_matrix, least: Array) -> Array:
    """Seats short in each row when their number is the smallest; each row's slack is taken in whole seats of one."""
    size, pairs = len(least), len(plain.rows)
    copies = int(least.max(initial=1))
    wide = sparse.hstack([slack, *[slack[:, pairs:]] * (copies - 1)], format="csr")
    padded = sparse.hstack([body, sparse.csr_matrix((body.shape[0], size * (copies - 1)))], format="csr")
    both = sparse.vstack([padded, wide], format="csr")
    unlimited = np.concatenate([plain.high, np.full(size, np.inf)])
    loose = Program(plain.rows, plain.cols, both, np.concatenate([plain.low, least]), unlimited)
    answer = loose.solved(np.concatenate([np.zeros(pairs), np.full(size * copies, -1.0)]))
    if answer is None:
        raise Refused(Reason("quotas_clash", seats=0, have=pairs))
    return answer[0][pairs:].reshape(copies, size).sum(0)


def _label(problem: Problem, project: int) -> str:
    return problem.projects[project] if problem.projects else str(project)


def _result(plain: Program, values: Array, answer: tuple[Array, float]) -> Mixed:
    taken = np.flatnonzero(answer[0] > 0.5)
    return Mixed(plain.rows[taken], plain.cols[taken], float(values[taken].sum()), answer[1])
