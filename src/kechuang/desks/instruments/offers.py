"""What the instruments desk offers: instrument sets and their uses, as tables; its registers."""

from __future__ import annotations

from datetime import datetime

from kechuang.casework import linking, registers
from kechuang.casework.linking import Row, Where
from kechuang.casework.pages import day_of
from kechuang.casework.registers import UNIT_KEEPERS, Register
from kechuang.desks.instruments.models import Instrument, Use
from kechuang.words.money import Money
from kechuang.words.offers import table

SETS = registers.keep(Register(
    "instruments", {"zh": "大型科学仪器", "en": "Instruments"}, Instrument, "owner", ("number",),
    enters=UNIT_KEEPERS, confirms=frozenset({"institution_officer", "institution_chief"}),
))  # fmt: skip
USES = registers.keep(Register(
    "uses", {"zh": "仪器使用记录", "en": "Uses of instruments"}, Use, "owner", ("number",),
    enters=UNIT_KEEPERS, confirms=UNIT_KEEPERS, by_unit="user", other="user", links={"instrument": "instruments"},
))  # fmt: skip

SET_COLUMNS = {
    "instrument_no": "number", "owner": "owner__pid", "price": "price", "joined_on": "joined_on", "left_on": "left_on",
    "evaluated_ok": "evaluated_ok", "confirmed_at": "confirmed_at", "name": "name",
}  # fmt: skip
USE_COLUMNS = {
    "use_no": "number", "instrument": "instrument__number", "user": "user__pid", "owner": "owner__pid", "fee": "fee",
    "used_on": "used_on", "use_year": "use_year", "related": "related", "confirmed_at": "confirmed_at",
    "joined_on": "instrument__joined_on", "left_on": "instrument__left_on", "of_owner": "instrument__owner__pid",
    "known": "instrument__confirmed_at", "name": "instrument__name",
}  # fmt: skip


@table("instruments.sets", columns={"instrument_no": "text", "owner": "text", "in_network": "bool", "price": "int64", "evaluated_ok": "bool"})  # fmt: skip
def sets(on: datetime, where: Where) -> list[Row]:
    """Instrument sets; in the network from the day they joined, once the institution has confirmed them."""
    found = linking.read(Instrument.objects.filter(cancelled=False), SET_COLUMNS, where)
    for row in found:
        at, name = row.pop("confirmed_at"), row.pop("name")
        row["confirmed"] = at is not None and at <= on
        row["in_network"] = row["confirmed"] and _inside(row.pop("joined_on"), row.pop("left_on"), day_of(on))
        row["told"] = {"zh": f"{row['instrument_no']} · {name}", "en": f"{row['instrument_no']} · {name}"}
    return found


@table("instruments.uses", columns={"use_no": "text", "instrument": "text", "user": "text", "fee": "int64", "used_on": "date", "use_year": "int64", "in_network": "bool", "confirmed": "bool", "related": "bool"})  # fmt: skip
def uses(on: datetime, where: Where) -> list[Row]:
    """Paid uses; own use is always related, and the network is asked for the day of the use."""
    found = linking.read(Use.objects.filter(cancelled=False), USE_COLUMNS, where)
    for row in found:
        at, owner, known, name = (row.pop(one) for one in ("confirmed_at", "of_owner", "known", "name"))
        row["confirmed"] = at is not None and at <= on
        row["in_network"] = known is not None and _inside(row.pop("joined_on"), row.pop("left_on"), row["used_on"])
        row["related"] = row["related"] or row["user"] == owner
        row |= {"used_by_user": False, "used_by_owner": False}
        said, fee = f"{row['use_no']} · {name} · {row['used_on']}", Money(row["fee"])
        row["told"] = {"zh": f"{said} · {fee}", "en": f"{said} · {fee.english()}"}
    return found


def _inside(joined: object, left: object, day: object) -> bool:
    return joined is not None and joined <= day and (left is None or day < left)  # type: ignore[operator]
