"""What waits for whom: the next step of each case, in the hands that can take it, soonest first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.casework import clock, todo
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import open_case
from tests.desks.funds.funded import DECISION, noticed
from tests.factories import START, Region, a_case, a_person, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
LATER = START + timedelta(2)


def names(person, on=LATER):
    return [(task.subject.pid, task.name) for task in todo.desk(person, on).tasks]


def test_a_draft_waits_for_its_leader_until_the_day_of_the_units():
    region = Region()
    case = a_case(region)

    (task,) = todo.desk(region.leader, LATER).tasks
    assert (task.subject, task.name, task.until) == (case, "submit_to_unit", case.round.units_close_at)
    assert (names(region.research), names(region.planner)) == ([], [])


def test_a_member_is_asked_until_he_has_agreed():
    region = Region()
    member = a_person(unit=region.unit, identity="15010219850505001X")
    case = a_case(region)
    story.answers.save_draft(case, "people", {"team": [{"person": member.pid, "main": "true"}]}, version=0, by=region.leader, on=START)  # fmt: skip
    assert names(member) == [(case.number, "consent")]

    done(case, "consent", member, on=LATER, promise=story.SEAL)
    assert names(member) == []
    assert [e.case for e in todo.desk(member, LATER).elsewhere] == [case]


def test_a_case_goes_from_hand_to_hand():
    region = Region()
    case = story.filled_in(a_case(region), region)
    done(case, "submit_to_unit", region.leader, on=LATER, promise=story.SEAL)
    assert (names(region.leader), names(region.research), names(region.head)) == ([], [(case.number, "unit_check")], [])

    done(case, "unit_check", region.research, on=LATER, opinion="同意申报，材料属实")
    assert (names(region.research), names(region.head)) == ([], [(case.number, "endorse")])

    done(case, "endorse", region.head, on=LATER, seal=story.SEAL, truth=True)
    assert (names(region.head), names(region.signatory)) == ([], [(case.number, "recommend")])
    (elsewhere,) = todo.desk(region.leader, LATER).elsewhere
    assert (elsewhere.case, elsewhere.roles, elsewhere.until) == (case, ("recommender_head",), case.round.closes_at)


def test_a_correction_waits_for_the_leader_by_its_own_term_and_stands_still_for_the_office():
    region = Region()
    case = story.an_application(region, an_open_round(region), on=LATER)
    round_ = story.closed(case.round, START)
    on = round_.closes_at + timedelta(1)
    items = [{"item": item, "verdict": "pass"} for item in story.pages_of(round_).choices("checklist")]
    done(case, "record_check", region.officer, on=on, items=items)
    done(case, "request_correction", region.officer, on=on, items=["subject_code"], reason="学科代码须填至三级，请补正")

    (task,) = todo.desk(region.leader, on).tasks
    case.refresh_from_db()
    assert (task.subject, task.name, task.until) == (case, "correct", case.due_at)
    assert [name for _, name in names(region.chief, on)] == []


def test_what_is_checked_waits_for_the_second_person_alone_and_an_erratum_for_nobody():
    region = Region()
    case = story.an_application(region, an_open_round(region), on=LATER)
    assert names(region.leadership) == []
    on = story.closed(case.round, START).closes_at + timedelta(1)
    items = [{"item": item, "verdict": "pass"} for item in story.pages_of(case.round).choices("checklist")]
    done(case, "record_check", region.officer, on=on, items=items)
    case.refresh_from_db()
    assert (case.number in dict(names(region.officer, on)), names(region.chief, on)) == (
        False,
        [(case.number, "admit")],
    )


def test_what_has_months_to_go_stands_behind_what_came_without_a_term():
    region = Region()
    round_ = an_open_round(region)
    cases = [open_case(round_, by=region.leader, on=START, key=f"open-{n}") for n in range(3)]
    days = {cases[0].pk: 300, cases[2].pk: 20}
    act = todo.desk(region.leader, LATER).tasks[0].act
    told = [todo.Task(one, act, LATER + timedelta(days[one.pk]) if one.pk in days else None) for one in cases]
    assert [one.subject for one in todo._by_deadline(told, LATER)] == [cases[2], cases[1], cases[0]]


def test_a_payment_is_confirmed_only_after_it_was_made():
    region = Region()
    story.a_pool()
    case = story.an_application(region, an_open_round(region), on=LATER)
    round_ = story.closed(case.round, START)
    on = round_.closes_at + timedelta(1)
    story.admitted(case, region, on)
    done(round_, "begin_review", region.officer, on=on)
    assert names(region.officer_two, on) == [(case.number, "group")]
    done(case, "group", region.officer_two, on=on, group="A组")
    assert names(region.supervisor, on) == [(case.number, "second:draw")]
    done(case, "second:draw", region.supervisor, on=on)
    assert names(region.supervisor, on) == []


def test_a_round_waits_for_the_office_whose_step_is_next():
    region = Region()
    round_ = an_open_round(region, state="collecting", published_at=None)
    assert names(region.planner) == [(round_.code, "draft")]
    assert names(region.leadership) == []


def test_many_cases_that_can_be_done_on_a_list_stand_in_one_line():
    region = Region()
    round_ = an_open_round(region)
    for _ in range(4):
        case = open_case(round_, by=a_person(unit=region.unit), on=START, key=f"open-{_}")
        type(case).objects.filter(pk=case.pk).update(state="with_recommender", recommender=region.recommender)

    (task,) = todo.desk(region.signatory, LATER).tasks
    assert (task.name, task.more, todo.count(region.signatory, LATER)) == ("recommend", 3, 4)


def test_what_the_clock_does_waits_for_nobody():
    region = Region()
    case = story.an_application(region, an_open_round(region), on=LATER)
    assert case.state == "submitted"
    assert [names(who) for who in (region.leader, region.officer, region.chief)] == [[], [], []]
    assert CLOCK.person is None


@pytest.mark.parametrize("who", ["leader", "research", "planner"])
def test_one_case_and_three_are_read_with_the_same_number_of_queries(who):
    region = Region()
    round_ = an_open_round(region)
    counted = []
    for number in range(3):
        case = open_case(round_, by=region.leader, on=START, key=f"open-{number}")
        type(case).objects.filter(pk=case.pk).update(state="with_unit")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            todo.desk(getattr(region, who), LATER)
        counted.append(len(queries))
    assert counted[0] == counted[2]


def test_a_task_book_that_is_late_says_since_when_also_after_the_reminder():
    region = Region()
    case, decided = noticed(region), START + timedelta(20)
    done(case, "fund", region.leadership, on=decided, **DECISION)
    case.refresh_from_db()
    promised = case.promised_at
    assert promised == case.due_at > decided
    clock.tick(on=promised + timedelta(1))
    case.refresh_from_db()
    assert (case.state, case.due_at, case.promised_at) == ("funded", None, promised)
    assert [task.until for task in todo.desk(case.leader, promised + timedelta(2)).tasks] == [promised]
