"""What the desk knows of people, units and projects when a page's condition asks: what they lead, join, owe and have shown."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from kechuang.casework.models import Attachment, Case
from kechuang.desks.projects import limits, partners
from kechuang.desks.projects.models import Overdue
from kechuang.parties.prepared import Prepared
from kechuang.words.offers import fact

BEGUN = ("running", "reported")  # states of a sub-project that is under way


@fact("projects.led_running", unit="项")
def led_running(case: Case, on: datetime) -> int:
    """Led and running, those that end this year left out."""
    return len(limits.led(case, limits.RUNNING, on))


@fact("projects.led_applied", unit="项")
def led_applied(case: Case, on: datetime) -> int:
    """Led and applied for this year, this one included."""
    return len(limits.led(case, limits.APPLIED, on)) + 1


@fact("projects.joined_running", unit="项")
def joined_running(case: Case, on: datetime) -> int:
    """Joined as main member and running."""
    return len(limits.joined(case, limits.RUNNING, on))


@fact("projects.joined_applied", unit="项")
def joined_applied(case: Case, on: datetime) -> int:
    """Joined as main member and applied for this year."""
    return len(limits.joined(case, limits.APPLIED, on))


LATE = Overdue.objects.filter(cleared_on=None).values_list("pk")
LATE_OF_LEADER = Prepared[tuple[int]](lambda person: LATE.filter(case__leader=person))
LATE_OF_UNIT = Prepared[tuple[int]](lambda unit: LATE.filter(case__applicant=unit))


@fact("projects.overdue", unit="项")
def overdue(case: Case, on: datetime) -> int:
    """Overdue projects of the leader."""
    return len(LATE_OF_LEADER.rows(case.leader_id)) if case.leader_id else 0


@fact("projects.unit_overdue", unit="项")
def unit_overdue(case: Case, on: datetime) -> int:
    """Overdue projects of the unit."""
    return len(LATE_OF_UNIT.rows(case.applicant_id)) if case.applicant_id else 0


@fact("projects.nsf_led_running", unit="项")
def nsf_led_running(case: Case, on: datetime) -> int:
    """Fund projects led and running."""
    return sum(one.of_the_fund for one in limits.led(case, limits.RUNNING, on))


@fact("projects.nsf_led_applied", unit="项")
def nsf_led_applied(case: Case, on: datetime) -> int:
    """Fund projects applied for this year, this one included."""
    return sum(one.of_the_fund for one in limits.led(case, limits.APPLIED, on)) + 1


@fact("projects.youth_before", unit="项")
def youth_before(case: Case, on: datetime) -> int:
    """Earlier youth projects."""
    return (
        Case.objects.filter(leader=case.leader, round__programme="nsf-youth", award__isnull=False)
        .exclude(pk=case.pk)
        .count()
    )


LETTERS = Prepared[tuple[int]](
    lambda case: Attachment.objects.filter(case=case, field="recommend_letters", removed=False).values_list("pk")
)


@fact("projects.recommend_letters", unit="份")
def recommend_letters(case: Case, on: datetime) -> int:
    """Letters of peers received: files in the field for them."""
    return len(LETTERS.rows(case.pk)) if case.pk else 0


@fact("projects.unit_awarded_most_3y", unit="项")
def unit_awarded_most_3y(case: Case, on: datetime) -> int | None:
    """Most projects the unit won in one of three years."""
    if case.applicant is None:
        return None
    return max(limits.awarded_by_year(case.applicant, case.round.programme, case.round.year))


PASSED_ON = Prepared[tuple[int]](
    lambda round_, unit: Case.objects.filter(
        round=round_, applicant=unit, parent=None, state__in=limits.APPLIED[2:]
    ).values_list("pk")
)


@fact("projects.position_in_unit", unit="位")
def position_in_unit(case: Case, on: datetime) -> int:
    """Place in the unit's own list: those it has passed on before, and this one."""
    rows = PASSED_ON.rows(case.round_id, case.applicant_id) if case.applicant_id else []
    return sum(pk != case.pk for (pk,) in rows) + 1


@fact("projects.maturity_passed")
def maturity_passed(case: Case, on: datetime) -> bool:
    """The project passed the argument before application: the round says so for its topic."""
    return bool(case.round.details.get("mature_topics", {}).get(str(case.answers.get("topic")), True))


@fact("projects.partner_shares")
def partner_shares(case: Case, on: datetime) -> dict[str, int]:
    """The fiscal money of each partner unit in fen, by its id: what the last change, the task book or the application says;
    or what its sub-projects under way have, if that is more. What ended with the project was under way until then."""
    shares = partners.standing(case)
    parts: dict[str, int] = {}
    begun = Q(state__in=BEGUN) | Q(state="passed")
    if case.state == "terminated":
        begun |= Q(state="ended", before__in=BEGUN, entered_at__gte=case.entered_at)
    for child in case.children.filter(begun, flow="subproject"):
        unit = str(child.answers.get("unit"))
        parts[unit] = parts.get(unit, 0) + int(child.answers.get("share") or 0)
    own = case.applicant.pid if case.applicant else ""
    return {pid: max(shares.get(pid, 0), parts.get(pid, 0)) for pid in {*shares, *parts} - {own}}


@fact("projects.firm_involved")
def firm_involved(case: Case, on: datetime) -> bool:
    """An enterprise leads or takes part."""
    return bool(case.applicant and case.applicant.kind == "enterprise") or bool(case.answers.get("partners"))


@fact("projects.similar_studies", unit="项")
def similar_studies(case: Case, on: datetime) -> int:
    """Studies of the same title in three years."""
    rows = Case.objects.filter(title=case.title, round__year__gte=case.round.year - 3, parent=None)
    return rows.exclude(pk=case.pk).exclude(state="draft").count() if case.title else 0
