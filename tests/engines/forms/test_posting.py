"""Posted pairs become nested answers, whatever was posted."""

from __future__ import annotations

import pytest

from kechuang.engines.forms import clean, unflatten
from tests.engines.forms.samples import FORM


def test_names_with_dots_are_rows_and_parts():
    post = [("title", "题目"), ("operation.0.fiscal", "1"), ("operation.0.item", "travel"), ("unit_bank.bank", "中行")]
    assert unflatten(post) == {
        "title": "题目",
        "operation": {"0": {"fiscal": "1", "item": "travel"}},
        "unit_bank": {"bank": "中行"},
    }


def test_a_name_posted_several_times_is_a_list():
    assert unflatten([("ethics", ""), ("ethics", "human"), ("ethics", "animal")]) == {"ethics": ["", "human", "animal"]}


def test_what_contradicts_an_earlier_name_is_left_out():
    assert unflatten([("a", "1"), ("a.b", "2")]) == {"a": "1"}
    assert unflatten([("a.b", "2"), ("a", "1")]) == {"a": {"b": "2"}}


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", "a.b.c.d.e.f", "x" * 201])
def test_a_name_of_no_use_is_left_out(name):
    assert unflatten([(name, "1"), ("good", "2")]) == {"good": "2"}


def test_more_pairs_than_a_page_can_post_are_refused():
    with pytest.raises(ValueError):
        unflatten([("a", "1")] * 20_001)


def test_a_posted_form_cleans_like_a_sent_one():
    post = [
        ("asked", "3"),
        ("operation.0.fiscal", "1"),
        ("operation.4.fiscal", "2"),
        ("ethics", "human"),
        ("ethics", "animal"),
    ]
    values = clean(FORM, unflatten(post), stage="draft").values
    assert (values["lines"], values["ethics"]) == (3_000_000, ("human", "animal"))
