"""Pages for when there is no page: right status, a number to quote, nothing of the inside."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import Client, RequestFactory
from django.urls import path

from kechuang.faces.web import mishaps
from tests.factories import a_person

REQUEST = RequestFactory().get("/cases/secret-name/")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (mishaps.bad_request(REQUEST, SuspiciousOperation("inside")), 400),
        (mishaps.bad_request(REQUEST, RequestDataTooBig("inside")), 413),
        (mishaps.forbidden(REQUEST, Exception("inside")), 403),
        (mishaps.not_found(REQUEST, Exception("inside")), 404),
        (mishaps.stale_form(REQUEST, "inside"), 400),
        (mishaps.server_error(REQUEST), 500),
    ],
)
def test_each_mishap_has_its_status_and_tells_nothing_of_the_inside(answer, status):
    page = answer.content.decode()
    assert (answer.status_code, "inside" in page, "secret-name" in page) == (status, False, False)


def broken(request, number):
    raise ValueError(f"{number} of 巴图")


@pytest.mark.django_db
def test_the_number_on_the_page_leads_to_what_failed_and_where_and_to_nobody(caplog, settings):
    pages = settings.ROOT_URLCONF = ModuleType("pages")
    pages.urlpatterns = [path("cases/<str:number>/", broken)]
    pages.handler500 = "kechuang.faces.web.mishaps.server_error"
    page = Client(raise_request_exception=False).get("/cases/secret-name/").content.decode()
    shown = re.search(r"编号 (\w{8})", page)[1]
    said = [record.getMessage() for record in caplog.records if record.name == "kechuang.mishaps"]
    assert len(said) == 1 and said[0].startswith(f"mishap {shown} on GET cases/<str:number>/: ValueError at ")
    assert ("test_mishaps.py" in said[0], "巴图" in said[0], "secret-name" in said[0]) == (True, False, False)


@pytest.mark.django_db
def test_who_has_signed_in_is_led_back_to_the_own_work_and_not_to_signing_in():
    client = Client()
    client.force_login(a_person())
    shut, gone = client.get("/rounds/").content.decode(), client.get("/nothing-here/").content.decode()
    assert ('href="/todo/"' in shut, 'href="/signin/"' in shut, 'href="/search/"' in gone) == (True, False, True)
    assert 'href="/todo/"' not in Client().get("/nothing-here/").content.decode()
