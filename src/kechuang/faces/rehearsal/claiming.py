"""Claims and a title in the demonstration: registers filled and confirmed, claims at the list, one to be handed in, rows to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from kechuang.casework import answers, files, founding, people, registers
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.faces.rehearsal.calls import OPENS, announced
from kechuang.faces.rehearsal.filling import filled
from kechuang.faces.rehearsal.plans import WAN, Plan
from kechuang.faces.rehearsal.region import Unit
from kechuang.faces.rehearsal.stage import SEAL, Stage
from kechuang.parties.models import Organisation, Person

TRADES = Plan("claim-technology-trade", "技术交易后补助", 1, 3, 120, "claim", 12)
TITLES = Plan("recognise-hnte", "高新技术企业认定", 1, 1, 0, "title", 36)
PAID = ((3000,), (900, 600))  # what two firms paid for technology, in 万元: the first one's claim reaches the ceiling
PAPER = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"  # an empty page
FIGURES = ((2, 800, 400), (1, 900, 450), (0, 1000, 500))  # years back, sales and net assets in 万元


@dataclass(slots=True)
class Firm:
    """A firm of the region with the person who claims for it."""

    unit: Unit
    claimant: Person

    @property
    def party(self) -> Organisation:
        return self.unit.party


@dataclass(slots=True)
class Cast:
    """Who acts in this part: the firms and the registrar of contracts."""

    firms: list[Firm]
    registrar: Person


def left_at_the_list(stage: Stage) -> Cast:
    """Two firms with registered contracts: two claims at the list, a draft that reaches the ceiling, a file of a title."""
    cast = _cast(stage)
    trades, titles = announced(stage, [(TRADES, 1), (TITLES, 1)], suffix="-claims")
    stage.on_day(OPENS + 1)
    stage.clock_strikes()
    for round_ in (trades, titles):
        round_.refresh_from_db()
    numbers = [_registered(stage, cast, firm, paid) for firm, paid in zip(cast.firms, PAID, strict=True)]
    _waiting(stage, cast)
    first, second = cast.firms
    for number in numbers[1]:
        _to_the_list(stage, _claim(stage, trades, second, number), second)
    _claim(stage, trades, first, numbers[0][0])
    _file(stage, titles, first)
    return cast


def _cast(stage: Stage) -> Cast:
    """Claimants appointed by their units, the registrar by the security administrator."""
    region, admin = stage.region, stage.region.office("security_admin")
    values = region.make.values(name="示例合同登记员", field="技术合同登记员")
    registrar = founding.engage(values, region.department, by=admin, on=stage.now, key=stage.key("engage"))
    people.appoint(registrar, "contract_registrar", "150000", by=admin, on=stage.now, key=stage.key("appoint"))
    units = [unit for unit in region.units if unit.party.kind == "enterprise"][: len(PAID)]
    return Cast([_firm(stage, unit, number) for number, unit in enumerate(units, 1)], registrar)


def _firm(stage: Stage, unit: Unit, number: int) -> Firm:
    person = stage.region.make.person(unit=unit.party, name=f"示例企业经办人{number}", field="企业经办人")
    people.confirm_person(person, by=unit.research, on=stage.now, key=stage.key("confirm"))
    people.appoint(person, "claimant", unit.party.pid, by=unit.head, on=stage.now, key=stage.key("appoint"))
    person.refresh_from_db()
    return Firm(unit, person)


def _entered(stage: Stage, code: str, by: Person, word: Person | None, **values: Any) -> None:
    """One row of a register, and the second hand's word on it unless it is left to wait."""
    register = registers.find(code)
    registers.enter(register, [values], by=by, on=stage.now, key=stage.key(f"enter-{code}"))
    if word is not None:
        row = register.model._default_manager.filter(confirmed_at=None).order_by("-pk")[0]
        registers.confirm(register, row, by=word, on=stage.now, key=stage.key(f"confirm-{code}"))


def _registered(stage: Stage, cast: Cast, firm: Firm, paid: tuple[int, ...]) -> list[str]:
    """Contracts with a payment each, three years of figures, six rights, all confirmed; the numbers of the payments."""
    bureau = stage.region.recommenders[firm.party.recommender.pid][0]  # type: ignore[union-attr]
    numbers = [_traded(stage, cast, firm, wan * WAN, place) for place, wan in enumerate(paid, 1)]
    day = date(stage.year, 1, 15)
    for back, sales, net in FIGURES:
        figures = {"sales": sales, "costs": sales * 9 // 10, "total_income": sales, "high_income": sales * 7 // 10, "assets": sales, "net_assets": net, "rnd": 60, "rnd_domestic": 60}  # fmt: skip
        fens = {name: worth * WAN for name, worth in figures.items()}
        _entered(
            stage,
            "years",
            firm.claimant,
            bureau,
            unit=firm.party,
            fiscal_year=stage.year - 1 - back,
            staff=100,
            tech_staff=18,
            **fens,
        )
    for place in range(6):
        right = {
            "number": f"ZL{firm.party.pk:05d}{place}",
            "name": "一种示例装置",
            "ip_class": "second",
            "granted_on": day - timedelta(600),
        }
        _entered(stage, "rights", firm.claimant, bureau, unit=firm.party, **right)
    return numbers


def _traded(stage: Stage, cast: Cast, firm: Firm, fen: int, place: int) -> str:
    """A contract of this year and its one payment, both confirmed by the registrar; the number of the payment."""
    number, day = f"{stage.year}15{firm.party.pk:04d}{place}", date(stage.year, 1, 15)
    said = {"buyer": firm.party, "seller": stage.region.institution, "signed_on": day}
    said |= {"contract_amount": fen, "technical_amount": fen, "name": "成套工艺技术转让", "contract_kind": "transfer"}
    paid = {"contract": number, "buyer": firm.party, "technical_paid": fen, "paid_on": day}
    _entered(stage, "contracts", firm.claimant, cast.registrar, number=number, **said)
    _entered(stage, "trades", firm.claimant, cast.registrar, number=f"{number}-1", **paid)
    return f"{number}-1"


def _waiting(stage: Stage, cast: Cast) -> None:
    """A contract that waits for the registrar."""
    firm = cast.firms[0]
    said = {"buyer": firm.party, "seller": stage.region.institution, "signed_on": date(stage.year, 2, 1), "contract_amount": 80 * WAN, "technical_amount": 60 * WAN}  # fmt: skip
    _entered(
        stage,
        "contracts",
        firm.claimant,
        None,
        number=f"{stage.year}1599999",
        name="牧草品质检测",
        contract_kind="service",
        **said,
    )


def _typed(stage: Stage, case: Case, firm: Firm, **given: Any) -> Case:
    """The draft of a case as its claimant would fill it in."""
    pages, party = pages_of(case.round), firm.party
    said = {
        "title": f"{party.name}{case.round.title}"[:200] if "sheets" not in pages.programme else case.round.title,
        "track": next(iter(pages.programme["tracks"])), "claim_year": str(stage.year), "unit": party.pid, "unit_kind": party.kind,
        "unit_code": party.credit_code, "unit_registered": day_of(stage.now).replace(year=2010).isoformat(), "unit_place": party.place,
        "unit_phone": "0471-4963421", "legal_person": party.legal_person, "recommender": party.recommender.pid if party.recommender else "", **given,
    }  # fmt: skip
    proof = files.keep(case, "proof", "示例凭证.pdf", [PAPER], by=firm.claimant, on=stage.now)
    said |= {code: [proof.digest] for code, one in pages.form.fields.items() if one.kind == "files"}
    typed = filled(pages.form, leader=firm.claimant, team=[], rng=Random(stage.year), given=said)
    answers.save_draft(case, "all", typed, version=0, by=firm.claimant, on=stage.now)
    return case


def _claim(stage: Stage, round_: Round, firm: Firm, payment: str) -> Case:
    """A draft of a claim on the firm's payment."""
    case = open_case(round_, by=firm.claimant, on=stage.now, key=stage.key("claim"), synthetic=True)
    return _typed(stage, case, firm, trades=[payment])


def _file(stage: Stage, round_: Round, firm: Firm) -> Case:
    """A draft of a title whose result depends on experts."""
    case = open_case(round_, by=firm.claimant, on=stage.now, key=stage.key("file"), synthetic=True)
    rights = [f"ZL{firm.party.pk:05d}{place}" for place in range(6)]
    said = {"field_ok": True, "accident": False, "conversions": "12", "standards_part": False}
    return _typed(stage, case, firm, hnte_file=f"{firm.party.pid}-{stage.year - 1}", rights=rights, **said)


def _to_the_list(stage: Stage, case: Case, firm: Firm) -> None:
    """Handed in, checked, computed, confirmed by the league, cross-checked: it waits to be listed."""
    region = stage.region
    officer, chief = region.execution["institution_officer"][0], region.execution["institution_chief"][0]
    head = region.recommenders[firm.party.recommender.pid][1]  # type: ignore[union-attr]
    items = [{"item": one["code"], "verdict": "pass"} for one in pages_of(case.round).programme["evidence"]]
    stage.does(case, "submit", firm.claimant, promise=SEAL)
    stage.does(case, "check_evidence", officer, items=items)
    stage.does(case, "compute", officer)
    stage.does(case, "send_to_league", chief)
    stage.does(case, "league_confirm", head, letter=SEAL)
    stage.does(case, "cross_check", officer)
