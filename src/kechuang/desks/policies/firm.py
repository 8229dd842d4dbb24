"""What one firm gets: every policy over the records that the registers hold of it, computed and explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kechuang.casework import computing, linking, registers
from kechuang.casework.computing import Basis, Result
from kechuang.casework.pages import current, day_of
from kechuang.casework.registers import UNIT_KEEPERS
from kechuang.desks.policies.reading import rules_in_force
from kechuang.engines.rules.calculator import ROW, asks
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.stacking import apart, stacking_from
from kechuang.formula import FormulaError
from kechuang.parties.models import Organisation
from kechuang.words.reason import Reason

FIRM = "enterprise"
ALIASES = {"firms": "profiles", "sets": "instruments", "rnd_ledger": "rnd", "hnte_files": "years"}
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One policy for one firm and year. `result` is None without records or where they do not suffice.

    `missing`: titles of fields that have no value yet; `register`: where the firm enters such records, "" where others do.
    """

    policy: Policy
    result: Result | None
    records: int
    missing: tuple[dict[str, str], ...]
    register: str
    fault: Reason | None = None

    @property
    def fen(self) -> int | None:
        return None if self.result is None else self.result.fen


def link_of(rules: Rules, policy: Policy) -> str:
    """The link from a record to the firm it belongs to; "" where a policy is not about a firm's records."""
    entity = rules.vocabulary.entities[policy.subject]
    wanted = policy.payee.partition(".")[2]
    names = [wanted] if wanted else list(entity.links)
    return next((name for name in names if name in entity.links and entity.links[name].entity == FIRM), "")


def records_of(unit: Organisation, on: datetime) -> dict[str, list[Record]]:
    """The firm's records by policy, each table read once."""
    rules, read = rules_in_force(), dict[tuple[str, str], list[Record]]()
    found: dict[str, list[Record]] = {}
    for code, policy in rules.policies.items():
        link = link_of(rules, policy)
        if policy.allot is not None or not link:
            continue
        if (policy.subject, link) not in read:
            read[policy.subject, link] = linking.linked(rules.vocabulary, policy.subject, {link: {unit.pid}}, on)
        found[code] = read[policy.subject, link]
    return found


def years_of(records: dict[str, list[Record]], on: datetime) -> list[int]:
    """The years the firm has records of, newest first; this year always."""
    found = {day_of(on).year}
    for code, rows in records.items():
        basis = basis_for(code, day_of(on).year, on)
        found |= {basis.year_for(row) for row in rows}
    return sorted(found, reverse=True)


def basis_for(code: str, year: int, on: datetime) -> Basis:
    """What a policy is computed with for a year: the edition in force, today where the year is this one, else its last day."""
    rules, today = rules_in_force(), day_of(on)
    return Basis(
        rules,
        rules[code],
        year,
        today if year == today.year else today.replace(year=year, month=12, day=31),
        current().digest,
    )


def entitlements(records: dict[str, list[Record]], year: int, on: datetime) -> list[Entitlement]:
    """Every policy that is about firms, over the records of one year."""
    return [_entitled(basis_for(code, year, on), rows) for code, rows in records.items()]


def _entitled(basis: Basis, rows: list[Record]) -> Entitlement:
    policy = basis.policy
    mine = sorted(_of_year(basis, rows), key=lambda row: str(row[basis.subject.key]))
    register = _register(basis.subject.source)
    if not mine:
        return Entitlement(policy, None, 0, (), register)
    missing = tuple(_missing(basis.rules, policy.code, mine))
    try:
        return Entitlement(policy, computing.result_of(basis, mine), len(mine), missing, register)
    except FormulaError as fault:
        return Entitlement(policy, None, len(mine), missing, register, fault.reason)


def _of_year(basis: Basis, rows: list[Record]) -> list[Record]:
    """The records that count for a year; where a page is read on the day of filing, the last year of which there are figures."""
    found = [row for row in rows if basis.year_for(row) == basis.year]
    if basis.policy.reference != "day" or not all("fiscal_year" in row for row in found):
        return found
    last = max((row["fiscal_year"] for row in found if row["fiscal_year"] <= basis.year), default=0)
    return [row for row in found if row["fiscal_year"] == last]


def _missing(rules: Rules, code: str, rows: list[Record]) -> Iterator[dict[str, str]]:
    """Fields the policy reads that a record has no value for."""
    for one in asks(rules, code):
        if not one.field.unknown and any(_lacks(row, one.path.split(".")) for row in rows):
            yield dict(one.field.title)


def _lacks(here: Any, parts: list[str]) -> bool:
    if not parts:
        return here is None
    if parts[0] == ROW:
        return any(_lacks(row, parts[1:]) for row in here or ())
    return here is None or _lacks(here.get(parts[0]), parts[1:])


def _register(source: str) -> str:
    """The register in which a firm enters rows of a table; "" where an office keeps it."""
    code = source.partition(".")[2]
    code = ALIASES.get(code, code)
    known = {one.code: one for one in registers.every()}
    return code if code in known and known[code].enters & UNIT_KEEPERS else ""


def counted(found: list[Entitlement], left: Mapping[str, int]) -> int:
    """The sum of what would still be paid, in fen, from what is left of each policy: investments and tax relief count in no sum of grants."""
    rules = rules_in_force()
    aside = apart(stacking_from(current().page("stacking").body, rules.vocabulary))
    paid = [one for one in found if one.policy.payee != "none" and one.policy.code not in aside]
    return sum(left.get(one.policy.code, 0) for one in paid)
