"""One human behind several accounts: what was done under an entry that was merged was done by the one that stays."""

from __future__ import annotations

from kechuang.parties.models import Person
from kechuang.parties.prepared import Prepared
from kechuang.parties.steady import once

INTO = Prepared[tuple[int, str]](lambda pk: Person.objects.filter(merged_into=pk).values_list("pk", "pid"))


def accounts(person: Person) -> dict[int, str]:
    """Every account of this human, by key and public id: the own one first, then those merged into it, however far back."""
    return once(("accounts", person.pk), lambda: _accounts(person))


def _accounts(person: Person) -> dict[int, str]:
    found, left = {person.pk: person.pid}, [person.pk]
    while left:
        new = [row for row in INTO.rows(left.pop()) if row[0] not in found]
        found |= dict(new)
        left += [pk for pk, _pid in new]
    return found


def names(person: Person) -> frozenset[str]:
    """How records name this human: by the public id of whichever account was used."""
    return frozenset(f"p:{pid}" for pid in accounts(person).values())


def same(person: Person, pk: int | None) -> bool:
    """Whether the account `pk` belongs to this very human."""
    return pk is not None and pk in accounts(person)
