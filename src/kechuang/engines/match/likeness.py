"""What a likeness means: a stranger's text, one's own project funded twice, or a legitimate follow-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kechuang.engines.match.text import normalise


class Kind(StrEnum):
    """How a like case stands to the one looked at. None of them refuses anything: a person decides."""

    COPY = "copy"
    DUPLICATE = "duplicate"
    TWICE = "twice"
    FOLLOW_UP = "follow_up"
    RESUBMISSION = "resubmission"


TITLES: Mapping[Kind, Mapping[str, str]] = {
    Kind.COPY: {"zh": "雷同", "en": "Alike, other people"},
    Kind.DUPLICATE: {"zh": "重复立项", "en": "Funded twice, same people"},
    Kind.TWICE: {"zh": "重复申报", "en": "Applied for twice, same people"},
    Kind.FOLLOW_UP: {"zh": "延续", "en": "Follow-up of a finished project"},
    Kind.RESUBMISSION: {"zh": "再次申报", "en": "Applied for again after a refusal"},
}


class Standing(StrEnum):
    """Where a case stands, as far as a likeness cares."""

    PENDING = "pending"
    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Team:
    """The people of a case: who leads it, and everybody in it."""

    leader: str
    members: frozenset[str] = frozenset()

    @property
    def everybody(self) -> frozenset[str]:
        return self.members | {self.leader}


def same_people(mine: Team, other: Team) -> bool:
    """The same leader, a leader who is in the other team, or at least two people and half of the smaller team."""
    common = mine.everybody & other.everybody
    smaller = min(len(mine.everybody), len(other.everybody))
    return mine.leader in common or other.leader in common or (len(common) >= 2 and 2 * len(common) >= smaller)


def kind(mine: Team, other: Team, *, standing: Standing, declared: bool = False) -> Kind:
    """What the likeness with another case is; `declared`: the applicant named it as what this one goes on from."""
    if not same_people(mine, other):
        return Kind.COPY
    if standing == Standing.REFUSED:
        return Kind.RESUBMISSION
    if standing == Standing.PENDING:
        return Kind.TWICE
    return Kind.FOLLOW_UP if declared and standing == Standing.FINISHED else Kind.DUPLICATE


def items_twice(items: Iterable[tuple[str, int]], others: Sequence[tuple[str, int]]) -> tuple[tuple[int, int], ...]:
    """The budget items (name, fen) that stand in both lists under one name with one amount: (place, place) pairs."""
    places: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for place, (name, fen) in enumerate(others):
        places[normalise(name), fen].append(place)
    found = []
    for place, (name, fen) in enumerate(items):
        if places[normalise(name), fen]:
            found.append((place, places[normalise(name), fen].pop(0)))
    return tuple(found)


def items_repeated(items: Collection[tuple[str, int]]) -> tuple[tuple[int, int], ...]:
    """The items that stand twice in one list: (place of the first, place of the repeat) pairs."""
    first: dict[tuple[str, int], int] = {}
    found = []
    for place, (name, fen) in enumerate(items):
        before = first.setdefault((normalise(name), fen), place)
        if before != place:
            found.append((before, place))
    return tuple(found)
