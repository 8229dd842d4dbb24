"""From sheets to a ranked list: one scale for all reviewers, groups, the line of the budget; and what to look at."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.models import Draw, Review, Score, Watch
from kechuang.engines.panel import ranking, scores
from kechuang.engines.panel.watch import Text, look_alikes

MODES = ("mail", "panel", "site_visit")
METHOD = scores.METHOD
POINT = 10_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """How many cases were ranked, how many stand above the line, and what those cost."""

    ranked: int
    above: int
    cost: int


def combined(rows: list[Review], programme: Mapping[str, Any]) -> Fraction:
    """The raw mark of a case: the mean of each mode, weighed as the page's `combine` says."""
    weights = {mode: Fraction(str(weight)) for mode, weight in (programme.get("combine") or {"mail": 100}).items()}
    by_mode: dict[str, list[Fraction]] = defaultdict(list)
    for row in rows:
        by_mode[row.mode].append(Fraction(row.points, POINT))
    present = {mode: weights.get(mode, Fraction(0)) for mode in by_mode if weights.get(mode)} or dict.fromkeys(
        by_mode, Fraction(1)
    )
    whole = sum(present.values(), Fraction(0))
    means = {mode: sum(by_mode[mode], Fraction(0)) / len(by_mode[mode]) for mode in present}
    return sum((present[mode] * means[mode] for mode in present), Fraction(0)) / whole if whole else Fraction(0)


def rank(round_: Round, on: datetime) -> Ranked:
    """Normalise all sheets of the round, rank each group, cut at the budget; written on the cases."""
    cases = {c.number: c for c in Case.objects.filter(round=round_, parent=None, state__in=["ranked", "reserve"])}
    _normalise(round_, cases)
    programme = pages_of(round_).programme
    within = str((programme.get("ranking") or {}).get("within", "round"))
    seed = hashlib.sha256(
        "".join(sorted(Draw.objects.filter(round=round_).values_list("seed", flat=True))).encode()
    ).digest()
    named: dict[str, list[ranking.Entry]] = defaultdict(list)
    marks = {s.case.number: s for s in Score.objects.filter(case__in=cases.values()).select_related("case")}
    ties = _ties(programme, cases)
    for number, case in cases.items():
        score = Fraction(marks[number].normal, POINT) if number in marks else Fraction(0)
        group = {"group": case.group, "topic": str(case.answers.get("topic", ""))}.get(within, "")
        named[group].append(ranking.Entry(number, score, case.asked_fen or 0, ties.get(number, ())))
    groups = [
        ranking.Group(name, tuple(p.entry for p in ranking.ranked(entries, seed=seed)))
        for name, entries in sorted(named.items())
    ]
    cut = ranking.cut(groups, budget=round_.budget_fen)
    funded = {number for numbers in cut.funded.values() for number in numbers}
    everyone = ranking.ranked([e for g in groups for e in g.ranked], seed=seed)
    for placed in everyone:
        number = placed.entry.project
        Case.objects.filter(pk=cases[number].pk).update(rank=placed.rank, above_line=number in funded)
    return Ranked(len(everyone), len(funded), cut.cost)


def _ties(programme: Mapping[str, Any], cases: Mapping[str, Case]) -> dict[str, tuple[Fraction, ...]]:
    """The declared tie keys of every case: mean marks of the criteria that the page names, larger first."""
    keys = [k for k in (programme.get("ranking") or {}).get("ties", ()) if k != "seed"]
    marks: dict[str, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for review in Review.objects.filter(case__in=cases.values(), mode__in=MODES).select_related("case"):
        for key in keys:
            if key in review.marks:
                marks[review.case.number][key].append(Fraction(review.marks[key]))
    return {
        n: tuple(sum(m[k], Fraction(0)) / len(m[k]) if m[k] else Fraction(0) for k in keys) for n, m in marks.items()
    }


def _normalise(round_: Round, cases: Mapping[str, Case]) -> None:
    """Bring every reviewer of the round to one scale; raw marks are kept and shown beside."""
    rows = list(Review.objects.filter(case__in=cases.values(), mode__in=MODES).select_related("case"))
    given = [scores.Review(r.case.number, r.label, Fraction(r.points, POINT)) for r in rows]
    means = scores.project_means(scores.normalised(given))
    for number, mean in means.items():
        Score.objects.filter(case=cases[number]).update(normal=scores.in_points(mean), method=METHOD)


def watch(case: Case, on: datetime) -> None:
    """Outliers among the sheets of one case, and sheets whose texts are alike: noted for supervision."""
    rows = list(Review.objects.filter(case=case, mode__in=MODES))
    given = [scores.Review(case.number, r.label, Fraction(r.points, POINT)) for r in rows]
    far = scores.outliers(given)
    if far:
        evidence = {"labels": [o.expert for o in far], "points": [str(o.score) for o in far]}
        _note(case, "outlier_score", evidence, on)
    texts = [Text(case.number, r.label, " ".join(r.reasons.values())) for r in rows]
    alike = look_alikes(texts)
    if alike:
        evidence = {"pairs": [[a.one[1], a.other[1], str(a.share)] for a in alike]}
        _note(case, "identical_text", evidence, on)


def _note(case: Case, kind: str, evidence: Mapping[str, Any], on: datetime) -> None:
    Watch.objects.update_or_create(
        round=case.round, kind=kind, case=case, defaults={"evidence": dict(evidence), "on": on}
    )
