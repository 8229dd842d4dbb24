"""Registers: entered by one hand, confirmed by another, taken in from tables; what is not one's own is not there."""

from __future__ import annotations

import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from kechuang.casework import registers
from kechuang.casework.models import Record
from kechuang.casework.registers import Refused
from kechuang.desks.enterprises.models import Profile, Year
from kechuang.desks.instruments.models import Use
from kechuang.desks.transfer.models import Contract, Trade
from kechuang.faces.cli import importing
from kechuang.faces.importing.importing import import_rows
from kechuang.faces.web import beside
from kechuang.parties.permissions import appointments
from tests.desks.claims.steps import DAY, WAN, Firms, a_trade, a_use, an_instrument
from tests.factories import a_person

pytestmark = pytest.mark.django_db
CONTRACT = {"number": "2019-15-0001", "contract_kind": "转让", "seller": "示例院", "signed_on": "2019-03-01", "contract_amount": "5000000", "technical_amount": "4000000", "related": "否"}  # fmt: skip


@pytest.fixture
def region():
    found = Firms()
    found.seller.name = "示例院"
    found.seller.save()
    found.registrar = a_person(("contract_registrar", "150000"))
    return found


def signed_in(client, who):
    client.force_login(who)
    return client


def test_a_contract_is_entered_by_the_firm_and_registered_by_the_registrar(client, region):
    told = signed_in(client, region.claimant).post(
        "/registers/contracts/", {**CONTRACT, "buyer": region.unit.name, "key": "k1"}
    )
    row = Contract.objects.get()
    confirmed = signed_in(client, region.registrar).post(
        f"/registers/contracts/{row.pid}/settle/", {"act": "confirm", "key": "k2"}
    )
    row.refresh_from_db()
    acts = list(Record.objects.filter(subject=region.unit.pid).order_by("position").values_list("act", flat=True))
    assert (told.status_code, confirmed.status_code, row.technical_amount, row.confirmed) == (302, 302, 400 * WAN, True)
    assert acts == ["enter_contracts", "confirm_contracts"]


def test_what_is_wrong_is_told_beside_its_field_and_everything_typed_stays(client, region):
    page = signed_in(client, region.claimant).post(
        "/registers/contracts/", {**CONTRACT, "buyer": region.unit.name, "signed_on": "去年", "key": "k"}
    )
    assert (page.status_code, Contract.objects.count()) == (422, 0)
    assert '<div class="call clay below-5" role="alert" id="errors"' in page.content.decode()
    assert "日期请写成2019-03-01" in page.content.decode()
    assert "2019-15-0001" in page.content.decode()


def test_a_part_above_its_whole_is_refused_in_words(client, region):
    page = signed_in(client, region.claimant).post(
        "/registers/contracts/", {**CONTRACT, "buyer": region.unit.name, "technical_amount": "6000000", "key": "k"}
    )
    assert (page.status_code, "互相矛盾" in page.content.decode()) == (422, True)


def test_nobody_confirms_what_they_entered_and_nobody_enters_for_another_firm(region):
    _unit, stranger = region.another()
    row = {**CONTRACT, "buyer": region.unit, "seller": region.seller, "contract_kind": "transfer", "signed_on": DAY.date(), "contract_amount": 1, "technical_amount": 1, "related": False}  # fmt: skip
    contracts = registers.find("contracts")
    with pytest.raises(Refused) as foreign:
        registers.enter(contracts, [row], by=stranger, on=DAY, key="k")
    registers.enter(contracts, [row], by=region.registrar, on=DAY, key="k")
    with pytest.raises(Refused) as own:
        registers.confirm(contracts, Contract.objects.get(), by=region.registrar, on=DAY, key="c")
    assert (foreign.value.codes, own.value.codes) == (["not_yours_to_enter"], ["same_person"])


def test_a_confirmed_row_is_not_changed_and_a_cancelled_one_makes_room(region):
    trade = a_trade(region, 100 * WAN)
    other = a_person(("contract_registrar", "150000"))
    trades = registers.find("trades")
    said = {
        "number": trade.number,
        "contract": trade.contract.number,
        "technical_paid": 90 * WAN,
        "paid_on": trade.paid_on,
    }
    with pytest.raises(Refused) as refusal:
        registers.enter(trades, [said], by=region.claimant, on=DAY, key="k")
    registers.cancel(trades, trade, why="金额录入有误", by=other, on=DAY, key="c")
    registers.enter(trades, [said], by=region.claimant, on=DAY, key="k2")
    assert refusal.value.codes == ["row_confirmed"]
    assert sorted(Trade.objects.values_list("technical_paid", "cancelled")) == [(90 * WAN, False), (100 * WAN, True)]


def test_a_use_is_entered_by_the_owner_and_confirmed_by_the_user(client, region):
    owner, keeper = region.another(name="示例仪器中心")
    microscope = an_instrument(owner)
    said = {
        "number": "SY1",
        "instrument": microscope.number,
        "user": region.unit.name,
        "used_on": "2019-05-01",
        "use_year": "2019",
        "fee": "100000",
        "related": "否",
        "key": "k",
    }
    signed_in(client, keeper).post("/registers/uses/", said)
    row = Use.objects.get()
    refused = client.post(f"/registers/uses/{row.pid}/settle/", {"act": "confirm", "key": "c0"})
    signed_in(client, region.claimant).post(f"/registers/uses/{row.pid}/settle/", {"act": "confirm", "key": "c"})
    row.refresh_from_db()
    assert (refused.status_code, row.owner, row.confirmed_by) == (302, owner, region.claimant)


HEAD = "会计年度,职工总数,科技人员数,销售收入,成本费用总额,收入总额,资产总额,净资产,研究开发费用,境内研究开发费用"
YEARS = f"{HEAD}\n2017,100,18,8000,7000,8000,4000,2000,320,320\n2018,100,18,10000,1354,10000,5000,-12.5,420,420\n"


def test_a_table_of_yearly_figures_is_taken_in_once_and_the_second_time_is_nothing_new(region, tmp_path):
    file = tmp_path / "years.csv"
    file.write_text(YEARS)
    told = [import_rows("years", file, by=region.claimant, on=DAY, key=f"k{n}") for n in range(2)]
    assert [(one.new, one.there, one.done) for one in told] == [(2, 0, True), (0, 2, True)]
    assert Year.objects.get(fiscal_year=2018).net_assets == -1250_0000


def test_a_table_with_one_bad_cell_or_an_unknown_unit_is_not_taken_at_all(client, region):
    bad = f"单位,{HEAD}\n没有这个单位,2018,100,18,10000,1354,10000,5000,3000,420,420\n,2017,许多,18,1,1,1,1,1,1,1\n"
    upload = io.BytesIO(bad.encode())
    upload.name = "years.csv"
    page = signed_in(client, region.claimant).post("/registers/years/", {"file": upload, "key": "k"})
    text = page.content.decode()
    assert (page.status_code, Year.objects.count()) == (422, 0)
    assert "请写不带小数的数字" in text
    assert "没有找到单位“没有这个单位”" in text


def test_a_stranger_reads_no_row_and_the_office_reads_all(client, region):
    trade = a_trade(region, 100 * WAN)
    _unit, stranger = region.another()
    hidden = signed_in(client, stranger).get(f"/registers/trades/{trade.pid}/")
    page = client.get("/registers/trades/")
    open_ = signed_in(client, region.planner).get(f"/registers/trades/{trade.pid}/")
    assert (hidden.status_code, trade.number in page.content.decode(), open_.status_code) == (404, False, 200)
    assert signed_in(client, region.leader).get("/registers/trades/").status_code == 404


@pytest.mark.parametrize(
    "kind", ["contracts", "trades", "uses", "instruments", "years", "rights", "honours", "relations", "profiles", "rnd"]
)
def test_every_register_has_a_page_and_an_empty_table(client, region, kind):
    signed_in(client, region.planner)
    assert [
        client.get(f"/registers/{kind}/").status_code,
        client.get(f"/registers/{kind}/template.csv").status_code,
    ] == [200, 200]


def test_one_row_and_three_rows_take_the_same_number_of_queries(client, region):
    signed_in(client, region.planner)

    def queries():
        with CaptureQueriesContext(connection) as told:
            assert client.get("/registers/trades/").status_code == 200
        return len(told)

    a_trade(region, WAN)
    queries()
    one = queries()
    a_trade(region, WAN), a_trade(region, WAN)
    assert queries() == one


def test_rows_wait_in_the_to_do_list_of_the_other_side_alone(client, region):
    a_trade(region, WAN, confirmed=False)
    use = a_use(an_instrument(region.seller), region.unit, WAN)
    Use.objects.filter(pk=use.pk).update(confirmed_at=None)
    told = [
        [row["title"] for row in beside.waiting(appointments(who, DAY.date()))]
        for who in (region.registrar, region.claimant, region.planner)
    ]
    assert told == [["1 条技术交易付款等你确认"], ["1 条仪器使用记录等你确认"], []]
    assert "1 条仪器使用记录等你确认" in signed_in(client, region.claimant).get("/todo/").content.decode()


def test_the_command_takes_a_table_in_for_somebody_and_names_registers_it_does_not_know(region, tmp_path):
    file = tmp_path / "years.csv"
    file.write_text(YEARS)
    run = CliRunner()
    taken = run.invoke(importing.app, ["rows", "years", str(file), "--by", region.claimant.username, "--json"])
    unknown = run.invoke(importing.app, ["rows", "yaers", str(file), "--by", region.claimant.username])
    assert (json.loads(taken.stdout)["new"], Year.objects.count(), unknown.exit_code) == (2, 2, 2)


# Putting a row right, and finding it


def test_the_one_who_entered_a_row_opens_it_changes_it_and_takes_it_back(client, region):
    signed_in(client, region.claimant).post(
        "/registers/contracts/", {**CONTRACT, "buyer": region.unit.name, "key": "k"}
    )
    row = Contract.objects.get()
    listed = client.get("/registers/contracts/").content.decode()
    page = client.get(f"/registers/contracts/{row.pid}/").content.decode()
    form = client.get(f"/registers/contracts/?row={row.pid}").content.decode()
    client.post(
        "/registers/contracts/", {**CONTRACT, "buyer": region.unit.name, "technical_amount": "3000000", "key": "k2"}
    )
    row.refresh_from_db()
    client.post(f"/registers/contracts/{row.pid}/settle/", {"act": "cancel", "why": "合同未签成", "key": "k3"})
    assert f"/registers/contracts/{row.pid}/" in listed
    assert ("修改" in page, "确认无误" in page, "作废" in page) == (True, False, True)
    assert 'value="4000000"' in form
    assert row.technical_amount == 300 * WAN
    assert Contract.objects.get().cancelled is True


def test_a_confirmed_row_offers_no_change_and_fills_no_form(client, region):
    a_trade(region, 500 * WAN)
    row = Contract.objects.get()
    signed_in(client, region.claimant)
    page = client.get(f"/registers/contracts/{row.pid}/").content.decode()
    form = client.get(f"/registers/contracts/?row={row.pid}").content.decode()
    assert ("修改" in page, 'value="5000000"' in form) == (False, False)


def test_rows_are_found_by_number_or_unit_and_those_that_wait_by_themselves(client, region):
    first, second = a_trade(region, 500 * WAN), a_trade(region, 600 * WAN, confirmed=False)
    signed_in(client, region.registrar)
    numbers = (first.number, second.number)
    shown = {
        asked: [number for number in numbers if number in client.get(f"/registers/trades/?{asked}").content.decode()]
        for asked in (f"q={first.number}", f"q={region.unit.name}", "view=waiting", "q=没有这个")
    }
    assert list(shown.values()) == [[first.number], list(numbers), [second.number], []]


def test_a_rate_is_typed_as_a_percentage_and_read_back_as_one(client, region):
    signed_in(client, region.claimant)
    wrong = client.post("/registers/profiles/", {"baseline_rate": "120", "key": "k"})
    client.post("/registers/profiles/", {"baseline_rate": "12.5", "is_ic": "true", "key": "k2"})
    row = Profile.objects.get()
    assert (wrong.status_code, row.baseline_rate, row.is_ic, row.unit_id) == (422, 125_000, True, region.unit.pk)
    assert "12.5 %" in client.get(f"/registers/profiles/{row.pid}/").content.decode()
    assert 'value="12.5"' in client.get(f"/registers/profiles/?row={row.pid}").content.decode()


def test_several_rows_are_confirmed_at_once_and_what_cannot_be_is_told(client, region):
    good, over = a_trade(region, 500 * WAN, confirmed=False), a_trade(region, 600 * WAN, confirmed=False)
    Contract.objects.filter(pk=over.contract_id).update(technical_amount=100 * WAN)
    signed_in(client, region.registrar)
    listed = client.get("/registers/trades/").content.decode()
    page = client.post("/registers/trades/confirm/", {"pick": [good.pid, over.pid], "key": "k"}, follow=True)
    good.refresh_from_db(), over.refresh_from_db()
    assert ("确认所选" in listed, good.confirmed, over.confirmed) == (True, True, False)
    assert "已确认 1 条" in page.content.decode()
    assert "只剩" in page.content.decode()


def test_a_firm_confirms_none_of_its_own_rows_by_picking_them(client, region):
    trade = a_trade(region, 500 * WAN, confirmed=False)
    signed_in(client, region.claimant)
    listed = client.get("/registers/trades/").content.decode()
    client.post("/registers/trades/confirm/", {"pick": [trade.pid], "key": "k"})
    trade.refresh_from_db()
    assert ("确认所选" in listed, trade.confirmed) == (False, False)


def test_a_list_of_contracts_shows_what_they_are_worth(client, region):
    a_trade(region, 500 * WAN, contract_amount=900 * WAN, technical_amount=700 * WAN)
    page = signed_in(client, region.registrar).get("/registers/contracts/").content.decode()
    assert ("900.00</td>" in page, "700.00</td>" in page, '<span class="unit">万元</span>' in page) == (
        True,
        True,
        True,
    )
