"""The page of likeness: its lines and weights are read, and faults planted into it are found at their place."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kechuang.casework import book
from kechuang.desks.texts.said import _lines
from kechuang.words import offers

BOOK = book.packaged()
PAGE = "likeness.yaml"


def found(old: str, new: str) -> list[str]:
    assert BOOK.sources[PAGE].count(old) == 1
    sources = {**BOOK.sources, PAGE: BOOK.sources[PAGE].replace(old, new)}
    return [bad.why for bad in book.check(book.read(sources), tuple(offers.every())) if bad.path.startswith(PAGE)]


def test_the_packaged_page_is_sound_and_read():
    page = _lines(BOOK.sources[PAGE])
    assert found("shown: 5 ", "shown: 5 ") == []
    assert (page.warn, page.weight("method"), page.weight("leader_work"), page.weight("elsewhere")) == (
        Fraction(3, 10),
        4,
        0,
        2,
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("value: 30 %", "value: 30 万元", "the line is no share from 0 to 100 %"),
        ("value: 5 %", "value: 500 %", "the line is no share from 0 to 100 %"),
        ("shortest: 8 ", "shortest: 0 ", "shortest is no whole number of at least 1"),
        ("goals: [targets, milestones]", "goals: targets", "goals is no list of names"),
        ("results: projects.results", "results: [results]", "results is no name of a table"),
        ("results: projects.results", "results: projects.none", "no desk offers the table projects.none"),
        ("weight: 4", "weight: 40", "a row is a weight and its fields"),
        ("[goals, title]", "[goals, title, method]", "method is weighed in row 1 already"),
    ],
)
def test_a_planted_fault_is_found(old, new, why):
    assert found(old, new) == [why]
