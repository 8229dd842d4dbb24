"""Every text a person reads has its English, no template speaks unmarked Chinese, and the compiled catalogues are fresh."""

from __future__ import annotations

import gettext
from io import BytesIO

import pytest

from kechuang.faces import catalogue


def test_every_marked_text_has_its_english():
    assert catalogue.missing(catalogue.messages(), catalogue.translations()) == []


def test_no_template_says_chinese_that_is_not_marked():
    found = {path.name: catalogue.bare(path.read_text("utf-8")) for path in catalogue.templates()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_compiled_catalogues_are_those_of_their_sources():
    assert {path: path.read_bytes() for path in catalogue.made()} == catalogue.made()


def test_a_text_without_english_is_found():
    wanted = {("提交",), ("签署",), ("%(n)s 天", "%(n)s 天")}
    known = {("提交",): ("Submit",), ("%(n)s 天", "%(n)s 天"): ("%(n)s day", "")}
    assert catalogue.missing(wanted, known) == [("%(n)s 天", "%(n)s 天"), ("签署",)]


def test_the_marks_of_a_template_are_found():
    text = """{# 注 #}{% translate "提交" %}{% trans '保存' as x %}{{ a|default:_("先不") }}
    {% blocktranslate with n=x %}第 {{ n }} 行{% endblocktranslate %}
    {% blocktranslate count n=x %}{{ n }} 处{% plural %}{{ n }} 处{% endblocktranslate %}
    {% blocktranslate trimmed %}
      占 5%
      以上
    {% endblocktranslate %}"""
    assert catalogue.in_template(text) == {
        ("提交",), ("保存",), ("先不",), ("第 %(n)s 行",), ("%(n)s 处", "%(n)s 处"), ("占 5%% 以上",),
    }  # fmt: skip


def test_the_marks_of_a_module_are_found():
    source = '_("甲")\ngettext_noop("乙")\nngettext("%(n)s 丙", "%(n)s 丙", n)\nother("丁")\n_(name)'
    assert catalogue.in_python(source) == {("甲",), ("乙",), ("%(n)s 丙", "%(n)s 丙")}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>提交</p>", ["<p>提交</p>"]),
        ('{% include "a.html" with title="提交" %}', ["a.html 提交"]),
        ('{% translate "提交" %}<a lang="zh">中文</a>{# 注 #}', []),
        ("{% comment %}提交{% endcomment %}{% blocktranslate %}提交{% endblocktranslate %}", []),
        ('{{ title|default:_("提交") }}', []),
    ],
)
def test_unmarked_chinese_is_seen(template, found):
    assert catalogue.bare(template) == found


def test_what_is_compiled_is_read_by_gettext():
    entries = {("提交",): ("Submit",), ("%(n)s 天", "%(n)s 天"): ("%(n)s day", "%(n)s days"), ("未译",): ("",)}
    read = gettext.GNUTranslations(BytesIO(catalogue.compiled(entries)))
    said = [read.gettext("提交"), read.ngettext("%(n)s 天", "%(n)s 天", 1), read.ngettext("%(n)s 天", "%(n)s 天", 2)]
    assert [*said, read.gettext("未译")] == ["Submit", "%(n)s day", "%(n)s days", "未译"]


def test_a_source_is_read_with_its_quotes_and_its_lines():
    text = '# note\nmsgid "说“\\"好\\"”"\nmsgstr "say "\n"\\"good\\"\\n"\n\nmsgid ""\nmsgstr "head"\n'
    assert catalogue.parse(text) == {('说“"好"”',): ('say "good"\n',)}


def test_a_line_that_is_no_line_of_a_catalogue_is_refused():
    with pytest.raises(ValueError, match="not a line of a catalogue: msgid 提交"):
        catalogue.parse("msgid 提交\n")
