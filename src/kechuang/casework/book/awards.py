"""The amount of a project by its page's award rule: an expression, rounded as the page says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, cast

from kechuang.casework.book.conditions import Known, params_known, scope_of
from kechuang.formula import evaluate, parse
from kechuang.words.money import FEN, Rounding, rounded


def award_amount(programme: Mapping[str, Any], *, on: date, known: Known) -> int | None:
    """Fen by `award.amount` with the parameters of the day `on`; None while something it needs is not known.

    `known` as for `eligibility`; the facts of the rule stand under `award.facts`. FormulaError as `evaluate`.
    """
    rule = programme["award"]
    wanted = parse(str(rule["amount"]))
    exact = evaluate(wanted, scope_of(wanted, params_known(programme, on), known))
    if not isinstance(exact, int | Fraction) or isinstance(exact, bool):
        return None
    return in_whole(Fraction(exact), str(rule.get("round", "")))


def in_whole(exact: Fraction, said: str) -> int:
    """Fen, rounded as a page says: `floor 万元`, `half_up 元`; without a word downwards to the fen."""
    how, _, unit = said.partition(" ")
    size = FEN[unit or "分钱"]
    return rounded(exact / size, cast(Rounding, how or "floor")) * size
