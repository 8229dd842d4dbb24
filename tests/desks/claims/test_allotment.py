"""Money shared out among the twelve leagues: their factors handed in, one formula, parts that add up to the fen, paid to each bureau."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kechuang.casework.models import Case
from kechuang.casework.pages import current
from kechuang.desks.claims.models import Computation
from kechuang.desks.funds.models import Budget, Grant, Payment, QuotaDocument
from kechuang.faces.web.sentences import sentence
from kechuang.words.money import shared_out
from kechuang.words.outcome import Refused
from tests.desks.claims import steps
from tests.desks.claims.steps import FILED, WAN, Firms, a_claim, a_round, approved, at
from tests.factories import a_person, a_unit, done

pytestmark = pytest.mark.django_db
POT = 20000 * WAN


def leagues() -> list[str]:
    return [str(row["code"]) for row in current().page("places").body["leagues"]]


def figures(n: int) -> dict[str, str]:
    """The declared factors of the n-th league, no two alike."""
    return {
        "rnd_spending": str(1000 + 37 * n), "gdp": str(100_000 + 7919 * n), "input_total": str(500 + 11 * n),
        "patents": str(20 + 3 * n), "contract_value": str(300 + 17 * n), "population": str(1_000_000 + 10_007 * n),
    }  # fmt: skip


def a_declaration(region: Firms, round_, place: str, n: int) -> Case:
    """The science bureau of one league declares its figures."""
    bureau = a_unit(
        "public_unit",
        recommender=region.recommender,
        place=place,
        name=f"示例盟市科技局{n}",
        legal_person="某",
        phone="0471-4963421",
    )
    who = a_person(("claimant", bureau.pid), ("unit_finance", bureau.pid), unit=bureau)
    given = {"place": place, "statistics_year": "2018", "unit_kind": "public_unit", **figures(n)}
    case = a_claim(region, round_, [], by=who, **given)
    done(case, "submit", who, on=FILED, promise=steps.SEAL)
    return case


def share(n: int) -> Fraction:
    """The formula of the page, written out by hand: five factors, each its part of the sum over the region."""
    rows = [{name: int(text) for name, text in figures(one).items()} for one in range(12)]
    for row in rows:
        row["intensity"] = Fraction(row["rnd_spending"], row["gdp"])
    weights = {"intensity": 25, "input_total": 25, "patents": 20, "contract_value": 20, "population": 10}
    return sum(
        (
            Fraction(w, 100) * Fraction(rows[n][name]) / sum(Fraction(r[name]) for r in rows)
            for name, w in weights.items()
        ),
        Fraction(0),
    )


@pytest.fixture
def scene():
    region = Firms()
    round_ = a_round(region, "league-allotment", budget=POT, plan="results-conversion")
    return region, round_, [a_declaration(region, round_, place, n) for n, place in enumerate(leagues())]


def test_twelve_parts_add_up_to_the_pot_and_each_is_the_formula_to_the_fen(scene):
    region, _round, cases = scene
    for case in cases:
        steps.computed(case, region)
    parts = [Computation.objects.get(case=case).fen for case in cases]
    assert parts == shared_out(POT, [share(n) for n in range(12)])
    assert sum(parts) == POT


def test_a_league_goes_from_its_figures_over_list_and_notice_to_the_account(scene):
    region, round_, cases = scene
    for case in cases:
        steps.listed(case, region)
    for case in cases:
        approved(case, region)
    granted = sum(Grant.objects.filter(case__round=round_).values_list("granted_fen", flat=True))
    assert (granted, Budget.objects.get(round=round_).committed_fen) == (POT, POT)

    first, on = cases[0], at("2019-12-20")
    QuotaDocument.objects.create(number="内财教〔2019〕9号", fen=POT, on=on.date())
    done(first, "issue_quota", region.fund_clerk, on=on, quota_document="内财教〔2019〕9号")
    done(first, "pay", region.treasurer, on=on)
    fen = first.award.fen
    done(first, "confirm_receipt", first.leader, on=on, amount=f"{fen // 100}.{fen % 100:02d}", date="2019-12-20")
    paid = Payment.objects.get(grant__case=first)
    assert (first.state, paid.fen, first.grant.received_fen, paid.grant.case.applicant.kind) == (
        "paid",
        fen,
        fen,
        "public_unit",
    )


def test_nothing_is_computed_while_a_league_is_missing():
    region = Firms()
    round_ = a_round(region, "league-allotment", budget=POT, plan="results-conversion")
    case = a_declaration(region, round_, leagues()[0], 0)
    items = [{"item": one, "verdict": "pass"} for one in ("statistics", "declaration")]
    done(case, "check_evidence", region.officer, on=FILED, items=items)
    with pytest.raises(Refused) as refused:
        done(case, "compute", region.officer, on=FILED)
    assert refused.value.reasons[0].code == "leagues_missing"


def test_an_enterprise_declares_no_league():
    region = Firms()
    round_ = a_round(region, "league-allotment", budget=POT, plan="results-conversion")
    with pytest.raises(Refused) as refused:
        a_claim(region, round_, [], place=leagues()[0], statistics_year="2018", **figures(0))
    assert [reason.code for reason in refused.value.reasons] == ["own_league"]


@pytest.mark.parametrize("factor", ["patents", "contract_value", "rnd_spending"])
def test_a_factor_that_is_nothing_in_the_whole_region_is_refused_in_words_and_not_taken_as_nothing(factor, monkeypatch):
    region, plain = Firms(), figures
    monkeypatch.setattr("tests.desks.claims.test_allotment.figures", lambda n: {**plain(n), factor: "0"})
    round_ = a_round(region, "league-allotment", budget=POT, plan="results-conversion")
    cases = [a_declaration(region, round_, place, n) for n, place in enumerate(leagues())]
    done(cases[0], "check_evidence", region.officer, on=FILED, items=[{"item": one, "verdict": "pass"} for one in ("statistics", "declaration")])  # fmt: skip
    with pytest.raises(Refused) as refused:
        done(cases[0], "compute", region.officer, on=FILED)
    assert refused.value.codes == ["cannot_be_computed"]
    assert "作除数的数字为零" in str(sentence(refused.value.reasons[0]))
