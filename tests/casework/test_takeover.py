"""Projects from elsewhere: who may, into which states, with a record and a grant each, once, and money that adds up."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from kechuang.casework import takeover
from kechuang.casework.models import Award, Case, Record, Round
from kechuang.casework.takeover import OPERATOR, Project, past_round, take_over, taken_over
from kechuang.desks.funds.models import Account, Grant, Transfer
from kechuang.engines.ledger import beginning, link
from kechuang.parties.models import Employment, Organisation, Person
from kechuang.words.outcome import Refused
from tests.factories import START, Region

pytestmark = pytest.mark.django_db


def a_project(number: int, **given) -> Project:
    values = {
        "project_no": f"2017MS{number:04d}", "title": f"题目{number}", "unit": f"接收单位{number % 2}", "leader": f"P{number}",
        "leader_name": f"负责人{number}", "fen": 1_000_000, "state": "running", "paid_fen": 400_000, **given,
    }  # fmt: skip
    return Project(**values)


def old_round(by=OPERATOR, code: str = "old-2017") -> Round:
    return past_round(code, programme="nsf-general", year=2017, by=by, on=START)


def refused(run) -> list[str]:
    with pytest.raises(Refused) as told:
        run()
    return [reason.code for reason in told.value.reasons]


@pytest.mark.parametrize("who", ["leader", "research", "clerk", "treasurer", "supervisor", "leadership"])
def test_who_may_not_take_over_is_refused_and_nothing_is_written(who):
    person, round_ = getattr(Region(), who), old_round()
    before = Record.objects.count()
    assert refused(lambda: take_over(round_, [a_project(1)], by=person, on=START)) == ["act_for_another"]
    assert refused(lambda: old_round(by=person, code="other")) == ["act_for_another"]
    assert (Case.objects.count(), Record.objects.count(), Round.objects.count()) == (0, before, 1)


@pytest.mark.parametrize("who", ["planner", "planning_chief", "officer", "chief"])
def test_planners_and_institutions_take_over_in_their_own_role(who):
    person = getattr(Region(), who)
    take_over(old_round(), [a_project(1)], by=person, on=START)
    record = Record.objects.get(act="take_over")
    role = person.appointments.get().role
    assert (record.actor, record.role) == (person.actor_id, role)


def test_a_state_the_flow_does_not_know_is_refused_before_anything_is_taken():
    assert refused(
        lambda: take_over(old_round(), [a_project(1), a_project(2, state="asleep")], by=OPERATOR, on=START)
    ) == ["no_such_state"]
    assert (Case.objects.count(), Person.objects.count()) == (0, 0)


def test_each_project_comes_with_state_award_grant_and_one_record_of_its_own_chain():
    take_over(old_round(), [a_project(1), a_project(2, state="archived", paid_fen=1_000_000)], by=OPERATOR, on=START)

    cases = list(Case.objects.order_by("project_no"))
    assert [(c.state, c.taken_over, c.asked_fen) for c in cases] == [
        ("running", True, 1_000_000),
        ("archived", True, 1_000_000),
    ]
    assert [(a.fen, a.steps) for a in Award.objects.all()] == [
        (1_000_000, [{"name": "take_over", "value": "1000000"}])
    ] * 2
    assert sorted(Grant.objects.values_list("granted_fen", "paid_fen")) == [
        (1_000_000, 400_000),
        (1_000_000, 1_000_000),
    ]
    for case in cases:
        record = Record.objects.get(subject=case.number)
        assert (record.position, record.after, record.previous) == (1, case.state, beginning(f"case:{case.number}"))
        assert record.digest == link(record.previous, record.body.encode())


def test_the_same_projects_again_are_there_already_even_twice_in_one_list():
    round_ = old_round()
    first = take_over(round_, [a_project(1), a_project(2), a_project(1)], by=OPERATOR, on=START)
    before = (Case.objects.count(), Record.objects.count(), Transfer.objects.count(), Person.objects.count())
    again = take_over(round_, [a_project(1), a_project(2)], by=OPERATOR, on=START)
    assert ((first.new, first.there), (again.new, again.there)) == ((2, 1), (0, 2))
    assert before == (Case.objects.count(), Record.objects.count(), Transfer.objects.count(), Person.objects.count())
    assert taken_over(round_) == 2


def test_all_accounts_together_stand_at_zero_and_units_hold_what_was_paid():
    take_over(old_round(), [a_project(n, paid_fen=n * 1_000) for n in range(5)], by=OPERATOR, on=START)
    held = {a.code.partition(":")[0]: a.total for a in Account.objects.raw(
        "select min(id) id, min(code) code, sum(balance_fen) total from funds_account group by substr(code, 1, 4) order by 1"
    )}  # fmt: skip
    assert Account.objects.aggregate(all=Sum("balance_fen"))["all"] == 0
    assert held == {"earlier": -10_000, "unit": 10_000}
    assert Transfer.objects.aggregate(all=Sum("fen"))["all"] == 10_000


def test_units_and_leaders_are_entered_once_and_wait_for_a_word():
    region = Region()
    projects = [
        a_project(1, unit=region.unit.name),
        a_project(2),
        a_project(4),
        a_project(6, leader="P2", leader_name="负责人2"),
    ]
    take_over(old_round(), projects, by=OPERATOR, on=START)
    assert Case.objects.get(project_no="2017MS0001").applicant == region.unit
    new = Organisation.objects.get(name="接收单位0")
    assert (new.standing, new.cases.count()) == ("pending", 3)
    leader = Person.objects.get(username="P2")
    assert (leader.name, leader.standing, leader.led.count(), leader.has_usable_password()) == (
        "负责人2",
        "pending",
        2,
        False,
    )
    assert Employment.objects.filter(person=leader).count() == 1


def test_a_past_round_is_opened_once_archived_with_frozen_pages_and_a_record():
    first, second = old_round(), old_round()
    assert (first.pk, first.state, first.frozen_id) == (second.pk, "archived", second.frozen_id)
    record = Record.objects.get(act="take_over_round")
    assert (record.subject, Record.objects.count(), f'"pages":"{first.frozen_id}"' in record.body) == (
        "old-2017",
        1,
        True,
    )


def test_progress_is_told_after_every_batch(monkeypatch):
    monkeypatch.setattr(takeover, "SIZE", 2)
    told: list[int] = []
    take_over(old_round(), [a_project(n) for n in range(5)], by=OPERATOR, on=START, told=told.append)
    assert told == [2, 4, 5]
