"""Flow: states and acts; plan one act, audit a whole flow."""

from kechuang.engines.flow.audit import audit
from kechuang.engines.flow.definition import Act, Flow, Limit, Param, Parent, State, asked
from kechuang.engines.flow.planning import of_parent, offered, opened_on, plan, possible, seconded, target
from kechuang.engines.flow.reading import flow_from
from kechuang.engines.flow.timing import Done, Situation, due, stations, timed

__all__ = [
    "Act",
    "Done",
    "Flow",
    "Limit",
    "Param",
    "Parent",
    "Situation",
    "State",
    "asked",
    "audit",
    "due",
    "flow_from",
]
__all__ += ["of_parent", "offered", "opened_on", "plan", "possible", "seconded", "stations", "target", "timed"]
