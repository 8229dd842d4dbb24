"""The curtain: behind it, reviewer and case meet; before it, no readable row joins the two, and no page tries to look."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.db.models import ForeignKey, Model
from django.test import Client

from kechuang.casework import curtain
from kechuang.casework.models import Case, Document, Letter, Round
from kechuang.desks.experts.models import Draw, Expert, Pool, PoolMembers, Review, Seat
from kechuang.parties.models import Organisation, Person
from tests.bars.installation import LONG
from tests.faces.panels import Rehearsed, browser
from tests.house.routes import Objects, open_to, routes

pytestmark = pytest.mark.django_db
IDENTITY = (Person, Expert, Organisation)


@pytest.fixture(autouse=True)
def lifted_afterwards():
    yield
    curtain.lift()


class Scan:
    """Every readable row, and which drawn experts, cases, rounds and labels it reaches: by text, by key, over keys."""

    def __init__(self) -> None:
        drawn = Seat.objects.exclude(state="reserve").select_related("expert", "expert__person", "expert__person__unit")
        self.labels = set(Seat.objects.values_list("label", flat=True))
        people = [(s.expert, s.expert.person, s.expert.person.unit) for s in drawn]
        self.keys = {(type(one), one.pk) for row in people for one in row if one is not None}
        self.person_words = {
            word
            for expert, person, unit in people
            for word in (
                expert.pid,
                person.pid,
                person.name,
                person.username,
                person.phone,
                person.email,
                unit.pid,
                unit.name,
            )
            if word
        }
        self.thing_words = {
            *self.labels,
            *Case.objects.values_list("number", flat=True),
            *Round.objects.values_list("code", flat=True),
        }

    def joins(self, *, hidden: frozenset[str] | None = None) -> list[str]:
        """Tables with a row that reaches both a drawn expert and a case, a round or a label."""
        hidden = curtain.hidden() if hidden is None else hidden
        rows = {(type(row), row.pk): row for model in models(hidden) for row in model._base_manager.all().iterator()}
        person = {key for key, row in rows.items() if self._names(row, self.person_words, self.keys)}
        thing = {
            key
            for key, row in rows.items()
            if isinstance(row, (Case, Round)) or self._names(row, self.thing_words, set())
        }
        person, thing = spread(rows, person), spread(rows, thing)
        return sorted({key[0]._meta.db_table for key in person & thing})

    def _names(self, row: Model, words: set[str], keys: set[tuple[type, Any]]) -> bool:
        if isinstance(row, IDENTITY) and words is self.person_words:
            return (type(row), row.pk) in self.keys
        text = told(row)
        if (
            isinstance(row, Session)
            and keys
            and any(f'"_auth_user_id": "{pk}"' in text for model, pk in keys if model is Person)
        ):
            return True
        return any(word in text for word in words) or any(target in keys for target in pointed(row))


def told(row: Model) -> str:
    """All a row says, sealed fields opened as the house opens them."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    if isinstance(row, Session):
        values["session_data"] = row.get_decoded()
    return json.dumps(values, ensure_ascii=False, default=str)


def pointed(row: Model) -> Iterator[tuple[type, Any]]:
    """What a row points at by its keys."""
    for one in row._meta.concrete_fields:
        if isinstance(one, ForeignKey) and getattr(row, one.attname) is not None:
            yield one.related_model, getattr(row, one.attname)


def models(hidden: frozenset[str]) -> list[type[Model]]:
    """Models whose table can be read."""
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table not in hidden]


def spread(rows: dict[Any, Model], first: set[Any]) -> set[Any]:
    """What points at something that was reached is reached too; not through people and units, whom everything names."""
    onto: dict[Any, list[Any]] = defaultdict(list)
    for key, row in rows.items():
        for target in pointed(row):
            if not issubclass(target[0], IDENTITY):
                onto[target].append(key)
    found, fresh = set(first), list(first)
    while fresh:
        for key in onto[fresh.pop()]:
            if key not in found:
                found.add(key)
                fresh.append(key)
    return found


@pytest.fixture(scope="module")
def panel(django_db_setup, django_db_blocker):
    """One rehearsed round for all roles; what is done in a test does not outlive it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Rehearsed()
        transaction.set_rollback(True)


def test_over_a_rehearsed_round_no_readable_row_joins_a_drawn_expert_with_a_case_a_round_or_a_label(panel):
    scan = Scan()
    assert Seat.objects.exclude(state="reserve").count() >= 5
    curtain.draw()
    assert scan.joins() == []


def test_faults_that_are_planted_are_found_each_at_its_table(panel):
    seat = Seat.objects.filter(state="accepted").first()
    scan = Scan()
    assert scan.joins(hidden=frozenset()) == sorted(
        ["experts_ceremonypapers", "experts_poolmembers", "experts_seat", "experts_sheetdraft"]
    )  # what lies behind is what would be found
    Review.objects.filter(label=seat.label).update(marks={"by": seat.expert.pid})
    curtain.draw()
    assert scan.joins() == ["experts_review"]
    Review.objects.filter(label=seat.label).update(marks={})
    document = Document.objects.create(kind="letter", title="邀请", round=panel.round, digest="0" * 64, on=panel.on)
    Letter.objects.create(document=document, person_id=seat.expert.person_id, on=panel.on)
    assert scan.joins() == ["casework_letter"]


def test_every_table_belongs_to_a_model_so_that_none_escapes_the_scan():
    known = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    assert sorted(set(connection.introspection.table_names()) - known - {"django_migrations"}) == []


def test_what_lies_behind_cannot_be_read_while_the_curtain_is_drawn():
    curtain.draw()
    refused = []
    for table in sorted(curtain.hidden()):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'SELECT COUNT(*) FROM "{table}" WHERE id IS NOT NULL')
        except DatabaseError:
            refused.append(table)
    assert refused == sorted(curtain.hidden())


ROLES = ("leader", "research", "head", "clerk", "planner", "field", "officer", "chief", "fund_clerk", "leadership")


@pytest.mark.bar
@pytest.mark.parametrize("role", ROLES if LONG else ["leader", "research", "planner", "officer", "fund_clerk"])
def test_no_page_of_applicants_units_and_officers_tries_to_look_behind(panel, role, monkeypatch):
    case = panel.cases[0]
    objects = Objects(case.number, panel.round.code, "none", "none", "none", panel.region.leader.pid, "f" * 64)
    tried: list[str] = []
    deny = curtain._deny

    def noted(action, first, *rest):
        verdict = deny(action, first, *rest)
        if verdict:
            tried.append(first)
        return verdict

    monkeypatch.setattr(curtain, "_deny", noted)
    client, who = Client(raise_request_exception=False), getattr(panel.region, role)
    client.force_login(who)
    broken = [
        route.path for route in open_to(who, list(routes())) if client.get(route.filled(objects.values(route))).status_code >= 500
    ]  # fmt: skip
    assert (broken, tried) == ([], [])


def test_a_page_that_looks_behind_without_saying_so_is_caught(panel):
    curtain.draw()
    with pytest.raises(DatabaseError), transaction.atomic():
        Seat.objects.filter(draw__round=panel.round).exists()
    curtain.lift()
    assert (Draw.objects.count(), Pool.objects.get().count, len(PoolMembers.objects.get().pids)) == (1, 24, 24)


def test_an_expert_at_the_browser_leaves_a_session_that_names_nobody_and_nothing(panel):
    seat = Seat.objects.filter(state="accepted").order_by("position").first()
    assert browser(seat).get("/reviews/").status_code == 200
    text = " ".join(told(row) for row in Session.objects.all())
    assert [word in text for word in (seat.label, panel.round.code, *[c.number for c in panel.cases])] == [False] * 4
