"""What supervision alone may ask of reviews: who sat, and rings and links between reviewers and units; behind the curtain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Q

from kechuang.casework.models import Case, Round
from kechuang.desks.experts import drawing, ranking
from kechuang.desks.experts.models import Ceremony, CeremonyPapers, Draw, Expert, Review, Seat, Watch
from kechuang.desks.experts.solving import solved
from kechuang.engines.panel import watch
from kechuang.engines.panel.ceremony import label, pool_digest
from kechuang.parties.models import Organisation
from kechuang.words.reason import Reason

ABOVE = Fraction(10)  # points over the mean of the others from which a score counts as a favour
LEAST = 3  # meetings of one reviewer with one unit from which a link counts as dense


WHY = {
    "assigned": "why_assigned", "drawn_with_chance": "why_drawn_with_chance", "worth_less": "why_worth_less",
    "quota": "why_quota", "no_places": "why_no_places", "recused": "why_not_a_candidate",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sitting:
    """One seat as supervision reads it."""

    position: int
    label: str
    name: str
    unit: str
    state: str
    pid: str


def draws_of(subject: Case | Round) -> list[Draw]:
    """The draws of a round, or those that concern one case; public facts, no names."""
    rows = Draw.objects.filter(round=subject.round)
    if isinstance(subject, Case):
        rows = rows.filter(group__in=[name for name in (subject.group, subject.number) if name])
    return list(rows.order_by("pk"))


@dataclass(frozen=True, slots=True)
class Proven:
    """A drawn ceremony with its full certificate, and the seats mended for a quota that crosses its chances.

    `of_the_pool`: the labels of the certificate are those of the frozen pool, all of it, and its digest is the published one.
    """

    ceremony: Ceremony
    full: Mapping[str, Any]
    mended: int
    of_the_pool: bool


def drawn_ceremonies(subject: Case | Round) -> list[Proven]:
    """The drawn ceremonies of a round, newest first; none for a case."""
    if isinstance(subject, Case):
        return []
    rows = CeremonyPapers.objects.filter(ceremony__round=subject).exclude(ceremony__drawn_at=None)
    found = rows.select_related("ceremony__round__pool").order_by("-ceremony__number")
    return [Proven(row.ceremony, row.full, len(row.mended), of_the_pool(row)) for row in found]


def of_the_pool(papers: CeremonyPapers) -> bool:
    """Whether the experts of a certificate are the members of the pool whose digest was published first."""
    round_ = papers.ceremony.round
    ids = drawing.members_of(round_.pool)
    labels = sorted(label(papers.problem["salt"], pid) for pid in ids)
    same = labels == sorted(row[0] for row in papers.full["rules"]["experts"])
    return same and pool_digest(ids, rules=round_.frozen_id or "") == round_.pool.digest


def certificate_of(ceremony: Ceremony) -> dict[str, Any]:
    """The full certificate of a drawn ceremony."""
    return dict(CeremonyPapers.objects.get(ceremony=ceremony).full)


def panel_of(draw: Draw) -> list[Sitting]:
    """Who was drawn, in drawn order, with what became of each seat."""
    rows = Seat.objects.filter(draw=draw).select_related("expert__person", "expert__person__unit").order_by("position")
    return [
        Sitting(s.position + 1, s.label, s.expert.person.name, s.expert.person.unit.name if s.expert.person.unit else "", s.state, s.expert.pid)
        for s in rows
    ]  # fmt: skip


def why(draw: Draw, pids: Iterable[str]) -> dict[str, Reason]:
    """Why these experts sit in a panel, or why not, by pid: their best standing among its kinds; empty for a simple draw."""
    papers = CeremonyPapers.objects.filter(ceremony=draw.ceremony_id).select_related("ceremony").first()
    if papers is None or not papers.ceremony.seed:
        return {}
    names = [sub["name"] for sub in papers.problem["subs"] if (sub["group"], sub["mode"]) == (draw.group, draw.mode)]
    asked = {
        **papers.problem,
        "task": "explain",
        "seed": papers.ceremony.seed,
        "names": names,
        "pids": sorted(set(pids)),
    }
    found, drawn = {}, _drawn(papers, names)
    for pid, by_name in solved(asked)["said"].items():
        best = min(by_name.values(), key=lambda one: list(WHY).index(one["code"]))
        missed = best["code"] == "drawn_with_chance" and label(papers.problem["salt"], pid) not in drawn
        code = "why_not_drawn" if missed else WHY[best["code"]]
        found[pid] = Reason(code, **{name: value for name, value in best.items() if name != "code"})
    return found


def _drawn(papers: CeremonyPapers, names: Iterable[str]) -> set[str]:
    """Labels of the experts that the certificate draws for these sub-panels."""
    rules, wanted = papers.full["rules"], {label(papers.problem["salt"], name) for name in names}
    panels = zip(rules["projects"], papers.full["panels"], strict=True)
    return {rules["experts"][j][0] for row, panel in panels if row[0] in wanted for j in panel}


def pid_of(word: str) -> str:
    """The public id of the expert that a pid or a name means; "" for nobody, or where the name is borne by several."""
    rows = list(Expert.objects.filter(Q(pid=word) | Q(person__name=word)).values_list("pid", flat=True)[:2])
    return rows[0] if len(rows) == 1 else ""


def watches(limit: int = 200) -> list[Watch]:
    """What was noted about sheets, newest first."""
    return list(Watch.objects.select_related("round", "case").order_by("-on", "-pk")[:limit])


def rings_of(round_: Round) -> list[tuple[tuple[str, ...], int]]:
    """Units whose reviewers favour one another in a circle, by name, with the number of favours among them."""
    rows = list(Review.objects.filter(case__round=round_, mode__in=ranking.MODES).select_related("case__applicant"))
    unit_of = dict(Seat.objects.filter(draw__round=round_).values_list("label", "expert__person__unit__pid"))
    found = watch.favours(
        [(r.case.number, r.label, Fraction(r.points, ranking.POINT)) for r in rows],
        unit_of={label: pid or "" for label, pid in unit_of.items()},
        applicant_of={r.case.number: r.case.applicant.pid if r.case.applicant else "" for r in rows}, above=ABOVE,
    )  # fmt: skip
    names = dict(
        Organisation.objects.values_list("pid", "name").filter(
            pid__in={f.giver for f in found} | {f.taker for f in found}
        )
    )
    return [
        (tuple(names[u] for u in ring), sum(f.giver in ring and f.taker in ring for f in found))
        for ring in watch.rings(found)
    ]


def links_of() -> list[tuple[str, str, int]]:
    """(reviewer, unit, meetings) over all rounds from three meetings on, most frequent first."""
    people = dict(Seat.objects.values_list("label", "expert__person__name"))
    rows = Review.objects.exclude(case__applicant=None).values_list("label", "case__applicant__name")
    return list(watch.dense_links([(people[label], unit) for label, unit in rows if label in people], least=LEAST))
