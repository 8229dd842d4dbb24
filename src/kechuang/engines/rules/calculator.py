"""A policy to try out: which fields it reads, what was typed for them as a record, and what that record comes to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

from kechuang.engines.rules.examples import cast_of
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.single import Assessment, Record, Rules, Scope
from kechuang.engines.rules.vocabulary import Field, Vocabulary, typed
from kechuang.formula import Expression, FormulaError
from kechuang.formula.tree import Gather, Path, every
from kechuang.words.outcome import BadPage

MOST_ROWS: Final = 20
ROW: Final = "*"


@dataclass(frozen=True, slots=True)
class Ask:
    """One field that a policy reads: its path from the subject (`contract.registered`, `projects.*.staff_cost`), the
    unit a number is typed in, and whether only conditions read it."""

    path: str
    field: Field
    unit: str
    condition: bool


@dataclass(slots=True)
class Given:
    """What was typed, as an example writes it; `errors` by path: not_a_number, not_a_date, no_option, too_fine."""

    told: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What the record comes to: `fen` under the ceiling of its group, of which `had` was paid before."""

    found: Assessment
    fen: int | None
    limit: int | None


def asks(rules: Rules, code: str) -> tuple[Ask, ...]:
    """The fields that the policy and those it uses read: first what amounts are made of, then what only conditions ask."""
    worth = dict.fromkeys(path for one in _used(rules, code) for path in _read(rules, one, _steps(one)))
    gates = dict.fromkeys(path for one in _used(rules, code) for path in _read(rules, one, _conditions(one)))
    words, subject = rules.vocabulary, rules[code].subject
    found = []
    for path in dict.fromkeys((*worth, *gates)):
        last = _last(words, subject, tuple(path.split(".")))
        if last is not None:
            found.append(Ask(path, last, _unit(words, last), path not in worth))
    return tuple(found)


def _used(rules: Rules, code: str) -> Iterator[Policy]:
    """The policy, and the policies it uses that are computed for the same record."""
    policy = rules[code]
    yield policy
    for used in policy.uses:
        if rules[used.code].subject == policy.subject:
            yield from _used(rules, used.code)


def _steps(policy: Policy) -> Iterator[Expression]:
    steps = [policy.amount, policy.verdict, *policy.let.values(), *policy.also.values()]
    for step in steps:
        if step is not None:
            yield from (form.expression for form in step.forms)
    yield from (branch.expression for branch in policy.branches)
    if policy.cap is not None:
        yield policy.cap.limit


def _conditions(policy: Policy) -> Iterator[Expression]:
    yield from (gate.expression for gate in policy.eligible)


def _read(rules: Rules, policy: Policy, expressions: Iterator[Expression]) -> Iterator[str]:
    """The paths of fields below the subject, with `*` for the rows behind a reverse link."""
    for expression in expressions:
        rows: dict[str, tuple[str, ...]] = {policy.subject: ()}
        for node in every(expression.root):
            if isinstance(node, Gather) and node.table.root in rows:
                rows[node.row] = (*rows[node.table.root], *node.table.parts, ROW)
        for node in every(expression.root):
            if isinstance(node, Path) and node.root in rows and node.parts:
                yield from _field(rules, policy.subject, (*rows[node.root], *node.parts))


def _field(rules: Rules, subject: str, parts: tuple[str, ...]) -> Iterator[str]:
    """The path itself, or for a field with a formula the paths of what it is computed from."""
    last = _last(rules.vocabulary, subject, parts)
    if last is None:
        return
    if last.formula is None:
        yield ".".join(parts)
        return
    for path in last.formula.paths:
        yield from _field(rules, subject, (*parts[:-1], *path.split(".")[1:]))


def _last(words: Vocabulary, subject: str, parts: tuple[str, ...]) -> Field | None:
    """The field at the end of a path, with `*` behind a reverse link; None where it ends in a key or in rows."""
    entity = words.entities[subject]
    for name in parts[:-1]:
        if name != ROW:
            entity = words.entities[(entity.links.get(name) or entity.reverse[name]).entity]
    return entity.fields.get(parts[-1])


def _unit(words: Vocabulary, one: Field) -> str:
    """The unit a number is typed in: 万元 for money, % for a ratio, else the plain unit of its dimension."""
    if one.kind == "money":
        return next((unit for unit in ("万元", "元") if unit in words.units), "")
    if one.kind == "ratio":
        return "%" if "%" in words.units else ""
    if one.kind != "int" or not one.of:
        return ""
    return next((unit for unit, (of, times) in words.units.items() if of == one.of and times == 1), "")


def typed_in(rules: Rules, code: str, values: Mapping[str, str]) -> Given:
    """What was typed for the fields a policy asks (`projects.0.staff_cost` for a row) as the record it describes.

    A field that is left empty keeps its usual value where conditions read it, and is nothing where amounts do.
    """
    given = Given({})
    for one in asks(rules, code):
        for path in _places(one.path, values):
            text = values.get(path)
            if text is None:
                continue
            value, fault = _value(rules.vocabulary, one, text)
            if fault:
                given.errors[path] = fault
            elif value is not None:
                _put(given.told, path.split("."), value)
    return given


def rows_of(path: str, values: Mapping[str, str]) -> int:
    """How many rows were typed below `projects.*`."""
    start = f"{path.partition('.' + ROW)[0]}."
    numbers = [name[len(start) :].split(".")[0] for name in values if name.startswith(start)]
    return min(max((int(n) + 1 for n in numbers if n.isdecimal()), default=0), MOST_ROWS)


def _places(path: str, values: Mapping[str, str]) -> list[str]:
    if ROW not in path.split("."):
        return [path]
    return [path.replace(ROW, str(n), 1) for n in range(rows_of(path, values))]


def _value(words: Vocabulary, one: Ask, text: str) -> tuple[Any, str]:
    kind, said = one.field.kind, text.strip()
    if kind == "bool":
        return said in ("true", "on", "1", "yes"), ""
    if kind == "code":
        return (said, "") if not said or not one.field.options or said in one.field.options else (None, "no_option")
    if not said:
        return (f"0 {one.unit}".strip() if not one.condition and not one.field.unknown and kind != "date" else None), ""
    if kind == "date":
        try:
            return date.fromisoformat(said), ""
        except ValueError:
            return None, "not_a_date"
    written = f"{said.replace('，', '').replace(' ', '')} {one.unit}".strip()
    try:
        typed(written, kind, one.field.of, words, one.path)
    except BadPage as bad:
        return None, "too_fine" if "finer" in bad.why or "whole" in bad.why else "not_a_number"
    if not one.field.signed and said.lstrip().startswith(("-", "−")):
        return None, "negative"
    return written, ""


def _put(told: dict[str, Any], parts: list[str], value: Any) -> None:
    here: Any = told
    for name, after in itertools.pairwise(parts):
        fresh: Any = [] if after.isdecimal() else {}
        if isinstance(here, list):
            here.extend({} for _ in range(int(name) + 1 - len(here)))
            here = here[int(name)]
        else:
            here = here.setdefault(name, fresh)
    here[parts[-1]] = value


def dated(rules: Rules, code: str, told: Mapping[str, Any], day: date) -> dict[str, Any]:
    """What was typed, with `day` in the field that the policy's parameters are read on, where it is a field."""
    parts = rules[code].reference.split(".")
    if len(parts) == 1:
        return dict(told)
    dated_too: dict[str, Any] = {**told}
    if len(parts) == 2:
        dated_too[parts[1]] = day
    else:
        _put(dated_too, parts[1:], day)
    return dated_too


def record_of(rules: Rules, code: str, told: Mapping[str, Any]) -> Record:
    """The record that was typed, with its links; what it does not say takes the field's usual value."""
    plural = rules.vocabulary.entities[rules[code].subject].plural
    return cast_of(rules, code, {plural: [told]}, "given").subjects[0]


def shown_in(rules: Rules, code: str, record: Record) -> dict[str, str]:
    """A record as one would type it: the start of a calculator."""
    found: dict[str, str] = {}
    for one in asks(rules, code):
        for path, value in _found(record, one.path.split("."), ()):
            found[path] = _typed(rules.vocabulary, one, value)
    return found


def _found(here: Any, parts: list[str], told: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if not parts:
        yield ".".join(told), here
    elif parts[0] == ROW:
        for n, row in enumerate(list(here or ())[:MOST_ROWS]):
            yield from _found(row, parts[1:], (*told, str(n)))
    elif here is not None:
        yield from _found(here.get(parts[0]), parts[1:], (*told, parts[0]))


def _typed(words: Vocabulary, one: Ask, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Fraction) and one.unit:
        return _decimal(Fraction(value) / words.units[one.unit][1])
    return value.isoformat() if isinstance(value, date) else str(value)


def _decimal(number: Fraction) -> str:
    """Exact where it ends within six digits, else as a fraction."""
    scaled = number * 10**6
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    whole, rest = divmod(abs(int(scaled)), 10**6)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 else text


def calculated(rules: Rules, code: str, record: Record, *, day: date, had: int = 0) -> Found:
    """What the record comes to on `day`; `had`: what its group already got of the same ceiling. FormulaError as `assess`."""
    found, amounts = entitle(rules, code, [record], day=day)
    policy, fen = rules[code], amounts[0]
    if policy.cap is None or found[0].refused:
        return Found(found[0], fen, None)
    limit = Scope(rules, policy, record, found[0].day, {}).of(policy.cap.limit)
    if not isinstance(limit, int):
        raise FormulaError("not_an_amount", policy=code, where="cap.limit")
    return Found(found[0], None if fen is None else min(fen, max(limit - had, 0)), limit)
