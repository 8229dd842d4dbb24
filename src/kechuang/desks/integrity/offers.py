"""What the integrity desk offers: whether people and units are clean, sanctions, clues and interim measures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from kechuang.casework.answers import asked_one, asked_rows, ticked
from kechuang.casework.models import Case, Member, Record
from kechuang.casework.pages import day_of
from kechuang.desks.integrity import inquiries
from kechuang.desks.integrity.models import Clue, Sanction
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.prepared import Prepared
from kechuang.words.offers import check, effect, fact, table
from kechuang.words.outcome import Finding
from kechuang.words.period import Term, add_months

BARRED = ("apply", "join", "all")


OF_PERSON = Prepared[Sanction](lambda person: Sanction.objects.filter(person=person).order_by("pk"))
OF_UNIT = Prepared[Sanction](lambda unit: Sanction.objects.filter(organisation=unit).order_by("pk"))


def barring(of: Prepared[Sanction], party: int, on: datetime) -> list[Sanction]:
    """Sanctions that today keep this person or unit from applying or taking part."""
    return [one for one in of.rows(party) if one.scope in BARRED and one.blocks_on(day_of(on))]


def people_of(case: Case) -> Iterable[int]:
    """The leader and the team, and who is to join it by a change, by primary key."""
    return {case.leader_id, *case.member_ids, *case.joining_ids} - {None}


def sanctioned_people(case: Case, on: datetime) -> list[Sanction]:
    """Sanctions in force today on anyone of the case."""
    return [one for person in sorted(people_of(case)) for one in barring(OF_PERSON, person, on)]


@check("integrity.person_clean")
def person_clean(case: Case, context: Any) -> Finding:
    """No person of the case is under sanction; who is proposed for refusal may be."""
    found = [] if context.data.get("advice") == "reject" else sanctioned_people(case, context.on)
    if found:
        return Finding.fail("person_under_sanction", who=found[0].person.name, until=str(found[0].until or "长期"))
    return Finding.passed()


@check("integrity.unit_clean")
def unit_clean(case: Case, context: Any) -> Finding:
    """The unit is not under sanction; one that is proposed for refusal may be."""
    asks = case.applicant_id and context.data.get("advice") != "reject"
    found = barring(OF_UNIT, case.applicant_id, context.on) if asks else []
    if found:
        return Finding.fail("unit_under_sanction", who=case.applicant.name, until=str(found[0].until or "长期"))
    return Finding.passed()


@check("integrity.joining_units_clean")
def joining_units_clean(case: Case, context: Any) -> Finding:
    """No unit that is to join by a change is under sanction, nor who is to lead by it."""
    rows = asked_rows(case, context.data, "new_partners")
    joining = [str(row["party"]) for row in rows if not ticked(row, "leaves")]
    joining += [pid for pid in (asked_one(case, context.data, "new_unit"),) if pid]
    for unit in Organisation.objects.filter(pid__in=joining).order_by("name"):
        if found := barring(OF_UNIT, unit.pk, context.on):
            return Finding.fail("unit_under_sanction", who=unit.name, until=str(found[0].until or "长期"))
    new = asked_one(case, context.data, "new_leader")
    for person in Person.objects.filter(pid=new):
        if found := barring(OF_PERSON, person.pk, context.on):
            return Finding.fail("person_under_sanction", who=person.name, until=str(found[0].until or "长期"))
    return Finding.passed()


@fact("integrity.unit_is_clean")
def unit_is_clean(case: Case, on: datetime) -> bool | None:
    """The unit is not under sanction."""
    if case.applicant_id is None:
        return None
    return not barring(OF_UNIT, case.applicant_id, on)


@fact("integrity.leader_is_clean")
def leader_is_clean(case: Case, on: datetime) -> bool | None:
    """The leader is not under sanction."""
    if case.leader_id is None:
        return None
    return not barring(OF_PERSON, case.leader_id, on)


@fact("integrity.team_is_clean")
def team_is_clean(case: Case, on: datetime) -> bool:
    """No member is under sanction."""
    return not any(barring(OF_PERSON, person, on) for person in case.member_ids)


@table("integrity.barred_units", columns={"enterprise_id": "text"})
def barred_units(on: datetime, where: Mapping[str, Collection[Any]]) -> list[dict[str, Any]]:
    """Units under a sanction in force on that day that bars them from applying."""
    rows = Sanction.objects.in_force(day_of(on)).filter(scope__in=BARRED, organisation__isnull=False)
    if "enterprise_id" in where:
        rows = rows.filter(organisation__pid__in=list(where["enterprise_id"]))
    return [{"enterprise_id": pid} for pid in rows.values_list("organisation__pid", flat=True).distinct()]


@effect("integrity.open_clue")
def open_clue(case: Case, context: Any) -> None:
    """Open a clue with what is known; supervision screens it."""
    Clue.objects.create(
        case=case.parent or case, source=context.act.name, on=context.on, text=str(context.data.get("reason", ""))
    )


@check("integrity.decision_in_force")
def decision_in_force(case: Case, context: Any) -> Finding:
    """The decision that the revocation rests on is final: a sanction with its number, on this project's people or unit."""
    number = str(context.data.get("inquiry", "")).strip()
    rows = Sanction.objects.in_force(day_of(context.on)).filter(decision_no=number)
    touching = [s for s in rows if s.person_id in people_of(case) or s.organisation_id == case.applicant_id]
    return Finding.passed() if number and touching else Finding.fail("no_decision_in_force", number=number)


def party_of(case: Case) -> tuple[Person | None, Any]:
    """Whom an inquiry is about: the person or unit it names; for a child of a project its leader, else its unit."""
    person, unit = inquiries.named_party(case.answers)
    if person or unit or case.parent is None:
        return person, unit
    return (case.parent.leader, None) if case.parent.leader else (None, case.parent.applicant)


@effect("integrity.open_sanction")
def open_sanction(case: Case, context: Any) -> None:
    """Put the sanction decided in force at every gate, from its first day to its last; without one as long as its level goes."""
    person, unit = party_of(case)
    told = {**inquiries.said_in(case, "decide", "change"), **context.data}
    since = _day(told.get("start")) or day_of(context.on)
    until = _day(told.get("end"))
    level = level_of(context, told)
    if until is None and "most" in level:
        until = add_months(since, 12 * years(level["most"]))
    Sanction.objects.filter(inquiry=case, level="interim", lifted_on=None).update(lifted_on=day_of(context.on))
    Sanction.objects.create(
        person=person, organisation=unit, scope=scope_of(told.get("measures") or ()), level=str(told.get("level") or ""),
        decision_no=str(told.get("minutes") or case.number), inquiry=case, since=since, until=until,
    )  # fmt: skip
    case.ends_on = until
    case.save(update_fields=["ends_on"])


def scope_of(measures: Iterable[str]) -> str:
    """What a decision bars: applying, reviewing, or all of it where both or neither is named."""
    bars = {"ban_apply": "apply", "ban_review": "review"}
    found = {bars[one] for one in measures if one in bars}
    return found.pop() if len(found) == 1 else "all"


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)) if value else None


@effect("integrity.interim_measures")
def interim_measures(case: Case, context: Any) -> None:
    """Hold applications while the inquiry runs: an interim sanction that lifting, or the decision, ends."""
    person, unit = party_of(case)
    if person is None and unit is None:
        return
    if context.data.get("body") in ("unit", "joint") and person is not None and person.unit is not None:
        case.applicant = person.unit  # the unit investigates: it reads the case and reports
        case.save(update_fields=["applicant"])
    Sanction.objects.create(
        person=person, organisation=unit, scope="apply", level="interim", decision_no=f"interim:{case.number}",
        inquiry=case, since=day_of(context.on),
    )  # fmt: skip


@effect("integrity.let_answer")
def let_answer(case: Case, context: Any) -> None:
    """Join the accused to the case from the announcement on: they read what is held against them, answer, and may appeal.

    For a unit its heads do so. Whom it is about is said in the act, so that the letters can name them.
    """
    person, unit = party_of(case)
    heads = Appointment.objects.in_force(day_of(context.on)).filter(role="unit_head", target=unit.pid) if unit else ()
    for pk in [person.pk] if person else [held.person_id for held in heads]:
        Member.objects.get_or_create(case=case, person_id=pk, defaults={"main": True})
    context.data["who"] = person.name if person else unit.name if unit else ""


@effect("integrity.tell_unit")
def tell_unit(case: Case, context: Any) -> None:
    """The unit of the accused is told the decision: the case is its own from here on."""
    person, unit = party_of(case)
    case.applicant = unit or (person.unit if person else None)
    case.save(update_fields=["applicant"])


@effect("integrity.lift_measures")
def lift_measures(case: Case, context: Any) -> None:
    """Let the gates open again."""
    Sanction.objects.filter(inquiry=case, lifted_on=None).update(lifted_on=day_of(context.on))


@check("integrity.term_fits_level")
def term_fits_level(case: Case, context: Any) -> Finding:
    """The term is as the page's level bounds it: `most`, `least`, and without an end only where it says `permanent`."""
    level = level_of(context, context.data)
    since = _day(context.data.get("start")) or day_of(context.on)
    until = _day(context.data.get("end"))
    if until is not None and until < since:
        return Finding.fail("term_runs_backwards")
    if until is None and level.get("permanent") is not True:
        return Finding.fail("term_without_end")
    if until is not None and "most" in level and until > add_months(since, 12 * years(level["most"])):
        return Finding.fail("term_beyond_level", most=years(level["most"]))
    if until is not None and "least" in level and until < add_months(since, 12 * years(level["least"])):
        return Finding.fail("term_below_level", least=years(level["least"]))
    return Finding.passed()


def level_of(context: Any, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the flow's page says of the level a decision names: `most`, `least`, `permanent`."""
    found: Mapping[str, Any] = context.flow.choices.get("levels", {}).get(str(told.get("level")), {})
    return found


def years(term: Any) -> int:
    """How many years a level says: `5 年`. The checker holds levels to whole years."""
    return Term.parse(str(term)).count


@check("integrity.appeal_not_used")
def appeal_not_used(case: Case, context: Any) -> Finding:
    """The one appeal is still free."""
    used = Record.objects.filter(subject_kind="case", subject=case.number, act="appeal").exists()
    return Finding.fail("appeal_used") if used else Finding.passed()


@fact("integrity.breach_found")
def breach_found(case: Case, on: datetime) -> bool:
    """The last report finds a breach."""
    return bool(inquiries.said_in(case, "report").get("finding") == "breach")


@fact("integrity.unit_can_investigate")
def unit_can_investigate(case: Case, on: datetime) -> bool:
    """The unit may investigate by itself: it is not the one under inquiry."""
    person, unit = party_of(case)
    return unit is None and person is not None and person.unit_id is not None


@fact("integrity.chosen_for_spot_check")
def chosen_for_spot_check(case: Case, on: datetime) -> bool:
    """Drawn for the spot check: one in ten, by the digest of its number, so that nobody chooses."""
    return sum(case.number.encode()) % 10 == 0
