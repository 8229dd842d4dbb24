"""What hangs on a case ends with it: changes, assessments and parts of a project that is over are decided by nobody any more."""

from __future__ import annotations

from typing import Any

from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import carry_out
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.words.offers import effect

ENDS = "end_with_parent"
"""The act by which a child's page says that it ends with what it hangs on, and from which states."""


@effect("casework.end_children")
def end_children(case: Case, context: Any) -> None:
    """Every open child whose page has the act `end_with_parent` in the state where it stands ends by it, in the same transaction.

    Each keeps a record of its own with the reason. What the page leaves open (an appeal, money that is being handed over)
    is still answered or done.
    """
    context.later.append(lambda record: end_each(case, context))


def end_each(case: Case, context: Any) -> None:
    """The children of a case that has just come to its end, oldest first."""
    flows, state = pages_of(case.round), context.flow.states[case.state].title["zh"]
    reason = f"所属项目已{state}（{context.act.title['zh']}），本事项随之终了"
    for child in case.children.order_by("pk"):
        ends = flows.flow(child.flow).acts.get(ENDS)
        if ends is not None and ends.stands_in(child.state):
            carry_out(child, ENDS, by=CLOCK, on=context.on, key=f"{ENDS}:{child.number}", data={"reason": reason})
