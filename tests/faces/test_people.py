"""Accounts by the chain: registering, confirming, roles with dates, passwords, merges by two."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kechuang.casework import chain, people
from kechuang.casework.models import Record
from kechuang.casework.pages import day_of
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
        "recommender": region.recommender.pid, "legal_person": "巴图", "registered_on": "2015-06-01", **given,
    }  # fmt: skip


def test_a_person_registers_and_the_unit_confirms_before_anyone_can_sign_in():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)

    answer = Client().post("/register/person/", {**SELF, "unit": CODE}, follow=True)
    who = Person.objects.get(username="sarnai")
    before = Client().login(username="sarnai", password=SELF["password"])
    signed_in(region.research).post(f"/people/{who.pid}/confirm/", {"key": "c"})

    assert (answer.status_code, who.standing, who.unit, before) == (200, "pending", region.unit, False)
    assert Client().login(username="sarnai", password=SELF["password"]) is True
    assert Record.objects.filter(subject=who.pid, act="confirm_person").count() == 1


def test_a_unit_registers_with_its_first_person_and_the_recommender_confirms_both():
    region = Region()
    answer = Client().post("/register/unit/", of_unit(region), follow=True)
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
    [({"again": "something else"}, "两次输入的密码不一样"), ({"password": "short", "again": "short"}, "密码不足十位"),
     ({"password": "1029384756", "again": "1029384756"}, "密码不能只用数字"), ({"password": "password12", "again": "password12"}, "密码太容易猜到"),
     ({"unit": OTHER_CODE}, "统一社会信用代码")],
)  # fmt: skip
def test_what_is_wrong_with_a_registration_is_said_beside_its_field_and_nobody_is_registered(given, code):
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    page = Client().post("/register/person/", {**SELF, "unit": CODE, **given})
    assert page.status_code == 422
    said = page.content.decode()
    assert ('id="errors"' in said or 'id="refusal"' in said, "This password" in said) == (True, False)
    assert ('aria-describedby="password-hint password-said"' in said) == ("密码" in code)
    assert code in said
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


def test_a_person_comes_over_by_their_own_word_and_the_history_stays(client):
    region = Region()
    other = a_unit(recommender=region.recommender)
    who = a_person(("unit_finance", other.pid), unit=other)
    stand_in(who, a_person(unit=other), "unit_finance", other.pid)
    client.force_login(region.research)
    client.post("/people/move/", {"key": "k1", "username": who.username})
    who.refresh_from_db()
    assert (who.unit, Appointment.objects.in_force(day_of(timezone.now())).filter(target=other.pid).count()) == (
        other,
        2,
    )

    client.force_login(who)
    asked = client.get("/people/move/mine/").content.decode()
    assert (region.unit.name in asked, "单位财务" in asked) == (True, True)
    client.post("/people/move/mine/", {"key": "k2"})
    who.refresh_from_db()
    places = list(who.employments.order_by("pk").values_list("organisation__pid", "until"))
    assert (who.unit, places[0][0], places[0][1] is None, places[1]) == (region.unit, other.pid, False, (region.unit.pid, None))  # fmt: skip
    assert Appointment.objects.in_force(day_of(timezone.now())).filter(target=other.pid).count() == 0
    client.force_login(region.head)
    page = client.get(f"/people/{who.pid}/").content.decode()
    assert (other.name in page, region.unit.name in page, "从前的角色" in page) == (True, True, True)


def stand_in(whom: Person, deputy: Person, role: str, target: str, until=None) -> Appointment:
    held = appoint(deputy, role, target)
    Appointment.objects.filter(pk=held.pk).update(deputy_for=whom, until=until or day_of(timezone.now()) + timedelta(9))
    return held


def test_who_says_no_stays_and_nobody_is_moved_unasked(client):
    region = Region()
    other = a_unit(recommender=region.recommender)
    who = a_person(("unit_head", other.pid), unit=other)
    client.force_login(region.research)
    client.post("/people/move/", {"key": "k1", "username": who.username})
    client.force_login(who)
    client.post("/people/move/mine/", {"key": "k2", "refuse": "1"})
    again = client.post("/people/move/mine/", {"key": "k3"}, follow=True)
    who.refresh_from_db()
    assert (who.unit, "没有单位请你调入" in again.content.decode()) == (other, True)


def test_who_holds_an_office_is_not_asked_over(client):
    region = Region()
    client.force_login(region.research)
    answer = client.post("/people/move/", {"key": "k1", "username": region.clerk.username}, follow=True)
    assert "还担任机构的角色" in answer.content.decode()
    assert Record.objects.filter(act="ask_move").count() == 0


def test_an_unknown_name_is_told_and_moves_nobody(client):
    region = Region()
    client.force_login(region.research)
    answer = client.post("/people/move/", {"key": "k1", "username": "nobody"}, follow=True)
    assert "没有这个登录名" in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [({"deputy_for": "nobody"}, "没有这个登录名"), ({"until": ""}, "代理须写明到哪天为止"), ({"role": "unit_head"}, "没有可由人代理的"),
     ({"until": "31.12."}, "2019-03-01"), ({"target": "elsewhere"}, "这个角色不能在这个范围授予")],
)  # fmt: skip
def test_a_deputy_that_is_none_is_refused_and_what_was_typed_stays(given, said):
    region = Region()
    member = a_person(unit=region.unit)
    until = (day_of(timezone.now()) + timedelta(9)).isoformat()
    typed = {"role": "unit_finance", "target": region.unit.pid, "until": until, "deputy_for": region.finance.username, "key": "g", **given}  # fmt: skip
    page = signed_in(region.head).post(f"/people/{member.pid}/roles/", typed)
    assert (page.status_code, said in page.content.decode()) == (422, True)
    assert f'value="{typed["deputy_for"]}"' in page.content.decode()
    assert Appointment.objects.filter(person=member).count() == 0


def test_the_scope_of_a_role_is_chosen_among_what_it_is_held_for():
    region = Region()
    client = signed_in(a_person(("security_admin", "")))
    codes = {
        role: [code for code, _title in client.get(f"/people/{region.planner.pid}/?role={role}").context["targets"]]
        for role in ("recommender", "institution_officer", "leadership", "county_bureau", "planner")
    }
    assert codes["recommender"] == [region.recommender.pid]
    assert codes["institution_officer"] == [region.institution.pid]
    assert (codes["leadership"], codes["county_bureau"][0], codes["planner"][0]) == ([""], "150100", "*")


def test_a_registration_is_sent_back_with_a_reason_and_can_be_made_anew():
    region = Region()
    Client().post("/register/unit/", of_unit(region))
    unit = Organisation.objects.get(credit_code=CODE)
    client = signed_in(region.clerk)
    client.post(f"/people/units/{unit.pid}/confirm/", {"key": "c", "decline": "1", "why": ""})
    assert Organisation.objects.filter(credit_code=CODE).count() == 1
    client.post(f"/people/units/{unit.pid}/confirm/", {"key": "d", "decline": "1", "why": "信用代码与证书不符"})
    assert (Organisation.objects.filter(credit_code=CODE).count(), Person.objects.filter(username="sarnai").count()) == (0, 0)  # fmt: skip
    assert Record.objects.filter(act="decline_unit", subject=region.recommender.pid).count() == 1
    assert Client().post("/register/unit/", of_unit(region)).status_code == 302


def test_somebody_who_does_not_work_here_is_sent_back():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    Client().post("/register/person/", {**SELF, "unit": CODE})
    who = Person.objects.get(username="sarnai")
    signed_in(region.research).post(
        f"/people/{who.pid}/confirm/", {"key": "c", "decline": "1", "why": "不是本单位的人"}
    )
    assert (Person.objects.filter(username="sarnai").count(), Record.objects.filter(act="decline_person").count()) == (0, 1)  # fmt: skip


def test_a_password_that_was_given_opens_nothing_before_it_is_changed():
    region = Region()
    made = signed_in(region.head).post(f"/people/{region.leader.pid}/password/", {"key": "r"}).context["made"]
    client = Client()
    first = client.post("/signin/", {"username": region.leader.username, "password": made})
    assert (first.url, client.get("/todo/").url, client.get("/mine/").url) == (*["/account/password/"] * 3,)
    own = {"old": made, "new": "a-better-word-77", "again": "a-better-word-77"}
    assert client.post("/account/password/", own).url == "/todo/"
    assert client.get("/todo/").status_code == 200


def test_everybody_of_the_unit_is_found_with_and_without_a_role():
    region = Region()
    rows = signed_in(region.head).get("/people/").context["table"]["rows"]
    named = {row["cells"][0]["text"]: row["cells"][3]["text"] for row in rows}
    assert (named[region.leader.name], named[region.finance.name]) == ("", "单位财务")
    found = signed_in(region.head).get(f"/people/?q={region.leader.name}").context["table"]["rows"]
    assert [row["key"] for row in found] == [region.leader.pid]


def test_a_role_that_is_being_given_when_the_session_runs_out_is_given_after_signing_in():
    region = Region()
    region.head.set_password("a-long-password")
    region.head.save()
    member, client = a_person(unit=region.unit), Client()
    given = {"role": "unit_finance", "target": region.unit.pid, "key": "g"}
    page = client.post(f"/people/{member.pid}/roles/", given)
    assert (page.status_code, page.context["pairs"]) == (401, list(given.items()))
    wrong = client.post(f"/people/{member.pid}/roles/", {**given, "_username": region.head.username, "_password": "no"})
    assert (wrong.status_code, wrong.context["failed"], Appointment.objects.filter(person=member).count()) == (401, True, 0)  # fmt: skip
    client.post(f"/people/{member.pid}/roles/", {**given, "_username": region.head.username, "_password": "a-long-password"})  # fmt: skip
    assert Appointment.objects.get(person=member).role == "unit_finance"


def test_a_password_is_not_shown_again_when_the_session_has_run_out():
    page = Client().post(
        "/account/password/", {"old": "an-old-word-77", "new": "a-new-word-77", "again": "a-new-word-77"}
    )
    assert (page.status_code, "word-77" in page.content.decode()) == (401, False)


def test_who_has_no_account_finds_where_to_register():
    page = Client().get("/signin/").content.decode()
    assert ('href="/register/person/"' in page, 'href="/register/unit/"' in page) == (True, True)


def test_a_host_unit_is_entered_by_the_office_taken_off_again_and_a_press_that_comes_twice_changes_nothing():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE, host_unit=False)
    client = signed_in(region.planner)

    def pressed(key: str, **more) -> bool:
        told = client.post("/people/host/", {"credit_code": CODE, "key": key, **more}, follow=True)
        assert told.status_code == 200
        return Organisation.objects.get(pk=region.unit.pk).host_unit

    assert [pressed("a"), pressed("b", end="1"), pressed("a")] == [True, False, False]
    assert list(Record.objects.filter(subject=region.unit.pid).values_list("act", "role")) == [
        ("set_host", "planner"),
        ("end_host", "planner"),
    ]


def test_who_holds_no_office_enters_no_host_unit_and_an_unknown_code_is_told():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE, host_unit=False)

    shut = signed_in(region.head).post("/people/host/", {"credit_code": CODE, "key": "a"})
    unknown = signed_in(region.planner).post("/people/host/", {"credit_code": OTHER_CODE, "key": "b"}, follow=True)

    assert (shut.status_code, OTHER_CODE in unknown.content.decode()) == (403, True)
    assert not Organisation.objects.get(pk=region.unit.pk).host_unit


@pytest.mark.parametrize("role", ["unit_head", "unit_research"])
def test_the_record_of_a_confirmation_names_the_role_that_was_held_and_for_whom(role):
    region = Region()
    whom = {"unit_head": region.head, "unit_research": region.research}[role]
    deputy, waiting = a_person(unit=region.unit), a_person(unit=region.unit, standing="pending")
    stand_in(whom, deputy, role, region.unit.pid)

    record = people.confirm_person(waiting, by=deputy, on=timezone.now(), key="c")

    assert (record.role, f'"for":"{whom.pid}"' in record.body) == (role, True)
