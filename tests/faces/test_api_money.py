"""Money and registers by the API: the same two hands, the same refusals, nothing done twice."""

from __future__ import annotations

import pytest

from kechuang.desks.funds.models import Appropriation, Batch, Entry, QuotaDocument
from kechuang.desks.transfer.models import Contract
from tests.desks.claims.steps import WAN, Firms
from tests.faces.machines import of, sent
from tests.faces.test_money import a_running, ordered
from tests.factories import Region, a_person

pytestmark = pytest.mark.django_db
QUOTA = {"key": "quota-001", "number": "内财教〔2018〕9号", "fen": 50 * WAN, "day": "2018-05-01"}
ENTRY = {"key": "entry-001", "plan": "basic-research", "year": 2018, "document_no": "内财科〔2018〕12号", "day": "2018-03-01", "fen": 50 * WAN}  # fmt: skip
CONTRACT = {"number": "2019-15-0001", "contract_kind": "转让", "seller": "示例院", "signed_on": "2019-03-01", "contract_amount": "5000000", "technical_amount": "4000000", "related": "否"}  # fmt: skip


def test_a_quota_document_is_entered_once_by_the_clerk_and_by_nobody_else():
    region = Region()
    told = [sent(of(region.fund_clerk), "/money/quotas", QUOTA) for _ in range(2)]
    again = sent(of(region.fund_clerk), "/money/quotas", {**QUOTA, "key": "quota-002"})
    nowhere = sent(of(region.fund_clerk), "/money/quotas", {**QUOTA, "key": "quota-003", "round": "NOSUCH"})
    shut = sent(of(region.leader), "/money/quotas", QUOTA)
    assert [one.status_code for one in (*told, again, nowhere, shut)] == [200, 200, 409, 409, 403]
    assert QuotaDocument.objects.get().fen == 50 * WAN
    assert of(region.treasurer).get("/api/money/quotas").json()[0]["number"] == QUOTA["number"]


def test_an_amount_counts_once_another_hand_has_confirmed_it():
    region = Region()
    clerk, treasurer = of(region.fund_clerk), of(region.treasurer)
    entered = sent(clerk, "/money/entries/appropriation", ENTRY).json()
    waiting = treasurer.get("/api/money/entries?kind=appropriation&waiting=true").json()
    own = sent(clerk, f"/money/entries/{entered['id']}/confirm", {"key": "confirm-1"}).status_code
    done = [sent(treasurer, f"/money/entries/{entered['id']}/confirm", {"key": "confirm-2"}) for _ in range(2)]
    assert ([one["id"] for one in waiting], own, [one.status_code for one in done]) == ([entered["id"]], 409, [200, 200])  # fmt: skip
    assert Appropriation.objects.get().fen == 50 * WAN
    assert of(region.leader).get("/api/money/entries?kind=appropriation").status_code == 403


def test_an_entry_without_its_plan_is_refused_and_one_that_differs_is_sent_back_with_a_reason():
    region = Region()
    clerk, treasurer = of(region.fund_clerk), of(region.treasurer)
    wrong = [sent(clerk, "/money/entries/appropriation", {**ENTRY, "plan": plan, "year": year}).status_code for plan, year in (("", 2018), ("no-such", 2018), ("basic-research", None))]  # fmt: skip
    pid = sent(clerk, "/money/entries/appropriation", ENTRY).json()["id"]
    mute = sent(treasurer, f"/money/entries/{pid}/return", {"key": "return-01"}).status_code
    back = sent(treasurer, f"/money/entries/{pid}/return", {"key": "return-02", "reason": "金额不符"}).json()
    assert (wrong, mute, back["returned"], Entry.objects.get().checked_at is not None) == ([409] * 3, 409, True, True)


def test_ordered_payments_go_into_one_file_whose_orders_the_clerk_reads():
    region = Region()
    case = a_running(region)
    ordered(region, case)
    clerk = of(region.fund_clerk)
    assert [one["case"] for one in clerk.get("/api/money/outstanding").json()] == [case.number]
    told = [sent(clerk, "/money/batches", {"key": "batch-001"}) for _ in range(2)]
    rows = clerk.get(f"/api/money/batches/{told[0].json()['code']}").json()["orders"]
    assert ([one.status_code for one in told], Batch.objects.count(), [one["fen"] for one in rows]) == ([200, 200], 1, [str(10 * WAN)])  # fmt: skip
    assert of(region.leader).get("/api/money/batches").status_code == 403


def test_money_of_others_is_in_no_list():
    region, other = Region(), Region()
    case = a_running(region)
    assert [one["case"] for one in of(region.fund_clerk).get("/api/money/due").json()] == [case.number]
    assert of(other.leader).get("/api/money/due").json() == []


@pytest.fixture
def firms():
    found = Firms()
    found.seller.name = "示例院"
    found.seller.save()
    found.registrar = a_person(("contract_registrar", "150000"))
    return found


def test_a_contract_is_entered_by_the_firm_and_registered_by_the_registrar(firms):
    firm, registrar = of(firms.claimant), of(firms.registrar)
    row = {**CONTRACT, "buyer": firms.unit.name}
    taken = [sent(firm, "/registers/contracts/rows", {"key": "enter-001", "rows": [row]}).json() for _ in range(2)]
    pid = Contract.objects.get().pid
    own = sent(firm, f"/registers/contracts/rows/{pid}/confirm", {"key": "confirm-1"}).status_code
    waiting = [one["id"] for one in registrar.get("/api/registers/contracts?waiting=true").json()]
    done = sent(registrar, f"/registers/contracts/rows/{pid}/confirm", {"key": "confirm-2"}).json()
    assert ([one["new"] for one in taken], own, waiting, done["confirmed_at"] is not None) == ([1, 1], 409, [pid], True)
    assert (done["values"]["technical_amount"], done["values"]["signed_on"]) == (400 * WAN, "2019-03-01")


def test_a_wrong_cell_is_told_by_row_and_column_and_nothing_is_taken(firms):
    good = {**CONTRACT, "buyer": firms.unit.name}
    rows = [good, {**good, "number": "2", "signed_on": "去年"}]
    answer = sent(of(firms.claimant), "/registers/contracts/rows", {"key": "enter-001", "rows": rows})
    assert (answer.status_code, list(answer.json()["errors"]), Contract.objects.count()) == (422, ["rows.1.signed_on"], 0)  # fmt: skip


def test_registers_and_rows_of_others_are_as_if_they_were_not_there(firms):
    sent(of(firms.claimant), "/registers/contracts/rows", {"key": "enter-001", "rows": [{**CONTRACT, "buyer": firms.unit.name}]})  # fmt: skip
    pid, stranger = Contract.objects.get().pid, of(Region().leader)
    asked = [stranger.get(f"/api/registers/contracts/rows/{pid}"), stranger.get("/api/registers/contracts"), stranger.get("/api/registers/contracts/rows/none")]  # fmt: skip
    assert ([one.status_code for one in asked], stranger.get("/api/registers").json()) == ([404] * 3, [])
    assert (
        of(firms.claimant).get(f"/api/registers/contracts/rows/{pid}").json()["values"]["number"] == CONTRACT["number"]
    )
    columns = of(firms.claimant).get("/api/registers").json()
    assert "technical_amount" in next(one for one in columns if one["code"] == "contracts")["columns"]


def test_a_row_is_cancelled_with_a_reason_alone(firms):
    firm = of(firms.claimant)
    sent(firm, "/registers/contracts/rows", {"key": "enter-001", "rows": [{**CONTRACT, "buyer": firms.unit.name}]})
    at = f"/registers/contracts/rows/{Contract.objects.get().pid}/cancel"
    told = [sent(firm, at, {"key": f"cancel-0{n}", "reason": why}).status_code for n, why in enumerate(("", "合同解除"))]  # fmt: skip
    assert (told, Contract.objects.get().cancelled) == ([409, 200], True)
