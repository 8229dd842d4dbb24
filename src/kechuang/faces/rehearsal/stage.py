"""The stage of a rehearsed year: who acts, when it is, and the door through which every line is spoken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from kechuang.casework import outbox
from kechuang.casework.actor import Actor
from kechuang.casework.acts import Wish, act, act_many, open_case
from kechuang.casework.clock import tick
from kechuang.casework.models import Case, Record, Round
from kechuang.faces.rehearsal.region import Region
from kechuang.parties.models import Person
from kechuang.parties.steady import steady
from kechuang.words.outcome import Refused

SEAL = "agreed"
MINUTES = {"minutes": "厅务会纪要〔示例〕1号"}
WHY = "经核查，材料与事实不符，已按程序告知并听取陈述，理由和依据均记录在案，可供查阅。"
BATCH = 200

RELATED = [Case._meta.get_field(name) for name in ("leader", "applicant")]

Who = Person | Actor
Line = tuple[Case | Round, Who, Mapping[str, Any]]


class Broken(RuntimeError):
    """An act of the play was refused where the play needs it done; it says which and why."""


@dataclass(slots=True)
class Stage:
    """The play's own clock, dice and people; `refused` counts refusals that belong to the play.

    A `troubled` stage plays what goes wrong in a year too.
    """

    region: Region
    rng: Random
    first_day: datetime
    year: int
    say: Callable[[str, int], None] = lambda _what, _count: None
    name: str = ""
    troubled: bool = False
    now: datetime = field(init=False)
    spoken: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.now = self.first_day

    def on_day(self, number: int, hour: int = 9) -> datetime:
        """Move the clock to the day with this number (the first is 0); it never goes back."""
        self.now = max(self.now, self.first_day + timedelta(days=number, hours=hour - 9))
        return self.now

    def key(self, name: str) -> str:
        """A key of its own for one act."""
        self.spoken += 1
        return f"{name}:{self.name}{self.spoken}"

    def does(self, subject: Case | Round, name: str, by: Who, **data: Any) -> Record:
        """One act that the play needs done."""
        record = act(subject, name, by=by, on=self.now, key=self.key(name), data=data)
        self.say("", 1)
        return record

    def opens(self, parent: Case, flow: str, by: Who, opening: str = "", **data: Any) -> Case:
        """A child case on `parent`, by an opening act of its flow."""
        given = {"flow": flow, "name": opening, "parent": parent, "data": data}
        found = open_case(parent.round, by=by, on=self.now, key=self.key(f"open-{flow}"), **given)
        self.say("", 1)
        return found

    def is_refused(self, subject: Case | Round, name: str, by: Who, **data: Any) -> None:
        """One act that must be refused: the play stops if it is not."""
        with self.refusal(f"{name} on {subject.pid}"):
            act(subject, name, by=by, on=self.now, key=self.key(name), data=data)

    @contextmanager
    def refusal(self, what: str) -> Iterator[None]:
        """What stands inside must be refused: the play stops if it is not."""
        try:
            yield
        except Refused:
            self.refused += 1
            return
        raise Broken(f"{what} should have been refused")

    def all_do(self, name: str, lines: Iterable[Line]) -> list[Record]:
        """The same act by many on many, in lists; the play stops at the first that is refused."""
        wishes = [Wish(subject, name, self.key(name), data, by) for subject, by, data in lines]
        told: list[Record] = []
        for start in range(0, len(wishes), BATCH):
            part = wishes[start : start + BATCH]
            for wish, result in zip(
                part, act_many(part, by=self.region.office("planner"), on=self.now, size=BATCH), strict=True
            ):
                if isinstance(result, Refused):
                    raise Broken(f"{name} on {wish.subject.pid}: {result}")
                told.append(result)
            self.say("", len(part))
        return told

    def clock_strikes(self) -> int:
        """Everything the clock and the outbox have to do now; how many things were done."""
        count = 0
        while done := self._struck():
            count += done
            self.say("", done)
        return count

    def _struck(self) -> int:
        with steady(), transaction.atomic():
            return tick(self.now) + outbox.work(self.now)


def fresh(cases: Iterable[Case]) -> list[Case]:
    """The cases as they stand now, in the order given; people and units that were at hand stay so."""
    before = list(cases)
    rounds = Round.objects.in_bulk({case.round_id for case in before})
    found = Case.objects.defer("answers").in_bulk([case.pk for case in before])
    for old in before:
        now = found[old.pk]
        now.round = rounds[now.round_id]
        for link in RELATED:
            if link.is_cached(old) and getattr(now, link.attname) == getattr(old, link.attname):
                setattr(now, link.name, getattr(old, link.name))
    return [found[case.pk] for case in before]
