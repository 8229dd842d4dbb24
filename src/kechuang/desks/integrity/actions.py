"""What comes to supervision that is no act on a case: reports of wrongdoing, and the word on each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Case, Record
from kechuang.desks.integrity.models import Clue
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

SHORTEST = 10


@transaction.atomic
def report(case: Case, source: str, text: str, *, by: Person | Actor, on: datetime, key: str) -> Clue:
    """A clue about a case, from whoever reports it; refused below ten characters, told once a key."""
    actor = Actor.of(by)
    if len(text.strip()) < SHORTEST:
        raise Refused(Reason("text_too_short", least=SHORTEST, path="text"))
    told = Record.objects.filter(actor=actor.id, key=key).first()
    record = note(case, "report_clue", by=by, on=on, key=key, role="", data={"source": source, "text": text})
    if told is not None:
        return Clue.objects.get(case=case, source=source, on=told.on)
    return Clue.objects.create(case=case, source=source, text=text.strip(), on=record.on)
