"""The one door: acts, refusals, keys, records."""

from __future__ import annotations

import pytest

from kechuang.casework.models import Attempt, Record
from kechuang.words.outcome import Refused
from tests.factories import Region, a_case, an_open_round, done

pytestmark = pytest.mark.django_db


def test_opening_a_case_leaves_a_record_and_a_draft():
    region = Region()
    case = a_case(region)

    assert (case.state, case.applicant, case.recommender) == ("draft", region.unit, region.recommender)
    assert [r.act for r in Record.objects.all()] == ["open"]
