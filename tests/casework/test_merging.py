"""Two entries of one party: by two officers, with all that is said of the duplicate, and never by the party itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from kechuang.casework import merging
from kechuang.casework.acts import possible_acts
from kechuang.casework.models import Duty, Member, Record
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.drawing import freeze_pool
from kechuang.desks.experts.models import PoolMembers
from kechuang.desks.integrity.models import Sanction
from kechuang.parties import hands
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.words.outcome import Refused
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
CODE, OTHER = "91110000802100433B", "91150100MA0N3R5Q8X"


@pytest.fixture
def region():
    return Region()


def merged(duplicate, into, region):
    merging.ask(duplicate, into, by=region.officer, on=START, key="1")
    merging.settle(duplicate, by=region.officer_two, on=START, key="2")
    duplicate.refresh_from_db()


def test_the_second_officer_confirms_by_one_press_and_the_first_cannot(region):
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    twin = a_unit(credit_code=OTHER)
    first, second = signed_in(region.officer), signed_in(region.officer_two)
    first.post("/people/merge/", {"kind": "unit", "duplicate": OTHER, "into": CODE, "key": "1"})
    own = first.post(f"/people/merge/{twin.pid}/", {"key": "2"}, follow=True).content.decode()
    twin.refresh_from_db()
    assert (twin.standing, "提出的人不能自己确认" in own) == ("confirmed", True)

    page = second.get("/people/").content.decode()
    waits = second.get("/todo/").content.decode()
    assert (CODE in page, "确认合并" in page, "处重复登记等你确认合并" in waits) == (True, True, True)
    second.post(f"/people/merge/{twin.pid}/", {"key": "3"})
    twin.refresh_from_db()
    assert (twin.standing, twin.merged_into, merging.waiting()) == ("merged", region.unit, [])


def test_a_merge_can_be_laid_aside_and_asked_for_again(region):
    twin = a_unit()
    merging.ask(twin, region.unit, by=region.officer, on=START, key="1")
    merging.settle(twin, by=region.officer, on=START, key="2", agree=False)
    assert merging.waiting() == []
    merging.ask(twin, region.unit, by=region.planner, on=START, key="3")
    assert [pair.duplicate for pair in merging.waiting()] == [twin]


def test_a_sanction_is_not_lost_by_a_merge(region):
    twin, double = a_unit(), a_person(unit=region.unit)
    for given in ({"organisation": twin}, {"person": double}):
        Sanction.objects.create(level="grave", decision_no="1", since=date(2018, 1, 1), **given)
    merged(twin, region.unit, region)
    merging.ask(double, region.leader, by=region.officer, on=START, key="3")
    merging.settle(double, by=region.officer_two, on=START, key="4")
    assert set(Sanction.objects.values_list("organisation", "person")) == {(region.unit.pk, None), (None, region.leader.pk)}  # fmt: skip


def test_cases_go_over_roles_end_and_nobody_signs_in_as_the_duplicate(region):
    double = a_person(("unit_finance", region.unit.pid), unit=region.unit)
    double.set_password("a-long-password")
    double.save()
    case = a_case(region, leader=double)
    both = a_case(region, leader=double)
    for person in (double, region.leader):
        Member.objects.create(case=both, person=person)
    merged(double, region.leader, region)
    case.refresh_from_db()
    assert (case.leader, Appointment.objects.in_force(START.date()).filter(person=double).count()) == (region.leader, 0)
    assert sorted(both.members.values_list("person", flat=True)) == sorted([double.pk, region.leader.pk])
    assert Client().login(username=double.username, password="a-long-password") is False
    assert [e.until for e in region.leader.employments.order_by("pk")] == [None, START.date()]


def test_nobody_merges_oneself_or_two_kinds_or_into_what_waits(region):
    pending = a_unit(standing="pending")
    for pair in ((region.officer, region.leader), (region.unit, region.leader), (region.unit, region.unit), (region.unit, pending)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            merging.ask(*pair, by=region.officer, on=START, key="1")
        assert refused.value.codes == ["cannot_merge"]
    assert Record.objects.filter(act="ask_merge").count() == 0


def test_every_table_that_says_something_of_a_party_is_carried_over(region):
    columns = {
        f"{model._meta.label}.{name}" for kind in (Person, Organisation) for model, name in merging._said_of(kind)
    }
    assert {
        "casework.Case.leader", "casework.Case.applicant", "casework.Case.recommender", "casework.Member.person", "casework.Duty.person",
        "integrity.Sanction.person", "integrity.Sanction.organisation", "experts.Expert.person", "experts.Coauthorship.one",
        "experts.Employer.organisation", "parties.Tie.person", "parties.Employment.person", "transfer.Contract.buyer",
    } <= columns  # fmt: skip
    assert not {name for name in columns if name.rpartition(".")[2] in merging.HANDS}


def in_check(region):
    """A submitted case whose formal check has begun, and the moment."""
    case = story.an_application(region, an_open_round(region), on=START + timedelta(1))
    story.closed(case.round, START)
    case.refresh_from_db()
    return case, case.round.closes_at + timedelta(1)


def one_human(kept, double, region):
    """`double` was a second account of `kept`; the merge is done by two who touch none of the cases."""
    merging.ask(double, kept, by=region.planner, on=START, key="m1")
    merging.settle(double, by=region.planning_chief, on=START, key="m2")
    kept.refresh_from_db()


def test_a_second_account_is_no_second_person(region):
    """What was done under the account that was merged counts as done by the one that stays: at the door and on its page."""
    double = a_person(("institution_officer", region.institution.pid))
    case, on = in_check(region)
    items = [{"item": item, "verdict": "pass"} for item in pages_of(case.round).choices("checklist")]
    done(case, "record_check", double, on=on, items=items)
    one_human(region.chief, double, region)
    with pytest.raises(Refused) as refused:
        done(case, "admit", region.chief, on=on)
    assert refused.value.codes == ["same_person"]
    assert "admit" not in {act.name for act in possible_acts(case, by=region.chief, on=on)}


def test_the_three_powers_stay_apart_over_two_accounts(region):
    double = a_person(("planner", "*"))
    case, on = in_check(region)
    for person, power in ((double, "planning"), (region.officer, "execution")):
        Duty.objects.create(case=case, person=person, power=power)
    one_human(region.officer, double, region)
    with pytest.raises(Refused) as refused:
        done(case, "record_check", region.officer, on=on, items=[{"item": "form", "verdict": "pass"}])
    assert refused.value.codes == ["powers_apart"]


def test_two_merges_in_a_row_are_still_one_human(region):
    first, second = a_person(), a_person()
    one_human(second, first, region)
    merging.ask(second, region.leader, by=region.planner, on=START, key="m3")
    merging.settle(second, by=region.planning_chief, on=START, key="m4")
    assert hands.names(region.leader) == {one.actor_id for one in (region.leader, first, second)}
    assert not hands.same(region.leader, region.head.pk)


def test_one_human_has_one_seat_in_the_pool(region):
    first, second, *others = story.a_pool(6)
    merging.ask(first.person, second.person, by=region.planner, on=START, key="m1")
    merging.settle(first.person, by=region.planning_chief, on=START, key="m2")
    pool = freeze_pool(an_open_round(region), START)
    assert PoolMembers.objects.get(pool=pool).pids == sorted(one.pid for one in (second, *others))
