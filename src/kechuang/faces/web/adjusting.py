"""The sliders of the simulator: which parameters can be moved, between what, and what was typed for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kechuang.desks.policies import keeping
from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.policy import Param, Policy
from kechuang.engines.rules.single import Rules, Scope
from kechuang.faces.web import law, trying
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage

POINTS = 40
LONGEST = 30
PREFIX = "p."
CEILINGS = ("cap", "limit", "most", "pool", "pot")


@dataclass(frozen=True, slots=True)
class Slider:
    """One parameter, or one entry of a table (`award.first`), with its value of today in `unit`s and the ends of its scale."""

    name: str
    title: str
    unit: str
    now: Fraction
    low: Fraction
    high: Fraction
    step: Fraction
    confirm: bool
    source: str

    @property
    def written(self) -> str:
        return decimal(self.now)


@dataclass(slots=True)
class Moved:
    """What was typed: `values` only where it differs from today, as a page writes it; faults by name of the slider."""

    texts: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def decimal(number: Fraction) -> str:
    """Exact where it ends within six digits, else as a fraction."""
    scaled = number * 10**6
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    text = f"{int(scaled) // 10**6}.{int(scaled) % 10**6:06d}"
    return text.rstrip("0").rstrip(".")


def sliders(rules: Rules, code: str, on: date) -> list[Slider]:
    """What can be moved of a policy on that day: numbers, and each number of a table of codes; ceilings first."""
    found = [one for param in rules[code].params.values() for one in _of(rules, code, param, on)]
    return sorted(found, key=lambda one: not _is_ceiling(rules[code], one.name))


def _is_ceiling(policy: Policy, name: str) -> bool:
    root = name.partition(".")[0]
    return (policy.cap is not None and root in policy.cap.limit.names) or root.startswith(CEILINGS)


def _of(rules: Rules, code: str, param: Param, on: date) -> Iterator[Slider]:
    span = next((one for one in param.spans if one.first <= on <= one.last), param.spans[-1])
    title = param.title[law.language()]
    if isinstance(param.of, tuple):
        return
    if isinstance(span.value, Mapping):
        names = law.entries_of(rules, code, param)
        for entry, value in span.value.items():
            yield _slider(
                rules, param, f"{param.name}.{entry}", f"{title} · {names.get(entry, entry)}", value, span.source
            )
        return
    yield _slider(rules, param, param.name, title, span.value, span.source)


def _slider(rules: Rules, param: Param, name: str, title: str, value: Any, source: str) -> Slider:
    unit = _unit(rules, param)
    worth = rules.vocabulary.units[unit][1] if unit else Fraction(1)
    now = Fraction(value) / worth
    low, high, step = _scale(now, percent=unit == "%")
    return Slider(name, title, unit, now, low, high, step, param.confirm, source)


def _unit(rules: Rules, param: Param) -> str:
    units, of = rules.vocabulary.units, str(param.of)
    if of == "money":
        return "万元" if "万元" in units else "元"
    if of == "":
        return (
            "%"
            if any(isinstance(v, Fraction) for v in _plain(param)) or all(0 <= v <= 1 for v in _plain(param))
            else ""
        )
    return next((unit for unit, (dimension, times) in units.items() if dimension == of and times == 1), "")


def _plain(param: Param) -> list[Any]:
    return [
        v for span in param.spans for v in (span.value.values() if isinstance(span.value, Mapping) else [span.value])
    ]


def _scale(now: Fraction, *, percent: bool) -> tuple[Fraction, Fraction, Fraction]:
    """(low, high, step): about two and a half times today's value in some twenty-five round steps."""
    if now <= 0:
        return Fraction(0), Fraction(10), Fraction(1)
    rough, step = now / 10, Fraction(1)
    while step > rough:
        step /= 10
    while step * 10 <= rough:
        step *= 10
    step = next((step * k for k in (5, 2, 1) if step * k <= rough and (now / (step * k)).denominator == 1), step)
    if not percent and step < 1 and now.denominator == 1:
        step = Fraction(1)
    high = step * -(-(now * 5 / 2) // step)
    return step, min(high, Fraction(100)) if percent else high, step


def points(slider: Slider) -> list[str]:
    """The values of a curve as a page writes them: the whole scale, with today's value on it."""
    wide = max(slider.step, (slider.high - slider.low) / POINTS)
    values = {slider.low + wide * n for n in range(int((slider.high - slider.low) / wide) + 1)} | {slider.now}
    return [said(slider, value) for value in sorted(values) if value > 0]


def said(slider: Slider, value: Fraction) -> str:
    return f"{decimal(value)} {slider.unit}".strip()


def number_of(slider: Slider, written: str) -> Fraction:
    """The number of `300 万元`."""
    return Fraction(written.partition(" ")[0])


def moved(rules: Rules, code: str, shown: list[Slider], query: QueryDict | Mapping[str, str]) -> Moved:
    """What stands in the boxes; a box that is empty or missing says today's value."""
    found = Moved({})
    for one in shown:
        text = str(query.get(f"{PREFIX}{one.name}", ""))[:LONGEST].strip()
        found.texts[one.name] = text or one.written
        if not text:
            continue
        try:
            value = rules.vocabulary.amount(f"{text.replace('，', '')} {one.unit}".strip(), one.name).value
        except BadPage as bad:
            found.errors[one.name] = trying.fault("too_fine" if "finer" in bad.why else "not_a_number")
            continue
        if value < 0:
            found.errors[one.name] = trying.fault("negative")
        elif Fraction(value) / (rules.vocabulary.units[one.unit][1] if one.unit else 1) != one.now:
            found.values[one.name] = said(one, Fraction(text.replace(",", "").replace("，", "")))
    if found.values and not found.errors:
        found.errors |= _unfit(rules, code, found.values)
    return found


def _unfit(rules: Rules, code: str, values: Mapping[str, str]) -> dict[str, str]:
    try:
        with_set(rules, keeping.full(code, values))
    except BadPage as bad:
        return {next(iter(values)): _("这个值不合这个参数的单位：%(what)s") % {"what": bad.path}}
    return {}


def unlawful(rules: Rules, code: str, values: Mapping[str, str], on: date) -> list[Any]:
    """The sentences of the page's own guards that these values break: `rate above the ceiling`."""
    policy = with_set(rules, keeping.full(code, values))[code]
    broken = []
    for guard in policy.guards:
        if guard.expression.names <= policy.params.keys():
            try:
                holds = Scope(rules, policy, {}, on, {}).of(guard.expression)
            except FormulaError:
                continue
            if holds is not True:
                broken.append(guard.title)
    return broken
