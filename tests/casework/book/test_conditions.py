"""Conditions of a programme: what holds, what stands against, what waits."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from kechuang.casework import book
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

from .a_book import a_book

DAY = date(2019, 6, 1)
OWES = Finding("fail", (Reason("owes_nothing", zh="有应退资金", en="money is owed"),), "owes_nothing")
LATE = Finding("warn", (Reason("late", zh="提示", en="a warning"),), "late")
TOO_MUCH = Finding("fail", (Reason("titled", zh="超过上限", en="too much"),), "titled")


def found(at: str, **given: object) -> tuple[Finding, ...]:
    return book.eligibility(a_book().programme("small").body, at=at, on=DAY, known=given.get)


def test_nothing_stands_against_a_case_that_meets_every_condition():
    assert found("submit", owed=0, asked=80_000_000) == ()


def test_a_condition_that_does_not_hold_is_told_in_the_sentence_of_the_page():
    assert found("open", owed=1) == (OWES,)
    assert found("submit", owed=0, asked=80_000_001) == (TOO_MUCH,)


def test_a_condition_of_the_level_warn_only_warns():
    assert found("submit", owed=5_000_000, asked=1) == (OWES, LATE)


def test_what_is_not_known_yet_makes_a_condition_wait():
    assert found("submit") == ()
    assert book.eligibility(a_book().programme("small").body, at="submit", on=DAY, known=book.none_known) == ()


def test_a_condition_is_asked_at_its_own_stages_only():
    assert found("admit", owed=0, asked=80_000_001) == ()
    assert found("recommend", owed=1) == ()


def test_known_is_asked_only_for_what_a_condition_names():
    asked = []
    book.eligibility(a_book().programme("small").body, at="open", on=DAY, known=lambda name: asked.append(name))
    assert asked == ["owed"]


def test_parameters_are_those_of_the_day():
    page = {
        "params": {"least": {"value": {date(2018, 1, 1): "50 %", date(2020, 1, 1): "100 %"}}},
        "limits": [{"code": "own", "when": "share >= least", "zh": "不足", "en": "short"}],
    }
    known = {"share": Fraction(1, 2)}.get
    assert book.limits(page, at="open", on=date(2019, 12, 31), known=known) == ()
    assert [f.check for f in book.limits(page, at="open", on=date(2020, 1, 1), known=known)] == ["own"]


def test_a_parameter_that_is_not_yet_in_force_is_not_known():
    page = {
        "params": {"most": {"value": {date(2022, 1, 1): "5 项"}}},
        "limits": [{"code": "quota", "when": "place <= most", "zh": "超额", "en": "beyond"}],
    }
    assert book.limits(page, at="open", on=date(2021, 12, 31), known={"place": 9}.get) == ()
    assert [f.check for f in book.limits(page, at="open", on=date(2022, 1, 1), known={"place": 9}.get)] == ["quota"]
