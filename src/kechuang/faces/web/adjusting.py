"""The sliders of the simulator: which parameters can be moved, between what, and what was typed for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kechuang.desks.policies import keeping
from kechuang.engines.rules.entries import entries
from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.policy import Param, Policy, Span
from kechuang.engines.rules.single import Rules, Scope
from kechuang.faces.web import law, trying, wording
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage

POINTS = 40
LONGEST = 30
PREFIX = "p."
CEILINGS = ("cap", "limit", "most", "pool", "pot")


@dataclass(frozen=True, slots=True)
class Slider:
    """One parameter, one entry of a table (`award.first`) or one number of a level (`levels.2`, `levels.2.from`), with its
    value of today in `unit`s and the ends of its scale."""

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
    """What can be moved of a policy on that day: numbers, entries of tables by code, what each level gives and where it
    begins; ceilings first, levels last."""
    policy = rules[code]
    found = [one for param in policy.params.values() for one in _of(rules, code, param, on)]
    return sorted(found, key=lambda one: (not _is_ceiling(policy, one.name), _is_level(policy, one.name)))


def _is_ceiling(policy: Policy, name: str) -> bool:
    root = name.partition(".")[0]
    return (policy.cap is not None and root in policy.cap.limit.names) or root.startswith(CEILINGS)


def _is_level(policy: Policy, name: str) -> bool:
    return isinstance(policy.params[name.partition(".")[0]].of, tuple)


def _of(rules: Rules, code: str, param: Param, on: date) -> Iterator[Slider]:
    span = next((one for one in param.spans if one.first <= on <= one.last), param.spans[-1])
    title = param.title[law.language()]
    if isinstance(param.of, tuple):
        yield from _levels(rules, param, param.of, span, title)
        return
    unit = _unit(rules, param.of, _plain(param))
    if isinstance(span.value, Mapping):
        names = law.entries_of(rules, code, param)
        for entry, value in span.value.items():
            named = f"{title} · {names.get(entry, entry)}"
            yield _slider(rules, param, f"{param.name}.{entry}", named, unit, value, span.source)
        return
    yield _slider(rules, param, param.name, title, unit, span.value, span.source)


def _levels(rules: Rules, param: Param, of: tuple[str, ...], span: Span, title: str) -> Iterator[Slider]:
    """What each level gives and where it begins, which may not reach the next one."""
    columns = list(zip(*span.value, strict=True))
    units = [_unit(rules, one, list(column)) for one, column in zip(of, columns, strict=True)]
    for entry, (value, _dimension) in entries(span.value, param.of).items():
        row, _dot, side = entry.partition(".")
        place = ("from", "low", "high").index(side) if side else 1
        start = adjusted(span.value[int(row) - 1][0], units[0], rules)
        values = {"title": title, "start": f"{decimal(start)} {wording.unit(units[0])}".strip()}
        one = _slider(rules, param, f"{param.name}.{entry}", _TITLES[side](values), units[place], value, span.source)
        kept = _kept_between(one, *_neighbours(rules, span.value, int(row) - 1, place, units[place]))
        if kept is not None:
            yield kept


_TITLES: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "": lambda values: _("%(title)s · ≥%(start)s") % values,
    "from": lambda values: _("%(title)s · ≥%(start)s 一档的起点") % values,
    "low": lambda values: _("%(title)s · ≥%(start)s，最低") % values,
    "high": lambda values: _("%(title)s · ≥%(start)s，最高") % values,
}


def adjusted(value: Any, unit: str, rules: Rules) -> Fraction:
    """A value in base units, counted in `unit`."""
    return Fraction(value) / (rules.vocabulary.units[unit][1] if unit else 1)


def _neighbours(rules: Rules, rows: Any, row: int, place: int, unit: str) -> tuple[Fraction | None, Fraction | None]:
    """What a threshold must stay above and below; of an interval its other end."""
    here = rows[row][place]
    others = [one[0] for one in rows] if place == 0 else rows[row][1:] if len(rows[row]) == 3 else ()
    below, above = [one for one in others if one < here], [one for one in others if one > here]
    return (
        adjusted(max(below), unit, rules) if below else None,
        adjusted(min(above), unit, rules) if above else None,
    )


def _kept_between(one: Slider, below: Fraction | None, above: Fraction | None) -> Slider | None:
    """The slider with finer steps and nearer ends; None where things are counted and there is no whole one between."""
    step, least = one.step, Fraction(1, 1000) if one.unit in ("%", "万元", "元") else Fraction(1)
    while (below is not None and one.now - step <= below) or (above is not None and one.now + step >= above):
        step = step / 10 if step % 10 == 0 or step <= 1 else Fraction(1)
        if step < least:
            return None
    low = one.low if below is None else max(one.low, below + step)
    high = one.high if above is None else min(one.high, above - step)
    return replace(one, low=min(low, one.now), high=max(high, one.now), step=step)


def _slider(rules: Rules, param: Param, name: str, title: str, unit: str, value: Any, source: str) -> Slider:
    now = adjusted(value, unit, rules)
    low, high, step = _scale(now, percent=unit == "%")
    return Slider(name, title, unit, now, low, high, step, param.confirm, source)


def _unit(rules: Rules, of: str, values: list[Any]) -> str:
    units = rules.vocabulary.units
    if of == "money":
        return "万元" if "万元" in units else "元"
    if of == "":
        return "%" if any(isinstance(v, Fraction) for v in values) or all(0 <= v <= 1 for v in values) else ""
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
    for name, value in values.items():
        try:
            with_set(rules, keeping.full(code, {name: value}))
        except BadPage as bad:
            if _is_level(rules[code], name):
                return {name: _("档的起点须在相邻两档之间，最低不得高过最高")}
            return {name: _("这个值不合这个参数的单位：%(what)s") % {"what": bad.path}}
    try:
        with_set(rules, keeping.full(code, values))
    except BadPage:
        return {next(iter(values)): _("档的起点须在相邻两档之间，最低不得高过最高")}
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
