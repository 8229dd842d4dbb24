"""A suspended round: nothing brings a case nearer to its decision; what people owe it is taken, who wants to leave may leave."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.urls import reverse

from kechuang.casework import outbox, records, todo
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import open_case, possible_acts
from kechuang.casework.clock import tick
from kechuang.casework.models import Attempt, Case, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.models import Seat
from kechuang.desks.experts.sheets import form_of
from kechuang.words.outcome import Refused
from tests.book.test_flows import FLOWS
from tests.factories import START, Region, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
WHY = "有关部门要求核查，暂停本批次办理，另行通知恢复时间"
ON = START + timedelta(40)

# Every act on a case that is not decided yet: what is done in a suspended round all the same, and why.
LEAVES, OWED, SHEET = (
    "who asks may leave",
    "owed within a term by who asks or who reports",
    "sheets that experts have are taken",
)
ANSWERED, OVER = "an appeal is answered; the case waits where it was", "the suspended round is cancelled"
GOES_ON = {
    "grant": {
        "consent": "a member's word on the applicant's own draft", "withdraw": LEAVES, "give_up_before": LEAVES, "correct": OWED,
        "promise": "an expert's answer to an invitation", "decline": "an expert who has a conflict or no time leaves", "review": SHEET,
        "reopen": ANSWERED, "review_again": ANSWERED, "end_with_round": OVER,
    },
    "subsidy": {"withdraw": LEAVES, "correct": OWED, "reopen": ANSWERED, "end_claim_with_round": OVER},
    "recognition": {
        "withdraw": LEAVES, "correct": OWED, "decline": "an expert who has a conflict or no time leaves", "review": SHEET,
        "reopen": ANSWERED, "end_with_round": OVER,
    },
    "contest": {"withdraw": LEAVES, "correct": OWED, "score": SHEET, "end_with_round": OVER},
    "evaluation": {"begin": OWED, "submit": OWED, "review": SHEET, "end_with_round": OVER},
    "investment": {"withdraw": LEAVES, "end_with_round": OVER},
}  # fmt: skip


def before_the_award(flow):
    """The acts that stand in a state before the decision."""
    early = {name for name, state in flow.states.items() if state.stage in ("apply", "check", "review", "decide")}
    early |= {"not_funded", "not_admitted", "rejected", "refused"}
    return {act.name: act for act in flow.acts.values() if act.opens or early & set(act.start)}


def held(act) -> bool:
    """By the round's own states where the page names them, else by the check that says so in a sentence."""
    return ("suspended" not in act.round) if act.round else "casework.round_goes_on" in act.checks


@pytest.mark.parametrize("code", GOES_ON)
def test_every_act_before_the_decision_is_held_in_a_suspended_round_or_stands_in_the_table_with_its_reason(code):
    acts = before_the_award(FLOWS[code])
    ends = {"end_with_round", "end_claim_with_round"} & set(acts)
    assert {name for name, act in acts.items() if not held(act)} | ends == set(GOES_ON[code])
    clocks = {name for name, act in acts.items() if act.by == "clock" and not held(act)}
    assert clocks == set()  # the clock waits for the round; it does not try and fail every ten minutes


@pytest.fixture
def region():
    return Region()


@contextmanager
def suspended(round_):
    """The round stands suspended for a while."""
    was = Round.objects.get(pk=round_.pk).state
    Round.objects.filter(pk=round_.pk).update(state="suspended", before=was)
    yield
    Round.objects.filter(pk=round_.pk).update(state=was)


def waits(case, name, by, on=ON, **data):
    """Refused while the round is suspended, with the one reason; the case stands where it stood."""
    with suspended(case.round), pytest.raises(Refused) as refused:
        done(case, name, by, on=on, **data)
    assert refused.value.codes in (["round_suspended"], ["round_not_open"]), name


def in_check(region):
    round_ = an_open_round(region)
    sent = story.an_application(region, round_, on=START + timedelta(1))
    story.closed(round_, ON)
    sent.refresh_from_db()
    return sent


def test_from_the_formal_check_to_the_award_each_step_waits_for_the_round(region):
    story.a_pool()
    case = in_check(region)
    items = [{"item": item, "verdict": "pass"} for item in pages_of(case.round).choices("checklist")]
    waits(case, "record_check", region.officer, items=items)
    done(case, "record_check", region.officer, on=ON, items=items)
    said = {"items": [items[0]["item"]], "reason": "请补充单位签章后的材料"}
    waits(case, "request_correction", region.officer, **said)
    case = story.admitted(case, region, ON)
    done(case.round, "begin_review", region.officer, on=ON)
    waits(case, "group", region.officer_two, group="A组")
    done(case, "group", region.officer_two, on=ON, group="A组")
    story.ceremony(case.round, region, ON)
    waits(case, "draw", region.operator)
    done(case, "draw", region.operator, on=ON)
    with suspended(case.round):
        for label in story.sitting(case):
            done(case, "promise", label, on=ON, promise=story.SEAL)
    waits(case, "begin_mail_review", CLOCK)
    done(case, "begin_mail_review", CLOCK, on=ON)
    with suspended(case.round):
        for label in story.sitting(case):
            done(case, "review", label, on=ON, sheet=story.a_sheet(form_of(case, "mail"), 85))
    waits(case, "close_mail_review", region.secretary)
    done(case, "close_mail_review", region.secretary, on=ON)
    done(case.round, "rank", region.chief, on=ON)
    waits(case, "propose", region.planner, advice="fund", amount="10")
    done(case, "propose", region.planner, on=ON, advice="fund", amount="10")
    waits(case, "confirm_proposal", region.planning_chief)
    done(case, "confirm_proposal", region.planning_chief, on=ON)
    waits(case, "select", region.leadership, minutes="纪要1号")
    done(case, "select", region.leadership, on=ON, minutes="纪要1号")
    waits(case, "publish_list", region.planner)
    done(case, "publish_list", region.planner, on=ON)
    waits(case, "strike", region.leadership, reason=WHY, minutes="纪要1号")
    with suspended(case.round):
        done(case, "give_up_before", region.head, on=ON, reason=WHY)
    assert case.state == "not_funded"


@pytest.mark.parametrize(
    ("state", "name", "who", "data"),
    [
        ("with_unit", "unit_check", "research", {"opinion": "同意申报，材料属实"}),
        ("panel_review", "defend", "leader", {}),
        ("panel_review", "close_panel", "secretary", {}),
        ("panel_review", "order_site_visit", "officer", {"date": "2018-05-01"}),
        ("reserve", "propose_call_up", "planner", {"reason": WHY, "amount": "10"}),
    ],
)
def test_the_other_steps_wait_too(region, state, name, who, data):
    case = in_check(region)
    Case.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()
    with suspended(case.round), pytest.raises(Refused) as refused:
        done(case, name, getattr(region, who), on=ON, **data)
    assert "round_suspended" in refused.value.codes


def test_the_clock_replaces_no_silent_expert_and_begins_no_review_until_the_round_goes_on(region):
    story.a_pool()
    case = story.admitted(in_check(region), region, ON)
    round_ = case.round
    done(round_, "begin_review", region.officer, on=ON)
    done(case, "group", region.officer_two, on=ON, group="A组")
    story.ceremony(round_, region, ON)
    done(case, "draw", region.operator, on=ON)
    done(round_, "suspend", region.leadership, on=ON, reason=WHY)
    drawn = set(Seat.objects.filter(state="invited").values_list("pk", flat=True))
    for label in story.sitting(case):
        done(case, "promise", label, on=ON + timedelta(hours=2), promise=story.SEAL)
    for day in (2, 3):
        tick(ON + timedelta(day))
    case.refresh_from_db()
    assert (case.state, set(Seat.objects.filter(state="accepted").values_list("pk", flat=True))) == (
        "panel_drawn",
        drawn,
    )
    assert not Attempt.objects.filter(actor="clock").exists()
    done(round_, "resume", region.leadership, on=ON + timedelta(4), text="恢复评审工作")
    outbox.work(ON + timedelta(4))
    tick(ON + timedelta(4, minutes=1))
    case.refresh_from_db()
    assert case.state == "mail_review"


def read(client, who, case):
    """The page of a case, or the list of cases."""
    client.force_login(who)
    return client.get(reverse("case", args=[case.number]) if case else reverse("cases"))


def test_what_waits_for_the_round_is_nobodys_work_and_says_so_beside_the_shut_button(region, client):
    case = in_check(region)
    assert [task.name for task in todo.desk(region.officer, ON).tasks if task.subject == case] == ["record_check"]
    assert todo.hands(case, records.done(case), pages=pages_of(case.round)) == ("institution_officer",)
    done(case.round, "suspend", region.leadership, on=ON, reason=WHY)
    case.refresh_from_db()

    assert [task for task in todo.desk(region.officer, ON).tasks if task.subject == case] == []
    assert todo.count(region.officer, ON) == 0
    assert todo.hands(case, records.done(case), pages=pages_of(case.round)) == ()
    (mine,) = todo.desk(region.leader, ON).elsewhere
    assert (mine.case, mine.roles, mine.until) == (case, (), None)
    assert "record_check" not in [act.name for act in possible_acts(case, by=region.officer, on=ON)]

    page = read(client, region.officer, case)
    said = [(act["name"], act["refused"].code if act["refused"] else "") for act in page.context["acts"]]
    assert ("record_check", "round_suspended") in said and {why for _name, why in said} == {"round_suspended"}
    assert (
        "批次已中止，恢复以前不审核、不评审、不作决定" in page.content.decode()
        and "批次已中止，恢复以后再办理" in page.content.decode()
    )
    listed = read(client, region.officer, None)
    assert listed.context["acts"] == []


def test_an_application_that_cannot_be_sent_says_that_the_round_is_suspended(region, client):
    case = story.filled_in(open_case(an_open_round(region), by=region.leader, on=START, key="o"), region)
    done(case.round, "suspend", region.leadership, on=START, reason=WHY)
    page = read(client, region.leader, case)
    assert "批次已中止，恢复以后才能办理" in page.content.decode()
    assert [task for task in todo.desk(region.leader, START).tasks if task.subject == case] == []


def test_a_witness_and_who_names_experts_by_hand_are_not_asked_while_the_round_is_suspended(region, client):
    case = story.admitted(in_check(region), region, ON)
    done(case.round, "begin_review", region.officer, on=ON)
    done(case, "group", region.officer_two, on=ON, group="A组")
    assert [act["name"] for act in read(client, region.supervisor, case).context["acts"]][:1] == ["second:draw"]
    done(case.round, "suspend", region.leadership, on=ON, reason=WHY)
    assert "second:draw" not in [act["name"] for act in read(client, region.supervisor, case).context["acts"]]
    assert [t.name for t in todo.desk(region.supervisor, ON).tasks if t.subject == case] == []
