"""The byte nought in a text: SQLite holds it, PostgreSQL does not; neither is a server error (`tests/bars/test_postgres.py` asks there)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from tests.faces.machines import of
from tests.factories import Region

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRES = connection.vendor == "postgresql"


def test_in_the_address_of_a_page():
    answer = Client(raise_request_exception=False).get("/check/?code=%00")
    assert answer.status_code == (400 if POSTGRES else 200)


def test_in_what_a_machine_sends():
    client = of(Region().leader)
    client.raise_request_exception = False
    answer = client.get("/api/cases/%00")
    assert answer.status_code == (422 if POSTGRES else 404)
