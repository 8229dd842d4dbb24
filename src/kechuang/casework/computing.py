"""A claim or a recognition computed: its records, the rules frozen in its round, what they come to and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from typing import Any

from kechuang.casework import answers, linking
from kechuang.casework.book.frozen import policies_of
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import Pages, day_of, pages_of
from kechuang.engines import forms
from kechuang.engines.rules.explain import Line, changes, explained, shown
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.single import Assessment, Rules, reference_day
from kechuang.engines.rules.vocabulary import Entity
from kechuang.formula import FormulaError, Interval
from kechuang.formula.units import Kind
from kechuang.parties.steady import once

Record = dict[str, Any]
Marks = Callable[[Entity, list[Record]], None]
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Basis:
    """What a case is computed with: the rules of an edition, its policy, the year, the day for rules that name none."""

    rules: Rules
    policy: Policy
    year: int
    day: date
    digest: str

    @property
    def subject(self) -> Entity:
        return self.rules.vocabulary.entities[self.policy.subject]

    @property
    def payee(self) -> str:
        """The link from a record to who is paid or recognised: `buyer` of `trade.buyer`; "" where there is none."""
        said = str(self.policy.payee or "")
        if "." in said:
            return said.partition(".")[2]
        return next((n for n, one in self.subject.links.items() if one.entity == "enterprise"), "")

    def year_for(self, record: Record) -> int:
        """The year a record belongs to: that of its reference day, or its own where the rule counts by whole years."""
        if self.policy.reference == "year_end":
            return int(record.get("year") or record.get("fiscal_year") or self.year)
        return self.day_for(record).year

    def day_for(self, record: Record) -> date:
        """The day whose parameters count for one record."""
        return reference_day(self.policy, record, day=self.day)


@dataclass(frozen=True, slots=True)
class Result:
    """What the policy says of each record of a case, in the order of `records`; `amounts` in fen, None where not known."""

    basis: Basis
    records: tuple[Record, ...]
    found: tuple[Assessment, ...]
    amounts: tuple[int | None, ...]

    @property
    def fen(self) -> int | None:
        """The sum, or None while a part of it is not known."""
        known = [amount for amount in self.amounts if amount is not None]
        return sum(known) if len(known) == len(self.amounts) else None

    @property
    def verdict(self) -> str:
        """Of all records together: fail where none passes, depends where one is not known."""
        said = [one.verdict for one in self.found]
        if not said or all(one == "fail" for one in said):
            return "fail"
        return "depends" if "depends" in said else "pass"

    def keys(self) -> list[str]:
        return [str(one[self.basis.subject.key]) for one in self.records]


def basis_of(case: Case, on: datetime, *, pages: Pages | None = None, code: str = "") -> Basis | None:
    """What `case` is computed with: the pages frozen in its round, or `pages`; None where the programme has no policy."""
    pages = pages or pages_of(case.round)
    rules, codes = pages.round.rules, policies_of(pages.programme)
    if rules is None or not codes:
        return None
    day = day_of(case.received_at or on)
    return Basis(rules, rules[code or codes[0]], year_of(case.round), day, pages.digest)


def year_of(round_: Round) -> int:
    """The year whose records a round pays for: its own, unless it says another (`details.claim_year`)."""
    return int(round_.details.get("claim_year", round_.year))


def chosen(case: Case, basis: Basis) -> list[str]:
    """The keys of the records that the case rests on, as far as they are picked."""
    names = {basis.subject.plural, basis.subject.code}
    if not names & set(pages_of(case.round).form.fields):
        return [case.number]  # the case itself is the record: an investment
    said = case.answers or answers.typed(case)
    picked = said.get(basis.subject.plural) or said.get(basis.subject.code) or []
    return [str(one) for one in (picked if isinstance(picked, list | tuple) else [picked]) if one]


def own(case: Case, basis: Basis, on: datetime) -> list[Record]:
    """Every record of the subject that belongs to the applicant, with its links; read once for all that an act asks of its case."""
    unit = case.applicant
    if unit is None or not basis.payee:
        return []
    code, where = basis.subject.code, {basis.payee: {unit.pid}}
    ask = partial(linking.linked, basis.rules.vocabulary, code, where, on)
    return once(("own", case.pk, unit.pk, basis.digest, code, on), ask)


def records_of(case: Case, basis: Basis, on: datetime) -> list[Record]:
    """The picked records that are the applicant's own, in the order of their keys, answers of the form laid over them."""
    keys = set(chosen(case, basis))
    mine = [one for one in own(case, basis, on) if str(one[basis.subject.key]) in keys]
    mine.sort(key=lambda one: str(one[basis.subject.key]))
    over = said_of(case, basis)
    return [{**one, **over} for one in mine]


def said_of(case: Case, basis: Basis) -> Record:
    """Answers whose code is a field of the subject: what the register does not know and the form asks."""
    pages = pages_of(case.round)
    names = set(basis.subject.fields) & set(pages.form.fields)
    if not names:
        return {}
    if case.answers:
        values: Mapping[str, Any] = forms.typed(pages.form, case.answers)
    else:
        typed = {name: text for name, text in answers.typed(case).items() if name in pages.form.fields}
        values = forms.clean(pages.form, typed, stage="draft", choices=pages.choices).values
    return {name: values[name] for name in names if values.get(name) is not None}


def result_of(basis: Basis, records: Sequence[Record], *, beside: Sequence[tuple[Record, int]] = ()) -> Result:
    """The policy over `records`. `beside`: records of the same payee with what they already got, which share ceilings.

    FormulaError where something cannot be computed at all.
    """
    everything = [*records, *(record for record, _fen in beside)]
    found, together = entitle(basis.rules, basis.policy.code, everything, day=basis.day)
    mine = tuple(together[: len(records)])
    if beside and all(amount is not None for amount in together):
        mine = _what_is_left(basis, list(records), [a or 0 for a in together], sum(fen for _r, fen in beside))
    return Result(basis, tuple(records), tuple(found[: len(records)]), mine)


def _what_is_left(basis: Basis, records: list[Record], together: list[int], had: int) -> tuple[int | None, ...]:
    """Each record's part when what was paid before stays as it is: never more than alone, never more than is left."""
    _found, alone = entitle(basis.rules, basis.policy.code, records, day=basis.day)
    left, parts = max(0, sum(together) - had), []
    for amount in alone:
        parts.append(min(amount or 0, left))
        left -= parts[-1]
    return tuple(parts)


def told(result: Result) -> list[dict[str, Any]]:
    """Every record with its lines, in both languages, as it is kept and printed: texts and whole fen, nothing else."""
    return [
        _record_told(result.basis, record, found, amount)
        for record, found, amount in zip(result.records, result.found, result.amounts, strict=True)
    ]


def _record_told(basis: Basis, record: Record, found: Assessment, amount: int | None) -> dict[str, Any]:
    lines = explained(basis.rules, found, amount=amount).lines
    return {
        "key": str(record[basis.subject.key]), "label": label_of(basis.subject, record), "day": found.day.isoformat(),
        "verdict": found.verdict, "fen": amount, "refused": list(found.refused), "open": list(found.open),
        "depends_on": [dict(found.policy.let[name].title) for name in found.depends_on if name in found.policy.let],
        "lines": [_line(one, {used.name: dict(basis.rules[used.code].title) for used in found.policy.uses}) for one in lines],
    }  # fmt: skip


def _line(one: Line, used: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    """One line; the result of another policy goes under that policy's title."""
    inputs = [
        {
            "title": used.get(put.name, dict(put.title)), "value": {lang: shown(put.value, put.kind, lang) for lang in LANGUAGES},
            "code": put.name, "points": points_of(put.value, put.kind), "since": put.since.isoformat() if put.since else "", "source": put.source, "confirm": put.confirm,
        }
        for put in one.inputs
    ]  # fmt: skip
    return {
        "what": one.what, "code": one.code, "title": dict(one.title), "expression": one.expression, "inputs": inputs,
        "value": {lang: shown(one.value, one.kind, lang) for lang in LANGUAGES}, "holds": one.holds,
        "points": points_of(one.value, one.kind),
    }  # fmt: skip


def points_of(value: Any, kind: Kind) -> list[int] | None:
    """[least, most] of a value counted in points, as far as it is known; None for anything else."""
    if kind.units != (("point", 1),):
        return None
    low, high = (value.low, value.high) if isinstance(value, Interval) else (value, value)
    return [int(low), int(high)] if isinstance(low, int | Fraction) and isinstance(high, int | Fraction) else None


def label_of(subject: Entity, record: Record) -> dict[str, str]:
    """How a record is named to people: what its table says of it, else its key."""
    said = record.get("told")
    key = str(record[subject.key])
    return dict(said) if isinstance(said, Mapping) else {"zh": key, "en": key}


def refusals(result: Result) -> list[dict[str, str]]:
    """The sentences of every condition that does not hold, each once, in the order of the page."""
    codes = [code for one in result.found for code in one.refused]
    titles = {gate.code: dict(gate.title) for gate in result.basis.policy.eligible}
    outside = {"zh": "政策在基准日不生效", "en": "the policy is not in force on the reference day"}
    return [titles.get(code, outside) for code in dict.fromkeys(codes)]


def turning(result: Result) -> list[dict[str, Any]]:
    """Single figures that, changed alone, would turn a record that fails: title, what it is, what it would have to be."""
    found = []
    for one in result.found:
        for change in changes(result.basis.rules, one) if one.verdict == "fail" else ():
            values = {lang: (shown(change.before, change.kind, lang), shown(change.value, change.kind, lang)) for lang in LANGUAGES}  # fmt: skip
            found.append({"title": dict(change.title), "values": values})
    return found


def with_marks(records: Sequence[Record], marks: Mapping[str, Fraction]) -> list[Record]:
    """The records with experts' marks put in, rounded half up to whole points: `advanced` stands in `m_advanced`."""
    whole = {f"m_{name}": int(mark + Fraction(1, 2)) for name, mark in marks.items()}
    return [{**record, **{name: value for name, value in whole.items() if name in record}} for record in records]


__all__ = [
    "Basis", "FormulaError", "Result", "basis_of", "chosen", "label_of", "own", "records_of",
    "refusals", "result_of", "said_of", "told", "turning", "with_marks", "year_of",
]  # fmt: skip
