"""The candidate graph from vectors of projects and experts: the best few by code, chunk by chunk, never a whole matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from kechuang.engines.panel.problem import CHUNK, Array, Ints, Sparse


def candidates(
    projects: Any,
    experts: Any,
    *,
    top: int,
    project_codes: Sequence[str],
    expert_codes: Sequence[Collection[str]],
    never: Collection[tuple[int, int]] = (),
    depth: int = 3,
) -> Sparse:
    """Each project's `top` experts by the inner product of unit vectors, among those of its discipline.

    `projects` [n, d] and `experts` [m, d] are dense or scipy sparse with rows of length one. An expert is of a
    project's discipline if one of his codes begins as the project's does, over `depth` characters (a GB/T 13745
    class of three digits, an NSFC department and section). `never` are conflicts. Pairs come ordered.
    """
    barred = _by_project(never)
    members = _members(expert_codes, depth)
    found: list[tuple[Ints, Ints, Array]] = []
    for code, rows in _members([[c] for c in project_codes], depth).items():
        cols = members.get(code, np.zeros(0, np.int64))
        step = max(1, CHUNK // max(1, len(cols)))
        for first in range(0, len(rows) if len(cols) else 0, step):
            found.append(_best(projects, experts, rows[first : first + step], cols, top, barred))
    return _graph(found, len(project_codes), len(expert_codes))


def rested(problem_codes: Sequence[str], last: Mapping[int, Collection[str]]) -> list[tuple[int, int]]:
    """(project, expert) pairs that rotation forbids: nobody sits on the same code twice running."""
    by_code: dict[str, list[int]] = defaultdict(list)
    for i, code in enumerate(problem_codes):
        by_code[code].append(i)
    return sorted((i, j) for j, codes in last.items() for code in codes for i in by_code.get(code, ()))


def _best(
    projects: Any, experts: Any, rows: Ints, cols: Ints, top: int, barred: Mapping[int, list[int]]
) -> tuple[Ints, Ints, Array]:
    product = projects[rows] @ experts[cols].T
    scores = np.asarray(product.toarray() if hasattr(product, "toarray") else product, np.float32)
    for at, row in enumerate(rows.tolist()):
        if row in barred:
            scores[at, np.isin(cols, barred[row])] = -np.inf
    keep = min(top, len(cols))
    best = np.argpartition(scores, len(cols) - keep, axis=1)[:, len(cols) - keep :]
    values = np.take_along_axis(scores, best, axis=1).ravel()
    good = np.isfinite(values)
    return np.repeat(rows, keep)[good], cols[best.ravel()][good], values[good]


def _graph(found: Sequence[tuple[Ints, Ints, Array]], projects: int, experts: int) -> Sparse:
    none = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    rows, cols, vals = (np.concatenate(part) for part in zip(none, *found, strict=True))
    order = np.lexsort((cols, rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=projects))])
    return Sparse(indptr, cols[order].astype(np.int32), vals[order], experts)


def _members(codes: Sequence[Collection[str]], depth: int) -> dict[str, Ints]:
    members: dict[str, set[int]] = defaultdict(set)
    for number, own in enumerate(codes):
        for code in own:
            members[code[:depth]].add(number)
    return {code: np.array(sorted(numbers), np.int64) for code, numbers in sorted(members.items())}


def _by_project(never: Collection[tuple[int, int]]) -> dict[int, list[int]]:
    barred: dict[int, list[int]] = defaultdict(list)
    for project, expert in never:
        barred[project].append(expert)
    return barred
