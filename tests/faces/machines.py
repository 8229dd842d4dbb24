"""How tests ask the API: somebody signed in, and a body sent to an address below `/api`."""

from __future__ import annotations

from django.test import Client


def of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(client, address: str, body):
    return client.post(f"/api{address}", body, content_type="application/json")
