"""Why an amount is what it is: conditions, parameters with their dates, numbers put in, branches that lost, ceilings that bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from kechuang.engines.rules.check import field_kind, kinds, param_kind
from kechuang.engines.rules.policy import Param, Policy, Step
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.single import NOT_IN_FORCE, Assessment, Record, Rules, Scope, assess
from kechuang.engines.rules.vocabulary import Field
from kechuang.formula import UNKNOWN, Expression, FormulaError, Interval
from kechuang.formula.tree import Path
from kechuang.formula.units import Kind, number
from kechuang.words.money import Money

Title = Mapping[str, str]
CEILING: Mapping[str, Title] = {
    "first_come": {"zh": "上限（先到先得）", "en": "Ceiling (first come)"},
    "proportional": {"zh": "上限（按比例分摊）", "en": "Ceiling (proportional)"},
    "highest": {"zh": "上限（只取最高一笔）", "en": "Ceiling (highest)"},
}
BARE, MONEY, ANY_NUMBER, YEAR = number(""), number("money"), number(None), number("year")
SUFFIX: Mapping[str, Title] = {
    "person": {"zh": "人", "en": "persons"}, "point": {"zh": "分", "en": "points"}, "piece": {"zh": "件", "en": "pieces"},
    "item": {"zh": "项", "en": "items"}, "day": {"zh": "日", "en": "days"}, "month": {"zh": "个月", "en": "months"},
    "year": {"zh": "年", "en": "years"}, "workday": {"zh": "个工作日", "en": "working days"},
    "firm": {"zh": "家", "en": "firms"}, "area": {"zh": "平方米", "en": "m²"},
}  # fmt: skip


class Input(NamedTuple):
    """A number that was put in: its name and title, what it was, and for a parameter since when and by which source."""

    name: str
    title: Title
    value: Any
    kind: Kind
    since: date | None = None
    source: str = ""
    confirm: bool = False


class Line(NamedTuple):
    """One line of an explanation. `what`: effect, condition, step, branch, amount, also, verdict, cap.
    `holds`: for a condition, whether it does; for a branch, whether it won. The title of a condition says what has to
    hold, and what is wrong only where it does not."""

    what: str
    code: str
    title: Title
    expression: str = ""
    inputs: tuple[Input, ...] = ()
    value: Any = None
    kind: Kind = BARE
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The lines in the order of the rule, the sources it rests on, and what was assumed."""

    policy: Policy
    day: date
    lines: tuple[Line, ...]
    verdict: str
    amount: int | None
    sources: tuple[Mapping[str, Any], ...]
    assumptions: tuple[Title, ...]
    depends_on: tuple[Title, ...] = ()


def explain(
    rules: Rules, code: str, record: Record, *, day: date | None = None, year: int | None = None,
    beside: Sequence[Record] = (),
) -> Explanation:  # fmt: skip
    """What policy `code` gives `record`, line by line. `beside`: other records of the same group, which share its ceiling."""
    found, amounts = entitle(rules, code, [record, *beside], day=day, year=year)
    return explained(rules, found[0], amount=amounts[0])


def explained(rules: Rules, found: Assessment, *, amount: int | None) -> Explanation:
    """The lines of an assessment; `amount` is what was left of it under the ceilings."""
    lines = tuple(_Lines(rules, found, amount).all())
    policy = found.policy
    shown = None if policy.amount is None and policy.allot is None else amount
    open_ = tuple(policy.let[name].title for name in found.depends_on if name in policy.let)
    return Explanation(policy, found.day, lines, found.verdict, shown, policy.source, policy.assumptions, open_)


class _Lines:
    def __init__(self, rules: Rules, found: Assessment, amount: int | None) -> None:
        self.rules, self.found, self.amount, self.policy = rules, found, amount, found.policy
        self.scope = Scope(rules, found.policy, found.record, found.day, {})
        self.scope.kept.update(found.values)
        self.kinds = kinds(rules, found.policy.code)

    def all(self) -> Iterator[Line]:
        if NOT_IN_FORCE in self.found.refused:
            title = {"zh": f"政策在{self.found.day}不生效", "en": f"not in force on {self.found.day}"}
            yield Line("effect", NOT_IN_FORCE, title, holds=False)
            return
        yield from self._conditions()
        for step in self.policy.let.values():
            if step.name in self.found.values:
                yield self._step("step", step, self.found.values[step.name], self.kinds.get(step.name, ANY_NUMBER))
        if self.found.refused and self.policy.verdict is None:
            return
        yield from self._branches()
        yield from self._results()

    def _conditions(self) -> Iterator[Line]:
        for gate in self.policy.eligible:
            holds = False if gate.code in self.found.refused else None if gate.code in self.found.open else True
            said = gate.title if holds is False else gate.needs
            yield Line("condition", gate.code, said, gate.expression.text, self._inputs(gate.expression), holds=holds)

    def _branches(self) -> Iterator[Line]:
        for branch in self.policy.branches:
            value = self.scope.of(branch.expression)
            won = branch.code not in self.found.lost and bool(value)
            inputs = self._inputs(branch.expression)
            yield Line("branch", branch.code, branch.title, branch.expression.text, inputs, value, MONEY, won)

    def _results(self) -> Iterator[Line]:
        policy, found = self.policy, self.found
        if policy.verdict is not None:
            form = policy.verdict.form(found.day)
            inputs = self._inputs(form.expression)
            yield Line("verdict", found.verdict, policy.verdict.title, form.expression.text, inputs, found.verdict)
        if policy.amount is not None:
            yield self._step("amount", policy.amount, found.exact, MONEY)
        if policy.cap is not None and found.entitled is not None:
            limit = self.scope.of(policy.cap.limit)
            bit = self.amount != found.entitled
            title = CEILING[policy.cap.allocate]
            inputs = (*self._inputs(policy.cap.limit), Input("limit", title, limit, MONEY))
            yield Line("cap", "cap", title, policy.cap.limit.text, inputs, self.amount, MONEY, bit)
        for name, step in policy.also.items():
            yield self._step("also", step, found.also.get(name), MONEY)

    def _step(self, what: str, step: Step, value: Any, kind: Kind) -> Line:
        day = date(self.found.year, *step.at) if step.at else self.found.day
        form = step.form(day)
        inputs = self._inputs(form.expression, day)
        return Line(what, step.name, step.title, form.expression.text, inputs, _ratio(value, step.unit == ""), kind)

    def _inputs(self, expression: Expression, day: date | None = None) -> tuple[Input, ...]:
        memo, key = self.rules.memo, (self.policy.code, expression.text)
        if key not in memo:
            memo[key] = tuple(self._teller(path) for path in expression.paths)
        on = day or self.found.day
        return tuple([tell(self, on) for tell in memo[key]])

    def _teller(self, text: str) -> Teller:
        """What tells the value of a path for one case, the rest of it looked up once for all."""
        root, *parts = text.split(".")
        policy = self.policy
        if root in policy.params:
            param, kind = policy.params[root], param_kind(policy.params[root])
            spans = {
                span.first: Input(
                    text, param.title, _ratio(span.value, _rate(param)), kind, span.first, span.source, span.confirm
                )
                for span in param.spans
            }
            return lambda lines, day: spans[param.span(day).first]
        if parts:
            return self._field(text, root, tuple(parts))
        title = policy.let[root].title if root in policy.let else {"zh": root, "en": root}
        kind = self.kinds.get(root, YEAR if root == "year" else MONEY if root == "branches" else ANY_NUMBER)
        share = root in policy.let and policy.let[root].unit == ""
        return lambda lines, day: Input(text, title, _ratio(lines.scope.kept.get(root, UNKNOWN), share), kind)

    def _field(self, text: str, root: str, parts: tuple[str, ...]) -> Teller:
        _, last = self.rules.vocabulary.found(Path(0, root, parts), {})
        if not isinstance(last, Field):
            rows = {"zh": text, "en": text}
            return lambda lines, day: Input(text, rows, _count(lines.found.record, parts), ANY_NUMBER)
        title, kind, options = last.title, field_kind(last), last.options if last.kind == "code" else {}

        def told(lines: _Lines, day: date) -> Input:
            value = _ratio(_walked(lines.found.record, parts), last.kind == "ratio")
            return Input(text, title, UNKNOWN if value is None else options.get(value, value), kind)

        return told


def _ratio(value: Any, is_one: bool) -> Any:
    """A ratio that is a whole number is still a ratio: 100 %, not 1."""
    return Fraction(value) if is_one and type(value) is int else value


def _rate(param: Param) -> bool:
    """A bare number that has parts of one in some span is a ratio in all of them."""
    return param.of == "" and any(isinstance(span.value, Fraction) for span in param.spans)


Teller = Callable[[_Lines, date], Input]


def _walked(record: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        record = record.get(part) if record is not None else None
    return record


def _count(record: Any, parts: tuple[str, ...]) -> int:
    rows = _walked(record, parts)
    return len(rows) if isinstance(rows, Sequence) else 0


@dataclass(frozen=True, slots=True)
class Change:
    """One field that, changed alone to `value`, would turn the result."""

    field: str
    title: Title
    before: Any
    value: Any
    kind: Kind


def changes(rules: Rules, found: Assessment) -> tuple[Change, ...]:
    """Single numbers and yes/no fields of the record that would turn a failed case: the nearest value of each.

    Each field is searched on its own, upwards and downwards, as far as a thousand times its value.
    """
    if found.verdict == "pass":
        return ()
    entity = rules.vocabulary.entities[found.policy.subject]
    nearest = (
        _turned(rules, found, one) for one in entity.fields.values() if one.name in found.record and not one.formula
    )
    return tuple(change for change in nearest if change is not None)


def _turned(rules: Rules, found: Assessment, one: Field) -> Change | None:
    before = found.record[one.name]
    if isinstance(before, bool):
        return (
            Change(one.name, one.title, before, not before, Kind("truth"))
            if _passes(rules, found, one, not before)
            else None
        )
    if not isinstance(before, int) or one.kind not in ("int", "money"):
        return None
    options = [
        value
        for value in (_searched(rules, found, one, before, 1), _searched(rules, found, one, before, -1))
        if value is not None
    ]
    if not options:
        return None
    value = min(options, key=lambda option: abs(option - before))
    return Change(one.name, one.title, before, value, number(one.of))


def _searched(rules: Rules, found: Assessment, one: Field, before: int, sign: int) -> int | None:
    """The value nearest to `before` in one direction that passes, taking the result to turn once; None if it never does."""
    far = next(
        (
            d
            for d in _distances(before, one)
            if before + sign * d >= 0 and _passes(rules, found, one, before + sign * d)
        ),
        0,
    )
    if not far:
        return None
    low, high = 0, far
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _passes(rules, found, one, before + sign * middle) else (middle, high)
    return before + sign * high


def _distances(before: int, one: Field) -> Iterator[int]:
    most = max(abs(before), 100) * 1000
    distance = 1
    while distance <= most:
        yield distance
        distance *= 2
    yield abs(before)


def _passes(rules: Rules, found: Assessment, one: Field, value: Any) -> bool:
    try:
        tried = assess(rules, found.policy.code, {**found.record, one.name: value}, day=found.day, year=found.year)
    except FormulaError:
        return False
    return tried.verdict == "pass"


def shown(value: Any, kind: Kind, lang: str = "zh") -> str:
    """A value as people read it, with its unit."""
    if value is UNKNOWN or value is None:
        return "未知" if lang == "zh" else "not known"
    if isinstance(value, Interval):
        counted = (
            lang == "en" and kind.units is not None and {of for of, _ in kind.units} & SUFFIX.keys()
        )  # 1 – 2 points
        low = _plain(value.low) if counted and isinstance(value.low, int | Fraction) else shown(value.low, kind, lang)
        return f"{low} – {shown(value.high, kind, lang)}"
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
    if kind.kind == "code" and isinstance(value, Mapping):
        return str(value[lang])
    if isinstance(value, int | Fraction):
        return _number(value, kind, lang)
    if isinstance(value, tuple) and kind.columns:
        return ("；" if lang == "zh" else "; ").join(_level(row, kind, lang) for row in value)
    if isinstance(value, Mapping | tuple):
        return "表" if lang == "zh" else "table"
    return (
        {"pass": "符合", "fail": "不符合", "depends": "未定"}.get(str(value), str(value))
        if lang == "zh"
        else str(value)
    )


def _level(row: Any, kind: Kind, lang: str) -> str:
    """One row of a table of levels: from where on, and what it gives: “≥35 %：9 分 – 10 分”."""
    first, *gives = [shown(cell, Kind("number", units), lang) for cell, units in zip(row, kind.columns, strict=False)]
    return f"≥{first}{'：' if lang == 'zh' else ': '}{' – '.join(gives)}"


def _number(value: int | Fraction, kind: Kind, lang: str) -> str:
    of = kind.units[0][0] if kind.units else ""
    if of == "money":
        text = str(Money(int(value // 1)))
        return text if lang == "zh" else f"{Money(int(value // 1)).in_unit():,.2f} yuan"
    if of == "year" and value >= 1000:  # one of the calendar, not a term
        return f"{int(value)} 年" if lang == "zh" else str(int(value))
    if of in SUFFIX:
        said = SUFFIX[of][lang]
        return f"{_plain(value)} {said.removesuffix('s') if value == 1 else said}"
    if isinstance(value, Fraction) and kind.kind == "number":
        return f"{_plain(value * 100)} %"
    return _plain(value)


def _plain(value: int | Fraction) -> str:
    if isinstance(value, int) or value.denominator == 1:
        return f"{int(value):,}"
    whole, digits = divmod(abs(value.numerator) * 10_000 // value.denominator, 10_000)
    return f"{'−' if value < 0 else ''}{whole:,}.{digits:04d}".rstrip("0").rstrip(".")
