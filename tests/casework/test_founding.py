"""An installation is founded once; its offices and their staff come by the security administrator's word, each with a record."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from typer.testing import CliRunner

from kechuang.casework import founding
from kechuang.casework.models import Record
from kechuang.faces.cli import found
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE

pytestmark = pytest.mark.django_db
ON = datetime(2026, 3, 2, 9, tzinfo=ZONE)
DEPARTMENT = {"name": "示例科学技术厅", "credit_code": "91150100MA0000001A", "place": "150000"}
CODES = ("91150100MA0000001A", "91150100MA0000002D")
ADMIN = {"username": "admin", "name": "示例管理员", "identity": "110101198001011005"}
CLERK = {"username": "clerk", "name": "示例经办", "identity": "110101198001011021"}


def a_founded_place() -> tuple[Organisation, Person]:
    return founding.found({**DEPARTMENT, "credit_code": CODES[1]}, ADMIN, password="示例密码", on=ON)


def refused(call) -> list[str]:
    with pytest.raises(Refused) as refusal:
        call()
    return [reason.code for reason in refusal.value.reasons]


def test_the_first_administrator_changes_the_password_and_holds_one_role_alone():
    department, admin = a_founded_place()

    assert (department.standing, admin.standing, admin.must_change_password) == ("confirmed", "confirmed", True)
    assert list(Appointment.objects.values_list("person", "role", "target")) == [(admin.pk, "security_admin", "")]
    assert list(Record.objects.order_by("pk").values_list("act", "actor")) == [
        ("open_office", "setup"), ("engage", "setup"), ("appoint", "setup"),
    ]  # fmt: skip


def test_nothing_is_founded_twice():
    a_founded_place()

    assert refused(a_founded_place) == ["already_founded"]
    assert Organisation.objects.count() == 1


def test_an_office_is_opened_and_staffed_by_the_administrator_alone_and_once_a_key():
    department, admin = a_founded_place()
    clerk = founding.engage(CLERK, department, by=admin, on=ON, key="k")

    again = founding.engage(CLERK, department, by=admin, on=ON, key="k")

    assert (again.pk, again.unit, again.standing, again.must_change_password) == (
        clerk.pk,
        department,
        "confirmed",
        False,
    )
    assert refused(lambda: founding.open_office(DEPARTMENT, by=clerk, on=ON, key="o")) == ["act_for_another"]
    assert refused(lambda: founding.open_office({**DEPARTMENT, "kind": "enterprise"}, by=admin, on=ON, key="o")) == [
        "no_office"
    ]
    wrong = {**DEPARTMENT, "kind": "recommender", "credit_code": "911501000000000012"}
    assert refused(lambda: founding.open_office(wrong, by=admin, on=ON, key="o")) == ["bad_credit_code"]


def test_the_command_founds_and_tells_a_password_to_sign_in_with_once(monkeypatch):
    monkeypatch.setattr(found, "call_command", lambda *_, **__: None)
    said = [
        DEPARTMENT["name"],
        "--credit-code",
        CODES[1],
        "--administrator",
        "示例",
        "--identity",
        ADMIN["identity"],
        "--json",
    ]

    told = json.loads(CliRunner().invoke(found.app, said).output)
    again = CliRunner().invoke(found.app, said)

    assert Person.objects.get(username=told["username"]).check_password(told["password"]) is True
    assert again.exit_code == 1
