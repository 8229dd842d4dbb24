"""Moments and terms of a case: what the clock does next, and until when the present holder should have acted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from kechuang.casework import curtain, records
from kechuang.casework.actor import CLOCK
from kechuang.casework.book.tracks import for_track
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_of
from kechuang.engines.flow import Act, Done, Flow, Situation, due, of_parent, timed
from kechuang.parties.prepared import update
from kechuang.words.period import ZONE, end_of
from kechuang.words.reason import Reason

YEAR_OVER, INSTALMENT = "project.year_over", "project.instalment"
ROLLING = "rolling"  # how acts name the state of an open round without a deadline
SUSPENDED, ROUND_GOES_ON = "suspended", "casework.round_goes_on"
OWED = (YEAR_OVER, INSTALMENT)  # moments that come again and again, and are there only while something is owed since
REPORT, PREPARE, UNPREPARE = "report_progress", "prepare_payment", "return_payment"
CALL, PASSED = "call_midterm", "pass_midterm"
ASSESSED = (PASSED, "hold_midterm")
AHEAD = 60  # days before a gate from which its assessment counts
_OF_TERM = re.compile(r"(\d{1,2}) ?% of term", re.ASCII)
LATECOMERS = timedelta(minutes=15)  # more than a request stamped in time may still wait in the queue of the front
EARLY = 30  # days before the end of a year from which its report counts


def anchors(subject: Case | Round, done: tuple[Done, ...] | None = None, *, on: datetime | None = None, ahead: bool = False) -> Mapping[str, datetime]:  # fmt: skip
    """Moments that no flow knows by itself: the round's dates, the project's end, and since when something is owed."""
    round_ = subject.round
    known = {
        "round.publish": round_.published_at,
        "round.open": round_.opens_at,
        "round.close_to_units": round_.units_close_at,
        "round.units_close": round_.units_close_at,
        "round.close": round_.closes_at,
    }
    if planned := round_.details.get("review_from"):
        known["round.review"] = datetime.fromisoformat(str(planned))
    if isinstance(subject, Case):
        owner = subject.parent or subject
        known["project.start"] = end_of(owner.starts_on) if owner.starts_on else None
        known["project.end"] = end_of(owner.ends_on) if owner.ends_on else None
        known["case.received"] = owner.received_at
        if round_.details.get(ROLLING) and round_.closes_at is None:
            known["round.close"] = owner.received_at
        known["case.sanction_end"] = end_of(subject.ends_on) if subject.ends_on else None
        if done is None or ahead:
            known["project.gate"] = gate(subject, done, on)
        known |= owed(subject, done, on)
    return {name: moment for name, moment in known.items() if moment is not None}


def gate(case: Case, done: tuple[Done, ...] | None, on: datetime | None = None) -> datetime | None:
    """The first day on which the page wants this running project assessed and on which nobody has called for it; none once its end has come.

    Only the clock asks for it: the days may stand in the answers, which no list reads.
    """
    if case.state != "running" or case.parent_id or case.starts_on is None or case.ends_on is None:
        return None
    if on is not None and on >= end_of(case.ends_on):
        return None
    days = gate_days(case, pages_of(case.round).programme.get("midterm") or {})
    moments = [datetime.combine(day, time(), ZONE) for day in days]
    if not moments:
        return None
    heeded = [one.on for one in (records.done(case) if done is None else done) if one.act in (CALL, *ASSESSED)]
    open_ = (moment for moment in moments if not any(on >= moment - timedelta(AHEAD) for on in heeded))
    return min(open_, default=None)


def gate_days(case: Case, said: Mapping[str, Any]) -> list[date]:
    """The days of the stage gates as the application names them, else the share of the term that the page says."""
    rows = case.answers.get(str(said["gates"])) if said.get("gates") else None
    named = [date.fromisoformat(str(row["at"])[:10]) for row in rows or () if row.get("at")]
    share, first, last = _OF_TERM.fullmatch(str(said.get("at", ""))), case.starts_on, case.ends_on
    if first is None or last is None:
        return []
    if not named and share:
        named = [first + (last - first) * int(share[1]) // 100]
    return sorted(day for day in named if first < day < last)


def gates_paid(case: Case, said: Mapping[str, Any]) -> list[tuple[date, Fraction]]:
    """The stage gates after which the application wants money, by day, each with its share; none where the page has no gates."""
    if not said.get("gates"):
        return []
    rows = case.answers.get(str(said["gates"])) or ()
    paid = [(row["at"], Fraction(str(row.get("money_after") or 0))) for row in rows if row.get("at")]
    return sorted((date.fromisoformat(str(at)[:10]), share) for at, share in paid if share > 0)


def counts_from(gate_day: date) -> date:
    """From which day on an assessment that is passed counts for the gate of `gate_day`."""
    return gate_day - timedelta(AHEAD)


def owed(case: Case, done: tuple[Done, ...] | None, on: datetime | None) -> dict[str, datetime | None]:
    """Since when a yearly report and an instalment are owed, as far as a term of this state counts from them."""
    if case.pk is None or on is None:
        return {}
    acts = pages_of(case.round).flow(case.flow).acts.values()
    asked = {
        name for act in acts if act.limit and act.stands_in(case.state) for name in act.limit.since if name in OWED
    }
    if not asked:
        return {}
    return owed_of(case, asked, records.done(case) if done is None else done, on)


def owed_of(case: Case, asked: Collection[str], done: tuple[Done, ...], on: datetime) -> dict[str, datetime | None]:
    """The moments named in `asked` of what comes again and again, as they stood at `on` after `done`."""
    found: dict[str, datetime | None] = {}
    if YEAR_OVER in asked:
        found[YEAR_OVER] = year_over(case, done, on)
    if INSTALMENT in asked:
        found[INSTALMENT] = instalment_free(case, done, pages_of(case.round).programme)
    return found


def year_over(case: Case, done: tuple[Done, ...], on: datetime) -> datetime | None:
    """The last day of the last year that is over and of which nobody has reported; the last year is told at acceptance."""
    if case.starts_on is None or case.ends_on is None:
        return None
    last = min(on.astimezone(ZONE).year, case.ends_on.year) - 1
    if last < case.starts_on.year:
        return None
    over = datetime(last, 12, 31, tzinfo=ZONE)
    reported = any(one.act == REPORT and one.on >= over - timedelta(EARLY) for one in done)
    return None if reported else over


def instalment_free(case: Case, done: tuple[Done, ...], programme: Mapping[str, Any]) -> datetime | None:
    """When the first instalment came free that nobody has prepared; None if none is."""
    rows = for_track(programme.get("instalments", ()), case.track)
    freed = sorted(moment for row in rows for moment in _freed(case, row, programme, done))
    prepared = sum((one.act == PREPARE) - (one.act == UNPREPARE) for one in done)
    return freed[prepared] if prepared < len(freed) else None


def _freed(case: Case, row: Mapping[str, Any], programme: Mapping[str, Any], done: tuple[Done, ...]) -> Iterator[datetime]:  # fmt: skip
    """When the instalment of a row came free: once, or gate by gate where the page has gates that free money."""
    act = str(row.get("upon"))
    moments = sorted(one.on for one in done if one.act == act)
    said = programme.get("midterm") or {}
    gates = gates_paid(case, said) if act == PASSED and moments else []
    for day, _ in gates:
        yield from [on for on in moments if on.astimezone(ZONE).date() >= counts_from(day)][:1]
    if not gates:
        yield from moments[:1]


def is_rolling(round_: Round) -> bool:
    """A round without a deadline that stands open: each case is checked and reviewed when it is ripe."""
    return round_.state == "open" and bool(round_.details.get(ROLLING)) and round_.closes_at is None


def round_state(round_: Round, on: datetime) -> str:
    """The state of a round at that very moment: its deadlines hold to the millisecond, whenever the clock comes round.

    A request stamped in time that waited in the queue past the closing is still in time, and one stamped late is late.
    """
    if is_rolling(round_):
        return ROLLING
    if round_.state not in ("open", "closing", "closed"):
        return round_.state
    if round_.units_close_at and on < round_.units_close_at:
        return "open"
    if round_.closes_at and on < round_.closes_at:
        return "closing" if round_.units_close_at else round_.state
    return "closed" if round_.closes_at else round_.state


def failing(round_: Round) -> Mapping[str, Reason]:
    """The checks that fail for every case of a round as it stands, with the reason: nothing is decided while it is suspended."""
    return {ROUND_GOES_ON: Reason("round_suspended")} if round_.state == SUSPENDED else {}


def rests(act: Act, round_: Round) -> bool:
    """Whether an act on a case waits because its round is suspended: until then it is nobody's work."""
    shut = bool(act.round) and SUSPENDED not in act.round
    return round_.state == SUSPENDED and (shut or ROUND_GOES_ON in act.checks)


def latecomers_until(subject: Case | Round, name: str, flow: Flow) -> datetime | None:
    """Until when the clock may not do this: it ends no draft while a submission stamped in time may still be in the queue."""
    act, closes = flow.acts[name], subject.round.closes_at
    begun = {one.to for one in flow.acts.values() if one.opens}
    ends = act.by == CLOCK.id and "closed" in act.round and begun & set(act.start)
    return closes + LATECOMERS if ends and closes else None


def done_with_parent(subject: Case | Round) -> tuple[Done, ...]:
    """What was done on `subject`; for a child also what was done on its parent, under the name parent.<act>."""
    if subject.pk is None:
        own: tuple[Done, ...] = ()
    else:
        own = records.done(subject)
    if isinstance(subject, Case) and subject.parent is not None:
        return (*of_parent(records.done(subject.parent)), *own)
    return own


def clock_situation(subject: Case | Round, on: datetime) -> Situation:
    """The situation as the clock finds it."""
    done = done_with_parent(subject)
    state = ROLLING if is_rolling(subject.round) else subject.round.state
    return Situation(
        actor=CLOCK.id, roles=CLOCK.own, done=done, on=on, round_state=state,
        fact=lambda name: curtain.fact(name, subject, on), failing=failing(subject.round),
    )  # fmt: skip


def set_due(subject: Case | Round, flow: Flow, on: datetime) -> None:
    """Note when the clock acts next, and the earliest term promised in this state."""
    seen = clock_situation(subject, on)
    known = anchors(subject, seen.done, on=on, ahead=True)
    waiting = timed(flow, subject.state, situation=seen, anchors=known)
    first = waiting[0][1] if waiting else None
    if isinstance(subject, Round):
        subject.due_at = first
        update(subject, "due_at")
        return
    promised = min(promises(flow, subject.state, seen, known), default=None)
    if (subject.due_at, subject.promised_at) == (first, promised):
        return
    subject.due_at, subject.promised_at = first, promised
    update(subject, "due_at", "promised_at")


def due_from_elsewhere(case: Case, flow: Flow, on: datetime) -> tuple[datetime | None, datetime | None]:
    """(when the clock acts next, until when somebody should) for a case taken over, of which nothing was done here.

    A project whose period is over before it came is promised for acceptance from that day on, or from the day on which a
    term was first in force if it ended before; the clock does not act on it for the past.
    """
    if flow.states[case.state].end:
        return None, None
    seen = Situation(actor=CLOCK.id, roles=CLOCK.own, done=(), on=on, round_state=case.round.state)
    known = anchors(case, seen.done, on=on, ahead=True)
    waiting = timed(flow, case.state, situation=seen, anchors=known)
    ended = {**known, "come_due": _in_force(flow, known["project.end"])} if "project.end" in known else known
    promised = min(promises(flow, case.state, seen, ended), default=None)
    return (waiting[0][1] if waiting else None), promised


def _in_force(flow: Flow, end: datetime) -> datetime:
    """The end of a project, not before the terms that count from it: a rule binds nobody before its first day."""
    terms = {act.limit.param for act in flow.acts.values() if act.limit and "come_due" in act.limit.since}
    days = [flow.params[name].values[0][0] for name in terms if name in flow.params and flow.params[name].values]
    return max([end, *(datetime.combine(day, time(), ZONE) for day in days)])


def promises(flow: Flow, state: str, seen: Situation, known: Mapping[str, datetime]) -> Iterator[datetime]:
    """The ends of all limits on acts that are still to be done by a person: in `state`, or in a later one if the term runs here."""
    for act in flow.acts.values():
        here = act.stands_in(state)
        if act.limit is None or not act.limit.within or act.by == CLOCK.id or not (here or _runs(flow, act, state)):
            continue
        again = any(name in known for name in act.limit.since if name in OWED)
        begun = max((d.on for d in seen.done if d.act in act.limit.since), default=None)
        own = (d for d in seen.done if d.act == act.name and (d.since_entry or not here))
        if (not here and begun is None) or (not again and any(begun is None or d.on >= begun for d in own)):
            continue
        moment = due(flow, act, seen, anchors=known)
        if moment is not None:
            yield moment


def _runs(flow: Flow, act: Act, state: str) -> bool:
    """Whether the term of an act of a later state runs in `state` already: the clock's answer to its end may come here."""
    then = flow.acts.get(act.limit.then) if act.limit else None
    return then is not None and then.stands_in(state)
