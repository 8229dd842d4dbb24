"""A flow as plain data to be drawn: states in stages with arrows, the line of one case, and the times a flow promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kechuang.engines.flow.definition import CLOCK, PREVIOUS, SAME, Act, Flow, Limit, State, Text
from kechuang.engines.flow.walks import walked
from kechuang.words.outcome import Refused

Mark = Literal["done", "now", "no", ""]


@dataclass(frozen=True, slots=True)
class Step:
    """A state on the line of a case: `done` behind it, `now` where it stands, `no` where it ended badly, '' ahead."""

    state: str
    title: Text
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage with its states in the order of the page."""

    code: str
    title: Text
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """The ways from one state to another; `clock` when only time brings them about, `back` when it leads to an earlier state."""

    start: str
    to: str
    acts: tuple[str, ...]
    clock: bool
    back: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole flow to draw: its stages, its arrows, and the states of its main line in order."""

    title: Text
    stages: tuple[Stage, ...]
    arrows: tuple[Arrow, ...]
    main: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """A time the flow promises for an act: how long, from what, who is told or what the clock does when it is over.

    `kind` is within, before (a term back from a moment), not_before or at; `terms` are texts such as '5 工作日'.
    """

    act: str
    title: Text
    by: str
    kind: Literal["within", "before", "not_before", "at"]
    param: str
    terms: tuple[str, ...]
    since: tuple[str, ...]
    at_most: str = ""
    then: str = ""
    alert: str = ""
    source: str = ""
    confirm: bool = False


def picture(flow: Flow) -> Picture:
    """`flow` as states in stages with arrows. A flow without stages is one stage; `previous` is drawn by no arrow."""
    return Picture(flow.title, _stages(flow), _arrows(flow), main_line(flow))


def line(flow: Flow, visited: Sequence[str], now: str) -> tuple[Step, ...]:
    """The steps of one case: the states it came through, oldest first, where it stands, and the main line ahead.

    A state visited twice stands where it was visited last; an end that lies off the main line is marked `no`.
    """
    main = main_line(flow)
    behind = [state for i, state in enumerate(visited) if state != now and state not in visited[i + 1 :]]
    ended = now in flow.states and flow.states[now].end
    mark: Mark = "now" if not ended else "done" if now in main else "no"
    ahead = () if ended else _ahead(main, (*behind, now))
    marked: list[tuple[str, Mark]] = [(state, "done") for state in behind]
    marked += [(now, mark), *((state, "") for state in ahead)]
    return tuple(Step(name, flow.states[name].title, said) for name, said in marked if name in flow.states)


def main_line(flow: Flow) -> tuple[str, ...]:
    """The states of the page's first example, each once; empty where the page has none or its walk does not go."""
    if not flow.examples:
        return ()
    try:
        states = walked(flow, flow.examples[0])
    except Refused:
        return ()
    return tuple(dict.fromkeys(state for state in states if state))


def promised(flow: Flow, *, on: date) -> tuple[Promise, ...]:
    """Every limit of the flow with the term that holds on `on`, in the order of the page."""
    return tuple(_promise(flow, act, act.limit, on) for act in flow.acts.values() if act.limit)


def _stages(flow: Flow) -> tuple[Stage, ...]:
    if not flow.stages:
        return (Stage("", flow.title, tuple(flow.states.values())),)
    return tuple(
        Stage(code, title, tuple(state for state in flow.states.values() if state.stage == code))
        for code, title in flow.stages.items()
    )


def _arrows(flow: Flow) -> tuple[Arrow, ...]:
    ways: dict[tuple[str, str], list[Act]] = {}
    for act in flow.acts.values():
        for start in act.start or ("",):
            if act.to not in (SAME, PREVIOUS, start):
                ways.setdefault((start, act.to), []).append(act)
    order = {name: i for i, name in enumerate(("", *flow.states))}
    return tuple(
        Arrow(
            start,
            to,
            tuple(act.name for act in acts),
            clock=all(act.by == CLOCK for act in acts),
            back=order[to] < order[start],
        )
        for (start, to), acts in ways.items()
    )


def _ahead(main: tuple[str, ...], seen: Sequence[str]) -> tuple[str, ...]:
    """The main line after the farthest of its states that the case stands in or came through last."""
    last = next((state for state in reversed(seen) if state in main), None)
    return main[main.index(last) + 1 :] if last else main


def _promise(flow: Flow, act: Act, limit: Limit, on: date) -> Promise:
    param = flow.params.get(limit.param)
    kind: Literal["within", "before", "not_before", "at"] = (
        "at" if limit.at else "before" if limit.before else "not_before" if limit.not_before else "within"
    )
    return Promise(
        act=act.name,
        title=act.title,
        by=act.by,
        kind=kind,
        param=limit.param,
        terms=param.on(on) if param else (),
        since=limit.since or tuple(filter(None, (limit.before, limit.at))),
        at_most=param.at_most if param else "",
        then=limit.then,
        alert=limit.alert,
        source=param.source if param else "",
        confirm=param.confirm if param else False,
    )
