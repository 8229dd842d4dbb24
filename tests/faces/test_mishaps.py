"""Pages for when there is no page: right status, a number to quote, nothing of the inside."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import RequestFactory

from kechuang.faces.web import mishaps

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


def test_the_number_on_the_page_is_the_one_in_the_log(caplog):
    page = mishaps.server_error(REQUEST).content.decode()
    shown = re.search(r"编号 (\w{8})", page)[1]
    assert [record.getMessage() for record in caplog.records] == [f"mishap {shown} on GET /cases/secret-name/"]
