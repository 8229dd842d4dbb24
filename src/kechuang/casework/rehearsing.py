"""What acts would do: they are carried out through the one door, and then everything is rolled back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from kechuang.casework.actor import Actor
from kechuang.casework.acts import Wish, act_many
from kechuang.casework.models import Record
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused


def rehearsed(wishes: Iterable[Wish], *, by: Person | Actor, on: datetime) -> list[Record | Refused]:
    """What `act_many` would tell of these wishes, one after the other, with nothing left behind: no row, no attempt.

    Later wishes see what earlier ones did, so that a budget used up by the third is refused to the fourth.
    """
    listed = list(wishes)
    as_they_were = [(wish.subject, dict(wish.subject.__dict__)) for wish in listed]
    with transaction.atomic():
        told = act_many(listed, by=by, on=on)
        transaction.set_rollback(True)
    for subject, columns in as_they_were:
        subject.__dict__.clear()
        subject.__dict__.update(columns)
    return told
