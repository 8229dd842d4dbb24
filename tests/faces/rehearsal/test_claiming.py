"""The claims of the demonstration: two at the list above the budget, one draft at its ceiling, a file that depends on experts."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from kechuang.casework.models import Case
from kechuang.desks.claims.offers import computed_now, tried
from kechuang.faces.rehearsal import claiming
from kechuang.faces.rehearsal.region import raise_region
from kechuang.faces.rehearsal.stage import Stage
from kechuang.faces.web import beside
from kechuang.parties.permissions import appointments

pytestmark = [pytest.mark.django_db, pytest.mark.long]
WAN = 1_000_000


def test_claims_and_a_title_are_left_where_somebody_has_to_act():
    now = timezone.now().replace(hour=9)
    first = now - timedelta(days=96)
    region = raise_region(Random(1), on=first - timedelta(1), units=12, leaders=12, experts=8)
    cast = claiming.left_at_the_list(Stage(region, Random(1), first, now.year, name="m"))

    at_the_list = Case.objects.filter(flow="subsidy", state="cross_check")
    (draft,) = Case.objects.filter(flow="subsidy", state="draft")
    (file,) = Case.objects.filter(flow="recognition")
    waiting = [row["title"] for row in beside.waiting(appointments(cast.registrar, now.date()))]
    assert sorted(at_the_list.values_list("asked_fen", flat=True)) == [60 * WAN, 90 * WAN]
    assert (computed_now(draft, now), tried(file, now).verdict) == (200 * WAN, "depends")
    assert waiting == ["1 条技术合同等你确认"]
