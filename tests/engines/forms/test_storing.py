"""Values go to JSON and to typed text, and come back as they were."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from kechuang.engines.forms import answers_of, clean, inputs_form, sheet_form, stored, typed
from tests.engines.forms.samples import FILE, FORM, KNOWN, a_form, choices, good_answers
from tests.engines.forms.test_inputs import CHECKLIST, MARKS, SHEET


def good_values():
    known = {**KNOWN, "team.consented": lambda row: True}
    return clean(FORM, good_answers(), stage="submit", known=known, choices=choices).values


def test_stored_values_are_plain_json_and_come_back():
    kept = stored(FORM, good_values())
    assert typed(FORM, json.loads(json.dumps(kept, allow_nan=False))) == good_values()


def test_amounts_and_decimals_are_text_and_days_are_iso():
    kept = stored(FORM, good_values())
    assert {code: kept[code] for code in ("asked", "start", "term_months", "keywords", "operation")} == {
        "asked": "20000000",
        "start": "2019-01-01",
        "term_months": "36",
        "keywords": ["风电", "储能", "弱电网"],
        "operation": [
            {"item": "material", "basis": "试剂", "fiscal": "12500000"},
            {"item": "travel", "basis": "调研", "fiscal": "7500000"},
        ],
    }
    assert kept["team"] == [{"person": "person-2", "born": "1990-05", "months": 6, "main": True, "consent": True}]


def test_what_is_computed_says_by_its_shape_what_it_is():
    values = {"n": Fraction(1, 3), "w": 36, "b": True, "d": date(2019, 3, 1), "t": "general"}
    form = a_form(*({"code": code, "kind": "computed", "formula": "1"} for code in values))
    kept = stored(form, values)
    assert kept == {"n": "1/3", "w": "36", "b": True, "d": {"date": "2019-03-01"}, "t": {"text": "general"}}
    assert typed(form, kept) == values


def test_moments_shares_and_accounts_come_back():
    form = a_form(*({"code": kind, "kind": kind} for kind in ("datetime", "percent", "decimal", "account", "year")))
    answers = {
        "datetime": "2018-03-31T17:00",
        "percent": "12.5",
        "decimal": "0.1",
        "account": "中行 12345678",
        "year": "2018",
    }
    values = clean(form, answers, stage="submit").values
    kept = stored(form, values)
    assert kept == {
        "datetime": "2018-03-31T17:00:00+08:00", "percent": "0.125", "decimal": "0.1",
        "account": {"bank": "中行", "number": "12345678"}, "year": 2018,
    }  # fmt: skip
    assert typed(form, kept) == values


def test_sheets_and_checklists_come_back():
    inputs = {
        "sheet": {"kind": "sheet", "zh": "表", "of": "s"},
        "items": {"kind": "checklist", "zh": "清单", "items": "checklist"},
    }
    form = inputs_form(inputs, sheets={"s": sheet_form(SHEET)}, lists={"checklist": CHECKLIST})
    values = clean(
        form, {"sheet": {**MARKS, "amount": "7.5"}, "items": {"guide": "pass", "seal": "pass"}}, stage="review"
    ).values
    assert typed(form, json.loads(json.dumps(stored(form, values)))) == values
    assert clean(form, answers_of(form, values), stage="review").values == values
    assert stored(form, values)["sheet"]["amount"] == "7500000"


@pytest.mark.parametrize(
    "kept", [{"asked": []}, {"operation": [7]}, {"start": "soon"}, {"unit_bank": "x"}, {"total": {}}, {"team": 7}]
)
def test_what_was_not_stored_by_this_form_is_refused(kept):
    with pytest.raises(ValueError):
        typed(FORM, kept)


def test_names_of_no_field_are_left_out():
    assert stored(FORM, {"nothing": 1}) == {}
    assert typed(FORM, {"nothing": 1}) == {}


def test_values_become_what_a_person_would_type():
    typed_again = answers_of(FORM, good_values())
    assert {code: typed_again[code] for code in ("asked", "end", "keywords", "promise", "unit_bank")} == {
        "asked": "20",
        "end": "2021-12-31",
        "keywords": ["风电", "储能", "弱电网"],
        "promise": "true",
        "unit_bank": {"bank": "中国银行", "number": "123456789012"},
    }
    assert "total" not in typed_again


def test_what_a_person_would_type_cleans_to_the_same_values():
    known = {**KNOWN, "team.consented": lambda row: True}
    again = clean(FORM, answers_of(FORM, good_values()), stage="submit", known=known, choices=choices)
    assert (again.values, again.errors) == (good_values(), {})


def test_a_share_and_a_file_are_typed_again():
    form = a_form({"code": "p", "kind": "percent"}, {"code": "f", "kind": "files"})
    assert answers_of(form, {"p": Fraction(1, 8), "f": (FILE,)}) == {"p": "12.5", "f": [FILE]}
