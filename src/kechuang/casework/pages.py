"""What a round's pages say, as engine values: the frozen ones once they are fixed, until then the book in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from kechuang.casework import book, codes
from kechuang.casework.models import Case, Edition, Record, Round
from kechuang.engines import forms
from kechuang.engines.flow import Flow
from kechuang.formula import parse
from kechuang.parties.prepared import Prepared
from kechuang.parties.steady import once
from kechuang.words import offers
from kechuang.words.outcome import BadPage
from kechuang.words.period import ZONE, Term


@dataclass(frozen=True, slots=True)
class Pages:
    """The closure of one round, read-only; equal digests share everything that is computed from them."""

    round: book.RoundPages

    @property
    def digest(self) -> str:
        return self.round.digest

    @property
    def programme(self) -> Mapping[str, Any]:
        return self.round.programme

    @property
    def form(self) -> forms.Form:
        return self.round.form

    @property
    def main_flow(self) -> str:
        return str(self.programme["flow"])

    @property
    def form_facts(self) -> Mapping[str, str]:
        """Names that the form's and the conditions' expressions use, and the offer each comes from."""
        facts = self.programme.get("facts", {})
        return {name: f if isinstance(f, str) else f["from"] for name, f in facts.items()}

    @property
    def form_needs(self) -> frozenset[str]:
        """The facts that the form itself asks for: in formulas, rules, conditions and as lists of options."""
        return _form_needs(self.digest, self)

    def flow(self, code: str) -> Flow:
        """A flow of the closure; KeyError if the round was not opened with it."""
        return self.round.flows[code]

    def flow_of(self, subject: Case | Round) -> Flow:
        return self.round.round_flow if isinstance(subject, Round) else self.flow(subject.flow)

    def inputs(self, flow: str, act: str) -> forms.Form | None:
        """The form of an act's inputs, or None if it has none."""
        return _inputs(self.digest, self, flow, act)

    def asked_here(self, subject: Case | Round, act: str) -> forms.Form | None:
        """The inputs that an act asks for here: of a change, none that only other kinds of change ask for."""
        flow = self.flow_of(subject)
        form = self.inputs(flow.code, act)
        kind = subject.answers.get("change") if flow.changes and isinstance(subject, Case) else None
        if form is None or not kind:
            return form
        named = {one for row in flow.changes.values() for one in row.get("fields", ())}
        return forms.without(form, named - set(flow.changes.get(str(kind), {}).get("fields", ())))

    def report(self, kind: str) -> forms.Form:
        """The table of a progress, mid-term, acceptance or tracking report, from the page's section of that name."""
        return self.round.tables[kind] if kind in self.round.tables else _tracking(self.digest, self)

    def sheet(self, code: str) -> forms.Form:
        """The form of a review sheet by its code."""
        return self.round.sheets[code]

    @property
    def task_book(self) -> forms.Form:
        """Goals, schedule and money of the application's form, as a form of their own."""
        return _task_book(self.digest, self)

    def params(self, day: date) -> Mapping[str, Any]:
        """The programme's parameters in force on `day`."""
        return book.params_on(self.programme, day)

    def term(self, flow: str, param: str, day: date) -> Term:
        """A term that a flow's limit names, as of `day`."""
        return self.flow(flow).params[param].terms(day)[0]

    def power(self, role: str) -> str:
        """The power that a role belongs to: planning, execution, supervision, money …"""
        return roles_page().power(role)

    def choices(self, source: str) -> Mapping[str, Mapping[str, str]] | None:
        """Options that a field takes `from:` the programme's page (tracks, checklist, instalments), a flow's table,
        or places and code systems as the book in force lists them.

        None for a code system that the book does not list: its shape alone is checked.
        """
        rows = self.programme.get(source)
        if rows is None:
            tables = (
                f.choices.get(source) or (f.changes if source == "changes" else None) for f in self.round.flows.values()
            )
            rows = next((table for table in tables if table), None)
        return codes.choices(current(), source) if rows is None else options(rows)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pages) and self.digest == other.digest


def options(rows: Any) -> dict[str, dict[str, str]]:
    """A list or table of a page as options: code → {zh, en}."""
    if isinstance(rows, Mapping):
        return {str(code): _text(row, str(code)) for code, row in rows.items()}
    return {_code(row, n): _text(row, _code(row, n)) for n, row in enumerate(rows)}


def _code(row: Any, n: int) -> str:
    return str(row.get("code", n)) if isinstance(row, Mapping) else str(row)


def _text(row: Any, code: str) -> dict[str, str]:
    if not isinstance(row, Mapping):
        return {"zh": str(row), "en": str(row)}
    title = row.get("title", row)
    return {"zh": str(title.get("zh", code)), "en": str(title.get("en", title.get("zh", code)))}


@lru_cache(maxsize=512)
def _inputs(digest: str, pages: Pages, flow: str, act: str) -> forms.Form | None:
    definition = pages.flow(flow) if flow in pages.round.flows else pages.round.round_flow
    inputs = {name: one for name, one in definition.acts[act].inputs.items() if one.get("kind") != "sheet"}
    if not inputs:
        return None
    return forms.inputs_form(inputs, facts=definition.facts, params=definition.params, lists=definition.choices)


LINES = ("equipment", "operation", "labour")
SUMS = ("equipment_fiscal", "direct_fiscal", "indirect_most")
TASK_BOOK = (
    "targets",
    "milestones",
    "asked",
    "indirect",
    "equipment",
    "operation",
    "labour",
    "performance",
    "spending_plan",
    "partners",
)


@lru_cache(maxsize=64)
def _form_needs(digest: str, pages: Pages) -> frozenset[str]:
    used: set[str] = set()
    for section in pages.form.sections:
        used |= {name for rule in section.rules for name in rule.when.names}
        for one in [*section.fields, *(column for field in section.fields for column in field.columns)]:
            used |= {one.source}
            used |= set(one.formula.names) if one.formula else set()
            used |= set() if isinstance(one.required, bool) else set(one.required.names)
    return frozenset(used & set(pages.form_facts))


@lru_cache(maxsize=64)
def _tracking(digest: str, pages: Pages) -> forms.Form:
    rows = (pages.programme.get("tracking") or {}).get("indicators", ())
    fields = [{**row, "kind": "text"} for row in rows]
    return forms.form_from({"code": "tracking", "title": {"zh": "跟踪绩效", "en": "Tracking"}, "fields": fields})


def _worked_out(fields: list[Any]) -> set[str]:
    """The fields of the task book, with the sums of its own tables that rules speak of."""
    tables = {field["code"] for field in fields if field["code"] in TASK_BOOK and field["kind"] == "table"}
    here = {field["code"] for field in fields if field["code"] in TASK_BOOK}
    sums = {field["code"] for field in fields if field["kind"] == "computed" and field["code"] in SUMS}
    return here | sums if tables >= set(LINES) else here


@lru_cache(maxsize=64)
def _task_book(digest: str, pages: Pages) -> forms.Form:
    whole = pages.programme["form"]["sections"]
    here = _worked_out([field for section in whole for field in section["fields"]])
    known = here | set(pages.programme.get("params", {}))
    sections = []
    for section in whole:
        fields = [f for f in section["fields"] if f["code"] in here]
        rules = [r for r in section.get("rules", ()) if parse(str(r["when"])).names <= known]
        if fields:
            sections.append({**section, "fields": fields, "rules": rules})
    return forms.form_from({**pages.programme, "form": {"sections": sections}})


def current() -> book.Book:
    """The edition in force: the last one adopted, else the one that comes with the package."""
    newest = once("edition", lambda: NEWEST.one())
    return book.packaged() if newest is None else _edition(*newest)


NEWEST = Prepared[tuple[int, str]](lambda: Edition.objects.order_by("-pk").values_list("pk", "digest")[:1])


@lru_cache(maxsize=4)
def _edition(pk: int, digest: str) -> book.Book:  # the digest too: a row that is gone may leave its number to another
    return book.read(Edition.objects.get(pk=pk).pages)


_unfrozen: dict[tuple[str, str], Pages] = {}


def pages_of(round_: Round) -> Pages:
    """The pages of a round, thawed at most once a process."""
    if round_.frozen_id:
        return Pages(book.thawed(round_.frozen_id, lambda: round_.frozen.body))  # type: ignore[union-attr]
    return pages_for(round_.programme)


def pages_for(programme: str) -> Pages:
    """The pages a round of `programme` would be opened with now."""
    shelf = current()
    key = (shelf.digest, programme)
    if key not in _unfrozen:
        _unfrozen[key] = Pages(book.thaw(book.freeze(shelf, programme)))
    return _unfrozen[key]


def frozen_text(round_: Round) -> tuple[str, str]:
    """The text a round is to be frozen with, and its digest."""
    frozen = book.freeze(current(), round_.programme)
    return frozen["text"], frozen["digest"]


@dataclass(frozen=True, slots=True)
class RolesPage:
    """The page of roles: titles, powers, what each sees, and which exclude each other."""

    body: Mapping[str, Any]

    def sees(self, role: str) -> Mapping[str, str]:
        return self.body["roles"].get(role, {}).get("sees", {})

    def power(self, role: str) -> str:
        return str(self.body["roles"].get(role, {}).get("power", ""))

    def scope(self, role: str) -> str:
        return str(self.body["roles"].get(role, {}).get("scope", "none"))

    def title(self, role: str) -> Mapping[str, str]:
        """Of a role; of a side, where somebody acted who has no role yet: who registers a unit stands on that of applicants."""
        return _text(self.body["roles"].get(role) or self.body.get("powers", {}).get(role, {}), role)


def roles_page() -> RolesPage:
    """Roles are not frozen with a round: who may act is what holds today."""
    return RolesPage(current().page("roles").body)


_faults: dict[tuple[str, tuple[str, ...]], list[BadPage]] = {}


def faults(programme: str) -> list[BadPage]:
    """What is wrong with the book as far as a round of `programme` needs it."""
    return [f for f in every_fault() if programme in f.path or f.path.startswith("flows/")]


def every_fault() -> list[BadPage]:
    """What is wrong with the edition in force; found once for each edition."""
    shelf = current()
    key = (shelf.digest, tuple(sorted(str(offer) for offer in offers.every())))
    if key not in _faults:
        _faults.clear()
        _faults[key] = book.check(shelf, tuple(offers.every()))
    return _faults[key]


def flow_faults(programme: str) -> list[BadPage]:
    """What is wrong with the flow a round of `programme` would run."""
    return [f for f in faults(programme) if f.path.startswith("flows/")]


def decided_states(round_: Round) -> list[str]:
    """States in which a decision on a case has been taken, or in which it is over."""
    flow = pages_of(round_).flow(pages_of(round_).main_flow)
    early = ("apply", "check", "review", "decide")
    return [s.name for s in flow.states.values() if s.stage not in early or s.end or s.name == "reserve"]


def asked_fields(case: Case) -> list[str]:
    """The fields that the last request for correction named."""
    last = (
        Record.objects.filter(subject_kind="case", subject=case.number, act="request_correction")
        .order_by("-position")
        .first()
    )
    if last is None or not hasattr(last, "told"):
        return []
    return [str(f) for f in last.told.data.get("fields", [])]


def day_of(on: datetime) -> date:
    """The day in Shanghai."""
    return on.astimezone(ZONE).date()
