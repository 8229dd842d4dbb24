"""Every address says what it needs; what is not one's own answers as if it did not exist, and is found in no list."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from kechuang.casework import answers
from kechuang.casework.acts import open_case
from kechuang.faces.access import NEEDS, needs
from kechuang.faces.web import cases
from tests.bars.installation import LONG
from tests.factories import START, Region, a_person, a_unit, an_open_round, done
from tests.house.routes import MISSING, NUMBERS, Objects, of_objects, open_to, routes, without_needs
from tests.journeys import story

pytestmark = pytest.mark.django_db
CANARY = "金丝雀不外传"
EVERYONE = (
    *("leader", "research", "head", "finance", "clerk", "signatory", "planner", "planning_chief", "field", "legal"),
    *("officer", "chief", "operator", "secretary", "fund_clerk", "treasurer", "supervisor", "supervision_chief"),
    "leadership",
)
# One for each power and reach; the long form asks as everyone.
ROLES = EVERYONE if LONG else (
    *("leader", "research", "clerk", "planner", "field", "officer", "operator", "treasurer", "supervisor", "leadership"),
)  # fmt: skip
CSRF = re.compile(rb'(name="csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+')
NUMBERED = re.compile(r"<(str:)?number>")  # a case; ceremonies are counted in <int:number>
KEYS = re.compile(rb"[0-9a-f]{32}|[0-9a-f-]{36}")


class World:
    """A region with a case of its own, and a foreign unit whose draft nobody of the region may see."""

    def __init__(self) -> None:
        self.region = Region()
        self.round = an_open_round(self.region)
        self.own = story.an_application(self.region, self.round)
        other = a_unit(name=CANARY + "大学", recommender=a_unit("recommender"))
        stranger = a_person(unit=other, name=CANARY + "某", phone="13912345678")
        self.foreign = open_case(self.round, by=stranger, on=START, key="foreign")
        answers.save_draft(self.foreign, "basics", {"title": CANARY}, version=0, by=stranger, on=START)
        type(self.foreign).objects.filter(pk=self.foreign.pk).update(title=CANARY)
        self.stranger = stranger

    def objects(self, case) -> Objects:
        missing = Objects.missing()
        pid = self.stranger.pid if case == self.foreign else self.region.leader.pid
        return Objects(case.number, self.round.code, MISSING, MISSING, MISSING, pid, missing.digest, missing.pk)

    def missing(self) -> Objects:
        """Objects nobody has; the round is the public one, for what is foreign here lies inside it."""
        found = Objects.missing()
        return Objects(MISSING[:10], self.round.code, MISSING, MISSING, MISSING, MISSING, found.digest, str(NUMBERS))


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for all questions: nothing here is written that outlives its test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def signed_in(person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def told(client: Client, address: str, objects: Objects, method: str = "get") -> tuple[int, bytes, int]:
    """Status and body of an answer, without tokens and the very words that were asked with, and how many queries it took."""
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        answer = getattr(client, method)(address)
        body = b"" if answer.streaming else answer.content
        transaction.set_rollback(True)
    for word in (objects.number, objects.pid, address):
        body = body.replace(word.encode(), b"-")
    return answer.status_code, KEYS.sub(b"-", CSRF.sub(rb"\1-", body)), len(asked)


def test_every_route_says_what_it_needs():
    assert without_needs(routes(), NEEDS) == []


def test_a_new_route_that_says_nothing_or_a_word_of_its_own_is_found():
    def bare(request):
        return HttpResponse()

    worded = needs("anyone")(lambda request: HttpResponse())
    worded.needs = "insiders"
    planted = [path("bare/", bare), path("worded/", worded), path("good/", needs("person")(bare))]
    assert without_needs(routes(planted), NEEDS) == ["bare/", "worded/"]


def test_every_route_has_a_name_of_its_own():
    names = [route.name for route in routes()]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_only_the_desk_of_experts_draws_and_supervision_look_behind():
    behind = {route.view.needs for route in routes() if getattr(route.view, "behind", False)}
    assert behind <= {"expert", "draws", "supervision", "money", "execution"}


@pytest.mark.parametrize("role", ROLES)
def test_what_is_foreign_answers_as_what_is_missing_and_nothing_answers_with_a_fault(world, role):
    """The same status, the same words, the same number of queries."""
    foreign, missing = world.objects(world.foreign), world.missing()
    who = getattr(world.region, role)
    client, broken, told_apart, leaked = signed_in(who), [], [], []
    for route in open_to(who, of_objects(routes())):
        there = told(client, route.filled(foreign.values(route)), foreign)
        broken += [(route.path, there[0])] if there[0] >= 500 else []
        leaked += [route.path] if CANARY.encode() in there[1] else []
        if NUMBERED.search(route.path) and there != told(client, route.filled(missing.values(route)), missing):
            told_apart.append(route.path)
    assert (broken, leaked, told_apart) == ([], [], [])


@pytest.mark.parametrize("role", EVERYONE)
def test_a_page_of_another_power_answers_the_same_whatever_its_address_names(world, role):
    who = getattr(world.region, role)
    opened = open_to(who, list(routes()))
    shut = {route.needs: route for route in of_objects(routes()) if route not in opened}
    client = signed_in(who)
    sides = (world.objects(world.own), world.objects(world.foreign), world.missing())
    found = {
        route.path: {told(client, route.filled(side.values(route)), side)[0] for side in sides}
        for route in shut.values()
    }
    assert {path: said for path, said in found.items() if said not in ({403}, {405})} == {}


@pytest.mark.bar
@pytest.mark.parametrize("role", ROLES)
def test_no_list_count_export_or_search_page_holds_a_word_of_a_foreign_draft(world, role):
    leaked, broken, who = [], [], getattr(world.region, role)
    client = signed_in(who)
    for route in open_to(who, [route for route in routes() if not route.places]):
        for query in ("", f"?q={CANARY}", *(["?page=2"] if LONG else [])):
            status, body, _ = told(client, f"/{route.path}{query}", world.objects(world.own))
            broken += [(route.path, status)] if status >= 500 else []
            shown = body.replace(f'value="{CANARY}"'.encode(), b"")
            leaked += [route.path + query] if CANARY.encode() in shown else []
    assert (broken, leaked) == ([], [])


@pytest.mark.parametrize("role", EVERYONE if LONG else ("leader", "planner", "officer", "supervisor"))
def test_posting_nothing_to_a_foreign_case_answers_as_to_a_missing_one_and_writes_nothing(world, role):
    foreign, missing, told_apart = world.objects(world.foreign), world.missing(), []
    who = getattr(world.region, role)
    client = signed_in(who)
    for route in open_to(who, [route for route in of_objects(routes()) if NUMBERED.search(route.path)]):
        pair = [told(client, route.filled(o.values(route)), o, "post") for o in (foreign, missing)]
        if pair[0] != pair[1] or pair[0][0] >= 500:
            told_apart.append((route.path, *[(status, queries) for status, _, queries in pair]))
    world.foreign.refresh_from_db()
    assert (told_apart, world.foreign.state) == ([], "draft")


def test_the_bar_finds_a_page_that_forgets_to_ask_who_may_see(world, monkeypatch):
    """Planted: every case is visible to everyone."""
    monkeypatch.setattr(cases, "visible_to", lambda person, on: type(world.own).objects.all())
    foreign, missing = world.objects(world.foreign), world.missing()
    client = signed_in(world.region.leader)
    page = next(route for route in routes() if route.name == "case")
    there, none = (told(client, page.filled(side.values(page)), side) for side in (foreign, missing))
    assert (there[0], CANARY.encode() in there[1], none[0]) == (200, True, 404)


def test_a_role_that_ends_is_gone_on_the_next_request(world):
    client = signed_in(world.region.planner)
    before = client.get("/cases/").status_code
    world.region.planner.appointments.all().delete()
    page = client.get("/cases/")
    assert (before, world.own.number in page.content.decode()) == (200, False)


def test_an_act_on_ones_own_case_is_still_possible_beside_all_this(world):
    done(world.own, "withdraw", world.region.leader, reason="条件变化，撤回申报")
    assert world.own.state == "withdrawn"
