"""Flow: states and acts; plan one act, audit a whole flow."""

from kechuang.engines.flow.audit import audit
from kechuang.engines.flow.definition import Act, Flow, Limit, Param, Parent, State, asked
from kechuang.engines.flow.picture import Picture, Promise, Step, line, picture, promised
from kechuang.engines.flow.planning import of_parent, offered, opened_on, plan, possible, seconded, target
from kechuang.engines.flow.reading import flow_from
from kechuang.engines.flow.separation import audit_roles, clashes, conflicts
from kechuang.engines.flow.situation import Done, Situation
from kechuang.engines.flow.timing import due, stations, timed

__all__ = ["Act", "Done", "Flow", "Limit", "Param", "Parent", "Picture", "Promise", "Situation", "State", "Step"]
__all__ += ["asked", "audit", "audit_roles", "clashes", "conflicts", "due", "flow_from", "line", "of_parent"]
__all__ += [
    "offered",
    "opened_on",
    "picture",
    "plan",
    "possible",
    "promised",
    "seconded",
    "stations",
    "target",
    "timed",
]
