"""What a claim is computed from: its records with the marks of other claims, what the payee got before, experts' marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from kechuang.casework import book, computing, curtain, linking
from kechuang.casework.computing import Basis, Record, Result
from kechuang.casework.models import Case
from kechuang.casework.pages import Pages, current, pages_of
from kechuang.desks.claims.models import Evidence
from kechuang.engines import forms
from kechuang.formula import FormulaError
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

CLAIMED = "claimed"
ENDED = ("draft", "rejected", "withdrawn")


def side(policy: str, subject: str) -> tuple[str, str]:
    """(entity, mark): which records a policy uses up, and under which mark, as the page of stacking says."""
    for rule in current().page("stacking").body.get("rules", ()):
        if rule["mode"] == "both_sides" and policy in rule["sides"]:
            return str(rule["record"]), str(rule["sides"][policy])
        if rule["mode"] == "once" and policy in rule["policies"]:
            return str(rule["record"]), str(rule["mark"])
    return subject, CLAIMED


def marked(case: Case, basis: Basis, records: Iterable[Record]) -> list[Record]:
    """The records with what this claim may not count: the field of the mark says so on each record it is about. Where the
    evidence stands inside a record (uses of an instrument), a claim once handed in counts what it holds and nothing later."""
    rows = list(records)
    entity, mark = side(basis.policy.code, basis.subject.code)
    inner = _inner(basis, entity)
    every = rows if inner is None else [one for row in rows for one in row.get(inner, ())]
    key = basis.rules.vocabulary.entities[entity].key
    rows_taken = Evidence.objects.filter(
        entity=entity, mark=mark, released_at=None, key__in=[str(one[key]) for one in every]
    )
    taken = set(rows_taken.exclude(case=case.pk).values_list("key", flat=True))
    held = set(
        Evidence.objects.filter(case=case.pk, entity=entity, mark=mark, released_at=None).values_list("key", flat=True)
        if inner is not None
        else ()
    )
    for one in every:
        if mark in basis.rules.vocabulary.entities[entity].fields:
            one[mark] = str(one[key]) in taken or bool(held and str(one[key]) not in held)
    return rows


def _inner(basis: Basis, entity: str) -> str | None:
    """The list of a record that holds the evidence, where the record itself is none: `uses` of an instrument."""
    if entity == basis.subject.code:
        return None
    return next(name for name, back in basis.subject.reverse.items() if back.entity == entity)


def evidence_of(basis: Basis, records: Iterable[Record]) -> list[tuple[str, str, str]]:
    """(entity, key, mark) of everything that a claim on these records uses up."""
    entity, mark = side(basis.policy.code, basis.subject.code)
    inner, kind = _inner(basis, entity), basis.rules.vocabulary.entities[entity]
    rows = list(records) if inner is None else [one for row in records for one in row.get(inner, ())]
    if inner is not None:
        rows = [one for one in rows if _of_year(kind, one, basis.year) and one.get("confirmed") and not one.get(mark)]
    own = mark if mark != CLAIMED else f"{CLAIMED}:{basis.policy.code}"
    return [(entity, str(one[kind.key]), own) for one in rows]


def shared_evidence(basis: Basis, records: Iterable[Record]) -> list[tuple[str, str]]:
    """(entity, key) of records that several claims may rest on, each with evidence of its own inside: an instrument's ceiling
    is one for the year, however many claims there are."""
    if _inner(basis, side(basis.policy.code, basis.subject.code)[0]) is None:
        return []
    return [(basis.subject.code, str(one[basis.subject.key])) for one in records]


def _of_year(kind: Any, record: Record, year: int) -> bool:
    """Whether a record counts for `year`: by its own field in years, where it has one."""
    names = [name for name, field in kind.fields.items() if field.of == "year"]
    return not names or any(record.get(name) == year for name in names)


def records_of(case: Case, basis: Basis, on: datetime) -> list[Record]:
    """What the case rests on, with marks of other claims and, for a recognition, of the experts."""
    if basis.policy.allot is not None:
        return league_records(case, basis)
    records = marked(case, basis, computing.records_of(case, basis, on))
    over = counted(case, basis, on)
    records = [{**one, **over} for one in records] if over else records
    return computing.with_marks(records, expert_marks(case, on)) if basis.policy.verdict is not None else records


def counted(case: Case, basis: Basis, on: datetime) -> Mapping[str, Any]:
    """What the page counts of other records that were picked (`recognition: {counts: FACT}`), laid over the file."""
    programme = pages_of(case.round).programme
    name = (programme.get("recognition") or {}).get("counts")
    if name is None or case.pk is None:
        return {}
    found: Mapping[str, Any] = curtain.fact(str(programme["facts"][name]["from"]), case, on) or {}
    return {field: value for field, value in found.items() if field in basis.subject.fields}


def expert_marks(case: Case, on: datetime) -> Mapping[str, Fraction]:
    """The experts' mean marks by criterion, once their review is closed; none before."""
    if case.pk is None:
        return {}
    found: Mapping[str, Fraction] = curtain.fact("experts.mean_marks", case, on) or {}
    return found


def paid_before(case: Case, basis: Basis, on: datetime) -> list[tuple[Record, int]]:
    """Records of the same payee and policy in other claims that stand, with what each came to: they share the ceilings."""
    if basis.policy.cap is None or case.applicant is None:
        return []
    rows = Case.objects.filter(
        applicant=case.applicant, parent=None, flow=case.flow, round__programme=case.round.programme
    )
    rows = rows.exclude(pk=case.pk).exclude(state__in=ENDED).exclude(computations=None)
    had: dict[str, int] = {}
    held = Evidence.objects.filter(case__in=rows, released_at=None, entity=basis.subject.code)
    for one in held.select_related("case__round"):
        if basis.policy.reference != "year_end" or computing.year_of(one.case.round) == basis.year:
            had[one.key] = had.get(one.key, 0) + (one.fen or 0)
    records = [one for one in computing.own(case, basis, on) if str(one[basis.subject.key]) in had] if had else []
    if "year" in basis.policy.cap.per:
        records = [one for one in records if basis.year_for(one) == basis.year]
    return [(one, had[str(one[basis.subject.key])]) for one in records]


def computed(case: Case, on: datetime, *, pages: Pages | None = None, code: str = "") -> Result | None:
    """What the case comes to by the edition frozen in its round, or by `pages`; None without a policy."""
    basis = computing.basis_of(case, on, pages=pages, code=code)
    if basis is None:
        return None
    if basis.policy.reference == "year_end":
        basis = replace(basis, day=basis.day.replace(year=basis.year, month=12, day=31))
    records = records_of(case, basis, on)
    if basis.policy.allot is not None:
        return _of_league(case, computing.result_of(basis, records))
    return computing.result_of(basis, records, beside=paid_before(case, basis, on))


def league_records(case: Case, basis: Basis) -> list[Record]:
    """For an allotment: the figures every league has handed in in this round; Refused while one is missing."""
    cases = Case.objects.filter(round=case.round, parent=None).exclude(state__in=ENDED).order_by("place", "pk")
    wanted = book.params_on(pages_of(case.round).programme, basis.day).get("leagues_all", 12)
    form = pages_of(case.round).form
    rows = [{"league_code": one.place[:4], "case": one.pk, **forms.typed(form, one.answers)} for one in cases]
    leagues = {row["league_code"] for row in rows}
    if len(leagues) < int(wanted) or len(leagues) != len(rows):
        raise Refused(Reason("leagues_missing", wanted=int(wanted), there=len(leagues)))
    names = {*basis.subject.fields, basis.subject.key, "case"}
    return [{name: value for name, value in row.items() if name in names} for row in rows]


def _of_league(case: Case, whole: Result) -> Result:
    """The part of one league out of what was shared among all."""
    at = next(n for n, one in enumerate(whole.records) if one["case"] == case.pk)
    return Result(whole.basis, (whole.records[at],), (whole.found[at],), (whole.amounts[at],))


def counterparts(basis: Basis, records: Iterable[Record]) -> dict[str, list[str]]:
    """The units on the other side of each record, by the key of the record: every link to a unit but the payee's own."""
    found: dict[str, list[str]] = {}
    for record in records:
        payee = (record.get(basis.payee) or {}).get("enterprise_id")
        others = {pid for pid in _units(basis, record) if pid != payee}
        found[str(record[basis.subject.key])] = sorted(others)
    return found


def _units(basis: Basis, record: Record) -> Iterable[str]:
    for value in record.values():
        if isinstance(value, Mapping) and "enterprise_id" in value:
            yield value["enterprise_id"]
        elif isinstance(value, Mapping) and value is not record:
            yield from (
                one["enterprise_id"] for one in value.values() if isinstance(one, Mapping) and "enterprise_id" in one
            )
        elif isinstance(value, list):
            rows = (one for one in value if isinstance(one, Mapping))
            yield from (
                unit["enterprise_id"]
                for one in rows
                for unit in one.values()
                if isinstance(unit, Mapping) and "enterprise_id" in unit
            )


def related(case: Case, basis: Basis, records: Iterable[Record], on: datetime) -> list[str]:
    """Keys of records whose other side belongs to the claimant, by the register or by the record's own word."""
    rows = list(records)
    if case.applicant is None or basis.policy.payee == "none":
        return []
    tied = {row["other"] for row in linking.rows("enterprises.relations", on, {"unit": {case.applicant.pid}})}
    beyond = counterparts(basis, rows)
    found = [key for key, others in beyond.items() if set(others) & tied]
    key = basis.subject.key
    found += [str(row[key]) for row in rows if row.get("related") or any(isinstance(one, Mapping) and one.get("related") for one in row.values())]  # fmt: skip
    return sorted(set(found))


def outside(basis: Basis, records: list[Record], name: str, mark: Any, title: Mapping[str, str]) -> Reason | None:
    """Why one mark cannot be given on these figures, or None."""
    if mark is None:
        return None
    try:
        computing.result_of(basis, computing.with_marks(records, {name: Fraction(mark)}))
    except FormulaError as fault:
        if fault.reason.code != "mark_outside":
            return None
        values = fault.reason.values
        return Reason("mark_outside", criterion=dict(title), low=int(values["low"]), high=int(values["high"]))
    return None
