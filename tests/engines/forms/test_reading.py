"""A page becomes a form, or one message that says where it is wrong and how to mend it."""

from __future__ import annotations

import pytest

from kechuang.engines.forms import Text, fields, form_from, inputs_form, options_of
from kechuang.words.outcome import BadPage
from tests.engines.forms.samples import FORM, a_form, the_page


def wrong(*asked, rules=(), **page):
    with pytest.raises(BadPage) as caught:
        a_form(*asked, rules=rules, **page)
    return caught.value


def test_a_page_gives_its_sections_and_fields_in_order():
    assert [section.code for section in FORM.sections] == ["basics", "unit", "people", "money", "promises"]
    assert list(FORM.fields)[:4] == ["title", "track", "subject", "keywords"]
    assert [path for path, _ in fields(FORM) if path.startswith("team")] == [
        "team", "team.person", "team.born", "team.months", "team.main", "team.consent", "team_size",
    ]  # fmt: skip


def test_bounds_are_kept_in_the_terms_of_the_values():
    assert FORM.fields["asked"].least == 1_000_000
    assert (FORM.fields["operation"].least, FORM.fields["operation"].most) == (1, 5)
    assert (FORM.fields["title"].least, FORM.fields["title"].most) == (None, 40)


def test_formulas_stand_in_the_order_in_which_they_can_be_worked_out():
    form = a_form(
        {"code": "c", "kind": "computed", "formula": "b + 1"},
        {"code": "b", "kind": "computed", "formula": "a + 1"},
        {"code": "a", "kind": "integer"},
    )
    assert form.computed == ("b", "c")


def test_a_circle_of_formulas_is_no_page():
    found = wrong(
        {"code": "a", "kind": "computed", "formula": "b + 1"},
        {"code": "b", "kind": "computed", "formula": "c * 2"},
        {"code": "c", "kind": "computed", "formula": "a - 1"},
    )
    assert found.path == "form.form.a"
    assert found.why == "formulas in a circle: a → b → c → a"


def test_a_formula_of_itself_is_a_circle():
    assert wrong({"code": "a", "kind": "computed", "formula": "a + 1"}).why == "formulas in a circle: a → a"


def test_a_circle_through_the_column_of_a_table_is_found():
    columns = [
        {"code": "share", "zh": "份额", "kind": "computed", "formula": "row.n / whole"},
        {"code": "n", "zh": "数", "kind": "integer"},
    ]
    table = {"code": "rows", "kind": "table", "columns": columns}
    found = wrong(table, {"code": "whole", "kind": "computed", "formula": "sum(row.share for row in rows)"})
    assert found.why == "formulas in a circle: rows → whole → rows"


def test_a_rule_knows_of_which_answers_it_speaks():
    assert FORM.rule_of("basics/dates_in_order").fields == ("start", "end")
    assert FORM.rule_of("basics/unknown") is None
    assert FORM.rule_of("nowhere/dates_in_order") is None


def test_a_path_leads_to_its_section():
    found = [FORM.section_of(path) for path in ("title", "operation.2.fiscal", "money/adds_up", "unit_bank.number")]
    assert [section.code for section in found] == ["basics", "money", "money", "unit"]
    assert FORM.section_of("elsewhere") is None


@pytest.mark.parametrize(
    ("field", "path", "why", "mend"),
    [
        ({"code": "x", "kind": "txt"}, "form.form.part.x", "there is no kind 'txt'", "did you mean text?"),
        ({"code": "x", "kind": "text", "requird": True}, "form.form.part.x", "a field has no 'requird'", "did you mean required?"),
        ({"code": "X", "kind": "text"}, "form.form.part", "'X' is no code of a field", "write small letters, digits and _, a letter first"),
        ({"code": "row", "kind": "text"}, "form.form.part", "'row' is no code of a field", "write small letters, digits and _, a letter first"),
        ({"code": "x", "kind": "text", "zh": ""}, "form.form.part.x.zh", "is empty", "write a value, or remove the key"),
        ({"code": "x", "kind": "text", "help": None}, "form.form.part.x.help", "is empty", "write a value, or remove the key"),
        ({"code": "x", "kind": "choice"}, "form.form.part.x", "a choice needs options, from", "write options: {code: text}, or from: and the name of a list"),
        ({"code": "x", "kind": "choice", "options": {}}, "form.form.part.x.options", "no options, or one without its text", "write {code: text}"),
        ({"code": "x", "kind": "choice", "options": 5}, "form.form.part.x.options", "no options, or one without its text", "write {code: text}"),
        ({"code": "x", "kind": "money", "max": "much"}, "form.form.part.x.max", "'much' is no exact number", "write a whole number, or a decimal in quotes"),
        ({"code": "x", "kind": "computed"}, "form.form.part.x", "a computed needs formula", "write the formula"),
        ({"code": "x", "kind": "money", "unit": "美元"}, "form.form.part.x.unit", "'美元' is no unit of money", "one of 分钱, 元, 千元, 万元, 百万元, 亿元"),
        ({"code": "x", "kind": "text", "max": 1.5}, "form.form.part.x.max", "1.5 is no exact number", "write a whole number, or a decimal in quotes"),
        ({"code": "x", "kind": "text", "max": "1.5"}, "form.form.part.x.max", "1.5 is not whole", "write a whole number"),
        ({"code": "x", "kind": "text", "min": 5, "max": 4}, "form.form.part.x", "at least 5 and at most 4 cannot both hold", "exchange them"),
        ({"code": "x", "kind": "text", "promoted": "ja"}, "form.form.part.x.promoted", "'ja' is neither true nor false", "write true or false"),
        ({"code": "x", "kind": "text", "required": 1}, "form.form.part.x.required", "1 is no condition", "write true, false or an expression"),
        ({"code": "x", "kind": "text", "expert": "no"}, "form.form.part.x.expert", "'no' is not known", "write shown, masked or hidden"),
        ({"code": "x", "kind": "date", "min": "soon"}, "form.form.part.x.min", "'soon' is no day", "write 2019-03-01"),
        ({"code": "x", "kind": "code", "of": "s", "levels": -1}, "form.form.part.x.levels", "-1 is no whole number", "write 0, 1, 2 …"),
        ({"code": "x", "kind": "file", "accept": "pdf"}, "form.form.part.x.accept", "is no list", "write [a, b]"),
        ({"code": "x", "kind": "table", "columns": [], "rows": {"min": 1}}, "form.form.part.x.rows", "says neither least nor most", "write {least: 1, most: 30}"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_says_where_why_and_how_to_mend_it(field, path, why, mend):
    found = wrong(field)
    assert (found.path, found.why, found.mend) == (path, why, mend)


def test_a_field_without_a_chinese_title_is_refused():
    with pytest.raises(BadPage) as caught:
        form_from({"code": "f", "fields": [{"code": "x", "kind": "text", "en": "X"}]})
    assert (caught.value.path, caught.value.why) == ("f.form.f.x", "no Chinese title")


def test_an_expression_that_cannot_be_read_names_its_column():
    found = wrong({"code": "x", "kind": "computed", "formula": "1 + "})
    assert (found.path, found.column > 0) == ("form.form.part.x.formula", True)


def test_a_name_that_stands_for_nothing_is_refused_with_its_neighbour():
    found = wrong({"code": "asked", "kind": "money"}, {"code": "x", "kind": "computed", "formula": "aksed + 1"})
    assert (found.path, found.why, found.mend) == (
        "form.form.part.x",
        "nothing is called 'aksed'",
        "did you mean asked?",
    )


def test_facts_and_parameters_of_the_page_and_of_the_caller_are_names():
    form = a_form(
        {"code": "x", "kind": "computed", "formula": "a + b"}, facts={"a": "desk.a"}, params={"b": {"value": 1}}
    )
    assert form.computed == ("x",)
    page = {"code": "f", "fields": [{"code": "x", "zh": "甲", "kind": "computed", "formula": "a + b"}]}
    assert form_from(page, facts=["a"], params=["b"]).computed == ("x",)


def test_row_is_a_name_only_inside_a_table():
    assert wrong({"code": "x", "kind": "computed", "formula": "row.a"}).why == "nothing is called 'row'"


def test_a_column_that_is_not_there_is_refused():
    table = {"code": "t", "kind": "table", "columns": [{"code": "fiscal", "zh": "财政", "kind": "money"}]}
    found = wrong(table, rules=({"code": "r", "when": "sum(row.fisal for row in t) == 0", "zh": "不符"},))
    assert (found.path, found.why, found.mend) == (
        "form.form.part.r",
        "the table 't' has no column 'fisal'",
        "did you mean fiscal?",
    )


def test_rows_of_a_field_that_has_none_are_refused():
    found = wrong(
        {"code": "t", "kind": "text"}, rules=({"code": "r", "when": "count(row for row in t) == 0", "zh": "不符"},)
    )
    assert found.why == "'t' has no rows"


def test_nothing_stands_twice():
    assert wrong({"code": "x", "kind": "text"}, {"code": "x", "kind": "text"}).why == "this code stands there twice"
    rule = {"code": "r", "when": "x == 'a'", "zh": "不符"}
    assert wrong({"code": "x", "kind": "text"}, rules=(rule, rule)).why == "'part/r' stands there twice"
    columns = [{"code": "a", "zh": "甲", "kind": "text"}] * 2
    assert wrong({"code": "x", "kind": "table", "columns": columns}).why == "the column 'a' stands there twice"


def test_a_table_holds_no_table():
    inner = {"code": "b", "zh": "乙", "kind": "table", "columns": [{"code": "c", "zh": "丙", "kind": "text"}]}
    assert wrong({"code": "a", "kind": "table", "columns": [inner]}).why == "a table cannot stand in a table"


@pytest.mark.parametrize(
    "page",
    [{"code": "f", "form": []}, {"code": "f", "form": {"sections": [{"use": "basics"}]}}, {"code": "f", "fields": {}, "form": {"sections": "x"}},
     {"code": "f", "fields": ["text"]}, {"code": "f", "fields": [], "rules": [{"code": "r"}]}],
)  # fmt: skip
def test_a_page_of_another_shape_is_refused(page):
    with pytest.raises(BadPage):
        form_from(page)


def test_an_act_requires_what_it_asks_for_unless_it_says_otherwise():
    form = inputs_form(
        {
            "reason": {"kind": "longtext", "zh": "理由", "min": 5},
            "photos": {"kind": "files", "zh": "照片", "required": False},
        }
    )
    assert {code: field.required for code, field in form.fields.items()} == {"reason": True, "photos": False}


def test_options_come_in_several_shapes():
    expected = {"a": Text("甲", "A")}
    assert options_of({"a": {"zh": "甲", "en": "A"}}) == expected
    assert options_of([{"code": "a", "zh": "甲", "en": "A"}]) == expected
    assert options_of({"a": "甲"}) == {"a": Text("甲")}
    assert options_of(expected) == expected
    assert options_of(["形式审查"]) == {"形式审查": Text("形式审查")}


def test_a_text_is_chinese_where_english_is_missing():
    assert (Text("甲", "A").of("en"), Text("甲").of("en"), Text("甲", "A").of("zh")) == ("A", "甲", "甲")


def test_the_sample_page_without_its_facts_is_refused():
    page = the_page()
    page["facts"].pop("term_most")
    with pytest.raises(BadPage) as caught:
        form_from(page)
    assert caught.value.why == "nothing is called 'term_most'"


@pytest.mark.parametrize("formula", ["row.b + 1", "row.a + 1"])
def test_a_computed_column_needs_no_column_behind_it_and_not_itself(formula):
    columns = [
        {"code": code, "zh": code, "kind": "computed", "formula": text} for code, text in (("a", formula), ("b", "1"))
    ]
    found = wrong({"code": "t", "kind": "table", "columns": columns})
    assert (found.path, found.mend) == ("form.form.part.t.a", "put that column before this one")
