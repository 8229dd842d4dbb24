"""A problem's candidate graph as a flow network: solve it exactly, and read the prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from kechuang.engines.panel.problem import Array, Ints, Nest, Problem
from kechuang.engines.panel.weights import Weights


@dataclass(frozen=True, slots=True)
class Group:
    """The binding groups of one level of the nest: sorted keys project · width + member, their nodes and arcs."""

    member: Ints
    width: int
    keys: Ints
    nodes: Ints
    parents: Ints
    caps: Ints


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs project → (region → unit →) expert → sink. Nodes: projects and experts in keyed order, sink, groups.

    The first `pairs` arcs are the candidate pairs (`rows`, `cols`); capacities are multiplied by `scale` = 2^b, so
    that a flow of `scale` is a certain assignment and one of 1 a chance of 1/scale.
    """

    rows: Array
    cols: Array
    tail: Array
    head: Array
    lower: Ints
    upper: Ints
    cost: Ints
    supply: Ints
    project_node: Ints
    expert_node: Ints
    groups: tuple[Group, ...]
    scale: int

    @property
    def pairs(self) -> int:
        return len(self.rows)

    @property
    def sink(self) -> int:
        return len(self.project_node) + len(self.expert_node)


def network(problem: Problem, weights: Weights, rows: Array, cols: Array, *, scale: int = 1, most: int = 1) -> Network:
    """The network over these candidate pairs, each of at most `most` / `scale`."""
    n, m = problem.shape
    project_node = np.argsort(np.argsort(weights.row_key, kind="stable"), kind="stable")
    expert_node = np.argsort(np.argsort(weights.col_key, kind="stable"), kind="stable") + n
    order = np.argsort(project_node[rows] * np.int64(n + m) + expert_node[cols], kind="stable")
    rows, cols = rows[order], cols[order]
    entry, groups = entries(problem.nest, problem.demand, project_node, rows, cols, first=n + m + 1)
    group_tail, group_head, group_cap = joined(groups)
    tail = np.concatenate([entry, group_tail, expert_node])
    head = np.concatenate([expert_node[cols], group_head, np.full(m, n + m)])
    upper = np.concatenate([np.full(len(rows), most), group_cap * scale, problem.cap * scale])
    lower = np.concatenate([np.zeros(len(rows) + len(group_tail), np.int64), problem.lo * scale])
    cost = np.concatenate([-weights.at(rows, cols), np.zeros(len(group_tail) + m, np.int64)])
    supply = np.zeros(n + m + 1 + len(group_head), np.int64)
    supply[project_node] = problem.demand * scale
    supply[n + m] = -problem.seats * scale
    return Network(rows, cols, tail, head, lower, upper, cost, supply, project_node, expert_node, groups, scale)


def entries(
    nest: Nest | None, demand: Ints, project_node: Ints, rows: Array, cols: Array, *, first: int
) -> tuple[Ints, tuple[Group, ...]]:
    """The node where each pair leaves its project's side, and the groups on the way, outermost level first.

    A group (project, inside), (project, region), (project, unit) becomes a node, numbered from `first`, only if more
    of its members are candidates than it may take: elsewhere its quota cannot bind.
    """
    at = project_node[rows]
    groups = []
    for member, most in levels(nest, demand):
        width = int(member.max(initial=0)) + 1
        key = np.where(member[cols] >= 0, rows * np.int64(width) + member[cols], -1)
        values, where, counts = np.unique(key, return_inverse=True, return_counts=True)
        limits = most[np.maximum(values, 0) // width]
        binds = (values >= 0) & (counts > limits)
        number = np.cumsum(binds) - 1 + first
        parent = np.zeros(len(values), np.int64)
        parent[where] = at
        groups.append(Group(member, width, values[binds], number[binds], parent[binds], limits[binds]))
        at = np.where(binds[where], number[where], at)
        first += int(binds.sum())
    return at, tuple(groups)


def joined(groups: tuple[Group, ...]) -> tuple[Ints, Ints, Ints]:
    """Tails, heads and capacities of all group arcs."""
    empty = np.zeros(0, np.int64)
    parts = ([g.parents for g in groups], [g.nodes for g in groups], [g.caps for g in groups])
    tails, heads, caps = (np.concatenate([empty, *part]) for part in parts)
    return tails, heads, caps


def levels(nest: Nest | None, demand: Ints) -> list[tuple[Ints, Ints]]:
    """For each level of the nest, outermost first: each expert's group (negative: none), each project's cap on one."""
    if nest is None:
        return []
    found = []
    if np.any(nest.outside):
        found.append((np.where(nest.inside, 0, -1).astype(np.int64), np.maximum(demand - nest.outside, 0)))
    for member, most in ((nest.region, nest.per_region), (nest.unit, nest.per_unit)):
        if most is not None:
            found.append((member, np.full(len(demand), most, np.int64)))
    return found


def entry_potentials(net: Network, at: Ints, rows: Array, cols: Array) -> Ints:
    """The potential at which any pair leaves its project's side: its innermost binding group's, else the project's."""
    value = at[net.project_node[rows]]
    for group in net.groups:
        if len(group.keys):
            key = np.where(group.member[cols] >= 0, rows * np.int64(group.width) + group.member[cols], -1)
            place = np.minimum(np.searchsorted(group.keys, key), len(group.keys) - 1)
            value = np.where(group.keys[place] == key, at[group.nodes[place]], value)
    return value


def solved(net: Network) -> Ints | None:
    """A cheapest flow on every arc, or None if there is none that meets demands and loads.

    The solver never returns from an arc whose capacity is below nothing, so those are looked for first.
    """
    if (net.upper < net.lower).any():
        return None
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        net.tail.astype(np.int32), net.head.astype(np.int32), net.upper - net.lower, net.cost
    )
    supply = net.supply.copy()
    np.subtract.at(supply, net.tail, net.lower)
    np.add.at(supply, net.head, net.lower)
    flow.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    status = flow.solve()
    if status == flow.INFEASIBLE:
        return None
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"the flow solver gave up: {status}")
    return flow.flows(np.arange(len(net.tail))) + net.lower


def potentials(net: Network, flow: Ints) -> Ints:
    """Node potentials, the sink's 0, under which no residual arc is worth taking: Bellman-Ford on the residual graph.

    An expert without load gets the sink's own: his price is nothing.
    """
    forward, backward = flow < net.upper, flow > net.lower
    tail = np.concatenate([net.tail[forward], net.head[backward]])
    head = np.concatenate([net.head[forward], net.tail[backward]])
    cost = np.concatenate([net.cost[forward], -net.cost[backward]])
    order = np.argsort(head, kind="stable")
    tail, head, cost = tail[order], head[order], cost[order]
    starts = np.flatnonzero(np.diff(head, prepend=-1))
    into = head[starts]
    at = np.zeros(len(net.supply), np.int64)
    for _ in range(len(net.supply) + 1):
        reached = np.minimum(at[into], np.minimum.reduceat(at[tail] + cost, starts))
        if (reached == at[into]).all():
            break
        at[into] = reached
    else:
        raise ArithmeticError("the flow is not a cheapest one")
    return _settled(net, flow, at) - at[net.sink]


def _settled(net: Network, flow: Ints, at: Ints) -> Ints:
    """Idle experts cost nothing, idle groups at least as much as what they hang on: so far both may move freely."""
    into = np.zeros(len(at), np.int64)
    np.add.at(into, net.head, flow)
    idle = net.expert_node[into[net.expert_node] == 0]
    at[idle] = at[net.sink]
    for group in net.groups:
        still = into[group.nodes] == 0
        nodes, parents = group.nodes[still], group.parents[still]
        at[nodes] = np.maximum(at[nodes], at[parents])
    return at
