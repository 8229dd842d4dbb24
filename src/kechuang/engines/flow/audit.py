"""Whether a flow is sound before it opens: no dead end, no unreachable state, no act nobody may do, no name from nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from kechuang.engines.flow.definition import CLOCK, OUTSIDE, PARENT, PREVIOUS, SAME, Act, Flow, Limit
from kechuang.engines.flow.walks import replayed
from kechuang.words.outcome import BadPage
from kechuang.words.period import Term
from kechuang.words.phrase import Phrase

NO_FLOWS: Mapping[str, Flow] = {}


CHANGE_KEYS = frozenset({
    *("zh", "en", "decides", "told", "agrees", "advises", "needs", "for", "times", "at_most", "asked_before_end"),
    *("because", "public", "confirm", "fields"),
})  # fmt: skip
NEEDS = frozenset({"consent_of_person", "consent_of_unit"})


def audit(flow: Flow, *, roles: Collection[str], flows: Mapping[str, Flow] = NO_FLOWS) -> list[BadPage]:
    """Every fault of the page, none if it is sound. `flows` (all pages by code) lets acts on a parent be proven too."""
    names = [*_states(flow), *_acts(flow, roles), *_limits(flow, roles), *_tables(flow, roles)]
    across = (
        [*_parents(flow, flows), *_through(flow, flows), *_carried(flow, flows), *_appeals(flow, flows)]
        if flows
        else []
    )
    if names:  # walking a flow that names what is not there would only repeat the same faults
        return names + across
    ways = [*_ways(flow, roles), *_money(flow)]
    examples = [
        fault for i, said in enumerate(flow.examples) for fault in replayed(flow, said, _at(flow, "examples", i))
    ]
    return across + ways + examples


def _at(flow: Flow, *way: object) -> str:
    return ".".join(["flows/" + flow.code, *map(str, way)])


def _states(flow: Flow) -> Iterator[BadPage]:
    codes: dict[str, str] = {}
    for name, state in flow.states.items():
        if flow.stages and state.stage not in flow.stages:
            yield BadPage(
                _at(flow, "states", name),
                "no stage {stage!r}",
                "write one of {stages}",
                stage=state.stage,
                stages=tuple(flow.stages),
            )
        for param in state.clock_stopped:
            if param not in flow.params:
                yield BadPage(_at(flow, "states", name), "no parameter {param!r}", "name one of params", param=param)
        if state.title["zh"] in codes:
            yield BadPage(
                _at(flow, "states", name), "shown like {other}", "give it its own title", other=codes[state.title["zh"]]
            )
        codes[state.title["zh"]] = name
    if not any(act.opens for act in flow.acts.values()):
        yield BadPage(_at(flow, "acts"), "no act opens a case", "write an act with from: []")
    if not any(state.end for state in flow.states.values()):
        yield BadPage(_at(flow, "states"), "no state is an end", "write end: true")


def _acts(flow: Flow, roles: Collection[str]) -> Iterator[BadPage]:
    for name, act in flow.acts.items():
        here = _at(flow, "acts", name)
        for state in (*act.start, *([act.to] if act.to not in (SAME, PREVIOUS) else [])):
            if state not in flow.states:
                yield BadPage(here, "no state {state!r}", "name one of states", state=state)
        if act.opens and act.to in (SAME, PREVIOUS):
            yield BadPage(here, "a case that does not exist yet stands nowhere", "name the first state in to:")
        for role in (act.by, act.seconded_by):
            if role and role not in roles:
                yield BadPage(here, "no role {role!r}: nobody may do this", "name one of roles.yaml", role=role)
        if act.seconded_by and act.seconded_by == act.by:
            yield BadPage(here, "the second person is of the same role", "name another role in seconded_by:")
        for key in ("after", "after_any", "never_with"):
            for other in getattr(act, key):
                if other not in flow.acts and not (flow.parent and other.startswith(PARENT)):
                    yield BadPage(f"{here}.{key}", "no act {other!r}", "name an act of this page", other=other)
        if act.when:
            for missing in sorted(act.when.names - flow.facts.keys() - flow.params.keys()):
                yield BadPage(
                    f"{here}.when", "{missing!r} is neither a fact nor a parameter", "add it to facts:", missing=missing
                )
        yield from _inputs(flow, act, here)


def _inputs(flow: Flow, act: Act, here: str) -> Iterator[BadPage]:
    """A choice has options, or takes them from a table of the page or of the programme's."""
    for name, field in act.inputs.items():
        if field["kind"] in ("choice", "choices") and not field.get("options") and not field.get("from"):
            yield BadPage(f"{here}.inputs.{name}", "a choice without anything to choose", "write options: or from:")


def _limits(flow: Flow, roles: Collection[str]) -> Iterator[BadPage]:
    for name, act in flow.acts.items():
        if act.limit:
            yield from _limit(flow, act.limit, _at(flow, "acts", name, "limit"), roles)
        within = act.public.get("within") if act.public else None
        if within and within not in flow.params:
            yield BadPage(
                _at(flow, "acts", name, "public"), "no parameter {within!r}", "name one of params", within=within
            )


def _limit(flow: Flow, limit: Limit, here: str, roles: Collection[str]) -> Iterator[BadPage]:
    if limit.param and limit.param not in flow.params:
        yield BadPage(here, "no parameter {param!r}", "name one of params", param=limit.param)
    elif limit.param:
        yield from _terms(flow, limit.param, here)
    for start in (*limit.since, *filter(None, (limit.before, limit.at))):
        if start not in flow.acts and not start.startswith(OUTSIDE):
            yield BadPage(
                here, "no act or moment {start!r}", "name an act, or round.…, project.…, case.…, parent.…", start=start
            )
    if limit.then and (limit.then not in flow.acts or flow.acts[limit.then].by != CLOCK):
        yield BadPage(here, "{then!r} is no act of the clock", "name an act with by: clock", then=limit.then)
    if limit.alert and limit.alert not in roles:
        yield BadPage(here, "no role {alert!r}", "name one of roles.yaml", alert=limit.alert)


def _terms(flow: Flow, param: str, here: str) -> Iterator[BadPage]:
    for day, _ in flow.params[param].values:
        try:
            flow.params[param].terms(day)
        except ValueError as fault:
            yield BadPage(here, "{param}: {fault}", "write 5 工作日", param=param, fault=fault.args[0])


def _tables(flow: Flow, roles: Collection[str]) -> Iterator[BadPage]:
    """Changes and appeals name roles, parameters and acts that are there, and say nothing that nobody reads."""
    for name, change in flow.changes.items():
        for key in change.keys() - CHANGE_KEYS:
            yield BadPage(
                _at(flow, "changes", name),
                "nobody reads {key} of a change",
                "one of {known}",
                key=key,
                known=tuple(sorted(CHANGE_KEYS)),
            )
        for need in set(change.get("needs", ())) - NEEDS:
            yield BadPage(
                _at(flow, "changes", name),
                "nobody asks for {need}",
                "one of {known}",
                need=need,
                known=tuple(sorted(NEEDS)),
            )
        asked = {one for act in flow.acts.values() for one in act.inputs}
        for one in set(change.get("fields", ())) - asked:
            yield BadPage(_at(flow, "changes", name), "no act asks for {one}", "name an input of an act", one=one)
        for role in (
            change.get("decides"),
            *change.get("agrees", ()),
            *change.get("advises", ()),
            *change.get("told", ()),
        ):
            if role != "nobody" and role not in roles:
                yield BadPage(
                    _at(flow, "changes", name), "no role {role!r}", "name one of roles.yaml, or nobody", role=role
                )
    for name, level in flow.choices.get("levels", {}).items():
        for key in ("most", "least"):
            if key in level and not _in_years(str(level[key])):
                yield BadPage(
                    _at(flow, "choices", "levels", name, key),
                    "{term} is no term in years",
                    "write 5 年",
                    term=level[key],
                )
    for i, row in enumerate(flow.appeals):
        here = _at(flow, "appeals", i)
        if row.get("against") not in flow.acts:
            yield BadPage(
                here, "no act {against!r}", "name an act of this page in against:", against=row.get("against")
            )
        if "outside" in row:
            continue
        if row.get("within") not in flow.params:
            yield BadPage(here, "no parameter {within!r}", "name one of params in within:", within=row.get("within"))
        for key in ("by", "decided_by", "advised_by"):
            if row.get(key) not in roles and (key in row or key != "advised_by"):
                yield BadPage(here, "no role {role!r}", "name one of roles.yaml in {key}:", role=row.get(key), key=key)


def _in_years(text: str) -> bool:
    try:
        return Term.parse(text).unit == "年"
    except ValueError:
        return False


def _parents(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[BadPage]:
    """A child's parents exist, and the act it carries along exists on one of them, handed to this child."""
    place = flow.parent
    parents = [flows[code] for code in place.flows if code in flows] if place else []
    if place:
        for code in place.flows:
            if code not in flows:
                yield BadPage(_at(flow, "parent"), "no flow {code!r}", "name a page of flows/", code=code)
        known = {state for parent in parents for state in parent.states}
        for state in place.states:
            if state not in known:
                yield BadPage(
                    _at(flow, "parent"), "no parent has a state {state!r}", "name a state of a parent", state=state
                )
    for name, act in flow.acts.items():
        if act.parent and not any(flow.code in _handed(parent, act.parent) for parent in parents):
            yield BadPage(
                _at(flow, "acts", name),
                "no parent hands {parent!r} to this flow",
                "add through: [{code}]",
                parent=act.parent,
                code=flow.code,
            )
        named = (*act.after, *act.after_any, *act.never_with, *(act.limit.since if act.limit else ()))
        for other in (one.removeprefix(PARENT) for one in named if one.startswith(PARENT)):
            if not any(other in parent.acts for parent in parents):
                yield BadPage(
                    _at(flow, "acts", name), "no parent has an act {other!r}", "name an act of a parent", other=other
                )


def _appeals(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[BadPage]:
    """What the table of appeals promises is what the child case does: who opens it, within which term, who advises and decides."""
    for i, row in enumerate(flow.appeals):
        here, child = _at(flow, "appeals", i), flows.get(str(row.get("child", flow.code)))
        if "outside" in row:
            continue
        if child is None:
            yield BadPage(here, "no flow {child!r}", "name a page of flows/", child=row["child"])
            continue
        against = f"{PARENT}{row.get('against')}" if "child" in row else str(row.get("act"))
        opening = [a for a in child.acts.values() if against in (*a.after_any, a.name) or (a.opens and not a.after_any)]
        if not any(act.by == row.get("by") for act in opening):
            yield BadPage(
                here, "{by} opens none in {code}", "let an act there be by that role", by=row.get("by"), code=child.code
            )
        for act in opening:
            own = child.params.get(act.limit.within) if act.limit else None
            if own and act.by == row.get("by") and own.values != flow.params[str(row["within"])].values:
                yield BadPage(
                    here,
                    "{within} is not the term of {name} in {code}",
                    "let the two agree",
                    within=row["within"],
                    name=act.name,
                    code=child.code,
                )
        ends = {act.by for act in child.acts.values() if "child" not in row or _ends(child, act)}
        if row.get("decided_by") not in ends:
            yield BadPage(
                here,
                "{decided_by} decides nothing in {code}",
                "name who ends it there",
                decided_by=row.get("decided_by"),
                code=child.code,
            )
        if "advised_by" in row and row["advised_by"] not in {act.by for act in child.acts.values()}:
            yield BadPage(
                here,
                "{advised_by} advises nowhere in {code}",
                "name who reports there",
                advised_by=row["advised_by"],
                code=child.code,
            )


def _ends(flow: Flow, act: Act) -> bool:
    return act.to in flow.states and flow.states[act.to].end


def _handed(parent: Flow, name: str) -> tuple[str, ...]:
    return parent.acts[name].through if name in parent.acts else ()


def _through(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[BadPage]:
    """An act handed to a child is carried by some act of that child, in a state where the child can hang."""
    for name, act in flow.acts.items():
        for code in act.through:
            child = flows.get(code)
            carried = child is not None and any(other.parent == name for other in child.acts.values())
            if child is None or not carried or child.parent is None or flow.code not in child.parent.flows:
                yield BadPage(
                    _at(flow, "acts", name),
                    "no act of {code!r} carries it",
                    "write parent: there, or drop through:",
                    code=code,
                )
            elif not set(act.start) & set(child.parent.states):
                yield BadPage(
                    _at(flow, "acts", name),
                    "{code!r} never hangs on {start}",
                    "add the state to its parent:",
                    code=code,
                    start=tuple(act.start),
                )


def _carried(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[BadPage]:
    """What an act of a round carries along on its cases is from each of those states an act of some flow."""
    for name, act in flow.acts.items():
        for carried, states in act.cases.items():
            known = {state for one in flows.values() if carried in one.acts for state in one.acts[carried].start}
            if left := tuple(state for state in states if state not in known):
                why = Phrase("no flow has an act {carried!r} from {states}", carried=carried, states=left)
                yield BadPage(_at(flow, "acts", name, "cases"), why, "name an act of a case's flow and its states")


def feasible(flow: Flow, state: str, roles: Collection[str]) -> tuple[Act, ...]:
    """The acts that can come to pass in `state`: somebody may do them, and what must come first can come first there."""
    here = [act for act in flow.acts.values() if act.stands_in(state) and act.by in roles]
    can: set[str] = set()
    while True:
        staying = {act.name for act in here if act.name in can and act.stays(state)}
        grown = {act.name for act in here if _led_up_to(act, staying)}
        if grown == can:
            return tuple(act for act in here if act.name in can)
        can = grown


def _led_up_to(act: Act, before: set[str]) -> bool:
    """Whether what `act` asks for can come before it, without the case leaving its state in between."""
    some = not act.after_any or any(name in before or name.startswith(PARENT) for name in act.after_any)
    return some and all(name in before or name.startswith(PARENT) for name in act.after)


def possible(flow: Flow, roles: Collection[str]) -> dict[str, tuple[Act, ...]]:
    """What can come to pass in each state, '' first."""
    return {state: feasible(flow, state, roles) for state in ("", *flow.states)}


def edges(ways: Mapping[str, tuple[Act, ...]]) -> dict[str, set[str]]:
    """Where each state can lead, '' first; a return to the state before counts as every state that leads here."""
    lead: dict[str, set[str]] = {}
    back: set[str] = set()
    for state, acts in ways.items():
        lead[state] = {act.to for act in acts if act.to not in (SAME, PREVIOUS, state)}
        back |= {state} if any(act.to == PREVIOUS for act in acts) else set()
    for state in back:
        lead[state] |= {source for source, targets in lead.items() if state in targets and source}
    return lead


def _ways(flow: Flow, roles: Collection[str]) -> Iterator[BadPage]:
    ways = possible(flow, roles)
    lead = edges(ways)
    reached = _spread({""}, lambda state: lead[state])
    ends = {name for name, state in flow.states.items() if state.end}
    finishing = _spread(ends, lambda state: {source for source, targets in lead.items() if state in targets})
    for name, state in flow.states.items():
        here = _at(flow, "states", name)
        if name not in reached:
            yield BadPage(here, "no walk comes here", "add an act that leads here, or take the state out")
        if not state.end and not lead[name]:
            yield BadPage(here, "a dead end: nothing leads out", "add an act, or write end: true")
        elif name not in finishing:
            yield BadPage(here, "no way from here comes to an end", "add an act that leads on")
        if state.end:
            yield from _out_of_an_end(flow, name, ways[name])
        elif lead[name] and _runs_out(name, ways[name]):
            yield BadPage(
                here, "every way out is limited by times: on a second visit it is a dead end", "add another way out"
            )
    yield from _never(flow, ways)


def _spread(start: set[str], following: Callable[[str], set[str]]) -> set[str]:
    seen, edge = set(start), list(start)
    while edge:
        new = following(edge.pop()) - seen
        seen |= new
        edge.extend(new)
    return seen


def _out_of_an_end(flow: Flow, state: str, acts: tuple[Act, ...]) -> Iterator[BadPage]:
    for act in acts:
        if not act.stays(state) and not act.through:
            why = Phrase("{name} leads out of an end", name=act.name)
            yield BadPage(_at(flow, "states", state), why, "let a child case do it (through:), or drop end: true")


def _runs_out(state: str, acts: tuple[Act, ...]) -> bool:
    return all(act.times for act in acts if not act.stays(state))


def _never(flow: Flow, ways: Mapping[str, tuple[Act, ...]]) -> Iterator[BadPage]:
    """Acts whose conditions can never be met in one of the states they start from."""
    for name, act in flow.acts.items():
        for state in act.start or ("",):
            if act not in ways.get(state, ()):
                why = Phrase("can never be done in {state!r}: what must come first cannot", state=state)
                yield BadPage(
                    _at(flow, "acts", name), why, "let {after} start there too", after=tuple(act.after or act.after_any)
                )


def _money(flow: Flow) -> Iterator[BadPage]:
    """Money moves only where the state says so: the act `pay` starts in the states that pay, and in no other."""
    for name in flow.money.get("settlement", {}):
        if name not in flow.states:
            yield BadPage(_at(flow, "money", "settlement"), "no state {name!r}", "name a state of this page", name=name)
    if "pay" not in flow.acts:
        return
    starts = set(flow.acts["pay"].start)
    paying = {name for name, state in flow.states.items() if state.pays}
    for name in sorted(starts ^ paying):
        yield BadPage(
            _at(flow, "states", name), "pay and pays: disagree", "let the act pay start where pays: true stands"
        )
