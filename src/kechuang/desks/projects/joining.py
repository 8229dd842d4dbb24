"""Units that are to join a project by a change: each consents by its own login before the change can be granted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.casework import documents
from kechuang.casework.answers import asked_one, asked_rows, ticked
from kechuang.casework.models import Case, Joining, Letter, Record
from kechuang.casework.pages import day_of
from kechuang.casework.queries import holders
from kechuang.desks.projects import partners
from kechuang.desks.projects.offers import change_row
from kechuang.parties.models import Organisation, Person
from kechuang.parties.permissions import JOINS_AS, appointments
from kechuang.parties.prepared import Prepared
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

CONSENT = "consent_of_unit"  # the word of a row of `changes` by which a unit that is to join must consent
SPEAKS = "joining_unit"
MISSING = Prepared[tuple[int]](lambda case: Joining.objects.filter(case=case, consented_at=None).values_list("pk"))


def joining(case: Case, said: Mapping[str, Any]) -> list[str]:
    """The units that a change brings in, by id: partners that are none yet, or the one that is to carry the project."""
    rows = asked_rows(case, said, "new_partners")
    there = partners.standing(case.parent) if rows and case.parent else {}
    new = [str(row["party"]) for row in rows if not ticked(row, "leaves")]
    unit = asked_one(case, said, "new_unit")
    return list(dict.fromkeys([*(pid for pid in new if pid not in there), *([unit] if unit else [])]))


@effect("projects.ask_units")
def ask_units(case: Case, context: Any) -> None:
    """Where the page wants the consent of the unit, it stands on the change: the change waits in its to-do list, a letter says so."""
    row = change_row(case)
    if row is None or CONSENT not in row.get("needs", ()):
        return
    for unit in Organisation.objects.filter(pid__in=joining(case, context.data)).order_by("name"):
        Joining.objects.create(case=case, unit=unit)
    case.__dict__.pop("_joining_units", None)
    if case.joining_units:
        context.later.append(lambda record: ask(case, row, record))


def ask(case: Case, row: Mapping[str, Any], record: Record) -> None:
    """A letter to who speaks for each unit: what it is asked to join, and where to answer."""
    parent = case.parent or case
    facts = [
        ("项目编号", parent.project_no or parent.number), ("项目名称", parent.title),
        ("承担单位", parent.applicant.name if parent.applicant else ""), ("变更类型", row["zh"]),
    ]  # fmt: skip
    text = "上述变更拟请贵单位加入或承接项目。请登录系统，在变更办件中办理“本单位同意”或“本单位不同意”；未经贵单位同意，变更不予批准。"
    body = {"facts": facts, "text": text, "case": case.number}
    paper = documents.issue("consent-asked", "征求单位同意", body, on=record.on, case=case, record=record)
    for person in holders(SPEAKS, case, day_of(record.on)):
        Letter.objects.create(document=paper, person=person, on=record.on)


def spoken_for(case: Case, person: Person | None, on: datetime) -> list[Joining]:
    """The units of this change for which somebody speaks."""
    held = appointments(person, day_of(on)) if person else []
    units = {one.target for one in held if JOINS_AS.get(one.role) == SPEAKS and one.scope == "organisation"}
    return list(Joining.objects.filter(case=case, unit__pid__in=units).select_related("unit").order_by("unit__name"))


@fact("projects.unit_consents_missing", unit="家")
def unit_consents_missing(case: Case, on: datetime) -> int:
    """Units that are to join by this change and have not consented yet."""
    return len(MISSING.rows(case.pk)) if case.parent_id else 0


@check("projects.unit_may_answer")
def unit_may_answer(case: Case, context: Any) -> Finding:
    """The unit for which somebody speaks has not answered yet."""
    waiting = [one for one in spoken_for(case, context.by.person, context.on) if one.consented_at is None]
    return Finding.passed() if waiting else Finding.fail("unit_consented_already")


@effect("projects.note_unit_consent")
def note_unit_consent(case: Case, context: Any) -> None:
    """The unit agrees, now."""
    waiting = [one for one in spoken_for(case, context.by.person, context.on) if one.consented_at is None]
    Joining.objects.filter(pk__in=[one.pk for one in waiting]).update(consented_at=context.on)
    context.tells["units"] = ",".join(one.unit.pid for one in waiting)


@check("projects.units_consented")
def units_consented(case: Case, context: Any) -> Finding:
    """Where the page wants the consent of the unit, every unit that is to join has given it."""
    waiting = list(case.joinings.filter(consented_at=None).order_by("unit__name").values_list("unit__name", flat=True))
    return Finding("fail", (Reason("units_not_consented", names=waiting),)) if waiting else Finding.passed()
