"""The engine's solver half for one round, as plain JSON in and out; run as a process of its own it spares a web worker.

A request holds the sub-panels (name, seats, outside, code), the experts (pid, places left, unit, region, inside), the
scores (whole points, null: never), the limits of a unit and a region, the cap on chances, and the salt.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from kechuang.engines.panel.certificate import Terms, certified, digest, frozen, public, salted
from kechuang.engines.panel.explain import explain
from kechuang.engines.panel.optimum import optimum
from kechuang.engines.panel.problem import Array, Dense, Nest, Problem
from kechuang.engines.panel.shortage import check
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

QUOTAS = ("outside", "region", "unit")


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """`freeze`: the rules and their digest, or what is short. `draw`: both forms of the certificate, and the panels by pid.

    `explain`: why these experts sit on these sub-panels, or why not, by pid and sub-panel.
    """
    problem, terms = problem_of(request), Terms(request["bits"], request["most"], request["salt"])
    if request["task"] == "freeze":
        return _freeze(problem, terms)
    return _explain(problem, terms, request) if request["task"] == "explain" else _draw(problem, terms, request)


def problem_of(request: Mapping[str, Any]) -> Problem:
    """The arrays of a request."""
    subs, experts = request["subs"], request["experts"]
    given = [[-1 if score is None else score for score in row] for row in request["scores"]]
    scores = np.array(given, np.float64).reshape(len(subs), len(experts))
    unit, region = (np.array([e[key] for e in experts], np.int64) for key in ("unit", "region"))
    nest = Nest(
        unit, region, np.array([e["inside"] for e in experts], bool), request["per_unit"], request["per_region"],
        np.array([sub["outside"] for sub in subs], np.int64),
    )  # fmt: skip
    cap = np.array([e["cap"] for e in experts], np.int64)
    return Problem(
        Dense(np.maximum(scores, 0), scores < 0), np.array([sub["seats"] for sub in subs], np.int64), cap,
        np.zeros_like(cap), nest=nest, projects=tuple(sub["name"] for sub in subs), experts=tuple(e["pid"] for e in experts),
        codes=tuple(sub["name"] for sub in subs),
    )  # fmt: skip


def lacks(problem: Problem, terms: Terms) -> list[Reason]:
    """What is short: each part of the minimum cut with the quota without which it would not be, and the full regions."""
    found = []
    for reason in check(problem, scale=terms.scale, most=terms.most):
        if reason.code != "places_short":
            found.append(reason)
            continue
        rows = [problem.projects.index(name) for name in reason.values["projects"]]
        why = next((q for q in QUOTAS if not _short_without(problem, q, rows, terms)), "")
        full = _full_regions(problem, rows) if why == "region" else []
        found.append(Reason("places_short", **reason.values, because=why, regions=full))
    return found


def _freeze(problem: Problem, terms: Terms) -> dict[str, Any]:
    short = lacks(problem, terms)
    if not short:
        try:
            optimum(problem, seed=b"", scale=terms.scale, most=terms.most)
        except Refused as refusal:
            short = list(refusal.reasons)
    labelled = salted(problem, salt=terms.salt)[0]
    rules = frozen(labelled, terms)
    return {"rules_digest": digest(rules), "lacks": [reason.to_json() for reason in short]}


def _draw(problem: Problem, terms: Terms, request: Mapping[str, Any]) -> dict[str, Any]:
    labelled, by_row, by_col = salted(problem, salt=terms.salt)
    seed = bytes.fromhex(request["seed"])
    full, _ = certified(labelled, terms, seed=seed, ceremony=request.get("ceremony"))
    panels = {
        problem.projects[row]: [problem.experts[by_col[j]] for j in panel]
        for row, panel in zip(by_row.tolist(), full["panels"], strict=True)
    }
    return {"full": full, "public": public(full), "panels": panels}


def _explain(problem: Problem, terms: Terms, request: Mapping[str, Any]) -> dict[str, Any]:
    labelled, by_row, by_col = salted(problem, salt=terms.salt)
    best = optimum(labelled, seed=bytes.fromhex(request["seed"]), scale=terms.scale, most=terms.most)
    rows = {problem.projects[row]: at for at, row in enumerate(by_row.tolist())}
    cols = {problem.experts[col]: at for at, col in enumerate(by_col.tolist())}
    said = {
        pid: {name: _plain(explain(labelled, best, rows[name], cols[pid])) for name in request["names"]}
        for pid in request["pids"]
        if pid in cols
    }
    return {"said": said}


def _plain(reason: Reason) -> dict[str, Any]:
    """A reason in whole points; a chance stays a fraction."""
    values = {name: str(value) if name == "chance" else int(value) for name, value in reason.values.items()}
    return {"code": reason.code, **values}


def _short_without(problem: Problem, quota: str, rows: list[int], terms: Terms) -> bool:
    """Whether these sub-panels alone would still be short with one quota left out."""
    nest = problem.nest
    assert nest is not None
    relaxed = {
        "outside": replace(nest, outside=np.zeros_like(nest.outside)), "region": replace(nest, per_region=None),
        "unit": replace(nest, per_unit=None),
    }[quota]  # fmt: skip
    demand = np.zeros_like(problem.demand)
    demand[rows] = problem.demand[rows]
    alone = replace(problem, demand=demand, nest=relaxed)
    return bool(check(alone, scale=terms.scale, most=terms.most))


def _full_regions(problem: Problem, rows: list[int]) -> list[int]:
    """Regions with more lawful experts than may sit, by number, fullest first."""
    nest, pairs = problem.nest, problem.pairs
    assert nest is not None and isinstance(pairs, Dense)
    lawful: Array = (~pairs.mask[rows]).any(0) & (problem.cap > 0) & (nest.region >= 0)
    counts = np.bincount(nest.region[lawful], minlength=1)
    most = np.argsort(-counts, kind="stable")
    return [int(region) for region in most if counts[region] > (nest.per_region or 0)][:3]


if __name__ == "__main__":
    try:
        said = answer(json.load(sys.stdin))
    except Refused as refusal:
        said = {"refused": [reason.to_json() for reason in refusal.reasons]}
    json.dump(said, sys.stdout)
