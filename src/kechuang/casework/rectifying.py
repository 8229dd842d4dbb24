"""Putting right what was typed wrongly in an act: asked by one, confirmed by another; the old words stay where they were said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.models import Award, Case, Record
from kechuang.casework.pages import Pages, pages_of, roles_page
from kechuang.casework.queries import history
from kechuang.engines import forms
from kechuang.engines.forms import Field
from kechuang.parties import hands
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

ASK, DONE, DROP = "ask_rectify", "rectify", "refuse_rectify"
# What was said in words can be put right; amounts, choices and persons moved something and take an act of their own.
WORDS = frozenset({"text", "longtext", "date", "year", "month", "datetime"})
# What an act with an effect was told was used at once, as a date of receipt or the dice of a draw; words and numbers of papers were not.
UNUSED = frozenset({"minutes", "document_no"})
LEAST_WHY = 10


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that was typed wrongly: in which record, which field, what stands there, what should, and why."""

    ask: Record
    record: Record
    field: Field
    old: str
    new: str
    why: str


def fields_of(pages: Pages, flow: str, record: Record) -> list[Field]:
    """The fields of a record's act that can be put right, as far as something was said in them."""
    act = pages.flow(flow).acts.get(record.act)
    form = pages.inputs(flow, record.act) if act else None
    if act is None or form is None or not hasattr(record, "told"):
        return []
    moved = any(not name.startswith("casework.") for name in act.effects)
    words = [one for one in form.fields.values() if one.kind in WORDS and record.told.data.get(one.code)]
    return [one for one in words if not moved or one.kind == "longtext" or one.code in UNUSED]


def may_ask(record: Record, roles: Collection[str]) -> bool:
    """Whoever holds the role in which it was said: `roles` are those held for the case now."""
    return bool(record.role) and record.role in roles


def may_confirm(slip: Slip, roles: Collection[str], *, by: Person) -> bool:
    """Somebody else of the same power: of the office that said it, or of the applicant's own side."""
    page = roles_page()
    return slip.ask.actor not in hands.names(by) and page.power(slip.record.role) in {
        page.power(role) for role in roles
    }


@transaction.atomic
def ask(case: Case, record: Record, name: str, text: str, why: str, *, by: Person, on: datetime, key: str) -> Record:
    """Ask that `name` in `record` be read as `text`. Refused for who may not, for a field that is none of words, without a reason."""
    _held(case)
    said = {"record": record.digest, "field": name, "text": text.strip(), "why": why.strip()}
    if told := records.already(Actor.of(by), key, ASK, case, said):
        return told
    if record.subject != case.number or not may_ask(record, Actor.of(by).roles(case, on)):
        raise Refused(Reason("not_yours_to_rectify"))
    field = next((one for one in fields_of(pages_of(case.round), case.flow, record) if one.code == name), None)
    if field is None:
        raise Refused(Reason("nothing_to_rectify"))
    cleaned = forms.clean(forms.inputs_form({name: _asked(pages_of(case.round), case, record, name)}), {name: text}, stage="submit")  # fmt: skip
    if cleaned.errors:
        raise Refused(*[reason for reasons in cleaned.errors.values() for reason in reasons])
    if len(why.strip()) < LEAST_WHY:
        raise Refused(Reason("say_why_to_rectify", least=LEAST_WHY))
    if standing(record, name, put_right(history(case).select_related("told"))) == text.strip():
        raise Refused(Reason("rectified_is_the_same"))
    if any(one.record.digest == record.digest and one.field.code == name for one in waiting(case)):
        raise Refused(Reason("rectify_already_asked"))
    return _write(case, ASK, said, by=by, role=record.role, on=on, key=key, of=record)


def _asked(pages: Pages, case: Case, record: Record, name: str) -> Mapping[str, Any]:
    return dict(pages.flow(case.flow).acts[record.act].inputs[name])


@transaction.atomic
def confirm(case: Case, digest: str, *, by: Person, on: datetime, key: str, agree: bool = True) -> Record:
    """A second person's word on what was asked: from then on the new words stand beside the old, or it is laid aside."""
    _held(case)
    asked, name = {"ask": digest}, DONE if agree else DROP
    if told := records.already(Actor.of(by), key, name, case, asked):
        return told
    slip = next((one for one in waiting(case) if one.ask.digest == digest), None)
    if slip is None:
        raise Refused(Reason("nothing_to_rectify"))
    roles = Actor.of(by).roles(case, on)
    if not may_confirm(slip, roles, by=by):
        raise Refused(Reason("rectify_needs_another"))
    said = {"ask": digest, "record": slip.record.digest, "field": slip.field.code, "text": slip.new, "old": slip.old}
    role = next(r for r in sorted(roles) if roles_page().power(r) == roles_page().power(slip.record.role))  # fmt: skip
    record = _write(case, name, said, by=by, role=role, on=on, key=key, of=slip.record, asked=asked)
    if agree and slip.field.code == "document_no":
        Award.objects.filter(case=case, document_no=slip.old).update(document_no=slip.new)
    return record


def _held(case: Case) -> None:
    Case.objects.select_for_update().only("pk").get(pk=case.pk)


def _write(case: Case, act: str, said: Mapping[str, str], *, by: Person, role: str, on: datetime, key: str, of: Record, asked: Mapping[str, str] | None = None) -> Record:  # fmt: skip
    tells = {"rectifies": of.digest}
    entry = records.Entry(act, case.state, case.state, Actor.of(by), role, on, key, dict(said), tells, asked)
    return records.write(case, entry)


def waiting(case: Case, told: Iterable[Record] | None = None) -> list[Slip]:
    """What was asked to be put right and has no second word yet, oldest first."""
    rows = list(told if told is not None else history(case).select_related("told"))
    right = put_right(rows)
    settled = {str(one.told.data.get("ask")) for one in rows if one.act in (DONE, DROP) and hasattr(one, "told")}
    by_digest, pages = {one.digest: one for one in rows}, pages_of(case.round)
    found = []
    for one in rows:
        said = one.told.data if one.act == ASK and hasattr(one, "told") else {}
        of = by_digest.get(str(said.get("record")))
        if of is None or one.digest in settled:
            continue
        field = next((f for f in fields_of(pages, case.flow, of) if f.code == said["field"]), None)
        if field is not None:
            old = standing(of, field.code, right)
            found.append(Slip(one, of, field, old, str(said["text"]), str(said["why"])))
    return found


PutRight = dict[str, dict[str, list[tuple[str, datetime]]]]


def put_right(rows: Iterable[Record]) -> PutRight:
    """By digest of a record and by field: the words that were written instead, one after the other, each with its moment."""
    found: PutRight = {}
    for one in rows:
        if one.act == DONE and hasattr(one, "told"):
            said = one.told.data
            fields = found.setdefault(str(said["record"]), {})
            fields.setdefault(str(said["field"]), []).append((str(said["text"]), one.on))
    return found


def touched(record: Record | None) -> bool:
    """Whether words of a record were put right since it was written, so that a paper drawn from it still says the old ones."""
    rows = (
        Record.objects.filter(subject_kind="case", subject=record.subject, act=DONE)
        if record
        else Record.objects.none()
    )
    return record is not None and record.digest in put_right(rows.select_related("told"))


def standing(record: Record, name: str, right: PutRight) -> str:
    """The words of a record that stand now: those that were written last instead, else what was typed."""
    later = right.get(record.digest, {}).get(name)
    return later[-1][0] if later else str(record.told.data.get(name, ""))


def cases_waiting() -> list[Case]:
    """Cases with something that waits for a second person's word: two queries, however many records there are."""
    left: Counter[str] = Counter()
    # By act alone: beside the kind of subject a planner without figures would walk the records of every case.
    rows = Record.objects.filter(act__in=(ASK, DONE, DROP)).order_by().values_list("subject", "act")
    for subject, act in rows:
        left[subject] += 1 if act == ASK else -1
    open_ = [subject for subject, count in left.items() if count > 0]
    return list(Case.objects.filter(number__in=open_).select_related("round__frozen", "round__institution", "applicant", "recommender", "parent"))  # fmt: skip
