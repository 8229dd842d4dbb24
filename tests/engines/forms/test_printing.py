"""A filled form is printed as lines and tables, in Chinese and in English."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from kechuang.engines.forms import Line, clean, for_experts, inputs_form, printed, sheet_form
from tests.engines.forms.samples import FILE, FORM, a_form, choices
from tests.engines.forms.test_inputs import CHECKLIST, MARKS, SHEET
from tests.engines.forms.test_storing import good_values

NAMES = {"person-1": "苏日娜", "person-2": "巴图", "org-7": "北疆工业大学"}


def press(language="zh", form=FORM, values=None):
    found = printed(
        form, good_values() if values is None else values, language, choices=choices, names=lambda kind, one: NAMES[one]
    )
    return {section.code: section for section in found}


def said(section):
    return {line.path: (line.text, line.unit) for line in section.lines}


def test_lines_have_labels_texts_and_units():
    assert press()["basics"].lines[:2] == (
        Line("title", "项目名称", "高比例风光接入弱电网的协调控制"),
        Line("track", "类型", "面上项目"),
    )
    assert said(press()["basics"])["term_months"] == ("36", "月")


def test_codes_places_names_and_days_are_spelt_out():
    found = said(press()["basics"]) | said(press()["unit"])
    assert {path: found[path][0] for path in ("subject", "place", "end", "keywords", "unit", "unit_bank", "former")} == {
        "subject": "110.14.15 代数", "place": "新城区", "end": "2021年12月31日", "keywords": "风电、储能、弱电网",
        "unit": "北疆工业大学", "unit_bank": "中国银行 123456789012", "former": "",
    }  # fmt: skip


def test_english_readers_read_english():
    found = said(press("en")["basics"])
    assert press("en")["basics"].title == "Basics"
    assert {path: found[path][0] for path in ("track", "subject", "place", "end", "keywords")} == {
        "track": "General", "subject": "110.14.15 Algebra", "place": "Xincheng", "end": "2021-12-31", "keywords": "风电, 储能, 弱电网",
    }  # fmt: skip


def test_tables_have_heads_units_and_rows():
    table = press()["money"].tables[0]
    assert (table.path, table.label) == ("operation", "业务费")
    assert table.heads == ("科目", "依据", "财政资金", "自筹")
    assert table.units == ("", "", "万元", "万元")
    assert table.rows == (("材料", "试剂", "12.5", ""), ("差旅", "调研", "7.5", ""))
    assert press()["people"].tables[0].rows == (("巴图", "1990年5月", "6", "是", "是"),)


def test_the_order_of_the_page_is_kept():
    assert [entry.path for entry in press()["money"].entries] == [
        "asked",
        "own_funds",
        "total",
        "operation",
        "lines",
        "own_lines",
        "indirect_most",
    ]


def test_amounts_are_grouped_in_the_unit_of_the_page():
    form = a_form(
        {"code": "m", "kind": "money", "unit": "元"}, {"code": "c", "kind": "computed", "unit": "万元", "formula": "m"}
    )
    section = press(form=form, values={"m": 123_456_789, "c": -123_456_789})["part"]
    assert said(section) == {"m": ("1,234,567.89", "元"), "c": ("-123.456789", "万元")}


def test_what_was_computed_is_rounded_for_reading_only():
    form = a_form(
        {"code": "a", "kind": "computed", "formula": "1"}, {"code": "b", "kind": "computed", "unit": "%", "formula": "1"},
        {"code": "c", "kind": "computed", "unit": "元", "formula": "1"}, {"code": "d", "kind": "computed", "formula": "1"},
        {"code": "e", "kind": "computed", "formula": "1"},
    )  # fmt: skip
    values = {"a": Fraction(2, 3), "b": Fraction(2, 3), "c": Fraction(200, 3), "d": date(2019, 3, 1), "e": "general"}
    section = press(form=form, values=values)["part"]
    assert said(section) == {
        "a": ("0.67", ""),
        "b": ("66.67", "%"),
        "c": ("0.67", "元"),
        "d": ("2019-03-01", ""),
        "e": ("general", ""),
    }


def test_a_computed_year_is_written_as_a_year_and_a_computed_amount_with_its_thousands():
    form = a_form(
        {"code": "year", "kind": "computed", "formula": "1"},
        {"code": "sum", "kind": "computed", "unit": "元", "formula": "1"},
    )
    section = press(form=form, values={"year": Fraction(2017), "sum": Fraction(201_700)})["part"]
    assert said(section) == {"year": ("2017", ""), "sum": ("2,017", "元")}


def test_files_moments_years_and_several_options_are_said():
    form = a_form(
        {"code": "f", "kind": "files"}, {"code": "t", "kind": "datetime"}, {"code": "y", "kind": "year"},
        {"code": "o", "kind": "choices", "options": {"a": "甲", "b": "乙"}}, {"code": "s", "kind": "signature"},
        {"code": "p", "kind": "persons"}, {"code": "r", "kind": "percent"},
    )  # fmt: skip
    answers = {
        "f": [FILE],
        "t": "2018-03-31T17:00",
        "y": "2018",
        "o": ["a", "b"],
        "s": "on",
        "p": ["person-1", "person-2"],
        "r": "12.5",
    }
    values = clean(form, answers, stage="submit", choices=choices).values
    assert {path: text for path, (text, _) in said(press(form=form, values=values)["part"]).items()} == {
        "f": "意见.pdf", "t": "2018年3月31日 17:00", "y": "2018", "o": "甲；乙", "s": "已签署", "p": "苏日娜、巴图", "r": "12.5",
    }  # fmt: skip


def test_nothing_of_the_applicant_is_printed_for_a_blind_expert():
    sections = press(form=for_experts(FORM, blind=True))
    texts = " ".join(line.text for section in sections.values() for line in section.lines)
    texts += " ".join(
        cell for section in sections.values() for table in section.tables for row in table.rows for cell in row
    )
    assert [
        name for name in (*NAMES.values(), "91110000600037341L", "15262619700101001X", "13847112345") if name in texts
    ] == []


def test_checklists_and_sheets_are_printed():
    inputs = {
        "sheet": {"kind": "sheet", "zh": "表", "of": "s"},
        "items": {"kind": "checklist", "zh": "清单", "items": "checklist"},
    }
    form = inputs_form(inputs, sheets={"s": sheet_form(SHEET)}, lists={"checklist": CHECKLIST})
    items = {"guide": {"verdict": "fail", "remark": "不符"}, "seal": "pass"}
    values = clean(form, {"sheet": MARKS, "items": items}, stage="review").values
    section = press(form=form, values=values)["inputs"]
    assert section.tables[0].rows == (("指南方向符合", "不符合", "不符"), ("签章", "符合", ""))
    assert said(section)["sheet.total"] == ("84", "")


def test_without_names_and_lists_ids_and_codes_are_printed():
    form = a_form(
        {"code": "p", "kind": "person"}, {"code": "s", "kind": "sheet", "of": "s"}, {"code": "c", "kind": "code", "of": "x"},
        {"code": "k", "kind": "code", "of": "y"}, {"code": "l", "kind": "place"}, {"code": "f", "kind": "file"}, {"code": "n", "kind": "number"},
    )  # fmt: skip
    values = {"p": "person-1", "s": "sheet-9", "c": "A01", "k": "B", "l": "150102", "f": FILE, "n": Fraction(-1, 2)}
    section = printed(form, values, "zh", choices={"y": {"B": "乙"}}.get)[0]
    assert said(section) == {
        "p": ("person-1", ""), "s": ("sheet-9", ""), "c": ("A01", ""), "k": ("B 乙", ""), "l": ("150102", ""),
        "f": ("a" * 12, ""), "n": ("-0.5", ""),
    }  # fmt: skip
