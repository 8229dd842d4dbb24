"""The pages of the shared drafts become forms; skipped where KECHUANG_SHARED does not lead to them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kechuang.engines.forms import clean, form_from, inputs_form, progress, schema_of, sheet_form, stored, typed
from tests.engines.forms.samples import FILE, page_from

DRAFTS = Path(os.environ.get("KECHUANG_SHARED", "/nowhere")) / "book_draft"
PLANS = (
    "basic-research",
    "key-technology",
    "major-special",
    "results-conversion",
    "platform-talent",
    "innovation-environment",
)
FUNDS = ("nsf-general", "nsf-youth", "nsf-joint")
pytestmark = pytest.mark.skipif(not DRAFTS.is_dir(), reason="KECHUANG_SHARED is not set to a folder with book_draft")

TYPED: dict[str, Any] = {
    "text": "测试文本", "longtext": "字" * 200, "richtext": "字" * 2000, "money": "12.5", "date": "2020-01-01", "month": "1980-03",
    "year": "2018", "integer": "3", "number": "1.5", "ratio": "30", "bool": "true", "statement": "on", "uscc": "91110000600037341L",
    "identity": "15262619700101001X", "phone": "13847112345", "email": "a@b.cn", "person": "p-1", "party": "o-1", "file": FILE,
    "files": [FILE], "words": "风电、储能、并网", "reference": "r-1", "references": ["1"], "account": "中行 12345678", "place": "150102",
}  # fmt: skip


def page(path: str) -> dict[str, Any]:
    return page_from((DRAFTS / path).read_text("utf-8"))


def expanded(name: str) -> dict[str, Any]:
    """A programme page with the parts it uses put in, as a frozen round has it."""
    found = page(f"programmes/{name}.yaml")
    facts, params, sections = dict(found.get("facts", {})), dict(found.get("params", {})), []
    for section in found["form"]["sections"]:
        used = section.get("use")
        if used is None:
            sections.append(section)
            continue
        part, without = page(f"parts/{used}.yaml"), set(section.get("without", []))
        kept = {key: [one for one in part.get(key, []) if one["code"] not in without] for key in ("fields", "rules")}
        sections.append({"code": part["code"], "title": part["title"], **kept})
        facts.update(part.get("facts", {}))
        params.update(part.get("params", {}))
    return {**found, "form": {"sections": sections}, "facts": facts, "params": params}


def choices(name: str) -> dict[str, Any] | None:
    return {"places": {"150102": "新城区"}, "files": None}.get(name, {"c": {"zh": "选项"}})


def answers(form: Any) -> dict[str, Any]:
    return {code: answer(field) for code, field in form.fields.items() if field.kind != "computed"}


def answer(field: Any) -> Any:
    if field.kind in ("choice", "choices", "code"):
        code = next(iter(field.options or {"c": ""}))
        return [code] if field.kind == "choices" else code
    if field.kind == "table":
        return [{column.code: answer(column) for column in field.columns if column.kind != "computed"}] * max(
            field.least, 3
        )
    return TYPED.get(field.kind)


@pytest.mark.parametrize("name", [*PLANS, *FUNDS])
def test_every_programme_form_is_read_cleaned_stored_and_described(name):
    form = form_from(expanded(name))
    cleaned = clean(
        form,
        answers(form),
        stage="submit",
        choices=lambda one: None if one in ("files", "demand", "ip_right") else choices(one),
    )
    unread = {path: [reason.code for reason in reasons] for path, reasons in cleaned.errors.items() if "/" not in path}

    assert {code for codes in unread.values() for code in codes} <= {
        "too_long",
        "not_an_option",
        "no_such_row",
        "too_many_rows",
    }
    assert typed(form, stored(form, cleaned.values)) == cleaned.values
    assert len(progress(form, cleaned.values, cleaned.errors)) == len(form.sections)
    assert schema_of(form)["type"] == "object"


@pytest.mark.parametrize(
    "path", ["grant", "subsidy", "recognition", "evaluation", "contest", "inquiry", "investment", "round"]
)
def test_the_inputs_of_every_act_are_read(path):
    flow = page(f"flows/{path}.yaml")
    asked = {name: act["inputs"] for name, act in flow["acts"].items() if "inputs" in act}
    for name, inputs in asked.items():
        form = inputs_form(inputs, code=name, facts=flow.get("facts", {}), params=flow.get("params", {}), lists=flow)
        assert list(form.fields) == list(inputs)


@pytest.mark.parametrize("name", [*PLANS, *FUNDS])
def test_every_sheet_is_a_form(name):
    for sheet in page(f"programmes/{name}.yaml")["sheets"]:
        assert list(sheet_form(sheet).fields)[::2][: len(sheet["criteria"])] == [
            one["code"] for one in sheet["criteria"]
        ]


@pytest.mark.parametrize("stage", ["progress", "midterm", "acceptance"])
def test_the_tables_of_closing_are_forms(stage):
    part = page("parts/closing.yaml")
    form = form_from({"code": stage, **part[stage], "params": part["params"]})
    assert [field.kind for field in form.fields.values() if field.columns] != []
