"""Who looks up whom: names are suggested to whoever fills in a form, so an account that asks for too many strangers is stopped."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import note
from kechuang.parties.models import LookUp, Person

MOST = 30  # strangers within WINDOW
WINDOW, SHUT = timedelta(minutes=1), timedelta(minutes=10)
log = logging.getLogger("kechuang.lookups")


@transaction.atomic
def allowed(who: Person, people: Iterable[Person], *, on: datetime) -> bool:
    """Whether these people may be shown to `who`; those of other units are counted, each once a minute.

    False from the first one beyond MOST on, for as long as SHUT: nobody else is shown then. The alarm is a record in the
    chain of the person who asked, of which supervision reads; what was looked up is forgotten after SHUT.
    """
    Person.objects.select_for_update().get(pk=who.pk)
    LookUp.objects.filter(person=who, on__lt=on - SHUT).delete()
    asked = LookUp.objects.filter(person=who)
    if asked.filter(seen="").exists():
        return False
    strangers = [one.pid for one in people if one.pk != who.pk and (one.unit_id is None or one.unit_id != who.unit_id)]
    LookUp.objects.bulk_create([LookUp(person=who, seen=pid, on=on) for pid in strangers])
    seen = asked.filter(on__gt=on - WINDOW).values("seen").distinct().count()
    if seen <= MOST:
        return True
    LookUp.objects.create(person=who, seen="", on=on)
    key = f"look-ups:{who.pid}:{on.isoformat()}"
    note(who, "look_ups_stopped", by=CLOCK, on=on, key=key, role="clock", data={}, tells={"strangers": str(seen)})
    log.warning("look-ups of %s stopped: %s strangers within a minute", who.pid, seen)
    return False
