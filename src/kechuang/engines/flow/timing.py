"""When a limit of time runs out, and what the clock is to do next on a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from kechuang.engines.flow.conditions import holds_now
from kechuang.engines.flow.definition import CLOCK, PREVIOUS, SAME, Act, Flow, Limit
from kechuang.engines.flow.situation import Done, Situation
from kechuang.words.period import (
    ZONE,
    Term,
    add_months,
    end_of,
    is_workday,
    next_workday,
    notice_ends,
    term_ends,
    workdays_between,
)

Anchors = Mapping[str, datetime]
NOWHERE: Anchors = {}


def due(flow: Flow, act: Act, situation: Situation, *, anchors: Anchors = NOWHERE) -> datetime | None:
    """When the limit of `act` runs out (half-open), or None: no limit, no parameter in force, or its start is unknown.

    `anchors` holds moments this flow does not know: round.close, project.end, parent.refuse. A list of terms
    (reminders before an end) gives the next one that is still to come, or the latest that has passed unheeded.
    """
    limit = act.limit
    if limit is None:
        return None
    if limit.at:
        return anchors.get(limit.at)
    start = _anchor(limit, situation, anchors)
    param = flow.params.get(limit.param)
    if start is None or param is None:
        return None
    terms = param.terms(start.astimezone(ZONE).date())
    if limit.before and act.by == CLOCK and situation.on >= start:
        return None  # nobody is reminded of what has passed
    if limit.before:
        return _next([_back(start, term) for term in terms], act, situation)
    if not terms:
        return None
    return _stretched(flow, limit, start, terms[0], situation)


def timed(
    flow: Flow, state: str, *, situation: Situation, anchors: Anchors = NOWHERE
) -> tuple[tuple[Act, datetime], ...]:
    """The acts of the clock that are due in `state` or will be, earliest first; the scheduler tries those whose time has come.

    An act without any limit is due at once, if its condition holds. One that leaves the case in its state is due once for each due time.
    What waits for another act, for the round, or for a check that is known to fail is left out: that act will ask again.
    """
    found = []
    for act in flow.acts.values():
        if act.by != CLOCK or act.through or not act.stands_in(state) or not _ready(act, situation):
            continue
        moment = _when_due(flow, act, state, situation, anchors)
        if moment is not None and not _already(act, state, moment, situation):
            found.append((act, moment))
    return tuple(sorted(found, key=lambda pair: (pair[1], pair[0].name)))


def _when_due(flow: Flow, act: Act, state: str, situation: Situation, anchors: Anchors) -> datetime | None:
    """By its own limit, by the limits that name it in `then`, or at once."""
    if act.limit:
        return due(flow, act, situation, anchors=anchors)
    sending = [other for other in flow.acts.values() if other.limit and other.limit.then == act.name]
    if not sending:
        if not holds_now(flow, act, situation):
            return None
        return situation.done[-1].on if situation.done else situation.on
    moments = [
        moment
        for other in sending
        if not _kept(other, situation) and (moment := due(flow, other, situation, anchors=anchors))
    ]
    return min(moments, default=None)


def _kept(act: Act, situation: Situation) -> bool:
    """Whether the limited act itself has been done since its term began, so that nothing runs out."""
    limit = act.limit
    if limit is None or act.name in limit.since:
        return False
    begun = _latest(limit.since, situation)
    return begun is not None and any(done.act == act.name and done.on >= begun for done in situation.done)


def _already(act: Act, state: str, moment: datetime, situation: Situation) -> bool:
    return act.stays(state) and any(done.act == act.name and done.on >= moment for done in situation.done)


def _ready(act: Act, situation: Situation) -> bool:
    """Whether time alone stands between the case and this act, so far as acts and the round's state tell."""
    fresh = {done.act for done in situation.done if done.since_entry}
    led = fresh.issuperset(act.after) and (not act.after_any or bool(fresh.intersection(act.after_any)))
    free = situation.failing.keys().isdisjoint(act.checks) and (not act.round or situation.round_state in act.round)
    return led and free


def _anchor(limit: Limit, situation: Situation, anchors: Anchors) -> datetime | None:
    """The moment a term is counted from: the latest of the acts named, as done here or as the door knows it."""
    if limit.before:
        return anchors.get(limit.before)
    known = [anchors[name] for name in limit.since if name in anchors]
    done = _latest(limit.since, situation)
    return max([*known, done] if done else known, default=None)


def _latest(names: tuple[str, ...], situation: Situation) -> datetime | None:
    return max((done.on for done in situation.done if done.act in names), default=None)


def _back(end: datetime, term: Term) -> datetime:
    """The moment `term` before `end`."""
    if term.unit in ("小时", "分钟"):
        return end - (timedelta(hours=term.count) if term.unit == "小时" else timedelta(minutes=term.count))
    if term.unit in ("月", "年"):
        day = add_months(end.astimezone(ZONE).date(), -term.count * (12 if term.unit == "年" else 1))
        return datetime.combine(day, end.astimezone(ZONE).timetz())
    if term.unit == "工作日":
        return end - timedelta(_workdays_back(end.astimezone(ZONE).date(), term.count))
    return end - timedelta(term.count * (7 if term.unit == "周" else 1))


def _workdays_back(day: date, count: int) -> int:
    """How many calendar days lie before `day` up to the `count`-th working day before it."""
    first = day
    while count > 0:
        day -= timedelta(1)
        count -= is_workday(day)
    return (first - day).days


def _next(moments: list[datetime], act: Act, situation: Situation) -> datetime | None:
    """The reminder that is owed now, else the next one; None when all have been given."""
    last = _latest((act.name,), situation)
    open_ = [moment for moment in moments if last is None or moment > last]
    past = [moment for moment in open_ if moment <= situation.on]
    return max(past) if past else min(open_, default=None)


def _stretched(flow: Flow, limit: Limit, start: datetime, term: Term, situation: Situation) -> datetime:
    """The end of the term, put off by the time the case stood where this clock rests."""
    end = term_ends(start, term)
    rests = list(_rests(flow, limit.param, start, situation))
    if not rests or term.unit in ("小时", "分钟"):
        return end
    last = end.astimezone(ZONE).date() - timedelta(1)
    if term.unit == "工作日":
        days = sum(workdays_between(_day(a) + timedelta(1), _day(b)) for a, b in rests)
        return end_of(notice_ends(last + timedelta(1), days)) if days else end
    days = sum((_day(b) - _day(a)).days for a, b in rests)
    return end_of(next_workday(last + timedelta(days)))


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _rests(flow: Flow, param: str, start: datetime, situation: Situation) -> Iterator[tuple[datetime, datetime]]:
    """From when to when, after `start`, the case stood in a state that stops the clock of `param`."""
    since: datetime | None = None
    for moment, state in (*stations(flow, situation.done), (situation.on, "")):
        if since is not None:
            yield max(since, start), max(moment, start)
        since = moment if state and param in flow.states[state].clock_stopped else None


def stations(flow: Flow, done: tuple[Done, ...]) -> tuple[tuple[datetime, str], ...]:
    """The states a case entered, with the moment of each, read from what was done on it."""
    entered: list[tuple[datetime, str]] = []
    for one in done:
        act = flow.acts.get(one.act)
        if act is None or act.to == SAME or (entered and act.to == entered[-1][1]):
            continue
        to = entered[-2][1] if act.to == PREVIOUS and len(entered) > 1 else act.to
        if to in flow.states:
            entered.append((one.on, to))
    return tuple(entered)
