"""Replay the example walks of a page through the same `plan` that officials meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kechuang.engines.flow.definition import CLOCK, PARENT, Act, Flow
from kechuang.engines.flow.planning import plan, target
from kechuang.engines.flow.situation import Done, Situation
from kechuang.engines.flow.timing import due
from kechuang.words.outcome import BadPage, Refused
from kechuang.words.period import ZONE

WALK_KEYS = {"name", "start", "path", "ends", "refused", "because", "by_same_person", "facts", "round", "parent_done"}
BECAUSE = {  # what a page may write for the code of a refusal
    **{"state": "act_not_here", "role": "act_for_another", "round": "round_not_open", "after": "act_after_missing"},
    **{"never_with": "same_person", "times": "act_already_done", "when": "not_now", "through": "act_through_child"},
}
FIRST = datetime(2024, 3, 1, 9, tzinfo=ZONE)  # a working day by a published calendar, after every parameter's first day


class _Walk:
    """One walk under way: where the case stands, what has been done, and what time it is in the story."""

    def __init__(self, flow: Flow, said: Mapping[str, Any]) -> None:
        self.flow, self.said = flow, said
        self.state, self.before = str(said.get("start", "")), ""
        self.on = FIRST
        self.done = tuple(Done(PARENT + name, name, FIRST, True) for name in said.get("parent_done", ()))
        self.actor = ""

    def situation(self, act: Act | None, actor: str) -> Situation:
        by = act.by if act else CLOCK
        round_state = str(self.said.get("round", act.round[0] if act and act.round else ""))
        through = act.through[0] if act and act.through else ""
        return Situation(actor, frozenset({by}), self.done, self.on, round_state, self.fact, through)

    def fact(self, offer: str) -> object:
        """A fact as the walk gives it, by the name that the page gave the offer."""
        given = self.said.get("facts", {})
        return next((given.get(name) for name, asked in self.flow.facts.items() if asked == offer), None)

    def judged(self, name: str) -> Flow:
        """The flow, with the condition of `name` taken out where the walk does not give every fact it needs."""
        act = self.flow.acts.get(name)
        if act is None or act.when is None:
            return self.flow
        wanted = act.when.names & self.flow.facts.keys()
        if wanted <= self.said.get("facts", {}).keys():
            return self.flow
        return replace(self.flow, acts={**self.flow.acts, name: replace(act, when=None)})

    def allowed(self, name: str, actor: str) -> Act:
        """The act, after waiting for what must not be done before its time; Refused as in earnest."""
        flow, act = self.judged(name), self.flow.acts.get(name)
        if act and act.limit and (act.limit.not_before or act.by == CLOCK):
            ripe = due(flow, act, self.situation(act, actor))
            self.on = max(self.on, ripe) if ripe else self.on
        return plan(flow, self.state, name, situation=self.situation(act, actor))

    def step(self, name: str) -> None:
        """Carry one act out: everyone acts for the first time, so that separation never stands in the way."""
        self.actor = f"{name} {len(self.done)}"
        act = self.allowed(name, self.actor)
        here, to = self.state, target(act, self.state, self.before)
        if to != self.state:
            self.before, self.state = self.state, to
            self.done = tuple(replace(one, since_entry=one.act.startswith(PARENT)) for one in self.done)
        self.on += timedelta(minutes=1)
        self.done = (*self.done, Done(name, self.actor, self.on, since_entry=act.stays(here)))


def walked(flow: Flow, said: Mapping[str, Any]) -> tuple[str, ...]:
    """The states a walk comes through, its start first ('' where it opens the case); Refused where it is stopped."""
    walk = _Walk(flow, said)
    states = [walk.state]
    for name in said.get("path", ()):
        walk.step(name)
        if walk.state != states[-1]:
            states.append(walk.state)
    return tuple(states)


def replayed(flow: Flow, said: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    """What is wrong with one example of the page; nothing when it goes as the page says."""
    unknown = sorted(set(said) - WALK_KEYS)
    start = said.get("start", "")
    if unknown or (start and start not in flow.states) or not ("ends" in said or "refused" in said):
        yield BadPage(
            path,
            "the walk is not understood: {unknown}",
            "write {keys}",
            unknown=unknown or said,
            keys=tuple(sorted(WALK_KEYS)),
        )
        return
    walk = _Walk(flow, said)
    for name in said.get("path", ()):
        try:
            walk.step(name)
        except Refused as refusal:
            yield BadPage(
                path,
                "{name} is refused in {state!r}: {codes}",
                "mend the walk",
                name=name,
                state=walk.state,
                codes=tuple(refusal.codes),
            )
            return
    if "ends" in said and walk.state != said["ends"]:
        yield BadPage(
            path,
            "the walk ends in {state!r}, not in {ends!r}",
            "mend the walk or the acts",
            state=walk.state,
            ends=said["ends"],
        )
    if "refused" in said:
        yield from _refusal(walk, str(said["refused"]), path)


def _refusal(walk: _Walk, name: str, path: str) -> Iterator[BadPage]:
    said = walk.said
    actor = walk.actor if said.get("by_same_person") else "another person"
    try:
        walk.allowed(name, actor)
    except Refused as refusal:
        wanted = BECAUSE.get(str(said.get("because", "")), said.get("because"))
        if wanted and wanted not in refusal.codes:
            yield BadPage(
                path,
                "{name} is refused by {codes}, not by {wanted}",
                "mend the walk",
                name=name,
                codes=tuple(refusal.codes),
                wanted=wanted,
            )
        return
    yield BadPage(
        path, "{name} is allowed in {state!r}, but the walk says refused", "mend the act", name=name, state=walk.state
    )
