"""Money that stage gates free: one part a gate by the shares of the application, freed by the assessment of that gate."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from kechuang.casework import deadlines
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.desks.funds import offers
from kechuang.desks.funds.models import Grant
from tests.casework.test_owed import at, told
from tests.factories import Region, a_case, an_open_round

pytestmark = pytest.mark.django_db
GATES = [{"at": "2020-06-30", "money_after": "0.1"}, {"at": "2019-06-30", "money_after": "0.3"}]
PART = 1_000_000_01
WHOLE = 10 * PART


def running(programme="major-special", gates=GATES):
    """A project in the third month of three years, its instalments laid out."""
    region = Region()
    case = a_case(region, an_open_round(region, programme))
    Case.objects.filter(pk=case.pk).update(
        state="running", received_at=at(2018, 3), starts_on=date(2018, 4, 1), ends_on=date(2021, 3, 31),
        answers={**case.answers, "gates_table": gates},
    )  # fmt: skip
    case.refresh_from_db()
    Grant.objects.create(case=case, granted_fen=WHOLE)
    happens(case, offers.schedule, "countersign", at(2018, 4, 1))
    return case


def happens(case, effect, act, on):
    effect(case, SimpleNamespace(pages=pages_of(case.round), act=SimpleNamespace(name=act), on=on, data={}))


def free(case):
    return list(case.grant.instalments.filter(freed_at__isnull=False).values_list("code", flat=True))


def test_what_waits_for_the_gates_is_split_by_the_shares_of_the_application_in_the_order_of_their_days():
    rows = running().grant.instalments.values_list("code", "fen", "gate_on")
    assert list(rows) == [
        ("first", 4 * PART, None),
        ("next.1", 3 * PART, date(2019, 6, 30)),
        ("next.2", PART, date(2020, 6, 30)),
        ("last", 2 * PART, None),
    ]


def test_a_gate_frees_its_own_part_alone():
    case = running()
    happens(case, offers.milestone, "pass_midterm", at(2019, 7, 20))
    assert free(case) == ["first", "next.1"]
    happens(case, offers.milestone, "pass_midterm", at(2020, 7, 20))
    assert free(case) == ["first", "next.1", "next.2"]


def test_an_assessment_long_before_the_gate_frees_nothing():
    case = running()
    happens(case, offers.milestone, "pass_midterm", at(2018, 12, 1))
    assert free(case) == ["first"]


def test_a_project_whose_page_has_no_gates_is_paid_as_before():
    case = running("key-technology")
    assert [row.code for row in case.grant.instalments.all()] == ["first", "next", "last"]
    happens(case, offers.milestone, "pass_midterm", at(2018, 12, 1))
    assert free(case) == ["first", "next"]


def test_the_clerk_names_the_instalment_as_the_page_does():
    case = running()
    happens(case, offers.milestone, "pass_midterm", at(2019, 7, 20))
    case.grant.instalments.get(code="first").delete()
    assert offers.wanted(case, SimpleNamespace(data={"instalment": "next"})).code == "next.1"


def test_what_is_owed_follows_the_gates():
    case = running()
    begun = (("countersign", at(2018, 4, 1)), ("prepare_payment", at(2018, 5)))

    def owed(*more):
        return deadlines.instalment_free(case, told(*begun, *more), pages_of(case.round).programme)

    first, second = ("pass_midterm", at(2019, 7, 20)), ("pass_midterm", at(2020, 7, 20))
    assert owed(("pass_midterm", at(2018, 12, 1))) is None
    assert owed(first) == at(2019, 7, 20)
    assert owed(first, ("prepare_payment", at(2019, 8))) is None
    assert owed(first, ("prepare_payment", at(2019, 8)), second) == at(2020, 7, 20)
