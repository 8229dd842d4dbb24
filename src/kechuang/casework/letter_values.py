"""What a letter may name: the case, its unit and money, dates that follow, what was said in the act and in those it recalls."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kechuang.casework.models import Award, Case, Notice, Record, Round, Told, subject_key
from kechuang.casework.pages import Pages, day_of, pages_of
from kechuang.engines import forms
from kechuang.engines.flow import Flow
from kechuang.parties.models import Organisation, Person
from kechuang.parties.prepared import Prepared
from kechuang.words.money import Money
from kechuang.words.period import Term, term_ends, workdays_between

DEPARTMENT = "内蒙古自治区科学技术厅"
MONEY = "科技专项资金"
UNSAID = frozenset(
    {"signature", "statement", "file", "files", "sheet", "checklist", "commitments", "real_name", "account"}
)
TOLD = Prepared[Told](lambda pk: Told.objects.filter(pk=pk))
NOTICE = Prepared[Notice](lambda code: Notice.objects.filter(code=code))
RECALLED = Prepared[Record](
    lambda kind, pid, position, *acts: Record.objects.filter(
        subject_kind=kind, subject=pid, act__in=acts, position__lt=position
    ).order_by("position")
)
AWARD = Prepared[Award](lambda case: Award.objects.filter(case=case))
# Names that any letter may have beside the inputs of its act and of the acts it recalls; a test holds the letters to them.
NAMES = frozenset({
    "round_title", "letter_date", "year", "document_no", "kind", "institution", "unit", "title", "case_number", "project_no", "number",
    "received_at", "amount", "decision_no", "money_source", "period", "until", "contract_until", "leader", "who", "state", "act", "matter",
    "opened_on", "due", "appeal_until", "money_after", "sum", "said", "first_day", "last_day", "working_days",
    # what effects say of a computation and of a title
    "policy_title", "policy_day", "steps", "reply_until", "about", "certificate", "valid_from", "valid_until", "duties",
})  # fmt: skip


def values_for(subject: Case | Round, record: Record, page: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name for one letter `page`; what this act or the case does not know is left out."""
    pages, tells = pages_of(subject.round), json.loads(record.body).get("tells", {})
    flow, round_ = pages.flow_of(subject), subject.round
    labels, words = worded(pages, flow, record)
    recalled: dict[str, Any] = {}
    for earlier in _recalled(subject, record, page.get("recalls", ())):
        recalled |= worded(pages, flow, earlier)[1]
    base: dict[str, Any] = {
        "round_title": round_.title, "letter_date": day_of(record.on), "year": round_.year, "document_no": round_.document_no, "kind": round_.title,
        "institution": round_.institution.name if round_.institution else DEPARTMENT, "said": "；".join(labels),
        "act": flow.acts[record.act].title["zh"] if record.act in flow.acts else "", "matter": flow.title["zh"],
        "state": flow.states[record.after].title["zh"] if record.after in flow.states else "",
        "sum": Money(int(tells["fen"])) if str(tells.get("fen", "")).lstrip("-").isdigit() else None,
        "appeal_until": appeal_until(flow, record),
        "money_after": flow.money.get("settlement", {}).get(record.after, {}).get("zh", ""),
    }  # fmt: skip
    if isinstance(subject, Case):
        base |= _of_case(subject, flow, record)
    if code := tells.get("notice"):
        base |= _of_notice(str(code))
    found = {**base, **recalled, **words}
    # Typed in with this very act: a paper bears its own number or none.
    found["own_number"] = words.get("document_no") or ""
    found["decision_no"] = words.get("document_no") or base.get("decision_no") or ""
    return found


def _of_case(case: Case, flow: Flow, record: Record) -> dict[str, Any]:
    """A child case speaks of what it hangs on: its unit, its title, its numbers."""
    owner, award = case.parent or case, AWARD.one(case.parent_id or case.pk)
    unit = owner.applicant.name if owner.applicant else ""
    due = case.promised_at or case.due_at or opens_at(flow, record)
    return {
        "unit": unit, "title": owner.title or case.round.title, "case_number": owner.number, "project_no": owner.project_no or owner.number,
        "number": owner.project_no, "received_at": owner.received_at and day_of(owner.received_at), "amount": Money(award.fen) if award else None,
        "decision_no": award.document_no if award else "", "money_source": pages_of(case.round).programme.get("money_source", {"zh": MONEY})["zh"], "leader": owner.leader.name if owner.leader else "",
        "period": f"{_day(owner.starts_on)}至{_day(owner.ends_on)}" if owner.starts_on and owner.ends_on else "",
        "until": due, "contract_until": due, "due": due, "opened_on": day_of(case.opened_at),
        "who": unit or (owner.leader.name if owner.leader else ""),
    }  # fmt: skip


def _of_notice(code: str) -> dict[str, Any]:
    notice = NOTICE.one(code)
    if notice is None or notice.last_day is None:
        return {}
    days = workdays_between(notice.first_day, notice.last_day)
    return {"first_day": notice.first_day, "last_day": notice.last_day, "working_days": days, "kind": notice.what}


def appeal_until(flow: Flow, record: Record) -> datetime | None:
    """Until when this act can be appealed against inside the house, by the flow's own table of appeals."""
    row = next((one for one in flow.appeals if one.get("against") == record.act and "outside" not in one), None)
    return _ends(flow, str(row["within"]), record) if row and row.get("within") else None


def opens_at(flow: Flow, record: Record) -> datetime | None:
    """When the next act that has to wait for this one may first be done: until then those concerned may answer."""
    limits = (act.limit for act in flow.acts.values() if act.stands_in(record.after))
    waits = [one.not_before for one in limits if one and one.not_before and record.act in one.since]
    return min((end for name in waits if (end := _ends(flow, name, record))), default=None)


def _ends(flow: Flow, name: str, record: Record) -> datetime | None:
    """The end of a term that begins with this act: a parameter of the flow, or written out; None where none was in force."""
    terms = flow.params[name].terms(day_of(record.on)) if name in flow.params else (Term.parse(name),)
    return term_ends(record.on, terms[0]) if terms else None


def worded(pages: Pages, flow: Flow, record: Record) -> tuple[list[str], dict[str, Any]]:
    """What was said in an act, as its page words it: lines with their labels, and texts by name; never a signature or a file."""
    told = TOLD.one(record.pk)
    form = pages.inputs(flow.code, record.act) if record.act in flow.acts else None
    said = dict(told.data) if told else {}
    extra = {
        name: text for name, text in said.items() if isinstance(text, str) and (form is None or name not in form.fields)
    }
    if form is None:
        return [], extra
    kept = {name: value for name, value in said.items() if name in form.fields and form.fields[name].kind not in UNSAID}
    values = forms.typed(form, kept)
    printed = forms.printed(form, values, "zh", choices=pages.choices, names=_name)
    lines = [line for part in printed for line in part.lines if line.path in kept and line.text]
    texts = {line.path: f"{line.text}{line.unit or ''}" for line in lines}
    return [f"{line.label}：{texts[line.path]}" for line in lines], {**extra, **texts}


def _recalled(subject: Case | Round, record: Record, acts: Iterable[str]) -> Iterable[Record]:
    wanted = list(acts)
    return RECALLED.rows(*subject_key(subject), record.position, *wanted) if wanted else ()


def _name(kind: str, pid: str) -> str:
    rows: Any = Organisation.objects if kind == "party" else Person.objects
    return rows.filter(pid=pid).values_list("name", flat=True).first() or pid


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
