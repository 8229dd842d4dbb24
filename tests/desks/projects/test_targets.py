"""A change of goals or indicators: what is granted is what acceptance is measured against, and the old table stays beside it."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import pages_of
from kechuang.desks.projects import accepting, offers, targets
from kechuang.desks.projects.models import Change, Report
from kechuang.engines import forms
from kechuang.faces.web import printing, reading_desk
from tests.desks.projects.test_members import refusal, running
from tests.faces.test_officer import signed_in
from tests.factories import Region, at, done

pytestmark = pytest.mark.django_db
TEXT = "气候条件变化，原定示范面积无法达到，申请调整考核指标，研究方案不变"
ON = at("2019-05-01")
APPLIED = [
    {"name": "产量", "core": True, "middle": "5", "target": "10", "unit_of_measure": "吨"},
    {"name": "示范面积", "core": False, "middle": "50", "target": "100", "unit_of_measure": "亩"},
    {"name": "标准", "core": False, "target": "地方标准一项"},
]


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    found = running(region)
    found.answers = {**found.answers, "targets": APPLIED}
    found.save()
    return Case.objects.get(pk=found.pk)


def asked(case, *rows, kind="indicator_lowered"):
    given = {"by": case.leader, "on": ON, "key": f"ask-{Case.objects.count()}", "flow": "change", "parent": case}
    child = open_case(case.round, data={"change": kind}, name="open", **given)
    done(child, "request_change", case.leader, on=ON, text=TEXT, reason=TEXT, new_targets=list(rows))
    return child


def granted(child, region, by="leadership"):
    said = {"minutes": "厅务会〔2019〕3号"} if by == "leadership" else {}
    done(child, "agree_change", region.research, on=ON, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=ON, opinion="情况属实，建议同意")
    who = region.leadership if by == "leadership" else region.chief
    done(child, f"grant_change_by_{by}", who, on=ON, **said)


def final(case, **reached):
    """A final file whose leader typed whatever pleased as promised."""
    rows = [{"goal": name, "promised": "1", "reached": value} for name, value in reached.items()]
    Report.objects.filter(case=case).delete()
    Report.objects.create(case=case, kind="acceptance", typed={}, values={"final_table": rows}, filed_at=ON, on=ON)


def test_once_granted_acceptance_is_measured_against_the_new_targets(case, region):
    final(case, 产量="10", 示范面积="60", 标准="地方标准一项")
    assert offers.all_reached(case, ON) == Fraction(2, 3)
    child = asked(case, {"name": "示范面积", "middle": "30", "target": "60"})
    assert offers.all_reached(case, ON) == Fraction(2, 3)
    granted(child, region)
    assert offers.all_reached(case, ON) == 1
    assert printing.report_answers(SimpleNamespace(case=case), "acceptance", pages_of(case.round).report("acceptance"), None) == {
        "final_table": [{"goal": "产量", "promised": "10"}, {"goal": "示范面积", "promised": "60"}, {"goal": "标准", "promised": "地方标准一项"}]
    }  # fmt: skip
    midterm = printing.report_answers(
        SimpleNamespace(case=case), "midterm", pages_of(case.round).report("midterm"), None
    )
    assert midterm["midterm_table"][1] == {"goal": "示范面积", "due": "30"}


def test_a_target_left_out_of_the_final_table_is_not_reached_and_one_dropped_is_not_asked_for(case, region):
    final(case, 产量="10", 标准="地方标准一项")
    assert offers.all_reached(case, ON) == Fraction(2, 3)
    granted(asked(case, {"name": "示范面积", "dropped": True}), region)
    assert offers.all_reached(case, ON) == 1


def test_the_lines_of_the_page_between_results_follow_the_new_targets(case, region):
    final(case, 产量="8", 示范面积="100", 标准="地方标准一项")
    said = SimpleNamespace(pages=pages_of(case.round), on=ON)
    assert accepting.result_allowed(case, said).verdict == "fail"
    granted(asked(case, {"name": "产量", "target": "8"}), region)
    assert accepting.result_allowed(case, said).verdict == "pass"


def test_the_old_table_and_the_application_stay_and_the_record_says_both(case, region):
    child = asked(case, {"name": "示范面积", "target": "60"})
    granted(child, region)
    change = Change.objects.get(case=case)
    assert change.before["targets"] == APPLIED
    assert change.after["targets"][1] == {**APPLIED[1], "target": "60"}
    assert Case.objects.get(pk=case.pk).answers["targets"] == APPLIED
    body = Record.objects.get(subject=child.number, act="grant_change_by_leadership").body
    assert "示范面积：100（中期 50）→60（中期 50）" in body


def test_a_second_change_goes_on_from_the_first(case, region):
    granted(asked(case, {"name": "示范面积", "target": "60"}), region)
    granted(asked(case, {"name": "产量", "target": "9"}), region)
    assert [one["target"] for one in targets.standing(case)] == ["9", "60", "地方标准一项"]
    told = [rows for _on, rows in targets.changed_targets(case)]
    assert told == [
        [("示范面积", "100（中期 50）", "60（中期 50）")],
        [("产量", "10（中期 5）", "9（中期 5）")],
    ]


def test_old_and_new_stand_beside_each_other_where_it_is_decided_and_at_acceptance(case, region):
    child = asked(case, {"name": "示范面积", "target": "60"})
    page = signed_in(region.research).get(f"/cases/{child.number}/").content.decode()
    assert ("申请中，批准后生效" in page, "100（中期 50）" in page, "60（中期 50）" in page) == (True, True, True)
    granted(child, region)
    page = signed_in(region.research).get(f"/cases/{case.number}/").content.decode()
    assert ("考核指标变更" in page, "100（中期 50）" in page, "60（中期 50）" in page) == (True, True, True)
    Case.objects.filter(pk=case.pk).update(state="acceptance")
    final(case, 产量="10")
    page = signed_in(region.research).get(f"/cases/{case.number}/reports/acceptance/?version=1").content.decode()
    assert ("100（中期 50）" in page, "60（中期 50）" in page) == (True, True)


def test_goals_may_rise_and_be_added_and_lower_none(case, region):
    assert refusal(asked, case, {"name": "产量", "target": "9"}, kind="goals") == ["goals_lower_a_target"]
    assert refusal(asked, case, {"name": "产量", "middle": "4"}, kind="goals") == ["goals_lower_a_target"]
    assert refusal(asked, case, {"name": "标准", "dropped": True}, kind="goals") == ["goals_lower_a_target"]
    rows = [{"name": "产量", "target": "12"}, {"name": "专利", "target": "2", "core": True}]
    granted(asked(case, *rows, kind="goals"), region, by="institution")
    assert targets.standing(case)[0]["target"] == "12"
    assert targets.standing(case)[3] == {"name": "专利", "core": True, "target": "2"}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "change_needs_targets"),
        ([{"name": "产量", "target": "10"}], "change_needs_targets"),
        ([{"name": "别的", "target": "1"}], "not_a_target"),
        ([{"name": "产量"}, {"name": "标准", "target": "无"}], "target_without_value"),
        ([{"name": "产量", "target": "若干"}], "target_not_a_number"),
        ([{"name": "产量", "dropped": True}], "no_target_left"),
        ([{"name": "产量", "target": "9"}, {"name": "产量", "target": "8"}], "target_named_twice"),
    ],
)
def test_a_change_of_indicators_says_which_becomes_what(case, rows, code):
    assert refusal(asked, case, *rows) == [code]


def test_other_changes_move_no_targets(case):
    assert refusal(asked, case, {"name": "产量", "target": "9"}, kind="partner") == ["asked_by_another_kind"]


def test_a_change_that_would_lower_what_was_raised_meanwhile_is_not_granted(case, region):
    first, second = (asked(case, {"name": "产量", "target": n}, kind="goals") for n in ("11", "15"))
    granted(second, region, by="institution")
    assert refusal(granted, first, region, by="institution") == ["goals_lower_a_target"]


def test_the_table_is_an_input_of_the_page_with_every_column(case):
    form = pages_of(case.round).inputs("change", "request_change")
    assert [one.code for one in form.fields["new_targets"].columns] == ["name", "middle", "target", "core", "dropped"]
    assert isinstance(form, forms.Form)


def test_the_expert_who_judges_the_final_file_sees_old_and_new_beside_it(case, region):
    granted(asked(case, {"name": "示范面积", "target": "60"}), region)
    at_desk = SimpleNamespace(act=SimpleNamespace(name="review_acceptance"), case=case)
    shown = reading_desk.targets(at_desk)
    assert [one["rows"] for one in shown] == [[("示范面积", "100（中期 50）", "60（中期 50）")]]
    assert "100（中期 50）" in render_to_string("parts/targets.html", {"targets": shown})
    assert reading_desk.targets(SimpleNamespace(act=SimpleNamespace(name="review"), case=case)) == []
