"""A form page becomes fields to draw: what was typed stays, what is wrong is said, rows can be added and taken away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.template import engines
from django.utils import translation

from kechuang.engines.forms import answers_of, clean, form_from, sheet_form, unflatten
from kechuang.engines.forms.kinds import NAMES
from kechuang.faces.web.fields import CONTROLS, Column, Option, ShownField
from kechuang.faces.web.questions import Around, questions, totals, wrong

PAGE = {
    "code": "test", "title": {"zh": "试", "en": "Test"},
    "form": {"sections": [{"code": "budget", "title": {"zh": "预算", "en": "Budget"}, "fields": [
        {"code": "title", "zh": "题目", "en": "Title", "kind": "text", "required": True, "max": 10, "help": "写清对象"},
        {"code": "track", "zh": "类型", "en": "Track", "kind": "choice", "options": {"general": "面上", "youth": "青年"}},
        {"code": "asked", "zh": "申请", "en": "Asked", "kind": "money", "unit": "万元"},
        {"code": "keywords", "zh": "关键词", "en": "Keywords", "kind": "words", "min": 1, "max": 5},
        {"code": "place", "zh": "盟市", "en": "Place", "kind": "place"},
        {"code": "bank", "zh": "账户", "en": "Account", "kind": "account"},
        {"code": "lines", "zh": "业务费", "en": "Operation", "kind": "table", "rows": {"most": 3}, "columns": [
            {"code": "item", "zh": "科目", "en": "Item", "kind": "text"},
            {"code": "fiscal", "zh": "财政", "en": "Fiscal", "kind": "money", "unit": "万元", "required": True},
        ]},
        {"code": "total", "zh": "合计", "en": "Total", "kind": "computed", "unit": "万元", "formula": "sum(row.fiscal for row in lines)"},
        {"code": "true", "zh": "属实", "en": "True", "kind": "statement", "required": True, "text": "材料真实。"},
    ], "rules": [{"code": "adds_up", "when": "total == asked", "zh": "合计不等于申请数", "en": "total differs"}]}]},
}  # fmt: skip
PAGE["form"]["sections"][0]["fields"][-1]["code"] = "promise"
FORM = form_from(PAGE)
PLACES = {"150100": "呼和浩特市", "150102": "新城区", "150700": "呼伦贝尔市"}
AROUND = Around(choices=lambda name: PLACES if name == "places" else None)


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


def drawn(pairs, *, stage="submit", around=AROUND):
    cleaned = clean(FORM, unflatten(pairs), stage=stage, choices=around.choices)
    fields = questions(
        FORM.sections[0].fields, answers=cleaned.typed, values=cleaned.values, errors=cleaned.errors, around=around
    )
    return {one.path: one for one in fields}


def html(field, **context):
    template = engines["django"].from_string("{% field one %}")
    return template.render({"one": field, **context})


def test_what_was_typed_stays_beside_what_is_wrong_with_it():
    asked = drawn([("asked", "二十六万")])["asked"]
    assert (asked.value, len(asked.errors), asked.measure) == ("二十六万", 1, "万元")


def test_a_text_says_its_hint_and_counts_to_its_limit():
    title = drawn([("title", "储能 协调")])["title"]
    assert (title.hint, title.most, title.written, title.required) == ("写清对象", 10, 4, True)


def test_the_chosen_option_is_marked():
    track = drawn([("track", "youth")])["track"]
    assert track.options == (Option("general", "面上"), Option("youth", "青年", chosen=True))


def test_a_place_stands_under_its_league():
    place = drawn([("place", "150102")])["place"]
    assert place.groups == (
        ("呼和浩特市", (Option("150100", "呼和浩特市", group="呼和浩特市"), Option("150102", "新城区", chosen=True, group="呼和浩特市"))),
        ("呼伦贝尔市", (Option("150700", "呼伦贝尔市", group="呼伦贝尔市"),)),
    )  # fmt: skip


def test_keywords_come_back_as_one_line():
    values = clean(FORM, {"keywords": "储能，弱电网"}, stage="draft").values
    answers = answers_of(FORM, values)
    fields = questions(FORM.sections[0].fields, answers=answers, values=values, errors={}, around=AROUND)
    assert next(one for one in fields if one.path == "keywords").value == "储能、弱电网"


def test_rows_keep_their_order_and_carry_their_sum():
    lines = drawn(
        [("lines.0.item", "材料"), ("lines.0.fiscal", "4.20"), ("lines.2.item", "差旅"), ("lines.2.fiscal", "2.4")]
    )["lines"]
    assert [[cell.value for cell in row.cells] for row in lines.rows] == [["材料", "4.20"], ["差旅", "2.4"]]
    assert (lines.totals, [row.path for row in lines.rows]) == (("合计", "6.6"), ["lines.0", "lines.1"])


def test_only_columns_the_page_adds_up_carry_a_sum():
    lines = drawn([("lines.0.fiscal", "1"), ("lines.1.fiscal", "2")])["lines"]
    alone = replace(FORM.fields["lines"], code="other")
    values = [{"fiscal": 1_000_000}, {"fiscal": 2_000_000}]
    assert (lines.totals, totals(alone, values, AROUND)) == (("合计", "3"), ())
    assert lines.summing == (("", "合计"), ("财政（万元）", "3"))


@pytest.mark.parametrize(("label", "headed"), [("单价", "单价（月） *"), ("投入（月）", "投入（月） *")])
def test_a_cell_repeats_its_head_with_its_unit_once(label, headed):
    assert ShownField("t.0.x", "integer", label, unit="月", required=True).headed == headed


@pytest.mark.parametrize(("label", "headed"), [("Effort", "Effort (months) *"), ("Months a year", "Months a year *")])
def test_the_unit_of_a_cell_is_said_in_english(label, headed):
    with translation.override("en"):
        assert ShownField("t.0.x", "integer", label, unit="月", required=True).headed == headed


def test_a_table_of_many_columns_is_drawn_as_cards():
    columns = tuple(Column(str(n), str(n)) for n in range(8))
    assert [ShownField("t", "table", "", columns=columns[:n]).crowded for n in (7, 8)] == [False, True]


def test_an_empty_table_offers_its_first_row():
    assert [row.path for row in drawn([])["lines"].rows] == ["lines.0"]


def test_a_row_asked_for_is_added_behind_the_others():
    lines = drawn([("lines.0.item", "材料")], around=replace(AROUND, extra={"lines": 1}))["lines"]
    assert [row.cells[0].value for row in lines.rows] == ["材料", ""]


def test_a_full_table_offers_no_more_rows():
    lines = drawn([(f"lines.{n}.item", "材料") for n in range(3)])["lines"]
    assert lines.full
    assert 'name="add"' not in html(lines)


def test_the_error_of_a_cell_stands_in_the_cell():
    lines = drawn([("lines.0.item", "材料"), ("lines.0.fiscal", "许多")])["lines"]
    assert [len(cell.errors) for cell in lines.rows[0].cells] == [0, 1]


def test_what_is_computed_is_shown_in_its_unit_and_never_typed():
    total = drawn([("lines.0.fiscal", "1234.5")])["total"]
    assert (total.value, total.control) == ("1,234.5", "computed")
    assert "<input" not in html(total)


def test_an_account_is_asked_for_in_parts():
    bank = drawn([("bank.bank", "中国银行"), ("bank.number", "12")])["bank"]
    assert [(one.path, one.value, bool(one.errors)) for one in bank.items] == [
        ("bank.bank", "中国银行", False), ("bank.number", "12", True),
    ]  # fmt: skip


def test_a_rule_speaks_once_and_leads_to_its_part():
    cleaned = clean(FORM, {"title": "题", "asked": "3", "lines": [{"fiscal": "2"}], "promise": "true"}, stage="submit")
    assert wrong(FORM, cleaned.errors) == [{"href": "#budget", "label": "预算", "said": "合计不等于申请数"}]


def test_a_wrong_answer_is_a_link_to_its_field():
    cleaned = clean(FORM, {"lines": [{"item": "材料", "fiscal": "许多"}]}, stage="draft")
    assert [(one["href"], one["label"]) for one in wrong(FORM, cleaned.errors)] == [
        ("#f-lines-0-fiscal", "业务费 1 · 财政")
    ]


def test_a_choice_in_a_cell_is_a_list_and_one_nobody_can_list_is_looked_up():
    three = tuple(Option(str(n), str(n)) for n in range(3))
    cell = drawn_bare(ShownField("t.0.item", "choice", "科目", options=three))
    assert (cell.count("<select"), cell.count('type="radio"')) == (1, 0)
    assert ShownField("topic", "choice", "方向").control == "lookup"


def drawn_bare(field):
    return engines["django"].from_string("{% field one bare=True %}").render({"one": field})


def test_where_an_answer_came_from_is_not_said_of_a_gap():
    around = replace(AROUND, sources={"title": "台账", "asked": "台账"})
    fields = drawn([("title", "储能")], around=around)
    assert (fields["title"].source, fields["asked"].source) == ("台账", "")


def test_answers_are_read_back_as_words():
    fields = tuple(drawn([("title", "储能"), ("track", "youth"), ("lines.0.fiscal", "2")]).values())
    page = (
        engines["django"]
        .get_template("parts/answers.html")
        .render({"sections": [{"code": "b", "title": "预算", "fields": fields}]})
    )
    assert (page.count("储能"), page.count("青年"), page.count("面上"), page.count("<input")) == (1, 1, 0, 0)


def test_a_review_sheet_draws_each_mark_with_its_reason():
    sheet = sheet_form(
        {
            "code": "s",
            "title": {"zh": "表"},
            "scale": {"low": 0, "high": 30},
            "criteria": [{"code": "new", "zh": "创新", "weight": 1, "reason": "required"}],
        }
    )
    fields = questions(
        sheet.sections[0].fields, answers={"new": "26", "new_why": "提得准"}, values={}, errors={}, around=AROUND
    )
    mark = fields[0].items[0]
    assert (mark.path, mark.value, mark.highest, mark.reason) == ("new", "26", "30", "提得准")
    assert [one.path for one in fields[1:]] == ["total"]


def test_every_kind_of_a_page_has_a_control():
    lines = {"text", "identity", "uscc", "phone", "email", "account_number", "digest", "datetime"}
    composed = {"account", "real_name"}  # drawn as a group of their parts
    assert NAMES - CONTROLS.keys() == lines | composed


@pytest.mark.parametrize("control", sorted({*CONTROLS.values(), "line", "select"}))
def test_every_control_is_drawn_with_its_label_and_its_error(control):
    kind = next((kind for kind, name in CONTROLS.items() if name == control), "text")
    many = tuple(Option(str(n), f"选项{n}") for n in range(6 if control == "select" else 2))
    assert ShownField("x", kind, "", options=many).control in (control, "select")
    shown = html(ShownField("path.to", kind, "题目", required=True, errors=("请改",), options=many))
    assert shown.count("题目") >= 1
    assert shown.count("请改") == 1


def test_a_control_is_tied_to_its_label_hint_and_error():
    shown = html(ShownField("operation.2.fiscal", "money", "金额", hint="万元", errors=("太多",), source="台账"))
    assert '<label class="label-row" for="f-operation-2-fiscal">' in shown
    assert 'aria-describedby="f-operation-2-fiscal-hint f-operation-2-fiscal-said f-operation-2-fiscal-from"' in shown
    assert ' id="f-operation-2-fiscal" name="operation.2.fiscal"' in shown


def test_rows_are_added_and_removed_without_scripts():
    shown = html(drawn([("lines.0.item", "材料")])["lines"])
    assert shown.count('<button class="button small" name="add" value="lines" formnovalidate>') == 1
    assert shown.count('<button class="button plain small" name="remove" value="lines.0" formnovalidate>') == 1


def test_a_cell_is_named_for_the_ear_by_its_row_and_column():
    shown = html(drawn([("lines.0.item", "材料"), ("lines.1.item", "差旅")])["lines"])
    assert 'aria-label="第 2 行，财政"' in shown


def test_what_one_may_not_change_cannot_be_changed():
    lines = drawn([("lines.0.item", "材料")], around=replace(AROUND, readonly=True))["lines"]
    shown = html(lines)
    assert (shown.count("<button"), shown.count(" readonly")) == (0, 2)


def test_an_answer_cannot_write_markup():
    shown = html(ShownField("title", "longtext", "题目", value="</textarea><script>alert(1)</script>"))
    assert "<script>" not in shown


def test_of_what_is_only_read_the_chosen_place_alone_is_named():
    pairs = [("place", "150700"), ("track", "youth")]
    written, read = drawn(pairs, around=AROUND), drawn(pairs, around=replace(AROUND, readonly=True))
    assert [len(one["place"].options) for one in (written, read)] == [len(written["place"].options), 1]
    assert len(written["place"].options) > 1
    assert [(one.code, one.chosen) for one in read["track"].options] == [("youth", True)]
