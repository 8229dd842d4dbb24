"""A rehearsed round: every step through the door, counts and invariants, the same records for the same seed."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest
from django.db import transaction

from kechuang.casework.models import Attempt, Award, Case, Record, Round
from kechuang.faces.cli.rehearse import digest_of_records
from kechuang.faces.rehearsal import invariants, year
from kechuang.faces.rehearsal.plans import PLANS
from kechuang.faces.rehearsal.region import raise_region
from kechuang.faces.rehearsal.selecting import Applicants
from kechuang.faces.rehearsal.stage import Stage
from kechuang.parties import secrets
from kechuang.parties.secrets import seeded
from kechuang.words.outcome import Refused
from tests.factories import a_unit

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def played(programme: str = "nsf-general", funded: int = 1, applied: int = 3) -> list[str]:
    """The digests of all records of one rehearsed round."""
    with seeded(3):
        rng = Random(3)
        region = raise_region(rng, on=year.first_day(2018), units=4, leaders=applied + 20, experts=40)
        stage = Stage(region, rng, year.first_day(2018), 2018)
        plan = next(p for p in PLANS if p.programme == programme)
        year.play(stage, [(plan, funded, applied)], Applicants(stage))
    return sorted(Record.objects.values_list("digest", flat=True))


@pytest.mark.journey
def test_a_round_is_played_from_the_call_to_the_account_and_every_invariant_holds():
    played()

    assert Round.objects.get().state == "decided"
    assert sorted(Case.objects.values_list("state", flat=True)) == ["not_funded", "reserve", "running"]
    assert [held.name for held in invariants.checked() if held.broken] == []
    assert invariants.counts(2018)["fund_projects"] == 1
    assert Award.objects.get().fen == 10_000_000
    assert Attempt.objects.count() == 0


@pytest.mark.journey
def test_the_same_seed_writes_the_same_records():
    def once() -> list[str]:
        with transaction.atomic():
            found = played()
            transaction.set_rollback(True)
        return found

    assert once() == once()


def test_nothing_is_rehearsed_beside_real_cases():
    unit = a_unit("institution")
    Round.objects.create(
        code="real", programme="nsf-general", plan="basic-research", title="真实批次", year=2018, state="open",
        entered_at=datetime.now().astimezone(), institution=unit,
    )  # fmt: skip

    with pytest.raises(Refused, match="real_cases_here"):
        year.refuse_real_data()


@pytest.mark.journey
def test_an_installations_own_key_does_not_change_the_digest_of_a_play(settings):
    def once(key: str) -> str:
        settings.SECRET_KEY = key
        secrets._cipher.cache_clear()
        with transaction.atomic():
            played()
            found = digest_of_records()
            transaction.set_rollback(True)
        return found

    try:
        assert once("one key of an installation") == once("another key of another installation")
    finally:
        secrets._cipher.cache_clear()
