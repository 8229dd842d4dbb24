"""The random draw with exactly the published chances: bitwise splitting of the flow along cycles, coins by the seed.

Chances are whole numbers of 1/2^bits. At each bit, the arcs whose last bit is set form an even graph; it falls into
cycles, and a coin for each moves the flow one way round or the other; every arc becomes even and is halved. Sums are
kept at every node, so demands, loads and nested quotas hold for certain, and each pair's expectation stays what it
was: dependent rounding (R. Gandhi, S. Khuller, S. Parthasarathy, A. Srinivasan 2006) by Euler splitting.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kechuang.engines.panel.chance import Stream

Arc = tuple[int, int]


class Coins:
    """Single bits of a stream, the lowest of each block first."""

    def __init__(self, seed: bytes) -> None:
        self._stream = Stream(seed)
        self._bits = self._left = 0

    def toss(self) -> int:
        """1 or -1."""
        if not self._left:
            self._bits, self._left = self._stream.block(), 256
        coin = 1 if self._bits & 1 else -1
        self._bits >>= 1
        self._left -= 1
        return coin


def drawn(
    pairs: Sequence[tuple[int, int, int]], groups: Sequence[Sequence[str]], *, bits: int, seed: bytes
) -> list[int]:
    """Positions in `pairs` (project, expert, flow of 2^bits) that are drawn.

    `groups[expert]` are the names of the expert's nested groups, outermost first. The draw depends on the order of
    `pairs`: it is the order of the published graph.
    """
    arcs, flow = circulation(pairs, groups)
    coins = Coins(seed)
    for _ in range(bits):
        _make_even(arcs, flow, coins)
        flow = [f >> 1 for f in flow]
    return [k for k in range(len(pairs)) if flow[k]]


def circulation(pairs: Sequence[tuple[int, int, int]], groups: Sequence[Sequence[str]]) -> tuple[list[Arc], list[int]]:
    """Arcs and flows: first the pairs, each from its innermost group; then group arcs and loads, as they first occur.

    Node 0 is where loads go and demands come from; a demand is a whole number of assignments and never odd.
    """
    number: dict[tuple[object, ...], int] = {}
    inner: dict[tuple[int, int], int] = {}
    arcs: list[Arc] = []
    flow: list[int] = []

    def node(*name: object) -> int:
        return number.setdefault(name, len(number) + 1)

    for project, expert, amount in pairs:
        path = [node("project", project), *(node("group", project, name) for name in groups[expert])]
        arcs.append((path[-1], node("expert", expert)))
        flow.append(amount)
        for arc in (*pairwise(path), (arcs[-1][1], 0)):
            inner.setdefault(arc, 0)
            inner[arc] += amount
    return arcs + list(inner), flow + list(inner.values())


def _make_even(arcs: Sequence[Arc], flow: list[int], coins: Coins) -> None:
    """Walk the odd arcs; whenever a node comes round again, toss for that cycle and take it off."""
    odd: dict[int, list[int]] = {}
    for k, amount in enumerate(flow):
        if amount & 1:
            for end in arcs[k]:
                odd.setdefault(end, []).append(k)
    used = set[int]()
    for start in odd:
        nodes, steps, place = [start], list[tuple[int, int]](), {start: 0}
        while True:
            here = nodes[-1]
            while odd[here] and odd[here][-1] in used:
                odd[here].pop()
            if not odd[here]:
                break
            k = odd[here].pop()
            used.add(k)
            tail, head = arcs[k]
            onward, way = (head, 1) if tail == here else (tail, -1)
            steps.append((k, way))
            if onward not in place:
                place[onward] = len(nodes)
                nodes.append(onward)
                continue
            coin, first = coins.toss(), place[onward]
            for at, direction in steps[first:]:
                flow[at] += coin * direction
            for gone in nodes[first + 1 :]:
                del place[gone]
            del steps[first:], nodes[first + 1 :]
