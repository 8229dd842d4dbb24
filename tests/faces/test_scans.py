"""Signed on paper: the scan of the stamped copy signs like a typed name, by its digest, and can be opened from the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kechuang.casework.models import Attachment, Record
from kechuang.faces import access
from tests.factories import START, Region, a_person, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def region(monkeypatch, settings, tmp_path):
    settings.DATA = tmp_path
    monkeypatch.setattr(access.timezone, "now", lambda: START + timedelta(2))
    return Region()


@pytest.fixture
def case(region):
    found = story.filled_in(story.open_case(an_open_round(region), by=region.leader, on=START, key="k"), region)
    done(found, "submit_to_unit", region.leader, promise="agreed")
    done(found, "unit_check", region.research, opinion="同意申报，材料属实")
    return found


def sealed(region, case, **given):
    client = Client()
    client.force_login(region.head)
    return client, client.post(f"/cases/{case.number}/act/endorse/", {"key": "k1", "truth": "true", **given})


def test_a_scan_of_the_stamped_copy_is_the_signature(region, case):
    scan = SimpleUploadedFile("盖章页.pdf", PDF, "application/pdf")
    client, answer = sealed(region, case, **{"seal": "", "seal-scan": scan})
    case.refresh_from_db()
    kept = Attachment.objects.get(case=case, field="seal")
    assert (answer.status_code, case.state) == (302, "with_recommender")
    assert Record.objects.get(act="endorse").told.data["seal"] == f"scan:{kept.digest}"
    assert "盖章页.pdf" in client.get(f"/cases/{case.number}/").content.decode()


def test_a_scan_that_nobody_uploaded_signs_nothing(region, case):
    _client, answer = sealed(region, case, seal="scan:" + "0" * 64)
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (422, "with_unit")


def test_a_scan_is_kept_when_something_else_is_refused(region, case):
    scan = SimpleUploadedFile("盖章页.pdf", PDF, "application/pdf")
    _client, answer = sealed(region, case, **{"seal": "", "seal-scan": scan, "truth": "false"})
    digest = Attachment.objects.get(case=case, field="seal").digest
    assert (answer.status_code, f'value="scan:{digest}"' in answer.content.decode()) == (422, True)


def listed(region, case):
    """Two cases of two leaders that wait for the recommender, and the signatory's window."""
    first, region.leader = region.leader, a_person(unit=region.unit)
    opened = story.open_case(case.round, by=region.leader, on=START, key="k2")
    other = story.filled_in(opened, region, title="荒漠化防治的另一条技术路线研究", leader_id="15010219850505001X")
    done(other, "submit_to_unit", region.leader, promise="agreed")
    done(other, "unit_check", region.research, opinion="同意申报，材料属实")
    region.leader = first
    for one in (case, other):
        done(one, "endorse", region.head, seal="agreed", truth=True)
    client = Client()
    client.force_login(region.signatory)
    return client, [case, other]


def test_one_scan_signs_a_whole_list_and_lies_with_every_case(region, case):
    client, cases = listed(region, case)
    asked = {"act": "recommend", "pick": [one.number for one in cases], "key": "b"}
    scan = SimpleUploadedFile("推荐函盖章.pdf", PDF, "application/pdf")
    first = client.post("/bulk/", {**asked, "step": "preview", "letter": "", "letter-scan": scan})
    said = f"scan:{Attachment.objects.get(field='letter').digest}"
    assert (said in first.content.decode(), "推荐函盖章.pdf" in first.content.decode(), first.context["ready"]) == (True, True, 2)  # fmt: skip

    client.post("/bulk/", {**asked, "step": "confirm", "letter": said})
    for one in cases:
        one.refresh_from_db()
    told = [record.told.data["letter"] for record in Record.objects.filter(act="recommend")]
    assert ([one.state for one in cases], told) == (["submitted"] * 2, [said] * 2)
    assert sorted(Attachment.objects.filter(field="letter", removed=False).values_list("case", flat=True)) == [one.pk for one in cases]  # fmt: skip


def test_a_scan_of_somebody_else_signs_no_list_and_one_taken_off_keeps_none(region, case):
    client, cases = listed(region, case)
    scan = SimpleUploadedFile("推荐函盖章.pdf", PDF, "application/pdf")
    asked = {"act": "recommend", "key": "b"}
    client.post("/bulk/", {**asked, "pick": [one.number for one in cases], "step": "preview", "letter-scan": scan})
    laid = Attachment.objects.get(field="letter")
    off, kept = sorted(cases, key=lambda one: one.pk != laid.case_id)  # laid on the first by number, which is drawn
    client.post("/bulk/", {**asked, "pick": [kept.number], "step": "confirm", "letter": f"scan:{laid.digest}"})
    laid.refresh_from_db()
    assert (laid.removed, Record.objects.filter(act="recommend").count()) == (True, 1)
    Attachment.objects.update(by=region.head)
    answer = client.post("/bulk/", {**asked, "pick": [off.number], "step": "confirm", "letter": f"scan:{laid.digest}"})
    off.refresh_from_db()
    assert (answer.status_code, off.state) == (422, "with_recommender")


def test_a_signature_of_a_list_can_be_given_anew(region, case):
    client, cases = listed(region, case)
    asked = {"act": "recommend", "pick": [one.number for one in cases], "key": "b", "letter": "agreed"}
    signed = client.post("/bulk/", {**asked, "step": "preview"}).content.decode()
    anew = client.post("/bulk/", {**asked, "remove": "letter"}).content.decode()
    assert ('name="remove" value="letter"' in signed, 'name="letter-scan"' in signed, 'name="letter-scan"' in anew) == (True, False, True)  # fmt: skip


def test_a_scan_that_has_signed_once_stays_where_it_signed_when_it_signs_again(region, case):
    client, cases = listed(region, case)
    asked = {"act": "recommend", "step": "preview"}
    for number, one in enumerate(cases):
        scan = SimpleUploadedFile(f"推荐函{number}.pdf", PDF, "application/pdf")
        shown = client.post("/bulk/", {**asked, "pick": [one.number], "key": f"b{number}", "letter-scan": scan})
        said = f"scan:{Attachment.objects.filter(case=one, field='letter').get().digest}"
        assert f"推荐函{number}.pdf" in shown.content.decode()
        client.post("/bulk/", {"act": "recommend", "pick": [one.number], "key": f"b{number}", "step": "confirm", "letter": said})  # fmt: skip
    assert Attachment.objects.filter(field="letter", removed=False).count() == 2
    assert Record.objects.filter(act="recommend").count() == 2
