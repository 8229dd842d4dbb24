"""Running projects from elsewhere: what no cell says alone, and what goes on afterwards as if they had begun here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from kechuang.casework import clock, merging, takeover
from kechuang.casework.acts import possible_acts
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_for
from kechuang.desks.funds.models import Grant, Instalment
from kechuang.faces.importing.importing import import_cases, import_experts
from kechuang.parties.models import Organisation, Person
from kechuang.words.outcome import Refused
from tests.desks.funds.funded import a_quota
from tests.faces.test_officer import signed_in
from tests.faces.test_people import CODE, of_unit
from tests.factories import START, Region, done

pytestmark = pytest.mark.django_db
HEAD = "项目编号,项目名称,承担单位,负责人,资助金额,已拨金额,开始年月,结束年月,状态\n"


@pytest.fixture
def region():
    return Region()


def taken(tmp_path, region, text, *, head=HEAD, **given):
    file = tmp_path / "table.csv"
    file.write_text(head + text, "utf-8")
    return import_cases(file, "old", by=region.planner, on=START, **given)


def codes(told):
    return [(f.row, f.column, f.reason.code) for f in told.faults]


def test_a_number_that_stands_twice_more_paid_than_granted_and_an_unknown_state_are_bad_rows(tmp_path, region):
    told = taken(
        tmp_path,
        region,
        "A1,甲,示例大学,P1,10,4,2017-01,2019-12,running\nA1,乙,示例大学,P2,10,4,2017-01,2019-12,执行中\n"
        "A2,丙,示例大学,P3,10,11,2017-01,2019-12,\nA3,丁,示例大学,P4,10,1,2017-01,2019-12,睡着\n",
    )
    assert codes(told) == [
        (3, "项目编号", "row_twice"),
        (4, "已拨金额", "paid_beyond_amount"),
        (5, "状态", "no_such_state"),
    ]
    assert (told.done, Case.objects.count()) == (False, 0)


@pytest.mark.parametrize(
    "head",
    ["项目编号,项目名称,项目名称,承担单位\n", "项目编号,批准号,项目名称,承担单位,负责人,资助金额,开始年月,结束年月\n"],
)
def test_a_column_that_stands_twice_is_refused_by_name(tmp_path, region, head):
    with pytest.raises(Refused) as refusal:
        taken(tmp_path, region, "1,2,3,4,5,6,2017-01,2018-01\n", head=head)
    assert refusal.value.codes == ["columns_twice"]


def test_what_was_not_paid_elsewhere_is_paid_here_and_received(tmp_path, region):
    taken(tmp_path, region, f"A1,甲,{region.unit.name},P1,10,4,2017-01,2019-12,running\n")
    case = Case.objects.get()
    Case.objects.update(applicant=region.unit)
    Person.objects.filter(username="P1").update(standing="confirmed")
    assert list(Instalment.objects.values_list("fen", "freed_at")) == [(6_000_000, START)]
    a_quota()
    done(case, "prepare_payment", region.fund_clerk, on=START, instalment="once", quota_document="文")
    done(case, "pay", region.treasurer, on=START + timedelta(1))
    done(case, "confirm_receipt", region.finance, on=START + timedelta(2), amount="6", date="2018-03-03")
    grant = Grant.objects.get()
    assert (grant.granted_fen, grant.paid_fen, grant.received_fen) == (10_000_000, 10_000_000, 10_000_000)


def test_the_period_ends_by_the_clock_and_a_project_that_ended_before_is_promised_for_acceptance(tmp_path, region):
    taken(
        tmp_path,
        region,
        "A1,甲,示例大学,P1,10,4,2017-01,2018-06,\nA2,乙,示例大学,P2,10,10,2014-01,2018-01,\nA3,丙,示例大学,P3,10,10,2014-01,2016-12,archived\n",
    )
    running, ended, archived = Case.objects.order_by("project_no")
    assert (running.state, running.due_at > START) == ("running", True)
    assert (ended.state, ended.due_at) == ("acceptance_due", None)
    assert ended.promised_at > START
    assert (archived.due_at, archived.promised_at) == (None, None)
    for _ in range(3):  # one act a case a tick: the mid-term first
        clock.tick(START + timedelta(150))
    running.refresh_from_db()
    assert running.state == "acceptance_due"


def test_a_project_that_ended_before_the_rules_is_promised_from_the_first_day_on_which_a_term_was_in_force(
    tmp_path, region
):
    taken(tmp_path, region, "A1,甲,示例大学,P1,10,10,2010-01,2012-12,\nA2,乙,示例大学,P2,10,10,2014-01,2017-12,\n")
    ancient, lately = Case.objects.order_by("project_no")
    assert [one.state for one in (ancient, lately)] == ["acceptance_due"] * 2
    assert ancient.promised_at == lately.promised_at is not None


def test_what_was_not_awarded_yet_is_no_project_to_take_over(tmp_path, region):
    """Taken in with an award it could be awarded a second time, and without one nothing could be done with it."""
    told = taken(
        tmp_path,
        region,
        "A1,甲,示例大学,P1,10,0,2017-01,2019-12,公示中\nA2,乙,示例大学,P2,10,0,2017-01,2019-12,draft\n",
    )
    assert codes(told) == [(2, "状态", "not_awarded_yet"), (3, "状态", "not_awarded_yet")]
    assert (told.done, Case.objects.count()) == (False, 0)


def test_a_project_is_taken_over_in_every_state_after_its_award_and_each_has_its_way_on_or_is_closed(tmp_path, region):
    head = HEAD.replace("状态", "状态,负责人姓名")
    flow = pages_for("nsf-general").flow("grant")
    rows = [f"A{n},题,{region.unit.name},P{n},10,4,2017-01,2019-12,{code},某人\n" for n, code in enumerate(sorted(takeover.states(flow)))]  # fmt: skip
    told = taken(tmp_path, region, "".join(rows), head=head)
    assert (told.done, told.new) == (True, len(rows))
    assert {"funded", "running", "acceptance", "passed", "tracking", "archived"} <= takeover.states(flow)
    everybody = [one for one in vars(region).values() if isinstance(one, Person)]
    stuck = []
    for case in Case.objects.all():
        hands = [*everybody, case.leader]
        if not flow.states[case.state].end and not any(possible_acts(case, by=one, on=START) for one in hands):
            stuck.append(case.state)
    assert stuck == []


def test_a_unit_known_by_name_alone_registers_and_two_officers_lead_its_project_to_it(tmp_path, region):
    taken(tmp_path, region, "A1,甲,从前的研究所,P1,10,4,2017-01,2019-12,running\n")
    Client().post("/register/unit/", of_unit(region, unit_name="从前的研究所"))
    unit = Organisation.objects.get(credit_code=CODE)
    signed_in(region.clerk).post(f"/people/units/{unit.pid}/confirm/", {"key": "c"})
    first, second = signed_in(region.officer), signed_in(region.officer_two)
    for kind, duplicate, into in (("unit", "从前的研究所", CODE), ("person", "P1", "sarnai")):
        first.post("/people/merge/", {"kind": kind, "duplicate": duplicate, "into": into, "key": kind})
        second.post(f"/people/merge/{merging.waiting()[0].duplicate.pid}/", {"key": f"{kind}2"})
    case = Case.objects.get()
    assert (case.applicant, case.leader.username, case.recommender, case.place) == (unit, "sarnai", region.recommender, "150100")  # fmt: skip
    leader = signed_in(case.leader)
    assert (leader.get(f"/cases/{case.number}/").status_code, "甲" in leader.get("/mine/").content.decode()) == (
        200,
        True,
    )
    assert signed_in(region.clerk).get(f"/cases/{case.number}/").status_code == 200


def test_an_institution_carries_on_the_round_that_was_opened(tmp_path, region):
    taken(tmp_path, region, "A1,甲,示例大学,P1,10,4,2017-01,2019-12,\n")
    assert Case.objects.get().round.institution == region.institution
    with pytest.raises(Refused) as refusal:
        import_cases(tmp_path / "table.csv", "other", by=region.planner, on=START, institution="无此机构")
    assert refusal.value.codes == ["no_such_institution"]


def test_the_same_column_twice_in_a_table_of_experts_is_refused(tmp_path, region):
    file = tmp_path / "experts.csv"
    file.write_text("专家,工作单位,工作单位\nP1,甲,乙\n", "utf-8")
    with pytest.raises(Refused):
        import_experts(file, by=region.planner, on=START)
