"""A policy read like a law, its calculator that explains every keystroke, and what a firm gets from its own records."""

from __future__ import annotations

import re
from html import escape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kechuang.casework.book import packaged
from kechuang.casework.models import Round
from kechuang.desks.policies import firm
from kechuang.desks.policies.reading import page_digest, rules_in_force
from kechuang.faces.web import law
from tests.desks.claims.steps import WAN, Firms, a_round, a_trade, a_use, an_instrument, computed, filed
from tests.factories import Region

pytestmark = pytest.mark.django_db
TRADE = "/policies/technology-trade/"
GIVEN = {
    "given": "1", "f.technical_paid": "5000", "f.buyer.is_enterprise": "true", "f.buyer.in_region": "true", "f.contract.registered": "true",
    "f.invoice_ok": "true", "f.buyer.integrity_ok": "true", "on": "2026-03-01",
}  # fmt: skip


def words(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def award(client, **given):
    return words(client.get(f"{TRADE}award/", {**GIVEN, **given}))


@pytest.mark.parametrize("code", packaged().codes("policies"))
def test_every_policy_can_be_read_by_anyone_in_both_languages(client, code):
    assert wholly(client, code) and wholly(client, code, "en")


def wholly(client, code, language="zh-hans"):
    client.cookies["kechuang_language"] = language
    answer = client.get(f"/policies/{code}/")
    policy = rules_in_force()[code]
    said = answer.content.decode()
    return answer.status_code == 200 and all(
        escape(param.title["en" if language == "en" else "zh"]) in said for param in policy.params.values()
    )


def test_the_list_names_every_policy_and_the_call_that_pays_it_now(client):
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    Round.objects.filter(pk=round_.pk).update(state="open")
    said = words(client.get("/policies/"))
    for policy in rules_in_force().policies.values():
        assert policy.title["zh"] in said
    assert round_.title in said


def test_every_assumption_is_told_in_english_where_the_page_is(client):
    han = re.compile("[\u4e00-\u9fff]")
    told = [one for policy in rules_in_force().policies.values() for one in policy.assumptions]
    assert [one["en"] for one in told if han.search(one["en"])] == []
    client.cookies["kechuang_language"] = "en"
    said = client.get("/policies/instrument-use/").content.decode()
    first = rules_in_force()["instrument-use"].assumptions[0]
    assert (first["en"] in said, first["zh"] in said) == (True, False)


def test_a_policy_says_source_conditions_formula_ceiling_parameters_assumptions_and_digest(client):
    answer = client.get(TRADE)
    said = words(answer)
    for part in (
        "最高补助200万元", "予以支持", "技术合同已认定登记", "应补助额 = 窗口期内实际支付的技术交易额 × 补助比例", "不足一分的舍去", "先到先得",
        "待科技厅确认", "实际比例由实施细则确定", "恰在拐点", "2019年1月1日",
    ):  # fmt: skip
        assert part in said
    assert page_digest("technology-trade")[:4] in said


def test_articles_are_numbered_one_after_the_other_and_one_is_lit():
    told = law.articles(rules_in_force(), "rnd-super-deduction")
    assert [one["n"] for one in told] == [law.ordinal(n) for n in range(1, len(told) + 1)]
    assert sum(bool(one.get("lit")) for one in told) == 1


@pytest.mark.parametrize(
    ("n", "said"), [(1, "第一条"), (10, "第十条"), (11, "第十一条"), (20, "第二十条"), (21, "第二十一条")]
)
def test_articles_are_counted_as_laws_count_them(n, said):
    assert law.ordinal(n) == said


def test_a_parameter_shows_every_value_with_its_days_newest_first():
    shown = {
        one["name"]: one["spans"]
        for one in law.parameters(rules_in_force(), "rnd-super-deduction", timezone.localdate())
    }
    assert [span["value"] for span in shown["overseas_share"]] == [["80 %"], ["0 %"]]
    assert [span["now"] for span in shown["overseas_share"]] == [True, False]


def test_a_level_says_from_where_on_and_what_it_gives():
    shown = {one["name"]: one["spans"] for one in law.parameters(rules_in_force(), "tsme-score", timezone.localdate())}
    assert shown["second_levels"][0]["value"] == ["≥4 件：24 分", "≥3 件：18 分", "≥2 件：12 分", "≥1 件：6 分"]


def test_each_value_that_is_open_in_the_source_is_marked_and_no_other(client):
    table = words(client.get("/policies/rnd-super-deduction/")).partition("参数与历次标准")[2]
    rows = table.partition("加计比例（其他企业）")[2].partition("加计比例（科技型中小企业）")[0]
    assert rows.count("待科技厅确认") == 1
    assert rows.split("待科技厅确认")[0].count("75 %") == 1


def test_a_policy_that_the_book_does_not_hold_is_not_there(client):
    assert client.get("/policies/no-such-policy/").status_code == 404


def test_the_amount_and_every_step_with_the_numbers_put_in(client):
    said = award(client)
    for part in (
        "200.00 万元",
        "5,000.00 万元 × 10 %",
        "受上限所限，少 300.00 万元",
        "第四条",
        "补助比例 自 2019年1月1日",
        "待科技厅确认",
    ):
        assert part in said


def test_another_keystroke_another_amount(client):
    assert "可以领到 5.00 万元 " in award(client, **{"f.technical_paid": "50"})
    assert "可以领到 50.00 万元 " in award(client, **{"f.technical_paid": "500"})


def test_what_was_received_before_is_taken_from_the_ceiling(client):
    assert "可以领到 150.00 万元 " in award(client, had="50")


def test_an_unticked_condition_is_named_with_what_would_turn_it(client):
    given = {name: value for name, value in GIVEN.items() if name != "f.invoice_ok"}
    said = words(client.get(f"{TRADE}award/", given))
    assert "发票与付款凭证不齐全或不一致" in said
    assert "发票与付款凭证齐全一致：否 → 是" in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f.technical_paid", "5oo"),
        ("on", "2026-02-30"),
        ("had", "x"),
        ("f.technical_paid", "-1"),
        ("f.technical_paid", "1/0"),
        ("had", "1/0"),
        ("f.technical_paid", "NaN"),
        ("f.technical_paid", "9" * 40),
    ],
)
def test_a_wrong_figure_is_told_and_everything_typed_stays(client, name, text):
    answer = client.get(TRADE, {**GIVEN, name: text})
    assert "先改这里" in words(answer)
    assert f'value="{text}"' in answer.content.decode()


def test_an_example_can_be_put_into_the_calculator(client):
    answer = client.get("/policies/rnd-super-deduction/?example=11")
    assert 'name="f.projects.1.other_cost" value="200"' in answer.content.decode()
    assert "1,425.00 万元" in words(answer)


def test_a_row_can_be_added(client):
    answer = client.get(
        "/policies/rnd-super-deduction/",
        {"given": "1", "f.projects.0.staff_cost": "900", "on": "2023-06-01", "add": "projects"},
    )
    assert 'name="f.projects.1.staff_cost"' in answer.content.decode()
    assert 'value="900"' in answer.content.decode()


def test_a_recognition_answers_with_a_verdict(client):
    assert "必定达标" in words(client.get("/policies/tsme-score/"))


def test_hostile_input_is_only_ever_text(client):
    answer = client.get(
        TRADE, {**GIVEN, "f.technical_paid": "<script>x</script>", "f.__class__": "1", "example": "999999", "add": "x"}
    )
    assert answer.status_code == 200
    assert b"<script>x" not in answer.content


def test_reading_a_policy_asks_the_same_few_questions_however_many_calls_are_open(client):
    region = Firms()

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(TRADE)
        return len(found)

    Round.objects.filter(pk=a_round(region, "claim-technology-trade").pk).update(state="open")
    queries()
    one = queries()
    for n in range(2):
        Round.objects.filter(pk=a_round(region, "claim-technology-trade", code=f"more-{n}").pk).update(state="open")
    assert queries() == one


# What can I get


def entitled(client, who, **asked):
    client.force_login(who)
    return client.get("/entitlements/", asked)


def test_a_firm_sees_what_its_records_come_to_with_the_open_call(client):
    region = Firms()
    a_trade(region, 3000 * WAN)
    round_ = a_round(region, "claim-technology-trade")
    Round.objects.filter(pk=round_.pk).update(state="open")
    said = words(entitled(client, region.claimant, year="2019"))
    for part in ("有 1 项可以领，合计 200.00 万元", "技术交易后补助", f"去申领：{round_.title}", "触及上限"):
        assert part in said


def test_records_that_are_claimed_already_are_told_apart(client):
    region = Firms()
    trades = [a_trade(region, 500 * WAN) for _ in range(2)]
    computed(filed(region, a_round(region, "claim-technology-trade"), [trades[0].number]), region)
    said = words(entitled(client, region.claimant, year="2019"))
    assert "其中 1 项记录已经申请，已核算 50.00 万元，不再重复计发。全部记录合计 100.00 万元。" in said
    assert ("有 1 项可以领，合计 50.00 万元" in said, "还可申请 50.00 万元" in said) == (True, True)


def test_what_is_claimed_is_taken_from_the_ceiling_that_all_records_share(client):
    region = Firms()
    trades = [a_trade(region, 1500 * WAN) for _ in range(2)]
    round_ = a_round(region, "claim-technology-trade")
    filed(region, round_, [trades[0].number])  # not computed yet: counted as it would be
    assert "还可申请 50.00 万元" in words(entitled(client, region.claimant, year="2019"))


def test_of_what_is_all_claimed_nothing_is_left(client):
    region = Firms()
    trade = a_trade(region, 500 * WAN)
    computed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region)
    said = words(entitled(client, region.claimant, year="2019"))
    assert ("现有记录能领的都已申请" in said, "还可申请 0.00 元" in said) == (True, True)


def test_records_share_their_ceiling(client):
    region = Firms()
    for fen in (1500, 1500):
        a_trade(region, fen * WAN)
    assert "合计 200.00 万元" in words(entitled(client, region.claimant, year="2019"))


def test_a_record_that_is_refused_names_the_condition_and_counts_nothing(client):
    region = Firms()
    a_trade(region, 500 * WAN, registered=False)
    said = words(entitled(client, region.claimant, year="2019"))
    assert "技术合同未认定登记" in said
    assert "现有记录还领不到补助" in said


def test_policies_without_records_say_where_to_enter_them(client):
    region = Firms()
    answer = entitled(client, region.claimant)
    assert 'href="/registers/uses/"' in answer.content.decode()
    assert "还没有登记记录的" in words(answer)


def test_a_firm_sees_nothing_of_another_firms_records(client):
    region = Firms()
    other, _claimant = region.another(name="别的公司")
    a_trade(region, 3000 * WAN, unit=other)
    assert "别的公司" not in words(entitled(client, region.claimant, year="2019"))
    assert "合计" not in words(entitled(client, region.claimant, year="2019")).split("可以得到的")[0]


def test_whoever_has_no_office_in_a_unit_is_refused_the_page(client):
    region = Region()
    assert [entitled(client, who).status_code for who in (region.planner, region.leader)] == [403, 403]


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get("/entitlements/").status_code == 302


def test_an_investment_and_tax_relief_count_in_no_sum(client):
    region, on = Firms(), timezone.now()
    a_trade(region, 500 * WAN)
    a_use(an_instrument(region.seller), region.unit, 10 * WAN)
    found = firm.entitlements(firm.records_of(region.unit, on), 2019, on)
    assert firm.counted(found, {one.policy.code: one.fen or 0 for one in found}) == 50 * WAN + 5 * WAN


def test_one_and_three_records_ask_the_same_number_of_questions(client):
    region = Firms()

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert entitled(client, region.claimant, year="2019").status_code == 200
        return len(found)

    a_trade(region, 500 * WAN)
    a_use(an_instrument(region.seller), region.unit, 10 * WAN)
    queries()
    one = queries()
    for _ in range(2):
        a_trade(region, 100 * WAN)
        a_use(an_instrument(region.seller), region.unit, 10 * WAN)
    assert queries() == one


def test_the_calculator_says_why_nothing_can_be_computed(client):
    asked = {
        "given": "1",
        "f.projects.0.staff_cost": "9",
        "f.late_by": "months",
        "f.months_operated": "0",
        "f.months_late": "0",
        "on": "2022-12-31",
    }
    said = words(client.get("/policies/rnd-super-deduction/award/", asked))
    assert "算不出来 作除数的数字为零或未填，请补齐后再核算。" in said


def test_what_is_wrong_in_the_calculator_is_said_beside_its_box_and_stays_as_typed(client):
    page = client.get(TRADE)
    number = next(box for group in page.context["groups"] for box in group["boxes"] if box["kind"] not in ("bool", "date", "code") and not box["options"])  # fmt: skip
    said = client.get(TRADE, {"given": "1", number["name"]: "很多", "on": "never", "had": "-1"}).content.decode()
    for box in (number["id"], "on", "had"):
        assert f'aria-invalid="true" aria-describedby="{box}-said"' in said
        assert f'<span class="said bad" id="{box}-said">' in said
    assert 'value="很多"' in said
