"""The inventors' share of a converted result: worked out by the policy in force, filed by the unit, printed with every step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db import transaction

from kechuang.casework import computing, documents, linking, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.computing import Basis, Result
from kechuang.casework.pages import current, day_of
from kechuang.casework.registers import UNIT_KEEPERS, role_for
from kechuang.desks.transfer.models import Conversion
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import vocabulary_from
from kechuang.parties.models import Organisation, Person
from kechuang.parties.permissions import appointments
from kechuang.parties.secrets import token
from kechuang.words.money import Money
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

POLICY = "inventors-share"
FIGURES = ("gross", "direct_costs", "stock_value", "profit")


@dataclass(frozen=True, slots=True)
class Converted:
    """What a unit says of one conversion: the way, amounts in fen, the agreement if there is one, the day that counts."""

    title: str
    on: date
    way: str
    gross: int = 0
    direct_costs: int = 0
    stock_value: int = 0
    profit: int = 0
    years_in_use: int = 1
    agreed: bool = False
    agreed_share: Fraction = Fraction(0)


@lru_cache(maxsize=4)
def _rules(digest: str) -> Rules:
    shelf = current()
    words = vocabulary_from(shelf.page("vocabulary").body)
    return Rules(words, {POLICY: policy_from(shelf.page("policies", POLICY).body, words)})


def worked_out(said: Converted, unit: Organisation, on: datetime) -> Result:
    """The share by the edition in force, read on the day of the conversion. FormulaError if it cannot be computed."""
    rules = _rules(current().digest)
    firm = linking.rows("enterprises.firms", on, {"enterprise_id": {unit.pid}})
    record: dict[str, Any] = {
        "achievement_no": "1", "unit": firm[0] if firm else None, "way": said.way, "years_in_use": said.years_in_use,
        "agreed": said.agreed, "agreed_share": said.agreed_share, **{name: getattr(said, name) for name in FIGURES},
        "told": {"zh": said.title, "en": said.title},
    }  # fmt: skip
    basis = Basis(rules, rules[POLICY], said.on.year, said.on, current().digest)
    return computing.result_of(basis, [record])


@transaction.atomic
def file(said: Converted, unit: Organisation, *, by: Person, on: datetime, key: str) -> Conversion:
    """Keep a calculation and issue its paper; Refused for who does not work for the unit, and where nothing comes of it."""
    role = role_for(appointments(by, day_of(on)), UNIT_KEEPERS, unit)
    if role is None:
        raise Refused(Reason("not_yours_to_file"))
    asked = {**asdict(said), "unit": unit.pid}
    if told := records.already(Actor.of(by), key, "file_share", None, asked):
        return Conversion.objects.get(number=told.told.data["number"])
    found = worked_out(said, unit, on)
    if found.fen is None or found.verdict == "fail":
        raise Refused(
            *[Reason("policy_refuses", **one) for one in computing.refusals(found)] or [Reason("not_computed")]
        )
    row = Conversion(
        unit=unit, number=token(), title=said.title, on=said.on, way=said.way, years_in_use=said.years_in_use,
        agreed=said.agreed, agreed_share=int(said.agreed_share * 1_000_000), fen=found.fen, edition=found.basis.digest, filed_at=on,
        **{name: getattr(said, name) for name in FIGURES},
    )  # fmt: skip
    data = {"number": row.number, "fen": str(found.fen), "way": said.way}
    record = note(
        unit,
        "file_share",
        by=by,
        on=on,
        key=key,
        role=role,
        data=data,
        tells={"fen": str(found.fen), "edition": row.edition},
        asked=asked,
    )
    row.document = documents.issue("share", f"成果转化奖励核算书：{said.title}", paper(said, unit, found), on=on, record=record, number=row.number, public=True)  # fmt: skip
    row.save()
    return row


def paper(said: Converted, unit: Organisation, found: Result) -> dict[str, Any]:
    """The text of the paper: what was converted, each step with its figure, the sum."""
    (told,) = computing.told(found)
    steps = [
        f"{line['title']['zh']}：{line['value']['zh']}" for line in told["lines"] if line["what"] in ("step", "amount")
    ]
    text = "\n".join(
        [f"{unit.name}　{said.title}", f"基准日：{said.on.isoformat()}", *steps, f"奖励总额：{Money(found.fen or 0)}"]
    )
    assumed = "；".join(one["zh"].rstrip("。") for one in found.basis.policy.assumptions)
    return {
        "text": text, "relief": f"本核算书由单位自行填报和核算，科技主管部门不支付此款。假定：{assumed}", "form": "核算书",
        "signed": unit.name, "date": said.on.isoformat(), "fen": str(found.fen), "edition": found.basis.digest,
    }  # fmt: skip


def filed_by(unit: Organisation) -> list[Conversion]:
    """What a unit has filed, newest first."""
    return list(Conversion.objects.filter(unit=unit).select_related("document").order_by("-filed_at", "-pk")[:200])
