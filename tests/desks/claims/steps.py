"""The steps that claims and recognitions are told with: what stands in the registers, a claim filed, checked, listed, paid."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from kechuang.casework import answers, files
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.enterprises.models import Honour, Profile, Relation, Right, Title, Year
from kechuang.desks.funds.models import QuotaDocument
from kechuang.desks.instruments.models import Instrument, Use
from kechuang.desks.transfer.models import Contract, Trade
from kechuang.faces.rehearsal.filling import filled
from tests.factories import Region, a_person, a_unit, an_open_round, at, done

_numbers = itertools.count(1)
YUAN, WAN = 100, 1_000_000
DAY = at("2019-03-01")
SEAL = "agreed"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LETTER = {"minutes": "厅务会纪要〔2019〕1号", "document_no": "内科发〔2019〕1号"}


class Firms(Region):
    """A region whose unit is an enterprise with a claimant, a league's county, and a seller elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.unit.kind, self.unit.credit_code = "enterprise", "91110000802100433B"
        self.unit.legal_person, self.unit.phone = "示例法人", "0471-4963421"
        self.unit.save()
        self.claimant = a_person(("claimant", self.unit.pid), unit=self.unit)
        self.seller = a_unit("institute", name=f"示例院{next(_numbers)}")

    def another(self, **given: Any) -> Any:
        """One more enterprise with its claimant: (unit, claimant)."""
        unit = a_unit("enterprise", recommender=self.recommender, legal_person="某", phone="0471-4963422", **given)
        return unit, a_person(("claimant", unit.pid), unit=unit)


def _row(model: Any, *, entered: datetime = DAY, confirmed: bool = True, **given: Any) -> Any:
    return model.objects.create(entered_at=entered, confirmed_at=entered if confirmed else None, **given)


def a_trade(region: Firms, fen: int, *, day: str = "2019-03-01", unit: Any = None, registered: bool = True, confirmed: bool = True, **contract: Any) -> Trade:  # fmt: skip
    """A payment on a contract of its own."""
    number, buyer = next(_numbers), unit or region.unit
    said = {"seller": region.seller, "contract_amount": fen, "technical_amount": fen, **contract}
    on = date.fromisoformat(day)
    row = _row(Contract, number=f"HT{number:04d}", buyer=buyer, signed_on=on, confirmed=registered, **said)
    return _row(
        Trade, number=f"FK{number:04d}", contract=row, buyer=buyer, technical_paid=fen, paid_on=on, confirmed=confirmed
    )


def an_instrument(owner: Any, **given: Any) -> Instrument:
    number = next(_numbers)
    said = {"number": f"YQ{number:04d}", "name": "透射电镜", "price": 500 * WAN, "joined_on": date(2018, 1, 1), **given}
    return _row(Instrument, owner=owner, **said)


def a_use(instrument: Instrument, user: Any, fen: int, *, day: str = "2019-05-01", **given: Any) -> Use:
    number, on = next(_numbers), date.fromisoformat(day)
    said = {"number": f"SY{number:04d}", "used_on": on, "use_year": on.year, **given}
    return _row(Use, instrument=instrument, owner=instrument.owner, user=user, fee=fen, **said)


def an_honour(unit: Any, kind: str, value: str = "", *, year: int = 2019, **given: Any) -> Honour:
    number = next(_numbers)
    return _row(
        Honour, number=f"MD{number:04d}", kind=kind, unit=unit, year=year, on=date(year, 6, 1), value=value, **given
    )


def a_year(unit: Any, year: int, **given: Any) -> Year:
    """Confirmed figures of a year: a small firm that does well."""
    said = {
        "staff": 100, "tech_staff": 18, "sales": 10000 * WAN, "costs": 1354 * WAN, "total_income": 10000 * WAN,
        "high_income": 7000 * WAN, "assets": 5000 * WAN, "net_assets": 3000 * WAN, "rnd": 420 * WAN, "rnd_domestic": 420 * WAN,
        **given,
    }  # fmt: skip
    return _row(Year, unit=unit, fiscal_year=year, **said)


def a_right(unit: Any, ip_class: str = "second", **given: Any) -> Right:
    number = next(_numbers)
    return _row(Right, number=f"ZL{number:04d}", unit=unit, ip_class=ip_class, granted_on=date(2017, 1, 1), **given)


def a_profile(unit: Any, **given: Any) -> Profile:
    return _row(Profile, unit=unit, **given)


def a_relation(unit: Any, other: Any) -> Relation:
    return _row(Relation, unit=unit, other=other, kind="share", since=date(2015, 1, 1))


def a_title(region: Firms, kind: str, *, since: date, years: int = 3) -> Title:
    """A title that the region's unit was given, on a case of its own."""
    number = next(_numbers)
    case = open_case(a_round(region, f"recognise-{kind}"), by=region.claimant, on=FILED, key=f"title-{number}")
    return Title.objects.create(
        kind=kind, unit=region.unit, case=case, number=f"T{number}", since=since, until=since.replace(year=since.year + years),
        given_at=FILED,
    )  # fmt: skip


def a_round(
    region: Firms, programme: str, *, budget: int = 100 * WAN * 100, opens: str = "2019-11-01", **given: Any
) -> Round:
    """A round of a claim or recognition of the year 2019, open for a month."""
    said = {"plan": "post-subsidy", "opens_at": at(opens), "budget_fen": budget, **given}
    return an_open_round(region, programme, **said)


FILED = at("2019-11-05")


def a_claim(
    region: Firms, round_: Round, picked: list[str], *, by: Any = None, on: datetime = FILED, **given: Any
) -> Case:
    """A claim on these records, filled in and not handed in."""
    who = by or region.claimant
    case = open_case(round_, by=who, on=on, key=f"open-{next(_numbers)}")
    page, pages = pages_of(round_).programme, pages_of(round_)
    picks = [code for code, field in pages.form.fields.items() if field.kind in ("reference", "references")]
    records = picks[0] if "claim" in page and picks else "firm_year" if "firm_year" in picks else "hnte_file"
    several = pages.form.fields[records].kind == "references" if records in pages.form.fields else False
    proof = files.keep(case, "proof", "凭证.pdf", [PDF], by=who, on=on)
    said: dict[str, Any] = {
        "title": "2019年高新技术企业认定" if "sheets" in page else f"{who.unit.name}申请", "track": next(iter(page["tracks"])), "claim_year": str(round_.year),
        "recommender": region.recommender.pid, "unit_code": "91110000802100433B", "unit_kind": "enterprise",
        "unit_phone": "0471-4963421", "legal_person": "示例法人", records: picked if several else (picked or [""])[0], **given,
    }  # fmt: skip
    kinds = {code: one.kind for code, one in pages.form.fields.items()}
    said |= {code: [proof.digest] for code, kind in kinds.items() if kind == "files" and code not in given}
    typed = filled(pages.form, leader=who, team=[], rng=Random(1), given=said)
    answers.save_draft(case, "all", typed, version=0, by=who, on=on)
    return case


def filed(
    region: Firms, round_: Round, picked: list[str], *, by: Any = None, on: datetime = FILED, **given: Any
) -> Case:
    """A claim handed in."""
    case = a_claim(region, round_, picked, by=by, on=on, **given)
    done(case, "submit", by or region.claimant, on=on, promise=SEAL)
    return case


def computed(case: Case, region: Firms, *, on: datetime = FILED) -> Case:
    """The evidence checked and the amount computed."""
    items = [{"item": one["code"], "verdict": "pass"} for one in pages_of(case.round).programme["evidence"]]
    done(case, "check_evidence", region.officer, on=on, items=items)
    done(case, "compute", region.officer, on=on)
    return case


def cross_checked(case: Case, region: Firms, *, on: datetime = FILED) -> Case:
    """Confirmed by the league, checked for double use and relations."""
    done(case, "send_to_league", region.chief, on=on)
    done(case, "league_confirm", region.signatory, on=on, letter=SEAL)
    done(case, "cross_check", region.officer, on=on)
    return case


def listed(case: Case, region: Firms, *, on: datetime = FILED) -> Case:
    cross_checked(computed(case, region, on=on), region, on=on)
    done(case, "list", region.planner, on=on)
    return case


def approved(case: Case, region: Firms, *, on: datetime = FILED) -> Case:
    """Published, and decided when the notice has run out."""
    done(case, "publish_list", region.planning_chief, on=on)
    done(case, "approve", region.leadership, on=on + timedelta(15), **LETTER)
    return case


def paid(case: Case, region: Firms, *, on: datetime) -> Case:
    """Quota issued by one, paid by another, confirmed by the unit."""
    QuotaDocument.objects.get_or_create(number="内财教〔2019〕1号", defaults={"fen": 10**11, "on": on.date()})
    done(case, "issue_quota", region.fund_clerk, on=on, quota_document="内财教〔2019〕1号")
    done(case, "pay", region.treasurer, on=on)
    fen = case.award.fen
    amount = f"{fen // 100}.{fen % 100:02d}"
    done(case, "confirm_receipt", region.finance, on=on, amount=amount, date=on.date().isoformat())
    return case
