"""The condition of an act: whether what the page wants to be so is so now."""

from __future__ import annotations

from collections.abc import Iterator

from kechuang.engines.flow.definition import Act, Flow
from kechuang.engines.flow.situation import Situation
from kechuang.formula import FormulaError, evaluate
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.quantity import quantity
from kechuang.words.reason import Reason


def not_now(flow: Flow, act: Act, situation: Situation) -> Iterator[Reason]:
    """A condition that is false; Refused where it cannot be judged because a fact is not known."""
    if act.when is None:
        return
    scope = {name: _value(flow, name, situation) for name in act.when.names}
    try:
        holds = evaluate(act.when, scope)
    except FormulaError as fault:
        raise Refused(Reason("not_now", act=act.title, when=act.when.text), fault.reason) from fault
    if holds is not True:
        yield Reason("not_now", act=act.title, when=act.when.text, **(act.otherwise or {}))


def holds_now(flow: Flow, act: Act, situation: Situation) -> bool:
    """Whether the condition holds, as far as it can be judged."""
    try:
        return not any(not_now(flow, act, situation))
    except Refused:
        return False


def _value(flow: Flow, name: str, situation: Situation) -> object:
    """What a name of a condition stands for: a fact by its offer, or a parameter as it holds today (terms count units)."""
    if name in flow.facts:
        return situation.fact(flow.facts[name])
    if name not in flow.params:
        return None
    held = flow.params[name].on(situation.on.astimezone(ZONE).date())
    return quantity(held[0]).number if held else None
