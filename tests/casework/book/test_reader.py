"""The strict reader: what is read, what is refused, and where each node stands."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.casework.book import located, read_page, where
from kechuang.words.outcome import BadPage


def body(text: str) -> dict:
    return read_page("parts/planted.yaml", text).body


def fault(text: str) -> tuple[int, int, str]:
    with pytest.raises(BadPage) as refusal:
        body(text)
    assert refusal.value.path == "parts/planted.yaml"
    assert refusal.value.mend or refusal.value.why.startswith("not YAML")
    return refusal.value.line, refusal.value.column, refusal.value.why


def test_only_truth_whole_numbers_and_dates_are_not_text():
    text = "a: true\nb: 20\nc: 2019-01-01\nd: 17:30\ne: 0101\non: off\nf: 50 %\ng: yes\nh: -3\ni: 1.5 万元\nj: '7'\n"
    assert body(text) == {
        **{"a": True, "b": 20, "c": date(2019, 1, 1), "d": "17:30", "e": "0101", "on": "off", "f": "50 %"},
        **{"g": "yes", "h": -3, "i": "1.5 万元", "j": "7"},
    }


def test_dates_may_be_keys_and_lists_may_be_empty():
    assert body("value: {2018-01-01: 5 工作日}\nfrom: []\n") == {"value": {date(2018, 1, 1): "5 工作日"}, "from": []}


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("a: 1\na: 2\n", 2, 1, "the key a stands twice"),
        ("a:\nb: 1\n", 1, 1, "the key a has no value"),
        ("a:\n  -\n", 2, 4, "an empty item"),
        ("a: null\n", 1, 4, "null says nothing"),
        ("a: ~\n", 1, 4, "~ says nothing"),
        ("a: {zh: 甲, 乙}\n", 1, 12, "the key 乙 has no value"),
        ("a: 1.5\n", 1, 4, "1.5 is a decimal without a unit"),
        ("a: 0.5\n", 1, 4, "0.5 is a decimal without a unit"),
        ("a: 1e3\n", 1, 4, "1e3 is a decimal without a unit"),
        ("a: .inf\n", 1, 4, ".inf is a decimal without a unit"),
        ("a: True\n", 1, 4, "True is neither text nor truth"),
        ("a: ''\n", 1, 4, "an empty text"),
        ("a: '2019-01-01'\n", 1, 4, "the date 2019-01-01 stands in quotes"),
        ("a: 2019-02-30\n", 1, 4, "2019-02-30 is no day of the calendar"),
        ("a: {1: x}\n", 1, 5, "the key 1 is a number"),
        ("a: &x [1]\n", 1, 4, "anchors and aliases are not read"),
        ("a: !!str 1\n", 1, 4, "the tag tag:yaml.org,2002:str is not read"),
        ("<<: {a: 1}\n", 1, 1, "'<<' is no key"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document in one file"),
        ("- a\n", 1, 1, "a page is a mapping"),
        ("", 1, 1, "the page is empty"),
    ],
)
def test_what_could_be_misread_is_refused_with_its_place(text, line, column, why):
    assert fault(text) == (line, column, why)


def test_broken_yaml_is_told_with_line_and_column():
    line, _, why = fault("a: [1, 2\nb: 3\n")
    assert line == 2
    assert why.startswith("not YAML: ")


def test_a_page_nested_too_deeply_is_refused():
    assert fault("a: " + "[" * 45 + "]" * 45 + "\n")[2] == "nested too deeply"


def test_a_page_of_more_than_its_size_is_refused():
    assert fault("a: " + "字" * 262_144 + "\n")[2] == "the page has 262148 characters"


def test_every_node_knows_its_line_and_column():
    page = read_page("parts/planted.yaml", "a: 1\nfields:\n  - {code: x, kind: text}\n  - code: y\n    kind: money\n")
    assert where(page, "fields.0.kind")[:3] == ("parts/planted.yaml", 3, 21)
    assert where(page, "fields.1.kind")[:3] == ("parts/planted.yaml", 5, 11)
    assert where(page, "fields.y.kind")[:3] == ("parts/planted.yaml", 5, 11)
    assert where(page, "fields[1].kind")[:3] == ("parts/planted.yaml", 5, 11)
    assert where(page, "parts/planted.fields.1")[:3] == ("parts/planted.yaml", 4, 5)
    assert where(page, "fields.7.kind")[:3] == ("parts/planted.yaml", 3, 3)
    assert where(page, "absent")[:3] == ("parts/planted.yaml", 1, 1)


def test_a_fault_deep_in_an_engine_is_told_at_its_line_and_column():
    page = read_page("parts/planted.yaml", "rules:\n  - when: a == = b\n")
    bad = located(BadPage("rules.0.when", "not an expression", "write ==", column=6), page)
    assert str(bad) == "parts/planted.yaml:2:16: not an expression (write ==)"


def test_a_path_may_leave_out_the_names_of_lists_and_begin_with_the_page():
    text = "code: planted\nform:\n  sections:\n    - code: what\n      fields:\n        - {code: title, kind: text}\n"
    page = read_page("parts/planted.yaml", text)
    assert where(page, "planted.form.what.title.kind")[:3] == ("parts/planted.yaml", 6, 31)
    assert where(page, "planted.form.what.fields")[:3] == ("parts/planted.yaml", 6, 9)
