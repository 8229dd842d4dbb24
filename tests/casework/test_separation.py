"""Planning, execution, supervision and money are apart: when a role is given, when it is used, and in the database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from kechuang.casework import people
from kechuang.casework.models import Attempt, Duty, Record
from kechuang.casework.pages import pages_of, roles_page
from kechuang.casework.queries import visible_to
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round, appoint, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
APART = [
    ("planner", "*", "supervisor", ""), ("planning_chief", "*", "supervision_chief", ""), ("officer", "", "supervisor", ""),
    ("leadership", "", "supervisor", ""), ("system_admin", "", "security_admin", ""), ("system_admin", "", "audit_admin", ""),
    ("security_admin", "", "audit_admin", ""),
]  # fmt: skip


@pytest.fixture
def region():
    return Region()


@pytest.mark.parametrize(("held", "of", "wanted", "for_"), APART)
@pytest.mark.parametrize("turned", [False, True])
def test_roles_that_exclude_each_other_are_refused_when_they_are_given(region, held, of, wanted, for_, turned):
    pairs = [(held, of), (wanted, for_)]
    first, second = reversed(pairs) if turned else pairs
    inst = region.institution.pid
    first, second = (("institution_officer", inst) if one[0] == "officer" else one for one in (first, second))
    person = a_person(first)
    with pytest.raises(Refused) as refusal:
        people.give(person, *second, since=START.date())
    assert set(refusal.value.codes) == {"roles_apart"}
    assert list(person.appointments.values_list("role", flat=True)) == [first[0]]


def test_a_role_that_ended_excludes_nothing_any_more(region):
    person = a_person(("planner", "*"))
    person.appointments.update(until=START.date().replace(year=2017))
    people.give(person, "supervisor", "", since=START.date())
    assert sorted(person.appointments.values_list("role", flat=True)) == ["planner", "supervisor"]


def test_a_refused_pair_is_kept_as_an_attempt(client, region):
    security = a_person(("security_admin", ""))
    client.force_login(security)
    client.post(f"/people/{region.planner.pid}/roles/", {"role": "supervisor", "target": "", "key": "g"})
    assert [one.reasons[0]["code"] for one in Attempt.objects.filter(subject=region.planner.pid)] == ["roles_apart"]


def test_who_slipped_past_the_giving_is_refused_when_the_role_is_used(region):
    """Both powers in one hand, put there behind the door: the second one is refused on this case."""
    both = region.officer
    appoint(both, "planner", "*")
    case = story.an_application(region, an_open_round(region))
    case.round = story.closed(case.round, START)
    on = case.round.closes_at
    story.admitted(case, region, on)
    type(case).objects.filter(pk=case.pk).update(state="ranked", above_line=True, rank=1, asked_fen=10_000_000)
    with pytest.raises(Refused) as refusal:
        done(case, "propose", both, on=on, advice="fund", amount="10")
    assert set(refusal.value.codes) & {"roles_apart", "powers_apart"}
    assert not Record.objects.filter(act="propose").exists()


def test_the_database_holds_one_power_a_person_and_case(region):
    case = a_case(region)
    Duty.objects.create(case=case, person=region.officer, power="execution")
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.create(case=case, person=region.officer, power="planning")
    with pytest.raises(IntegrityError, match="duty_is_a_separated_power"), transaction.atomic():
        Duty.objects.create(case=case, person=region.chief, power="everything")


def test_supervision_moves_no_project():
    """No act by supervision leads from one state to another, in any flow of any project."""
    pages = pages_of(an_open_round(Region()))
    moving = [
        act.name for act in pages.flow(pages.main_flow).acts.values()
        if roles_page().power(act.by) == "supervision" and not act.opens and set(act.start) != {act.to} and act.to != "same"
    ]  # fmt: skip
    assert moving == []


def test_supervision_reads_everything(region):
    case = story.an_application(region, an_open_round(region))
    seen = visible_to(region.supervisor, START).values_list("number", flat=True)
    assert list(seen) == [case.number]


def test_an_institution_sees_the_rounds_delegated_to_it_and_nothing_else(region):
    round_ = an_open_round(region)
    own = story.an_application(region, round_)
    other = an_open_round(region, institution=a_unit("institution", name="另一专业机构"))
    story.an_application(Region(), other)
    for one in (round_, other):
        story.closed(one, START)
    seen = {
        name: list(visible_to(getattr(region, name), other.closes_at).values_list("number", flat=True))
        for name in ("officer", "chief", "secretary", "operator")
    }
    assert (seen["officer"], seen["chief"]) == ([own.number], [own.number])
    assert {number for numbers in seen.values() for number in numbers} == {own.number}


def test_maker_is_never_checker_of_the_formal_check(region):
    case = story.an_application(region, an_open_round(region))
    case.round = story.closed(case.round, START)
    on = case.round.closes_at
    chief = a_person(("institution_officer", region.institution.pid), ("institution_chief", region.institution.pid))
    region.officer = region.chief = chief
    with pytest.raises(Refused) as refusal:
        story.admitted(case, region, on)
    assert "same_person" in refusal.value.codes
