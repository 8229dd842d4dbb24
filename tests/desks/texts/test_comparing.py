"""The comparison of a case with every earlier one: what is copied is found, what is new is not, nothing is refused by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from kechuang.casework import files
from kechuang.casework.models import Case, Finding
from kechuang.casework.pages import pages_of
from kechuang.desks.texts import comparing, said
from kechuang.desks.texts.comparing import compare, take_in, take_in_missing
from kechuang.desks.texts.models import FileText, Mark, Sketched
from kechuang.desks.texts.said import sections_of
from kechuang.engines import match
from tests.desks.texts.test_extract import PARAGRAPH, WORDS, docx, page
from tests.factories import START, Region, a_case, a_person, an_open_round

pytestmark = [pytest.mark.django_db, pytest.mark.long]

WHEAT = "针对河套灌区春小麦在盐碱胁迫下出苗率低的问题，本项目拟采集不同盐分梯度的土壤样品，测定种子萌发期离子通道的表达变化，筛选耐盐候选基因，并在两个旗县开展三年的田间验证，形成一套可供农户采用的播前处理办法。"
STEEL = "稀土钢轨在高寒重载线路上的疲劳裂纹扩展规律尚不清楚，本课题通过现场监测与实验室加载相结合，获得不同轴重和温度条件下的裂纹扩展速率，建立寿命预测模型，为包头地区钢轨生产工艺的改进提供依据，并编制相应的技术规程。"


def saying(region: Region, round_, text: str, leader=None, **answers) -> Case:
    case = a_case(region, round_, leader=leader or a_person(unit=region.unit))
    case.answers, case.answers_digest = {"background": text, **answers}, text[:8]
    case.save()
    return case


def finding_of(case: Case) -> Finding:
    compare({"case": case.pk}, START + timedelta(1))
    return Finding.objects.get(case=case, check_name="texts.compare")


def crowd(region: Region, round_) -> None:
    """Other cases, so that rarity means something."""
    for number in range(12):
        other = saying(region, round_, f"第{number}个项目" + chr(0x4E00 + 37 * number) * 40)
        take_in(other, match.sketch(other.answers["background"]), taken_from=other.answers_digest)


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


def test_only_the_nearest_and_what_scores_enough_is_read_closely(monkeypatch):
    """The page says how many are read however low they score; the others must come near by their fingerprints."""
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    for tail in "甲乙丙丁":
        finding_of(saying(region, round_, WHEAT[:12] + chr(0x5000 + ord(tail) % 97) * 60 + tail * 30))
    read: list[str] = []
    kept = comparing.shared
    monkeypatch.setattr(
        comparing,
        "shared",
        lambda mine, theirs, page, **said: read.append(theirs.case.number) or kept(mine, theirs, page, **said),
    )
    monkeypatch.setattr(comparing, "lines", lambda: replace(said.lines(), near=Fraction(1, 2), always=1))
    finding_of(saying(region, round_, WHEAT))
    assert len(read) == 1
    monkeypatch.setattr(comparing, "lines", lambda: replace(said.lines(), near=Fraction(0)))
    finding_of(saying(region, round_, WHEAT))
    assert len(read) == 1 + 5


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


def codes(finding: Finding) -> list[str]:
    return [reason["code"] for reason in finding.reasons]


def test_sections_weigh_as_the_book_says_and_each_is_told():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    finding_of(saying(region, round_, WHEAT))
    found = finding_of(saying(region, round_, WHEAT, research=STEEL * 2))
    (like,) = found.evidence["nearest"]
    letters = {name: len(match.normalise(text)) for name, text in (("background", WHEAT), ("research", STEEL * 2))}
    weighed = said.lines().weight("background") * letters["background"]
    whole = weighed + said.lines().weight("research") * letters["research"]
    assert (like["sections"], like["share"]) == ({"background": 100}, weighed * 100 // whole)
    assert (like["share"] < 30, codes(found)) == (True, ["section_found_elsewhere"])


def test_a_section_of_no_weight_is_not_compared():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    finding_of(saying(region, round_, STEEL, leader_work=WHEAT))
    found = finding_of(saying(region, round_, "另一个全新的内容，讲的是羊草种子的收获与加工机械。", leader_work=WHEAT))
    assert (found.verdict, found.evidence["nearest"]) == ("pass", [])


def test_what_the_form_says_itself_is_subtracted():
    region = Region()
    round_ = an_open_round(region, topics=[{"code": "T1", "title": WHEAT}])
    crowd(region, round_)
    finding_of(saying(region, round_, WHEAT + STEEL))
    found = finding_of(saying(region, round_, WHEAT + "本课题自己的话只有这一句，没有别人写过这样的内容。"))
    assert (found.verdict, found.evidence["share"]) == ("pass", 0)
    assert "form" in pages_of(round_).programme


def test_the_same_goals_in_another_case_are_told_as_such():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    goals = [{"name": "选育耐盐小麦新品系三个并通过自治区审定", "target": "3"}]
    finding_of(saying(region, round_, WHEAT, targets=goals))
    found = finding_of(saying(region, round_, STEEL * 3, targets=goals))
    assert (codes(found)[-1], found.evidence["nearest"][0]["same_goal"]) == ("goal_found_elsewhere", True)


def test_one_budget_item_asked_for_twice_is_told_with_its_amount():
    region = Region()
    round_ = an_open_round(region)
    leader = a_person(unit=region.unit)
    row = {"name": "高速冷冻离心机", "fiscal": 1_200_000}
    first = saying(region, round_, WHEAT, leader=leader, equipment=[row])
    Case.objects.filter(pk=first.pk).update(received_at=START)
    stranger = saying(region, round_, WHEAT[:40], equipment=[row])
    Case.objects.filter(pk=stranger.pk).update(received_at=START)
    found = finding_of(saying(region, round_, STEEL, leader=leader, equipment=[row, {"name": "天平", "fiscal": 5}]))
    assert [(like["case"], like["items"]) for like in found.evidence["nearest"]] == [
        (first.number, [["高速冷冻离心机", 1_200_000]])
    ]
    assert codes(found) == ["budget_item_twice", "same_team_elsewhere"]
    alone = finding_of(saying(region, round_, "没有别的话", equipment=[row, dict(row)]))
    assert (codes(alone), alone.evidence["items"]) == (["budget_item_twice"], [["高速冷冻离心机", 1_200_000]])


def attached(case: Case, path, name: str) -> None:
    files.keep(case, "other_files", name, [path.read_bytes()], by=None, on=START)


def test_what_stands_in_an_attachment_is_compared_too(tmp_path):
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    first = saying(region, round_, STEEL)
    attached(first, docx(tmp_path / "a.docx", WORDS.format(PARAGRAPH.format(WHEAT))), "方案.docx")
    finding_of(first)
    found = finding_of(saying(region, round_, WHEAT))
    assert (found.evidence["nearest"][0]["case"], found.evidence["share"]) == (first.number, 100)
    assert FileText.objects.get().kind == "docx"


def test_a_scan_is_said_to_be_one_and_a_broken_file_is_told_by_its_fault(tmp_path):
    region = Region()
    case = saying(region, an_open_round(region), WHEAT)
    scan, broken = tmp_path / "scan.pdf", tmp_path / "broken.pdf"
    scan.write_bytes(page(""))
    broken.write_bytes(b"%PDF-1.4\nnothing")
    attached(case, scan, "扫描件.pdf")
    attached(case, broken, "坏文件.pdf")
    found = finding_of(case)
    assert (found.verdict, found.evidence["scans"]) == ("pass", ["扫描件.pdf"])
    assert [name for name, fault in found.evidence["unread"] if fault == "file_broken"] == ["坏文件.pdf"]
    assert codes(found) == ["file_is_scan"]


def test_projects_of_the_past_are_taken_in_without_having_been_compared():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    past = saying(region, round_, WHEAT)
    Case.objects.filter(pk=past.pk).update(taken_over=True, state="archived")
    draft = saying(region, round_, STEEL)
    take_in_missing([past.number, draft.number], START)
    assert Sketched.objects.filter(case__in=[past, draft]).count() == 1
    found = finding_of(saying(region, an_open_round(region), WHEAT))
    assert (found.evidence["nearest"][0]["case"], found.evidence["nearest"][0]["where"]) == (past.number, "result")


def test_nothing_is_refused_by_a_likeness_alone():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    finding_of(saying(region, round_, WHEAT))
    assert {finding_of(saying(region, round_, WHEAT)).verdict} == {"warn"}


def test_another_pending_case_of_the_same_people_is_told_and_warns_of_nothing_by_itself():
    region = Region()
    leader = a_person(unit=region.unit)
    round_ = an_open_round(region)
    crowd(region, round_)
    other = saying(region, round_, WHEAT, leader=leader)
    Case.objects.filter(pk=other.pk).update(received_at=START, state="running")
    found = finding_of(saying(region, an_open_round(region), STEEL, leader=leader))
    (like,) = found.evidence["nearest"]
    assert (found.verdict, codes(found)) == ("pass", ["same_team_elsewhere"])
    assert (like["case"], like["same_team"], like["where"], like["share"]) == (other.number, True, "awarded", 0)


def test_what_is_said_in_other_words_is_shown_to_a_person_and_warns_of_nothing_by_itself():
    region = Region()
    round_ = an_open_round(region)
    crowd(region, round_)
    sentence = "本项目研究荒漠草原围封恢复过程中土壤微生物群落结构的变化规律。"
    first = saying(region, round_, WHEAT + sentence)
    finding_of(first)
    again = "本课题探讨荒漠草原围封修复期间土壤微生物群落结构的演变特征。"
    found = finding_of(saying(region, round_, STEEL + again))
    (like,) = found.evidence["nearest"]
    assert (like["case"], like["rewritten"] >= 5, like["share"] < 30) == (first.number, True, True)
    assert (found.verdict, codes(found)) == ("pass", ["text_rewritten_elsewhere"])


def test_a_team_is_known_again_by_two_of_its_members_under_another_leader():
    region = Region()
    round_ = an_open_round(region)
    team = [a_person(unit=region.unit) for _ in range(3)]
    other = saying(region, round_, STEEL, leader=team[0])
    mine = saying(region, round_, WHEAT, leader=a_person(unit=region.unit))
    for case in (other, mine):
        for person in team[1:]:
            case.members.create(person=person)
    Case.objects.filter(pk=other.pk).update(received_at=START)
    found = finding_of(mine)
    assert [(like["case"], like["same_team"]) for like in found.evidence["nearest"]] == [(other.number, True)]
    mine.members.get(person=team[2]).delete()
    assert finding_of(mine).evidence["nearest"] == []
