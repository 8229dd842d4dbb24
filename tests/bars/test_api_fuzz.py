"""The API under requests nobody would send, made from its own schema, as every role: never a server error, never an answer off the schema."""

from __future__ import annotations

import logging

import pytest
import schemathesis
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from kechuang.faces.access import may
from kechuang.faces.api import urls
from kechuang.faces.serving.wsgi import application
from kechuang.urls import urlpatterns  # noqa: F401  a broken address is told here, not by each case
from tests.bars.installation import LONG
from tests.factories import Region, an_open_round
from tests.journeys import story

pytestmark = [pytest.mark.django_db, pytest.mark.bar]
EXAMPLES = 500 if LONG else 12
SHUT = EXAMPLES if LONG else 1  # what a role cannot open ends at the same guard whatever is sent
ROLES = ("nobody", "leader", "planner", "supervisor", *(("research", "clerk", "officer", "treasurer") if LONG else ()))
CHECKS = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance, checks.response_headers_conformance,
]  # fmt: skip
METHODS = ("get", "post", "put", "patch", "delete", "options", "trace")


@pytest.fixture(scope="module")
def region(django_db_setup, django_db_blocker):
    """One application that was handed in and one draft: the ids that are supplied."""
    with django_db_blocker.unblock(), transaction.atomic():
        region = Region()
        region.round = an_open_round(region)
        region.case = story.an_application(region, region.round)
        yield region
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def schema():
    return schemathesis.openapi.from_wsgi("/api/openapi.json", application)


TOKEN = "a" * 32


def cookies_of(region, role: str) -> dict[str, str]:
    """The cookies of a signed-in person of that role, and of nobody."""
    if role == "nobody":
        return {}
    client = Client()
    client.force_login(getattr(region, role))
    return {"sessionid": client.cookies["sessionid"].value, "csrftoken": TOKEN}


def shut_to(who) -> set[str]:
    """The addresses that somebody's powers do not open."""
    request = RequestFactory().get("/")
    request.user = who or AnonymousUser()
    return {f"/api/{one.pattern}".replace("<", "{").replace(">", "}") for one in urls._patterns if not may(request, one.callback.needs)}  # fmt: skip


def operations(schema):
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("role", ROLES)
def test_no_request_made_from_the_schema_brings_a_server_error_or_an_answer_off_the_schema(region, schema, role):
    logging.disable(logging.CRITICAL)
    cookies, record = cookies_of(region, role), region.case.number
    known = {
        "number": [record],
        "code": [region.round.code],
        "kind": ["appropriation", "contracts", "uses"],
        "what": ["contract", "evaluation"],
        "pid": [region.leader.pid],
        "name": ["submit_to_unit", "withdraw", "recommend"],
    }
    seen: set[int] = set()
    shut = shut_to(None if role == "nobody" else getattr(region, role))
    for operation in operations(schema):

        @settings(
            max_examples=SHUT if operation.full_path in shut else EXAMPLES,
            deadline=None,
            database=None,
            derandomize=not LONG,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), real=st.booleans(), pick=st.integers(0, 2))
        def asked(case, real, pick):
            for name in case.path_parameters or {}:
                if real and name in known:
                    case.path_parameters[name] = known[name][pick % len(known[name])]
            with transaction.atomic():
                answer = case.call(headers={"X-CSRFToken": TOKEN}, cookies=cookies)
                seen.add(answer.status_code)
                case.validate_response(answer, checks=CHECKS)
                transaction.set_rollback(True)

        asked()
    logging.disable(logging.NOTSET)
    assert (200 in seen, connection.in_atomic_block) == (True, True)
    assert role == "nobody" or seen & {404, 409, 422}


def test_a_method_that_an_address_does_not_know_is_answered_405(region, schema):
    client = Client()
    client.force_login(region.leader)
    told: dict[str, set[str]] = {}
    for operation in operations(schema):
        told.setdefault(operation.full_path, set()).add(operation.method.lower())
    wrong = []
    for path, known in told.items():
        address = path.replace("{number}", region.case.number).replace("{code}", region.round.code)
        for place in ("{name}", "{section}", "{digest}"):
            address = address.replace(place, "basics")
        for method in set(METHODS) - known:
            status = getattr(client, method)(address).status_code
            wrong += [] if status == 405 else [(method, path, status)]
    assert wrong == []


def test_the_bar_finds_an_operation_that_breaks(region, schema, monkeypatch):
    monkeypatch.setattr(urls, "part", lambda rows, page: [{"code": 1}])
    operation = next(one for one in operations(schema) if one.full_path == "/api/rounds")

    @settings(max_examples=1, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def asked(case):
        case.validate_response(case.call(), checks=CHECKS)

    with pytest.raises(BaseException) as found:
        asked()
    assert "500" in str(found.value) or "Server error" in str(found.value)
