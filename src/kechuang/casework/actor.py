"""Who acts: a person, an expert under a label, someone of the public by name, or the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kechuang.parties import hands, permissions
from kechuang.parties.models import Appointment, Person
from kechuang.words.period import ZONE


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is how records name the actor; only a person has `person`, and only others have roles of their own.

    `channel` is the face through which the actor came (`web`, `api`, `command`); time itself has none.
    """

    id: str
    person: Person | None = None
    own: frozenset[str] = frozenset()
    channel: str = ""

    @classmethod
    def of(cls, who: Person | Actor) -> Actor:
        return who if isinstance(who, Actor) else cls(who.actor_id, who, channel=who.channel)

    @classmethod
    def labelled(cls, label: str, *roles: str, channel: str = "") -> Actor:
        """An expert as the record knows one: by the label of this round, never by name."""
        return cls(f"label:{label}", None, frozenset(roles or ("expert",)), channel)

    @classmethod
    def public(cls, code: str) -> Actor:
        """Someone of the public, by the code of the signed objection."""
        return cls(f"public:{code}", None, frozenset({"public", "objector"}), "web")

    @property
    def names(self) -> frozenset[str]:
        """How records name whoever this is: a person also by the accounts that were merged into theirs."""
        return hands.names(self.person) if self.person else frozenset({self.id})

    def roles(self, subject: Any, on: datetime, held: list[Appointment] | None = None) -> frozenset[str]:
        """The roles this actor has for `subject` now, read afresh unless `held` was read for this very moment."""
        if self.person is None:
            return self.own
        if not self.person.is_active or self.person.standing != "confirmed":
            return frozenset()
        if held is None:
            held = permissions.appointments(self.person, on.astimezone(ZONE).date())
        return permissions.roles(held, subject) | permissions.own_roles(self.person, subject)


CLOCK = Actor("clock", None, frozenset({"clock"}))
