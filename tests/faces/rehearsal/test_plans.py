"""The arithmetic of the year at full scale, without playing it: what was published, enough of everything, and no number used up."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

import pytest
from stdnum.cn import ric

from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_for
from kechuang.desks.experts import ceremonies, drawing
from kechuang.faces.rehearsal import plans
from kechuang.faces.rehearsal.filling import CODES
from kechuang.faces.rehearsal.plans import PLANS, PUBLISHED
from kechuang.faces.rehearsal.region import YOUNG_EVERY, Maker, raise_region
from kechuang.faces.rehearsal.selecting import GROUP
from kechuang.words.period import ZONE

ON = datetime(2018, 1, 3, 9, tzinfo=ZONE)
BY_CODE = {plan.programme: plan for plan in PLANS}
ACTS_OF_AN_APPLICATION = 16  # from the draft to the decision, without promises and sheets


def test_the_plans_add_up_to_what_was_published():
    funded = {plan.programme: plan.at(1.0)[0] for plan in PLANS}

    assert sum(funded.values()) == PUBLISHED["projects"][0] == 1694
    assert sum(n for code, n in funded.items() if code.startswith("nsf-")) == PUBLISHED["fund_projects"][0] == 708
    assert funded["nsf-joint"] == PUBLISHED["joint_projects"][0] == 200
    assert funded["central-guidance"] == PUBLISHED["central_projects"][0] == 26
    assert sum(BY_CODE["central-guidance"].grants(26)) * plans.WAN == PUBLISHED["central_fen"][0] == 2_400_000_000
    assert BY_CODE["central-guidance"].budget(26) == 2_400_000_000


@pytest.mark.django_db
def test_at_full_scale_more_than_five_thousand_apply_and_more_than_a_hundred_thousand_records_follow():
    applied = {plan.programme: plan.at(1.0)[1] for plan in PLANS}
    records = sum(count * (ACTS_OF_AN_APPLICATION + sum(panel_of(code))) for code, count in applied.items())

    assert sum(applied.values()) == 5200
    assert records == 125_208
    assert {code for code in applied if panel_of(code)[1] < 3} == set()


def panel_of(code: str) -> tuple[int, int]:
    """(seats, sheets wanted for a case at least) by the page: everyone seated promises, so many read."""
    panel = pages_for(code).programme["panel"]
    said = panel.get("mail") or panel["panel"]
    return int(said["size"]), int(said.get("at_least", said.get("quorum", 3)))


@pytest.mark.parametrize("scale", [0.001, 0.02, 0.1, 1.0, 2.0])
def test_at_every_scale_more_apply_than_are_funded_and_nobody_leads_twice(scale):
    wanted = [plan.at(scale) for plan in PLANS]
    leaders = plans.leaders(scale)
    young = -(-leaders // YOUNG_EVERY)

    assert [plan.programme for plan, (funded, applied) in zip(PLANS, wanted, strict=True) if applied < funded + 2] == []
    assert young >= BY_CODE["nsf-youth"].at(scale)[1] + plans.SPARE_YOUNG
    assert leaders - young >= sum(a for _, a in wanted) - BY_CODE["nsf-youth"].at(scale)[1] + plans.SPARE


def test_no_identity_number_is_given_twice_in_the_largest_region():
    make = Maker(Random(1), datetime(2018, 1, 3, tzinfo=ZONE))
    found = [make.identity(date(1980, 1, 1), sex) for sex in "FM" * 7500]

    assert len(set(found)) == 15_000
    assert all(ric.is_valid(number) for number in found[::97])


@pytest.mark.django_db
def test_a_group_of_the_year_is_no_larger_than_a_page_allows():
    most = {plan.programme: pages_for(plan.programme).params(date(2018, 6, 1)).get("group_most") for plan in PLANS}

    assert {code: size for code, size in most.items() if isinstance(size, int) and size < GROUP} == {}


@pytest.mark.journey
@pytest.mark.django_db
def test_the_pool_of_full_scale_fills_every_panel_of_every_round():
    """One case stands for each group that would be drawn; the numbers of groups, fields and experts are those of scale 1.0."""
    region = raise_region(Random(1), on=ON, units=3, leaders=3, experts=plans.experts(1.0))
    short = {}
    for plan in PLANS:
        round_ = Round.objects.create(
            code=plan.programme, programme=plan.programme, plan=plan.programme, title=plan.title, year=2018,
            state="in_review", entered_at=ON, institution=region.institution, synthetic=True,
        )  # fmt: skip
        drawing.freeze_pool(round_, ON)
        codes = CODES[
            pages_for(plan.programme).form.fields["nsf_code" if plan.programme.startswith("nsf-") else "subject"].source
        ]
        groups = -(-plan.applied // GROUP)
        for number in range(groups):
            Case.objects.create(
                round=round_, flow="grant", state="grouped", group=f"{number:02d}", field=codes[number * len(codes) // groups],
                entered_at=ON, opened_at=ON, leader=region.units[0].researchers[0], applicant=region.units[0].party,
            )  # fmt: skip
        short[plan.programme] = ceremonies.lacks_of(round_, ON)

    assert {code: lacks for code, lacks in short.items() if lacks} == {}
