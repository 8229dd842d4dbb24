"""What parties know of the units and people of a case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from kechuang.words.offers import check, fact
from kechuang.words.outcome import Finding
from kechuang.words.period import ZONE


@check("parties.account_in_order")
def account_in_order(case: Any, context: Any) -> Finding:
    """The leader's account is confirmed and the unit in good standing."""
    if case.leader and case.leader.standing != "confirmed":
        return Finding.fail("account_not_confirmed", who=case.leader.name)
    if case.applicant and case.applicant.standing != "confirmed":
        return Finding.fail("unit_not_confirmed", who=case.applicant.name)
    return Finding.passed()


@fact("parties.unit_in_region")
def unit_in_region(case: Any, on: datetime) -> bool | None:
    """Registered or taxed in the region."""
    unit = case.applicant
    return None if unit is None else unit.place.startswith("15") or unit.taxed_here


@fact("parties.unit_kind")
def unit_kind(case: Any, on: datetime) -> str | None:
    """Kind of unit."""
    return case.applicant.kind if case.applicant else None


@fact("parties.unit_age_days", unit="日")
def unit_age_days(case: Any, on: datetime) -> int | None:
    """Days since registration."""
    unit = case.applicant
    return (on.astimezone(ZONE).date() - unit.registered_on).days if unit and unit.registered_on else None


@fact("parties.is_host_unit")
def is_host_unit(case: Any, on: datetime) -> bool | None:
    """Registered as a host unit of the fund."""
    return case.applicant.host_unit if case.applicant else None


@fact("parties.age_at_round_day", unit="岁")
def age_at_round_day(case: Any, on: datetime) -> int | None:
    """Age of the leader on 1 January of the year of the round."""
    if not case.leader or not case.leader.born:
        return None
    day, born = date(case.round.year, 1, 1), case.leader.born
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@fact("parties.leader_employed")
def leader_employed(case: Any, on: datetime) -> bool | None:
    """Employed by the applicant unit today."""
    return None if not case.leader else case.leader.unit_id == case.applicant_id


@fact("parties.leader_is_official")
def leader_is_official(case: Any, on: datetime) -> bool | None:
    """An official or of equal standing."""
    return case.leader.official if case.leader else None


@fact("parties.leader_is_woman")
def leader_is_woman(case: Any, on: datetime) -> bool | None:
    """Sex recorded in the register, used only for the age rule."""
    return case.leader.sex == "F" if case.leader and case.leader.sex else None


@fact("parties.doctor_or_deputy")
def doctor_or_deputy(case: Any, on: datetime) -> bool | None:
    """Holds a doctorate or a deputy-senior rank."""
    if not case.leader:
        return None
    return case.leader.degree == "doctor" or case.leader.rank in ("senior", "deputy")


@fact("parties.belongs_to_co_funder")
def belongs_to_co_funder(case: Any, on: datetime) -> bool | None:
    """Within the scope the co-funder has set: its own pid or kind is among those the round names."""
    scope = case.round.details.get("co_funder_scope")
    return True if not scope else case.applicant is not None and case.applicant.pid in scope


@fact("parties.organisation")
def organisation(case: Any, on: datetime) -> dict[str, Any]:
    """What the register knows of the applicant unit, by field of the form."""
    unit = case.applicant
    if unit is None:
        return {}
    return {
        "unit": unit.pid, "unit_code": unit.credit_code, "unit_kind": unit.kind, "unit_registered": unit.registered_on,
        "unit_place": unit.place, "legal_person": unit.legal_person, "unit_contact": unit.contact,
        "unit_phone": unit.phone, "unit_bank": unit.bank_account,
    }  # fmt: skip


@fact("parties.person")
def person(case: Any, on: datetime) -> dict[str, Any]:
    """What the register knows of the leader, by field of the form."""
    who = case.leader
    if who is None:
        return {}
    return {
        "leader": who.pid, "leader_id": who.identity, "leader_born": who.born, "leader_degree": who.degree,
        "leader_rank": who.rank, "leader_phone": who.phone, "leader_email": who.email,
    }  # fmt: skip


@fact("parties.recommender")
def recommender(case: Any, on: datetime) -> dict[str, Any]:
    """The recommender of the unit."""
    return {"recommender": case.recommender.pid} if case.recommender else {}
