"""Every reason has a sentence in both languages, and it says what to change."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from kechuang.engines import forms
from kechuang.engines.forms import sentence
from kechuang.engines.forms.sentences import SENTENCES
from kechuang.words.reason import Reason

SOURCES = sorted(Path(forms.__file__).parent.rglob("*.py"))


def codes_in(source: str) -> set[str]:
    """The codes of all reasons that a source makes: first texts given to Reason, Unreadable and _matching."""
    calls = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    named = (node for node in calls if node.func.id in ("Reason", "Unreadable", "_matching"))
    given = (next((arg for arg in node.args if isinstance(arg, ast.Constant)), None) for node in named)
    return {arg.value for arg in given if arg is not None and isinstance(arg.value, str)}


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_code_the_engine_uses_has_a_sentence_and_no_sentence_is_idle():
    used = set().union(*(codes_in(path.read_text("utf-8")) for path in SOURCES))
    also = {"must_agree", "must_sign", "divides_by_zero", "cannot_compute"}  # picked from tables, not named in a call
    assert used | also == set(SENTENCES)


def test_a_code_without_a_sentence_is_seen():
    assert codes_in("raise Unreadable('planted')") == {"planted"}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_fill_in_the_same_values(code):
    zh, en = SENTENCES[code]
    assert places(zh) == places(en)


def test_a_sentence_says_what_to_change():
    reason = Reason("too_long", most=40, got=46, over=6)
    assert sentence(reason, "zh") == "最多40字，现有46字，请删去6字"
    assert sentence(reason, "en") == "At most 40 characters; you have 46, please remove 6"


def test_a_bound_without_a_unit_leaves_no_gap():
    assert sentence(Reason("above", most="12", unit=""), "zh") == "不得大于 12，请改小"
    assert sentence(Reason("above", most="12", unit="万元"), "en") == "Not more than 12 万元; please lower it"


def test_lists_are_joined_as_the_language_does():
    reason = Reason("wrong_file_type", got="exe", accept=["pdf", "ofd"])
    assert sentence(reason, "zh") == "不接受 exe 文件，请转为 pdf、ofd 后上传"
    assert sentence(reason, "en") == "exe files are not taken; please upload pdf, ofd"


def test_the_own_sentence_of_a_page_comes_first():
    reason = Reason("dates_in_order", zh="结束日期须晚于开始日期", en="end before start")
    assert (sentence(reason, "zh"), sentence(reason, "en")) == ("结束日期须晚于开始日期", "end before start")
    assert sentence(Reason("r", zh="只有中文", en=""), "en") == "只有中文"


def test_a_sentence_survives_a_missing_value_an_unknown_code_and_odd_text():
    assert sentence(Reason("too_long", most=40), "zh") == "最多40字，现有—字，请删去—字"
    assert sentence(Reason("never_heard_of"), "zh") == sentence(Reason("cannot_compute"), "zh")
    assert sentence(Reason("not_an_option", got="{0} {x}"), "zh") == "“{0} {x}”不在可选范围内，请从列表中选择"
