"""Rows against declared columns: typed values, or row, column and reason of every bad cell."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.faces.importing.checking import checked, matched, project_of
from kechuang.words.outcome import Refused

COLUMNS = {
    "project_no": {"zh": "项目编号", "names": ["project_no", "项目编号"], "kind": "text", "required": True, "max": 5},
    "amount": {"zh": "资助金额", "names": ["资助金额"], "kind": "money", "unit": "万元", "required": True},
    "start": {"zh": "开始年月", "names": ["开始"], "kind": "month"},
    "end": {"zh": "结束年月", "names": ["结束"], "kind": "month"},
    "year": {"zh": "批准年度", "names": ["年度"], "kind": "year"},
}
GOOD = {"项目编号": "A1", "资助金额": "10", "开始": "2017-01", "结束": "2019-12", "年度": "2016"}


def told(**cells: str) -> list[tuple[int, str, str]]:
    faults = checked([(2, GOOD | cells)], COLUMNS).faults
    return [(fault.row, fault.column, fault.reason.code) for fault in faults]


def test_a_good_row_becomes_typed_values():
    assert checked([(2, GOOD)], COLUMNS).good == (
        (
            2,
            {
                "project_no": "A1",
                "amount": 10_000_000,
                "start": date(2017, 1, 1),
                "end": date(2019, 12, 1),
                "year": 2016,
            },
        ),
    )


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("项目编号", "", "cell_empty"), ("项目编号", "无", "cell_empty"), ("项目编号", "A12345", "cell_too_long"),
        ("资助金额", "十万", "not_an_amount"), ("资助金额", "-1", "not_an_amount"), ("资助金额", "NaN", "not_an_amount"),
        ("资助金额", "0.0000001", "not_an_amount"), ("资助金额", "", "cell_empty"), ("开始", "2017-13", "not_a_month"),
        ("开始", "去年", "not_a_month"), ("年度", "17", "not_a_year"), ("年度", "2100", "not_a_year"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_told_with_its_reason(column, text, code):
    assert [fault[2] for fault in told(**{column: text})] == [code]


def test_every_bad_cell_of_a_row_is_told_and_the_row_is_not_taken():
    assert told(项目编号="", 资助金额="x") == [(2, "项目编号", "cell_empty"), (2, "资助金额", "not_an_amount")]
    assert checked([(2, GOOD | {"项目编号": ""}), (3, GOOD)], COLUMNS).good[0][0] == 3


def test_a_fault_keeps_no_more_than_forty_characters_of_a_cell():
    found = checked([(2, GOOD | {"资助金额": "元" * 100})], COLUMNS).faults
    assert [len(fault.reason.values["got"]) for fault in found] == [40]


@pytest.mark.parametrize("text", ["2017-01", "2017/1", "2017.01", "2017年1月", "201701", "2017-01-15", "2017年1月15日"])
def test_a_month_is_read_as_people_write_it(text):
    assert checked([(2, GOOD | {"开始": text})], COLUMNS).good[0][1]["start"] == date(2017, 1, 1)


@pytest.mark.parametrize(
    ("cells", "code"), [({"结束": "2016-12"}, "end_before_start"), ({"年度": "2018"}, "year_beside_start"), ({"年度": "2013"}, "year_beside_start")]
)  # fmt: skip
def test_what_cannot_be_together_is_told(cells, code):
    assert [fault[2] for fault in told(**cells)] == [code]


def test_columns_are_found_by_any_of_their_names_and_missing_ones_are_named():
    assert matched(["项目编号", "资助金额", "备注"], COLUMNS) == {"project_no": "项目编号", "amount": "资助金额"}
    with pytest.raises(Refused) as refusal:
        matched(["备注"], COLUMNS)
    assert [(r.code, r.values) for r in refusal.value.reasons] == [
        ("columns_missing", {"columns": ["项目编号", "资助金额"]})
    ]


@pytest.mark.parametrize(
    ("given", "state", "paid"),
    [
        ({}, "running", 0),
        ({"paid": 300}, "running", 300),
        ({"end": date(2017, 11, 1)}, "acceptance_due", 1_000),
        ({"end": date(2017, 11, 1), "grade": "优"}, "archived", 1_000),
        ({"end": date(2017, 11, 1), "grade": "优", "state": "terminated"}, "terminated", 1_000),
    ],
)
def test_the_state_follows_from_end_and_grade_and_an_ended_project_was_paid(given, state, paid):
    values = {
        "project_no": "A1", "title": "题目", "unit": "示例大学", "leader": "P1", "amount": 1_000,
        "start": date(2017, 1, 1), "end": date(2019, 12, 1), "paid": None, **given,
    }  # fmt: skip
    project = project_of(values, date(2018, 1, 1))
    assert (project.state, project.paid_fen, project.ends_on.day) == (state, paid, 30 if "end" in given else 31)
