"""A policy as a value: parameters by date, conditions, steps, amount, ceilings; nothing in it is computed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kechuang.formula import Expression
from kechuang.formula.values import FormulaError

Title = Mapping[str, str]
FOREVER: Final = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Span:
    """A value from its first to its last day, both included, the document it rests on, and whether it is to be confirmed."""

    first: date
    last: date
    value: Any
    source: str = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Param:
    """A dated parameter. `of` is its dimension, or those of a table's columns; `confirm`: the department must confirm it."""

    name: str
    title: Title
    spans: tuple[Span, ...]
    of: str | tuple[str, ...]
    confirm: bool

    def span(self, day: date) -> Span:
        """The span in force on `day`; FormulaError if there is none."""
        for span in self.spans:
            if span.first <= day <= span.last:
                return span
        raise FormulaError("no_parameter_on", param=self.name, day=day)


@dataclass(frozen=True, slots=True)
class Form:
    """The shape of a step from its first to its last day."""

    first: date
    last: date
    expression: Expression
    path: str


@dataclass(frozen=True, slots=True)
class Rounding:
    """How, to how many base units, and of which dimension where a unit was written."""

    how: Any
    unit: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A named step. `at` (month, day): its parameters are read on that day of the year instead of the reference day."""

    name: str
    title: Title
    forms: tuple[Form, ...]
    at: tuple[int, int] | None = None
    unit: str | None = None
    round: Rounding | None = None

    def form(self, day: date) -> Form:
        """The form in force on `day`; FormulaError if there is none."""
        for form in self.forms:
            if form.first <= day <= form.last:
                return form
        raise FormulaError("no_form_on", step=self.name, day=day)


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition; `title` says what is wrong where it does not hold, `needs` what has to hold."""

    code: str
    expression: Expression
    title: Title
    needs: Title
    path: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several ways to an amount, of which the highest counts."""

    code: str
    expression: Expression
    title: Title
    path: str


@dataclass(frozen=True, slots=True)
class Cap:
    """A ceiling over a group of records and how it is shared among them."""

    limit: Expression
    per: tuple[str, ...]
    allocate: str
    residue: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a year has for all claims, and what happens when they are more."""

    limit: Expression
    scale: str
    residue: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allot:
    """A pot shared over all records of a run by a share."""

    pot: Expression
    by: Expression
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Another policy whose result this one reads; `ended`: zero where that one is not in force, else an error."""

    code: str
    ended: str

    @property
    def name(self) -> str:
        return self.code.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Policy:
    """One page of policies/, read."""

    code: str
    title: Title
    kind: str
    source: tuple[Mapping[str, Any], ...]
    first: date
    last: date
    subject: str
    payee: str
    reference: str
    params: Mapping[str, Param]
    guards: tuple[Gate, ...]
    eligible: tuple[Gate, ...]
    let: Mapping[str, Step]
    branches: tuple[Branch, ...]
    amount: Step | None
    verdict: Step | None
    depends_on: tuple[str, ...]
    also: Mapping[str, Step]
    cap: Cap | None
    budget: Budget | None
    allot: Allot | None
    uses: tuple[Used, ...]
    assumptions: tuple[Title, ...]
    examples: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        """Its code as an expression writes it."""
        return self.code.replace("-", "_")

    @property
    def pays(self) -> bool:
        """Whether it comes to an amount that somebody is paid."""
        return self.payee != "none" and (self.amount is not None or self.allot is not None)
