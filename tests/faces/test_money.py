"""The pages of money: plan to cash, payments prepared and ordered in bulk, the file for the treasury, what each may read."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from kechuang.casework.models import Award, Case, Document, Record, Round, Told
from kechuang.desks.funds import actions, queries
from kechuang.desks.funds.models import (
    Appropriation,
    Batch,
    Budget,
    Contribution,
    Grant,
    Instalment,
    Payment,
    QuotaDocument,
    Stop,
)
from kechuang.faces.exports import papers
from kechuang.faces.exports.sheets import csv_text
from kechuang.words.outcome import Refused
from tests.faces.test_officer import queries_of, signed_in, texts_of
from tests.factories import START, Region, a_case, a_unit, an_open_round

pytestmark = pytest.mark.django_db

WAN = 1_000_000


def a_running(region: Region, round_: Round | None = None, *, fen: int = 10 * WAN, title: str = "项目") -> Case:
    """A running project with one freed instalment of its whole grant."""
    case = a_case(region, round_ or an_open_round(region))
    Case.objects.filter(pk=case.pk).update(
        state="running", title=title, received_at=START, project_no=f"2018{case.pk:04d}"
    )
    Award.objects.create(case=case, fen=fen, on=START)
    grant = Grant.objects.create(case=case, granted_fen=fen, allocated_fen=fen)
    Instalment.objects.create(grant=grant, code="once", position=0, fen=fen, upon="countersign", freed_at=START)
    case.refresh_from_db()
    return case


def a_quota(fen: int = 100 * WAN, number: str = "内财教〔2018〕1号") -> QuotaDocument:
    return QuotaDocument.objects.create(number=number, fen=fen, on=START.date())


def ordered(region: Region, case: Case, *, fen: int = 10 * WAN) -> Payment:
    """A payment as it stands once the treasurer has ordered it."""
    grant = case.grant
    quota = QuotaDocument.objects.first() or a_quota()
    Grant.objects.filter(pk=grant.pk).update(paid_fen=fen)
    return Payment.objects.create(
        instalment=grant.instalments.get(), grant=grant, fen=fen, quota=quota, maker=region.fund_clerk, checker=region.treasurer,
        prepared_at=START, paid_at=START + timedelta(1),
    )  # fmt: skip


def prepared(region: Region, *cases: Case) -> None:
    a_quota()
    asked = {
        "act": "prepare_payment",
        "pick": [c.number for c in cases],
        "quota_document": "内财教〔2018〕1号",
        "step": "confirm",
        "key": "p",
    }
    signed_in(region.fund_clerk).post(
        "/money/many/", {**asked, **{f"row.{c.number}.instalment": "once" for c in cases}}
    )


def test_plan_to_cash_is_shown_by_plan_and_year():
    region = Region()
    round_ = an_open_round(region)
    ordered(region, a_running(region, round_))
    Appropriation.objects.create(plan="basic-research", year=2018, fen=50 * WAN, paid_fen=20 * WAN)
    Budget.objects.create(round=round_, fen=40 * WAN, committed_fen=10 * WAN)

    (line,) = queries.lines_of(Grant.objects.all())

    assert (line.plan, line.year) == ("basic-research", 2018)
    assert (line.appropriated, line.cash, line.budget, line.committed) == (50 * WAN, 20 * WAN, 40 * WAN, 10 * WAN)
    assert (line.granted, line.paid, line.received, line.on_its_way) == (10 * WAN, 10 * WAN, 0, 10 * WAN)
    page = signed_in(region.fund_clerk).get("/money/")
    assert (page.status_code, page.context["chart"]) == (200, None)  # one year alone is no chart
    Appropriation.objects.create(plan="basic-research", year=2017, fen=30 * WAN)
    page = signed_in(region.fund_clerk).get("/money/")
    assert page.context["chart"].table == (("2017", "0", "30"), ("2018", "20", "50"))


def test_unit_finance_reads_its_own_money_and_no_plan():
    region, other = Region(), Region()
    mine, foreign = a_running(region, title="本单位的项目"), a_running(other, title="别家的项目")
    page = signed_in(region.finance).get("/money/")
    text = page.content.decode()
    assert (mine.title in text, foreign.title in text, "chart" in page.context) == (True, False, False)
    assert signed_in(region.finance).get("/money/batches/").status_code == 403


@pytest.mark.parametrize(
    "where", ["", "due/", "pay/", "batches/", "receipts/", "settlements/", "quotas/", "contributions/"]
)
def test_each_list_costs_the_same_for_one_row_and_for_three(where):
    region = Region()

    def rows(count: int) -> None:
        for n in range(count):
            case = a_running(region)
            Case.objects.filter(pk=a_running(region).pk).update(state="passed")
            paid = a_running(region)
            ordered(region, paid)
            waits = ordered(region, a_running(region))
            Payment.objects.filter(pk=waits.pk).update(paid_at=None, checker=None)
            Contribution.objects.create(round=case.round, funder=a_unit(), promised_fen=WAN)
            a_quota(number=f"文{QuotaDocument.objects.count()}-{n}")
            Batch.objects.create(on=START, by=region.fund_clerk, digest="d")

    rows(1)
    client = signed_in(region.fund_clerk)
    client.get(f"/money/{where}")
    counted = queries_of(client, f"/money/{where}")
    rows(2)
    assert queries_of(client, f"/money/{where}") == counted


def test_payments_are_prepared_in_bulk_and_each_refusal_says_why():
    region = Region()
    good, stopped = a_running(region), a_running(region)
    Stop.objects.create(case=stopped, why="suspend", actor="p:x", since=START)
    a_quota()
    client = signed_in(region.fund_clerk)
    asked = {
        "act": "prepare_payment", "pick": [good.number, stopped.number], "quota_document": "内财教〔2018〕1号",
        f"row.{good.number}.instalment": "once", f"row.{stopped.number}.instalment": "once",
    }  # fmt: skip

    page = client.post("/money/many/", asked)
    client.post("/money/many/", {**asked, "step": "confirm", "key": "p"})

    assert {o.case.number: o.done for o in page.context["outcomes"]} == {good.number: True, stopped.number: False}
    assert [p.grant.case for p in Payment.objects.all()] == [good]


def test_the_quota_document_runs_out_in_the_middle_of_a_list():
    region = Region()
    cases = sorted((a_running(region), a_running(region)), key=lambda c: c.number)
    a_quota(15 * WAN)
    asked = {"act": "prepare_payment", "pick": [c.number for c in cases], "quota_document": "内财教〔2018〕1号"}
    page = signed_in(region.fund_clerk).post(
        "/money/many/", {**asked, **{f"row.{c.number}.instalment": "once" for c in cases}}
    )
    assert [(o.case, o.done) for o in page.context["outcomes"]] == [(cases[0], True), (cases[1], False)]
    assert page.context["outcomes"][1].told.codes == ["quota_used_up_money"]
    assert QuotaDocument.objects.get().used_fen == 0


def test_who_prepared_a_payment_does_not_order_it_and_another_does():
    region = Region()
    case = a_running(region)
    prepared(region, case)
    order = {"act": "pay", "pick": [case.number], "step": "confirm", "key": "o"}

    signed_in(region.fund_clerk).post("/money/many/", order)
    assert Payment.objects.get().paid_at is None
    signed_in(region.treasurer).post("/money/many/", order)

    payment = Payment.objects.get()
    assert (payment.maker, payment.checker, payment.paid_at is None) == (region.fund_clerk, region.treasurer, False)


def test_another_act_is_not_done_from_the_pages_of_money():
    region = Region()
    case = a_running(region)
    answer = signed_in(region.fund_clerk).post(
        "/money/many/", {"act": "suspend", "pick": [case.number], "step": "confirm"}
    )
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (302, "running")


def test_only_the_first_freed_instalment_of_a_grant_is_due():
    region = Region()
    case = a_running(region)
    Instalment.objects.create(grant=case.grant, code="last", position=1, fen=5, upon="x", freed_at=START)
    Instalment.objects.create(grant=case.grant, code="later", position=2, fen=5, upon="x")
    assert [one.code for one in queries.instalments_due(Grant.objects.all())] == ["once"]


def test_ordered_payments_become_one_file_and_no_payment_stands_in_two():
    region = Region()
    first, second = (ordered(region, a_running(region)) for _ in range(2))
    made = actions.make_batch(by=region.fund_clerk, on=START, key="b")
    again = actions.make_batch(by=region.fund_clerk, on=START, key="b")

    assert (made, sorted(p.pk for p in queries.of_batch(made))) == (again, sorted([first.pk, second.pk]))
    with pytest.raises(Refused) as refusal:
        actions.make_batch(by=region.fund_clerk, on=START, key="c")
    assert refusal.value.codes == ["nothing_to_batch"]


def test_the_file_says_what_was_ordered_even_after_the_unit_changed_its_name():
    region = Region()
    region.unit.bank_account = "6222020200112233445"
    region.unit.save()
    ordered(region, a_running(region))
    made = actions.make_batch(by=region.fund_clerk, on=START, key="b")
    name = region.unit.name
    region.unit.name = "新名称"
    region.unit.save()

    client = signed_in(region.treasurer)
    sheet = texts_of(BytesIO(b"".join(client.get(f"/money/batches/{made.code}.xlsx").streaming_content)))
    text = client.get(f"/money/batches/{made.code}.csv").content.decode("utf-8-sig")

    assert (name in sheet[1], name in text) == (True, True)
    assert (sheet[1][-4], sheet[1][-2], sheet[1][-1][:6]) == (
        "100000.00",
        "一次拨付",
        "43161.",
    )  # numbers and a moment, not texts


def test_a_file_whose_orders_were_changed_is_not_handed_out():
    region = Region()
    ordered(region, a_running(region))
    made = actions.make_batch(by=region.fund_clerk, on=START, key="b")
    told = Told.objects.get(record__act="make_batch")
    told.data["rows"][0]["account"] = "6222000000000000000"
    told.save()
    assert signed_in(region.treasurer).get(f"/money/batches/{made.code}.csv").status_code == 302
    with pytest.raises(Refused) as refusal:
        actions.orders(made)
    assert refusal.value.codes == ["batch_differs"]


def test_the_record_of_a_file_holds_its_digest_and_no_account():
    region = Region()
    region.unit.bank_account = "6222020200112233445"
    region.unit.save()
    ordered(region, a_running(region))
    made = actions.make_batch(by=region.fund_clerk, on=START, key="b")
    record = Record.objects.get(act="make_batch")
    assert (made.digest in record.body, "6222020200112233445" in record.body) == (True, False)
    assert actions.orders(made)[0]["account"] == "6222020200112233445"


def test_a_file_is_made_on_its_page_and_only_by_the_money_office():
    region = Region()
    ordered(region, a_running(region))
    assert signed_in(region.planner).post("/money/batches/new/", {"key": "b"}).status_code == 403
    signed_in(region.fund_clerk).post("/money/batches/new/", {"key": "b"})
    assert Batch.objects.count() == 1


def test_a_cell_of_the_csv_that_looks_like_a_formula_is_made_harmless():
    assert csv_text(["项目"], [["=1+1"], ["正常"]]) == "\ufeff项目\r\n'=1+1\r\n正常\r\n"


def test_a_quota_document_is_entered_once_with_its_record():
    region = Region()
    client = signed_in(region.fund_clerk)
    typed = {"number": "内财教〔2019〕5号", "fen": "300", "day": "2019-03-01", "round": "", "key": "q"}
    first = client.post("/money/quotas/", typed)
    second = client.post("/money/quotas/", {**typed, "key": "r"})

    assert (first.status_code, second.status_code, [r.code for r in second.context["reasons"]]) == (
        302,
        422,
        ["quota_already_entered"],
    )
    assert [(q.number, q.fen) for q in QuotaDocument.objects.all()] == [("内财教〔2019〕5号", 300 * WAN)]
    assert Record.objects.filter(act="enter_quota").count() == 1


def test_the_days_from_decision_to_account_are_measured():
    region = Region()
    for days in (5, 9, 30):
        payment = ordered(region, a_running(region))
        Payment.objects.filter(pk=payment.pk).update(received_at=START + timedelta(days))
    found = queries.days_to_account(Grant.objects.all())
    assert (found, queries.middle(found), queries.middle([]), queries.middle([1, 2])) == (
        [5, 9, 30],
        9,
        None,
        queries.Fraction(3, 2),
    )


def test_ended_projects_wait_for_settlement_and_money_to_come_back():
    region = Region()
    ended, running = a_running(region), a_running(region)
    Case.objects.filter(pk=ended.pk).update(state="failed")
    assert [g.case for g in queries.to_settle(Grant.objects.all())] == [ended]
    Grant.objects.filter(case=running).update(allocated_fen=5, paid_fen=5, received_fen=5, refund_due_fen=5)
    assert {g.case for g in queries.to_settle(Grant.objects.all())} == {ended, running}


def test_a_sum_on_a_phone_names_its_unit_and_the_english_heading_says_yuan_once():
    region = Region()
    a_running(region)
    client = signed_in(region.fund_clerk)
    due = client.get("/money/due/").content.decode()
    client.cookies["kechuang_language"] = "en"
    assert ("金额（万元）" in due, "ten thousand yuan" in client.get("/money/").content.decode()) == (True, False)


def test_the_list_on_paper_ends_with_its_sum_and_names_maker_and_checker_but_no_account():
    region = Region()
    region.unit.bank_account = "6222020200112233445"
    region.unit.save()
    ordered(region, a_running(region))
    made = actions.make_batch(by=region.fund_clerk, on=START, key="b")
    paper = papers.of_document(Document.objects.get(kind=actions.PAYMENT_LIST))
    (table,) = paper.blocks[1].tables
    assert (table.rows[0][5], table.rows[-1][2], table.rows[-1][-1]) == ("一次拨付", "合计", "100,000.00")
    assert dict(paper.facts)["复核"] == region.treasurer.name
    assert ("6222" in str(paper), made.code in paper.title) == (False, True)


def test_the_page_of_files_names_the_units_that_have_no_account():
    region = Region()
    ordered(region, a_running(region))
    client = signed_in(region.fund_clerk)
    before = client.get("/money/batches/").context["lead"]
    region.unit.bank_account = "6222020200112233445"
    region.unit.save()
    after = client.get("/money/batches/").context["lead"]
    assert (region.unit.name in before, region.unit.name in after) == (True, False)
