"""Whether an act is possible here and now for this person, and if not, every reason why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from kechuang.engines.flow.conditions import not_now
from kechuang.engines.flow.definition import CLOCK, PARENT, PREVIOUS, SAME, Act, Flow
from kechuang.engines.flow.situation import Done, Situation
from kechuang.engines.flow.timing import NOWHERE, Anchors, due
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason


def plan(flow: Flow, state: str, name: str, *, situation: Situation, anchors: Anchors = NOWHERE) -> Act:
    """The act that `name` stands for in `state` ('' where no case exists yet), or Refused with every reason.

    A wrong state or a wrong role is told alone; everything else is told together. Limits that start at a moment
    this flow does not know are judged only where `anchors` gives it.
    """
    act = flow.acts.get(name)
    if act is None or not act.stands_in(state):
        raise Refused(Reason("act_not_here", act=_title(flow, name), state=_state_title(flow, state)))
    if act.through and situation.through not in act.through:
        raise Refused(Reason("act_through_child", act=act.title, flows=list(act.through)))
    if not act.through and act.by not in situation.roles:
        raise Refused(Reason("act_for_another", act=act.title, role=act.by))
    reasons = tuple(_reasons(flow, act, situation, anchors))
    if reasons:
        raise Refused(*reasons)
    return act


def possible(flow: Flow, state: str, *, situation: Situation, anchors: Anchors = NOWHERE) -> tuple[Act, ...]:
    """The acts this person can do in `state` now, in the order of the page."""
    offered_here = offered(flow, state, situation=situation, anchors=anchors)
    return tuple(act for act, reasons in offered_here if not reasons)


def offered(
    flow: Flow, state: str, *, situation: Situation, anchors: Anchors = NOWHERE
) -> tuple[tuple[Act, tuple[Reason, ...]], ...]:
    """The acts that are this person's in `state`, each with what stands against it now; a page shows both."""
    mine = (act for act in flow.acts.values() if act.stands_in(state) and act.by in situation.roles and not act.through)
    return tuple((act, tuple(_reasons(flow, act, situation, anchors))) for act in mine)


def target(act: Act, state: str, previous: str) -> str:
    """The state after `act`: `to` itself, or where the case stands, or where it stood before."""
    return state if act.to == SAME else previous if act.to == PREVIOUS else act.to


def opened_on(child: Flow, parent: Flow, state: str) -> None:
    """Refused unless a case of `child` may be opened on a case of `parent` that stands in `state`."""
    place = child.parent
    if place is None or parent.code not in place.flows or state not in place.states:
        raise Refused(Reason("parent_not_here", flow=child.title, state=_state_title(parent, state)))


def of_parent(done: Iterable[Done]) -> tuple[Done, ...]:
    """What was done on the parent, oldest first, named as a child's page names it: refuse → parent.refuse.

    The act that brought the parent where it stands counts as fresh too: `after_any: [parent.refuse]` then says that
    the child hangs on that refusal, not on an older one.
    """
    told = tuple(done)
    entering = sum(not one.since_entry for one in told) - 1
    return tuple(Done(PARENT + one.act, one.actor, one.on, i >= entering) for i, one in enumerate(told))


def seconded(act: Act, *, actor: str, second: str, roles: Collection[str]) -> None:
    """Refused unless `second`, who holds `roles`, may stand beside `actor` for this act."""
    if not act.seconded_by:
        return
    if not second:
        raise Refused(Reason("second_missing", act=act.title, role=act.seconded_by))
    if second == actor:
        raise Refused(Reason("same_person", act=act.title, acts=[act.title]))
    if act.seconded_by not in roles:
        raise Refused(Reason("second_for_another", act=act.title, role=act.seconded_by))


def _reasons(flow: Flow, act: Act, situation: Situation, anchors: Anchors) -> Iterator[Reason]:
    """What stands against `act`, cheap things first, so that facts are asked for last."""
    if act.round and situation.round_state not in act.round:
        yield Reason("round_not_open", act=act.title, round_state=situation.round_state, open_in=list(act.round))
    yield from (situation.failing[check] for check in act.checks if check in situation.failing)
    yield from _missing(flow, act, situation)
    yield from _own_hands(flow, act, situation)
    if act.times and sum(done.act == act.name for done in situation.done) >= act.times:
        yield Reason("act_already_done", act=act.title, times=act.times)
    yield from _out_of_time(flow, act, situation, anchors)
    yield from not_now(flow, act, situation)


def _missing(flow: Flow, act: Act, situation: Situation) -> Iterator[Reason]:
    fresh = {done.act for done in situation.done if done.since_entry}
    missing = [name for name in act.after if name not in fresh]
    if missing:
        yield Reason("act_after_missing", act=act.title, missing=[_title(flow, name) for name in missing])
    if act.after_any and not fresh.intersection(act.after_any):
        titles = [_title(flow, name) for name in act.after_any]
        yield Reason("act_after_missing", act=act.title, missing_any=titles)


def _own_hands(flow: Flow, act: Act, situation: Situation) -> Iterator[Reason]:
    mine = {done.act for done in situation.done if done.actor == situation.actor}
    own = [name for name in act.never_with if name in mine]
    if own:
        yield Reason("same_person", act=act.title, acts=[_title(flow, name) for name in own])


def _out_of_time(flow: Flow, act: Act, situation: Situation, anchors: Anchors) -> Iterator[Reason]:
    limit = act.limit
    if limit is None:
        return
    moment = due(flow, act, situation, anchors=anchors)
    if moment is None:
        return
    waits = bool(limit.not_before) or act.by == CLOCK
    if waits and situation.on < moment:
        yield Reason("too_early", act=act.title, until=moment)
    if limit.shuts and not waits and situation.on >= moment:
        yield Reason("too_late", act=act.title, until=moment)


def _title(flow: Flow, name: str) -> object:
    act = flow.acts.get(name)
    return dict(act.title) if act else name


def _state_title(flow: Flow, state: str) -> object:
    return dict(flow.states[state].title) if state in flow.states else state
