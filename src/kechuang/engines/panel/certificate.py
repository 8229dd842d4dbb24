"""Certificates of a draw: the full one for supervision, the public one without scores, each checked by one short script.

What is frozen (pool, loads, quotas, commitments to the scores) has a digest that is published first; the seed takes
it in; everything else follows from the seed and is repeated by the verifier. Labels must be the salted labels of the
round: whoever certifies hands over no names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kechuang.engines.panel.ceremony import label
from kechuang.engines.panel.optimum import Optimum, optimum
from kechuang.engines.panel.problem import SMALL, Array, Dense, Nest, Problem
from kechuang.engines.panel.splitting import drawn
from kechuang.engines.panel.weights import labels, weights
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason


@dataclass(frozen=True, slots=True)
class Terms:
    """What is fixed before the dice: the cap on a pair's chance, `most` / 2^bits, and the salt of labels and scores."""

    bits: int = 0
    most: int = 1
    salt: str = ""

    @property
    def scale(self) -> int:
        return 1 << self.bits


def salted(problem: Problem, *, salt: str) -> tuple[Problem, Array, Array]:
    """The problem in the order of its salted labels, and where its rows and columns stood before.

    What every later step works on: neither the order of a file nor a name then plays a part.
    """
    sides = [np.array([label(salt, name) for name in side]) for side in labels(problem)]
    by_row, by_col = (np.argsort(side, kind="stable") for side in sides)
    return _ordered(problem, by_row, by_col, sides), by_row, by_col


def frozen(problem: Problem, terms: Terms) -> dict[str, Any]:
    """Pool, rules and commitments to the scores: JSON whose digest is published before the dice are cast."""
    exact = weights(problem, seed=b"", scale=terms.scale)
    groups, limits = groups_of(problem)
    experts = zip(problem.experts, problem.cap.tolist(), problem.lo.tolist(), groups, strict=True)
    rows = _rows(problem, exact.bits)
    projects = zip(problem.projects, problem.demand.tolist(), _own(problem), strict=True)
    return {
        "projects": [list(row) for row in projects],
        "experts": [list(row) for row in experts],
        "groups": limits,
        "bits": terms.bits,
        "most": terms.most,
        "weight": [exact.shift, exact.tie],
        "score_bits": exact.bits,
        "exact": exact.exact,
        "scores": [digest(salt, row) for salt, row in zip(_salts(problem, terms), rows, strict=True)],
    }


def certified(
    problem: Problem, terms: Terms, *, seed: bytes, ceremony: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], Optimum]:
    """The full certificate of the draw of a salted problem, and the optimum behind it.

    `ceremony`: dice, commitments by party, reveals by party; none where the seed was simply given.
    """
    if problem.forced or not isinstance(problem.pairs, Dense) or problem.shape[0] * problem.shape[1] > SMALL:
        raise Refused(Reason("certificate_needs_a_plain_matrix", most_pairs=SMALL))
    rules = frozen(problem, terms)
    best = optimum(problem, seed=seed, scale=terms.scale, most=terms.most)
    graph = published(best)
    panels = panels_of(problem, graph, terms, seed=seed)
    certificate = {
        "format": "kechuang draw 1",
        "form": "full",
        "rules": rules,
        "pool_digest": digest(rules),
        "ceremony": dict(ceremony) if ceremony else None,
        "seed": seed.hex(),
        "graph": [list(pair) for pair in graph],
        "panels": panels,
        "scores": _rows(problem, rules["score_bits"]),
        "salts": _salts(problem, terms),
        "prices": prices(problem, best),
    }
    return sealed(certificate), best


def panels_of(problem: Problem, graph: list[tuple[int, int, int]], terms: Terms, *, seed: bytes) -> list[list[int]]:
    """The panels that the seed draws from a published graph."""
    panels: list[list[int]] = [[] for _ in range(problem.shape[0])]
    for k in drawn(graph, groups_of(problem)[0], bits=terms.bits, seed=seed):
        panels[graph[k][0]].append(graph[k][1])
    return panels


def public(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """The public form: no scores, salts or prices; labels, chances, loads, panels and commitments stay."""
    kept = {k: v for k, v in certificate.items() if k not in ("scores", "salts", "prices")}
    return sealed(kept | {"form": "public"})


def sealed(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """With the digest over everything else."""
    plain = {**certificate, "digest": ""}
    return {**plain, "digest": digest(plain)}


def published(best: Optimum) -> list[tuple[int, int, int]]:
    """The candidate graph: (project, expert, flow of 2^bits) of every pair with a chance, in order."""
    used = np.flatnonzero(best.pair_flow)
    order = used[np.lexsort((best.net.cols[used], best.net.rows[used]))]
    columns = (best.net.rows[order], best.net.cols[order], best.pair_flow[order])
    return [(i, j, f) for i, j, f in zip(*(column.tolist() for column in columns), strict=True)]


def prices(problem: Problem, best: Optimum) -> list[list[Any]]:
    """Integer prices: [project, "", price], ["expert", column, price], [project, group, price] where a quota binds."""
    rows: list[list[Any]] = [[i, "", u] for i, u in enumerate(best.project_prices().tolist())]
    shut = 1 << 80
    experts = zip(best.expert_prices().tolist(), problem.cap.tolist(), strict=True)
    rows += [["expert", j, v if cap else shut] for j, (v, cap) in enumerate(experts)]
    for name, group in zip(_levels(problem.nest), best.net.groups, strict=True):
        extra = best.at[group.nodes] - best.at[group.parents]
        for key, price in zip(group.keys.tolist(), extra.tolist(), strict=True):
            if price:
                member = key % group.width
                rows.append([key // group.width, name if name == "inside" else f"{name} {member}", price])
    return rows


def digest(*parts: object) -> str:
    """SHA-256 (hex) of the parts as one JSON list, as the verifier takes it."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _levels(nest: Nest | None) -> list[str]:
    """Names of the levels that are limited, outermost first, as network.levels has them."""
    if nest is None:
        return []
    limits = (("inside", bool(np.any(nest.outside)) or None), ("region", nest.per_region), ("unit", nest.per_unit))
    return [name for name, limit in limits if limit is not None]


def _own(problem: Problem) -> list[dict[str, int]]:
    """What a project limits otherwise than all: its own number from outside, where that differs from the most asked."""
    nest = problem.nest
    if nest is None or not np.any(nest.outside):
        return [{} for _ in range(problem.shape[0])]
    asked = np.broadcast_to(nest.outside, problem.shape[:1]).tolist()
    most = int(np.max(nest.outside))
    seats = problem.demand.tolist()
    return [{} if n == most else {"inside": -n if n else s} for n, s in zip(asked, seats, strict=True)]


def groups_of(problem: Problem) -> tuple[list[list[str]], dict[str, int]]:
    """Each expert's groups, outermost first, and the limit of every group; below 0: so many fewer than the seats."""
    names: list[list[str]] = [[] for _ in range(problem.shape[1])]
    limits: dict[str, int] = {}
    nest = problem.nest
    for level in _levels(nest):
        assert nest is not None
        members = {"inside": np.where(nest.inside, 0, -1), "region": nest.region, "unit": nest.unit}[level]
        most = {"inside": -int(np.max(nest.outside)), "region": nest.per_region, "unit": nest.per_unit}[level]
        for groups, member in zip(names, members.tolist(), strict=True):
            if member >= 0:
                groups.append(level if level == "inside" else f"{level} {member}")
                limits[groups[-1]] = int(most or 0)
    return names, limits


def _ordered(problem: Problem, by_row: Array, by_col: Array, sides: list[Array]) -> Problem:
    pairs = problem.pairs
    if not isinstance(pairs, Dense):
        raise Refused(Reason("certificate_needs_a_plain_matrix", most_pairs=SMALL))
    nest = problem.nest
    if nest is not None:
        outside = nest.outside if isinstance(nest.outside, int) else nest.outside[by_row]
        placed = replace(nest, unit=nest.unit[by_col], region=nest.region[by_col])
        nest = replace(placed, inside=nest.inside[by_col], outside=outside)
    place_row, place_col = np.argsort(by_row), np.argsort(by_col)
    return Problem(
        Dense(pairs.scores[np.ix_(by_row, by_col)], pairs.mask[np.ix_(by_row, by_col)]),
        problem.demand[by_row],
        problem.cap[by_col],
        problem.lo[by_col],
        forced=tuple((int(place_row[i]), int(place_col[j])) for i, j in problem.forced),
        nest=nest,
        projects=tuple(map(str, sides[0][by_row])),
        experts=tuple(map(str, sides[1][by_col])),
        codes=tuple(problem.codes[i] for i in by_row.tolist()) if problem.codes else (),
    )


def _rows(problem: Problem, bits: int) -> list[list[int | None]]:
    """Whole-number scores by project; None where the pair must never meet."""
    assert isinstance(problem.pairs, Dense)
    whole = np.rint(problem.pairs.scores.astype(np.float64) * float(1 << bits)).astype(np.int64).astype(object)
    whole[problem.pairs.mask] = None
    return [list(row) for row in whole.tolist()]


def _salts(problem: Problem, terms: Terms) -> list[str]:
    return [digest("kechuang scores 1", terms.salt, label) for label in problem.projects]
