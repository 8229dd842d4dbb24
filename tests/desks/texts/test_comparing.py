"""The comparison of a case with every earlier one: what is copied is found, what is new is not, nothing is refused by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.models import Case, Finding
from kechuang.desks.texts.comparing import compare, sections_of, take_in
from kechuang.desks.texts.models import Mark
from kechuang.engines import match
from tests.factories import START, Region, a_case, a_person, an_open_round

pytestmark = pytest.mark.django_db

WHEAT = "针对河套灌区春小麦在盐碱胁迫下出苗率低的问题，本项目拟采集不同盐分梯度的土壤样品，测定种子萌发期离子通道的表达变化，筛选耐盐候选基因，并在两个旗县开展三年的田间验证，形成一套可供农户采用的播前处理办法。"
STEEL = "稀土钢轨在高寒重载线路上的疲劳裂纹扩展规律尚不清楚，本课题通过现场监测与实验室加载相结合，获得不同轴重和温度条件下的裂纹扩展速率，建立寿命预测模型，为包头地区钢轨生产工艺的改进提供依据，并编制相应的技术规程。"


def saying(region: Region, round_, text: str, leader=None) -> Case:
    case = a_case(region, round_, leader=leader or a_person(unit=region.unit))
    case.answers, case.answers_digest = {"background": text}, text[:8]
    case.save()
    return case


def finding_of(case: Case) -> Finding:
    compare({"case": case.pk}, START + timedelta(1))
    return Finding.objects.get(case=case, check_name="texts.compare")


def crowd(region: Region, round_) -> None:
    """Other cases, so that rarity means something."""
    for number in range(12):
        other = saying(region, round_, f"第{number}个项目" + chr(0x4E00 + 37 * number) * 40)
        take_in(other, match.sketch(other.answers["background"]))


def test_a_copied_text_is_found_with_its_share_and_kind():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    first = saying(region, round_, WHEAT)
    finding_of(first)
    found = finding_of(saying(region, round_, WHEAT.replace("三年", "两年")))
    assert (found.verdict, found.evidence["nearest"][0]["case"], found.evidence["nearest"][0]["kind"]) == (
        "warn",
        first.number,
        "copy",
    )
    assert found.evidence["share"] >= 80


def test_a_new_text_passes():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    finding_of(saying(region, round_, WHEAT))
    found = finding_of(saying(region, round_, STEEL))
    assert (found.verdict, found.evidence["share"]) == ("pass", 0)


def test_the_same_person_again_after_a_refusal_is_a_resubmission():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    leader = a_person(unit=region.unit)
    first = saying(region, round_, WHEAT, leader=leader)
    finding_of(first)
    Case.objects.filter(pk=first.pk).update(state="not_funded")
    found = finding_of(saying(region, an_open_round(region), WHEAT, leader=leader))
    assert found.evidence["nearest"][0]["kind"] == "resubmission"


def test_comparing_again_keeps_one_finding_and_one_set_of_fingerprints():
    region = Region()
    case = saying(region, an_open_round(region), WHEAT)
    finding_of(case)
    before = Mark.objects.filter(case=case).count()
    finding_of(case)
    assert (Finding.objects.filter(case=case).count(), Mark.objects.filter(case=case).count()) == (1, before)


def test_a_case_without_prose_is_known_by_its_title():
    region = Region()
    case = a_case(region, an_open_round(region))
    case.title = "只有题目"
    assert sections_of(case) == {"title": "只有题目"}
