"""Deputies: they act until their last day, every record of theirs says for whom, and they fall with the role they stand in for."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kechuang.casework import people
from kechuang.casework.findings import settle_finding
from kechuang.casework.models import Record
from kechuang.casework.pages import pages_of
from kechuang.faces.web import sight
from kechuang.parties.models import Appointment
from kechuang.words.outcome import Refused
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, a_person, an_open_round, appoint, done
from tests.journeys import story
from tests.journeys.story import filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def deputy(region):
    """Stands in for the unit's research officer for three days."""
    found = a_person(unit=region.unit)
    people.appoint(
        found, "unit_research", region.unit.pid, by=region.head, on=START, key="d", until=(START + timedelta(3)).date(), deputy_for=region.research,
    )  # fmt: skip
    return found


@pytest.fixture
def case(region):
    found = filled_in(a_case(region), region)
    done(found, "submit_to_unit", region.leader, promise="agreed")
    return found


def test_the_record_says_for_whom_a_deputy_acted_and_the_page_shows_it(region, deputy, case):
    record = done(case, "unit_check", deputy, opinion="同意申报，材料属实")
    assert json.loads(record.body)["tells"] == {"for": region.research.pid}
    assert (record.actor, sight.in_place_of(record)) == (deputy.actor_id, region.research.pid)
    page = signed_in(region.leader).get(f"/cases/{case.number}/").content.decode()
    assert f"{deputy.name}（代{region.research.name}）" in page


def test_whoever_holds_the_role_acts_for_nobody(region, case):
    record = done(case, "unit_check", region.research, opinion="同意申报，材料属实")
    assert "tells" not in json.loads(record.body)
    assert sight.in_place_of(record) == ""


def test_a_deputy_acts_through_the_last_day_and_not_after(region, deputy, case):
    with pytest.raises(Refused) as refused:
        done(case, "unit_check", deputy, on=START + timedelta(4), opinion="同意申报，材料属实")
    assert refused.value.codes == ["act_for_another"]
    done(case, "unit_check", deputy, on=START + timedelta(3), opinion="同意申报，材料属实")


def test_a_deputy_falls_with_the_role(region, deputy):
    held = Appointment.objects.get(person=region.research)
    people.dismiss(held, by=region.head, on=START + timedelta(1), key="e")
    assert Appointment.objects.in_force((START + timedelta(1)).date()).filter(role="unit_research").count() == 0


def test_nobody_stands_in_for_a_deputy_or_without_an_end(region, deputy):
    third = a_person(unit=region.unit)
    given = {"by": region.head, "on": START, "key": "x"}
    with pytest.raises(Refused) as refused:
        people.appoint(third, "unit_research", region.unit.pid, until=(START + timedelta(3)).date(), deputy_for=deputy, **given)  # fmt: skip
    assert refused.value.codes == ["no_such_role_to_stand_in_for"]
    with pytest.raises(Refused) as refused:
        people.appoint(third, "unit_research", region.unit.pid, deputy_for=region.research, **given)
    assert refused.value.codes == ["deputy_needs_a_last_day"]


def test_the_appointment_of_a_deputy_is_recorded_with_its_end(region, deputy):
    record = Record.objects.get(subject=deputy.pid, act="appoint")
    assert record.told.data == {
        "role": "unit_research", "target": region.unit.pid, "until": (START + timedelta(3)).date().isoformat(), "deputy_for": region.research.pid,
    }  # fmt: skip


def test_a_deputy_is_no_second_person_to_whom_they_stand_in_for(region):
    """What the principal did as maker, nobody checks in the principal's own name."""
    appoint(region.officer, "institution_chief", region.institution.pid)
    case = story.an_application(region, an_open_round(region), on=START + timedelta(1))
    story.closed(case.round, START)
    case.refresh_from_db()
    on = case.round.closes_at + timedelta(1)
    deputy, last = a_person(unit=region.institution), (on + timedelta(3)).date()
    people.give(deputy, "institution_chief", region.institution.pid, since=on.date(), until=last, deputy_for=region.officer)  # fmt: skip
    items = [{"item": item, "verdict": "pass"} for item in pages_of(case.round).choices("checklist")]
    done(case, "record_check", region.officer, on=on, items=items)
    with pytest.raises(Refused) as refused:
        done(case, "admit", deputy, on=on)
    assert refused.value.codes == ["same_person"]
    for found in case.findings.filter(settled_by=None).exclude(verdict="pass"):
        settle_finding(found, "已核实，不影响受理", by=region.chief, on=on, key=f"settle-{found.pk}")
    done(case, "admit", region.chief, on=on)
    assert case.state == "admitted"
