"""A phrase is its English text, and can be said in another language with the same values."""

from kechuang.formula.units import Kind, number
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase, Tongue

ZH = Tongue(
    "zh",
    {
        "no state {name!r}": "没有状态“{name}”",
        "one of {known}": "可写：{known}",
        "did you mean {near}?": "是不是想写 {near}？",
        "{found} where a number is needed": "这里要数字，写的是{found}",
        "a date": "日期",
        "a bare number": "不带单位的数",
        "cannot be worked out: {fault}": "算不出来：{fault}",
    },
    "、",
)


def test_a_phrase_is_its_english_text():
    said = Phrase("no state {name!r}", name="drafft")
    assert said == "no state 'drafft'" and isinstance(said, str)
    assert said.said(ZH) == "没有状态“drafft”"


def test_other_braces_stand_as_they_are():
    assert Phrase("write {zh: …, en: …}") == "write {zh: …, en: …}"
    assert Phrase("write {name}: {{ serial }} {…} {other}", name="number") == "write number: {{ serial }} {…} {other}"
    assert Phrase("write {code: …}, not {code}", code="{code}") == "write {code: …}, not {code}"


def test_what_a_page_says_is_never_read_as_a_pattern():
    assert Phrase("no state {name!r}", name="{name} {0} {name!r}").said(ZH) == "没有状态“{name} {0} {name!r}”"


def test_values_are_said_in_the_same_language():
    assert Phrase("one of {known}", known=("a", "b")).said(ZH) == "可写：a、b"
    assert Phrase("one of {known}", known=["a", "b"]) == "one of ['a', 'b']"
    assert Phrase("{found} where a number is needed", found=Kind("date")).said(ZH) == "这里要数字，写的是日期"
    assert Phrase("{found} where a number is needed", found=number("")) == "a bare number where a number is needed"
    both = Phrase("cannot be worked out: {fault}", fault={"zh": "除数为零", "en": "division by zero"})
    assert (both, both.said(ZH)) == ("cannot be worked out: division by zero", "算不出来：除数为零")


def test_a_fault_keeps_its_phrases_when_it_is_passed_on():
    first = BadPage("acts", "no state {name!r}", "one of {known}", name="x", known=("a", "b"))
    again = BadPage("flows/a.yaml", first.why, first.mend, line=3, column=4)
    assert str(again) == "flows/a.yaml:3:4: no state 'x' (one of a, b)"
    assert (again.why.said(ZH), again.mend.said(ZH)) == ("没有状态“x”", "可写：a、b")


def test_a_pattern_without_its_translation_stays_english():
    assert Phrase("no act {name}", name="pay").said(ZH) == "no act pay"
