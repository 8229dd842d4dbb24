"""The whole year at a small scale: everything that can go wrong goes wrong, and every invariant holds at the end."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from kechuang.casework.models import Attempt, Case, Record, Round
from kechuang.faces.rehearsal import failures, invariants, troubles, year
from kechuang.faces.rehearsal.plans import PLANS

PAGE = Path(str(resources.files("kechuang"))).parents[1] / "docs" / "rehearsal.md"


@pytest.mark.journey
@pytest.mark.django_db
def test_at_two_hundredths_everything_goes_wrong_once_and_the_year_ends_in_order():
    year.rehearsed(year=2018, seed=1, scale=0.02, say=lambda _what, _count: None)

    counts = invariants.counts(2018)
    assert failures.missing() == []
    assert [held.name for held in invariants.checked() if held.broken] == []
    assert counts["projects"] == sum(plan.at(0.02)[0] for plan in PLANS)
    assert (counts["fund_projects"], counts["joint_projects"], counts["joint_institutions"]) == (14, 4, 9)
    assert (counts["central_projects"], counts["central_fen"]) == (1, 92_000_000)
    assert set(Round.objects.exclude(programme="integrity").values_list("state", flat=True)) == {"decided", "cancelled"}
    assert Case.objects.filter(synthetic=False).count() == 0
    assert Record.objects.filter(act__in=Attempt.objects.values("act")).exists()


def test_the_page_tells_of_every_failure_where_it_is_played():
    told = PAGE.read_text("utf-8")

    assert [f.name for f in failures.FAILURES if f"`{f.name}`" not in told or f"`{f.scene}`" not in told] == []


def test_no_failure_has_two_lines_and_every_scene_belongs_to_a_round_that_is_played():
    names = [failure.name for failure in failures.FAILURES]
    programmes = {plan.programme: plan.at(0.02)[0] for plan in PLANS}

    assert len(names) == len(set(names))
    assert [s for s in troubles.SCENES if programmes[s.programme] < s.least] == []
    assert {s.step for s in troubles.SCENES} <= {"publish", *year.STEPS}
