"""An application as its writer fills it in: parts kept one by one on the server, prefilled, copied, counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kechuang.casework import answers, curtain
from kechuang.casework.models import Attachment, Case, Draft
from kechuang.casework.pages import Pages, asked_fields, pages_of
from kechuang.engines import forms
from kechuang.engines.flow import Act
from kechuang.faces.web import drawing
from kechuang.faces.web.questions import computed, questions, section_shown, wrong
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused

PAGE = "_page"  # in a draft: the page whose autosave kept it last
WRITING = ("casework.form_complete", "casework.only_asked_items_changed")
SOURCES = {
    "parties.person": ("个人账号登记", "the register of persons"),
    "parties.organisation": ("单位登记", "the register of units"),
    "parties.recommender": ("单位登记", "the register of units"),
}


def writing_act(case: Case) -> Act | None:
    """The act that hands the form in from where the case stands: as long as there is one, the form may be written."""
    flow = pages_of(case.round).flow(case.flow)
    here = (act for act in flow.acts.values() if act.stands_in(case.state) and set(act.checks) & set(WRITING))
    return next(here, None)


def may_write(act: Act | None, roles: frozenset[str]) -> bool:
    """Who hands the form in writes it; the team writes along with its leader."""
    return act is not None and (
        act.by in roles or (act.by == "leader" and act.times == 0 and "member" in roles and "draft" in act.start)
    )


@dataclass
class Filling:
    """The form of one case at one moment: what was typed, what it comes to, how far it is."""

    case: Case
    on: datetime

    @cached_property
    def pages(self) -> Pages:
        return pages_of(self.case.round)

    @property
    def form(self) -> forms.Form:
        return self.pages.form

    @cached_property
    def known(self) -> dict[str, Any]:
        return answers.known(self.case, self.pages, self.on)

    @cached_property
    def choices(self) -> Callable[[str], Any]:
        return answers.choices_for(self.case, self.pages, self.known)

    @cached_property
    def typed(self) -> dict[str, Any]:
        return {code: said for code, said in answers.typed(self.case).items() if code != PAGE}

    def cleaned(self, stage: str, typed: Mapping[str, Any] | None = None) -> forms.Cleaned:
        return forms.clean(
            self.form, self.typed if typed is None else typed, stage=stage, known=self.known, choices=self.choices
        )

    @cached_property
    def draft(self) -> forms.Cleaned:
        return self.cleaned("draft")

    @cached_property
    def final(self) -> forms.Cleaned:
        return self.cleaned("submit")

    @cached_property
    def asked(self) -> frozenset[str]:
        """In a correction the fields that may be changed; empty where all may."""
        act = writing_act(self.case)
        correcting = act is not None and WRITING[1] in act.checks
        return frozenset(asked_fields(self.case)) & self.form.fields.keys() if correcting else frozenset()

    @cached_property
    def names(self) -> drawing.Names:
        return drawing.Names().read(text for _, text in drawing.picked(self.form.fields.values(), self.draft.typed))

    @cached_property
    def prefilled(self) -> forms.Prefilled:
        """What the register says, by field, and where it comes from."""
        return forms.prefilled(self.form, {}, lambda name: curtain.fact(name, self.case, self.on), choices=self.choices)

    def section(self, code: str) -> forms.Section | None:
        return next((one for one in self.form.sections if one.code == code), None)

    def version(self, section: str) -> int:
        return Draft.objects.filter(case=self.case, section=section).values_list("version", flat=True).first() or 0

    def sources(self) -> dict[str, str]:
        """Where a prefilled answer came from, as long as it still says what the register says."""
        said = forms.answers_of(self.form, self.prefilled.values)
        english = drawing.language() == "en"
        return {
            code: SOURCES.get(fact, (fact, fact))[english]
            for code, fact in self.prefilled.sources.items()
            if self.typed.get(code) == said.get(code)
        }

    def drawn(self, section: forms.Section, *, extra: Mapping[str, int], errors: Mapping[str, Any], typed: Mapping[str, Any] | None = None) -> dict[str, Any]:  # fmt: skip
        """A part as its page draws it; fields that a correction does not name can only be read."""
        shown = self.draft if typed is None else self.cleaned("draft", {**self.typed, **typed})
        names = drawing.Names(dict(self.names.known)).read(t for _, t in drawing.picked(section.fields, shown.typed))
        around = drawing.around(self.case, choices=self.choices, names=names, sources=self.sources(), extra=extra)
        strangers = drawing.unknown(section.fields, shown.typed, names)
        told = {**shown.errors, **strangers, **errors}
        fields = questions(section.fields, answers=shown.typed, values=shown.values, errors=told, around=around)
        if self.asked:
            fields = tuple(one if one.path in self.asked else replace(one, readonly=True, source="") for one in fields)
        return section_shown(section, fields, drawing.language())

    def save(self, section: forms.Section, said: Mapping[str, Any], *, version: int, by: Person, page: str = "", by_itself: bool = False) -> Draft:  # fmt: skip
        """Keep one part; Refused as draft_is_newer. What the page no longer sends is blank, not forgotten.

        A press of the button that crosses with an autosave of the same `page` is no conflict; a late autosave is.
        """
        kept = self._kept(section, said) | {PAGE: page if by_itself else ""}
        try:
            return answers.save_draft(self.case, section.code, kept, version=version, by=by, on=self.on)
        except Refused:
            row = Draft.objects.filter(case=self.case, section=section.code).first()
            if row is None or not page or row.typed.get(PAGE) != page or row.by_id != by.pk:
                raise
            return answers.save_draft(self.case, section.code, kept, version=row.version, by=by, on=self.on)

    def _kept(self, section: forms.Section, said: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of one part as they are kept: people found by name, blank rows left out."""
        free = [one for one in section.fields if one.kind != "computed"]
        writable = [one for one in free if not self.asked or one.code in self.asked]
        blank = {one.code: [] if one.kind == "table" else "" for one in writable}
        mine = {**blank, **{one.code: said[one.code] for one in writable if one.code in said}}
        told = self.cleaned("draft", {**self.typed, **mine}).typed
        return {code: told.get(code, empty) for code, empty in blank.items()}

    def outputs(self, section: forms.Section) -> list[dict[str, str]]:
        """The computed answers of a part as they stand now: id and text, for swapping beside the saved mark."""
        found = []
        for one in section.fields:
            value = self.draft.values.get(one.code)
            if one.kind == "computed":
                found.append({"id": f"f-{one.code}", "text": "" if value is None else computed(one, value)})
            for column in (column for column in one.columns if column.kind == "computed"):
                rows = value if isinstance(value, list | tuple) else ()
                cells = ((n, row.get(column.code)) for n, row in enumerate(rows))
                found += [
                    {"id": f"f-{one.code}-{n}-{column.code}", "text": computed(column, v)}
                    for n, v in cells
                    if v is not None
                ]
        return found

    def parts(self, here: str = "") -> list[dict[str, Any]]:
        """The list of parts with how far each is."""
        told = forms.progress(self.form, self.draft.values, self.draft.errors, known=self.known)
        return [self._part(one, here) for one in told]

    def _part(self, one: forms.Progress, here: str) -> dict[str, Any]:
        code = one.section.code
        state = {"ok": "ok", "wrong": "bad"}.get(one.state, "")
        return {
            "code": code, "title": one.section.title.of(drawing.language()), "state": state, "note": _note(one),
            "href": section_href(self.case, code), "here": code == here, "ok": one.state == "ok", "done": one.done, "asked": one.asked,
        }  # fmt: skip

    def faults(self) -> list[dict[str, str]]:
        """Everything that stands against handing it in, each with the page of its field."""
        lang, found = drawing.language(), []
        for path, reasons in self.final.errors.items():
            section = self.form.section_of(path)
            (one, *_rest) = wrong(self.form, {path: reasons}, lang)
            href = section_href(self.case, section.code) if section else ""
            found.append({**one, "href": f"{href}?check=1{one['href']}", "said": one["said"]})
        return found


def section_href(case: Case, code: str) -> str:
    return reverse("form_section", args=[case.number, code])


def _note(one: forms.Progress) -> str:
    if one.wrong:
        return ngettext("%(n)s 处要改", "%(n)s 处要改", len(one.wrong)) % {"n": len(one.wrong)}
    if one.missing:
        return (
            ngettext("还差 %(n)s 项", "还差 %(n)s 项", len(one.missing)) % {"n": len(one.missing)}
            if one.done
            else _("还没有写")
        )
    if one.characters > 200:
        return ngettext("%(n)s 字", "%(n)s 字", one.characters) % {"n": f"{one.characters:,}"}
    return ngettext("%(n)s 件", "%(n)s 件", one.files) % {"n": one.files} if one.files else _("已填")


def begin(filling: Filling, by: Person) -> None:
    """Put what the register knows into the first drafts of a new application, each field with its source."""
    said = forms.answers_of(filling.form, filling.prefilled.values)
    put_blank(filling, said, by)


def copy_earlier(filling: Filling, earlier: Case, by: Person) -> int:
    """Carry over from an earlier application what fits and is still blank here; how many answers."""
    old = Filling(earlier, filling.on)
    values = forms.typed(old.form, earlier.answers) if earlier.answers else old.draft.values
    carried = forms.copy_from(filling.form, values, was=old.form, choices=filling.choices)
    said = forms.answers_of(filling.form, carried.values)
    files = {one.code for one in filling.form.fields.values() if one.kind in ("file", "files")}
    return put_blank(filling, {code: answer for code, answer in said.items() if code not in files}, by)


def put_blank(filling: Filling, said: Mapping[str, Any], by: Person) -> int:
    """Write answers into the drafts where nothing was typed yet; how many were written."""
    count = 0
    for section in filling.form.sections:
        fresh = {
            one.code: said[one.code]
            for one in section.fields
            if one.code in said and filling.typed.get(one.code) in (None, "", [])
        }
        if not fresh:
            continue
        count += len(fresh)
        row = Draft.objects.filter(case=filling.case, section=section.code).first()
        mine = {**(row.typed if row else {}), **fresh}
        answers.save_draft(filling.case, section.code, mine, version=row.version if row else 0, by=by, on=filling.on)
    return count


def forget_file(case: Case, digest: str) -> None:
    """A file that was taken away no longer belongs to the case."""
    Attachment.objects.filter(case=case, digest=digest).update(removed=True)
