"""One application, from the draft to the first payment and on to the archive, told at the door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.models import Record
from kechuang.desks.funds.models import Account, Grant
from tests.factories import START, Region, an_open_round, done
from tests.journeys import story

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


def test_an_application_is_reviewed_funded_signed_and_paid():
    region = Region()
    story.a_pool()
    round_ = an_open_round(region)
    case = story.an_application(region, round_, on=START + timedelta(2))
    round_ = story.closed(round_, START)
    later = round_.closes_at + timedelta(1)

    case.refresh_from_db()
    assert case.state == "formal_check"
    story.admitted(case, region, later)
    done(round_, "begin_review", region.officer, on=later)
    story.drawn(case, region, later)
    story.reviewed(case, region, later)
    done(round_, "rank", region.chief, on=later)
    case.refresh_from_db()
    assert (case.state, case.rank, case.above_line) == ("ranked", 1, True)
    story.decided(case, region, later)
    story.signed(case, region, later + timedelta(20))
    story.paid(case, region, later + timedelta(25))

    grant = Grant.objects.get(case=case)
    assert (grant.granted_fen, grant.paid_fen, grant.received_fen) == (10_000_000, 10_000_000, 10_000_000)
    assert sum(a.balance_fen for a in Account.objects.all()) == 0
    assert Record.objects.filter(subject=case.number).count() == 35
