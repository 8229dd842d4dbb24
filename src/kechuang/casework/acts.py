"""The one door: whatever happens to a case or a round happens here, with its checks, its effects and its record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from kechuang.casework import curtain, deadlines, files, locks, outbox, publishing, records, witnessing
from kechuang.casework.actor import Actor
from kechuang.casework.models import Attempt, Case, Duty, Finding, Record, Round, subject_key
from kechuang.casework.pages import Pages, pages_for, pages_of, roles_page
from kechuang.engines import forms
from kechuang.engines.flow import Act, Done, Flow, Situation, opened_on, plan, possible, target
from kechuang.engines.flow.separation import clashes
from kechuang.parties import hands
from kechuang.parties.models import Person
from kechuang.parties.permissions import appointments, stands_in_for
from kechuang.parties.prepared import Prepared, insert, update
from kechuang.parties.steady import forget, once, steady
from kechuang.words import offers, outcome
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

SECOND = witnessing.SECOND
# Answers are read only when somebody asks: they are deciphered, and most acts need none of them.
CASE = Prepared[Case](lambda pk: Case.objects.select_for_update().defer("answers").filter(pk=pk))
ROUND = Prepared[Round](lambda pk: Round.objects.select_for_update().filter(pk=pk))
ITS_ROUND = Prepared[Round](lambda pk: Round.objects.filter(pk=pk))
DUTY = Prepared[tuple[str]](lambda case, person: Duty.objects.filter(case=case, person=person).values_list("power"))


@dataclass(slots=True)
class Context:
    """What a check or an effect may know of the act: who, when, with which data, on which pages.

    `tells` goes into the record's body (ids, codes, amounts as text; never a name or free text); what is appended
    to `later` is called with the written record, in the same transaction.
    """

    by: Actor
    on: datetime
    data: dict[str, Any]
    act: Act
    flow: Flow
    pages: Pages
    situation: Situation
    role: str = ""
    tells: dict[str, str] = field(default_factory=dict)
    later: list[Callable[[Record], None]] = field(default_factory=list)


class InputRefused(Refused):
    """What was typed cannot be taken; `errors` by path, `typed` as it came."""

    def __init__(self, errors: Mapping[str, tuple[Reason, ...]]) -> None:
        located = [Reason(r.code, **{**r.values, "path": path}) for path, reasons in errors.items() for r in reasons]
        super().__init__(*located)
        self.errors = errors


def act(
    subject: Case | Round,
    name: str,
    *,
    by: Person | Actor,
    on: datetime,
    key: str,
    data: Mapping[str, Any] | None = None,
) -> Record:
    """Carry out one act, or raise `Refused` and leave nothing behind but an Attempt. A repeated `key` gives the first record."""
    actor = Actor.of(by)
    as_it_was = dict(subject.__dict__)
    try:
        with steady(), transaction.atomic():
            return carry_out(subject, name, by=actor, on=on, key=key, data=dict(data or {}))
    except Refused as refusal:
        records.forget_chains()
        subject.__dict__.clear()
        subject.__dict__.update(as_it_was)
        keep_attempt(subject, name, actor, on, refusal)
        raise


@dataclass(frozen=True, slots=True)
class Wish:
    """One act of a list: subject, name, data and key; `by` where the list has several hands."""

    subject: Case | Round
    name: str
    key: str
    data: Mapping[str, Any] = field(default_factory=dict)
    by: Person | Actor | None = None


def act_many(wishes: Iterable[Wish], *, by: Person | Actor, on: datetime, size: int = 50) -> list[Record | Refused]:
    """The same door for lists and imports, `size` acts a transaction; each act stands or falls alone."""
    told: list[Record | Refused] = []
    batch: list[Wish] = []
    for wish in wishes:
        batch.append(wish)
        if len(batch) == size:
            told += _batch(batch, Actor.of(by), on)
            batch = []
    return told + (_batch(batch, Actor.of(by), on) if batch else [])


def _batch(batch: list[Wish], by: Actor, on: datetime) -> list[Record | Refused]:
    told: list[Record | Refused] = []
    with steady(), transaction.atomic():
        records.expect({(Actor.of(wish.by or by).id, wish.key) for wish in batch})
        for wish in batch:
            try:
                told.append(act(wish.subject, wish.name, by=wish.by or by, on=on, key=wish.key, data=wish.data))
            except Refused as refusal:
                told.append(refusal)
    return told


def carry_out(
    subject: Case | Round, name: str, *, by: Actor, on: datetime, key: str, data: dict[str, Any], through: str = ""
) -> Record:
    """The inside of the door: everything or nothing. `through` is the child flow whose act carries this one along."""
    subject = locked(subject)
    if told := records.already(by, key, name, subject if subject.pk else None, data):
        return told
    asked = dict(data)
    records.hold(subject)
    pages = pages_of(subject.round)
    flow = pages.flow_of(subject)
    seen = situation(subject, by, on, through=through)
    if name.startswith(SECOND):
        word = second(subject, name.removeprefix(SECOND), flow=flow, seen=seen, by=by, key=key, data=data)
        records.loose(subject)
        return word
    step = plan(flow, subject.state, name, situation=seen, anchors=deadlines.anchors(subject))
    context = Context(by, on, data, step, flow, pages, seen, step.by)
    if (until := deadlines.latecomers_until(subject, name, flow)) and on < until:
        raise Refused(Reason("too_early", act=step.title, until=until))
    witnessed(subject, step, seen, by)
    context.tells |= in_place_of(by, on, step.by, subject)
    kept_apart(subject, context)
    hold_power(subject, context)
    context.data = taken_in(subject, context)
    context.tells |= files.told(subject, context.data)

    locks.take(subject, step.locks)
    findings = run_checks(subject, context)
    keep_findings(subject, findings, on)
    settle(found for found in findings if found.check not in step.finds)

    before = subject.state
    move(subject, target(step, before, subject.before), on)
    for effect in step.effects:
        curtain.call(offers.find("effect", effect), subject, context)
    publishing.publish(subject, context)
    record = records.write(
        subject,
        records.Entry(name, before, subject.state, by, step.by, on, key, context.data, context.tells, asked),
    )
    for follow in context.later:
        follow(record)
    outbox.after_act(subject, context, record)
    if step.parent and isinstance(subject, Case) and subject.parent:
        handed = {**data, **context.data}
        carry_out(subject.parent, step.parent, by=by, on=on, key=f"{key}:parent", data=handed, through=flow.code)
    deadlines.set_due(subject, flow, on)
    records.loose(subject)
    return record


def locked(subject: Case | Round) -> Case | Round:
    """`subject` brought up to its row as it is now, held until the transaction ends; one not yet saved is left alone.

    Its relations are read anew when they are asked for; the round of a list of cases is read once.
    """
    if subject.pk is None:
        return subject
    now = (CASE if isinstance(subject, Case) else ROUND).one(subject.pk)
    if now is None:
        raise LookupError(f"{type(subject).__name__} {subject.pk} is gone")
    if isinstance(now, Round):
        forget(("its round", now.pk))
    else:
        now.round = once(("its round", now.round_id), lambda: the_round(now.round_id))
    subject.__dict__.clear()
    subject.__dict__.update(now.__dict__)
    return subject


def the_round(pk: int) -> Round:
    """The round as it is now, not held."""
    found = ITS_ROUND.one(pk)
    if found is None:
        raise LookupError(f"round {pk} is gone")
    return found


def situation(subject: Case | Round, by: Actor, on: datetime, *, through: str = "") -> Situation:
    """What `plan` has to know: roles read afresh, what has been done, the round's state, facts on demand."""
    person, day = by.person, on.astimezone(ZONE).date()
    held = once(("roles", person.pk, day), lambda: appointments(person, day)) if person else None
    return Situation(
        actor=by.id,
        roles=by.roles(subject, on, held),
        done=own_named(deadlines.done_with_parent(subject), by),
        on=on,
        round_state=deadlines.round_state(subject.round, on),
        fact=lambda name: curtain.fact(name, subject, on),
        through=through,
        failing=deadlines.failing(subject.round),
    )


def own_named(done: tuple[Done, ...], by: Actor) -> tuple[Done, ...]:
    """What was done, with all that this human did under accounts since merged told as theirs."""
    others = by.names - {by.id}
    return tuple(replace(one, actor=by.id) if one.actor in others else one for one in done) if others else done


def witnessed(subject: Case | Round, step: Act, seen: Situation, by: Actor) -> None:
    """An act that names a second person needs that person's word first, given since the case came into this state."""
    if not step.seconded_by:
        return
    if isinstance(subject, Case):
        spoken = witnessing.covering(subject, step.name)
    else:
        spoken = [d.actor for d in seen.done if d.act == SECOND + step.name and d.since_entry]
    if not set(spoken) - by.names:
        raise Refused(Reason("second_person_missing", act=step.name, role=step.seconded_by))


def second(
    subject: Case | Round, name: str, *, flow: Flow, seen: Situation, by: Actor, key: str, data: dict[str, Any]
) -> Record:
    """The second person's own act: a witness's word on `name`, recorded on the subject, moving nothing.

    On a round it covers the groups that wait now, or those that `group` names: what is grouped later needs a word of its own.
    """
    step = witnessing.step_of(pages_of(subject.round), subject, name)
    if step is None or not step.seconded_by:
        raise Refused(Reason("act_not_here", act=name))
    if step.seconded_by not in seen.roles:
        raise Refused(Reason("act_for_another", act=name, role=step.seconded_by))
    of_cases = isinstance(subject, Round) and name not in flow.acts
    groups = witnessing.groups_named(subject.round, step, data) if of_cases else frozenset()
    witness_apart(subject, step.seconded_by, by, groups)
    tells = witnessing.told(groups) if of_cases else {}
    tells = {**tells, **in_place_of(by, seen.on, step.seconded_by, subject)}
    entry = records.Entry(SECOND + name, subject.state, subject.state, by, step.seconded_by, seen.on, key, data, tells)
    return records.write(subject, entry)


def kept_apart(subject: Case | Round, context: Context) -> None:
    """Refused when what this person has been on this case or round before excludes what the act makes of them now.

    Whoever stands in for somebody is bound by what that one did too: a deputy is no second person to their principal.
    """
    if context.by.person is None:
        return
    told = context.by.names
    if whom := context.tells.get("for"):
        whose = hands.names(Person.objects.get(pid=whom))
        own = [name for name in context.act.never_with if any(d.act == name and d.actor in whose for d in context.situation.done)]  # fmt: skip
        if own:
            titles = [context.flow.acts[name].title if name in context.flow.acts else name for name in own]
            raise Refused(Reason("same_person", act=context.act.title, acts=titles))
        told |= whose
    used_apart(subject, context.role, told)


def used_apart(subject: Case | Round, role: str, told: Collection[str]) -> None:
    """Refused when a role in which one of `told` has acted here, or on the round, may not be used together with `role`."""
    near = "round" if subject is subject.round else "case"
    used = [(one, near) for one in records.roles_of(subject, told)]
    if subject is not subject.round:
        used += [(one, "round") for one in records.roles_of(subject.round, told)]
    apart = clashes(roles_page().body, used, role)
    if apart:
        raise Refused(*apart)


def witness_apart(subject: Case | Round, role: str, by: Actor, groups: Collection[str]) -> None:
    """Refused for a witness who has held another power over what the word is given on: the case, or the cases of these groups."""
    if by.person is None:
        return
    used_apart(subject, role, by.names)
    of_groups = Case.objects.filter(round=subject.round, group__in=groups)
    cases = of_groups if groups else Case.objects.filter(number=subject.pid)
    other = Duty.objects.filter(case__in=cases, person__in=list(hands.accounts(by.person)))
    if held := other.exclude(power=roles_page().power(role)).first():
        raise Refused(Reason("powers_apart", held=held.power, wanted=roles_page().power(role)))


def hold_power(subject: Case | Round, context: Context) -> None:
    """Planning, execution and supervision of one case never lie in one hand; the database refuses it too."""
    power = context.pages.power(context.act.by)
    if not isinstance(subject, Case) or power not in Duty.POWERS or context.by.person is None or subject.pk is None:
        return
    held = {pk: row[0] for pk in hands.accounts(context.by.person) if (row := DUTY.one(subject.pk, pk))}
    other = next((one for one in held.values() if one != power), "")
    if other:
        raise Refused(Reason("powers_apart", held=other, wanted=power))
    if context.by.person.pk not in held:
        insert(Duty(case=subject, person=context.by.person, power=power))


def taken_in(subject: Case | Round, context: Context) -> dict[str, Any]:
    """The act's inputs as clean, storable values; InputRefused names each path that is wrong. Sheets are left to their check."""
    form, whole = context.pages.asked_here(subject, context.act.name), context.pages.inputs(context.flow.code, context.act.name)  # fmt: skip
    if form is None or whole is None:
        return context.data
    astray = [code for code in whole.fields.keys() - form.fields if context.data.get(code) not in (None, "", [], False)]
    if astray:
        raise InputRefused({code: (_of_others(context.flow, whole.fields[code]),) for code in sorted(astray)})
    inputs = context.act.inputs
    conditional = any(not isinstance(one.get("required", True), bool) for one in inputs.values())
    known = {name: context.situation.fact(offer) for name, offer in context.flow.facts.items()} if conditional else {}
    cleaned = forms.clean(form, context.data, stage="submit", known=known, choices=context.pages.choices)
    errors = {**cleaned.errors, **_signed_by_another(form, cleaned.values, context.by)}
    if errors:
        raise InputRefused(errors)
    beside = {n: v for n, v in context.data.items() if n.startswith("_") or inputs.get(n, {}).get("kind") == "sheet"}
    return {**beside, **forms.stored(form, cleaned.values)}


def _signed_by_another(form: forms.Form, values: Mapping[str, Any], by: Actor) -> dict[str, tuple[Reason, ...]]:
    """Signatures with a name that is not that of who acts; a scan of the stamped copy, and a machine's plain yes, sign too."""
    if by.person is None:
        return {}
    own, other = "".join(by.person.name.split()), (Reason("sign_own_name", name=by.person.name),)
    typed = {code: str(values.get(code) or "") for code, one in form.fields.items() if one.kind == "signature"}
    return {code: other for code, text in typed.items() if text not in ("", "agreed") and not text.startswith("scan:") and "".join(text.split()) != own}  # fmt: skip


def _of_others(flow: Flow, question: forms.Field) -> Reason:
    """That only other kinds of change ask this, and which."""
    kinds = [{"zh": row["zh"], "en": row["en"]} for row in flow.changes.values() if question.code in row.get("fields", ())]  # fmt: skip
    title = {language: question.title.of(language) for language in ("zh", "en")}
    return Reason("asked_by_another_kind", name=title, kinds=kinds)


def run_checks(subject: Case | Round, context: Context) -> tuple[outcome.Finding, ...]:
    """What the act's checks say, in the order of the page; then those whose failure is a finding and refuses nothing."""
    found = []
    for name in (*context.act.checks, *context.act.finds):
        offer = offers.find("check", name)
        locks.take(subject, offer.locks)
        found.append(curtain.call(offer, subject, context).named(name))
    return tuple(found)


def settle(findings: Iterable[outcome.Finding]) -> None:
    """Let passes and warnings through; refuse on failures, telling all of them."""
    failed = tuple(f for f in findings if f.verdict == "fail")
    if failed:
        raise Refused(*[reason for f in failed for reason in f.reasons], findings=failed)


def keep_findings(subject: Case | Round, findings: Iterable[outcome.Finding], on: datetime) -> None:
    """Keep what checks said of a case; a pass replaces an earlier warning only for answers that have changed."""
    if not isinstance(subject, Case) or subject.pk is None:
        return
    for found in findings:
        if found.verdict == "pass" and not found.evidence:
            continue
        told = [reason.to_json() for reason in found.reasons]
        Finding.keep(subject, found.check, verdict=found.verdict, reasons=told, evidence=found.evidence, on=on)


def move(subject: Case | Round, to: str, on: datetime) -> None:
    """Into state `to`; the time of entry and the state before are kept for limits and for `previous`."""
    if subject.pk is None:
        subject.before, subject.state, subject.entered_at = subject.state, to, on
        subject.save()
    elif to != subject.state:
        subject.before, subject.state, subject.entered_at = subject.state, to, on
        update(subject, "before", "state", "entered_at")


def keep_attempt(subject: Any, name: str, by: Actor, on: datetime, refusal: Refused) -> None:
    """After everything was rolled back: that it was tried, and why it was refused."""
    if subject.pk is None:
        return
    kind, pid = subject_key(subject)
    Attempt.objects.create(
        subject_kind=kind, subject=pid, act=name, actor=by.id, on=on,
        reasons=[reason.to_json() for reason in refusal.reasons],
        findings=[{"check": f.check, "verdict": f.verdict, "reasons": [r.to_json() for r in f.reasons]} for f in refusal.findings],
    )  # fmt: skip


def open_case(
    round_: Round,
    *,
    by: Person | Actor,
    on: datetime,
    key: str,
    flow: str = "",
    name: str = "",
    parent: Case | None = None,
    data: Mapping[str, Any] | None = None,
    **given: Any,
) -> Case:
    """A new case of `round_` by an opening act of its flow (the programme's own, or a child flow on `parent`).

    `name` is needed only where a flow can be opened in several ways (an appeal against this or that decision).
    `given` are columns of the case that are known from the start (applicant, leader, synthetic …).
    """
    actor = Actor.of(by)
    pages = pages_of(round_)
    code = flow or pages.main_flow
    child = pages.flow(code)
    opening = child.acts[name] if name else next(step for step in child.acts.values() if step.opens)
    if told := records.already(actor, key, opening.name, None, data or {}):
        return _opened_by(told, round_, parent)
    case = Case(round=round_, parent=parent, flow=code, state="", entered_at=on, opened_at=on, **given)
    if parent is not None:
        opened_on(child, pages.flow(parent.flow), parent.state)
        inherit(case, parent)
    elif actor.person:
        case.leader = case.leader or actor.person
        case.applicant = case.applicant or case.leader.unit
        case.recommender = case.applicant.recommender if case.applicant else None
        case.place = case.applicant.place if case.applicant else ""
    try:
        with transaction.atomic():
            record = carry_out(case, opening.name, by=actor, on=on, key=key, data=dict(data or {}))
    except IntegrityError:  # the same key at the same time: whoever came first has made the case
        records.forget_chains()
        first = records.already(actor, key, opening.name, None, data or {})
        if first is None:
            raise
        return _opened_by(first, round_, parent)
    except Refused as refusal:
        records.forget_chains()
        keep_attempt(parent or round_, opening.name, actor, on, refusal)
        raise
    return case if record.subject == case.number else Case.objects.get(number=record.subject)


def _opened_by(told: Record, round_: Round, parent: Case | None) -> Case:
    """The case that this record opened in this round, or on this parent; Refused where the key opened another."""
    opened = Case.objects.filter(number=told.subject, round=round_, parent=parent).first()
    if opened is None:
        raise Refused(Reason("key_used_for_other_data"))
    return opened


def open_round(programme: str, *, by: Person | Actor, on: datetime, key: str, **given: Any) -> Round:
    """A new round of a programme, by the opening act of its flow; `given` are its columns (code, title, year, dates …)."""
    actor = Actor.of(by)
    flow = pages_for(programme).round.round_flow
    opening = next(step for step in flow.acts.values() if step.opens)
    there = Round.objects.filter(code=given["code"]).first()
    if records.already(actor, key, opening.name, there, {}):
        same = (
            there is not None and there.programme == programme and all(getattr(there, n) == v for n, v in given.items())
        )
        if there is None or not same:
            raise Refused(Reason("key_used_for_other_data"))
        return there
    if there is not None:
        raise Refused(Reason("round_code_taken", given=given["code"]))
    plan_code = str(pages_for(programme).programme.get("plan", programme))
    round_ = Round(programme=programme, plan=plan_code, state="", entered_at=on, **given)
    with transaction.atomic():
        carry_out(round_, opening.name, by=actor, on=on, key=key, data={})
    return round_


def inherit(child: Case, parent: Case) -> None:
    """A child shows on its parent and is reached by the same people."""
    for name in ("leader", "applicant", "recommender", "place", "title", "synthetic"):
        setattr(child, name, getattr(parent, name))


def possible_acts(subject: Case | Round, *, by: Person | Actor, on: datetime) -> tuple[Act, ...]:
    """What this person may do here now, for buttons and to-do lists."""
    actor = Actor.of(by)
    flow = pages_of(subject.round).flow_of(subject)
    seen = situation(subject, actor, on)
    return possible(flow, subject.state, situation=seen, anchors=deadlines.anchors(subject))


def note(subject: Any, name: str, *, by: Person | Actor, on: datetime, key: str, role: str, data: Mapping[str, Any], tells: Mapping[str, str] | None = None, asked: Mapping[str, Any] | None = None) -> Record:  # fmt: skip
    """The record of a business write that moves no case (a unit confirmed, a transfer, an edition adopted).

    The caller has checked the right and writes its rows in the same transaction. `asked` is what was sent, where `data`
    says more: by it the caller finds a repeated key with `records.already`.
    """
    actor = Actor.of(by)
    if told := records.already(actor, key, name, subject, data if asked is None else asked):
        return told
    beside = {**(tells or {}), **in_place_of(actor, on, role)}
    return records.write(subject, records.Entry(name, "", "", actor, role, on, key, dict(data), beside, asked))


def in_place_of(by: Actor, on: datetime, role: str, subject: Any = None) -> dict[str, str]:
    """What the record tells of somebody who acts as a deputy: for whom."""
    person = by.person
    if person is None or not role:
        return {}
    day = on.astimezone(ZONE).date()
    held = (
        once(("roles", person.pk, day), lambda: appointments(person, day))
        if subject is not None
        else appointments(person, day)
    )
    whom = stands_in_for(held, role, subject)
    return {"for": Person.objects.values_list("pid", flat=True).get(pk=whom)} if whom is not None else {}


__all__ = ["Context", "InputRefused", "Wish", "act", "act_many", "note", "open_case", "open_round", "possible_acts"]
