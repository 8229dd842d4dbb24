"""The shell: who sees which navigation, theme and language by cookie, and the way back after a switch."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.translation import get_language

from kechuang.casework.pages import roles_page
from kechuang.faces.language import CookieLocale, chosen
from kechuang.faces.web import look, shell
from tests.factories import Region, a_case, a_person, a_unit


def nothing(request):
    return HttpResponse()


NAMES = ("home", "todo", "mine", "cases", "rounds", "draws", "board", "reviews", "trail", "search", "signin", "switch")
urlpatterns = [path("" if name == "home" else f"{name}/", nothing, name=name) for name in NAMES]
here = override_settings(ROOT_URLCONF=__name__)


class Someone:
    name, unit, is_authenticated = "苏日娜", None, True


def asking(address: str = "/todo/", user: object = None, **cookies: str):
    request = RequestFactory().get(address)
    request.user = user or AnonymousUser()
    request.COOKIES.update(cookies)
    return request


@here
def test_a_visitor_sees_the_public_entries_that_have_a_page():
    found = shell.entries(["public"], path="/")
    assert [(entry.name, entry.here) for entry in found] == [("home", True)]


@here
def test_an_entry_is_where_one_is_when_its_address_begins_the_page():
    found = shell.entries(["execution"], path="/cases/KC2026-JC-00417/")
    assert [entry.name for entry in found if entry.here] == ["cases"]


@here
def test_the_first_page_is_not_where_one_is_on_every_page():
    found = shell.entries(["applicant"], path="/mine/")
    assert [entry.name for entry in found if entry.here] == ["mine"]


@here
def test_what_waits_is_counted_beside_the_work_alone():
    found = shell.entries(["execution"], path="/", waiting=12)
    assert {entry.name: entry.count for entry in found} == {"todo": 12, "cases": 0, "rounds": 0, "draws": 0, "board": 0}


def test_someone_without_appointments_is_an_applicant():
    found = shell.standing(Someone(), [])
    assert (found.power, found.colour) == ("applicant", "apply")


def test_of_several_powers_the_later_speaks_in_the_bar():
    found = shell.standing(Someone(), {"supervision", "applicant"})
    assert (found.power, found.powers, found.colour) == ("supervision", ("applicant", "supervision"), "supervise")


@here
def test_the_context_of_a_visitor_has_nobody_and_the_way_in():
    context = shell.shell(asking("/"))
    assert (context["who"], context["waiting"], context["links"]["signin"]) == (None, 0, "/signin/")


@here
def test_a_standing_given_by_the_request_goes_before_our_own_reading():
    request = asking(user=Someone())
    request._held = []  # nobody is appointed to anything
    request.standing = lambda: shell.Standing("陈立军", power="execution", powers=("execution",), waiting=3)
    context = shell.shell(request)
    assert (context["who"].name, context["waiting"], context["nav"][0].count) == ("陈立军", 3, 3)


@here
@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("<b>", ""), ("", "")])
def test_only_a_known_theme_is_taken_from_the_cookie(cookie, theme):
    assert shell.shell(asking(kechuang_theme=cookie))["theme"] == theme


@pytest.mark.parametrize(
    ("cookie", "language"), [("", "zh-hans"), ("en", "en"), ("fr", "zh-hans"), ("zh-hans", "zh-hans")]
)
def test_the_language_is_the_one_chosen_never_the_browsers(cookie, language):
    request = asking(kechuang_language=cookie)
    request.META["HTTP_ACCEPT_LANGUAGE"] = "en-US,en"
    assert chosen(request) == language


def test_the_middleware_speaks_for_one_request_and_says_so():
    before = get_language()
    answer = CookieLocale(lambda request: HttpResponse(get_language()))(asking(kechuang_language="en"))
    assert (answer.content, answer.headers["Content-Language"], get_language()) == (b"en", "en", before)


def switched(**sent: str) -> HttpResponse:
    return shell.switch(RequestFactory().post("/switch/", sent))


def test_a_chosen_theme_is_kept_and_one_goes_back_where_one_was():
    answer = switched(theme="dark", next="/cases/?page=2")
    assert (answer["Location"], answer.cookies["kechuang_theme"].value) == ("/cases/?page=2", "dark")


def test_a_chosen_language_is_kept_out_of_reach_of_scripts():
    cookie = switched(language="en").cookies["kechuang_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")


def test_following_the_system_again_forgets_the_theme():
    assert switched(theme="system").cookies["kechuang_theme"]["max-age"] == 0


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_the_way_back_never_leads_elsewhere(elsewhere):
    assert switched(theme="dark", next=elsewhere)["Location"] == "/"


def test_an_unknown_choice_changes_nothing():
    assert dict(switched(theme="neon", language="tlh").cookies) == {}


def test_looking_at_the_switch_changes_nothing_either():
    assert shell.switch(RequestFactory().get("/switch/")).status_code == 405


def test_the_style_page_is_open_to_anyone():
    assert {one.name: one.callback.needs for one in look.urlpatterns} == {"style": "anyone"}


@here
def test_the_style_page_answers_like_any_page():
    answer = look.style(asking("/style/"))
    assert (answer.status_code, answer.content.count(b'<h1 class="title-large">')) == (200, 1)


@here
def test_the_bar_shows_who_is_here_and_what_waits():
    request = asking("/cases/")
    request.standing = shell.Standing("陈立军", "管理机构", power="execution", powers=("execution",), waiting=12)
    page = render_to_string("reading.html", {}, request)
    assert page.count('aria-current="page"') == 2  # the bar and the menu of the phone
    assert page.count('<span class="count"') == 3
    assert '<i class="power execute"></i><span>陈立军<small>管理机构</small></span>' in page


@here
def test_a_chosen_theme_stands_on_the_page_before_anything_is_drawn():
    page = render_to_string("reading.html", {}, asking("/", kechuang_theme="dark"))
    assert page[:100].splitlines()[1] == '<html lang="zh-CN" data-theme="dark">'


ROLES = (
    *(
        "leader",
        "unit_research",
        "unit_head",
        "unit_finance",
        "recommender",
        "planner",
        "institution_officer",
        "draw_operator",
    ),
    *("fund_clerk", "supervisor", "auditor", "leadership", "field_officer", "legal_officer", "finance_department"),
    *("system_admin", "security_admin", "audit_admin"),
)


@pytest.mark.bar
@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_no_entry_of_the_navigation_leads_to_a_door_that_stays_shut(role):
    client, held = Client(), roles_page().scope(role)
    target = (
        a_unit("recommender" if held == "recommended" else "university").pid
        if held in ("organisation", "recommended")
        else "*"
    )
    client.force_login(a_person(*([] if role == "leader" else [(role, target)]), unit=a_unit()))
    page = client.get("/account/password/")
    doors = [*(entry.href for entry in page.context["nav"]), *(href for _title, href in page.context["own"])]
    met = {href: client.get(href).status_code for href in doors}
    assert met and set(met.values()) == {200}, met


@pytest.mark.django_db
def test_the_audit_administrator_reads_the_trail_and_no_further():
    client = Client()
    client.force_login(a_person(("audit_admin", "")))
    case = a_case(Region())
    page = client.get("/trail/")
    assert case.number in page.content.decode() and f"/trail/case/{case.number}" not in page.content.decode()
    assert [client.get(one).status_code for one in (f"/trail/case/{case.number}/", "/people/", "/alerts/")] == [403] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["unit_research", "unit_head", "unit_finance", "claimant"])
def test_an_office_of_a_unit_is_led_to_what_the_unit_may_get_where_that_page_opens(role):
    unit, client = a_unit(), Client()
    client.force_login(a_person((role, unit.pid), unit=unit))
    led = "/entitlements/" in [entry.href for entry in client.get("/account/password/").context["nav"]]
    assert not led or client.get("/entitlements/").status_code == 200


def test_a_page_that_hides_what_the_shell_says_is_seen():
    with pytest.raises(AssertionError, match="hides from the bar: \\['who'\\]"):
        render_to_string("reading.html", {"who": Someone()}, request=asking())


@pytest.mark.django_db
def test_the_bar_speaks_of_the_reader_on_pages_about_others_and_on_the_trail(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.supervisor)
    for address in (f"/trail/round/{case.round.code}/", f"/trail/case/{case.number}/", "/alerts/"):
        page = client.get(address).content.decode()
        assert f"<span>{region.supervisor.name}<small>" in page
        assert 'role="search"' in page and "data-theme-switch" in page
    trail = client.get(f"/trail/case/{case.number}/").content.decode()
    assert region.leader.actor_id not in trail and f"{region.leader.name} · " in trail
