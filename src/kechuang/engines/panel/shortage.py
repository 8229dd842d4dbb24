"""Whether a problem can be met at all, and if not, whose places are short: read from a minimum cut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from ortools.graph.python import max_flow

from kechuang.engines.panel.candidates import Search
from kechuang.engines.panel.network import entries, joined
from kechuang.engines.panel.problem import Array, Dense, Ints, Problem
from kechuang.engines.panel.weights import weights
from kechuang.words.reason import Reason

START = 32


def check(problem: Problem, *, seed: bytes = b"", scale: int = 1, most: int = 1) -> tuple[Reason, ...]:
    """What is short, by name; empty if every demand and every least load can be met.

    `places_short(codes, projects, need, have, missing)` for each separate group of projects whose experts do not
    suffice, `missing` the experts it would take; `least_loads_above_seats(least, seats)`; `least_load_above_cap(experts)`;
    `load_short(experts, need, have)` for those whose least loads no lawful seats fill. Demands and least loads that can
    each be met can be met together (Mendelsohn and Dulmage 1958). With a cap of `most` / `scale` on a pair's chance an
    expert fills no more than that of a seat.
    """
    search = Search(problem, weights(problem, seed=seed, scale=scale))
    rows, cols = search.best(START)
    whole: set[int] = set()
    while True:
        filled, projects, experts = _seated(problem, rows, cols, scale, most)
        fresh = set(projects.tolist()) - whole
        if int(filled.sum()) == problem.seats * scale or not fresh:
            break
        whole |= fresh
        more = all_of(problem, np.array(sorted(fresh)))
        rows, cols = search.lawful(np.concatenate([rows, more[0]]), np.concatenate([cols, more[1]]))
    parts = _parts(rows, cols, projects, experts)
    found = _named(problem, parts, filled, scale, most)
    return tuple(found) or _loads(problem, search, scale, most)


def all_of(problem: Problem, projects: Ints) -> tuple[Array, Array]:
    """Every pair of these projects."""
    pairs = problem.pairs
    if isinstance(pairs, Dense):
        return np.repeat(projects, pairs.shape[1]), np.tile(np.arange(pairs.shape[1]), len(projects))
    counts = np.diff(pairs.indptr)[projects]
    cols = [pairs.cols[pairs.indptr[i] : pairs.indptr[i + 1]] for i in projects]
    return np.repeat(projects, counts), np.concatenate([np.zeros(0, np.int64), *cols])


def _seated(problem: Problem, rows: Array, cols: Array, scale: int = 1, most: int = 1) -> tuple[Ints, Ints, Ints]:
    """The most seats (times `scale`) these pairs can fill, by project; projects and experts of the minimum cut."""
    n, m = problem.shape
    flow = _most(problem, rows, cols, scale, most)
    filled = np.asarray(flow.flows(np.arange(n)), np.int64)
    cut = np.asarray(flow.get_source_side_min_cut(), np.int64)
    return filled, np.sort(cut[cut < n]), np.sort(cut[(cut >= n) & (cut < n + m)]) - n


def _most(problem: Problem, rows: Array, cols: Array, scale: int, most: int) -> max_flow.SimpleMaxFlow:
    """A largest flow: the first arcs are the projects' demands, the last the experts' loads; nodes in the same order."""
    n, m = problem.shape
    entry, groups = entries(problem.nest, problem.demand, np.arange(n), rows, cols, first=n + m + 2)
    group_tail, group_head, group_cap = joined(groups)
    source, sink = n + m, n + m + 1
    tail = np.concatenate([np.full(n, source), entry, group_tail, np.arange(n, n + m)])
    head = np.concatenate([np.arange(n), n + cols, group_head, np.full(m, sink)])
    pair = np.full(len(rows), most, np.int64)
    capacity = np.concatenate([problem.demand * scale, pair, group_cap * scale, problem.cap * scale])
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(tail.astype(np.int32), head.astype(np.int32), capacity)
    flow.solve(source, sink)
    return flow


def _parts(rows: Array, cols: Array, projects: Ints, experts: Ints) -> list[list[int]]:
    """The projects of the cut, those together that hang together through its experts."""
    inside = np.isin(rows, projects) & np.isin(cols, experts)
    leader = {("p", i): ("p", i) for i in projects.tolist()}
    for row, col in zip(rows[inside].tolist(), cols[inside].tolist(), strict=True):
        a, b = _root(leader, ("p", row)), _root(leader, ("e", col))
        leader[max(a, b)] = min(a, b)
    parts: dict[tuple[str, int], list[int]] = {}
    for i in projects.tolist():
        parts.setdefault(_root(leader, ("p", i)), []).append(i)
    return list(parts.values())


def _named(problem: Problem, parts: list[list[int]], filled: Ints, scale: int, most: int) -> list[Reason]:
    """One reason for each part that is short of experts."""
    found = [(_short(problem, part, filled, scale, most), min(part)) for part in parts]
    short = sorted((-r.values["missing"], first, r) for r, first in found if r.values["missing"])
    return [reason for *_, reason in short]


def _root(leader: dict[tuple[str, int], tuple[str, int]], node: tuple[str, int]) -> tuple[str, int]:
    leader.setdefault(node, node)
    while leader[node] != node:
        leader[node] = node = leader[leader[node]]
    return node


def _short(problem: Problem, part: list[int], filled: Ints, scale: int, most: int) -> Reason:
    need, units = int(problem.demand[part].sum()), int(filled[part].sum())
    missing = -((units - need * scale) // most)
    codes = sorted({problem.codes[i] for i in part}) if problem.codes else []
    names = [problem.projects[i] if problem.projects else str(i) for i in part]
    return Reason("places_short", codes=codes, projects=names, need=need, have=units // scale, missing=missing)


def _loads(problem: Problem, search: Search, scale: int, most: int) -> tuple[Reason, ...]:
    """Experts who cannot reach their least load, when every seat can be filled: those of the minimum cut."""
    least = int(problem.lo.sum())
    if least > problem.seats:
        return (Reason("least_loads_above_seats", least=least, seats=problem.seats),)
    if len(over := np.flatnonzero(problem.lo > problem.cap)):
        return (Reason("least_load_above_cap", experts=_experts(problem, over)),)
    if not least:
        return ()
    (n, m), (rows, cols) = problem.shape, search.all()
    flow = _most(replace(problem, cap=problem.lo), rows, cols, scale, most)
    given = np.asarray(flow.flows(np.arange(flow.num_arcs() - m, flow.num_arcs())), np.int64)
    if int(given.sum()) == least * scale:
        return ()
    cut = np.asarray(flow.get_sink_side_min_cut(), np.int64)
    short = np.sort(cut[(cut >= n) & (cut < n + m)]) - n
    need, have = int(problem.lo[short].sum()), int(given[short].sum()) // scale
    return (Reason("load_short", experts=_experts(problem, short), need=need, have=have),)


def _experts(problem: Problem, numbers: Ints) -> list[str]:
    return [problem.experts[j] if problem.experts else str(j) for j in numbers.tolist()]
