"""Mid-term and stage gates: the clock calls for each on its day, once, and what is due or overdue reaches somebody."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.casework import deadlines, outbox
from kechuang.casework.clock import tick
from kechuang.casework.models import Case, Letter, Record
from kechuang.casework.pages import pages_of
from tests.casework.test_owed import at, told
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_case, an_open_round

pytestmark = pytest.mark.django_db
GATES = [{"at": "2019-06-30", "condition": "完成中试"}, {"at": "2020-06-30", "condition": "完成验证"}]


@pytest.fixture
def region():
    return Region()


def running(region, programme, **answers):
    case = a_case(region, an_open_round(region, programme))
    Case.objects.filter(pk=case.pk).update(
        state="running", received_at=at(2018, 3), starts_on=date(2018, 4, 1), ends_on=date(2021, 3, 31), answers={**case.answers, **answers}
    )  # fmt: skip
    case.refresh_from_db()
    return case


def called(case, *days):
    """On which of these days the clock has called for an assessment, so far."""
    flow = pages_of(case.round).flow_of(case)
    for day in days:
        case.refresh_from_db()
        deadlines.set_due(case, flow, day)
        for _ in range(4):
            tick(day)
    return [row.on.date() for row in Record.objects.filter(subject=case.number, act="call_midterm").order_by("on")]


def test_each_gate_that_the_application_names_is_called_for_once_on_its_day(region):
    case = running(region, "major-special", gates_table=GATES)
    days = [at(2019, 6, 1), at(2019, 6, 30), at(2019, 7, 20), at(2020, 6, 29), at(2020, 7, 1)]
    assert called(case, *days) == [date(2019, 6, 30), date(2020, 7, 1)]


def test_where_the_page_names_a_share_of_the_term_that_day_counts(region):
    case = running(region, "key-technology")
    assert deadlines.gate(case, ()) == at(2019, 9, 30).replace(hour=0)
    assert deadlines.gate(running(region, "nsf-general"), ()) is None


def test_what_was_assessed_shortly_before_is_not_called_for_again(region):
    case = running(region, "key-technology")
    assert deadlines.gate(case, told(("pass_midterm", at(2019, 9, 1)))) is None
    assert deadlines.gate(case, told(("pass_midterm", at(2018, 9, 1)))) is not None


def test_a_reminder_reaches_the_leader_the_unit_and_the_institution(region):
    case = running(region, "key-technology")
    called(case, at(2019, 10, 1))
    outbox.work(at(2019, 10, 1))
    assert {one.person for one in Letter.objects.all()} >= {region.leader, region.research, region.officer}
    assert Letter.objects.first().document.title == "到期（逾期）提醒"


def test_who_is_to_be_told_of_lateness_reads_it_on_the_to_do_page(region):
    case = running(region, "key-technology")
    Case.objects.filter(pk=case.pk).update(promised_at=at(2018, 5))
    page = signed_in(region.supervisor).get("/todo/").content.decode()
    assert ("1 件已超过承诺时限" in page, "view=late" in page) == (True, True)
    assert "已超过承诺时限" not in signed_in(region.leader).get("/todo/").content.decode()
