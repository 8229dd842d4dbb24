"""Accounts by the chain: registering, confirming, roles with dates, passwords, merges by two."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kechuang.casework import chain
from kechuang.casework.models import Record
from kechuang.parties.models import Appointment, Organisation, Person
from tests.faces.test_officer import queries_of, signed_in
from tests.factories import Region, a_person, a_unit, appoint

pytestmark = pytest.mark.django_db

CODE, OTHER_CODE = "91110000802100433B", "91150100MA0N3R5Q8X"
SELF = {
    "username": "sarnai", "person_name": "萨仁", "identity": "15010219850505001X", "phone": "13800000000", "degree": "doctor",
    "rank": "deputy", "password": "long enough 9", "again": "long enough 9", "key": "k",
}  # fmt: skip


def of_unit(region: Region, **given) -> dict[str, str]:
    return {
        **SELF, "unit_name": "新登记的单位", "credit_code": CODE, "unit_kind": "university", "place": "150100",
        "recommender": region.recommender.pid, "legal_person": "巴图", **given,
    }  # fmt: skip


def test_a_person_registers_and_the_unit_confirms_before_anyone_can_sign_in():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)

    answer = Client().post("/register/person/", {**SELF, "unit": CODE})
    who = Person.objects.get(username="sarnai")
    before = Client().login(username="sarnai", password=SELF["password"])
    signed_in(region.research).post(f"/people/{who.pid}/confirm/", {"key": "c"})

    assert (answer.status_code, who.standing, who.unit, before) == (200, "pending", region.unit, False)
    assert Client().login(username="sarnai", password=SELF["password"]) is True
    assert Record.objects.filter(subject=who.pid, act="confirm_person").count() == 1


def test_a_unit_registers_with_its_first_person_and_the_recommender_confirms_both():
    region = Region()
    answer = Client().post("/register/unit/", of_unit(region))
    unit = Organisation.objects.get(credit_code=CODE)
    client = signed_in(region.clerk)

    assert (answer.status_code, unit.standing, [u.name for u in client.get("/people/").context["units"]]) == (
        200,
        "pending",
        ["新登记的单位"],
    )
    client.post(f"/people/units/{unit.pid}/confirm/", {"key": "c"})

    unit.refresh_from_db()
    roles = set(Appointment.objects.filter(target=unit.pid).values_list("role", flat=True))
    assert (unit.standing, unit.recommender, roles) == ("confirmed", region.recommender, {"unit_research", "unit_head"})


@pytest.mark.parametrize(
    ("given", "code"),
    [({"again": "something else"}, "passwords_differ"), ({"password": "short", "again": "short"}, "weak_password"),
     ({"unit": OTHER_CODE}, "no_such_unit")],
)  # fmt: skip
def test_what_is_wrong_with_a_registration_is_said_and_nobody_is_registered(given, code):
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    page = Client().post("/register/person/", {**SELF, "unit": CODE, **given})
    assert page.status_code == 422
    assert code in [r.code for r in page.context["reasons"]] or (code == "no_such_unit" and page.context["errors"])
    assert not Person.objects.filter(username="sarnai").exists()


def test_a_password_is_never_shown_again():
    page = Client().post("/register/person/", {**SELF, "unit": CODE, "identity": "nonsense"})
    assert (page.status_code, SELF["password"] in page.content.decode()) == (422, False)


def test_a_unit_is_registered_once():
    region = Region()
    Client().post("/register/unit/", of_unit(region))
    page = Client().post("/register/unit/", of_unit(region, username="other", identity="110101199003070010"))
    assert (page.status_code, Organisation.objects.filter(credit_code=CODE).count()) == (422, 1)


def test_a_recommender_does_not_confirm_the_units_of_another():
    region, other = Region(), Region()
    unit = a_unit(recommender=other.recommender, standing="pending")
    assert signed_in(region.clerk).post(f"/people/units/{unit.pid}/confirm/", {"key": "c"}).status_code == 404
    unit.refresh_from_db()
    assert unit.standing == "pending"


def test_the_head_of_a_unit_gives_a_role_until_a_day_and_ends_it():
    region = Region()
    member = a_person(unit=region.unit)
    client, until = signed_in(region.head), (timezone.now() + timedelta(30)).date()

    given = {
        "role": "unit_finance",
        "target": region.unit.pid,
        "until": until.isoformat(),
        "deputy_for": region.finance.username,
        "key": "g",
    }
    client.post(f"/people/{member.pid}/roles/", given)
    held = Appointment.objects.get(person=member)
    assert (held.role, held.until, held.deputy_for) == ("unit_finance", until, region.finance)
    client.post(f"/people/{member.pid}/roles/{held.pk}/end/", {"key": "e"})

    assert Appointment.objects.filter(person=member).count() == 0
    assert [r.act for r in Record.objects.filter(subject=member.pid).order_by("position")] == ["appoint", "dismiss"]


def test_a_role_that_ends_before_it_begins_is_not_given():
    region = Region()
    member = a_person(unit=region.unit)
    signed_in(region.head).post(
        f"/people/{member.pid}/roles/",
        {"role": "unit_finance", "target": region.unit.pid, "until": "2001-01-01", "key": "g"},
    )
    assert Appointment.objects.filter(person=member).count() == 0


def test_the_head_of_a_unit_gives_no_role_of_an_office_and_reaches_nobody_elsewhere():
    region, other = Region(), Region()
    member = a_person(unit=region.unit)
    client = signed_in(region.head)
    client.post(f"/people/{member.pid}/roles/", {"role": "planner", "target": "*", "key": "g"})
    assert Appointment.objects.filter(person=member).count() == 0
    assert client.get(f"/people/{other.leader.pid}/").status_code == 404


def test_roles_that_exclude_each_other_are_refused():
    region = Region()
    security = a_person(("security_admin", ""))
    signed_in(security).post(f"/people/{region.planner.pid}/roles/", {"role": "supervisor", "target": "", "key": "g"})
    assert set(Appointment.objects.filter(person=region.planner).values_list("role", flat=True)) == {"planner"}


def test_a_reset_password_is_shown_once_and_must_be_changed():
    region = Region()
    page = signed_in(region.head).post(f"/people/{region.leader.pid}/password/", {"key": "r"})
    made = page.context["made"]
    region.leader.refresh_from_db()
    assert (region.leader.check_password(made), region.leader.must_change_password) == (True, True)
    assert made not in "".join(r.body for r in Record.objects.all())
    assert Record.objects.filter(subject=region.leader.pid, act="reset_password").count() == 1


def test_nobody_resets_the_own_password_or_that_of_an_office_holder_in_the_unit():
    region = Region()
    official = a_person(("planner", "*"), unit=region.unit)
    client = signed_in(region.head)
    assert client.post(f"/people/{region.head.pid}/password/", {"key": "a"}).status_code == 302
    assert client.post(f"/people/{official.pid}/password/", {"key": "b"}).status_code == 302
    assert Record.objects.filter(act="reset_password").count() == 0
    security = a_person(("security_admin", ""))
    assert signed_in(security).post(f"/people/{official.pid}/password/", {"key": "c"}).status_code == 200


def test_a_merge_needs_two_officers():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    twin = a_unit(credit_code=OTHER_CODE)
    asked = {"kind": "unit", "duplicate": OTHER_CODE, "into": CODE}

    signed_in(region.officer).post("/people/merge/", {**asked, "key": "1"})
    signed_in(region.officer).post("/people/merge/", {**asked, "key": "2"})
    twin.refresh_from_db()
    assert twin.standing == "confirmed"
    waiting = signed_in(region.officer_two).get("/people/").context["merges"]
    signed_in(region.officer_two).post("/people/merge/", {**asked, "key": "3"})
    twin.refresh_from_db()
    assert ([name for _kind, name, _on in waiting], twin.standing, twin.merged_into) == (
        [twin.name],
        "merged",
        region.unit,
    )


def test_who_has_nothing_to_do_with_accounts_is_shown_no_such_page():
    region = Region()
    assert signed_in(region.leader).get("/people/").status_code == 403


def test_the_list_of_roles_costs_the_same_for_one_and_for_three():
    region = Region()
    client = signed_in(region.head)
    a_person(unit=region.unit, standing="pending")
    client.get("/people/")
    counted = queries_of(client, "/people/")
    for n in range(2):
        a_person(("unit_finance", region.unit.pid), unit=region.unit)
        a_person(unit=region.unit, standing="pending", name=f"待确认{n}")
    assert queries_of(client, "/people/") == counted


def test_a_desk_knows_what_it_may_do_from_the_roles_held_today():
    region = Region()
    appoint(region.leader, "unit_research", region.unit.pid)
    desk = chain.Desk.of(Appointment.objects.filter(person=region.leader))
    assert (desk.confirms, desk.heads, desk.gives, desk.any) == (frozenset({region.unit.pid}), frozenset(), (), True)
    assert chain.Desk.of([]).any is False


def test_a_person_moves_by_the_word_of_the_new_unit_and_the_history_stays(client):
    region = Region()
    other = a_unit(recommender=region.recommender)
    who = a_person(("unit_finance", other.pid), unit=other)
    client.force_login(region.research)
    client.post("/people/move/", {"key": "k1", "username": who.username})
    who.refresh_from_db()
    places = list(who.employments.order_by("pk").values_list("organisation__pid", "until"))
    assert (who.unit, places[0][0], places[0][1] is None, places[1]) == (
        region.unit,
        other.pid,
        False,
        (region.unit.pid, None),
    )
    client.force_login(region.head)
    page = client.get(f"/people/{who.pid}/").content.decode()
    assert (other.name in page, region.unit.name in page) == (True, True)


def test_an_unknown_name_is_told_and_moves_nobody(client):
    region = Region()
    client.force_login(region.research)
    answer = client.post("/people/move/", {"key": "k1", "username": "nobody"}, follow=True)
    assert "没有这个登录名" in answer.content.decode()
