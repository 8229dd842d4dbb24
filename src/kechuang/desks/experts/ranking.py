"""From sheets to a ranked list: one scale for all reviewers, groups, the line of the budget; and what to look at."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, Sum

from kechuang.casework import curtain
from kechuang.casework.models import Answer, Case, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.models import Draw, Review, Score, Seat, Watch
from kechuang.engines.panel import ranking, scores
from kechuang.engines.panel.watch import Text, look_alikes
from kechuang.parties.prepared import Prepared

MODES = ("mail", "panel", "site_visit")
METHOD = scores.METHOD
POINT = 10_000
SHEETS = Prepared[Review](lambda case: Review.objects.filter(case=case).order_by("pk"))


def called(case: Case) -> bool | None:
    """Whether the page's `to_panel` brings the case before the panel: `all`, or the first `per_place` for each place of its
    topic by the marks of the mail review; None where the page says nothing, or the topic has no number of places."""
    said = ((pages_of(case.round).programme.get("panel") or {}).get("panel") or {}).get("to_panel") or {}
    if said.get("all") is True:
        return True
    topic = str(case.answers.get("topic", ""))
    places = next((t.get("number") for t in case.round.topics if str(t.get("code")) == topic), None)
    if "per_place" not in said or not places:
        return None
    there = Answer.objects.filter(case__round=case.round, case__parent=None, name="topic", value=topic).values("case")
    rows = Review.objects.filter(case__in=there, mode="mail").order_by().values_list("case__number")
    marks = {number: Fraction(points, count) for number, points, count in rows.annotate(Sum("points"), Count("pk"))}
    own = marks.get(case.number, Fraction(0))
    return sum(mark > own for mark in marks.values()) < int(said["per_place"]) * int(places)


@dataclass(frozen=True, slots=True)
class Ranked:
    """How many cases were ranked, how many stand above the line, and what those cost."""

    ranked: int
    above: int
    cost: int


def combined(rows: list[Review], programme: Mapping[str, Any]) -> Fraction:
    """The raw mark of a case: the mean of each mode, weighed as the page's `combine` says."""
    by_mode: dict[str, list[Fraction]] = defaultdict(list)
    for row in rows:
        by_mode[row.mode].append(Fraction(row.points, POINT))
    return weighed(by_mode, programme)


def weighed(by_mode: Mapping[str, Sequence[Fraction]], programme: Mapping[str, Any]) -> Fraction:
    """One mark out of the marks of each mode: their means, weighed by the page; alike where it weighs none of them."""
    weights = {mode: Fraction(str(weight)) for mode, weight in (programme.get("combine") or {"mail": 100}).items()}
    present = {mode: weights[mode] for mode in by_mode if weights.get(mode)} or dict.fromkeys(by_mode, Fraction(1))
    whole = sum(present.values(), Fraction(0))
    means = {mode: sum(by_mode[mode], Fraction(0)) / len(by_mode[mode]) for mode in present}
    return sum((present[mode] * means[mode] for mode in present), Fraction(0)) / whole if whole else Fraction(0)


def rank(round_: Round, on: datetime) -> Ranked:
    """Normalise all sheets of the round, rank each group, cut at the budget and the page's quotas; written on the cases."""
    cases = {c.number: c for c in Case.objects.filter(round=round_, parent=None, state__in=["ranked", "reserve"])}
    programme = pages_of(round_).programme
    _normalise(round_, cases, programme)
    watch_repeats(round_, on)
    seeds = Draw.objects.filter(round=round_).values_list("seed", flat=True)
    seed = hashlib.sha256("".join(sorted(seeds)).encode()).digest()
    named = _entries(cases, programme)
    cut = _cut(round_, programme, named, seed)
    funded = {number for numbers in cut.funded.values() for number in numbers}
    everyone = ranking.ranked([e for entries in named.values() for e in entries], seed=seed)
    for placed in everyone:
        number = placed.entry.project
        Case.objects.filter(pk=cases[number].pk).update(rank=placed.rank, above_line=number in funded)
    return Ranked(len(everyone), len(funded), cut.cost)


def _entries(cases: Mapping[str, Case], programme: Mapping[str, Any]) -> dict[str, list[ranking.Entry]]:
    """The cases to be ranked, by what the page ranks within: the review group, the topic, the track, or the whole round."""
    within = str((programme.get("ranking") or {}).get("within", "round"))
    marks = {s.case.number: s for s in Score.objects.filter(case__in=cases.values()).select_related("case")}
    ties = _ties(programme, cases)
    named: dict[str, list[ranking.Entry]] = defaultdict(list)
    for number, case in cases.items():
        score = Fraction(marks[number].normal, POINT) if number in marks else Fraction(0)
        part = {"group": case.group, "topic": str(case.answers.get("topic", "")), "track": case.track}.get(within, "")
        named[part].append(ranking.Entry(number, score, case.asked_fen or 0, ties.get(number, ())))
    return dict(sorted(named.items()))


def _cut(
    round_: Round, programme: Mapping[str, Any], named: Mapping[str, list[ranking.Entry]], seed: bytes
) -> ranking.Cut:
    """The exact cut: the least mark and the number of a topic bind; places are shared among groups where the page says so."""
    said = programme.get("ranking") or {}
    least = Fraction(str(said["at_least"])) if "at_least" in said else None
    by_topic = said.get("within") == "topic"
    numbers = {str(t.get("code")): int(t["number"]) for t in round_.topics if by_topic and t.get("number")}
    groups = [
        ranking.Group(
            name, tuple(p.entry for p in ranking.ranked(entries, seed=seed, least=least)), most=numbers.get(name)
        )
        for name, entries in named.items()
    ]
    budget = round_.budget_fen - spoken_for(round_)
    cut = ranking.cut(groups, budget=budget)
    if "share_of_groups" not in said:
        return cut
    most = ranking.shares({g.name: len(named[g.name]) for g in groups}, sum(len(f) for f in cut.funded.values()))
    return ranking.cut([replace(g, most=most[g.name]) for g in groups], budget=budget)


def spoken_for(round_: Round) -> int:
    """What has been proposed or awarded before this ranking: in a rolling round others went before, elsewhere from the reserve."""
    later = Case.objects.filter(round=round_, parent=None, proposed_fen__isnull=False)
    rows = later.exclude(state__in=["ranked", "reserve", "not_funded", "withdrawn"])
    return rows.aggregate(fen=Sum("proposed_fen"))["fen"] or 0


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


def _normalise(round_: Round, cases: Mapping[str, Case], programme: Mapping[str, Any]) -> None:
    """Bring every reviewer of the round to one scale, mode by mode; raw marks are kept and shown beside."""
    who = reviewers(round_)
    given: dict[str, list[scores.Review]] = defaultdict(list)
    for row in Review.objects.filter(case__in=cases.values(), mode__in=MODES).select_related("case"):
        reviewer = who.get(row.label, row.label)
        given[row.mode].append(scores.Review(row.case.number, reviewer, Fraction(row.points, POINT)))
    normal: dict[str, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for mode, rows in given.items():
        for one in scores.normalised(rows):
            normal[one.project][mode].append(one.normal)
    for number, by_mode in normal.items():
        points = scores.in_points(weighed(by_mode, programme))
        Score.objects.filter(case=cases[number]).update(normal=points, method=METHOD)


def reviewers(round_: Round) -> dict[str, str]:
    """By label a word for the person behind it, so that one who sits in two groups is one reviewer; looks behind the curtain."""
    with curtain.lifted("experts.reviewers"):
        seats = Seat.objects.filter(draw__round=round_).exclude(state="reserve").values_list("label", "expert")
        return {label: f"reviewer {expert}" for label, expert in seats}


def sheets_of(case: Case) -> list[Review]:
    """The sheets of a case that count for its mark."""
    return [row for row in SHEETS.rows(case.pk) if row.mode in MODES]


def watch(case: Case, on: datetime) -> None:
    """Outliers among the sheets of one case, and sheets whose texts are alike: noted for supervision."""
    rows = sheets_of(case)
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


def watch_repeats(round_: Round, on: datetime) -> None:
    """Sheets of one reviewer that say the same of several cases: noted for supervision once the round is ranked."""
    who = reviewers(round_)
    of_one: dict[str, list[Text]] = defaultdict(list)
    rows = Review.objects.filter(case__round=round_, mode__in=MODES).select_related("case").order_by("case__number")
    cases = {}
    for row in rows:
        cases[row.case.number] = row.case
        of_one[who.get(row.label, row.label)].append(Text(row.case.number, row.label, " ".join(row.reasons.values())))
    found: dict[str, list[list[str]]] = defaultdict(list)
    for texts in of_one.values():
        for alike in look_alikes(texts):
            found[alike.one[0]].append([alike.one[1], alike.other[0], str(alike.share)])
    for number, pairs in found.items():
        _note(cases[number], "repeated_text", {"repeats": pairs}, on)


def _note(case: Case, kind: str, evidence: Mapping[str, Any], on: datetime) -> None:
    """Note what was found, where the page wants this kind of thing looked for."""
    if kind not in (pages_of(case.round).programme.get("panel") or {}).get("watch", ()):
        return
    Watch.objects.update_or_create(
        round=case.round, kind=kind, case=case, defaults={"evidence": dict(evidence), "on": on}
    )
