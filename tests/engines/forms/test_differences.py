"""Differences say what was added, taken out and changed, cell by cell."""

from __future__ import annotations

from kechuang.engines.forms import differences, outside
from tests.engines.forms.samples import FORM
from tests.engines.forms.test_storing import good_values


def told(found):
    return [(one.path, one.change, one.before, one.after) for one in found]


def with_rows(*rows):
    return {**good_values(), "operation": rows}


MATERIAL = {"item": "material", "basis": "试剂", "fiscal": 12_500_000}
TRAVEL = {"item": "travel", "basis": "调研", "fiscal": 7_500_000}
NEW = {"item": "travel", "basis": "会议", "fiscal": 1}


def test_the_same_answers_do_not_differ():
    assert differences(FORM, good_values(), good_values()) == ()


def test_answers_are_added_removed_and_changed():
    after = {**good_values(), "title": "新题目", "own_funds": 5}
    del after["leader_phone"]
    found = differences(FORM, good_values(), after)
    assert told(found) == [
        ("title", "changed", "高比例风光接入弱电网的协调控制", "新题目"),
        ("leader_phone", "removed", "13847112345", None),
        ("own_funds", "added", None, 5),
    ]
    assert [one.label.zh for one in found] == ["项目名称", "手机", "自筹"]


def test_a_changed_cell_is_told_alone():
    found = differences(FORM, with_rows(MATERIAL, TRAVEL), with_rows(MATERIAL, {**TRAVEL, "fiscal": 8}))
    assert told(found) == [("operation.1.fiscal", "changed", 7_500_000, 8)]
    assert found[0].label.zh == "财政资金"


def test_a_row_put_in_between_leaves_the_others_alone():
    assert told(differences(FORM, with_rows(MATERIAL, TRAVEL), with_rows(MATERIAL, NEW, TRAVEL))) == [
        ("operation.1", "added", None, NEW)
    ]


def test_a_row_taken_out_is_told_where_it_was():
    assert told(differences(FORM, with_rows(MATERIAL, NEW, TRAVEL), with_rows(MATERIAL, TRAVEL))) == [
        ("operation.1", "removed", NEW, None)
    ]


def test_a_cell_that_was_blank_is_added():
    found = differences(FORM, with_rows(MATERIAL), with_rows({**MATERIAL, "own": 3}))
    assert told(found) == [("operation.0.own", "added", None, 3)]


def test_a_whole_table_is_added():
    before = good_values()
    del before["operation"]
    assert told(differences(FORM, before, with_rows(NEW))) == [("operation", "added", None, (NEW,))]


def test_a_changed_part_is_told_alone():
    after = {**good_values(), "unit_bank": {"bank": "工商银行", "number": "123456789012"}}
    assert told(differences(FORM, good_values(), after)) == [("unit_bank.bank", "changed", "中国银行", "工商银行")]


def test_computed_answers_can_be_left_out():
    after = {**good_values(), "total": 1, "team": ({**good_values()["team"][0], "consent": False},)}
    assert told(differences(FORM, good_values(), after)) == [
        ("team.0.consent", "changed", True, False),
        ("total", "changed", 20_000_000, 1),
    ]
    assert differences(FORM, good_values(), after, computed=False) == ()


def test_a_correction_may_change_only_what_was_asked_for():
    after = {**good_values(), "title": "新题目", "abstract": "新摘要", "asked": 5, "total": 5}
    assert [one.path for one in outside(FORM, good_values(), after, asked=["title"])] == ["abstract", "asked"]
    assert [one.path for one in outside(FORM, good_values(), after, asked=["basics"])] == ["asked"]
    assert outside(FORM, good_values(), after, asked=["basics", "asked"]) == ()
