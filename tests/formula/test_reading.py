"""What a page may write, and what it is told when it may not."""

import os
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from kechuang.formula import parse
from kechuang.words.outcome import BadPage

DRAFTS = Path(os.environ.get("KECHUANG_SHARED", "/nowhere")) / "book_draft"
EXPRESSIONS = {"when", "formula", "required", "amount", "expr"}


def _refusal(text):
    with pytest.raises(BadPage) as refused:
        parse(text, path="page.yaml")
    return refused.value


def test_free_names_leave_out_the_rows_of_a_sum():
    read = parse("sum(row.fiscal for row in equipment if row.price < big) + asked")
    assert read.names == {"equipment", "big", "asked"}


def test_paths_keep_links_in_order_of_first_use():
    read = parse("trade.buyer.in_region and trade.paid * rate > 0 and trade.paid < cap")
    assert read.paths == ("trade.buyer.in_region", "trade.paid", "rate", "cap")


def test_equal_texts_are_parsed_once():
    assert parse("a + 1") is parse("a + 1")


def test_a_text_over_several_lines_is_one_expression():
    assert parse("a +\n  b").text == "a +   b"


def test_decimals_are_exact():
    assert parse("0.1").root.value == Fraction(1, 10)


def test_a_function_s_name_may_also_name_a_value():
    assert parse("total > floor").names == {"total", "floor"}


def test_figures_over_the_run_are_listed_with_their_keys():
    read = parse("pot * x.people / total(x.people) + population(enterprise)")
    assert [whole.key for whole in read.wholes] == ["total(x.people)", "population(enterprise)"]
    assert read.names == {"pot", "x"}


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        ("x ** 2", 1, "Pow is not part of the language"),
        ("a + b % c", 5, "Mod is not part of the language"),
        ("f'{a}'", 1, "JoinedStr is not part of the language"),
        ("[r for r in t]", 1, "ListComp is not part of the language"),
        ("a[0]", 1, "Subscript is not part of the language"),
        ("a is b", 1, "Is cannot stand here"),
        ("a.b().c", 1, "a dot may follow only a name"),
        ("a.__class__", 1, "no such name"),
        ("maxx(a, b)", 1, "no function 'maxx'"),
        ("sum(a)", 1, "sum stands over the records of a table"),
        ("pick(a)", 1, "pick takes 2 values, not 1"),
        ("sum(r.x for r in t for s in u)", 1, "a sum inside a sum"),
        ("sum(sum(s.x for s in t) for r in u)", 5, "a sum inside a sum"),
        ("abs(r.x for r in t)", 1, "abs takes no rows"),
        ("max(*a)", 1, "max(…) takes plain values only"),
        ("1e5", 1, "'1e5' is no plain number"),
        ("0x10", 1, "'0x10' is no plain number"),
        ("a + None", 5, "None is not a value"),
        ("金额 + 1j", 6, "'1j' is no plain number"),
        ("1000000000000000001", 1, "larger than 10^18"),
        ("a in 'abc'", 6, "in needs a list of codes or a name"),
        ("", 1, "nothing is written here"),
        ("a\\b", 1, "a character that no expression has"),
        ("not " * 60 + "a", 201, "nested deeper than 50"),
        ("x" * 5000, 1, "longer than 4096 bytes"),
    ],
)
def test_what_is_no_part_of_the_language_is_refused_where_it_stands(text, column, why):
    refusal = _refusal(text)
    assert refusal.column == column
    assert refusal.why.split(f"at column {column}: ")[1] == why
    assert refusal.path == "page.yaml"


def test_a_misspelt_function_is_answered_with_the_nearest():
    assert _refusal("picks(a, b)").mend == "did you mean pick?"


@pytest.mark.parametrize(
    "text", ["(" * 300, "-" * 3000 + "1", "1+" * 1500 + "1", "[" * 150, "a." * 1500 + "b", "(a," * 90]
)
def test_deep_nesting_is_a_refusal_and_never_a_crash(text):
    assert _refusal(text).path == "page.yaml"


def _written(node):
    """Every text of a page that stands where an expression is asked for."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and key in EXPRESSIONS and "options" not in str(key):
                yield value
            else:
                yield from _written(value)
    elif isinstance(node, list):
        for item in node:
            yield from _written(item)


@pytest.mark.skipif(not DRAFTS.is_dir(), reason="set KECHUANG_SHARED to the folder that holds the draft book")
@pytest.mark.parametrize("folder", ["programmes", "parts", "flows"])
def test_every_expression_of_the_draft_pages_parses(folder):
    texts = [
        text for page in (DRAFTS / folder).glob("*.yaml") for text in _written(yaml.safe_load(page.read_text("utf-8")))
    ]
    assert [text for text in texts if parse(text).text != " ".join(text.strip().splitlines())] == []
