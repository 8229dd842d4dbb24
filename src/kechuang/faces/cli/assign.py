"""`kechuang assign`: the best, the fair or the random assignment of experts, from a score file and without a database."""

from __future__ import annotations

import hashlib
import json
import math
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import typer

from kechuang.engines.panel.certificate import Terms, certified, panels_of, published, salted
from kechuang.engines.panel.fair import fair
from kechuang.engines.panel.optimum import Optimum, optimum
from kechuang.engines.panel.problem import SMALL, Ints, Problem, problem_from
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

app = typer.Typer()
Proof = Callable[[], dict[str, Any]]
MOST_BITS = 20
NAMED = 30  # names of one refusal that are written out

WORDS = {
    "places_short": (
        "{count} 个项目{codes}只有 {have} 席可排，需要 {need} 席，还缺 {missing} 人：{projects}",
        "these {count} projects{codes} have {have} places and need {need} (experts wanted: {missing}): {projects}",
    ),
    "chance_too_small": ("概率上限 {cap} 太小，排不出来", "the cap {cap} on chances leaves no assignment"),
    "least_loads_above_seats": (
        "专家最低工作量合计 {least}，席位只有 {seats}", "the least loads come to {least}, there are {seats} seats",
    ),
    "least_load_above_cap": ("这些专家的最低工作量高于上限：{experts}", "least loads above the caps of experts {experts}"),
    "load_short": (
        "这些专家最低要排 {need} 席，可排的只有 {have} 席：{experts}", "experts {experts} must have {need} seats and can be given {have}",
    ),
    "array_of_wrong_shape": (
        "数组 {array} 的形状与 {projects} 个项目、{experts} 名专家不符", "array {array} does not fit {projects} projects and {experts} experts",
    ),
    "array_missing": ("文件里没有数组 {array}", "the file has no array {array}"),
    "score_is_no_number": ("评分里有不是数字的值", "a score is no number"),
    "number_below_nothing": ("席位或工作量小于零", "a demand or a load is below nothing"),
    "unit_in_two_regions": ("有单位属于两个地区", "a unit lies in two regions"),
    "no_fair_assignment_found": ("没有找到公平的方案，下限的界为 {bound}", "no fair assignment was found below the bound {bound}"),
    "too_large_for_fair": ("{pairs} 对太多，公平分配最多 {most} 对", "{pairs} pairs are too many for --fair, {most} at most"),
    "certificate_needs_a_plain_matrix": ("凭证最多写 {most_pairs} 对", "a certificate is written up to {most_pairs} pairs"),
}  # fmt: skip


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
        if fairly and (certificate or cap_probability):
            raise ValueError("--fair has bounds, no certificate and no chances: leave the other options out")
        given, terms = _read(problem, lo), _terms(cap_probability)
        answer, proof = assigned(given, terms, seed=_seed(seed, problem), fairly=fairly)
        if not marginals:
            answer.pop("marginals", None)
        if certificate and proof:
            _write(certificate, proof())
        _write(out, answer)
    except Refused as refusal:
        for reason in refusal.reasons:
            typer.echo(f"refused: {said(reason)}", err=True)
        raise typer.Exit(1) from None
    except (ValueError, OSError, zipfile.BadZipFile) as wrong:
        typer.echo(f"cannot be read or written: {wrong}", err=True)
        raise typer.Exit(2) from None
    shown = ("sum", "min", "bound", "gap", "expected_sum", "cpu_seconds")
    typer.echo("  ".join(f"{name} {answer[name]}" for name in shown if name in answer))


def said(reason: Reason) -> str:
    """A refusal in Chinese and English, with the names of what is short."""
    if reason.code not in WORDS:
        return json.dumps(reason.to_json(), ensure_ascii=False)
    names = {name: _listed(value) if isinstance(value, list) else value for name, value in reason.values.items()}
    if reason.code == "places_short":
        names["count"] = len(reason.values["projects"])
    codes = names.get("codes")
    told = (
        text.format_map({**names, "codes": of.format(codes) if codes else ""})
        for text, of in zip(WORDS[reason.code], ("（{}）", " of {}"), strict=True)
    )
    return " / ".join(told)


def _listed(names: list[Any]) -> str:
    return ", ".join(map(str, names[:NAMED])) + (" …" if len(names) > NAMED else "")


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", "utf-8")


def assigned(given: Problem, terms: Terms, *, seed: bytes, fairly: bool) -> tuple[dict[str, Any], Proof | None]:
    """PANELS as a dictionary, and the certificate of the very same draw, to be called where one is wanted.

    CPU seconds are those of building and solving; labels are salted by the seed, so nothing here is hidden.
    """
    if fairly:
        return _fair(given, seed), None
    rows, cols, plain = *(np.arange(size) for size in given.shape), given
    if given.shape[0] * given.shape[1] <= SMALL:
        terms = replace(terms, salt=hashlib.sha256(b"salt" + seed).hexdigest())
        given, rows, cols = salted(given, salt=terms.salt)
    started = time.process_time()
    try:
        best = optimum(given, seed=seed, scale=terms.scale, most=terms.most)
    except Refused as refusal:
        raise Refused(*_unlabelled(refusal, given, plain, rows, cols)) from None
    spent = time.process_time() - started
    answer = _answer(given, best, terms, seed) | {"cpu_seconds": round(spent, 6)}
    _in_file_order(answer, rows.tolist(), cols.tolist())
    return answer, lambda: certified(given, terms, seed=seed)[0]


def _unlabelled(refusal: Refused, given: Problem, plain: Problem, rows: Ints, cols: Ints) -> list[Reason]:
    """The reasons with the names that the file gives, else its row and column numbers, in the place of salted labels."""
    sides = {"projects": (given.projects, rows, plain.projects), "experts": (given.experts, cols, plain.experts)}
    named = {
        key: {label: (names[at] if names else str(at), at) for label, at in zip(labels, places.tolist(), strict=False)}
        for key, (labels, places, names) in sides.items()
    }
    found = []
    for reason in refusal.reasons:
        values = dict(reason.values)
        for key, known in named.items():
            if isinstance(values.get(key), list) and known:
                values[key] = [
                    name for name, _ in sorted((known[one] for one in values[key]), key=lambda pair: pair[1])
                ]
        found.append(Reason(reason.code, **values))
    return found


def _answer(given: Problem, best: Optimum, terms: Terms, seed: bytes) -> dict[str, Any]:
    graph = published(best)
    panels = panels_of(given, graph, terms, seed=seed)
    gap = (best.dual - best.primal) / best.weights.unit / terms.scale
    answer = _figures(given, panels) | {"bound": _sum(given, panels) + gap, "gap": gap}
    if terms.bits:
        rows, cols, flow = (np.array(column) for column in zip(*graph, strict=True))
        expected = math.fsum((given.pairs.at(rows, cols).astype(np.float64) * flow).tolist()) / terms.scale
        answer |= {"expected_sum": expected, "bound": expected + gap, "cap_probability": f"{terms.most}/{terms.scale}"}
        answer["marginals"] = [[i, j, f / terms.scale] for i, j, f in graph]
    return answer


def _in_file_order(answer: dict[str, Any], rows: list[int], cols: list[int]) -> None:
    """Panels and marginals by the numbers that projects and experts have in the file."""
    panels: list[list[int]] = [[] for _ in rows]
    for i, panel in zip(rows, answer["panels"], strict=True):
        panels[i] = sorted(cols[j] for j in panel)
    answer["panels"] = panels
    if "marginals" in answer:
        answer["marginals"] = sorted([rows[i], cols[j], chance] for i, j, chance in answer["marginals"])


def _figures(given: Problem, panels: list[list[int]]) -> dict[str, Any]:
    served = [_sum(given, [panel], first=i) for i, panel in enumerate(panels)]
    return {"panels": panels, "sum": _sum(given, panels), "min": min(served, default=0.0)}


def _sum(given: Problem, panels: list[list[int]], *, first: int = 0) -> float:
    """The sum of the panels' scores, correctly rounded once; `first` is the number of the first project."""
    rows = np.repeat(np.arange(first, first + len(panels)), [len(panel) for panel in panels])
    cols = np.array([j for panel in panels for j in panel], np.int64)
    return math.fsum(given.pairs.at(rows, cols).astype(np.float64).tolist())


def _fair(given: Problem, seed: bytes) -> dict[str, Any]:
    started = time.process_time()
    found = fair(given, seed=seed)
    spent = time.process_time() - started
    panels: list[list[int]] = [[] for _ in range(given.shape[0])]
    for i, j in sorted(zip(found.rows.tolist(), found.cols.tolist(), strict=True)):
        panels[i].append(j)
    return _figures(given, panels) | {
        "bound": found.total_bound,
        "gap": max(0.0, found.total_bound - found.total),
        "min_bound": found.floor_bound,
        "bounds_over_all_pairs": found.over_all,
        "cpu_seconds": round(spent, 6),
    }


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
