"""Reports of a running project: drafted, cleaned against the page's table, filed as a version that stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.db import transaction

from kechuang.casework import pages, records
from kechuang.casework.models import Case
from kechuang.casework.pages import LINES
from kechuang.casework.records import strict
from kechuang.desks.projects.models import Report
from kechuang.engines import forms
from kechuang.engines.ledger import canonical, digest
from kechuang.parties.models import Person
from kechuang.parties.prepared import Prepared, insert, update
from kechuang.words.money import shared_out
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

OPEN = Prepared[Report](
    lambda case, kind: Report.objects.select_for_update().filter(case=case, kind=kind, filed_at=None)
)
VERSIONS = Prepared[tuple[int]](lambda case, kind: Report.objects.filter(case=case, kind=kind).values_list("version"))
LATEST = {
    True: Prepared[Report](
        lambda case, kind: Report.objects.filter(case=case, kind=kind, filed_at__isnull=False).order_by("-version")
    ),
    False: Prepared[Report](lambda case, kind: Report.objects.filter(case=case, kind=kind, filed_at=None)),
}


def form_of(case: Case, kind: str) -> forms.Form:
    """The table of a report; the task book takes goals, schedule and money from the application's own form."""
    thawed = pages.pages_of(case.round)
    if kind != "task_book":
        return thawed.report(kind)
    return thawed.task_book


def task_book_answers(case: Case) -> dict[str, Any]:
    """What the task book starts from, as it would be typed: the application's goals, and the money as awarded."""
    form = form_of(case, "task_book")
    stored = {name: value for name, value in case.answers.items() if name in form.fields}
    award = getattr(case, "award", None)
    if award is not None and "asked" in form.fields:
        stored = {**stored, **fitted(stored, award.fen), "asked": award.fen}
    return forms.answers_of(form, forms.typed(form, stored))


def fitted(stored: Mapping[str, Any], fen: int) -> dict[str, Any]:
    """The classes of an application brought down to an award of `fen`, each line and partner in the same proportion: what the leader starts from.

    Exact: the lines and indirect cost make the award to the fen. Nothing where the award is not lower, or there are no classes.
    """
    asked, indirect = int(stored.get("asked") or 0), int(stored.get("indirect") or 0)
    lines = [(code, n, int(row.get("fiscal") or 0)) for code in LINES for n, row in enumerate(stored.get(code) or ())]
    direct = sum(line for _, _, line in lines)
    if fen >= asked or direct == 0 or direct + indirect != asked:
        return {}
    less = {name: int(stored[name]) * fen // asked for name in ("indirect", "performance") if stored.get(name)}
    tables = {code: [dict(row) for row in stored[code]] for code in LINES if stored.get(code)}
    parts = shared_out(fen - less.get("indirect", 0), [Fraction(line) for _, _, line in lines])
    for (code, n, _), part in zip(lines, parts, strict=True):
        tables[code][n]["fiscal"] = part
    partners = [{**row, "share_fiscal": int(row.get("share_fiscal") or 0) * fen // asked} for row in stored.get("partners") or ()]  # fmt: skip
    return {**less, **tables, **({"partners": partners} if partners else {})}


def signed(case: Case) -> bool:
    """Whether the leader has signed the task book that lies open: from then on it is read, and written again only once it is returned."""
    return any(one.act == "sign_leader" and one.since_entry for one in records.done(case))


def contracted(case: Case, *codes: str) -> dict[str, Any]:
    """These answers as the task book has them, else as they were applied for; typed, by the codes of the form."""
    thawed = pages.pages_of(case.round)
    said = dict(forms.typed(thawed.form, {code: case.answers[code] for code in codes if code in case.answers}))
    row = latest(case, "task_book")
    if row is not None:
        form = form_of(case, "task_book")
        values = forms.clean(form, row.values, stage="draft", choices=thawed.choices).values
        said |= {code: values.get(code) for code in codes if code in form.fields}
    return said


def draft(case: Case, kind: str, typed: Mapping[str, Any], *, by: Person | None, on: datetime) -> Report:
    """Keep what was typed into the open report of `kind`, starting one if none is open."""
    if kind not in Report.KINDS:
        raise Refused(Reason("no_such_report", kind=kind))
    if kind == "task_book" and signed(case):
        raise Refused(Reason("task_book_signed"))
    with transaction.atomic():
        row = OPEN.one(case.pk, kind)
        if row is None:
            version = len(VERSIONS.rows(case.pk, kind)) + 1
            row = Report(case=case, kind=kind, version=version, typed=dict(typed), by=by, on=on)
            insert(row)
            return row
        row.typed, row.by, row.on = dict(typed), by, on
        update(row, "typed", "by", "on")
        return row


def latest(case: Case, kind: str, *, filed: bool = True) -> Report | None:
    """The newest report of a kind, filed or still open."""
    return LATEST[filed].one(case.pk, kind)


def looked_at(case: Case, kind: str, on: datetime) -> tuple[Report | None, forms.Cleaned | None]:
    """The open report of a kind, cleaned as it would be on filing; (None, None) if none has been started."""
    row = latest(case, kind, filed=False)
    if row is None:
        return None, None
    form = form_of(case, kind)
    known = pages.pages_of(case.round).params(pages.day_of(on))
    return row, forms.clean(form, row.typed, stage="submit", known=known, choices=pages.pages_of(case.round).choices)


def file(case: Case, kind: str, on: datetime) -> Report:
    """Make the open report a filed version; refused with every error by path."""
    row, cleaned = looked_at(case, kind, on)
    if row is None or cleaned is None:
        raise Refused(Reason("report_missing", kind=kind))
    if cleaned.errors:
        raise Refused(
            *[Reason(r.code, **{**r.values, "path": path}) for path, rs in cleaned.errors.items() for r in rs]
        )
    row.values = forms.stored(form_of(case, kind), cleaned.values)
    row.digest = digest(canonical(strict(row.values)))
    row.filed_at = on
    row.save()
    return row


def reached_share(rows: Any, *, core_only: bool, goals: Mapping[str, Any]) -> tuple[int, int]:
    """(reached, all) among the rows of an indicator table; `goals` says by name which are core."""
    counted = [row for row in rows or () if not core_only or goals.get(row.get("goal"), {}).get("core")]
    return sum(_is_reached(row) for row in counted), len(counted)


def _is_reached(row: Mapping[str, Any]) -> bool:
    """Numbers are compared as numbers; a text counts as reached when something other than a refusal stands there."""
    reached = str(row.get("reached") or "").strip()
    promised = str(row.get("promised") or row.get("due") or "").strip()
    try:
        return Decimal(reached) >= Decimal(promised)
    except InvalidOperation:
        return bool(reached) and reached not in ("未完成", "否", "无", "0")


def lowered(before: Any, after: Any) -> bool:
    """Whether a goal's number went down; texts that are no numbers must stay the same."""
    try:
        return Fraction(str(after)) < Fraction(str(before))
    except ValueError:
        return str(after).strip() != str(before).strip()
