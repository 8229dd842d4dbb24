"""What a flow is: states, acts between them, the limits of time on acts, and what a child flow hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kechuang.formula import Expression
from kechuang.words.period import Term

Text = Mapping[str, str]  # {zh, en}

CLOCK = "clock"  # the role of acts that time brings about
SAME, PREVIOUS = "same", "previous"  # targets that name no state
PARENT = "parent."  # what was done on the parent stands in a child's situation under this prefix
OUTSIDE = ("round.", "project.", "case.", PARENT)  # moments the door knows, not this flow


@dataclass(frozen=True, slots=True)
class State:
    """A place where a case can stand. `pays`: money may move here; `clock_stopped`: parameters whose term rests here."""

    name: str
    code: str
    title: Text
    stage: str = ""
    end: bool = False
    public: bool = False
    pays: bool = False
    clock_stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of time: `within` or `not_before` name a parameter, counted from the latest of `since`, or back from `before`.

    `at` names the moment itself. `then` is the act of the clock when it runs out, `alert` the role that is told.
    """

    within: str = ""
    not_before: str = ""
    at: str = ""
    since: tuple[str, ...] = ()
    before: str = ""
    then: str = ""
    alert: str = ""

    @property
    def param(self) -> str:
        return self.within or self.not_before

    @property
    def shuts(self) -> bool:
        """Whether the act is refused once the term is over: nothing else follows, and nobody is told."""
        return bool(self.within) and not self.then and not self.alert and not self.before


@dataclass(frozen=True, slots=True)
class Param:
    """A term or amount by the day from which it holds, each a tuple of texts such as '5 工作日'."""

    name: str
    title: Text
    values: tuple[tuple[date, tuple[str, ...]], ...]
    at_most: str = ""
    source: str = ""
    confirm: bool = False

    def on(self, day: date) -> tuple[str, ...]:
        """What holds on `day`; empty before the first value."""
        held: tuple[str, ...] = ()
        for start, texts in self.values:
            if start <= day:
                held = texts
        return held

    def terms(self, day: date) -> tuple[Term, ...]:
        """The terms that hold on `day`; ValueError where a text is no term."""
        return tuple(Term.parse(text) for text in self.on(day))


@dataclass(frozen=True, slots=True)
class Act:
    """One way on: from any of `start` (none: it opens a case) to `to`, by one role, under the page's conditions.

    `through` names child flows: such an act is never done directly, only as the `parent` act of a child's act.
    `otherwise` is the sentence where `when` does not hold; without one the act is not offered there.
    `cases` (acts of a round) names acts that are carried along on the round's cases, with the states they take them from.
    """

    name: str
    title: Text
    start: tuple[str, ...]
    to: str
    by: str
    round: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    after_any: tuple[str, ...] = ()
    never_with: tuple[str, ...] = ()
    seconded_by: str = ""
    times: int = 0
    when: Expression | None = None
    otherwise: Text | None = None
    bulk: bool = False
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    letter: str = ""
    public: Mapping[str, Any] | None = None
    limit: Limit | None = None
    parent: str = ""
    through: tuple[str, ...] = ()
    cases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def opens(self) -> bool:
        return not self.start

    def stands_in(self, state: str) -> bool:
        """Whether it can be done in `state`; '' is the state of a case that does not exist yet."""
        return state in self.start if self.start else state == ""

    def stays(self, state: str) -> bool:
        """Whether it leaves a case that stands in `state` where it is."""
        return self.to in (SAME, state)


@dataclass(frozen=True, slots=True)
class Parent:
    """What a child flow hangs on: cases of `flows` that stand in one of `states`; open, it may stop the parent's money."""

    flows: tuple[str, ...]
    states: tuple[str, ...]
    stops_payment: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole flow page. `of` is what it moves: case or round. `choices` are the page's own tables that inputs choose from."""

    code: str
    title: Text
    of: str
    states: Mapping[str, State]
    acts: Mapping[str, Act]
    params: Mapping[str, Param] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    parent: Parent | None = None
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    stages: Mapping[str, Text] = field(default_factory=dict)
    appeals: tuple[Mapping[str, Any], ...] = ()
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    money: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()

    def not_about(self, act: Act, *, child: str = "") -> Text | None:
        """What an appeal by this act may not be about: the act is this flow's own, or opens a case of the flow `child`."""
        for row in self.appeals:
            against = f"{PARENT}{row.get('against')}"
            theirs = row.get("child") == child and (against in act.after_any or not act.after_any)
            if "not_about" in row and (theirs if child else row.get("act") == act.name):
                told: Text = row["not_about"]
                return told
        return None


def asked(flow: Flow) -> tuple[tuple[str, str], ...]:
    """Every offer the page asks for, as (kind, name), sorted: check, effect, fact."""
    acts = flow.acts.values()
    wanted = {("check", name) for act in acts for name in (*act.checks, *act.finds)}
    wanted |= {("effect", name) for act in acts for name in act.effects}
    wanted |= {("fact", name) for name in flow.facts.values()}
    return tuple(sorted(wanted))
