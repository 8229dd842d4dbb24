"""Signed on paper: the scan of the stamped copy signs like a typed name, by its digest, and can be opened from the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kechuang.casework.models import Attachment, Record
from kechuang.faces import access
from tests.factories import START, Region, an_open_round, done
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
    done(found, "submit_to_unit", region.leader, promise="示例签章")
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
