"""What is proposed: money goes with advice to fund alone, and who may no longer be funded can still be told so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.findings import settle_finding
from kechuang.casework.models import Case, Finding
from kechuang.casework.pages import pages_of
from kechuang.engines.flow.audit import feasible
from kechuang.words.outcome import Refused
from tests.book.test_flows import FLOWS, ROLES
from tests.desks.integrity.test_offers import a_sanction
from tests.factories import START, Region, a_case, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
ON = START + timedelta(40)
WHY = "负责人被实施联合惩戒，依据申报条件第三条，不予受理本件申报。"


@pytest.fixture
def region():
    return Region()


def ranked(region, **given):
    case = a_case(region, an_open_round(region))
    Case.objects.filter(pk=case.pk).update(state="ranked", received_at=START, asked_fen=10_000_000, **given)
    case.refresh_from_db()
    return case


def refusal(case, name, by, **data):
    with pytest.raises(Refused) as refused:
        done(case, name, by, **data)
    return list(refused.value.codes)


@pytest.mark.parametrize("advice", ["reserve", "reject"])
def test_no_amount_goes_with_advice_not_to_fund(region, advice):
    case = ranked(region)
    assert refusal(case, "propose", region.planner, advice=advice, amount="10") == ["amount_without_funding"]
    done(case, "propose", region.planner, advice="fund", amount="9")
    done(case, "propose", region.planner, advice=advice)
    assert (case.advice, case.proposed_fen) == (advice, None)


@pytest.mark.parametrize(("amount", "told"), [("0", "nothing_proposed"), ("10.000001", "more_than_asked"), ("1000", "more_than_asked")])  # fmt: skip
def test_what_is_proposed_is_some_money_and_never_more_than_was_asked_for(region, amount, told):
    assert told in refusal(ranked(region), "propose", region.planner, advice="fund", amount=amount)
    kept = ranked(Region())
    Case.objects.filter(pk=kept.pk).update(state="reserve")
    kept.refresh_from_db()
    planner = Region().planner
    assert told in refusal(
        kept, "propose_call_up", planner, reason="本年度预算有结余，建议启用储备项目一件。", amount=amount
    )


def test_who_has_come_under_sanction_is_proposed_for_refusal_and_refused_but_not_funded(region):
    case = ranked(region)
    a_sanction(region.leader)
    assert refusal(case, "propose", region.planner, advice="fund", amount="9") == ["person_under_sanction"]
    done(case, "propose", region.planner, advice="reject")
    done(case, "confirm_proposal", region.planning_chief)
    done(case, "reject", region.leadership, minutes="纪要1号")
    assert case.state == "not_funded"


def test_who_has_come_under_sanction_since_applying_is_checked_found_and_refused_but_not_admitted(region):
    case = story.an_application(region, an_open_round(region), on=START + timedelta(1))
    story.closed(case.round, ON)
    case.refresh_from_db()
    a_sanction(region.leader)
    items = [{"item": item, "verdict": "pass"} for item in pages_of(case.round).choices("checklist")]
    done(case, "record_check", region.officer, on=ON, items=items)
    found = Finding.objects.get(case=case, check_name="integrity.person_clean")
    assert (found.verdict, found.settled_by) == ("fail", None)
    for one in case.findings.filter(settled_by=None).exclude(verdict="pass"):
        settle_finding(one, "已核实，情况属实", by=region.chief, on=ON, key=f"settle-{one.pk}")
    with pytest.raises(Refused) as refused:
        done(case, "admit", region.chief, on=ON)
    assert refused.value.codes == ["person_under_sanction"]
    clause = next(iter(pages_of(case.round).choices("checklist")))
    done(case, "refuse", region.chief, on=ON, clause=clause, reason=WHY)
    assert case.state == "not_admitted"


FREE = {("grant", "propose")}  # refuses with advice to fund alone, as told above
STOPS = ("integrity.", "projects.within_limits")


def open_to_offices(flow, code):
    """The flow as it is for somebody who is under sanction or beyond the limits, without what applicants may do themselves."""
    return [
        act for act in flow.acts.values()
        if not act.through and act.round != ("cancelled",) and ((code, act.name) in FREE or not any(check.startswith(STOPS) for check in act.checks))
        and ROLES["roles"].get(act.by, {}).get("power") != "applicant"
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["grant", "subsidy", "recognition", "contest", "evaluation", "investment"])
def test_an_office_can_bring_a_case_to_its_end_when_its_people_come_under_sanction_on_the_way(code):
    flow = FLOWS[code]
    acts = {act.name: act for act in open_to_offices(flow, code)}
    bare = type(flow)(**{name: getattr(flow, name) for name in flow.__slots__} | {"acts": acts})
    roles = {act.by for act in flow.acts.values()}
    early = {n for n, s in flow.states.items() if s.stage in ("check", "review", "decide") and n != "correction"}
    stuck = set()
    for state in sorted(early):
        seen, todo = {state}, [state]
        while todo:
            here = todo.pop()
            for act in feasible(bare, here, roles):
                to = (
                    {one for a in acts.values() if a.to == here for one in a.start}
                    if act.to == "previous"
                    else {act.to}
                )
                todo += to & set(flow.states) - seen
                seen |= to & set(flow.states)
        if not any(flow.states[one].end or flow.states[one].stage in ("pay", "after") for one in seen):
            stuck.add(state)
    assert stuck == set()
