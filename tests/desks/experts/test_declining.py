"""An expert may step down at every stage of a review, and the next in order takes the seat."""

from __future__ import annotations

import pytest

from kechuang.casework.actor import Actor
from kechuang.casework.models import Case
from kechuang.desks.experts.models import Draw, Seat
from tests.faces.panels import Panel
from tests.factories import done

pytestmark = pytest.mark.django_db


def sitting() -> tuple[int, int]:
    """How many are invited, and how many have stepped down."""
    return Seat.objects.filter(state="invited").count(), Seat.objects.filter(state="declined").count()


@pytest.mark.parametrize("state", ["panel_drawn", "mail_review", "panel_review"])
def test_who_declines_during_the_review_is_replaced(state):
    panel = Panel()
    Case.objects.filter(pk=panel.cases[0].pk).update(state=state)
    invited, _none = sitting()
    done(panel.cases[0], "decline", Actor.labelled(panel.seat.label), on=panel.on, why="conflict")
    assert sitting() == (invited, 1)


def test_who_declines_an_acceptance_is_replaced():
    panel = Panel()
    case = panel.cases[0]
    Draw.objects.update(mode="acceptance", group=case.number)
    Case.objects.filter(pk=case.pk).update(state="acceptance")
    invited, _none = sitting()
    done(case, "decline", Actor.labelled(panel.seat.label), on=panel.on, why="time")
    assert sitting() == (invited, 1)
