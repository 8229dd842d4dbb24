"""What somebody may do with the accounts of others: who waits for their word, which roles they may give, and the forms to register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from kechuang.casework import people
from kechuang.casework.acts import note
from kechuang.casework.models import Record
from kechuang.casework.pages import current, day_of, roles_page
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.permissions import EVERYWHERE
from kechuang.parties.secrets import token
from kechuang.words.outcome import Refused
from kechuang.words.place import league_of
from kechuang.words.reason import Reason

CONFIRMS_UNITS = ("recommender", "recommender_head")
CONFIRMS_PERSONS = ("unit_research", "unit_head")
OF_UNIT = ("unit_research", "unit_head", "unit_finance", "claimant", "platform_manager")
MERGES = ("institution_officer", "institution_chief", "planner", "planning_chief")
NO_ADMIN = ("leader", "member", "entrant", "accused", "expert", "panel_chair", "judge", "public", "objector", "clock")
MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """The reader's place in the chain of accounts, from the appointments held today."""

    recommends: frozenset[str]
    confirms: frozenset[str]
    heads: frozenset[str]
    security: bool
    merges: bool

    @classmethod
    def of(cls, held: Iterable[Appointment]) -> Desk:
        mine = list(held)

        def targets(*roles: str) -> frozenset[str]:
            return frozenset(one.target for one in mine if one.role in roles)

        return cls(
            targets(*CONFIRMS_UNITS), targets(*CONFIRMS_PERSONS), targets("unit_head"),
            any(one.role == "security_admin" for one in mine), any(one.role in MERGES for one in mine),
        )  # fmt: skip

    @property
    def any(self) -> bool:
        """Whether there is anything on this desk at all."""
        return bool(self.recommends or self.confirms or self.security or self.merges)

    @property
    def gives(self) -> tuple[str, ...]:
        """The roles this desk may give: a unit's head those of the unit, the security administrator the others."""
        if self.security:
            return tuple(role for role in roles_page().body["roles"] if role not in (*NO_ADMIN, *OF_UNIT))
        return OF_UNIT if self.heads else ()

    def units_waiting(self) -> QuerySet[Organisation]:
        """Units that wait for the recommender's word, oldest first."""
        rows = Organisation.objects.filter(standing="pending", recommender__pid__in=self.recommends)
        return rows.order_by("pk")

    def persons_waiting(self) -> QuerySet[Person]:
        """Persons who say they work in the reader's unit and wait for its word, oldest first."""
        rows = Person.objects.filter(standing="pending", unit__pid__in=self.confirms, unit__standing="confirmed")
        return rows.select_related("unit").order_by("pk")

    def people(self) -> QuerySet[Person]:
        """The persons whose roles and password this desk looks after."""
        rows = Person.objects.select_related("unit").exclude(standing="merged")
        return rows if self.security else rows.filter(unit__pid__in=self.heads)

    def appointments(self, day: date) -> QuerySet[Appointment]:
        """The roles that hold on `day`, as far as this desk looks after them."""
        rows = Appointment.objects.in_force(day).select_related("person__unit", "deputy_for")
        rows = rows if self.security else rows.filter(scope="organisation", target__in=self.heads | self.confirms)
        return rows.order_by("person__name", "role", "pk")

    def may_end(self, held: Appointment) -> bool:
        own = held.role in OF_UNIT and held.target in self.heads
        return own or (self.security and held.role not in OF_UNIT)

    def targets(self) -> list[tuple[str, str]]:
        """For what a role can be given here: the units of their head; for the rest the region, leagues, offices, plans."""
        if not self.security:
            return list(Organisation.objects.filter(pid__in=self.heads).values_list("pid", "name"))
        kinds = ("recommender", "institution", "department")
        offices = Organisation.objects.filter(kind__in=kinds, standing="confirmed").order_by("kind", "name")
        return [(EVERYWHERE, "*"), ("", "—"), *offices.values_list("pid", "name")]

    def target_names(self, rows: Iterable[Appointment]) -> dict[str, str]:
        """The names of the organisations that appointments are held for."""
        wanted = {one.target for one in rows if one.target not in ("", EVERYWHERE)}
        return dict(Organisation.objects.filter(pid__in=wanted).values_list("pid", "name"))

    def merges_asked(self) -> list[tuple[str, str, datetime]]:
        """Merges that one officer has asked for and that wait for another: (kind, name of the duplicate, when)."""
        if not self.merges:
            return []
        asked = Record.objects.filter(act="ask_merge", subject_kind="party").order_by("-on")[:MOST_WAITING]
        times = {record.subject: record.on for record in asked}
        waiting = Q(pid__in=times) & ~Q(standing="merged")
        units = [("unit", one.name, times[one.pid]) for one in Organisation.objects.filter(waiting)]
        return units + [("person", one.name, times[one.pid]) for one in Person.objects.filter(waiting)]


@transaction.atomic
def reset_password(who: Person, *, by: Person, on: datetime, key: str) -> str:
    """A password to sign in with once; it must be changed then. By the unit's head or the security administrator.

    Not for oneself, and never for someone who holds an office if one is only a unit's head.
    """
    people.must_hold(by, on, {"unit_head", "security_admin"})
    desk = Desk.of(Appointment.objects.filter(person=by).in_force(day_of(on)))
    foreign = Appointment.objects.filter(person=who).in_force(day_of(on)).exclude(role__in=OF_UNIT).exists()
    if who.pk == by.pk or not desk.people().filter(pk=who.pk).exists() or (foreign and not desk.security):
        raise Refused(Reason("act_for_another", act="reset_password", role="security_admin"))
    made = f"{token(4)}-{token(4)}-{token(4)}"
    who.set_password(made)
    who.must_change_password = True
    who.save(update_fields=["password", "must_change_password"])
    role = "security_admin" if desk.security else "unit_head"
    note(who, "reset_password", by=by, on=on, key=key, role=role, data={})
    return made


# The forms of registration: what a person and a unit say of themselves.

_DEGREES = {
    code: {"zh": zh, "en": en}
    for (code, zh), en in zip(Person.DEGREES, ("Doctor", "Master", "Bachelor", "Other"), strict=True)
}
_RANKS = {
    code: {"zh": zh, "en": en}
    for (code, zh), en in zip(Person.RANKS, ("Senior", "Deputy senior", "Middle", "Junior", "None"), strict=True)
}
_ENGLISH = (
    "Enterprise",
    "University",
    "Research institute",
    "Hospital",
    "New research institution",
    "Other public unit",
    "Social organisation",
)
_KINDS = {code: {"zh": zh, "en": en} for (code, zh), en in zip(Organisation.KINDS[:7], _ENGLISH, strict=True)}

PERSON_OF_UNIT: dict[str, dict[str, Any]] = {
    "username": {"kind": "text", "zh": "登录名", "en": "User name", "min": 3, "max": 60},
    "person_name": {"kind": "text", "zh": "姓名", "en": "Name", "max": 60},
    "identity": {"kind": "identity", "zh": "身份证号", "en": "Identity number"},
    "phone": {"kind": "phone", "zh": "手机", "en": "Phone"},
    "email": {"kind": "email", "zh": "电子邮箱", "en": "E-mail", "required": False},
    "degree": {"kind": "choice", "zh": "学位", "en": "Degree", "options": _DEGREES, "required": False},
    "rank": {"kind": "choice", "zh": "职称", "en": "Rank", "options": _RANKS, "required": False},
}  # fmt: skip
PERSON = {
    **PERSON_OF_UNIT,
    "unit": {"kind": "uscc", "zh": "所在单位的统一社会信用代码", "en": "Credit code of your unit"},
}
UNIT: dict[str, dict[str, Any]] = {
    "unit_name": {"kind": "text", "zh": "单位名称", "en": "Name of the unit", "max": 120},
    "credit_code": {"kind": "uscc", "zh": "统一社会信用代码", "en": "Credit code"},
    "unit_kind": {"kind": "choice", "zh": "单位类型", "en": "Kind", "options": _KINDS},
    "place": {"kind": "choice", "zh": "所在盟市", "en": "League or city", "from": "leagues"},
    "recommender": {"kind": "choice", "zh": "归口管理部门", "en": "Recommending office", "from": "recommenders"},
    "legal_person": {"kind": "text", "zh": "法定代表人", "en": "Legal representative", "max": 60},
}  # fmt: skip


def choices(source: str) -> Mapping[str, Mapping[str, str]] | None:
    """The lists of the forms of registration: leagues and cities, offices that recommend."""
    if source == "leagues":
        rows = current().page("places").body["leagues"]
        return {str(row["code"]): {"zh": row["zh"], "en": row["en"]} for row in rows}
    if source == "recommenders":
        offices = Organisation.objects.filter(kind="recommender", standing="confirmed").order_by("place", "name")
        return {one.pid: {"zh": one.name, "en": one.name} for one in offices}
    return None


def _of_person(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: values.get(name) or "" for name in ("username", "identity", "phone", "email", "degree", "rank")}
    return {**kept, "name": values["person_name"]}


@transaction.atomic
def register_person(values: Mapping[str, Any], *, password: str, on: datetime, key: str) -> None:
    """A person of a confirmed unit, waiting for its word; Refused where no such unit is known."""
    unit = Organisation.objects.filter(credit_code=values["unit"], standing="confirmed").first()
    if unit is None:
        raise Refused(Reason("no_such_unit", number=values["unit"]))
    people.register_person({**_of_person(values), "unit": unit}, password=password, on=on)


@transaction.atomic
def register_unit(values: Mapping[str, Any], *, password: str, on: datetime, key: str) -> None:
    """A unit and the person who registers it; both wait for the recommender."""
    office = Organisation.objects.get(pid=values["recommender"])
    who = people.register_person(_of_person(values), password=password, on=on)
    said = {
        "name": values["unit_name"], "credit_code": values["credit_code"], "kind": values["unit_kind"],
        "place": league_of(values["place"]), "legal_person": values["legal_person"], "recommender": office,
    }  # fmt: skip
    people.register_unit(said, by=who, on=on, key=key or token())
