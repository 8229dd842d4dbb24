"""From nothing to a call that is published: an empty installation is founded, and all the rest is done on its pages."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.test import Client

from kechuang.casework import chain, founding
from kechuang.casework.models import Round
from kechuang.faces.rehearsal.region import Maker
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.words.period import ZONE

pytestmark = [pytest.mark.django_db, pytest.mark.journey]
TEXT = "围绕草原生态保护和修复，突破关键技术，形成可推广的技术体系和标准，考核指标明确。" * 3
STAFF = (
    ("planner", "department", "*"), ("planning_chief", "department", "*"), ("field_officer", "department", "*"), ("legal_officer", "department", "*"),
    ("leadership", "department", ""), ("recommender", "recommender", None), ("recommender_head", "recommender", None), ("institution_officer", "institution", None),
)  # fmt: skip


class Founding:
    """An installation on its first day; everybody comes by the sign-in page with what was handed to them."""

    def __init__(self, day) -> None:
        self.day, self.make, self.count = day, Maker(Random(1), day.at), 0
        self.made: dict[str, Client] = {}
        office = {"name": "示例科学技术厅", "place": "150000", "credit_code": self.make.credit_code("150000")}
        admin = {"name": "首位安全管理员", "identity": self.identity(), "username": "security-admin"}
        founding.found(office, admin, password="ABCD-EFGH-JKLM", on=day.at)
        self.admin = self.comes("security-admin", "ABCD-EFGH-JKLM")

    def identity(self) -> str:
        self.count += 1
        return self.make.identity(date(1980, 1, 1 + self.count), "F")

    def comes(self, username: str, once: str) -> Client:
        client, own = Client(), f"{username}-own-word-7"
        first = client.post("/signin/", {"username": username, "password": once})
        assert first.url == "/account/password/"
        client.post("/account/password/", {"old": once, "new": own, "again": own})
        return client

    def office(self, kind: str) -> None:
        said = {
            "office_name": f"示例{kind}",
            "office_kind": kind,
            "credit_code": self.make.credit_code("150100"),
            "place": "150100",
            "key": kind,
        }
        assert self.admin.post("/people/offices/new/", said).status_code == 302

    def staff(self, role: str, kind: str, target: str | None) -> None:
        office = Organisation.objects.get(kind=kind)
        said = {
            "office": office.pid,
            "username": f"staff-{role}",
            "person_name": f"示例{role}",
            "identity": self.identity(),
            "phone": "13800000000",
            "key": f"staff-{role}",
        }
        page = self.admin.post("/people/staff/new/", said)
        pid = Person.objects.get(username=f"staff-{role}").pid
        given = {"role": role, "target": office.pid if target is None else target, "key": f"give-{role}"}
        assert self.admin.post(f"/people/{pid}/roles/", given).status_code == 302
        self.made[role] = self.comes(f"staff-{role}", page.context["made"])

    def acts(self, role: str, name: str, **said: object) -> None:
        round_ = Round.objects.get()
        address = f"/rounds/{round_.code}/act/{name}/"
        page = self.made[role].get(address).content.decode()
        key = re.search(r'name="key" value="(\w+)"', page)
        answer = self.made[role].post(address, {"key": key[1] if key else "", **said})
        assert answer.status_code == 302, re.findall(r"<li>.*?</li>", answer.content.decode())


@pytest.fixture
def house(day):
    return Founding(day)


def registered_unit(house: Founding) -> None:
    """A unit registers itself, and its recommender confirms it by its credit code."""
    said = {
        "username": "first-of-unit", "person_name": "登记人", "identity": house.identity(), "phone": "13800000000", "unit_name": "示例大学", "unit_kind": "university",
        "credit_code": house.make.credit_code("150100"), "place": "150100", "recommender": Organisation.objects.get(kind="recommender").pid,
        "legal_person": "某校长", "registered_on": "2001-09-01", "password": "a-word-of-my-own-1", "again": "a-word-of-my-own-1", "key": "u",
    }  # fmt: skip
    assert "等待确认" in Client().post("/register/unit/", said, follow=True).content.decode()
    unit = Organisation.objects.get(name="示例大学")
    house.made["recommender"].post(f"/people/units/{unit.pid}/confirm/", {"key": "c"})
    unit.refresh_from_db()
    assert unit.standing == "confirmed"


def test_from_an_empty_folder_to_a_published_call_by_pages_alone(house, day):
    waits = house.admin.get("/todo/").content.decode()
    assert ("个角色还没有人担任" in waits, "规划处经办" in waits, 'href="/people/"' in waits) == (True, True, True)
    for kind in ("institution", "recommender"):
        house.office(kind)
    for one in STAFF:
        house.staff(*one)
    registered_unit(house)

    moment = day.at.astimezone(ZONE)
    said = {
        "programme": "nsf-general", "code": "first-call", "title": "首个批次", "year": str(moment.year), "budget": "500",
        "institution": Organisation.objects.get(kind="institution").pid, "opens_at": f"{moment + timedelta(20):%Y-%m-%dT09:00}",
        "units_close_at": f"{moment + timedelta(70):%Y-%m-%dT17:00}", "closes_at": f"{moment + timedelta(74):%Y-%m-%dT17:00}", "key": "open",
    }  # fmt: skip
    opened = house.made["planner"].post("/rounds/open/", said)
    assert opened.status_code == 302, opened.context["errors"]
    house.acts("field_officer", "record_demand", demand=TEXT, source=Organisation.objects.get(name="示例大学").pid)
    house.acts("planner", "draft")
    demand = re.search(
        r'name="demands"[^>]*value="(\w+)"',
        house.made["field_officer"].get("/rounds/first-call/act/write_topic/").content.decode(),
    )
    house.acts("field_officer", "write_topic", code="T1", title="自由探索", scope=TEXT, demands=demand[1])
    house.acts("planner", "argue")
    house.acts("planner", "record_argument", experts="某教授（某大学）", opinion=TEXT)
    house.acts("planner", "seek_opinions")
    house.acts("legal_officer", "legal_opinion", opinion=TEXT, lawful="true")
    house.acts("legal_officer", "fair_competition", opinion=TEXT, fair="true")
    delegated(house, moment)
    house.acts("planning_chief", "freeze")
    house.acts("leadership", "publish", minutes="厅务会纪要〔2018〕1号", document_no="内科发〔2018〕1号")

    page = Client().get("/calls/first-call/").content.decode()
    assert (Round.objects.get().state, "首个批次" in page, "自由探索" in page) == ("published", True, True)


def delegated(house: Founding, moment: datetime) -> None:
    """The institution's contract, signed by planning and confirmed by its chief."""
    institution = Organisation.objects.get(kind="institution")
    said = {
        "what": "contract", "institution": institution.pid, "number": "内科委〔2018〕1号", "plans": ["basic-research"],
        "since": f"{moment:%Y-%m-%d}", "until": f"{moment + timedelta(700):%Y-%m-%d}", "fen": "20", "key": "k",
    }  # fmt: skip
    assert house.made["planner"].post("/institutions/", said).status_code == 302
    row = institution.delegations.get()
    house.made["planning_chief"].post(f"/institutions/contract/{row.pid}/confirm/", {"key": "c"})


def test_only_the_administrator_opens_offices_and_a_form_sent_twice_makes_one_account(house):
    house.office("institution")
    assert chain.Desk.of(Appointment.objects.filter(role="security_admin")).security is True
    said = {
        "office": Organisation.objects.get(kind="institution").pid,
        "username": "twice",
        "person_name": "某人",
        "identity": house.identity(),
        "phone": "13800000000",
        "key": "same",
    }
    made = [house.admin.post("/people/staff/new/", said).context["made"] for _ in range(2)]
    assert Person.objects.filter(username="twice").count() == 1
    assert house.comes("twice", made[1]).get("/people/offices/new/").status_code == 403
    wrong = house.admin.post("/people/staff/new/", {**said, "key": "other", "identity": "12345"})
    assert (wrong.status_code, 'value="twice"' in wrong.content.decode()) == (422, True)
