"""Registers of the desks: rows that one hand enters and another confirms, each with its record, before money rests on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q, QuerySet

from kechuang.casework.acts import note
from kechuang.casework.models import Record
from kechuang.casework.pages import day_of
from kechuang.parties import hands
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.permissions import appointments
from kechuang.parties.secrets import token
from kechuang.words.outcome import Refused
from kechuang.words.place import lies_in
from kechuang.words.reason import Reason

UNIT_KEEPERS = frozenset({"claimant", "unit_research", "unit_head", "platform_manager"})
READS = frozenset({"planning", "execution", "supervision", "decision", "money"})


class Row(models.Model):
    """What every register row has: a public id, whose word it is, and who confirmed it. Cancelled, never deleted."""

    subject_kind = "party"

    pid = models.CharField(max_length=16, unique=True, default=token)
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(entered_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="%(app_label)s_%(class)s_two_hands",
            ),
        ]

    @property
    def confirmed(self) -> bool:
        return self.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its rows, whose they are, which fields tell one row from another, and who enters and confirms.

    `unit` and `other` are fields that lead to the organisations a row is about; the unit's people read it. `enters`
    and `confirms` are roles; a role of a unit counts for the organisation in `unit` (entering) or `by_unit` (confirming).
    `fits` says why a row cannot stand beside the others of its register, or nothing.
    """

    code: str
    title: Mapping[str, str]
    model: type[Row]
    unit: str
    key: tuple[str, ...]
    enters: frozenset[str]
    confirms: frozenset[str]
    by_unit: str = ""
    other: str = ""
    links: Mapping[str, str] | None = None
    fits: Callable[[Any], Reason | None] | None = None


_registers: dict[str, Register] = {}


def keep(register: Register) -> Register:
    """Make a desk's register known to the house."""
    _registers[register.code] = register
    return register


def find(code: str) -> Register:
    """The register of that code; LookupError if no desk keeps it."""
    if code not in _registers:
        raise LookupError(f"no desk keeps the register {code!r}")
    return _registers[code]


def every() -> list[Register]:
    return list(_registers.values())


@dataclass(frozen=True, slots=True)
class Taken:
    """What entering rows came to."""

    new: int
    changed: int
    there: int


@transaction.atomic
def enter(register: Register, rows: Iterable[Mapping[str, Any]], *, by: Person, on: datetime, key: str) -> Taken:
    """Enter rows, all or none: new ones, and changes of those not confirmed; the same row again changes nothing.

    Refused where the person may not enter for that unit, where a unit or row named is not known, and where a
    confirmed row would say something else.
    """
    count = {"new": 0, "changed": 0, "there": 0}
    held = appointments(by, day_of(on))
    for number, row in enumerate(rows):
        values = resolved(register, row, by)
        role = role_for(held, register.enters, values.get(register.unit))
        if role is None:
            raise Refused(Reason("not_yours_to_enter", register=dict(register.title)))
        count[_entered(register, values, by=by, on=on, key=f"{key}:{number}", role=role)] += 1
    return Taken(**count)


def _entered(register: Register, values: Mapping[str, Any], *, by: Person, on: datetime, key: str, role: str) -> str:
    known = {name: values[name] for name in register.key}
    row = register.model._default_manager.filter(**known, cancelled=False).first()
    same = row is not None and all(getattr(row, name) == value for name, value in values.items())
    if row is not None and same:
        return "there"
    if row is not None and row.confirmed:
        raise Refused(Reason("row_confirmed", name=str(row)))
    told = "changed" if row is not None else "new"
    if row is None:
        row = register.model(entered_at=on, synthetic=by.synthetic)
    for name, value in values.items():
        setattr(row, name, value)
    row.entered_by, row.entered_at = by, on
    fitting(register, row)
    try:
        row.validate_constraints()
    except ValidationError:
        raise Refused(Reason("row_does_not_add_up", name=str(row))) from None
    row.save()
    said = {name: value.pid if hasattr(value, "pid") else value for name, value in values.items()}
    record_of(register, row, "enter", by=by, on=on, key=key, role=role, data=said)
    return told


def fitting(register: Register, row: Row) -> None:
    """Refused where the register's own rule says that the row cannot stand beside the others."""
    if register.fits is not None and (reason := register.fits(row)) is not None:
        raise Refused(reason)


def resolved(register: Register, row: Mapping[str, Any], by: Person) -> dict[str, Any]:
    """A row's values with units and rows of other registers in place of their names; Refused names what is not known."""
    found = dict(row)
    for name, value in row.items():
        kind = register.model._meta.get_field(name)
        if not isinstance(kind, models.ForeignKey) or isinstance(value, models.Model):
            continue
        if kind.related_model is Organisation:
            found[name] = unit_of(value) if value else by.unit if name == register.unit else None
        elif value:
            found[name] = _row_of((register.links or {})[name], str(value))
    if found.get(register.unit) is None:
        found[register.unit] = by.unit
    if found[register.unit] is None:
        raise Refused(Reason("unit_not_found", got=""))
    return found


def unit_of(text: Any) -> Organisation:
    """The unit of that public id, credit code or full name."""
    said = str(text).strip()
    rows = Organisation.objects.filter(Q(pid=said) | Q(credit_code=said) | Q(name=said)).exclude(standing="merged")
    found = list(rows[:2])
    if len(found) != 1:
        raise Refused(Reason("unit_not_found", got=said))
    return found[0]


def _row_of(code: str, text: str) -> Row:
    register = find(code)
    found = register.model._default_manager.filter(**{register.key[0]: text.strip()}, cancelled=False).first()
    if found is None:
        raise Refused(Reason("no_such_row", got=text, register=dict(register.title)))
    return found


@transaction.atomic
def confirm(register: Register, row: Row, *, by: Person, on: datetime, key: str) -> Record:
    """The second hand's word that a row is so; Refused for the one who entered it and for who may not."""
    row = register.model._default_manager.select_for_update().get(pk=row.pk)
    role = role_for(appointments(by, day_of(on)), register.confirms, getattr(row, register.by_unit or register.unit))
    if role is None:
        raise Refused(Reason("not_yours_to_confirm", register=dict(register.title)))
    if hands.same(by, row.entered_by_id):
        raise Refused(Reason("same_person", acts=["enter"]))
    if row.cancelled:
        raise Refused(Reason("row_cancelled", name=str(row)))
    if not row.confirmed:
        fitting(register, row)
        row.confirmed_by, row.confirmed_at = by, on
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    return record_of(register, row, "confirm", by=by, on=on, key=key, role=role, data={})


@transaction.atomic
def cancel(register: Register, row: Row, *, why: str, by: Person, on: datetime, key: str) -> Record:
    """A row that is wrong counts no longer; it stays readable. By those who confirm, or, unconfirmed, who entered it."""
    row = register.model._default_manager.select_for_update().get(pk=row.pk)
    held = appointments(by, day_of(on))
    role = role_for(held, register.confirms, getattr(row, register.by_unit or register.unit))
    if role is None and not row.confirmed and row.entered_by_id == by.pk:
        role = role_for(held, register.enters, getattr(row, register.unit))
    if role is None:
        raise Refused(Reason("not_yours_to_confirm", register=dict(register.title)))
    if len(why.strip()) < 4:
        raise Refused(Reason("say_why"))
    row.cancelled = True
    row.save(update_fields=["cancelled"])
    return record_of(register, row, "cancel", by=by, on=on, key=key, role=role, data={"why": why})


def record_of(register: Register, row: Row, what: str, *, by: Person, on: datetime, key: str, role: str, data: Mapping[str, Any]) -> Record:  # fmt: skip
    """The record of a register's write, on the chain of the unit the row is about."""
    tells = {"register": register.code, "row": row.pid}
    said = {"row": row.pid, **data}
    return note(getattr(row, register.unit), f"{what}_{register.code}", by=by, on=on, key=key, role=role, data=said, tells=tells)  # fmt: skip


def role_for(held: Iterable[Appointment], roles: frozenset[str], unit: Any) -> str | None:
    """The first role among `roles` that is held for this unit: its own people, its recommender, its place, the region."""
    return next((one.role for one in held if one.role in roles and reaches(one, unit)), None)


def reaches(held: Appointment, unit: Any) -> bool:
    """Whether an appointment's scope covers a unit."""
    if held.scope == "organisation":
        return unit is not None and held.target == unit.pid
    if held.scope == "recommended":
        return unit is not None and unit.recommender is not None and held.target == unit.recommender.pid
    if held.scope == "place":
        return unit is not None and lies_in(unit.place, held.target)
    return True


def visible(register: Register, held: Iterable[Appointment]) -> QuerySet[Any]:
    """The rows these appointments let their holder read, newest first: own units', one's place's, all for the offices."""
    reach = Q(pk__in=[])
    names = [name for name in (register.unit, register.other) if name]
    for one in held:
        if one.role in UNIT_KEEPERS:
            for name in names:
                reach |= Q(**{f"{name}__pid": one.target})
        elif one.scope == "recommended":
            reach |= Q(**{f"{register.unit}__recommender__pid": one.target})
        elif one.scope == "place":
            reach |= Q(**{f"{register.unit}__place__startswith": one.target.rstrip("0") or one.target})
        elif one.power in READS:
            return _near(register, Q())
    return _near(register, reach)


def waiting(register: Register, held: Iterable[Appointment]) -> QuerySet[Any]:
    """The rows that wait for the word of whoever holds these appointments; not those they entered themselves."""
    name, reach, people = register.by_unit or register.unit, Q(pk__in=[]), set()
    for one in held:
        if one.role in register.confirms:
            people.add(one.person_id)
            reach |= _reach(one, name)
    rows = register.model._default_manager.filter(reach, confirmed_at=None, cancelled=False)
    return rows.exclude(entered_by__in=people)


def _reach(held: Appointment, name: str) -> Q:
    """As `reaches`, for a query: rows whose unit in `name` the appointment covers."""
    if held.scope == "organisation":
        return Q(**{f"{name}__pid": held.target})
    if held.scope == "recommended":
        return Q(**{f"{name}__recommender__pid": held.target})
    if held.scope == "place":
        return Q(**{f"{name}__place__startswith": held.target.rstrip("0") or held.target})
    return ~Q(pk__in=[])


def _near(register: Register, reach: Q) -> QuerySet[Any]:
    related = [f.name for f in register.model._meta.fields if isinstance(f, models.ForeignKey)]
    return register.model._default_manager.filter(reach).select_related(*related).order_by("-entered_at", "-pk")
