"""What the reading desk shows: the proposal as the sheet allows it to be seen, and the sheet with its marks and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kechuang.casework import answers
from kechuang.casework.models import Attachment, Case
from kechuang.casework.pages import Pages, pages_of
from kechuang.desks.claims.offers import marks_between
from kechuang.desks.experts import reading
from kechuang.desks.experts.models import Seat, SheetDraft
from kechuang.desks.experts.reading import Piece, Task
from kechuang.desks.projects import reports
from kechuang.desks.projects.targets import changed_targets
from kechuang.engines import forms
from kechuang.engines.flow import Act
from kechuang.faces.access import now
from kechuang.faces.web import drawing
from kechuang.faces.web.fields import ShownField, ShownFile
from kechuang.faces.web.questions import Around, questions, section_shown, wrong
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

BESIDE = ("csrfmiddlewaretoken", "key", "version", "notes", "step")  # posted with a sheet and no part of it
REPORTS = {"review_acceptance": "acceptance", "review_midterm": "midterm"}
Errors = Mapping[str, tuple[Reason, ...]]


def language() -> str:
    """The language forms are worded in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@dataclass(frozen=True, slots=True)
class Desk:
    """One case under one seat, with the act that is open for it."""

    task: Task
    piece: Piece

    @property
    def seat(self) -> Seat:
        return self.piece.seat

    @property
    def case(self) -> Case:
        return self.piece.case

    @property
    def act(self) -> Act | None:
        return self.piece.act

    @property
    def pages(self) -> Pages:
        return pages_of(self.case.round)

    @property
    def blind(self) -> bool:
        return reading.is_blind(self.case, self.seat.draw.mode)

    @property
    def number(self) -> int:
        return self.task.pieces.index(self.piece) + 1

    @property
    def following(self) -> Piece | None:
        """The next case of the group that is still to be read, else the first one left."""
        others = [p for p in self.task.pieces if p.act is not None and p.case.pk != self.case.pk]
        after = [p for p in others if self.task.pieces.index(p) >= self.number]
        return next(iter([*after, *others]), None)


def address(name: str, piece: Piece) -> str:
    """The address of a page of the desk for one case under one label."""
    return reverse(name, args=[piece.seat.label, piece.case.number])


def typed_in(request: HttpRequest) -> dict[str, Any]:
    """What was typed into the sheet, without what is posted beside it."""
    pairs = [(name, text) for name, texts in request.POST.lists() if name not in BESIDE for text in texts]
    return forms.unflatten(pairs)


def proposal(desk: Desk) -> list[dict[str, Any]]:
    """The application as this expert may see it, part by part; for a report also the filed report, first."""
    owner = desk.case.parent or desk.case
    seen = forms.for_experts(desk.pages.form, blind=desk.blind)
    values = forms.masked(desk.pages.form, forms.typed(desk.pages.form, owner.answers), blind=desk.blind)
    return [*_report(desk, owner), *_parts(desk, seen, values)]


def as_data(desk: Desk) -> dict[str, Any]:
    """The same for a machine: answers by section, people and units by name alone, and the files under the names shown."""
    owner, seen = desk.case.parent or desk.case, forms.for_experts(desk.pages.form, blind=desk.blind)
    values = forms.masked(desk.pages.form, forms.typed(desk.pages.form, owner.answers), blind=desk.blind)
    report, named = _reported(desk, owner), _named_file(desk)
    files = [named(digest) for digest in sorted(_texts(values)) if may_open(desk, digest) is not None]
    return {
        "proposal": _plain_parts(seen, values), "report": _plain_parts(*report) if report else {},
        "files": [{"digest": one.digest, "name": one.name} for one in files],
    }  # fmt: skip


def _plain_parts(form: forms.Form, values: Mapping[str, Any]) -> dict[str, Any]:
    answers = forms.answers_of(form, values)
    picked = {text for _path, text in drawing.picked(form.fields.values(), answers)}
    known = drawing.Names().read(picked).known
    return {
        section.code: {one.code: _with_names(answers[one.code], picked, known) for one in section.fields if one.code in answers}
        for section in form.sections
    }  # fmt: skip


def _with_names(value: Any, picked: set[str], known: Mapping[str, str]) -> Any:
    """A value with the ids of people and units as their names: an id is nobody's to read here."""
    if isinstance(value, Mapping):
        return {name: _with_names(one, picked, known) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_names(one, picked, known) for one in value]
    return known.get(value, "") if isinstance(value, str) and value in picked and value else value


def _report(desk: Desk, owner: Case) -> list[dict[str, Any]]:
    found = _reported(desk, owner)
    return _parts(desk, *found) if found else []


def _reported(desk: Desk, owner: Case) -> tuple[forms.Form, Mapping[str, Any]] | None:
    """The filed report that is judged, with its form."""
    kind = REPORTS.get(desk.act.name if desk.act else "")
    row = reports.latest(desk.case, kind) or reports.latest(owner, kind) if kind else None
    if row is None or kind is None:
        return None
    form = reports.form_of(owner, kind)
    return form, forms.typed(form, row.values)


def targets(desk: Desk) -> list[dict[str, Any]]:
    """What changes made of the targets, beside a report that is judged; nothing where there is none."""
    if desk.act is None or desk.act.name not in REPORTS:
        return []
    return [{"on": on, "rows": rows} for on, rows in changed_targets(desk.case.parent or desk.case)]


def _parts(desk: Desk, form: forms.Form, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = forms.answers_of(form, values)
    names = drawing.Names().read(text for _path, text in drawing.picked(form.fields.values(), given))
    around = Around(
        language(),
        choices=answers.labels(desk.case, desk.pages, now()),
        files=_named_file(desk),
        names=names,
        readonly=True,
    )
    shown = []
    for section in form.sections:
        drawn = questions(section.fields, answers=given, values=values, errors={}, around=around)
        shown.append(section_shown(section, drawn, language()))
    return shown


def _named_file(desk: Desk) -> Any:
    """Files by a number, for a name may tell whose they are; with their names where the review is not blind."""
    owner = desk.case.parent or desk.case
    rows = {a.digest: a for a in Attachment.objects.filter(case__in=[owner, desk.case], removed=False)}
    order = {digest: number for number, digest in enumerate(rows, 1)}

    def named(digest: str) -> ShownFile:
        row = rows.get(digest)
        if row is None:
            return ShownFile(digest[:12], digest)
        name = row.name
        if desk.blind:
            name = _("附件 %(n)s") % {"n": order[digest]} + "." + row.name.rsplit(".", 1)[-1]
        return ShownFile(
            name, digest, reverse("review_file", args=[desk.seat.label, desk.case.number, digest]), row.size
        )

    return named


def may_open(desk: Desk, digest: str) -> Attachment | None:
    """The attachment of that digest, if it stands in an answer this expert may see."""
    owner = desk.case.parent or desk.case
    seen = forms.masked(desk.pages.form, forms.typed(desk.pages.form, owner.answers), blind=desk.blind)
    if digest not in _texts(seen):
        return None
    return Attachment.objects.filter(case=owner, digest=digest, removed=False).first()


def _texts(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set().union(*(_texts(one) for one in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*(_texts(one) for one in value))
    return {value} if isinstance(value, str) else set()


def sheet(desk: Desk, typed: Mapping[str, Any], errors: Errors | None = None) -> dict[str, Any]:
    """The sheet as fields to fill in, with the shortest reason said at each criterion, and what is wrong so far."""
    form, _whole = reading.sheet_form(desk.case, desk.act, desk.seat.label) if desk.act else (None, False)
    if form is None:
        return {"fields": (), "errors": []}
    asked = [one for one in form.fields.values() if one.kind not in ("computed", "file", "files")]
    around = Around(language(), choices=desk.pages.choices)
    drawn = questions(asked, answers=typed, values={}, errors=errors or {}, around=around)
    between = marks_between(desk.case, now())
    fields = tuple(_with_least(one, form, between) for one in drawn)
    return {"fields": fields, "errors": wrong(form, errors or {}, language())}


Between = Mapping[str, tuple[int, int]]


def _with_least(drawn: ShownField, form: forms.Form, between: Between) -> ShownField:
    if drawn.kind != "sheet":
        return drawn
    return replace(drawn, items=tuple(replace(item, hint=_hint(item, form, between)) for item in drawn.items))


def _hint(item: ShownField, form: forms.Form, between: Between) -> str:
    """What is said at a criterion: the marks that the figures of the file allow, how long the reason has to be."""
    said = [item.hint]
    if item.path in between:
        low, high = between[item.path]
        said.append(_("按登记的数据可给 %(low)s–%(high)s 分。") % {"low": low, "high": high})
    least = form.fields[f"{item.path}_why"].least
    if isinstance(least, int):
        said.append(ngettext("理由至少 %(n)s 字。", "理由至少 %(n)s 字。", least) % {"n": least})
    return " ".join(one for one in said if one)


def data_of(desk: Desk, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the act is given: a sheet as a whole, plain inputs as they are. A signature says that it was given, not by whom."""
    form, whole = reading.sheet_form(desk.case, desk.act, desk.seat.label) if desk.act else (None, False)
    signed = {one.code: "agreed" for one in form.fields.values() if one.kind == "signature"} if form else {}
    return {"sheet": dict(typed)} if whole else {**typed, **signed}


def errors_of(refusal: Refused) -> dict[str, tuple[Reason, ...]]:
    """The reasons of a refusal by the path they name; those without one are told above the sheet."""
    found: dict[str, tuple[Reason, ...]] = {}
    for reason in refusal.reasons:
        path = str(reason.values.get("path", ""))
        if path:
            found[path] = (*found.get(path, ()), reason)
    return found


def looked(draft: SheetDraft | None, on: datetime) -> dict[str, Any]:
    """When the sheet was last kept, on which version, and the notes beside it."""
    if draft is None:
        return {"saved": None, "version": 0, "notes": ""}
    return {"saved": draft.on, "version": draft.version, "notes": draft.notes}


def mode_title(mode: str) -> str:
    """What kind of review a draw was for."""
    titles = {
        "mail": _("网络评审"), "panel": _("会议评审"), "acceptance": _("验收"), "midterm": _("中期评估"),
        "site_visit": _("现场考察"),
    }  # fmt: skip
    return titles.get(mode, mode)
