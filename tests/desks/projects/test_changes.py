"""Changes and parts of a running project: an extension in time and not too long, a new leader of the unit, shares within the award."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.casework.acts import InputRefused, open_case
from kechuang.casework.models import Award, Case
from kechuang.casework.pages import pages_of
from kechuang.words.outcome import Refused
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, a_person, at, done

pytestmark = pytest.mark.django_db
TEXT = "实验进度受天气影响，申请调整，目标和考核指标不变"


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    found = a_case(region)
    Case.objects.filter(pk=found.pk).update(
        state="running", received_at=START, starts_on=date(2018, 4, 1), ends_on=date(2021, 3, 31)
    )
    found.refresh_from_db()
    return found


def asked(case, region, kind, on, key):
    return open_case(
        case.round, by=region.leader, on=on, key=key, flow="change", name="open", parent=case, data={"change": kind}
    )


def refusal(child, region, on, **data):
    with pytest.raises(Refused) as refused:
        done(child, "request_change", region.leader, on=on, text=TEXT, reason=TEXT, **data)
    return list(refused.value.codes)


def test_an_extension_is_asked_for_three_months_before_the_end_or_not_at_all(case, region):
    with pytest.raises(Refused) as refused:
        asked(case, region, "period", at("2021-01-15"), "late-key")
    assert refused.value.codes == ["extension_asked_too_late"]
    asked(case, region, "period", at("2020-12-30"), "in-time-key")


def test_an_extension_names_a_later_end_and_lasts_a_year_at_most(case, region):
    on = at("2020-11-02")
    child = asked(case, region, "period", on, "period-key")
    assert refusal(child, region, on) == ["extension_needs_an_end"]
    assert refusal(child, region, on, new_end="2022-04-01") == ["extension_beyond_most"]
    assert refusal(child, region, on, new_end="2021-03-31") == ["extension_beyond_most"]
    done(child, "request_change", region.leader, on=on, text=TEXT, reason=TEXT, new_end="2022-03-31")
    done(child, "agree_change", region.research, on=on, opinion="同意延期，情况属实")
    done(child, "advise_change", region.officer, on=on, opinion="情况属实，建议同意")
    done(child, "grant_change_by_institution", region.chief, on=on)
    case.refresh_from_db()
    assert case.ends_on == date(2022, 3, 31)


def test_a_new_leader_is_somebody_else_of_the_unit(case, region):
    on = at("2019-11-01")
    child = asked(case, region, "leader", on, "leader-key")
    stranger, colleague = a_person(unit=region.institution), a_person(unit=region.unit)
    assert refusal(child, region, on) == ["change_needs_new_leader"]
    for who in (stranger, region.leader):
        assert refusal(child, region, on, new_leader=who.pid) == ["change_needs_new_leader"]
    done(child, "request_change", region.leader, on=on, text=TEXT, reason=TEXT, new_leader=colleague.pid)


def test_the_parts_of_a_project_together_stay_within_the_award(case, region):
    Award.objects.create(case=case, fen=10_000_000, on=START)
    said = {"title": "课题", "head": a_person(unit=region.unit).pid, "unit": region.unit.pid, "goals": TEXT * 2}

    def part(share, key):
        data = {**said, "share": share}
        return open_case(case.round, by=region.leader, on=START, key=key, flow="subproject", parent=case, data=data)

    part("6", "part-key-1")
    with pytest.raises(Refused) as refused:
        part("5", "part-key-2")
    assert refused.value.codes == ["shares_beyond_award"]
    part("4", "part-key-3")


@pytest.mark.parametrize("name", ["new_end", "new_total", "new_leader"])
def test_what_the_kind_does_not_ask_for_is_refused_and_kept_nowhere(case, region, name):
    on = at("2019-11-01")
    child = asked(case, region, "equipment", on, "kind-key")
    with pytest.raises(InputRefused) as refused:
        said = {"new_end": "2022-03-31", "new_total": "5", "new_leader": region.head.pid}[name]
        done(child, "request_change", region.leader, on=on, text=TEXT, reason=TEXT, **{name: said})
    assert (list(refused.value.errors), refused.value.codes) == ([name], ["asked_by_another_kind"])
    assert name not in Case.objects.get(pk=child.pk).answers


def test_a_machine_is_asked_for_what_the_kind_needs_and_told_what_it_does_not(case, region):
    on = at("2019-11-01")
    child = asked(case, region, "period", on, "kind-key")
    client = signed_in(region.leader)
    offered = {
        one["name"]: set(one["inputs"].get("properties", ()))
        for one in client.get(f"/api/cases/{child.number}/acts").json()
    }
    assert offered["request_change"] == {"text", "reason", "new_end", "evidence"}
    body = {"key": "astray-key", "data": {"text": TEXT, "reason": TEXT, "new_end": "2022-03-31", "new_total": "500"}}
    told = client.post(f"/api/cases/{child.number}/acts/request_change", body, content_type="application/json")
    assert (told.status_code, list(told.json()["errors"])) == (422, ["new_total"])
    assert "总额" in told.json()["errors"]["new_total"][0]


@pytest.mark.parametrize(
    ("kind", "there"),
    [
        ("period", {"new_end"}),
        ("leader", {"new_leader"}),
        ("lead_unit", {"new_unit", "new_leader"}),
        ("total", {"new_lines", "new_total", "new_own"}),
    ],
)
def test_the_form_of_a_change_asks_for_what_its_kind_needs_and_no_more(case, region, kind, there):
    child = asked(case, region, kind, at("2019-11-01"), f"form-{kind}")
    page = signed_in(region.leader).get(f"/cases/{child.number}/act/request_change/").content.decode()
    only = {name for row in pages_of(case.round).flow("change").changes.values() for name in row.get("fields", ())}
    assert {name for name in only if f'id="{name}"' in page or f'name="{name}' in page} == there
    assert {f'name="{name}"' in page for name in ("text", "reason")} == {True}
