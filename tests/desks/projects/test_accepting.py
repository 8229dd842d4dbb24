"""Acceptance as the page wants it: the site checked where it says so, and sub-projects that were listed answered for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import open_case
from kechuang.casework.models import Award, Case
from kechuang.casework.pages import pages_of
from kechuang.desks.projects import accepting
from kechuang.desks.projects.models import Report
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case, a_person, an_open_round, done

pytestmark = pytest.mark.django_db
TEXT = "核对现场设备、生产线和原始记录，与验收材料所述一致，未发现问题，示范工程运行正常。"
PARTS = [{"name": "课题一 装备"}, {"name": "课题二"}]


@pytest.fixture
def region():
    return Region()


def in_acceptance(region, programme):
    """A project whose acceptance runs, with an expert's opinion."""
    case = a_case(region, an_open_round(region, programme))
    Case.objects.filter(pk=case.pk).update(state="acceptance", received_at=START)
    case.refresh_from_db()
    case.answers = {**case.answers, "subprojects": PARTS}
    case.save()
    records.hold(case)
    read = records.Entry(
        "review_acceptance",
        "acceptance",
        "acceptance",
        Actor.labelled("L1"),
        "expert",
        START,
        f"read-{case.pk}",
        {},
        {},
    )
    records.write(case, read)
    records.forget_chains()
    return case


def refusal(case, region):
    with pytest.raises(Refused) as refused:
        done(case, "pass_acceptance", region.chief)
    return list(refused.value.codes)


def test_where_the_page_wants_the_site_checked_acceptance_is_not_passed_without_its_record(region):
    case = in_acceptance(region, "platform-talent")
    assert refusal(case, region) == ["no_quorum", "site_not_checked"]
    done(case, "check_site", region.officer, date="2018-03-01", report=TEXT)
    assert refusal(case, region) == ["no_quorum"]
    with pytest.raises(Refused) as refused:
        done(case, "check_site", region.officer, date="2018-03-01", report=TEXT)
    assert refused.value.codes == ["not_now"]


def test_where_the_page_does_not_ask_there_is_no_site_check(region):
    case = in_acceptance(region, "nsf-general")
    assert refusal(case, region) == ["no_quorum"]
    with pytest.raises(Refused) as refused:
        done(case, "check_site", region.officer, date="2018-03-01", report=TEXT)
    assert refused.value.codes == ["not_now"]


def told(case):
    found = accepting.subprojects_first(case, None)
    return found.verdict, [(one.code, one.values) for one in found.reasons]


def test_a_sub_project_that_was_listed_and_never_opened_is_told_at_acceptance(region):
    case = in_acceptance(region, "major-special")
    assert told(case) == ("warn", [("subprojects_never_opened", {"names": ["课题一 装备", "课题二"]})])
    assert told(in_acceptance(region, "nsf-general")) == ("pass", [])


def test_a_sub_project_that_was_opened_and_did_not_pass_is_told_too(region):
    case = in_acceptance(region, "major-special")
    Award.objects.create(case=case, fen=10_000_000, on=START)
    Case.objects.filter(pk=case.pk).update(state="running")
    case.refresh_from_db()
    said = {"head": a_person(unit=region.unit).pid, "unit": region.unit.pid, "goals": TEXT, "share": "1"}
    first, second = (
        open_case(case.round, by=region.leader, on=START, key=f"part-key-{n}", flow="subproject", parent=case,
                  data={**said, "title": row["name"].replace(" ", "")})
        for n, row in enumerate(PARTS)
    )  # fmt: skip
    Case.objects.filter(pk=first.pk).update(state="passed")
    Case.objects.filter(pk=second.pk).update(state="failed")
    assert told(case) == ("warn", [("subprojects_not_passed", {"names": ["课题二"]})])
    Case.objects.filter(pk=second.pk).update(state="passed")
    assert told(case) == ("pass", [])


def test_both_the_request_and_the_passing_look_at_the_sub_projects(region):
    acts = pages_of(an_open_round(region, "major-special")).flow("grant").acts
    looking = [name for name, one in acts.items() if "projects.subprojects_first" in one.checks]
    assert looking == ["apply_acceptance", "pass_acceptance"]


def judged(case, *reached):
    """What the page's lines say of a final file with two core targets of ten and three others."""
    case.answers = {**case.answers, "targets": [{"name": f"T{n}", "core": n < 2, "target": "10"} for n in range(5)]}
    case.save()
    rows = [{"goal": f"T{n}", "promised": "10", "reached": str(one)} for n, one in enumerate(reached)]
    Report.objects.filter(case=case).delete()
    Report.objects.create(
        case=case, kind="acceptance", typed={}, values={"final_table": rows}, filed_at=START, on=START
    )
    found = accepting.result_allowed(case, SimpleNamespace(pages=pages_of(case.round), on=START))
    return found.verdict, [one.code for one in found.reasons]


def test_the_lines_of_the_page_between_results_are_kept_at_the_passing(region):
    case = in_acceptance(region, "nsf-general")
    assert judged(case, 10, 10, 10, 10, 10) == ("pass", [])
    assert judged(case, 10, 10, 10, 10, 9) == ("pass", [])
    assert judged(case, 10, 9, 10, 10, 10) == ("warn", ["must_look"])
    assert judged(case, 10, 10, 10, 9, 9) == ("fail", ["targets_not_reached"])
    assert judged(case) == ("pass", [])
    assert "projects.result_allowed" in pages_of(case.round).flow("grant").acts["pass_acceptance"].checks
