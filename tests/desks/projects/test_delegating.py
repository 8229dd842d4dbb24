"""A professional institution runs what its contract delegates, is evaluated each year, and sees nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from kechuang.casework.models import Attempt, Case, Record, Round
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.desks.funds.models import Grant
from kechuang.desks.funds.queries import grants_visible_to
from kechuang.desks.projects import delegating
from kechuang.desks.projects.models import Delegation, Yearly
from kechuang.parties.permissions import appointments, roles
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round, done

pytestmark = pytest.mark.django_db
DAY = START.date()
PAPER = {
    "number": "内科委〔2018〕1号",
    "plans": ["basic-research"],
    "since": date(2018, 1, 1),
    "until": date(2018, 12, 31),
    "fen": 0,
}
OPINION = "组织规范，时限控制较好，申诉处理及时，建议继续承担。"


def contracted(region, **given):
    row = delegating.enter_contract(
        region.institution, {**PAPER, **given}, by=region.planner, on=START, key=f"c-{given}"
    )
    delegating.confirm(row, by=region.planning_chief, on=START, key=f"ok-{given}")
    return row


def evaluated(region, grade, year=2017):
    row = delegating.evaluate(
        region.institution, year, grade=grade, opinion=OPINION, by=region.supervisor, on=START, key=f"e-{year}"
    )
    delegating.confirm(row, by=region.supervision_chief, on=START, key=f"ok-{year}")
    return row


def refused(call):
    with pytest.raises(Refused) as found:
        call()
    return [reason.code for reason in found.value.reasons]


def vetted(region) -> Round:
    """A round of the institution that is ready to be published."""
    round_ = an_open_round(region, state="vetting", published_at=None)
    text = "方案合法合规，审查中未见排除或者限制竞争的内容。"
    done(round_, "legal_opinion", region.legal, opinion=text, lawful=True)
    done(round_, "fair_competition", region.legal, opinion=text, fair=True)
    done(round_, "freeze", region.planning_chief)
    return round_


def publish(region, round_):
    return done(round_, "publish", region.leadership, minutes="纪要〔2018〕1号", document_no="内科发〔2018〕1号")


def test_no_round_is_published_for_an_institution_without_a_contract_in_force():
    region = Region()
    round_ = vetted(region)
    assert refused(lambda: publish(region, round_)) == ["not_delegated"]
    assert Attempt.objects.filter(act="publish").count() == 1
    contracted(region, plans=["major-special"])
    assert refused(lambda: publish(region, round_)) == ["not_delegated"]

    contracted(region, number="内科委〔2018〕2号")
    assert publish(region, round_).after == "published"


def test_a_contract_counts_only_once_confirmed_and_only_between_its_days():
    region = Region()
    row = delegating.enter_contract(region.institution, PAPER, by=region.planner, on=START, key="c")
    plans = ("basic-research", "nsf-general")
    assert delegating.in_force(region.institution, plans, DAY) is None
    delegating.confirm(row, by=region.planning_chief, on=START, key="ok")
    assert delegating.in_force(region.institution, plans, DAY) == Delegation.objects.get(pk=row.pk)
    assert delegating.in_force(region.institution, plans, date(2019, 1, 1)) is None


def test_an_institution_that_failed_its_year_runs_no_new_round():
    region = Region()
    round_ = vetted(region)
    contracted(region)
    evaluated(region, "fail")
    assert refused(lambda: publish(region, round_)) == ["institution_failed"]
    evaluated(region, "pass", year=2018)
    assert publish(region, round_).after == "published"


def test_the_one_who_enters_confirms_neither_a_contract_nor_an_evaluation():
    region = Region()
    both = a_person(("planner", "*"), ("planning_chief", "*"))
    row = delegating.enter_contract(region.institution, PAPER, by=both, on=START, key="c")
    assert refused(lambda: delegating.confirm(row, by=both, on=START, key="ok")) == ["same_person"]
    with pytest.raises(IntegrityError, match="delegation_maker_is_never_checker"), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).update(checker=both)


def test_planning_signs_and_supervision_evaluates_and_nobody_else():
    region = Region()
    assert refused(
        lambda: delegating.enter_contract(region.institution, PAPER, by=region.supervisor, on=START, key="c")
    ) == ["act_for_another"]
    given = {"grade": "pass", "opinion": OPINION, "on": START, "key": "e"}
    assert refused(lambda: delegating.evaluate(region.institution, 2017, by=region.planner, **given)) == [
        "act_for_another"
    ]
    assert refused(lambda: delegating.evaluate(region.institution, 2017, by=region.chief, **given)) == [
        "act_for_another"
    ]


@pytest.mark.parametrize("wrong", [{"number": " "}, {"plans": []}, {"until": date(2017, 1, 1)}])
def test_a_contract_without_number_plans_or_days_in_order_is_refused(wrong):
    region = Region()
    assert refused(lambda: contracted(region, **wrong)) == ["contract_incomplete"]


def test_an_evaluation_is_made_once_a_year_with_the_figures_of_that_year_and_its_reasons():
    region = Region()
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(received_at=START, promised_at=START - timedelta(days=1))
    row = evaluated(region, "pass", year=2018)
    assert Yearly.objects.get(pk=row.pk).figures == {"rounds": 1, "cases": 1, "late": 1, "granted": 0}
    given = {"grade": "pass", "by": region.supervisor, "on": START}
    assert refused(lambda: delegating.evaluate(region.institution, 2018, opinion=OPINION, key="again", **given)) == [
        "evaluated_already"
    ]
    assert refused(lambda: delegating.evaluate(region.institution, 2019, opinion="好", key="short", **given)) == [
        "evaluation_incomplete"
    ]
    assert list(Record.objects.filter(subject=region.institution.pid).values_list("act", flat=True)) == [
        "evaluate_institution",
        "confirm_evaluation",
    ]


def test_an_institution_sees_the_cases_rounds_and_money_of_its_own_rounds_and_nothing_else():
    region = Region()
    other = a_unit("institution", name="另一专业机构")
    mine, foreign = an_open_round(region), an_open_round(region, institution=other)
    hidden = an_open_round(region, institution=other, published_at=None)
    own, theirs, draft = a_case(region, mine), a_case(region, foreign), a_case(region, mine)
    Case.objects.filter(pk__in=[own.pk, theirs.pk]).update(received_at=START, state="formal_check")
    for case in (own, theirs):
        Grant.objects.create(case=case, granted_fen=1)

    for who in (region.officer, region.chief):
        held = appointments(who, DAY)
        assert list(visible_to(who, START)) == [own]
        assert draft not in visible_to(who, START)
        assert [grant.case for grant in grants_visible_to(who, held)] == [own]
        assert hidden not in rounds_visible_to(who, START)
        assert (sorted(roles(held, own)) != [], roles(held, theirs)) == (True, frozenset())


def test_the_officers_of_another_institution_cannot_act_on_the_round():
    region = Region()
    other = a_unit("institution", name="另一专业机构")
    stranger = a_person(("institution_officer", other.pid), unit=other)
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(received_at=START, state="admitted")
    assert refused(lambda: done(case, "group", stranger, group="A组")) == ["act_for_another"]
