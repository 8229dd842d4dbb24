"""The inventors' share: worked out step by step, filed by the unit, printed and checked by anyone."""

from __future__ import annotations

import pytest

from kechuang.casework.models import Document, Record
from kechuang.desks.transfer.models import Conversion
from tests.desks.claims.steps import YUAN, Firms, a_profile

pytestmark = pytest.mark.django_db
SAID = {"title": "盐碱地改良剂", "on": "2019-06-01", "way": "transfer", "gross": "1000000", "direct_costs": "120000"}


@pytest.fixture
def region(client):
    found = Firms()
    client.force_login(found.claimant)
    return found


def test_without_an_agreement_seventy_percent_of_the_net_income_is_theirs(client, region):
    said = client.post("/share/", {**SAID, "act": "show", "key": "k"}).content.decode()
    assert ("核算金额 61.60 万元" in said, "70 %" in said, Conversion.objects.count()) == (True, True, 0)


def test_a_calculation_is_filed_with_its_record_and_a_paper_anyone_can_check(client, region):
    answer = client.post("/share/", {**SAID, "act": "file", "key": "k"})
    again = client.post("/share/", {**SAID, "act": "file", "key": "k"})
    row = Conversion.objects.get()
    client.logout()
    checked = client.get(f"/check/?code={row.document.code}").content.decode()
    assert (row.fen, answer.status_code, again.url) == (616_000 * YUAN, 302, answer.url)
    assert "由本系统发出" in checked
    assert list(Record.objects.filter(subject=region.unit.pid).values_list("act", flat=True)) == ["file_share"]


@pytest.mark.parametrize(
    ("more", "state", "comes_to"),
    [
        ({"agreed_share": "60"}, False, 528_000),
        ({"agreed_share": "40", "direct_costs": "0"}, True, 500_000),
        ({"agreed_share": "40", "direct_costs": "0"}, False, 400_000),
        ({"way": "invest", "stock_value": "8000000"}, False, 4_000_000),
        ({"way": "use", "profit": "2000000", "years_in_use": "3"}, False, 100_000),
    ],
)
def test_agreements_hold_and_the_floors_of_the_law_hold_for_state_units(client, region, more, state, comes_to):
    a_profile(region.unit, is_state_unit=state)
    client.post("/share/", {**SAID, **more, "act": "file", "key": "k"})
    assert Conversion.objects.get().fen == comes_to * YUAN


def test_a_loss_is_refused_with_the_rules_sentence_and_nothing_is_filed(client, region):
    answer = client.post("/share/", {**SAID, "direct_costs": "1200000", "act": "file", "key": "k"})
    assert (answer.status_code, Document.objects.count()) == (422, 0)
    assert "转化收入不足以弥补直接成本" in answer.content.decode()


def test_who_holds_no_office_in_a_unit_finds_no_such_page(client, region):
    client.force_login(region.leader)
    assert client.get("/share/").status_code == 404
