"""What somebody may do with the accounts of others: who waits for their word, which roles they may give, and the forms to register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kechuang.casework import founding, merging, people, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Round
from kechuang.casework.pages import current, day_of, roles_page
from kechuang.casework.people import GIVEN_BY_HEAD
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.permissions import EVERYWHERE
from kechuang.parties.secrets import token
from kechuang.words.outcome import Refused
from kechuang.words.place import league_of
from kechuang.words.reason import Reason

CONFIRMS_UNITS = ("recommender", "recommender_head")
CONFIRMS_PERSONS = ("unit_research", "unit_head")
NO_ADMIN = (
    "leader",
    "member",
    "joiner",
    "part_head",
    "joining_unit",
    "joining_finance",
    "entrant",
    "accused",
    "expert",
    "panel_chair",
    "judge",
    "public",
    "objector",
    "clock",
)


_EVERY_PLAN = {"zh": "全部计划", "en": "All plans"}
_WHOLE_REGION = {"zh": "全区", "en": "The whole region"}


def plans() -> list[str]:
    """The plans that programmes of the book belong to, by code."""
    shelf = current()
    pages = {code: shelf.page("programmes", code).body for code in shelf.codes("programmes")}
    return sorted({str(body.get("plan", code)) for code, body in pages.items()})


def _offices(kind: str) -> list[tuple[str, str]]:
    rows = Organisation.objects.filter(kind=kind, standing="confirmed").order_by("name")
    return list(rows.values_list("pid", "name"))


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
            any(one.role == "security_admin" for one in mine), any(one.role in merging.MERGES for one in mine),
        )  # fmt: skip

    @property
    def any(self) -> bool:
        """Whether there is anything on this desk at all."""
        return bool(self.recommends or self.confirms or self.security or self.merges)

    @property
    def gives(self) -> tuple[str, ...]:
        """The roles this desk may give: a unit's head those of the unit, the security administrator the others."""
        if self.security:
            return tuple(role for role in roles_page().body["roles"] if role not in (*NO_ADMIN, *GIVEN_BY_HEAD))
        return GIVEN_BY_HEAD if self.heads else ()

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

    def seen(self) -> QuerySet[Person]:
        """The persons whose roles this desk may read: of the own units; all, for the security administrator."""
        rows = Person.objects.exclude(standing="merged")
        return rows if self.security else rows.filter(unit__pid__in=self.heads | self.confirms)

    def may_end(self, held: Appointment) -> bool:
        own = held.role in GIVEN_BY_HEAD and held.target in self.heads
        return own or (self.security and held.role not in GIVEN_BY_HEAD)

    def targets(self, role: str) -> list[tuple[str, Any]]:
        """For what this role can be given here, by its scope: the unit, the region, a plan, an office, a round, a league."""
        if role in GIVEN_BY_HEAD:
            return list(Organisation.objects.filter(pid__in=self.heads).values_list("pid", "name"))
        scope = roles_page().scope(role)
        if scope == "programme":
            return [(EVERYWHERE, _EVERY_PLAN), *[(code, code) for code in plans()]]
        if scope == "place":
            return [(code, dict(title)) for code, title in (choices("leagues") or {}).items()]
        if scope == "recommended":
            return _offices("recommender")
        if scope == "round":
            running = Round.objects.exclude(state__in=("archived", "cancelled")).order_by("-year", "code")
            return [*_offices("institution"), *running.values_list("code", "title")]
        return [("", _WHOLE_REGION)]

    def target_names(self, rows: Iterable[Appointment]) -> dict[str, str]:
        """The names of the organisations that appointments are held for."""
        wanted = {one.target for one in rows if one.target not in ("", EVERYWHERE)}
        return dict(Organisation.objects.filter(pid__in=wanted).values_list("pid", "name"))


@transaction.atomic
def reset_password(who: Person, *, by: Person, on: datetime, key: str) -> str:
    """A password to sign in with once; it must be changed then. By the unit's head or the security administrator.

    Not for oneself, and never for someone who holds an office if one is only a unit's head.
    """
    people.must_hold(by, on, {"unit_head", "security_admin"})
    desk = Desk.of(Appointment.objects.filter(person=by).in_force(day_of(on)))
    held = Appointment.objects.filter(person=who).in_force(day_of(on))
    foreign = held.exclude(role__in=GIVEN_BY_HEAD).exists()
    if who.pk == by.pk or not desk.people().filter(pk=who.pk).exists() or (foreign and not desk.security):
        raise Refused(Reason("act_for_another", act="reset_password", role="security_admin"))
    made = one_time_password()
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
    "registered_on": {"kind": "date", "zh": "成立日期", "en": "Founded on"},
}  # fmt: skip


OF_ITSELF: dict[str, dict[str, Any]] = {
    "contact": {"kind": "text", "zh": "联系人", "en": "Contact", "max": 60},
    "phone": {"kind": "phone", "zh": "联系电话", "en": "Phone"},
    "bank_account": {"kind": "account_number", "zh": "收款账号", "en": "Account for payments", "help": {"zh": "财政资金拨入这个账号，须与开户许可证一致；加密保存", "en": "Public money is paid into this account; as on the opening permit. It is kept encrypted"}},
}  # fmt: skip
OFFICE: dict[str, dict[str, Any]] = {
    "office_name": {"kind": "text", "zh": "机构名称", "en": "Name of the office", "max": 120},
    "office_kind": {"kind": "choice", "zh": "机构类型", "en": "Kind", "options": {
        "institution": {"zh": "专业机构", "en": "Professional institution"}, "recommender": {"zh": "归口管理部门", "en": "Recommending office"},
        "department": {"zh": "主管部门", "en": "Department"},
    }},
    "credit_code": {"kind": "uscc", "zh": "统一社会信用代码", "en": "Credit code"},
    "place": {"kind": "choice", "zh": "所在盟市", "en": "League or city", "from": "leagues"},
}  # fmt: skip
STAFF: dict[str, dict[str, Any]] = {
    "office": {"kind": "choice", "zh": "所在机构", "en": "Office", "from": "offices"},
    **{name: PERSON_OF_UNIT[name] for name in ("username", "person_name", "identity", "phone", "email")},
    "position": {"kind": "text", "zh": "职务", "en": "Position", "max": 60, "required": False},
}  # fmt: skip


def choices(source: str) -> Mapping[str, Mapping[str, str]] | None:
    """The lists of the forms of registration: leagues and cities, offices that recommend."""
    if source == "leagues":
        rows = current().page("places").body["leagues"]
        return {str(row["code"]): {"zh": row["zh"], "en": row["en"]} for row in rows}
    if source == "recommenders":
        offices = Organisation.objects.filter(kind="recommender", standing="confirmed").order_by("place", "name")
        return {one.pid: {"zh": one.name, "en": one.name} for one in offices}
    if source == "offices":
        offices = Organisation.objects.filter(kind__in=founding.OFFICES, standing="confirmed").order_by("kind", "name")
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
    said = {"unit": unit.pid}
    if not _registered_by(values, key, "register_person", said):
        who = people.register_person({**_of_person(values), "unit": unit}, password=password, on=on)
        note(who, "register_person", by=who, on=on, key=key or token(), role="", data=said)


@transaction.atomic
def register_unit(values: Mapping[str, Any], *, password: str, on: datetime, key: str) -> None:
    """A unit and the person who registers it; both wait for the recommender."""
    office = Organisation.objects.get(pid=values["recommender"])
    if _registered_by(values, key, "register_unit", {"credit_code": values["credit_code"]}):
        return
    who = people.register_person(_of_person(values), password=password, on=on)
    said = {
        "name": values["unit_name"], "credit_code": values["credit_code"], "kind": values["unit_kind"],
        "place": league_of(values["place"]), "legal_person": values["legal_person"], "recommender": office,
        "registered_on": values["registered_on"],
    }  # fmt: skip
    people.register_unit(said, by=who, on=on, key=key or token())


def _registered_by(values: Mapping[str, Any], key: str, act: str, said: Mapping[str, Any]) -> bool:
    """Whether this very request has registered them already."""
    who = Person.objects.named(values["username"]).first()
    return bool(who and key and records.already(Actor.of(who), key, act, None, said))


def open_office(values: Mapping[str, Any], *, by: Person, on: datetime, key: str) -> Organisation:
    """An office as the form says it, by the security administrator's word."""
    said = {"name": values["office_name"], "kind": values["office_kind"], "credit_code": values["credit_code"], "place": league_of(values["place"])}  # fmt: skip
    return founding.open_office(said, by=by, on=on, key=key)


def engage(values: Mapping[str, Any], *, by: Person, on: datetime, key: str) -> tuple[Person, str]:
    """An account for somebody who works in an office, and the password to sign in with once."""
    office = Organisation.objects.get(pid=values["office"])
    made = one_time_password()
    said = {**{name: values.get(name) or "" for name in ("username", "identity", "phone", "email")}, "name": values["person_name"], "field": values.get("position") or ""}  # fmt: skip
    who = founding.engage(said, office, by=by, on=on, key=key, password=made)
    if not who.check_password(made):  # the form was sent twice: the first answer, with its password, was never read
        who.set_password(made)
        who.save(update_fields=["password"])
    return who, made


def one_time_password() -> str:
    """Three groups to be read out or typed off a slip of paper."""
    return "-".join(token(4) for _ in range(3))
