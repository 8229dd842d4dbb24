"""`kechuang assign`: the best, the fair or the random assignment of experts, from a score file and without a database."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import typer

from kechuang.engines.panel.certificate import Terms, certified, published, salted
from kechuang.engines.panel.fair import fair
from kechuang.engines.panel.optimum import Optimum, optimum
from kechuang.engines.panel.problem import Problem, problem_from
from kechuang.engines.panel.splitting import drawn
from kechuang.words.outcome import Refused

app = typer.Typer()
MOST_BITS = 20


@app.command()
def assign(
    problem: Path = typer.Argument(..., help="An .npz with scores, demand, cap and, where needed, mask and lo."),
    out: Path = typer.Option(..., "--out", help="Where to write the panels."),
    cap_probability: str = typer.Option("", help="No pair's chance is above this: a/2^b, such as 1/2 or 0.8046875."),
    lo: int = typer.Option(-1, help="The least load of every expert, in the place of the file's."),
    fairly: bool = typer.Option(False, "--fair", help="The worst-served project first."),
    seed: str = typer.Option("", help="The seed of ties and of the draw, in hex."),
    certificate: Path = typer.Option(None, help="Where to write the full certificate."),
    marginals: bool = typer.Option(False, help="Write each pair's chance too (with a cap)."),
) -> None:
    """Assign experts to projects from a score file, without a database."""
    try:
        answer, proof = assigned(_read(problem, lo), _terms(cap_probability), seed=_seed(seed, problem), fairly=fairly)
        if certificate:
            certificate.write_text(json.dumps(_proof(proof, fairly), ensure_ascii=False), "utf-8")
    except Refused as refusal:
        for reason in refusal.reasons:
            typer.echo(f"refused: {json.dumps(reason.to_json(), ensure_ascii=False)}", err=True)
        raise typer.Exit(1) from None
    except (ValueError, KeyError, OSError) as wrong:
        typer.echo(f"cannot be read: {wrong}", err=True)
        raise typer.Exit(2) from None
    if not marginals:
        answer.pop("marginals", None)
    out.write_text(json.dumps(answer, ensure_ascii=False) + "\n", "utf-8")
    shown = ("sum", "min", "bound", "gap", "expected_sum", "cpu_seconds")
    typer.echo("  ".join(f"{name} {answer[name]}" for name in shown if name in answer))


def assigned(given: Problem, terms: Terms, *, seed: bytes, fairly: bool) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """PANELS as a dictionary, and what a certificate is made of. CPU seconds are those of building and solving."""
    started = time.process_time()
    if fairly:
        answer = _fair(given, seed)
    else:
        best = optimum(given, seed=seed, scale=terms.scale, most=terms.most)
        answer = _best(given, best) if terms.bits == 0 else _drawn(given, best, terms, seed)
    answer["cpu_seconds"] = round(time.process_time() - started, 6)
    return answer, (given, terms, seed)


def _best(given: Problem, best: Optimum) -> dict[str, Any]:
    panels: list[list[int]] = [[] for _ in range(given.shape[0])]
    for i, j, _ in published(best):
        panels[i].append(j)
    gap = (best.dual - best.primal) / best.weights.unit
    total = _total(given, panels)
    return {"panels": panels, "sum": total, "min": _least(given, panels), "bound": total + gap, "gap": gap}


def _drawn(given: Problem, best: Optimum, terms: Terms, seed: bytes) -> dict[str, Any]:
    """The draw: rows and columns in the order of their keys, so that the order in the file does not matter."""
    row = {int(i): k for k, i in enumerate(np.argsort(best.weights.row_key, kind="stable"))}
    col = {int(j): k for k, j in enumerate(np.argsort(best.weights.col_key, kind="stable"))}
    graph = sorted(published(best), key=lambda pair: (row[pair[0]], col[pair[1]]))
    panels: list[list[int]] = [[] for _ in range(given.shape[0])]
    for k in drawn(graph, [()] * given.shape[1], bits=terms.bits, seed=seed):
        panels[graph[k][0]].append(graph[k][1])
    for panel in panels:
        panel.sort()
    gap = (best.dual - best.primal) / best.weights.unit / terms.scale
    expected = sum(Fraction(float(given.pairs.at(i, j))) * f for i, j, f in graph) / terms.scale
    return {
        "panels": panels,
        "sum": _total(given, panels),
        "min": _least(given, panels),
        "expected_sum": float(expected),
        "bound": float(expected) + gap,
        "gap": gap,
        "cap_probability": f"{terms.most}/{terms.scale}",
        "marginals": sorted([i, j, f / terms.scale] for i, j, f in graph),
    }


def _fair(given: Problem, seed: bytes) -> dict[str, Any]:
    found = fair(given, seed=seed)
    panels: list[list[int]] = [[] for _ in range(given.shape[0])]
    for i, j in sorted(zip(found.rows.tolist(), found.cols.tolist(), strict=True)):
        panels[i].append(j)
    return {
        "panels": panels,
        "sum": _total(given, panels),
        "min": _least(given, panels),
        "bound": found.total_bound,
        "gap": found.total_bound - _total(given, panels),
        "min_bound": found.floor_bound,
        "bounds_over_all_pairs": found.over_all,
    }


def _total(given: Problem, panels: list[list[int]]) -> float:
    return float(sum(_score(given, i, panel) for i, panel in enumerate(panels)))


def _least(given: Problem, panels: list[list[int]]) -> float:
    return float(min((_score(given, i, panel) for i, panel in enumerate(panels)), default=0))


def _score(given: Problem, project: int, panel: list[int]) -> Fraction:
    return sum((Fraction(float(given.pairs.at(project, j))) for j in panel), Fraction(0))


def _proof(parts: tuple[Any, ...], fairly: bool) -> dict[str, Any]:
    """The full certificate, on labels salted by the seed: without a ceremony nothing here is hidden from a guess."""
    given, terms, seed = parts
    if fairly:
        raise ValueError(
            "a fair assignment has bounds, not a certificate of the draw: leave --fair or --certificate out"
        )
    terms = replace(terms, salt=hashlib.sha256(b"salt" + seed).hexdigest())
    return certified(salted(given, salt=terms.salt), terms, seed=seed)[0]


def _read(path: Path, lo: int) -> Problem:
    with np.load(path, allow_pickle=False) as arrays:
        given = problem_from({name: arrays[name] for name in arrays.files})
    return given if lo < 0 else given.with_least(lo)


def _terms(cap: str) -> Terms:
    """a/2^b from a fraction or a decimal; ValueError for any other denominator."""
    if not cap:
        return Terms()
    chance = Fraction(cap)
    if not 0 < chance <= 1 or chance.denominator & (chance.denominator - 1):
        raise ValueError(f"{cap} is no chance of the form a/2^b")
    bits = chance.denominator.bit_length() - 1
    if bits > MOST_BITS:
        raise ValueError(f"{cap} is finer than 1/2^{MOST_BITS}")
    return Terms(bits, chance.numerator)


def _seed(text: str, path: Path) -> bytes:
    """The seed given, else one of the file's name: a repeated run gives the same panels."""
    return bytes.fromhex(text) if text else hashlib.sha256(path.name.encode()).digest()
