"""Conditions of a programme: who may apply and how often, told in the page's own sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from kechuang.casework.book.params import params_on
from kechuang.formula import UNKNOWN, Expression, evaluate, parse
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

STAGES = ("open", "submit", "recommend", "admit", "select", "countersign")
EXEMPT = ("ends_this_year", "allotted", "after_the_fact")  # what a page may leave out of its limits
USUAL_STAGES = ("open", "submit", "admit", "select", "countersign")  # where a condition without `at` is looked at

Known = Callable[[str], object]


def eligibility(programme: Mapping[str, Any], *, at: str, on: date, known: Known) -> tuple[Finding, ...]:
    """What stands against the case at stage `at`: a warning or a failure for each condition that does not hold.

    `known(name)` gives an answer or a fact of the page by its name, UNKNOWN (or None) while there is none: then the
    condition waits, and never fails. Parameters are read on the day `on`; one not yet in force is not known. FormulaError if a value is of a wrong kind.
    """
    return unmet(programme, "eligibility", at=at, on=on, known=known)


def limits(programme: Mapping[str, Any], *, at: str, on: date, known: Known) -> tuple[Finding, ...]:
    """As `eligibility`, for the limits on how many projects one person may lead and join: ask under a lock."""
    return unmet(programme, "limits", at=at, on=on, known=known)


def unmet(programme: Mapping[str, Any], table: str, *, at: str | None, on: date, known: Known) -> tuple[Finding, ...]:
    """The conditions in `table` that are asked at stage `at` (None: at any) and do not hold."""
    params = params_known(programme, on)
    found = []
    for condition in programme.get(table, ()):
        if at is None or at in condition.get("at", USUAL_STAGES):
            wanted = parse(condition["when"])
            if evaluate(wanted, scope_of(wanted, params, known)) is False:
                found.append(_finding(condition))
    return tuple(found)


def params_known(programme: Mapping[str, Any], on: date) -> dict[str, object]:
    """Every parameter of the page as expressions see it on the day `on`: UNKNOWN while it is not in force."""
    return {**dict.fromkeys(programme.get("params", ()), UNKNOWN), **params_on(programme, on)}


def scope_of(expression: Expression, params: Mapping[str, object], known: Known) -> dict[str, object]:
    """What an expression needs, and no more: `known` is asked only for names that are no parameter."""
    return {name: params[name] if name in params else known(name) for name in sorted(expression.names)}


def _finding(condition: Mapping[str, Any]) -> Finding:
    reason = Reason(condition["code"], zh=condition["zh"], en=condition["en"])
    return Finding("warn" if condition.get("level") == "warn" else "fail", (reason,), condition["code"])


def none_known(name: str) -> object:
    """The `known` of a case of which nothing is known."""
    return UNKNOWN
