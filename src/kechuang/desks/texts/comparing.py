"""Comparing a case with every earlier one: nearest texts, shared passages, and what kind of likeness it is; a person judges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from kechuang.casework.models import Case, Finding, Member
from kechuang.casework.outbox import job
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.texts.models import Mark, Sketched
from kechuang.engines import match
from kechuang.words.reason import Reason

PROSE = ("longtext", "richtext")
NEAREST, SHOWN = 5, 3
WORTH_A_LOOK = 0.12  # of the rarity-weighted containment; below it nothing is laid beside
REFUSED = ("not_admitted", "not_funded", "withdrawn")
FINISHED = ("passed", "closed_no_fault", "failed", "tracking", "archived", "terminated", "revoked")
RUNNING = ("funded", "contracting", "running", "suspended", "acceptance_due", "acceptance", "rectify")
LINE = 30  # percent, where the page says nothing


@dataclass(frozen=True, slots=True)
class Tables(match.Store[int]):
    """The two tables as the engine asks for them; documents are cases by primary key."""

    def count(self) -> int:
        return Sketched.objects.count()

    def frequencies(self, fingerprints: Collection[int]) -> Mapping[int, int]:
        found: dict[int, int] = {}
        for part in _parts(fingerprints):
            rows = Mark.objects.filter(mark__in=part).values_list("mark").annotate(bearers=Count("pk"))
            found.update(rows)
        return found

    def postings(self, fingerprints: Collection[int]) -> Iterable[tuple[int, int]]:
        for part in _parts(fingerprints):
            yield from Mark.objects.filter(mark__in=part).values_list("mark", "case_id")

    def sizes(self, documents: Collection[int]) -> Mapping[int, int]:
        return dict(Sketched.objects.filter(case__in=documents).values_list("case_id", "size"))


def _parts(values: Collection[int], size: int = 800) -> Iterable[list[int]]:
    ordered = sorted(values)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def sections_of(case: Case) -> dict[str, str]:
    """What a case says, field by field: its prose, and its title."""
    form = pages_of(case.round).form
    prose = {
        one.code: str(case.answers.get(one.code) or "")
        for section in form.sections
        for one in section.fields
        if one.kind in PROSE and case.answers.get(one.code)
    }
    return prose or {"title": case.title}


@transaction.atomic
def take_in(case: Case, marks: Collection[int]) -> None:
    """Put the fingerprints of a case into the tables, instead of those it had before."""
    Mark.objects.filter(case=case).delete()
    Mark.objects.bulk_create((Mark(mark=mark, case=case) for mark in sorted(marks)), batch_size=1000)
    Sketched.objects.update_or_create(case=case, defaults={"size": len(marks), "answers_digest": case.answers_digest})


@job("compare")
def compare(payload: Mapping[str, Any], on: datetime) -> None:
    """Compare one case and leave the finding that the formal check asks for, bound to the answers it saw."""
    case = Case.objects.select_related("round", "round__frozen", "leader").get(pk=payload["case"])
    said = sections_of(case)
    named = match.sketches(said)
    near = match.candidates(named, Tables(), top=NEAREST, leave_out={case.pk})
    likes = [like for one in near if one.score >= WORTH_A_LOOK and (like := _like(case, said, one.document))][:SHOWN]
    take_in(case, {mark for marks in named.values() for mark in marks})
    share = max((like["share"] for like in likes), default=0)
    line = pages_of(case.round).params(day_of(on)).get("duplicate_most", LINE)
    line = int(line * 100) if isinstance(line, int) is False and line < 1 else int(line)
    warns = share > line
    Finding.objects.update_or_create(
        case=case, check_name="texts.compare",
        defaults={
            "verdict": "warn" if warns else "pass", "on": on, "answers_digest": case.answers_digest,
            "reasons": [Reason("text_found_elsewhere", share=share).to_json()] if warns else [],
            "evidence": {"share": share, "nearest": likes}, "settled_by": None, "settled_word": "",
        },
    )  # fmt: skip


def _like(case: Case, said: Mapping[str, str], other_id: int) -> dict[str, Any] | None:
    """One like case: how much of this text is in it, where, and what kind of likeness it is."""
    other = Case.objects.select_related("round", "round__frozen", "leader").filter(pk=other_id).first()
    if other is None:
        return None
    mine, theirs = "\n".join(said.values()), "\n".join(sections_of(other).values())
    found = match.evidence(mine, theirs)
    share = int(found.share_of_a * 100)
    if not share:
        return None
    how = match.kind(_team(case), _team(other), standing=_standing(other), declared=_declared(case, other))
    return {"case": other.number, "share": share, "kind": str(how), "passages": len(found.passages)}


def _team(case: Case) -> match.Team:
    people = Member.objects.filter(case=case).values_list("person__pid", flat=True)
    return match.Team(case.leader.pid if case.leader else "", frozenset(people))


def _standing(case: Case) -> match.Standing:
    if case.state in REFUSED:
        return match.Standing.REFUSED
    if case.state in FINISHED:
        return match.Standing.FINISHED
    return match.Standing.RUNNING if case.state in RUNNING else match.Standing.PENDING


def _declared(case: Case, other: Case) -> bool:
    former = case.answers.get("former_project") or ()
    return bool({other.number, other.project_no} & set(former))
