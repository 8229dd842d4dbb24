"""A co-funder that owes a share: no next round, and it is told when a project of that round is passed."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from kechuang.casework.models import Award, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.funds import joint
from kechuang.desks.funds.models import Contribution
from tests.factories import START, Region, a_case, an_open_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region()


def owed(region, received=0, decided=START):
    """A decided joint round of which the unit still owes its share."""
    earlier = an_open_round(region, "nsf-joint", details={"funders": [region.unit.pid]})
    case = a_case(region, earlier)
    Award.objects.create(case=case, fen=10_000_000, steps=[], document_no="1", on=decided)
    Contribution.objects.create(round=earlier, funder=region.unit, promised_fen=100, received_fen=received)
    return case


def a_next_round(region):
    later = an_open_round(region, "nsf-joint", details={"funders": [region.unit.pid]})
    Round.objects.filter(pk=later.pk).update(state="vetting")
    later.refresh_from_db()
    return later


@pytest.mark.parametrize(("received", "days", "codes"), [(0, 65, ["co_funder_owes"]), (0, 55, []), (100, 65, [])])
def test_a_funder_that_owes_a_share_beyond_its_term_agrees_to_no_next_round(region, received, days, codes):
    owed(region, received)
    context = SimpleNamespace(by=SimpleNamespace(person=region.head), on=START + timedelta(days))
    found = joint.earlier_share_paid(a_next_round(region), context)
    assert [reason.code for reason in found.reasons] == codes


def test_what_is_owed_is_told_when_a_project_of_the_round_is_passed(region):
    case = owed(region)
    found = joint.share_came_in(case, SimpleNamespace(pages=pages_of(case.round)))
    assert (found.verdict, [(r.code, r.values["names"]) for r in found.reasons]) == (
        "warn",
        [("co_funder_owes_here", [region.unit.name])],
    )
