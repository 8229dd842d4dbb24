"""Answers become values, or errors by path; drafts ask for kinds, submission for everything."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from kechuang.engines.forms import clean
from kechuang.words.reason import Reason
from tests.engines.forms.samples import FORM, KNOWN, a_form, choices, good_answers


def submitted(answers, known=KNOWN):
    return clean(FORM, answers, stage="submit", known=known, choices=choices)


def drafted(answers, known=KNOWN):
    return clean(FORM, answers, stage="draft", known=known, choices=choices)


def test_good_answers_have_no_errors_and_become_typed_values():
    cleaned = submitted(good_answers())

    assert cleaned.errors == {}
    assert cleaned.in_order
    assert cleaned.values == {
        "title": "高比例风光接入弱电网的协调控制",
        "track": "general",
        "subject": "110.14.15",
        "keywords": ("风电", "储能", "弱电网"),
        "place": "150102",
        "start": date(2019, 1, 1),
        "end": date(2021, 12, 31),
        "term_months": 36,
        "abstract": "本项目研究弱电网条件下构网型储能的协调控制方法。",
        "unit": "org-7",
        "unit_code": "91110000600037341L",
        "unit_kind": "university",
        "unit_bank": {"bank": "中国银行", "number": "123456789012"},
        "leader": "person-1",
        "leader_id": "15262619700101001X",
        "leader_phone": "13847112345",
        "team": ({"person": "person-2", "born": date(1990, 5, 1), "months": 6, "main": True},),
        "team_size": 1,
        "asked": 20_000_000,
        "total": 20_000_000,
        "operation": (
            {"item": "material", "basis": "试剂", "fiscal": 12_500_000},
            {"item": "travel", "basis": "调研", "fiscal": 7_500_000},
        ),
        "lines": 20_000_000,
        "own_lines": 0,
        "indirect_most": 400_000_000,
        "ethics": ("none",),
        "promise": True,
    }


def test_an_empty_form_is_a_good_draft():
    cleaned = drafted({})
    assert cleaned.errors == {}
    assert cleaned.values == {"team_size": 0}


def test_an_empty_form_lacks_what_is_required_at_submission():
    errors = submitted({}).errors
    required = {code for code, field in FORM.fields.items() if field.required is True}
    assert set(errors) == required | {"people/all_consented"}
    assert {code: errors[code] for code in ("title", "promise", "operation")} == {
        "title": (Reason("required"),),
        "promise": (Reason("must_agree"),),
        "operation": (Reason("required"),),
    }


def test_what_was_typed_stands_beside_its_error():
    cleaned = drafted({"asked": "二十万", "start": "明天", "title": "好题目"})
    assert cleaned.errors == {"asked": (Reason("not_a_number"),), "start": (Reason("not_a_date"),)}
    assert cleaned.typed == {"asked": "二十万", "start": "明天", "title": "好题目"}
    assert cleaned.values == {"title": "好题目", "team_size": 0}


def test_an_error_in_a_cell_has_the_path_of_the_cell():
    answers = good_answers()
    answers["operation"][1]["fiscal"] = "7.5.0"
    assert submitted(answers).errors == {"operation.1.fiscal": (Reason("not_a_number"),)}


def test_blank_rows_fall_away_and_paths_count_the_others():
    rows = {
        "0": {"item": "", "fiscal": " "},
        "10": {"item": "travel", "fiscal": "x"},
        "2": {"item": "material", "fiscal": "1"},
    }
    cleaned = drafted({"operation": rows})
    assert cleaned.typed["operation"] == [rows["2"], rows["10"]]
    assert cleaned.errors == {"operation.1.fiscal": (Reason("not_a_number"),)}
    assert cleaned.values["operation"] == ({"item": "material", "fiscal": 1_000_000}, {"item": "travel"})


def test_a_row_of_which_only_a_box_left_alone_was_posted_is_blank():
    left_alone, ticked = {"person": "", "main": "false"}, {"person": "", "main": "true"}
    assert drafted({"team": [left_alone, ticked, left_alone]}).typed["team"] == [ticked]


def test_a_row_that_is_no_row_keeps_its_place():
    cleaned = drafted({"operation": ["junk", {"fiscal": "1"}]})
    assert cleaned.errors == {"operation.0": (Reason("not_a_row"),)}
    assert cleaned.values["operation"] == ({}, {"fiscal": 1_000_000})


def test_of_a_row_that_is_no_row_nothing_more_is_demanded():
    answers = good_answers()
    answers["operation"].append("junk")
    assert submitted(answers).errors == {"operation.2": (Reason("not_a_row"),)}


def test_required_cells_are_demanded_at_submission_only():
    answers = good_answers()
    answers["operation"][0]["basis"] = ""
    assert drafted(answers).errors == {}
    assert submitted(answers).errors == {"operation.0.basis": (Reason("required"),)}


def test_bounds_hold_for_cells_too():
    answers = good_answers()
    answers["team"][0]["months"] = "13"
    answers["operation"][0]["basis"] = "依据" * 11
    assert submitted(answers).errors == {
        "team.0.months": (Reason("above", most="12", unit=""),),
        "operation.0.basis": (Reason("too_long", most=20, got=22, over=2),),
    }


def test_rows_have_a_least_and_a_most():
    columns = [{"code": "a", "zh": "甲", "kind": "text"}]
    form = a_form({"code": "t", "kind": "table", "rows": {"least": 2, "most": 3}, "columns": columns})
    rows = [{"a": "x"}] * 4
    assert clean(form, {"t": rows[:1]}, stage="submit").errors == {
        "t": (Reason("too_few_rows", least=2, got=1, under=1),)
    }
    assert clean(form, {"t": rows}, stage="submit").errors == {"t": (Reason("too_many_rows", most=3, got=4, over=1),)}
    assert clean(form, {"t": rows}, stage="draft").errors == {}
    assert clean(form, {}, stage="submit").errors == {}


def test_a_table_of_more_rows_than_can_be_kept_is_refused_in_a_draft():
    assert drafted({"team": [{"months": "1"}] * 501}).errors == {
        "team": (Reason("too_many_rows", most=500, got=501, over=1),)
    }


def test_an_amount_left_blank_counts_as_nothing_where_it_is_not_required():
    answers = good_answers()
    answers["operation"][0]["own"] = "3"
    assert submitted(answers).errors == {
        "money/own_adds_up": (Reason("own_adds_up", zh="自筹与分项不一致", en="own lines do not add up"),)
    }
    answers["own_funds"] = "3"
    assert submitted(answers).errors == {}


def test_an_amount_that_cannot_be_read_never_counts_as_nothing():
    answers = good_answers()
    answers["own_funds"] = "三"
    cleaned = submitted(answers)
    assert cleaned.errors == {"own_funds": (Reason("not_a_number"),)}
    assert "total" not in cleaned.values


def test_a_cell_that_cannot_be_read_makes_its_sum_wait():
    answers = good_answers()
    answers["operation"][0]["own"] = "x"
    cleaned = submitted(answers)
    assert cleaned.errors == {"operation.0.own": (Reason("not_a_number"),)}
    assert ("own_lines" in cleaned.values, cleaned.values["lines"]) == (False, 20_000_000)


def test_totals_are_worked_out_while_drafting():
    values = drafted({"asked": "10", "operation": [{"fiscal": "1"}, {"fiscal": "2.5"}]}).values
    assert (values["total"], values["lines"]) == (10_000_000, 3_500_000)


def test_a_required_amount_left_blank_is_not_nothing():
    assert "total" not in drafted({"own_funds": "3"}).values


def test_what_is_computed_cannot_be_typed():
    assert drafted({"total": "99", "asked": "1"}).values["total"] == 1_000_000


def test_a_condition_decides_whether_an_answer_is_required():
    answers = good_answers()
    answers["ethics"] = ["human"]
    answers["unit_kind"] = "enterprise"
    answers["former"] = ["g-1"]
    assert submitted(answers).errors == {
        "former_difference": (Reason("required"),),
        "staff": (Reason("required"),),
        "opinion": (Reason("required"),),
    }


def test_a_condition_that_is_not_known_waits():
    answers = good_answers()
    del answers["ethics"]
    assert submitted(answers).errors == {"ethics": (Reason("required"),)}


def test_a_rule_that_is_broken_gives_the_sentence_of_its_page():
    answers = good_answers()
    answers["end"] = "2018-12-31"
    assert submitted(answers).errors == {
        "basics/dates_in_order": (Reason("dates_in_order", zh="结束日期须晚于开始日期", en="end before start"),)
    }


def test_a_rule_waits_in_a_draft_and_where_something_is_not_known():
    answers = good_answers()
    answers["end"] = "2018-12-31"
    assert drafted(answers).errors == {}
    assert submitted(good_answers(), known={}).errors == {}


def test_what_the_caller_knows_decides_a_rule():
    assert set(submitted(good_answers(), known={**KNOWN, "term_most": 24}).errors) == {"basics/term_ok"}
    assert set(submitted(good_answers(), known={**KNOWN, "consents_given": 0}).errors) == {"people/all_consented"}


def test_the_leader_is_no_member():
    answers = good_answers()
    answers["team"][0]["person"] = "person-1"
    assert set(submitted(answers).errors) == {"people/leader_not_in_team"}


def test_what_is_known_of_a_row_fills_its_computed_column():
    consented = {"person-2": True}
    known = {**KNOWN, "team.consented": lambda row: consented.get(row["person"])}
    assert submitted(good_answers(), known).values["team"][0]["consent"] is True


def test_answers_of_another_section_are_taken_from_what_is_known():
    known = {**KNOWN, "start": date(2019, 1, 1), "asked": 10_000_000}
    values = drafted({"end": "2019-12-31", "own_funds": "1"}, known).values
    assert (values["term_months"], values["total"]) == (12, 11_000_000)


def test_an_answer_taken_away_does_not_come_back_from_what_is_known():
    values = drafted({"asked": "", "own_funds": "1"}, {**KNOWN, "asked": 10_000_000}).values
    assert "total" not in values


def test_a_formula_that_cannot_be_worked_out_is_an_error_and_no_fall():
    form = a_form({"code": "a", "kind": "integer"}, {"code": "x", "kind": "computed", "formula": "1 / a"})
    assert clean(form, {"a": "0"}, stage="draft").errors == {
        "x": (Reason("divides_by_zero", formula="1 / a", because="zero_denominator"),)
    }


def test_a_condition_and_a_rule_that_cannot_be_worked_out_are_errors_too():
    form = a_form(
        {"code": "a", "kind": "integer"},
        {"code": "b", "kind": "text", "required": "1 / a > 2"},
        rules=({"code": "r", "when": "1 / a > 2", "zh": "不符"},),
    )
    found = clean(form, {"a": "0"}, stage="submit").errors
    assert {path: [reason.code for reason in reasons] for path, reasons in found.items()} == {
        "b": ["divides_by_zero"],
        "part/r": ["divides_by_zero"],
    }


def test_a_sum_beyond_all_money_is_an_error_and_no_fall():
    rows = [{"item": "travel", "fiscal": "1000000000000"}] * 2
    cleaned = drafted({"operation": rows})
    assert [reason.code for reason in cleaned.errors["lines"]] == ["cannot_compute"]


@pytest.mark.parametrize("answers", [None, [], "title=1", 7, {"team": {"x": 1}}, {"team": "x"}, {1: 2, None: 3}])
def test_answers_of_no_shape_give_errors_at_most(answers):
    assert set(drafted(answers).errors) <= {"team"}


def test_unknown_names_are_left_aside():
    assert drafted({"csrfmiddlewaretoken": "x", "_next": "/"}).values == {"team_size": 0}


def test_the_same_answers_clean_to_the_same_values_twice():
    answers = good_answers()
    before = good_answers()
    assert submitted(answers) == submitted(answers)
    assert answers == before


def test_a_cell_may_be_required_by_another_cell_of_its_row_and_by_the_form():
    columns = [
        {"code": "way", "zh": "方式", "kind": "choice", "options": {"buy": "购置", "rent": "租赁"}},
        {"code": "price", "zh": "单价", "kind": "money", "unit": "万元"},
        {"code": "why", "zh": "理由", "kind": "text", "required": "row.way == 'buy' and row.price >= line"},
    ]
    form = a_form({"code": "t", "kind": "table", "columns": columns}, params={"line": {}})
    rows = [
        {"way": "buy", "price": "60"},
        {"way": "rent", "price": "60"},
        {"way": "buy", "price": "40"},
        {"way": "buy", "price": "x"},
    ]
    assert clean(form, {"t": rows}, stage="submit", known={"line": 50_000_000}).errors == {
        "t.3.price": (Reason("not_a_number"),),
        "t.0.why": (Reason("required"),),
    }


def test_a_column_may_be_worked_out_from_columns_before_it():
    columns = [
        {"code": "pieces", "zh": "数量", "kind": "integer"},
        {"code": "price", "zh": "单价", "kind": "money", "unit": "万元"},
        {"code": "sum", "zh": "小计", "kind": "computed", "unit": "万元", "formula": "row.pieces * row.price"},
        {"code": "share", "zh": "占比", "kind": "computed", "formula": "row.sum / whole"},
    ]
    form = a_form(
        {"code": "whole", "kind": "money", "unit": "万元"}, {"code": "t", "kind": "table", "columns": columns}
    )
    rows = [{"pieces": "2", "price": "1.5"}, {"pieces": "1"}, {"price": "1"}]
    assert clean(form, {"whole": "6", "t": rows}, stage="draft").values["t"] == (
        {"pieces": 2, "price": 1_500_000, "sum": 3_000_000, "share": Fraction(1, 2)},
        {"pieces": 1, "sum": 0, "share": 0},
        {"price": 1_000_000},
    )
