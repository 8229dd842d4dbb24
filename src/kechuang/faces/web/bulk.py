"""One act on many cases: what would happen to each is rehearsed and shown first, then it is done, each act for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kechuang.casework import deadlines, files
from kechuang.casework.acts import InputRefused, Wish, act_many
from kechuang.casework.models import Attachment, Case, Record
from kechuang.casework.rehearsing import rehearsed
from kechuang.engines import forms
from kechuang.engines.flow import Act
from kechuang.faces.access import now, person
from kechuang.faces.web import lists, wording
from kechuang.faces.web.fields import ShownField, ShownFile
from kechuang.faces.web.questions import SCAN, Around, bare_file, questions
from kechuang.faces.web.sentences import sentence
from kechuang.parties.models import Appointment, Person
from kechuang.parties.permissions import roles
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOST = 300  # acts of one go: each is rehearsed first, and one writer waits meanwhile
OURS = frozenset({"pick", "act", "key", "back", "step", "remove", "csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What was posted: which act on which cases, what was typed for all and for single ones, the key, the step."""

    act: str
    picked: tuple[str, ...]
    typed: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Any]]
    key: str
    step: str
    back: str
    errors: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    scans: Mapping[str, ShownFile] = field(default_factory=dict)

    @classmethod
    def of(cls, post: QueryDict) -> Asked:
        pairs = [(name, value) for name, values in post.lists() for value in values if name not in OURS]
        nested = forms.unflatten(pairs)
        rows = nested.pop("row", {})
        nested.pop(post.get("remove", ""), None)  # a signature to be given anew
        return cls(
            post.get("act", ""), tuple(dict.fromkeys(post.getlist("pick")))[:MOST], nested,
            rows if isinstance(rows, dict) else {}, post.get("key") or lists.fresh_key(), post.get("step", ""), post.get("back", ""),
        )  # fmt: skip

    def data(self, case: Case) -> dict[str, Any]:
        """What is said in the act on this case: for all, and what was typed in its own row."""
        own = self.rows.get(case.number, {})
        return {**self.typed, **own}

    def wishes(self, cases: Iterable[Case]) -> list[Wish]:
        return [Wish(case, self.act, f"{self.key}:{case.number}", self.data(case)) for case in cases]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act comes to for one case: done (or would be), waiting for what is to be typed, or refused and why."""

    case: Case
    told: Record | Refused

    @property
    def done(self) -> bool:
        return isinstance(self.told, Record)

    @property
    def waits(self) -> bool:
        return isinstance(self.told, InputRefused)

    @property
    def said(self) -> str:
        """The reasons of a refusal as one line."""
        return (
            wording.joined(sentence(r).rstrip("。") for r in self.told.reasons)
            if isinstance(self.told, Refused)
            else ""
        )


def rehearse(asked: Asked, cases: list[Case], *, by: Person, on: datetime) -> list[Outcome]:
    """What would happen to each case, with nothing left behind."""
    told = rehearsed(asked.wishes(cases), by=by, on=on)
    return [Outcome(case, one) for case, one in zip(cases, told, strict=True)]


def carry_out(asked: Asked, cases: list[Case], *, by: Person, on: datetime) -> list[Outcome]:
    """Each act through the door; what is refused to one leaves the others done."""
    return [Outcome(case, one) for case, one in zip(cases, act_many(asked.wishes(cases), by=by, on=on), strict=True)]


def with_scans(request: HttpRequest, asked: Asked, cases: list[Case], form: forms.Form | None) -> Asked:
    """What was asked for with signatures given by a scan of the stamped copy: each signs all of the list by its digest.

    The file is laid on the first case until the list is confirmed; `shared` then gives it to every case it signs.
    """
    typed, errors, scans = dict(asked.typed), dict(asked.errors), {}
    for one in form.fields.values() if form and cases else ():
        if one.kind != "signature":
            continue
        upload = request.FILES.get(f"{one.code}-scan")
        try:
            if upload is not None:
                kept = files.keep(cases[0], one.code, upload.name or "", upload.chunks(), by=person(request), on=now())
                typed[one.code] = f"{SCAN}{kept.digest}"
        except Refused as refusal:
            typed[one.code], errors[one.code] = "", refusal.reasons
        said = typed.get(one.code)
        if isinstance(said, str) and said.startswith(SCAN):
            laid = _laid(request, one.code, said)
            typed[one.code] = said if laid else ""
            scans |= {laid.digest: ShownFile(laid.name, laid.digest, "", laid.size)} if laid else {}
    return replace(asked, typed=typed, errors=errors, scans=scans)


def _laid(request: HttpRequest, code: str, said: str) -> Attachment | None:
    """The scan that this person has laid there themselves, the latest of those alike."""
    rows = Attachment.objects.filter(field=code, digest=said.removeprefix(SCAN), by=person(request), removed=False)
    return rows.select_related("case").order_by("-pk").first()


def shared(request: HttpRequest, asked: Asked, cases: list[Case]) -> None:
    """Every case that a scan signs has the scan; one that was taken off the list since has it no longer."""
    for code, said in asked.typed.items():
        laid = _laid(request, code, said) if isinstance(said, str) and said.startswith(SCAN) else None
        if laid is None:
            continue
        for case in cases:
            files.give(laid, case)
        signed = Record.objects.filter(subject_kind="case", subject=laid.case.number, act=asked.act).exists()
        if laid.case_id not in {case.pk for case in cases} and not signed:
            Attachment.objects.filter(pk=laid.pk).update(removed=True)


def step_of(name: str, cases: list[Case], at_hand: lists.PagesAtHand, *, also: Iterable[str] = ()) -> Act | None:
    """The act of that name in the flow of the first case that has it; None unless its page lets it be done in bulk."""
    for case in cases:
        step = at_hand.of(case.round).flow_of(case).acts.get(name)
        if step is not None:
            return step if step.bulk or name in also else None
    return None


def offered(cases: Iterable[Case], held: list[Appointment], at_hand: lists.PagesAtHand) -> list[Act]:
    """The bulk acts that the reader's roles allow on any of these cases where they stand, in the order of the page."""
    found: dict[str, Act] = {}
    for case in cases:
        mine = roles(held, case)
        for step in at_hand.of(case.round).flow_of(case).acts.values():
            if step.bulk and step.by in mine and step.stands_in(case.state) and not deadlines.rests(step, case.round):
                found.setdefault(step.name, step)
    return list(found.values())


def form_of(step: Act, cases: list[Case], at_hand: lists.PagesAtHand) -> forms.Form | None:
    """What the act asks for, by the page of the first case that has it."""
    case = next(c for c in cases if step.name in at_hand.of(c.round).flow_of(c).acts)
    return at_hand.of(case.round).inputs(case.flow, step.name)


def inputs(
    step: Act, cases: list[Case], asked: Asked, outcomes: list[Outcome], at_hand: lists.PagesAtHand
) -> tuple[ShownField, ...]:
    """The fields of what is said for all; errors only once something was typed. What is typed by row is not asked again."""
    form = form_of(step, cases, at_hand)
    if form is None:
        return ()
    pages = at_hand.of(cases[0].round)
    by_row = {code for row in asked.rows.values() for code in row}
    fields = [one for section in form.sections for one in section.fields if one.code not in by_row]
    refused = next((o.told for o in outcomes if isinstance(o.told, InputRefused)), None)
    errors = {**(refused.errors if refused and asked.step else {}), **asked.errors}
    around = Around(
        "en" if (get_language() or "").startswith("en") else "zh", choices=pages.choices, resign=True,
        files=lambda digest: asked.scans.get(digest) or bare_file(digest),
    )  # fmt: skip
    return questions(fields, answers=asked.typed, values={}, errors=errors, around=around)


def effects(step: Act, outcomes: list[Outcome], at_hand: lists.PagesAtHand) -> list[str]:
    """What will happen, in sentences: where the cases go, who hears of it, what is published, what is recorded."""
    going = [o for o in outcomes if o.done]
    if not going:
        return []
    n = {"n": len(going)}
    said = []
    case, record = going[0].case, going[0].told
    flow = at_hand.of(case.round).flow_of(case)
    if isinstance(record, Record) and record.after != record.before and record.after in flow.states:
        said.append(_("%(n)s 件转为“%(state)s”。") % {**n, "state": wording.text(flow.states[record.after].title)})
    if step.letter:
        said.append(_("%(n)s 件各发一封函件。") % n)
    if step.public:
        said.append(_("公开：%(what)s。") % {"what": wording.text(step.public.get("what", ""))})
    return [*said, _("记入台账 %(n)s 条，每条写明由你办理。") % n]


def posted_rows(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed by row, to be posted again with the confirmation."""
    return [(k, v) for k, values in request.POST.lists() for v in values if k.startswith("row.")]
