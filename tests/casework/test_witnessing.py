"""A witness's word covers what waited when it was given, and no later group."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import witnessing
from kechuang.casework.acts import act
from kechuang.casework.models import Attempt, Record
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_person, an_open_round, appoint, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=1)


@pytest.fixture
def scene():
    """Two admitted cases of one round in review; the first stands in group A."""
    region = Region()
    story.a_pool()
    round_ = an_open_round(region)
    cases = []
    for number in range(2):  # one project of the fund a leader
        region.leader = a_person(unit=region.unit)
        cases.append(story.an_application(region, round_, on=LATER, title=f"草原碳汇研究{number}"))
    story.closed(cases[0].round, START)
    round_.refresh_from_db()
    on = round_.closes_at + timedelta(1)
    for case in cases:
        case.refresh_from_db()
        story.admitted(case, region, on)
    done(round_, "begin_review", region.officer, on=on)
    done(cases[0], "group", region.officer_two, on=on, group="A组")
    return region, round_, cases, on


def draw(case, region, on):
    return act(case, "draw", by=region.operator, on=on, key=f"draw-{case.number}-{on}", data={"dice": story.DICE, "commitments": story.commitments()})  # fmt: skip


def word(round_, region, on, **data):
    round_.refresh_from_db()
    return act(round_, "second:draw", by=region.supervisor, on=on, key=f"word-{on}", data=data)


def test_a_word_on_the_round_names_in_its_record_the_groups_it_covers(scene):
    region, round_, cases, on = scene
    record = word(round_, region, on)
    assert '"tells":{"groups":"[\\"A组\\"]"}' in record.body
    assert witnessing.covering(cases[0], "draw") == [region.supervisor.actor_id]


def test_a_group_made_after_the_word_needs_a_word_of_its_own(scene):
    region, round_, cases, on = scene
    word(round_, region, on)
    done(cases[1], "group", region.officer_two, on=on + timedelta(hours=1), group="B组")

    with pytest.raises(Refused) as refused:
        draw(cases[1], region, on + timedelta(hours=2))
    assert [reason.code for reason in refused.value.reasons] == ["second_person_missing"]
    assert [attempt.act for attempt in Attempt.objects.all()] == ["draw"]

    word(round_, region, on + timedelta(hours=2), group="B组")
    assert witnessing.covering(cases[1], "draw") == [region.supervisor.actor_id]


def test_a_case_that_joins_the_group_after_the_word_is_not_covered(scene):
    region, round_, cases, on = scene
    word(round_, region, on)
    done(cases[1], "group", region.officer_two, on=on + timedelta(hours=1), group="A组")
    assert witnessing.covering(cases[1], "draw") == []


def test_a_word_on_one_group_leaves_the_other_waiting(scene):
    region, round_, cases, on = scene
    done(cases[1], "group", region.officer_two, on=on, group="B组")
    word(round_, region, on, group="A组")
    assert witnessing.unwitnessed([round_], "draw") == {round_.code: [("B组", 1)]}


def test_a_word_on_a_group_that_does_not_wait_is_refused(scene):
    region, round_, _cases, on = scene
    with pytest.raises(Refused) as refused:
        word(round_, region, on, group="Z组")
    assert refused.value.reasons[0].code == "no_group_waits"
    assert Record.objects.filter(act="second:draw").count() == 0


def test_nobody_witnesses_what_they_have_worked_on_before_they_came_to_supervision(scene):
    region, round_, _cases, on = scene
    region.officer.appointments.all().delete()
    appoint(region.officer, "supervisor", "")
    with pytest.raises(Refused) as refused:
        act(round_, "second:draw", by=region.officer, on=on, key="own", data={})
    assert refused.value.codes[0] in ("roles_apart", "powers_apart")
    appoint(region.chief, "supervisor", "")  # whoever admitted the case has done nothing on the round itself
    region.chief.appointments.filter(role="institution_chief").delete()
    with pytest.raises(Refused) as refused:
        act(round_, "second:draw", by=region.chief, on=on, key="own", data={})
    assert refused.value.codes == ["powers_apart"]
    assert witnessing.words_on(round_, "draw") == []
