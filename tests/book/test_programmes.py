"""The programmes of the packaged book: complete, sound, frozen and thawed; and what the work report asks of them."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.casework import book
from kechuang.casework.book.check_examples import given
from kechuang.formula import UNKNOWN, evaluate, parse
from kechuang.words.reason import required

BOOK = book.packaged()
PLANS = {
    *("basic-research", "major-special", "key-technology", "results-conversion", "platform-talent"),
    "innovation-environment",
}
PROJECTS = [code for code in BOOK.codes("programmes") if BOOK.programme(code).body["flow"] == "grant"]
FUND = ("nsf-general", "nsf-joint", "nsf-youth")


def body(code: str) -> dict:
    return BOOK.programme(code).body


def findings(code: str, on: date, at: str = "submit", **told: object) -> list[str]:
    known = given(body(code), told)
    found = [
        *book.eligibility(body(code), at=at, on=on, known=known),
        *book.limits(body(code), at=at, on=on, known=known),
    ]
    return [finding.check for finding in found]


def test_no_page_but_policies_has_a_fault_and_those_are_held_by_their_own_tests():
    assert [str(bad) for bad in book.check(BOOK) if not bad.path.startswith("policies/")] == []


def test_there_is_a_page_for_each_of_the_six_plans_and_for_the_money_of_the_centre():
    assert {body(code)["plan"] for code in BOOK.codes("programmes")} == PLANS | {
        *("central-guidance", "post-subsidy", "recognition", "equity-investment"),
    }
    assert set(BOOK.codes("programmes")) >= PLANS


def _conditions(folder: str, *tables: str) -> list[tuple[str, dict]]:
    pages = {code: BOOK.programme(code) if folder == "programmes" else BOOK.page(folder, code) for code in BOOK.codes(folder)}  # fmt: skip
    return [(f"{code}.{one['code']}", one) for code, page in pages.items() for table in tables for one in page.body.get(table, ())]  # fmt: skip


def test_every_condition_says_what_has_to_hold_and_not_only_what_is_wrong():
    told = [*_conditions("programmes", "eligibility", "limits"), *_conditions("policies", "eligible")]
    assert len(told) > 200
    assert [name for name, one in told if set(one.get("needs", ())) != {"zh", "en"}] == []
    assert [
        name for name, one in told if one["needs"]["zh"] == one["zh"] and name != "league-allotment.own_league"
    ] == []
    assert [name for name, one in told if required(one) != one["needs"]] == []


def test_of_a_condition_without_the_sentence_it_is_said_that_what_is_wrong_was_not_found():
    assert required({"zh": "企业注册不满一年", "en": "Too young"}) == {
        "zh": "未见：企业注册不满一年",
        "en": "Not found: Too young",
    }


@pytest.mark.parametrize("code", BOOK.codes("programmes"))
def test_a_programme_is_frozen_and_thawed_as_it_is(code):
    thawed = book.thaw(book.freeze(BOOK, code))
    assert thawed.programme == body(code)
    assert thawed.round_flow.of == "round"
    assert thawed.flow.code == body(code)["flow"]


@pytest.mark.parametrize("code", PROJECTS)
def test_every_project_has_the_promoted_answers_that_lists_are_made_of(code):
    form = book.thaw(book.freeze(BOOK, code)).form
    promoted = {name for name, field in form.fields.items() if field.promoted}
    assert promoted >= {"title", "topic", "track", "subject", "place", "leader", "unit", "recommender", "asked"}


@pytest.mark.parametrize("code", PROJECTS)
def test_experts_are_shown_no_identity_contact_or_account(code):
    form = book.thaw(book.freeze(BOOK, code)).form
    hidden = {name for name, field in form.fields.items() if field.expert == "hidden"}
    assert hidden >= {
        "leader_id",
        "leader_phone",
        "leader_email",
        "leader_born",
        "unit_bank",
        "unit_phone",
        "recommender",
    }


@pytest.mark.parametrize("code", PROJECTS)
def test_every_project_can_end_without_blame(code):
    assert "no_fault" in body(code)["acceptance"]["sheet"]["verdict"]
    assert "diligence_proof" in book.thaw(book.freeze(BOOK, code)).tables["acceptance"].fields


@pytest.mark.parametrize("code", PROJECTS)
def test_every_panel_knows_all_edges_of_recusal(code):
    edges = {edge["code"] for edge in body(code)["panel"]["recuse"]}
    assert edges == {
        *("same_legal_person", "worked_there", "relative", "coauthor", "joint_project", "mentor", "interest"),
        *("same_round", "named_by_applicant", "declared", "under_sanction"),
    }


@pytest.mark.parametrize("code", FUND)
def test_the_fund_is_a_fixed_lump_sum_of_a_hundred_thousand_reviewed_blind_by_three_at_least(code):
    page = body(code)
    fields = {field["code"] for section in page["form"]["sections"] for field in section["fields"]}
    assert "negative_list" in fields
    assert fields.isdisjoint({"equipment", "operation", "labour", "indirect"})
    assert [(sheet["mode"], sheet["blind"]) for sheet in page["sheets"]] == [("mail", True)]
    assert page["panel"]["mail"]["at_least"] == 3
    assert book.award_amount(page, on=date(2018, 6, 1), known=given(page, {"asked": 10})) == 10_000_000


def test_a_joint_project_is_paid_by_two():
    page, on = body("nsf-joint"), date(2018, 6, 1)
    params = book.params_on(page, on)
    assert (params["department_part"], params["co_funder_part"]) == (3_000_000, 7_000_000)
    assert page["award"]["amount"] == "department_part + co_funder_part"


def test_the_quota_of_host_units_is_known_from_2022_on():
    told = {"asked": 10, "awarded_most_3y": 2, "unit_position": 6}
    assert findings("nsf-general", date(2018, 6, 1), "recommend", **told) == []
    assert findings("nsf-general", date(2022, 1, 1), "recommend", **told) == ["in_unit_quota"]


def test_age_and_limits_of_the_youth_fund():
    day = date(2018, 6, 1)
    assert findings("nsf-youth", day, asked=10, leader_age=35) == []
    assert findings("nsf-youth", day, asked=10, leader_age=36) == ["young_enough"]
    assert findings("nsf-youth", day, asked=10, leader_age=40, leader_woman=True) == []
    assert findings("nsf-youth", day, asked=10, leader_age=30, nsf_running=1) == ["nsf_limit"]


def test_before_anything_is_answered_nothing_stands_against_an_applicant():
    for code in BOOK.codes("programmes"):
        unknown = book.eligibility(body(code), at="open", on=date(2018, 6, 1), known=lambda name: UNKNOWN)
        assert unknown == ()


def test_each_project_of_the_central_fund_has_a_ceiling():
    params = book.params_on(body("central-guidance"), date(2018, 6, 1))
    assert params["amount_most"] == 2_000_000_00


def test_the_allotment_asks_for_every_factor_of_its_policy():
    page = body("league-allotment")
    fields = {field["code"] for section in page["form"]["sections"] for field in section["fields"]}
    share = BOOK.page("policies", page["policy"]).body["let"]["share"]["expr"]
    factors = {path.partition(".")[2] for path in parse(share).paths if path.startswith("league.")}
    assert factors == {"rnd_intensity", "input_total", "patents", "contract_value", "population"}
    assert fields >= factors


def test_a_round_of_the_allotment_carries_its_policy_and_a_project_none():
    assert list(book.thaw(book.freeze(BOOK, "league-allotment")).rules.policies) == ["league-factor-allotment"]
    assert book.thaw(book.freeze(BOOK, "nsf-general")).rules is None


def test_indirect_cost_falls_in_bands_and_by_date():
    page = BOOK.programme("key-technology").body
    formula = next(
        field["formula"]
        for section in page["form"]["sections"]
        for field in section["fields"]
        if field["code"] == "indirect_most"
    )
    scope = {"direct_fiscal": 1_200_000_000, "equipment_fiscal": 0}
    came = [
        evaluate(parse(formula), {**scope, **book.params_on(page, on)}) for on in (date(2021, 8, 12), date(2021, 8, 13))
    ]
    assert came == [201_000_000, 315_000_000]
