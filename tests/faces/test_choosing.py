"""What the fields of an act offer in one case: sums beside instalments, partners with what is left; names in boxes, not ids."""

from __future__ import annotations

import pytest

from kechuang.casework.models import Case
from kechuang.desks.funds.models import Grant, Instalment, Passed, QuotaDocument
from kechuang.faces.web import drawing
from kechuang.faces.web.check_titles import TITLES
from kechuang.words import offers
from tests.desks.funds.funded import LATER, running
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_person, a_unit, an_open_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    partner = a_unit(name="示例合作单位")
    found = running(region, an_open_round(region, "key-technology"))
    Grant.objects.filter(case=found).update(paid_fen=5_000_000, received_fen=5_000_000)
    found.answers = {**found.answers, "partners": [{"party": partner.pid, "share_fiscal": "6000000"}]}
    found.received_at = LATER
    found.save()
    Passed.objects.create(grant=found.grant, partner=partner, fen=2_000_000, on=LATER.date())
    return found


def options(page, path):
    field = next(one for one in page.context["act_fields"] if one.path == path)
    return field.control, [(one.code, one.title) for one in field.options]


def test_the_partners_in_force_are_offered_with_what_is_left_of_each_share(region, case):
    page = signed_in(region.finance).get(f"/cases/{case.number}/act/pass_to_partner/")
    partner = Passed.objects.get().partner
    said = "示例合作单位 · 份额 6.00 万元，已转拨 2.00 万元，还可转拨 4.00 万元"
    assert options(page, "partner") == ("choice", [(partner.pid, said)])


def test_a_payment_names_the_sum_of_each_instalment_that_is_due_and_no_other(region, case):
    due = Instalment.objects.filter(grant=case.grant).order_by("position").first()
    Instalment.objects.filter(pk=due.pk).update(freed_at=LATER, fen=4_000_000)
    Instalment.objects.exclude(pk=due.pk).update(freed_at=None)
    control, told = options(
        signed_in(region.fund_clerk).get(f"/cases/{case.number}/act/prepare_payment/"), "instalment"
    )
    assert (control, [code for code, _title in told]) == ("choice", [due.named])
    assert told[0][1].endswith(" · 4.00 万元")


def test_a_payment_offers_the_quota_documents_that_are_not_used_up(region, case):
    QuotaDocument.objects.all().delete()
    for number, used in (("内财教〔2018〕1号", 4_000_000), ("内财教〔2018〕2号", 10_000_000)):
        QuotaDocument.objects.create(number=number, fen=10_000_000, used_fen=used, on=LATER.date())
    page = signed_in(region.fund_clerk).get(f"/cases/{case.number}/act/prepare_payment/")
    assert options(page, "quota_document") == ("choice", [("内财教〔2018〕1号", "内财教〔2018〕1号 · 6.00 万元")])


def test_a_box_holds_the_name_and_leads_back_to_the_same_party(region):
    one = a_person(unit=a_unit(name="北疆大学（示例）"), name="巴图")
    names = drawing.Names().read([one.pid, one.unit.pid])
    assert (names.boxed(one.pid), names.boxed(one.unit.pid)) == ("巴图 · 北疆大学（示例）", "北疆大学（示例）")
    assert drawing.find("person", names.boxed(one.pid)) == one.pid
    assert drawing.find("party", names.boxed(one.unit.pid)) == one.unit.pid


def test_a_box_keeps_the_id_where_two_of_a_unit_bear_the_name(region):
    one, other = a_person(unit=region.unit, name="娜仁"), a_person(unit=region.unit, name="娜仁")
    assert drawing.Names().read([one.pid]).boxed(one.pid) == one.pid
    assert drawing.suggestions("person", [other]) == [{"code": other.pid, "title": f"娜仁 · {region.unit.name}"}]


def test_every_check_has_a_title_and_no_other_has():
    found = {one.name for one in offers.every() if one.kind == "check"} | {
        "texts.compare"
    }  # a finding of the comparison
    assert found ^ TITLES.keys() == set()


def test_a_change_that_is_not_the_units_to_approve_offers_the_unit_no_button(region, case):
    change = Case.objects.create(
        round=case.round, parent=case, flow="change", state="with_unit", number="KC-CHANGE", applicant=case.applicant,
        leader=case.leader, opened_at=LATER, entered_at=LATER,
    )  # fmt: skip
    page = signed_in(region.research).get(f"/cases/{change.number}/")
    assert "grant_change_by_unit" not in {one["name"] for one in page.context["acts"]}
    page = signed_in(region.research).get(f"/cases/{change.number}/act/grant_change_by_unit/").content.decode()
    assert "不适用于现在的情形" in page
