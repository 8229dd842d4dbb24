"""What is picked must be among what there is to pick."""

from __future__ import annotations

import pytest

from kechuang.engines.forms import clean, sentence
from kechuang.words.reason import Reason
from tests.engines.forms.samples import FILE, OTHER_FILE, a_form, choices

OPTIONS = {"a": "甲", "b": {"zh": "乙", "en": "B"}}


def read(kind, raw, stage="submit", lists=choices, **more):
    cleaned = clean(a_form({"code": "x", "kind": kind, **more}), {"x": raw}, stage=stage, choices=lists)
    return cleaned.errors["x"] if "x" in cleaned.errors else cleaned.values.get("x")


def test_a_choice_is_one_of_the_options_of_its_page():
    assert read("choice", "b", options=OPTIONS) == "b"
    assert read("choice", "c", options=OPTIONS) == (Reason("not_an_option", got="c"),)
    assert read("choice", ["a", "b"], options=OPTIONS) == (Reason("not_text"),)


def test_a_choice_from_a_named_list_asks_for_the_list_once():
    asked = []

    def lists(name):
        asked.append(name)
        return {"t1": {"zh": "方向一"}}

    form = a_form(
        {"code": "x", "kind": "choice", "from": "round_topics"}, {"code": "y", "kind": "choice", "from": "round_topics"}
    )
    cleaned = clean(form, {"x": "t1", "y": "t2"}, stage="draft", choices=lists)

    assert cleaned.values == {"x": "t1"}
    assert cleaned.errors == {"y": (Reason("not_an_option", got="t2"),)}
    assert asked == ["round_topics"]


def test_without_a_list_no_choice_is_let_through():
    assert read("choice", "t1", lists=lambda name: None, **{"from": "round_topics"}) == (
        Reason("not_an_option", got="t1"),
    )


def test_a_list_on_the_same_page_needs_no_caller():
    form = a_form({"code": "x", "kind": "choice", "from": "tracks"}, tracks={"key": {"zh": "重点", "en": "Key"}})
    assert clean(form, {"x": "key"}, stage="submit").values == {"x": "key"}


def test_several_choices_come_as_a_list_or_as_one_and_are_told_once():
    assert read("choices", ["b", "", "a", "b"], options=OPTIONS) == ("b", "a")
    assert read("choices", "a", options=OPTIONS) == ("a",)
    assert read("choices", ["a", "z"], options=OPTIONS) == (Reason("not_an_option", got="z"),)
    assert read("choices", ["a", "b"], options=OPTIONS, max=1) == (Reason("too_many", most=1, got=2, over=1),)
    assert read("choices", ["a"] * 501, options=OPTIONS) == (Reason("too_many", most=500, got=501, over=1),)


def test_a_code_is_known_and_deep_enough():
    assert read("code", "110.14.15", of="GB/T 13745", levels=3) == "110.14.15"
    assert read("code", "110", of="GB/T 13745", levels=3) == (Reason("code_too_short", got="110", levels=3),)
    assert read("code", "999", of="GB/T 13745") == (Reason("not_a_code", got="999", of="GB/T 13745"),)


def test_a_code_with_nothing_below_it_is_deep_enough():
    lists = {"s": {"A": {"zh": "甲", "level": 1, "leaf": True}, "B": "乙"}}.get
    assert [read("code", code, of="s", levels=3, lists=lists) for code in "AB"] == ["A", "B"]


def test_a_place_is_a_county_where_a_county_is_asked_for():
    assert read("place", "150102", level="county") == "150102"
    assert read("place", "150100", level="county") == (Reason("place_too_wide", level="county"),)
    assert read("place", "150100") == "150100"
    assert read("place", "150199") == (
        Reason("not_a_place_but_near", got="150199", near={"zh": ["150100 呼和浩特市", "150102 新城区"], "en": ["150100 呼和浩特市", "150102 Xincheng"]}),
    )  # fmt: skip
    near = {"zh": ["150100 呼和浩特市"], "en": ["150100 呼和浩特市"]}
    assert read("place", "呼和浩特") == (Reason("not_a_place_but_near", got="呼和浩特", near=near),)
    assert read("place", "abroad") == (Reason("not_a_place", got="abroad"),)


def test_without_a_list_of_places_the_shape_alone_is_checked():
    assert read("place", "150199", lists=lambda name: None) == "150199"


@pytest.mark.parametrize(("typed", "value"), [("on", True), ("是", True), (True, True), ("1", True), (["false", "true"], True),
                                              ("false", False), ("否", False), (False, False), ("0", False)])  # fmt: skip
def test_yes_and_no_are_read_as_pages_send_them(typed, value):
    assert read("bool", typed) is value


def test_what_is_neither_yes_nor_no_is_refused():
    assert read("bool", "maybe") == (Reason("not_yes_or_no"),)


def test_a_reference_is_held_against_the_list_where_the_caller_has_one():
    lists = {"trade": {"t-1": {"zh": "合同一"}}, "grant": {}}.get
    assert read("references", ["t-1"], of="trade", lists=lists) == ("t-1",)
    assert read("references", ["t-2"], of="trade", lists=lists) == (Reason("not_an_option", got="t-2"),)
    assert read("reference", "g-1", of="grant", lists=lists) == (Reason("not_an_option", got="g-1"),)
    assert read("reference", "r-1", of="roadmap", lists=lists) == "r-1"


def test_a_reference_to_a_table_of_the_form_names_one_of_its_rows():
    form = a_form(
        {"code": "targets", "kind": "table", "columns": [{"code": "name", "zh": "指标", "kind": "text"}]},
        {"code": "steps", "kind": "references", "of": "targets"},
    )
    targets = [{"name": "一"}, {"name": "二"}]
    assert clean(form, {"targets": targets, "steps": ["1", "2"]}, stage="submit").errors == {}
    assert clean(form, {"targets": targets, "steps": ["3"]}, stage="submit").errors == {
        "steps": (Reason("no_such_row", got="3", rows=2),)
    }
    found = clean(form, {"targets": targets, "steps": ["0", "x"]}, stage="submit").errors
    assert found == {"steps": (Reason("no_such_row", got="0", rows=2), Reason("no_such_row", got="x", rows=2))}
    assert clean(form, {"steps": ["3"]}, stage="draft").errors == {}


def test_a_file_must_be_here_and_of_a_type_that_is_taken():
    assert read("files", [FILE], accept=["pdf"]) == (FILE,)
    assert read("files", [OTHER_FILE], accept=["pdf", "ofd"]) == (
        Reason("wrong_file_type", got="exe", accept=["pdf", "ofd"]),
    )
    assert read("file", "c" * 64) == (Reason("bad_file"),)
    assert read("file", "c" * 64, lists=lambda name: None) == "c" * 64


def test_a_code_may_be_a_chinese_text_with_full_width_brackets():
    form = a_form({"code": "x", "kind": "choice", "from": "clauses"}, clauses=["签章（单位）"])
    assert clean(form, {"x": "签章（单位）"}, stage="submit").values == {"x": "签章（单位）"}


def test_a_code_of_a_system_nobody_lists_is_checked_by_its_shape():
    assert [read("code", code, of="unlisted", levels=3) for code in ("A0101", "1101415")] == ["A0101", "1101415"]
    assert read("code", "数学", of="unlisted") == (Reason("not_a_code", got="数学", of="unlisted"),)


def test_of_a_system_that_is_listed_and_empty_no_code_is_taken():
    assert read("code", "A0101", of="s", lists={"s": {}}.get) == (Reason("not_a_code", got="A0101", of="s"),)


SYSTEMS = {
    "GB/T 13745": {"110": {"zh": "数学", "en": "Mathematics", "level": 1}, "130": {"zh": "力学", "en": "Mechanics", "level": 1}},
    "places": {"150102": {"zh": "新城区", "en": "Xincheng District"}, "150105": {"zh": "赛罕区", "en": "Saihan District"}},
}  # fmt: skip


def test_a_wrong_code_is_refused_with_those_that_come_nearest():
    near = {"zh": ["110 数学"], "en": ["110 Mathematics"]}
    assert read("code", "111", of="GB/T 13745", lists=SYSTEMS.get) == (
        Reason("not_a_code_but_near", got="111", of="GB/T 13745", near=near),
    )


def test_a_name_typed_for_a_code_is_answered_with_its_code():
    (refused,) = read("code", "力学", of="GB/T 13745", lists=SYSTEMS.get)
    assert sentence(refused) == "“力学”不是GB/T 13745中的代码，最接近的是：130 力学，请改填"


def test_what_is_like_nothing_is_refused_without_a_guess():
    assert read("code", "xyz", of="GB/T 13745", lists=SYSTEMS.get) == (
        Reason("not_a_code", got="xyz", of="GB/T 13745"),
    )


def test_a_place_that_is_none_is_answered_with_the_nearest():
    (refused,) = read("place", "赛罕", level="county", lists=SYSTEMS.get)
    assert (
        sentence(refused, "en")
        == "“赛罕” is no place; the nearest are: 150105 Saihan District. Please take one of them"
    )


def test_a_county_is_too_narrow_where_a_league_is_asked_for():
    assert read("place", "150105", level="league", lists=SYSTEMS.get) == (Reason("place_too_narrow", level="league"),)
