"""What comes to supervision that is no act on a case: reports of wrongdoing, and the word on each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kechuang.casework import objecting, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Case, Record
from kechuang.casework.people import must_hold
from kechuang.desks.integrity.models import Clue
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

SHORTEST = 10
SCREENS = {"supervisor", "supervision_chief"}


@transaction.atomic
def report(case: Case, source: str, text: str, *, by: Person | Actor, on: datetime, key: str) -> Clue:
    """A clue about a case, from whoever reports it; refused below ten characters, told once a key."""
    actor = Actor.of(by)
    if len(text.strip()) < SHORTEST:
        raise Refused(Reason("text_too_short", least=SHORTEST, path="text"))
    asked = {"case": case.number, "source": source, "text": text}
    if told := records.already(actor, key, "report_clue", None, asked):
        return Clue.objects.get(pid=told.subject)
    clue = Clue.objects.create(case=case, source=source, text=text.strip(), on=on)
    note(clue, "report_clue", by=by, on=on, key=key, role="", data={"source": source, "text": text}, asked=asked)
    return clue


def report_unsigned(case: Case, text: str, *, on: datetime, key: str) -> Clue:
    """A clue from somebody who gives no name, once a key and text; no record tells two of one hand apart from two of two."""
    return report(case, "anonymous", text, by=Actor.public(objecting.code_of(key, case.number, text)), on=on, key=key)


@transaction.atomic
def screen(clue: Clue, *, by: Person, on: datetime, key: str) -> Record:
    """Supervision has looked at a clue and it leads nowhere: laid aside, it stays to be read. Refused where it was screened."""
    role = must_hold(by, on, SCREENS)
    if told := records.already(Actor.of(by), key, "screen_clue", clue, {}):
        return told
    if not Clue.objects.filter(pk=clue.pk, screened_at=None).update(screened_at=on):
        raise Refused(Reason("clue_screened_already"))
    return note(clue, "screen_clue", by=by, on=on, key=key, role=role, data={})
