"""Answers are carried over where they still fit, and filled in from what the house knows."""

from __future__ import annotations

from datetime import date

from kechuang.engines.forms import copy_from, prefilled
from kechuang.words.reason import Reason
from tests.engines.forms.samples import FORM, a_form, choices
from tests.engines.forms.test_storing import good_values


def test_an_earlier_application_is_carried_over_without_its_promises():
    carried = copy_from(FORM, good_values(), choices=choices)
    assert carried.left == {}
    assert set(good_values()) - set(carried.values) == {
        "promise",
        "term_months",
        "team_size",
        "total",
        "lines",
        "own_lines",
        "indirect_most",
    }
    assert carried.values["unit_code"] == "91110000600037341L"


def test_an_answer_that_is_no_option_any_more_is_left():
    old = a_form({"code": "x", "kind": "choice", "options": {"a": "甲", "b": "乙"}}, {"code": "y", "kind": "text"})
    new = a_form({"code": "x", "kind": "choice", "options": {"a": "甲"}}, {"code": "y", "kind": "text"})
    carried = copy_from(new, {"x": "b", "y": "文"}, was=old)
    assert (carried.values, carried.left) == ({"y": "文"}, {"x": (Reason("not_an_option", got="b"),)})


def test_an_answer_of_another_kind_is_read_again():
    old = a_form(
        {"code": "n", "kind": "text"}, {"code": "m", "kind": "money", "unit": "元"}, {"code": "gone", "kind": "text"}
    )
    new = a_form({"code": "n", "kind": "integer"}, {"code": "m", "kind": "money", "unit": "万元"})
    assert copy_from(new, {"n": "12", "m": 5_000_000, "gone": "x"}, was=old).values == {"n": 12, "m": 50_000_000_000}


def test_a_page_may_say_that_an_answer_is_asked_anew():
    form = a_form({"code": "start", "kind": "date", "copy": False}, {"code": "title", "kind": "text"})
    assert copy_from(form, {"start": date(2018, 1, 1), "title": "题"}).values == {"title": "题"}


FACTS = {
    "parties.organisation": {"party": "org-7", "uscc": "91110000600037341L", "kind": "enterprise", "staff": 3},
    "parties.person": {"person": "person-1", "identity": "15262619700101001X", "phone": None},
    "enterprises.staff": 120,
}


def test_blank_fields_are_filled_from_facts_with_their_source():
    filled = prefilled(FORM, {"title": "题"}, FACTS.get, choices=choices)
    assert filled.values == {
        "title": "题", "unit": "org-7", "unit_code": "91110000600037341L", "unit_kind": "enterprise", "staff": 120,
        "leader": "person-1", "leader_id": "15262619700101001X",
    }  # fmt: skip
    assert filled.sources == {
        "unit": "parties.organisation", "unit_code": "parties.organisation", "unit_kind": "parties.organisation",
        "staff": "enterprises.staff", "leader": "parties.person", "leader_id": "parties.person",
    }  # fmt: skip


def test_what_was_typed_is_never_replaced():
    filled = prefilled(FORM, {"staff": 5}, FACTS.get, choices=choices)
    assert (filled.values["staff"], "staff" in filled.sources) == (5, False)


def test_each_fact_is_asked_once_and_only_for_blank_fields():
    asked = []

    def fact(name):
        asked.append(name)
        return FACTS[name]

    prefilled(FORM, {"leader": "p", "leader_id": "q", "leader_phone": "r"}, fact, choices=choices)
    assert asked == ["parties.organisation", "enterprises.staff"]


def test_a_fact_that_does_not_fit_is_left_out():
    facts = {**FACTS, "parties.organisation": {"uscc": "123", "kind": "club"}, "enterprises.staff": None}
    filled = prefilled(FORM, {}, facts.get, choices=choices)
    assert sorted(filled.sources) == ["leader", "leader_id"]


def test_rows_are_filled_from_rows():
    columns = [
        {"code": "year", "zh": "年", "kind": "year"},
        {"code": "revenue", "zh": "收入", "kind": "money", "unit": "万元"},
    ]
    form = a_form({"code": "finances", "kind": "table", "prefill": "enterprises.finances", "columns": columns})
    rows = ({"year": 2018, "revenue": 12_500_000, "audit": "x"}, {"year": 2017})
    filled = prefilled(form, {}, {"enterprises.finances": rows}.get)
    assert filled.values == {"finances": ({"year": 2018, "revenue": 12_500_000}, {"year": 2017})}
