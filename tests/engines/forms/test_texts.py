"""Texts are kept as they were written, counted as people count, and bounded."""

from __future__ import annotations

import pytest

from kechuang.engines.forms import clean
from kechuang.words.reason import Reason
from tests.engines.forms.samples import a_form


def read(kind, raw, stage="submit", **more):
    cleaned = clean(a_form({"code": "x", "kind": kind, **more}), {"x": raw}, stage=stage)
    return cleaned.errors["x"] if "x" in cleaned.errors else cleaned.values.get("x")


def test_a_line_has_no_line_end_and_single_blanks():
    assert read("text", "  高比例\r\n风光   接入 ") == "高比例 风光 接入"


def test_paragraphs_keep_their_lines():
    assert read("longtext", "一 \r\n\r\n二\r三\n") == "一\n\n二\n三"


def test_rich_text_is_plain_text_so_marks_stay_characters():
    assert read("richtext", "<b>重要</b> $x^2$") == "<b>重要</b> $x^2$"


def test_a_rare_character_is_kept_and_counts_once():
    assert read("text", "𠮷㐂", max=2) == "𠮷㐂"


def test_too_long_says_how_much_to_take_out_and_does_not_count_blanks():
    assert read("text", "四十字 " * 15, max=40) == (Reason("too_long", most=40, got=45, over=5),)


def test_too_short_says_how_much_is_missing():
    assert read("longtext", "不够", min=5) == (Reason("too_short", least=5, got=2, under=3),)


def test_lengths_wait_in_a_draft():
    assert read("text", "四十字" * 15, "draft", max=40) == "四十字" * 15


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\u202e", "\u2066", "\ud800", "\uffff"])
def test_a_character_that_cannot_be_kept_is_refused_even_in_a_draft(mark):
    assert read("text", f"名{mark}称", "draft") == (Reason("unfit_character", number=f"U+{ord(mark):04X}"),)


@pytest.mark.parametrize(
    "kind", ["text", "longtext", "richtext", "money", "date", "identity", "words", "choice", "account"]
)
def test_a_million_characters_are_refused_by_their_number_before_they_are_read(kind):
    form = a_form({"code": "x", "kind": kind, **({"options": {"a": "甲"}} if kind == "choice" else {})})
    million = "字" * 1_000_000

    cleaned = clean(form, {"x": million}, stage="submit")

    assert [reason.code for reason in cleaned.errors["x"]] == ["too_long"]
    assert cleaned.typed["x"] is million


def test_words_are_split_at_commas_and_told_once():
    assert read("words", "风电、储能，弱电网; grid  forming，风电") == ("风电", "储能", "弱电网", "grid forming")
    assert read("words", ["风电", " ", "储能、光伏"]) == ("风电", "储能", "光伏")


def test_words_have_bounds_in_number_and_length():
    assert read("words", "风电", min=3) == (Reason("too_few", least=3, got=1, under=2),)
    assert read("words", "a、b、c", max=2) == (Reason("too_many", most=2, got=3, over=1),)
    assert read("words", "长" * 41) == (Reason("word_too_long", most=40, got=41, word="长" * 40),)
    assert read("words", ["a"] * 101) == (Reason("too_many", most=100, got=101, over=1),)


def test_text_is_no_list_and_no_mapping():
    assert read("text", ["一", "二"]) == (Reason("not_text"),)
    assert read("longtext", {"a": "b"}) == (Reason("not_text"),)


def test_a_signature_is_a_tick_or_what_the_device_gave():
    assert read("signature", "on") == "agreed"
    assert read("signature", True) == "agreed"
    assert read("signature", "MEUCIQD…") == "MEUCIQD…"


def test_a_text_in_a_list_of_one_is_that_text():
    assert read("text", ["一"]) == "一"
