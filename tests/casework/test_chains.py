"""A list of acts that comes back to a case reads its chain once, and what a refused act wrote is forgotten with it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.casework.acts import Wish, act_many
from kechuang.casework.models import Record
from kechuang.casework.queries import history
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case
from tests.journeys import story

pytestmark = pytest.mark.django_db
CHAIN = 'FROM "casework_record" WHERE ("casework_record"."subject" ='


def wish(case, name, by, **data):
    return Wish(case, name, f"{name}:{by.pid}", data, by)


def told(wishes, by):
    with CaptureQueriesContext(connection) as asked:
        found = act_many(wishes, by=by, on=START)
    read = sum(CHAIN in query["sql"] and wishes[0].subject.number in query["sql"] for query in asked)
    return found, read


def test_a_list_reads_a_chain_once_and_links_every_record_to_the_one_before():
    region = Region()
    case = story.filled_in(a_case(region), region)
    first = wish(case, "submit_to_unit", region.leader, promise=story.SEAL)
    again = wish(case, "unit_check", region.research, opinion="同意申报，材料属实")
    found, read = told([first, again], region.leader)
    assert [type(one) for one in found] == [Record, Record]
    rows = list(history(case))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    assert all(row.previous == before.digest for before, row in pairwise(rows))
    assert read == 1


def test_after_a_refusal_the_chain_is_read_again():
    region = Region()
    case = story.filled_in(a_case(region), region)
    wrong = wish(case, "endorse", region.research, seal=story.SEAL)
    right = wish(case, "submit_to_unit", region.leader, promise=story.SEAL)
    found, read = told([wrong, right], region.leader)
    assert isinstance(found[0], Refused) and isinstance(found[1], Record)
    assert read == 2
