"""The schema of a form is a schema, lets good answers through and stops answers of another shape."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from kechuang.engines.forms import answers_of, inputs_form, schema_of, sheet_form
from tests.engines.forms.samples import FORM, a_form, good_answers
from tests.engines.forms.test_inputs import CHECKLIST, MARKS, SHEET
from tests.engines.forms.test_storing import good_values

CHECKER = Draft202012Validator(schema_of(FORM))


def test_it_is_a_schema_and_describes_every_question():
    Draft202012Validator.check_schema(schema_of(FORM))
    asked = [code for code, field in FORM.fields.items() if field.kind != "computed"]
    assert list(schema_of(FORM)["properties"]) == asked


def test_values_typed_again_fit_the_schema():
    assert [error.message for error in CHECKER.iter_errors(answers_of(FORM, good_values()))] == []


@pytest.mark.parametrize(
    ("code", "raw"),
    [("asked", 12.5), ("asked", "many"), ("place", "呼市"), ("operation", {}), ("operation", []), ("operation", [{"item": "x"}]),
     ("track", "other"), ("promise", "maybe"), ("opinion", ["x"]), ("unit_code", "12")],
)  # fmt: skip
def test_an_answer_of_another_shape_does_not_fit(code, raw):
    answers = answers_of(FORM, good_values())
    assert [error.absolute_path[0] for error in CHECKER.iter_errors({**answers, code: raw})] != []


def test_required_answers_units_options_and_notes_are_in_it():
    schema = schema_of(FORM, language="zh")
    assert schema["title"] == "小型基金"
    assert "former_difference" not in schema["required"]
    assert {key: schema["properties"]["asked"][key] for key in ("title", "x-unit")} == {
        "title": "申请资金",
        "x-unit": "万元",
    }
    assert schema["properties"]["track"]["enum"] == ["general", "youth"]
    assert schema["properties"]["title"]["description"] == "不超过40字。"
    assert (schema["properties"]["operation"]["minItems"], schema["properties"]["operation"]["maxItems"]) == (1, 5)


def test_sheets_and_checklists_have_a_schema():
    inputs = {
        "sheet": {"kind": "sheet", "zh": "表", "of": "s"},
        "items": {"kind": "checklist", "zh": "清单", "items": "checklist"},
    }
    checker = Draft202012Validator(
        schema_of(inputs_form(inputs, sheets={"s": sheet_form(SHEET)}, lists={"checklist": CHECKLIST}))
    )
    good = {"sheet": MARKS, "items": {"guide": {"verdict": "pass"}}}
    assert [error.message for error in checker.iter_errors(good)] == []
    assert len(list(checker.iter_errors({"sheet": [], "items": {"guide": {"verdict": "maybe"}}}))) == 2


def test_every_kind_has_a_schema():
    from_list = a_form(
        {"code": "c", "kind": "choice", "from": "topics"},
        {"code": "s", "kind": "sheet", "of": "s"},
        {"code": "w", "kind": "words", "max": 3},
    )
    properties = schema_of(from_list)["properties"]
    assert properties["c"] == {"title": "c", "type": "string", "x-from": "topics"}
    assert properties["w"]["maxItems"] == 3


def test_good_answers_as_posted_need_not_fit_since_pages_send_texts():
    assert [error.absolute_path[0] for error in CHECKER.iter_errors(good_answers())] != []
