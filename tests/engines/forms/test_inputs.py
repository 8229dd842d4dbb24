"""What acts ask for: seals, promises, checklists, commitments, real names, review sheets."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kechuang.engines.forms import clean, inputs_form, sheet_form
from kechuang.words.outcome import BadPage
from kechuang.words.reason import Reason
from tests.engines.forms.samples import FILE

CHECKLIST = {"guide": {"zh": "指南方向符合", "en": "Fits the guide"}, "seal": {"zh": "签章"}}
SHEET = {
    "code": "mail",
    "scale": {"low": 0, "high": 100, "step": 1},
    "criteria": [
        {"code": "novelty", "zh": "创新性", "en": "Novelty", "weight": 60, "reason": "required", "min": 5},
        {"code": "method", "zh": "方案", "en": "Method", "weight": 40},
    ],
    "grade": {"A": "优", "B": "良"},
    "verdict": {"fund": "可资助", "reject": "不予资助"},
    "amount_opinion": True,
    "veto": [{"code": "ethics", "zh": "伦理风险", "en": "Ethics"}],
}
MARKS = {"novelty": "90", "novelty_why": "问题新颖重要", "method": "75", "grade": "A", "verdict": "fund"}


def test_an_endorsement_wants_a_seal_a_promise_and_proof_where_own_money_is_promised():
    form = inputs_form(
        {
            "seal": {"kind": "signature", "zh": "单位签章"},
            "truth": {"kind": "statement", "zh": "真实性承诺", "text": "材料真实。"},
            "own_funds": {"kind": "files", "zh": "自筹证明", "required": "own_funds_asked > 0"},
        },
        facts=["own_funds_asked"],
    )
    bare = clean(form, {"truth": "false"}, stage="endorse", known={"own_funds_asked": 5})
    assert bare.errors == {
        "seal": (Reason("must_sign"),),
        "truth": (Reason("must_agree"),),
        "own_funds": (Reason("required"),),
    }
    good = clean(form, {"seal": "on", "truth": "on", "own_funds": FILE}, stage="endorse", known={"own_funds_asked": 5})
    assert good.values == {"seal": "agreed", "truth": True, "own_funds": (FILE,)}
    assert clean(form, {"seal": "on", "truth": "on"}, stage="endorse", known={"own_funds_asked": 0}).errors == {}


def a_checklist(answers, stage="record_check"):
    form = inputs_form({"items": {"kind": "checklist", "zh": "清单", "items": "checklist"}})
    return clean(form, {"items": answers}, stage=stage, choices={"checklist": CHECKLIST}.get)


def test_a_checklist_has_a_row_an_item_in_the_order_of_the_list():
    cleaned = a_checklist({"seal": "pass", "guide": {"verdict": "fail", "remark": "方向不符"}})
    assert cleaned.errors == {}
    assert cleaned.values["items"] == (
        {"item": "guide", "verdict": "fail", "remark": "方向不符"},
        {"item": "seal", "verdict": "pass"},
    )


def test_rows_of_a_checklist_are_read_as_well():
    rows = [{"item": "guide", "verdict": "pass"}, {"item": "seal", "verdict": "none"}]
    assert a_checklist(rows).values["items"] == tuple(rows)


def test_a_checklist_wants_every_item_and_a_reason_for_a_fault():
    assert a_checklist({"guide": "fail"}).errors == {
        "items.guide.remark": (Reason("fault_needs_remark"),),
        "items.seal": (Reason("required"),),
    }
    assert a_checklist({"guide": "fail"}, "draft").errors == {}
    assert a_checklist({}).errors == {"items": (Reason("required"),)}
    assert a_checklist({"guide": {"verdict": "", "remark": ""}, "seal": "pass"}).errors == {
        "items.guide": (Reason("required"),)
    }


def test_a_checklist_knows_its_items_and_verdicts():
    assert a_checklist({"guide": "pass", "seal": "pass", "other": "pass"}).errors == {
        "items": (Reason("not_in_checklist"),)
    }
    assert a_checklist({"guide": "maybe", "seal": "pass"}).errors == {"items.guide.verdict": (Reason("not_a_verdict"),)}
    assert a_checklist({"guide": {"verdict": "fail", "remark": "\x00"}, "seal": "pass"}).errors == {
        "items.guide.remark": (Reason("unfit_character", number="U+0000"),)
    }
    assert a_checklist("pass").errors == {"items": (Reason("not_a_table"),)}


def test_a_checklist_may_stand_on_the_page_of_the_flow():
    form = inputs_form(
        {"items": {"kind": "checklist", "zh": "清单", "items": "checklist"}}, lists={"checklist": ["资格", "签章"]}
    )
    assert clean(form, {"items": {"资格": "pass", "签章": "pass"}}, stage="record_check").errors == {}


def test_a_draw_wants_commitments_of_three_parties():
    form = inputs_form({"commitments": {"kind": "commitments", "zh": "种子承诺值", "min": 3}})
    rows = [{"by": "监督处", "digest": "AB" * 32}, {"by": "机构", "digest": "c" * 64}, {"by": "公证", "digest": "x"}]
    assert clean(form, {"commitments": rows[:2]}, stage="draw").errors == {
        "commitments": (Reason("too_few_rows", least=3, got=2, under=1),)
    }
    cleaned = clean(form, {"commitments": rows}, stage="draw")
    assert cleaned.errors == {"commitments.2.digest": (Reason("bad_digest"),)}
    assert cleaned.values["commitments"][0] == {"by": "监督处", "digest": "ab" * 32}


def test_an_objection_is_made_under_a_real_name():
    form = inputs_form({"name": {"kind": "real_name", "zh": "实名身份"}})
    typed = {"name": "巴图", "identity": "15262619700101001x", "phone": "13847112345"}
    assert clean(form, {"name": typed}, stage="object").values["name"] == {**typed, "identity": "15262619700101001X"}
    assert clean(form, {"name": {"name": "巴图"}}, stage="object").errors == {
        "name.identity": (Reason("required"),),
        "name.phone": (Reason("required"),),
    }


def test_a_review_sheet_is_a_form_of_marks_and_reasons():
    form = sheet_form(SHEET)
    assert list(form.fields) == [
        "novelty",
        "novelty_why",
        "method",
        "method_why",
        "total",
        "grade",
        "verdict",
        "amount",
        "veto",
        "veto_why",
    ]
    assert {code: field.required for code, field in form.fields.items() if field.kind != "computed"} == {
        "novelty": True, "novelty_why": True, "method": True, "method_why": False, "grade": True, "verdict": True,
        "amount": False, "veto": False, "veto_why": form.fields["veto_why"].required,
    }  # fmt: skip


def test_the_weighted_mark_is_exact():
    assert clean(sheet_form(SHEET), MARKS, stage="review").values["total"] == 84
    assert clean(sheet_form(SHEET), {**MARKS, "method": "74"}, stage="review").values["total"] == Fraction(418, 5)


def test_weights_that_do_not_add_up_to_a_hundred_are_shares_of_their_sum():
    criteria = [{"code": "a", "zh": "甲", "weight": 1}, {"code": "b", "zh": "乙", "weight": "0.5"}]
    form = sheet_form({"code": "s", "criteria": criteria})
    assert clean(form, {"a": "90", "b": "60"}, stage="review").values["total"] == 80


def test_a_sheet_inside_an_act_has_its_errors_under_its_own_code():
    form = inputs_form({"sheet": {"kind": "sheet", "zh": "评审表", "of": "sheet"}}, sheets={"sheet": sheet_form(SHEET)})
    cleaned = clean(form, {"sheet": {**MARKS, "novelty": "101", "novelty_why": "好", "verdict": "x"}}, stage="review")
    assert cleaned.errors == {
        "sheet.novelty": (Reason("above", most="100", unit=""),),
        "sheet.novelty_why": (Reason("too_short", least=5, got=1, under=4),),
        "sheet.verdict": (Reason("not_an_option", got="x"),),
    }
    assert clean(form, {"sheet": "nothing"}, stage="review").errors == {"sheet": (Reason("not_parts"),)}
    assert clean(form, {}, stage="review").errors == {"sheet": (Reason("required"),)}
    assert clean(form, {"sheet": MARKS}, stage="review").values["sheet"]["total"] == 84


def test_a_veto_wants_its_reason():
    cleaned = clean(sheet_form(SHEET), {**MARKS, "veto": ["ethics"]}, stage="review")
    assert cleaned.errors == {"veto_why": (Reason("required"),)}


def test_without_the_page_of_the_sheet_the_answer_is_its_id():
    form = inputs_form({"sheet": {"kind": "sheet", "zh": "评审表", "of": "sheet"}})
    assert clean(form, {"sheet": "sheet-9"}, stage="review").values == {"sheet": "sheet-9"}


def test_marks_go_in_the_steps_of_the_scale():
    form = sheet_form({**SHEET, "scale": {"low": 0, "high": 10, "step": "0.5"}})
    assert clean(form, {**MARKS, "novelty": "7.5", "method": "7.3"}, stage="review").errors == {
        "method": (Reason("off_step", step="0.5"),)
    }


@pytest.mark.parametrize(
    "sheet",
    [{"code": "s"}, {"code": "s", "criteria": []}, {"code": "s", "criteria": [{"code": "a", "zh": "甲", "weight": 0}]}],
)
def test_a_sheet_without_criteria_or_weights_is_no_page(sheet):
    with pytest.raises(BadPage):
        sheet_form(sheet)


def test_criteria_with_points_of_their_own_are_bounded_by_them_and_add_up_to_the_scale():
    criteria = [
        {"code": "quality", "zh": "质量", "en": "Quality", "weight": 80, "points": 8, "reason": "optional"},
        {"code": "effect", "zh": "成效", "en": "Effect", "weight": 20, "reason": "optional"},
    ]
    form = sheet_form({"code": "points", "title": {"zh": "表", "en": "Sheet"}, "criteria": criteria})
    full = clean(form, {"quality": "8", "effect": "100"}, stage="review")
    above = clean(form, {"quality": "9", "effect": "100"}, stage="review")
    assert (full.values["total"], list(above.errors)) == (100, ["quality"])
