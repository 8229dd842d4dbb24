"""The pages of claims and titles: the amount explained to the claimant, the list within the budget, certificates for all."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.casework.computing import year_of
from kechuang.casework.models import Draft, Round
from kechuang.desks.claims.models import Share
from kechuang.desks.enterprises.models import Title
from kechuang.desks.funds.models import QuotaDocument
from kechuang.engines.rules.sentences import sentence as of_rules
from kechuang.faces.web import claims, sentences
from kechuang.words.reason import Reason
from tests.desks.claims.steps import (
    FILED,
    WAN,
    Firms,
    a_claim,
    a_round,
    a_trade,
    approved,
    computed,
    cross_checked,
    filed,
    listed,
)
from tests.desks.claims.test_allotment import a_declaration, leagues
from tests.desks.claims.test_titles import a_file, an_sme, recognised
from tests.desks.claims.test_way import adopted_with
from tests.factories import done

pytestmark = pytest.mark.django_db


def page(client, who, address, **posted):
    client.force_login(who)
    return client.post(address, posted) if posted else client.get(address)


def text_of(client, who, address):
    answer = page(client, who, address)
    assert answer.status_code == 200
    return answer.content.decode()


def a_draft(region, fen, programme="claim-technology-trade", **trade):
    return a_claim(region, a_round(region, programme), [a_trade(region, fen, **trade).number])


def test_the_draft_explains_each_step_and_the_ceiling_that_bit(client):
    region = Firms()
    case = a_draft(region, 3000 * WAN)
    said = text_of(client, region.claimant, f"/cases/{case.number}/computation/")
    for words in ("核算金额 200.00 万元", "触及上限", "补助比例", "10 %", "自 2019-01-01", "3,000.00 万元"):
        assert words in said


def test_a_draft_that_is_refused_names_the_condition_and_what_would_turn_it(client):
    region = Firms()
    case = a_draft(region, 500 * WAN, related=True)
    said = text_of(client, region.claimant, f"/cases/{case.number}/computation/")
    assert "不符合的条件" in said
    assert "交易双方存在关联关系" in said


def test_the_form_shows_the_amount_beside_it_and_autosave_swaps_it(client):
    region = Firms()
    case = a_draft(region, 500 * WAN)
    other = a_trade(region, 700 * WAN)
    before = text_of(client, region.claimant, f"/cases/{case.number}/form/part/records/")
    Draft.objects.filter(case=case).update(section="records")
    numbers = [other.number]
    client.force_login(region.claimant)
    answer = client.post(
        f"/cases/{case.number}/form/part/records/",
        {"trades": numbers, "version": "1", "page": "p"},
        headers={"HX-Request": "true"},
    )
    after = answer.content.decode()
    assert "核算金额 50.00 万元" in before
    assert ('id="computed-now"' in after, "核算金额 70.00 万元" in after) == (True, True)


def test_both_amounts_of_a_recomputed_claim_stand_on_its_page(client):
    region = Firms()
    case = computed(
        filed(region, a_round(region, "claim-technology-trade"), [a_trade(region, 1000 * WAN).number]), region
    )
    adopted_with(
        (
            "policies/technology-trade.yaml",
            "zh: 补助比例, en: Subsidy rate, value: {2019-01-01: 10 %}",
            "zh: 补助比例, en: Subsidy rate, value: {2019-01-01: 8 %}",
        )
    )
    done(case, "recompute", region.chief, on=FILED, reason="更正：补助比例按实施细则为百分之八，重新核算")
    said = text_of(client, region.claimant, f"/cases/{case.number}/computation/")
    for words in ("第 1 次核算", "第 2 次核算", "100.00 万元", "80.00 万元", "按更正后的政策"):
        assert words in said


def test_a_stranger_and_an_expert_face_find_no_computation(client):
    region = Firms()
    case = a_draft(region, 500 * WAN)
    _unit, stranger = region.another()
    assert page(client, stranger, f"/cases/{case.number}/computation/").status_code == 404
    assert page(client, region.planner, f"/cases/{case.number}/computation/").status_code == 404


def test_a_project_has_no_computation(client):
    region = Firms()
    assert page(client, region.claimant, "/cases/NOTTHERE00/computation/").status_code == 404


# The list


def a_listable(region, round_, fen, name):
    unit, who = region.another(name=name)
    trade = a_trade(region, fen, unit=unit)
    return cross_checked(computed(filed(region, round_, [trade.number], by=who), region), region)


def test_the_list_says_who_gets_what_and_why_and_lists_at_one_press(client):
    region = Firms()
    round_ = a_round(region, "claim-technology-trade", budget=100 * WAN)
    cases = [a_listable(region, round_, 900 * WAN, "甲公司"), a_listable(region, round_, 600 * WAN, "乙公司")]
    before = text_of(client, region.planner, f"/rounds/{round_.code}/list/")
    posted = {
        "act": "list",
        "pick": [one.number for one in cases],
        "step": "confirm",
        "key": "k",
        "back": f"/rounds/{round_.code}/list/",
    }
    answer = page(client, region.planner, "/bulk/", **posted)
    after = text_of(client, region.planner, f"/rounds/{round_.code}/list/")
    assert "超出预算 50.00 万元" in before
    assert "列入后按比例" in before
    assert "认定条件" not in before
    assert answer.status_code == 302
    assert "按比例分配" in after
    assert sorted(Share.objects.values_list("fen", flat=True)) == [40 * WAN, 60 * WAN]


def test_the_list_of_another_programme_or_for_a_claimant_is_not_there(client):
    region = Firms()
    round_ = a_round(region, "recognise-tsme")
    assert page(client, region.planner, f"/rounds/{round_.code}/list/").status_code == 404
    claims = a_round(region, "claim-technology-trade")
    assert page(client, region.claimant, f"/rounds/{claims.code}/list/").status_code in (403, 404)


def test_one_claim_and_three_claims_on_the_list_take_the_same_number_of_queries(client):
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    client.force_login(region.planner)

    def queries():
        with CaptureQueriesContext(connection) as told:
            assert client.get(f"/rounds/{round_.code}/list/").status_code == 200
        return len(told)

    done(a_listable(region, round_, 100 * WAN, "甲公司"), "list", region.planner, on=FILED)
    queries()
    one = queries()
    for name in ("乙公司", "丙公司"):
        done(a_listable(region, round_, 100 * WAN, name), "list", region.planner, on=FILED)
    assert queries() == one


def test_the_quota_of_a_claim_is_issued_and_paid_from_the_pages_of_money(client):
    region = Firms()
    unit, who = region.another(name="甲公司")
    trade = a_trade(region, 500 * WAN, unit=unit)
    case = approved(
        listed(filed(region, a_round(region, "claim-technology-trade"), [trade.number], by=who), region), region
    )
    QuotaDocument.objects.create(number="内财教〔2019〕1号", fen=10**11, on=FILED.date())
    due = text_of(client, region.fund_clerk, "/money/due/")
    shown = {
        "pick": case.number,
        "step": "confirm",
        "key": "k",
        "back": "/money/",
        "quota_document": "内财教〔2019〕1号",
    }
    page(client, region.fund_clerk, "/money/many/", act="prepare_payment", **shown)
    page(client, region.treasurer, "/money/many/", act="pay", **{**shown, "key": "p"})
    case.refresh_from_db()
    assert (case.number in due, case.state) == (True, "paid")


# Titles


def test_a_file_that_depends_on_experts_says_on_what(client):
    region = Firms()
    case = a_file(region, a_round(region, "recognise-hnte"))
    said = text_of(client, region.claimant, f"/cases/{case.number}/computation/")
    for words in ("取决于专家评审", "技术先进程度", "31 分 – 80 分", "还取决于"):
        assert words in said


def test_what_would_make_sixty_points_is_told(client):
    region = Firms()
    case = an_sme(region, tech_staff=12, rnd=40 * WAN, rnd_domestic=40 * WAN, sales=1000 * WAN, costs=900 * WAN)
    said = text_of(client, region.claimant, f"/cases/{case.number}/computation/")
    for words in ("必定不达标", "只改一项即可改变结论", "科技人员数：12 人 → 15 人"):
        assert words in said


def test_anyone_finds_a_title_and_reads_whether_it_stands(client):
    region = Firms()
    case = recognised(region)
    number = Title.objects.get(case=case).number
    found = client.get(f"/titles/?q={region.unit.name}").content.decode()
    certificate = client.get(f"/titles/{number}/").content.decode()
    checked = client.get(f"/check/?code={Title.objects.get(case=case).document.code}").content.decode()
    assert (number in found, region.unit.name in certificate, "由本系统发出" in checked) == (True, True, True)
    paper = client.get(f"/documents/{Title.objects.get(case=case).document.code}.pdf")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert client.get("/titles/GR999/").status_code == 404


def test_the_case_page_leads_to_the_steps_and_the_list(client):
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    case = listed(filed(region, round_, [a_trade(region, 500 * WAN).number]), region)
    mine = text_of(client, region.claimant, f"/cases/{case.number}/")
    office = text_of(client, region.planner, f"/cases/{case.number}/")
    assert (f"/cases/{case.number}/computation/" in mine, f"/rounds/{round_.code}/list/" in mine) == (True, False)
    assert f"/rounds/{round_.code}/list/" in office


# What the public reads


def test_a_notice_of_claims_names_unit_and_share_and_never_who_filed(client):
    region = Firms()
    round_ = a_round(region, "claim-technology-trade", budget=30 * WAN)
    case = listed(filed(region, round_, [a_trade(region, 500 * WAN).number]), region)
    done(case, "publish_list", region.planning_chief, on=FILED)
    said = client.get(f"/notices/{case.notices.get().code}/").content.decode()
    card = client.get(f"/projects/{case.number}/").content.decode()
    assert (region.unit.name in said, ">30.00<" in said) == (True, True)
    assert [region.claimant.name in one for one in (said, card)] == [False, False]


def test_a_notice_of_titles_tells_no_money(client):
    region = Firms()
    recognised(region)
    title = Title.objects.get()
    proposed, given = title.case.notices.order_by("pk")
    for notice in (proposed, given):
        said = client.get(f"/notices/{notice.code}/").content.decode()
        assert (region.unit.name in said, "金额" in said, region.claimant.name in said) == (True, False, False)
    assert [given.what, title.number in said, "有效期至" in said] == ["认定公告", True, True]


def test_the_open_data_of_results_names_no_claimant(client):
    region = Firms()
    approved(
        listed(filed(region, a_round(region, "claim-technology-trade"), [a_trade(region, 500 * WAN).number]), region),
        region,
    )
    (row,) = client.get("/api/results").json()
    assert (row["unit"], row["leader"], row["fen"]) == (region.unit.name, None, 50 * WAN)


def test_a_round_of_claims_is_opened_for_the_year_before_its_own(client):
    region = Firms()
    said = {
        "programme": "claim-instrument-use", "code": "uses-2020", "title": "2019年度仪器使用补贴", "year": "2020", "claim_year": "2019",
        "budget": "100", "institution": region.institution.pid, "opens_at": "2020-01-10T09:00", "units_close_at": "2020-02-10T09:00",
        "closes_at": "2020-02-12T09:00", "key": "k",
    }  # fmt: skip
    answer = page(client, region.planner, "/rounds/open/", **said)
    opened = Round.objects.get(code="uses-2020")
    assert (answer.status_code, opened.plan, year_of(opened)) == (302, "post-subsidy", 2019)


def test_a_score_is_drawn_by_its_parts_with_the_mark_to_be_reached():
    region = Firms()
    case = a_file(region, a_round(region, "recognise-hnte"))
    (one,) = claims.summary(case, FILED)["records"]
    bars = [(bar["title"]["zh"], bar["sure"], bar["open"]) for bar in one["picture"]["parts"]]
    assert bars == [
        ("知识产权（30分）", "7.5", "27.5"),
        ("成果转化能力（30分）", "23.7", "6.2"),
        ("研发组织管理水平（20分）", "0.0", "25.0"),
        ("企业成长性（20分）", "7.5", "2.5"),
        ("总分", "38.7", "61.2"),
    ]
    assert one["picture"]["mark"] == "87.5"


def test_what_holds_is_told_apart_from_what_decides():
    region = Firms()
    trade = a_trade(region, 3000 * WAN)
    case = a_claim(region, a_round(region, "claim-technology-trade"), [trade.number])
    (one,) = claims.summary(case, FILED)["records"]
    assert (len(one["held"]), [line["what"] for line in one["lines"]]) == (6, ["amount", "cap"])


def test_a_draft_says_what_it_comes_to_on_its_own_page(client):
    region = Firms()
    trade = a_trade(region, 3000 * WAN)
    case = a_claim(region, a_round(region, "claim-technology-trade"), [trade.number])
    client.force_login(region.claimant)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert ("核算金额 200.00 万元" in page, "还没有题目" in page) == (True, False)


def test_why_nothing_can_be_computed_yet_is_said_and_never_a_code(client):
    region = Firms()
    round_ = a_round(region, "league-allotment", budget=100 * WAN, plan="results-conversion")
    case = a_declaration(region, round_, leagues()[0], 0)
    said = claims.summary(case, FILED)["fault"]
    assert "leagues_missing" not in str(said)
    assert "12" in str(said)


def test_a_fault_of_a_computation_stands_in_the_refusal_as_a_sentence():
    reason = Reason("cannot_be_computed", why=of_rules(Reason("zero_denominator")))
    assert "作除数的数字为零或未填" in sentences.sentence(reason)
