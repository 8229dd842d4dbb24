"""Two texts beside each other, passage by passage: the stretches that say the same, or both texts whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kechuang.desks.texts.comparing import Shared, whole

SAME, NEAR = "same", "near"
REACH = 80  # letters shown around a passage of a long paragraph
PARAGRAPH = 320  # letters; a paragraph up to this is shown whole

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """One place that both texts share: where in a section of the case at hand, and where in the whole of the other."""

    number: int
    how: str
    section: str
    here: Stretch
    there: Stretch


def marks(found: Shared) -> list[Mark]:
    """What is shared word for word and what is said in other words, numbered in the order of the case at hand."""
    both = [(SAME, found.passages), (NEAR, found.rewritten)]
    order = {name: place for place, name in enumerate(found.passages)}
    listed = [
        (order[name], one.a_start, how, name, one)
        for how, by_section in both
        for name, some in by_section.items()
        for one in some
    ]
    ranked = sorted(listed, key=lambda row: row[:3])
    return [
        Mark(number, how, name, (one.a_start, one.a_end), (one.b_start, one.b_end))
        for number, (_, _, how, name, one) in enumerate(ranked, 1)
    ]


class Sides:
    """Draws marks in the sections of both texts; each number is an address once on either side."""

    def __init__(self, mine: Mapping[str, str], theirs: Mapping[str, str], named: tuple[Mapping[str, str], ...]):
        self._mine, self._theirs, (self._mine_named, self._theirs_named) = mine, theirs, named
        self._other = whole(theirs)
        self._starts = [0]
        for text in theirs.values():
            self._starts.append(self._starts[-1] + len(text) + 1)
        self._drawn: set[str] = set()

    def shared(self, found: Sequence[Mark]) -> list[dict[str, Any]]:
        """A pair for every stretch of the case at hand that shares something: it, and what it shares it with."""
        pairs = []
        for name, text in self._mine.items():
            here = [one for one in found if one.section == name]
            for low, high in stretches(text, [one.here for one in here]):
                inside = [one for one in here if low <= one.here[0] < high]
                left = self._drawn_side("l", self._mine_named.get(name, name), text, (low, high), inside)
                pairs.append({"left": [left], "right": list(self._partners(inside))})
        return pairs

    def _partners(self, inside: Sequence[Mark]) -> Iterator[dict[str, Any]]:
        for low, high in stretches(self._other, [one.there for one in inside]):
            those = [one for one in inside if low <= one.there[0] < high]
            yield self._drawn_side("r", self._title_at(low), self._other, (low, high), those)

    def whole(self, found: Sequence[Mark]) -> list[dict[str, Any]]:
        """Both texts from beginning to end under the titles of their sections."""
        left = [
            self._drawn_side("l", self._mine_named.get(name, name), text, (0, len(text)), [m for m in found if m.section == name])
            for name, text in self._mine.items()
        ]  # fmt: skip
        right = [
            self._drawn_side("r", self._theirs_named.get(name, name), self._other, (start, start + len(text)), found)
            for start, (name, text) in zip(self._starts, self._theirs.items(), strict=False)
        ]
        return [{"left": left, "right": right}]

    def _title_at(self, place: int) -> str:
        name = list(self._theirs)[bisect_right(self._starts, place) - 1]
        return self._theirs_named.get(name, name)

    def _drawn_side(self, side: str, title: str, text: str, where: Stretch, found: Iterable[Mark]) -> dict[str, Any]:
        spans = [(one, one.here if side == "l" else one.there) for one in found]
        drawn = list(runs(text, where, spans))
        for run in drawn:
            if run.get("n") and (address := f"{side}-{run['n']}") not in self._drawn:
                self._drawn.add(address)
                run["id"] = address
        return {"place": title, "runs": drawn}


def stretches(text: str, spans: Iterable[Stretch]) -> list[Stretch]:
    """What to show of a text so that each of these places stands in its sentence: disjoint, in order.

    The paragraph where it is short, else REACH letters on both sides within the paragraph.
    """
    merged: list[Stretch] = []
    for start, end in sorted(spans):
        low = text.rfind("\n", 0, start) + 1
        high = text.find("\n", end)
        high = len(text) if high < 0 else high
        if high - low > PARAGRAPH:
            low, high = max(low, start - REACH), min(high, end + REACH)
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def runs(text: str, where: Stretch, spans: Iterable[tuple[Mark, Stretch]]) -> Iterator[dict[str, Any]]:
    """A stretch of a text in runs, what is shared marked with its number; word for word goes before other words.

    Where the stretch begins or ends within a paragraph three dots stand for the rest.
    """
    low, high = where
    owners: list[Mark | None] = [None] * (high - low)
    for one, (start, end) in sorted(spans, key=lambda pair: (pair[0].how == SAME, pair[0].number)):
        start, end = max(start, low), min(end, high)
        if end > start:
            owners[start - low : end - low] = [one] * (end - start)
    if low and text[low - 1] != "\n":
        yield {"text": "……"}
    at = low
    for owner, places in groupby(owners):
        end = at + sum(1 for _ in places)
        yield {"text": text[at:end]} | ({"mark": owner.how, "n": owner.number} if owner else {})
        at = end
    if high < len(text) and text[high] != "\n":
        yield {"text": "……"}
