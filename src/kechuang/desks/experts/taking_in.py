"""Building the pool from people who led projects: one entry a person, waiting for the institution's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.pages import day_of
from kechuang.casework.takeover import SIZE, Taken, role_of
from kechuang.desks.experts.models import Expert
from kechuang.parties.models import Employment, Organisation, Person
from kechuang.parties.prepared import insert_all

MOST_TITLES = 20


def take_in(
    rows: Iterable[Mapping[str, Any]], *, by: Person | Actor, on: datetime, told: Callable[[int], object] = str
) -> Taken:
    """Enter the people of `rows` (leader, unit, title, field) into the pool, each once, with what they worked on;
    `told(count)` after each five hundred people, between which others may write.
    """
    actor = Actor.of(by)
    role = role_of(actor, on)
    gathered: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = gathered.setdefault(row["leader"], {"unit": row["unit"], "titles": [], "fields": set()})
        if row.get("title") and len(one["titles"]) < MOST_TITLES:
            one["titles"].append(row["title"])
        if row.get("field"):
            one["fields"].add(row["field"])
    people, new, there = iter(gathered.items()), 0, 0
    while some := dict(islice(people, SIZE)):
        taken = _entered(some, actor, role, on)
        new, there = new + taken.new, there + taken.there
        told(new + there)
    return Taken(new, there)


@transaction.atomic
def _entered(gathered: Mapping[str, dict[str, Any]], by: Actor, role: str, on: datetime) -> Taken:
    known = set(Expert.objects.filter(person__username__in=gathered).values_list("person__username", flat=True))
    fresh = {key: one for key, one in gathered.items() if key not in known}
    people = _people(fresh, on)
    experts = insert_all(
        Expert(
            person=people[key], kind="technical", fields=sorted(one["fields"]), keywords=one["titles"],
            place=people[key].unit.place if people[key].unit else "000000", standing="pending", entered_on=day_of(on),
        )
        for key, one in fresh.items()
    )  # fmt: skip
    entries = (
        (
            expert,
            records.Entry(
                "enter_pool", "", "", by, role, on, f"enter:{expert.pid}", {"titles": len(expert.keywords)}, {}
            ),
        )
        for expert in experts
    )
    records.write_first(entries)
    return Taken(len(fresh), len(gathered) - len(fresh))


def _people(fresh: Mapping[str, dict[str, Any]], on: datetime) -> dict[str, Person]:
    """The people by the id they come with; new ones with the unit they work at."""
    found = {p.username: p for p in Person.objects.filter(username__in=fresh).select_related("unit")}
    names: dict[str, list[str]] = defaultdict(list)
    for key, one in fresh.items():
        if key not in found:
            names[one["unit"]].append(key)
    units = {u.name: u for u in Organisation.objects.filter(name__in=names)}
    new_units = [
        Organisation(name=n, kind="institute", place="000000", standing="pending")
        for n in sorted(set(names) - set(units))
    ]
    units |= {u.name: u for u in insert_all(new_units)}
    made = insert_all(
        Person(username=key, name=key, unit=units[name], standing="pending", password="!")
        for name, keys in names.items()
        for key in keys
    )
    insert_all(Employment(person=p, organisation=p.unit, since=day_of(on)) for p in made)
    return found | {p.username: p for p in made}
