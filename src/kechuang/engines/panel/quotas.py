"""The make-up of one panel: who must sit in it, how many of one unit or region may, and whether it can still be had.

Kinds (technical, finance) cross the nesting unit ⊂ region ⊂ inside/outside; both are laminar, so whether the seats
left can be filled is a small maximum flow: exact, no guessing (Ford and Fulkerson 1956).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from kechuang.words.reason import Reason

Node = tuple[str, ...]
Graph = dict[Node, dict[Node, int]]


class Candidate(NamedTuple):
    """One expert of a frozen pool. `region` and `outside` are the unit's; an empty unit or region is never capped."""

    expert: str
    unit: str = ""
    region: str = ""
    outside: bool = False
    kind: str = "technical"


@dataclass(frozen=True, slots=True)
class Quotas:
    """`least` seats by kind; at least `outside` from outside; at most so many of a unit, of a region (None: any)."""

    least: Mapping[str, int] = field(default_factory=dict)
    outside: int = 0
    per_unit: int | None = 1
    per_region: int | None = None

    def without(self, name: str) -> Quotas:
        """The same with one quota given up: a kind, `outside`, `region` or `unit`."""
        if name == "outside":
            return replace(self, outside=0)
        if name == "region":
            return replace(self, per_region=None)
        if name == "unit":
            return replace(self, per_unit=None)
        return replace(self, least={kind: n for kind, n in self.least.items() if kind != name})


def high_tech(seats: int, *, technical: Fraction = Fraction(3, 5), finance: int = 1) -> Quotas:
    """The composition of recognition panels: at least 60 % technical, one finance (国科发火〔2016〕195号)."""
    return Quotas(least={"technical": -(-seats * technical.numerator // technical.denominator), "finance": finance})


def two_places(pool: Iterable[Candidate]) -> list[str]:
    """Units that stand in more than one region: quotas would not nest, so such a pool is refused."""
    seen: dict[str, tuple[str, bool]] = {}
    twice = {c.unit for c in pool if c.unit and seen.setdefault(c.unit, (c.region, c.outside)) != (c.region, c.outside)}
    return sorted(twice)


def fillable(seats: int, chosen: Sequence[Candidate], pool: Iterable[Candidate], quotas: Quotas) -> bool:
    """Whether `chosen` can be completed from `pool` (which leaves them out) to a whole panel within the quotas."""
    if not within(seats, chosen, quotas):
        return False
    kinds = Counter(c.kind for c in chosen)
    needs = {kind: max(0, n - kinds[kind]) for kind, n in quotas.least.items()}
    free = seats - len(chosen) - sum(needs.values())
    if free < 0:
        return False
    graph = _graph(needs, free, Counter(c[1:] for c in pool))
    _cap(graph, seats, chosen, quotas)
    return _flow(graph, ("source",), ("sink",)) == seats - len(chosen)


def within(seats: int, chosen: Sequence[Candidate], quotas: Quotas) -> bool:
    """Whether no upper bound is broken: seats, per unit, per region, and inside ≤ seats - outside."""
    units = Counter(c.unit for c in chosen if c.unit)
    regions = Counter(c.region for c in chosen if c.region)
    inside = sum(not c.outside for c in chosen)
    return (
        len(chosen) <= seats
        and (quotas.per_unit is None or max(units.values(), default=0) <= quotas.per_unit)
        and (quotas.per_region is None or max(regions.values(), default=0) <= quotas.per_region)
        and inside <= seats - quotas.outside
    )


def shortages(seats: int, pool: Sequence[Candidate], quotas: Quotas) -> list[Reason]:
    """What is short, by name, when no panel can be had; `quotas_clash` when each alone could be met."""
    kinds = Counter(c.kind for c in pool)
    short = [("seats", seats, _most(seats, pool, quotas))]
    short += [(kind, n, kinds[kind]) for kind, n in sorted(quotas.least.items())]
    short.append(("outside", quotas.outside, sum(c.outside for c in pool)))
    named = [Reason("panel_short", of=name, need=need, have=have) for name, need, have in short if have < need]
    return named or [Reason("quotas_clash", seats=seats, have=len(pool))]


def _most(seats: int, pool: Sequence[Candidate], quotas: Quotas) -> int:
    """How many seats could be filled at all under the caps of unit and region."""
    graph = _graph({}, seats, Counter(c[1:] for c in pool))
    _cap(graph, seats, [], replace(quotas, outside=0))
    return _flow(graph, ("source",), ("sink",))


def _graph(needs: Mapping[str, int], free: int, classes: Mapping[tuple[str, str, bool, str], int]) -> Graph:
    """source → need of a kind → class of like experts → unit → region → side → sink, caps above the class open."""
    graph: Graph = defaultdict(dict)
    for kind, need in needs.items():
        graph[("source",)][("need", kind)] = need
    graph[("source",)][("free",)] = free
    for (unit, region, outside, kind), many in classes.items():
        like = ("class", unit, region, str(outside), kind)
        if needs.get(kind):
            graph[("need", kind)][like] = many
        graph[("free",)][like] = many
        at = ("unit", unit) if unit else ("loner", region, str(outside))
        land = ("region", region) if region else ("nowhere", str(outside))
        graph[like][at] = many
        graph[at][land] = graph[land][("side", str(outside))] = graph[("side", str(outside))][("sink",)] = 1 << 30
    return graph


def _cap(graph: Graph, seats: int, chosen: Sequence[Candidate], quotas: Quotas) -> None:
    """Set what each unit, region and side may still take, given who is chosen."""
    units, regions = Counter(c.unit for c in chosen), Counter(c.region for c in chosen)
    inside = sum(not c.outside for c in chosen)
    for node, onward in list(graph.items()):
        if node[0] == "unit" and quotas.per_unit is not None:
            onward.update(dict.fromkeys(onward, quotas.per_unit - units[node[1]]))
        elif node[0] == "region" and quotas.per_region is not None:
            onward.update(dict.fromkeys(onward, quotas.per_region - regions[node[1]]))
        elif node == ("side", "False"):
            onward[("sink",)] = seats - quotas.outside - inside


def _flow(graph: Graph, source: Node, sink: Node) -> int:
    """Maximum flow by breadth-first augmentation, one unit at a time; `graph` becomes the residual."""
    total = 0
    while True:
        came: dict[Node, Node] = {source: source}
        queue = [source]
        for node in queue:
            for onward, room in graph.get(node, {}).items():
                if room > 0 and onward not in came:
                    came[onward] = node
                    queue.append(onward)
        if sink not in came:
            return total
        node = sink
        while node != source:
            back = came[node]
            graph[back][node] -= 1
            graph.setdefault(node, {})
            graph[node][back] = graph[node].get(back, 0) + 1
            node = back
        total += 1
