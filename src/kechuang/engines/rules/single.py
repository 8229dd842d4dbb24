"""One case, exactly: conditions, steps and amount of a policy for one record, before any ceiling over a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from kechuang.engines.rules.policy import Policy, Step, Used
from kechuang.engines.rules.vocabulary import Vocabulary
from kechuang.formula import UNKNOWN, Expression, FormulaError, Interval, evaluate, parse
from kechuang.formula.arithmetic import is_number
from kechuang.formula.tree import Whole
from kechuang.formula.working import Work
from kechuang.words.money import rounded

Record = Mapping[str, Any]
Run = Mapping[str, object]
MOST_STEPS: Final = 1_000_000  # linked records of one case; a page's own limits are tighter
NOT_IN_FORCE: Final = "not_in_force"


@dataclass(frozen=True, slots=True)
class Rules:
    """The policies of one edition with their vocabulary; `memo` keeps what is found once for all cases."""

    vocabulary: Vocabulary
    policies: Mapping[str, Policy]
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, code: str) -> Policy:
        return self.policies[code]


class Assessment(NamedTuple):
    """What one policy says of one record.

    `entitled` is whole fen before ceilings over groups, None where it is not known. `verdict` is pass, fail or depends;
    `refused` names conditions that do not hold, `open` those that are not known, `values` the steps that were needed.
    """

    policy: Policy
    record: Record
    day: date
    year: int
    verdict: str
    refused: tuple[str, ...]
    open: tuple[str, ...]
    values: Mapping[str, Any]
    exact: Any
    entitled: int | None
    also: Mapping[str, int | None]
    lost: tuple[str, ...]
    depends_on: tuple[str, ...]


def assess(
    rules: Rules, code: str, record: Record, *, day: date | None = None, year: int | None = None, run: Run | None = None
) -> Assessment:
    """What policy `code` gives `record`. `day` or `year` where the record has no reference date of its own; `run` holds
    figures over all records (`total(…)`, `population(…)`). FormulaError (with its Reason) if it cannot be computed."""
    policy = rules[code]
    moment = reference_day(policy, record, day=day, year=year)
    return _Case(rules, policy, record, moment, run or {}).assessed()


def reference_day(policy: Policy, record: Record, *, day: date | None = None, year: int | None = None) -> date:
    """The day whose rules count; FormulaError if neither the record nor the caller says it."""
    if policy.reference == "year_end":
        if day is None and year is None:
            raise FormulaError("no_reference_date", policy=policy.code)
        return date(year if year is not None else day.year, 12, 31)  # type: ignore[union-attr]
    if policy.reference == "day":
        if day is None and year is None:
            raise FormulaError("no_reference_date", policy=policy.code)
        return day if day is not None else date(year, 12, 31)  # type: ignore[arg-type]
    found = evaluate(parse(policy.reference), {policy.subject: record})
    if not isinstance(found, date):
        raise FormulaError("no_reference_date", policy=policy.code, field=policy.reference)
    return found


class Scope:
    """Names of a policy on a day, each worked out when it is first asked for. `get` is all an evaluation needs."""

    __slots__ = ("day", "kept", "open", "param_day", "policy", "record", "rules", "run")

    def __init__(self, rules: Rules, policy: Policy, record: Record, day: date, run: Run) -> None:
        self.rules, self.policy, self.record, self.day, self.run = rules, policy, record, day, run
        self.param_day = day
        self.kept: dict[str, Any] = {policy.subject: record, "day": day, "year": day.year}
        self.open: list[str] = []

    def get(self, name: str, default: Any = None) -> Any:
        kept = self.kept
        if name in kept:
            return kept[name]
        if name in self.policy.params:
            return self.policy.params[name].span(self.param_day).value
        if name in self.open:
            raise FormulaError("circular", step=name)
        self.open.append(name)
        kept[name] = self._worked(name)
        self.open.pop()
        return kept[name]

    def of(self, expression: Expression) -> Any:
        return expression.worker(Work(self.get, MOST_STEPS))

    def _worked(self, name: str) -> Any:
        if name in self.policy.let:
            return self.step(self.policy.let[name])
        if name == "gates":
            return self._gates()
        if name == "branches":
            return self._branches()[0]
        if name == "amount" and self.policy.amount is not None:
            return self.step(self.policy.amount)
        for used in self.policy.uses:
            if used.name == name:
                return self._used(used)
        return self.run.get(name)

    def step(self, step: Step) -> Any:
        """The value of a step, rounded if it says so; its parameters are read on its own day of the year."""
        if step.at:
            before, self.param_day = self.param_day, date(self.day.year, *step.at)
            try:
                value = self.of(step.form(self.param_day).expression)
            finally:
                self.param_day = before
        else:
            value = self.of(step.form(self.param_day).expression)
        if step.round is None or value is UNKNOWN:
            return value
        if type(value) is Interval:
            return Interval(_rounded(value.low, step), _rounded(value.high, step))
        return _rounded(value, step)

    def _gates(self) -> Any:
        answers = [self.of(gate.expression) for gate in self.policy.eligible]
        if any(answer is False for answer in answers):
            return False
        return UNKNOWN if any(answer is UNKNOWN for answer in answers) else True

    def _branches(self) -> tuple[Any, tuple[str, ...]]:
        """The highest branch, and the codes of those that would have paid but lost."""
        worth = {branch.code: self.of(branch.expression) for branch in self.policy.branches}
        if any(not isinstance(value, int | Fraction) for value in worth.values()):
            return UNKNOWN, ()
        most = max(worth.values())
        best = next(code for code, value in worth.items() if value == most)
        return most, tuple(code for code, value in worth.items() if code != best and value > 0)

    def _used(self, used: Used) -> Any:
        other = self.rules[used.code]
        day = reference_day(other, self.record, day=self.day)
        if not other.first <= day <= other.last:
            if used.ended == "zero":
                return 0 if other.amount is not None else False
            raise FormulaError("used_policy_not_in_force", policy=used.code, day=day)
        found = assess(self.rules, used.code, self.record, day=self.day, run=self.run)
        if other.amount is not None:
            return UNKNOWN if found.entitled is None else found.entitled
        return {"pass": True, "fail": False, "depends": UNKNOWN}[found.verdict]


def _rounded(value: Any, step: Step) -> int:
    if not is_number(value):
        raise FormulaError("not_a_number", where=step.name, type=type(value).__name__)
    assert step.round is not None
    unit = step.round.unit
    return rounded(value if unit == 1 else Fraction(value) / unit, step.round.how) * unit


class _Case:
    """One assessment on its way."""

    def __init__(self, rules: Rules, policy: Policy, record: Record, day: date, run: Run) -> None:
        self.policy, self.record, self.day = policy, record, day
        self.scope = Scope(rules, policy, record, day, run)

    def assessed(self) -> Assessment:
        if not self.policy.first <= self.day <= self.policy.last:
            return self._told("fail", (NOT_IN_FORCE,), (), 0, 0)
        self._guards()
        answers = [(gate, self.scope.of(gate.expression)) for gate in self.policy.eligible]
        refused = tuple(gate.code for gate, answer in answers if answer is False)
        unsure = tuple(gate.code for gate, answer in answers if answer is UNKNOWN)
        if self.policy.verdict is not None:
            return self._judged(self.policy.verdict, refused, unsure)
        if refused:
            return self._told("fail", refused, unsure, 0, 0)
        for name in self.policy.let:
            self.scope.get(name)
        exact = self._exact()
        entitled = exact if isinstance(exact, int) and not unsure else None
        return self._told("pass" if entitled is not None else "depends", (), unsure, exact, entitled)

    def _guards(self) -> None:
        for guard in self.policy.guards:
            if self.scope.of(guard.expression) is not True:
                raise FormulaError("guard", policy=self.policy.code, guard=guard.code, **guard.title)

    def _exact(self) -> Any:
        if self.policy.amount is None:
            return UNKNOWN
        value = self.scope.get("amount")
        if isinstance(value, int) and value < 0:
            raise FormulaError("negative_amount", policy=self.policy.code, amount=value)
        return value

    def _judged(self, verdict: Step, refused: tuple[str, ...], unsure: tuple[str, ...]) -> Assessment:
        for name in self.policy.let:
            self.scope.get(name)
        answer = self.scope.step(verdict)
        if answer is not UNKNOWN and not isinstance(answer, bool):
            raise FormulaError("not_a_truth", where="verdict", type=type(answer).__name__)
        if refused or answer is False:
            return self._told("fail", refused, unsure, 0, 0)
        return self._told("depends" if unsure or answer is UNKNOWN else "pass", (), unsure, 0, 0)

    def _told(
        self, verdict: str, refused: tuple[str, ...], unsure: tuple[str, ...], exact: Any, entitled: int | None
    ) -> Assessment:
        kept = self.scope.kept
        values = kept.copy()
        for name in (self.policy.subject, "day", "year"):
            del values[name]
        loose = tuple(name for name in self.policy.depends_on if _loose(values.get(name)))
        lost = self.scope._branches()[1] if self.policy.branches and "branches" in kept else ()
        paid = self._also() if self.policy.also and not refused and entitled is not None else {}
        return Assessment(
            self.policy, self.record, self.day, self.day.year, verdict, refused, unsure, values, exact, entitled, paid,
            lost, loose if verdict == "depends" else (),
        )  # fmt: skip

    def _also(self) -> dict[str, int | None]:
        found = {name: self.scope.step(step) for name, step in self.policy.also.items()}
        return {name: value if isinstance(value, int) else None for name, value in found.items()}


def _loose(value: Any) -> bool:
    return value is UNKNOWN or isinstance(value, Interval)


def key_of(vocabulary: Vocabulary, policy: Policy, record: Record, path: str) -> Any:
    """The key of the record that `path` leads to (`trade.buyer`), or the value of a field."""
    root, *parts = path.split(".")
    value: Any = record
    entity = vocabulary.entities[root]
    for part in parts:
        value = value[part] if value is not None else None
        link = entity.links.get(part)
        if link is None:
            return value
        entity = vocabulary.entities[link.entity]
    return None if value is None else value[entity.key]


def figures(rules: Rules, code: str, records: Sequence[Record], *, year: int) -> dict[str, object]:
    """What `total(…)` and `population(…)` of a policy come to over the records of a run; how many records another entity has
    these do not tell, and it is left open."""
    policy = rules[code]
    if ("wholes", code) not in rules.memo:
        rules.memo["wholes", code] = _wholes(policy)
    found: dict[str, object] = {}
    for whole in rules.memo["wholes", code]:
        if whole.name == "population":
            if whole.key == f"population({policy.subject})":
                found[whole.key] = len(records)
            continue
        inner = parse(whole.key.removeprefix("total(").removesuffix(")"))
        scopes = [Scope(rules, policy, record, date(year, 12, 31), {}) for record in records]
        found[whole.key] = sum((scope.of(inner) for scope in scopes), Fraction(0))
    return found


def _wholes(policy: Policy) -> tuple[Whole, ...]:
    steps = [form.expression for step in policy.let.values() for form in step.forms]
    extra = [one for one in (policy.budget and policy.budget.limit, policy.allot and policy.allot.by) if one]
    return tuple(whole for expression in (*steps, *extra) for whole in expression.wholes)
