"""Experts and units are known by their own works: the nearest come first, each with the words that they share."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.casework import curtain
from kechuang.casework.models import Award, Case, Round
from kechuang.desks.experts.models import Expert
from kechuang.desks.texts import indexing, knowing
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round

pytestmark = pytest.mark.django_db
WHEAT = "盐碱地耐盐小麦新品系选育与田间示范，测定萌发期离子通道的表达变化"
STEEL = "稀土钢轨在高寒重载线路上的疲劳裂纹扩展规律与寿命预测模型"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


def saying(region: Region, round_: Round, title: str, text: str, leader=None, **changes) -> Case:
    case = a_case(region, round_, leader=leader or a_person(unit=region.unit))
    case.answers, case.answers_digest = {"background": text}, title[:8]
    case.title, case.received_at = title, START
    for name, value in changes.items():
        setattr(case, name, value)
    case.save()
    return case


def an_expert(unit=None, **given) -> Expert:
    person = a_person(unit=unit or a_unit("institute"))
    return Expert.objects.create(person=person, standing="active", entered_on=date(2017, 1, 1), **given)


def test_an_expert_is_near_to_a_case_by_own_projects_and_keywords():
    region = Region()
    past, now = an_open_round(region), an_open_round(region)
    grower, smith, keyed = an_expert(), an_expert(), an_expert(keywords=["耐盐小麦", "盐碱地"])
    saying(region, past, "小麦耐盐基因", WHEAT, leader=grower.person)
    saying(region, past, "钢轨疲劳", STEEL, leader=smith.person)
    case = saying(region, now, "河套盐碱地小麦选育", WHEAT)
    found = curtain.fact("texts.affinity", now, START)
    points = {pid: found.get((case.number, pid), 0) for pid in (grower.pid, smith.pid, keyed.pid)}
    assert points[grower.pid] > points[keyed.pid] > points[smith.pid] >= 0
    assert all(0 < one <= 1000 and type(one) is int for one in found.values())


def test_an_application_in_the_same_round_makes_nobody_an_expert_on_it():
    region = Region()
    round_ = an_open_round(region)
    expert = an_expert()
    saying(region, round_, "小麦耐盐基因", WHEAT, leader=expert.person)
    case = saying(region, round_, "河套盐碱地小麦选育", WHEAT)
    assert knowing.affinity(round_).get((case.number, expert.pid)) is None


def test_without_experts_or_cases_there_is_nothing():
    region = Region()
    assert knowing.affinity(an_open_round(region)) == {}


def test_a_unit_is_offered_the_calls_and_policies_near_to_what_it_does_with_the_reason():
    region = Region()
    wheat = {"code": "T1", "title": "盐碱地耐盐小麦新品系选育"}
    steel = {"code": "T2", "title": "稀土钢轨材料与装备"}
    sown, forged = an_open_round(region, topics=[wheat]), an_open_round(region, topics=[steel])
    past = an_open_round(region)
    saying(region, past, "小麦耐盐基因", WHEAT)
    Round.objects.filter(pk=past.pk).update(state="archived")
    calls, policies = knowing.fitting(region.unit)
    assert calls[0].offered.name == f"round:{sown.code}"
    assert ("小麦" in calls[0].why.values["words"], calls[0].points > 0) == (True, True)
    assert {one.offered.name for one in calls[1:]} <= {f"round:{forged.code}"}
    assert all(one.offered.name.startswith("page:") for one in policies)


def test_for_each_topic_the_public_results_that_could_meet_it():
    region = Region()
    past = an_open_round(region)
    for title, text in (("小麦耐盐品系选育与盐碱地示范", WHEAT), ("钢轨疲劳裂纹", STEEL)):
        case = saying(region, past, title, text, state="archived", project_no=title[:2])
        Award.objects.create(case=case, fen=1, on=START)
    hidden = saying(region, past, "盐碱地小麦选育（未公开）", WHEAT, state="submitted")
    indexing.bring_up(START)
    asked = [knowing.Offered("round:x", "盐碱地耐盐小麦选育", "")]
    ((topic, fits),) = knowing.results_for(asked)
    assert (topic.name, fits[0].offered.title) == ("round:x", "小麦耐盐品系选育与盐碱地示范")
    assert hidden.number not in {one.offered.name.partition(":")[2] for one in fits}
