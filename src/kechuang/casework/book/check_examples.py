"""The examples of a programme, computed: who is refused, who is warned, what is awarded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from kechuang.casework.book.awards import award_amount
from kechuang.casework.book.conditions import Known, params_known, scope_of, unmet
from kechuang.engines.rules.sentences import sentence
from kechuang.formula import UNKNOWN, FormulaError, evaluate, parse
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase
from kechuang.words.quantity import quantity


def examples(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """Every example of an expanded programme that comes out otherwise than it says, by path."""
    told = body.get("examples", {})
    if not told.get("eligibility"):
        yield BadPage("examples", "no example of who may apply", "give one that is refused and one that is not")
    for n, example in enumerate(told.get("eligibility", ())):
        yield from _guarded(_eligible(body, example, f"examples.eligibility.{n}"), f"examples.eligibility.{n}")
    for n, example in enumerate(told.get("award", ())):
        yield from _guarded(_awarded(body, example, f"examples.award.{n}"), f"examples.award.{n}")


def computed(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """The examples of a part: what its computed fields come to (`{given: {…}, value: {field: 201}}`)."""
    for n, example in enumerate(body.get("examples", ())):
        if "value" in example:
            yield from _guarded(_computed(body, example, f"examples.{n}"), f"examples.{n}")


def _guarded(found: Iterator[BadPage], path: str) -> Iterator[BadPage]:
    try:
        yield from list(found)
    except FormulaError as error:
        yield BadPage(
            path, "cannot be worked out: {fault}", "mend the example or the expression", fault=sentence(error.reason)
        )
    except (KeyError, TypeError, ValueError) as error:
        yield BadPage(path, "cannot be read: {fault}", "see docs/book.md", fault=repr(error))


def _eligible(body: Mapping[str, Any], example: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    known, on = given(body, example.get("given", {})), day_of(body, example)
    found = [bad for table in ("eligibility", "limits") for bad in unmet(body, table, at=None, on=on, known=known)]
    for key, verdict in (("refused", "fail"), ("warned", "warn")):
        came = sorted({finding.check for finding in found if finding.verdict == verdict})
        if came != sorted(example.get(key, [])):
            yield BadPage(
                f"{path}.{key}",
                "{key} by {came}",
                "mend the example or the condition",
                key=key,
                came=came or Phrase("none"),
            )


def _awarded(body: Mapping[str, Any], example: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    known = given(body, example.get("given", {}), facts=body["award"].get("facts", {}))
    came = award_amount(body, on=day_of(body, example), known=known)
    unit = str(body["award"].get("in", "元"))
    wanted = quantity(f"{example['expect']} {unit}").number
    if came != wanted:
        shown = "nothing yet" if came is None else f"{Fraction(came) / quantity(f'1 {unit}').value} {unit}"
        yield BadPage(f"{path}.expect", "the award comes to {shown}", "mend the example or the rule", shown=shown)


def _computed(body: Mapping[str, Any], example: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    known, on = given(body, example.get("given", {})), day_of(body, example)
    fields = {field["code"]: field for field in _fields(body)}
    for code, wanted in example["value"].items():
        formula = parse(str(fields[code]["formula"]))
        came = evaluate(formula, scope_of(formula, params_known(body, on), known))
        if came != _worth(wanted, fields[code].get("unit", "")):
            yield BadPage(
                f"{path}.value.{code}", "comes to {came} in base units", "mend the example or the formula", came=came
            )


def given(body: Mapping[str, Any], told: Mapping[str, Any], *, facts: Mapping[str, Any] | None = None) -> Known:
    """What an example knows: what it says, in the units of its fields and facts, else what facts usually are."""
    declared = {**body.get("facts", {}), **(facts or {})}
    units = {field["code"]: field.get("unit", "") for field in _fields(body)}
    units |= {name: fact.get("unit", "") for name, fact in declared.items()}

    def known(name: str) -> object:
        if name in told:
            return _worth(told[name], units.get(name, ""))
        usual = declared.get(name, {}).get("usual", UNKNOWN)
        return _worth(usual, units.get(name, ""))

    return known


def day_of(body: Mapping[str, Any], example: Mapping[str, Any]) -> date:
    """The day an example says (`given: {day: 2019-06-01}`), else the latest day on which a parameter changed."""
    said = example.get("given", {}).get("day", example.get("day"))
    if isinstance(said, date):
        return said
    starts = [start for param in body.get("params", {}).values() for start in param.get("value", {})]
    return max((start for start in starts if isinstance(start, date)), default=date(2018, 1, 1))


def _fields(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    sections = body.get("form", {}).get("sections", [body])
    return [field for section in sections for field in section.get("fields", ())]


def _worth(value: Any, unit: str) -> Any:
    """What an example writes, in base units: 80 in 万元 is 80,000,000 fen, 5 in % is 1/20."""
    if isinstance(value, int) and not isinstance(value, bool) and unit:
        return quantity(f"{value} {unit}").number
    if isinstance(value, list):
        return tuple(value)
    return value
