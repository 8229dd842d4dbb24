"""From what was typed into drafts to the answers of a case: cleaned, kept, promoted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from kechuang.casework import curtain
from kechuang.casework.models import Answer, Case, Draft, Member, Record
from kechuang.casework.pages import Pages, pages_of
from kechuang.casework.records import strict
from kechuang.engines import forms
from kechuang.engines.ledger import canonical, digest
from kechuang.parties.models import Person
from kechuang.parties.prepared import Prepared, insert, insert_many, update
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

COLUMNS = ("title", "track", "place")
TYPED = Prepared[tuple[Any]](lambda case: Draft.objects.filter(case=case).order_by("pk").values_list("typed"))
PROMOTED = Prepared[tuple[int]](lambda case: Answer.objects.filter(case=case).values_list("pk")[:1])
TEAM = Prepared[Member](lambda case: Member.objects.filter(case=case).order_by("pk"))
NAMED = Prepared[tuple[int]](lambda pid: Person.objects.filter(pid=pid).values_list("pk"))


def typed(case: Case) -> dict[str, Any]:
    """Everything typed so far, all sections in one mapping."""
    merged: dict[str, Any] = {}
    for (row,) in TYPED.rows(case.pk):
        merged.update(row)
    return merged


def title_of(case: Case) -> str:
    """What an application is called: its title once it was handed in, until then what the draft says; empty where nothing does."""
    return titles_of([case])[case.pk]


def titles_of(cases: Iterable[Case]) -> dict[int, str]:
    """The same for many, by their keys, with one query for all drafts among them."""
    found = {case.pk: case.title for case in cases}
    blank = [pk for pk, title in found.items() if not title]
    drafts = Draft.objects.filter(case__in=blank, case__parent=None).order_by("pk") if blank else ()
    for draft in drafts:
        said = draft.typed.get("title")
        found[draft.case_id] = said.strip() if isinstance(said, str) else found[draft.case_id]
    return found


def sent_back(cases: Iterable[Case]) -> dict[int, str]:
    """Why applications that are being written again came back to their writers, by their keys: the reason given with the act."""
    again = {case.number: case.pk for case in cases if case.parent_id is None and case.entered_at != case.opened_at}
    moved = Record.objects.filter(subject_kind="case", subject__in=again).exclude(before=F("after"))
    found: dict[int, str] = {}
    for record in moved.select_related("told").order_by("position") if again else ():
        said = record.told.data.get("reason", "") if record.before else ""
        found[again[record.subject]] = said if isinstance(said, str) else ""
    return found


DRAFT = Prepared[Draft](lambda case, section: Draft.objects.select_for_update().filter(case=case, section=section))


def save_draft(
    case: Case, section: str, answers: Mapping[str, Any], *, version: int, by: Person | None, on: datetime
) -> Draft:
    """Keep what was typed; refused as `draft_is_newer` (with both texts in hand) when `version` is not the present one."""
    with transaction.atomic():
        if isinstance(answers.get("team"), list):
            keep_team(case, answers["team"])
        row = DRAFT.one(case.pk, section)
        if row is None:
            row = Draft(case=case, section=section, typed=dict(answers), by=by, on=on)
            insert(row)
            return row
        if row.version != version:
            if row.typed == dict(answers):
                return row
            raise Refused(Reason("draft_is_newer", section=section, version=row.version))
        row.typed, row.version, row.by, row.on = dict(answers), row.version + 1, by, on
        update(row, "typed", "version", "by", "on")
        return row


def known(case: Case, pages: Pages, on: datetime) -> dict[str, Any]:
    """Parameters of the page on the round's day and facts about this case, by the names the form uses."""
    names = {**pages.params(on.astimezone(ZONE).date())}
    for name in pages.form_needs:
        names[name] = curtain.fact(pages.form_facts[name], case, on)
    return names


def cleaned(case: Case, *, stage: str, on: datetime, answers: Mapping[str, Any] | None = None) -> forms.Cleaned:
    """The drafts (or `answers`) against the form of the round's frozen page."""
    pages = pages_of(case.round)
    mine = typed(case) if answers is None else dict(answers)
    facts = known(case, pages, on)
    return forms.clean(pages.form, mine, stage=stage, known=facts, choices=choices_for(case, pages, facts))


def choices_for(case: Case, pages: Pages, facts: Mapping[str, Any]) -> Any:
    """Where a choice's options come from: a named fact, the round, or the page itself."""

    def choices(source: str) -> Mapping[str, Mapping[str, str]] | None:
        if source in facts and isinstance(facts[source], Mapping):
            return facts[source]
        return pages.choices(source)

    return choices


def labels(case: Case, pages: Pages, on: datetime) -> Any:
    """As `choices_for`, to read answers by: a fact is asked only where a choice names it."""

    def choices(source: str) -> Mapping[str, Mapping[str, str]] | None:
        found = curtain.fact(pages.form_facts[source], case, on) if source in pages.form_facts else None
        return found if isinstance(found, Mapping) else pages.choices(source)

    return choices


def asked_one(case: Case, said: Mapping[str, Any], name: str) -> str:
    """The one that a change names, by public id: in what is said with the act, else as it was asked for; empty where it names none."""
    return str(said.get(name) or case.answers.get(name) or "")


def asked_rows(case: Case, said: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    """The rows of a table that an act comes with, or that the case keeps since it was asked."""
    return list(said.get(table) or case.answers.get(table) or ())


def ticked(row: Mapping[str, Any], column: str) -> bool:
    """Whether a box of a row is ticked, cleaned or as it is stored."""
    return row.get(column) in (True, "true")


def keep(case: Case, values: Mapping[str, Any], *, on: datetime) -> None:
    """Write the cleaned answers as those of the case: whole, digest, promoted rows, columns and team."""
    form = pages_of(case.round).form
    case.answers = forms.stored(form, values)
    case.answers_digest = digest(canonical(strict(case.answers)))
    rows = forms.promoted(form, values)
    by_name = {name: value for name, _, value in rows}
    for column in COLUMNS:
        if by_name.get(column):
            setattr(case, column, str(by_name[column]))
    case.field = str(by_name.get("nsf_code") or by_name.get("subject") or case.field or "")
    if isinstance(by_name.get("asked"), int):
        case.asked_fen = by_name["asked"]
    for column, name in (("starts_on", "start"), ("ends_on", "end")):
        if isinstance(values.get(name), date):
            setattr(case, column, values[name])
    case.save()
    keep_promoted(case, rows)
    keep_team(case, values.get("team") or ())


def keep_promoted(case: Case, rows: Any) -> None:
    """The promoted answers as rows: text for equality, number for order and sums."""
    if PROMOTED.one(case.pk):
        Answer.objects.filter(case=case).delete()
    insert_many(Answer, ("case_id", "name", "kind", "value", "number"), (
        (case.pk, name, kind, str(value)[:200], value if type(value) is int else None)
        for name, kind, value in rows
        if value is not None
    ))  # fmt: skip


def keep_team(case: Case, team: Any) -> None:
    """The persons of the team table as members; who was there stays with the consent already given."""
    rows = [row for row in team if isinstance(row, Mapping) and isinstance(row.get("person"), str)]
    wanted = {row["person"]: row.get("main") in (True, "true", "on", "1", "是") for row in rows if row["person"]}
    people = {found[0]: pid for pid in wanted if (found := NAMED.one(pid))}
    there = {member.person_id: member for member in TEAM.rows(case.pk)}
    if gone := [member.pk for pk, member in there.items() if pk not in people]:
        Member.objects.filter(pk__in=gone).delete()
    for pk, pid in people.items():
        member = there.get(pk)
        if member is None:
            insert(Member(case=case, person_id=pk, main=wanted[pid]))
        elif member.main != wanted[pid]:
            member.main = wanted[pid]
            update(member, "main")
    case.__dict__.pop("_member_ids", None)
