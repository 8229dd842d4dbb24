"""Canonical JSON: the examples of RFC 8785, and what is refused."""

from __future__ import annotations

import json
from enum import StrEnum
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.ledger import NotCanonical, canonical, read

WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def refusal(value):
    with pytest.raises(NotCanonical) as fault:
        canonical(value)
    return fault.value.path, fault.value.why


def test_strings_are_escaped_as_in_section_3_2_2_2():
    assert canonical('€$\u000f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


def test_short_escapes_are_used_where_they_exist_and_delete_is_left_alone():
    assert canonical("\b\t\n\f\r\u0000\u001f\u007f") == b'"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f"'


def test_keys_are_sorted_by_utf_16_code_units_as_in_section_3_2_3():
    titles = {
        "€": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "ö": "Latin Small Letter O With Diaeresis",
    }
    told = list(json.loads(canonical(titles)).values())
    assert told == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_literals_and_structures_have_no_space_between():
    assert canonical({"b": [None, True, False], "a": {}, "c": []}) == b'{"a":{},"b":[null,true,false],"c":[]}'


def test_a_tuple_reads_as_a_list():
    assert canonical((1, ("x",))) == b'[1,["x"]]'


def test_a_code_of_a_string_enum_is_written_as_its_string():
    colour = StrEnum("colour", {"RED": "red"})
    assert canonical([colour.RED]) == b'["red"]'


@pytest.mark.parametrize("number", [2**53 - 1, 1 - 2**53, 0, -1])
def test_whole_numbers_up_to_two_to_the_fifty_three_are_written_plainly(number):
    assert canonical(number) == str(number).encode()


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**18])
def test_larger_whole_numbers_must_be_strings(number):
    with pytest.raises(NotCanonical) as fault:
        canonical({"amount": [1, number]})
    assert (fault.value.path, fault.value.mend) == ("amount.1", f'write it as a string: "{number}"')


@pytest.mark.parametrize("number", [1.0, 0.5, float("nan"), float("inf")])
def test_a_float_is_refused_with_its_path(number):
    assert refusal({"award": {"rate": number}}) == ("award.rate", "a float has no canonical form")


def test_other_types_are_refused_by_name():
    assert refusal([Fraction(1, 3)]) == ("0", "a Fraction has no canonical form")
    assert refusal({"x": b"bytes"}) == ("x", "a bytes has no canonical form")


def test_a_key_must_be_a_text():
    assert refusal({"a": {1: "x"}}) == ("a", "the key 1 is not a text")


def test_half_a_surrogate_pair_is_refused_in_values_and_in_keys():
    assert refusal({"x": "\ud83d"}) == ("", "a text holds half a surrogate pair")
    assert refusal({"\ud83d": "x"}) == ("", "a text holds half a surrogate pair")


def test_endless_nesting_is_refused():
    endless: list[object] = []
    endless.append(endless)
    assert refusal(endless)[1] == "nested deeper than 64"


@given(VALUES)
def test_what_was_written_is_read_back_and_written_the_same(value):
    assert read(canonical(value)) == value
    assert canonical(read(canonical(value))) == canonical(value)


@given(st.dictionaries(TEXT, WHOLE, min_size=2, max_size=6))
def test_the_order_in_which_keys_were_given_does_not_show(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize(
    "body", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b"[1.0]", b"[1e2]", b"", b"\xff", b"NaN"]
)
def test_bytes_that_are_not_canonical_are_not_read(body):
    with pytest.raises(NotCanonical):
        read(body)
