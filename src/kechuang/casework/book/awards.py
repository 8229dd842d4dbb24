"""The amount of a project by its page's award rule: an expression, rounded as the page says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, cast

from kechuang.casework.book.conditions import Known, params_known, scope_of
from kechuang.formula import evaluate, parse
from kechuang.words.money import FEN, Rounding, rounded


@dataclass(frozen=True, slots=True)
class Worked:
    """An award rule worked out: its text, what each name in it was worth, and fen, None while something is not known."""

    rule: str
    scope: Mapping[str, object]
    fen: int | None


def award_worked(programme: Mapping[str, Any], *, on: date, known: Known) -> Worked:
    """`award.amount` with the parameters of the day `on`, rounded as the page says; without a rule what was asked for.

    `known` as for `eligibility`; the facts of the rule stand under `award.facts`. FormulaError as `evaluate`.
    """
    rule = programme.get("award") or {}
    wanted = parse(str(rule.get("amount", "asked")))
    scope = scope_of(wanted, params_known(programme, on), known)
    exact = evaluate(wanted, scope)
    sure = isinstance(exact, int | Fraction) and not isinstance(exact, bool)
    fen = in_whole(Fraction(cast(Fraction, exact)), str(rule.get("round", ""))) if sure else None
    return Worked(wanted.text, scope, fen)


def award_amount(programme: Mapping[str, Any], *, on: date, known: Known) -> int | None:
    """The fen of `award_worked`."""
    return award_worked(programme, on=on, known=known).fen


def in_whole(exact: Fraction, said: str) -> int:
    """Fen, rounded as a page says: `floor 万元`, `half_up 元`; without a word downwards to the fen."""
    how, _, unit = said.partition(" ")
    size = FEN[unit or "分钱"]
    return rounded(exact / size, cast(Rounding, how or "floor")) * size
