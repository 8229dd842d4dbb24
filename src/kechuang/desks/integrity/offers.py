"""What the integrity desk offers: whether people and units are clean, sanctions, clues and interim measures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kechuang.casework.models import Case, Record
from kechuang.casework.pages import day_of
from kechuang.desks.integrity.models import Clue, Sanction
from kechuang.parties.models import Person
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.period import Term, term_ends

BARRED = ("apply", "join", "all")


def people_of(case: Case) -> Iterable[int]:
    """The leader and the team, by primary key."""
    return {case.leader_id, *case.member_ids} - {None}


def sanctioned_people(case: Case, on: datetime) -> list[Sanction]:
    """Sanctions in force today on anyone of the case."""
    rows = Sanction.objects.in_force(day_of(on)).filter(person__in=people_of(case), scope__in=BARRED)
    return list(rows.select_related("person"))


@check("integrity.person_clean")
def person_clean(case: Case, context: Any) -> Finding:
    """No person of the case is under sanction."""
    found = sanctioned_people(case, context.on)
    if found:
        return Finding.fail("person_under_sanction", who=found[0].person.name, until=str(found[0].until or "长期"))
    return Finding.passed()


@check("integrity.unit_clean")
def unit_clean(case: Case, context: Any) -> Finding:
    """The unit is not under sanction."""
    found = Sanction.objects.in_force(day_of(context.on)).filter(organisation=case.applicant, scope__in=BARRED).first()
    if case.applicant_id and found:
        return Finding.fail("unit_under_sanction", who=case.applicant.name, until=str(found.until or "长期"))
    return Finding.passed()


@fact("integrity.unit_is_clean")
def unit_is_clean(case: Case, on: datetime) -> bool | None:
    """The unit is not under sanction."""
    if case.applicant_id is None:
        return None
    return not Sanction.objects.in_force(day_of(on)).filter(organisation=case.applicant, scope__in=BARRED).exists()


@fact("integrity.leader_is_clean")
def leader_is_clean(case: Case, on: datetime) -> bool | None:
    """The leader is not under sanction."""
    if case.leader_id is None:
        return None
    return not Sanction.objects.in_force(day_of(on)).filter(person=case.leader, scope__in=BARRED).exists()


@fact("integrity.team_is_clean")
def team_is_clean(case: Case, on: datetime) -> bool:
    """No member is under sanction."""
    return not Sanction.objects.in_force(day_of(on)).filter(person__in=case.member_ids, scope__in=BARRED).exists()


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
    """Whom an inquiry is about: the person it names, else the leader of its parent, else the unit."""
    pid = case.answers.get("person")
    if pid:
        return Person.objects.filter(pid=pid).first(), None
    owner = case.parent or case
    return (owner.leader, None) if owner.leader else (None, owner.applicant)


@effect("integrity.open_sanction")
def open_sanction(case: Case, context: Any) -> None:
    """Put the sanction in force at every gate, from today, for the term decided."""
    person, unit = party_of(case)
    told = {**case.answers, **context.data}
    term = str(told.get("term") or "1 年")
    until = day_of(term_ends(context.on, Term.parse(term)))
    Sanction.objects.create(
        person=person, organisation=unit, scope=str(told.get("scope") or "all"), level=str(told.get("level") or ""),
        decision_no=str(told.get("decision_no") or told.get("document_no") or case.number), inquiry=case,
        since=day_of(context.on), until=until,
    )  # fmt: skip


@effect("integrity.interim_measures")
def interim_measures(case: Case, context: Any) -> None:
    """Hold applications while the inquiry runs: an interim sanction that lifting ends."""
    person, unit = party_of(case)
    Sanction.objects.create(
        person=person, organisation=unit, scope="apply", level="interim", decision_no=f"interim:{case.number}",
        inquiry=case, since=day_of(context.on),
    )  # fmt: skip


@effect("integrity.lift_measures")
def lift_measures(case: Case, context: Any) -> None:
    """Let the gates open again."""
    Sanction.objects.filter(inquiry=case, lifted_on=None).update(lifted_on=day_of(context.on))


@check("integrity.term_fits_level")
def term_fits_level(case: Case, context: Any) -> Finding:
    """The term is within the level: light up to 1 year, medium 3, serious 5, beyond that very serious."""
    most = {"light": 1, "medium": 3, "serious": 5}.get(str(context.data.get("level")))
    term = Term.parse(str(context.data.get("term") or "1 年"))
    years = term.count if term.unit == "年" else 0
    return Finding.fail("term_beyond_level", most=most) if most is not None and years > most else Finding.passed()


@check("integrity.appeal_not_used")
def appeal_not_used(case: Case, context: Any) -> Finding:
    """The one appeal is still free."""
    used = Record.objects.filter(subject_kind="case", subject=case.number, act__startswith="appeal").exists()
    return Finding.fail("appeal_used") if used else Finding.passed()


@fact("integrity.breach_found")
def breach_found(case: Case, on: datetime) -> bool:
    """The report finds a breach."""
    return case.answers.get("finding") in ("breach", "holds", True)


@fact("integrity.unit_can_investigate")
def unit_can_investigate(case: Case, on: datetime) -> bool:
    """The unit may investigate by itself: it is not the one under inquiry."""
    person, unit = party_of(case)
    return unit is None and person is not None and person.unit_id is not None


@fact("integrity.chosen_for_spot_check")
def chosen_for_spot_check(case: Case, on: datetime) -> bool:
    """Drawn for the spot check: one in ten, by the digest of its number, so that nobody chooses."""
    return sum(case.number.encode()) % 10 == 0
