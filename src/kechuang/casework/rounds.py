"""What a round does to its cases: carrying them along when it closes, and the numbers it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.casework import deadlines
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import Wish, act_many
from kechuang.casework.models import Case, Round
from kechuang.casework.outbox import job, put
from kechuang.casework.pages import pages_of
from kechuang.words.offers import effect
from kechuang.words.outcome import Refused


def carry_cases(round_: Round, acts: Mapping[str, Any], *, on: datetime) -> tuple[int, int]:
    """The acts of the clock that an act of the round brings to its cases (lapse, begin_check …): done, refused."""
    done = refused = 0
    for name, states in acts.items():
        cases = Case.objects.filter(round=round_, parent=None, state__in=list(states)).select_related("round")
        wishes = (
            Wish(case, name, f"{name}:{case.number}:{round_.state}")
            for case in cases.iterator()
            if _may(case, name, on)
        )
        for told in act_many(wishes, by=CLOCK, on=on):
            if isinstance(told, Refused):
                refused += 1
            else:
                done += 1
    return done, refused


def _may(case: Case, name: str, on: datetime) -> bool:
    flow = pages_of(case.round).flow_of(case)
    if name not in flow.acts or not flow.acts[name].stands_in(case.state):
        return False
    until = deadlines.latecomers_until(case, name, flow)
    return until is None or on >= until


@job("cases")
def _cases(payload: Mapping[str, Any], on: datetime) -> None:
    carry_cases(Round.objects.get(pk=payload["round"]), payload["acts"], on=on)


@effect("casework.wake_cases")
def wake_cases(round_: Round, context: Any) -> None:
    """The round goes on: what the clock owes its cases, and left while the round was suspended, is looked at again."""
    context.later.append(lambda record: put("wake", f"wake:{record.pk}", {"round": round_.pk}, context.on))


@job("wake")
def _wake(payload: Mapping[str, Any], on: datetime) -> None:
    cases = Case.objects.filter(round=payload["round"], parent=None).select_related("round").defer("answers")
    for case in cases.iterator():
        flow = pages_of(case.round).flow_of(case)
        if not flow.states[case.state].end:
            deadlines.set_due(case, flow, on)
