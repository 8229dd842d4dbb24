"""The demonstration region: valid numbers, everything synthetic, roles that do not clash, the same for the same seed."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest
from django.db import transaction
from stdnum.cn import ric, uscc

from kechuang.casework.pages import roles_page
from kechuang.desks.experts.models import Expert
from kechuang.engines.flow.separation import conflicts
from kechuang.faces.rehearsal.region import LEAGUES, OFFICES, raise_region
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.secrets import seeded
from kechuang.words.period import ZONE

pytestmark = [pytest.mark.django_db, pytest.mark.long]
ON = datetime(2018, 1, 3, 9, tzinfo=ZONE)


def a_small_region():
    return raise_region(Random(1), on=ON, units=3, leaders=6, experts=12)


def test_every_number_of_the_region_is_valid_and_everyone_is_marked_synthetic():
    region = a_small_region()

    assert all(uscc.is_valid(code) for code in Organisation.objects.values_list("credit_code", flat=True))
    assert all(ric.is_valid(person.identity) for person in Person.objects.all())
    assert not Organisation.objects.filter(synthetic=False).exists()
    assert not Person.objects.filter(synthetic=False).exists()
    assert (len(region.recommenders), len(region.units), region.experts) == (len(LEAGUES), 3, 12)


def test_units_and_their_people_are_confirmed_by_the_real_chain():
    region = a_small_region()

    assert {unit.party.standing for unit in region.units} == {"confirmed"}
    assert set(Person.objects.values_list("standing", flat=True)) == {"confirmed"}
    assert {len(unit.researchers) for unit in region.units} == {2}


def test_nobody_holds_two_roles_that_exclude_each_other():
    region = a_small_region()
    page = roles_page().body

    held = {person: [(a.role, a.scope, a.target) for a in person.appointments.all()] for person in Person.objects.all()}

    assert [p for p, rows in held.items() for n, row in enumerate(rows) if conflicts(page, rows[:n], row)] == []
    assert set(region.offices) == set(OFFICES)
    assert Appointment.objects.filter(role="draw_operator").count() == 1


def test_half_of_the_pool_comes_from_outside_and_all_three_kinds_sit_in_it():
    a_small_region()

    assert Expert.objects.exclude(place__startswith="15").count() == 6
    assert set(Expert.objects.values_list("kind", flat=True)) == {"technical", "industry", "finance"}


def test_one_seed_makes_one_region():
    def made() -> list[tuple[str, str, str]]:
        with transaction.atomic(), seeded(7):
            a_small_region()
            found = list(Person.objects.order_by("pk").values_list("pid", "name", "username"))
            transaction.set_rollback(True)
        return found

    assert made() == made()
