"""What one reader may see of one case, by the page of roles: identity, money, opinions, the trail and what was said in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kechuang.casework.models import Case, Document, Record
from kechuang.casework.pages import RolesPage, roles_page
from kechuang.faces.web import wording
from kechuang.parties.models import Appointment, Person
from kechuang.parties.permissions import own_roles, roles

OFFICES = frozenset({"planning", "execution", "supervision", "decision", "money"})
FOR = re.compile(r'"tells":\{[^{}]*"for":"(\w+)"')
HIDDEN_KINDS = ("review-invitation",)
WIDE = frozenset({"programme", "assigned", "all"})
# What an act that moves the case tells those it comes back to: why, and what is wanted of them.
ADDRESSED = ("reason", "items", "fields", "clause")


@dataclass(frozen=True, slots=True)
class Sight:
    """One reader before one case. `page` words roles; `person` is who reads."""

    person: Person
    roles: frozenset[str]
    page: RolesPage

    @property
    def powers(self) -> frozenset[str]:
        return frozenset(self.page.power(role) for role in self.roles)

    def _views(self, column: str) -> frozenset[str]:
        return frozenset(str(self.page.sees(role).get(column, "none")) for role in self.roles)

    @property
    def identity(self) -> bool:
        """Whether names of the applicant's side are shown: not to those who only prepare a blind review."""
        return "full" in self._views("applicant_identity")

    @property
    def money(self) -> bool:
        return bool(self._views("money") - {"none"})

    @property
    def opinions(self) -> bool:
        return bool(self._views("opinions") & {"anonymous", "full"})

    @property
    def trail(self) -> bool:
        """Whether what others said in their acts may be read, and not only own words."""
        return bool(self._views("trail") & WIDE)

    @property
    def office(self) -> bool:
        return bool(self.powers & OFFICES)

    @property
    def supervises(self) -> bool:
        return "supervision" in self.powers

    @property
    def applies(self) -> bool:
        return "applicant" in self.powers

    def may_read(self, record: Record) -> bool:
        """Whether all that was said in an act is shown: one's own, or by the role's view of the trail."""
        if record.actor == self.person.actor_id or self.supervises:
            return True
        return self.trail and not record.actor.startswith("label:")

    def addressed(self, record: Record) -> tuple[str, ...]:
        """What is told to the applicant's side of an act that moved the case: its reasons, never an objector or a reviewer."""
        moved = record.before != record.after and bool(record.before)
        hidden = record.actor.startswith(("label:", "public:")) or self.page.power(record.role) == "supervision"
        return ADDRESSED if moved and not hidden else ()

    def actor(self, record: Record, names: dict[str, str]) -> str:
        """Who acted, as this reader is told: own side by name, offices by name and role, reviewers and objectors never."""
        from_whom = record.actor.partition(":")[0]
        title = self.page.title(record.role) if record.role else {"zh": "", "en": ""}
        role = text_of(title)
        power = self.page.power(record.role)
        unnamed = from_whom != "p" or (power == "supervision" and not self.office) or (power == "applicant" and not self.identity)  # fmt: skip
        return role if unnamed else in_words(record, names, role)


def in_words(record: Record, names: dict[str, str], role: str) -> str:
    """Who acted, in whose place, in which role."""
    name = names.get(record.actor, "")
    if name and (whom := names.get(f"p:{in_place_of(record)}", "")):
        name = _("%(name)s（代%(whom)s）") % {"name": name, "whom": whom}
    return f"{name} · {role}" if name and role else name or role


def text_of(title: Any) -> str:
    """A title in the reader's language."""
    return wording.text(title)


def in_place_of(record: Record) -> str:
    """For whom a deputy acted, by public id, as the record itself tells it."""
    found = FOR.search(record.body)
    return found[1] if found else ""


def sight(person: Person, case: Case, held: Iterable[Appointment]) -> Sight:
    """What `person` may see of `case` by today's appointments and their own part in it."""
    return Sight(person, roles(held, case) | own_roles(person, case), roles_page())


def names_of(records: Iterable[Record]) -> dict[str, str]:
    """The names behind the actors of records, by how records name them: one query."""
    rows = list(records)
    pids = {record.actor.removeprefix("p:") for record in rows if record.actor.startswith("p:")}
    pids |= {pid for record in rows if (pid := in_place_of(record))}
    return {f"p:{pid}": name for pid, name in Person.objects.filter(pid__in=pids).values_list("pid", "name")}


def shows(row: Document, reader: Sight, mine: set[int]) -> bool:
    """Whether a document of the case is shown: one's own letters, what is public, receipts to the applicant's side, offices."""
    if row.pk in mine or row.public:
        return True
    if row.kind in HIDDEN_KINDS:
        return reader.supervises
    if not reader.identity:
        return False
    if row.kind == "receipt" and row.case and row.case.flow == "objection":
        return reader.supervises
    return reader.office or (row.kind == "receipt" and bool(reader.powers & {"applicant", "recommend"}))
