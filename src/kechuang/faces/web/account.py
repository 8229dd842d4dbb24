"""Signing in and out, registering, confirming, passwords, deputies, language and theme."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kechuang.faces.access import needs, now, person
from kechuang.faces.web import shell
from kechuang.faces.web.sentences import sentence
from kechuang.parties.models import Person
from kechuang.parties.signin import locked_until
from kechuang.words.reason import Reason

PASSWORD_FAULTS = {"password_too_short": "password_too_short", "password_entirely_numeric": "password_of_digits"}


@sensitive_post_parameters("password")
@needs("anyone")
def signin(request: HttpRequest) -> HttpResponse:
    """One account, one password; after five failures the account waits a quarter of an hour."""
    if request.method != "POST":
        return render(request, "signin.html", {"next": request.GET.get("next", ""), "demo_people": demo_people()})
    username = request.POST.get("username", "").strip()
    who = authenticate(request, username=username, password=request.POST.get("password", ""))
    if who is None:
        return _refused(request, username)
    login(request, who)
    if who.must_change_password:
        return redirect("password")
    return redirect(_onward(request))


def _refused(request: HttpRequest, username: str) -> HttpResponse:
    shown = {
        "error": _("账号或密码不对，或账号还没有确认。"),
        "locked_until": locked_until(f"account:{username.lower()}"[:100], now()),
        "username": username,
        "next": request.POST.get("next", ""),
        "demo_people": demo_people(),
    }
    return render(request, "signin.html", shown, status=422)


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else reverse("todo")


def demo_people() -> list[dict[str, object]]:
    """One login for every role, shown only where the data are a demonstration."""
    if not settings.DEMO:
        return []
    rows = Person.objects.filter(synthetic=True, username__startswith="demo-").order_by("pk")
    return [{"username": p.username, "name": p.name, "title": p.field} for p in rows]


@require_POST
@needs("anyone")
def signout(request: HttpRequest) -> HttpResponse:
    """End the session here; drafts stay on the server."""
    logout(request)
    return redirect("home")


@sensitive_post_parameters()
@needs("person")
def password(request: HttpRequest) -> HttpResponse:
    """A new password, by the one who knows the old."""
    who, errors = person(request), []
    if request.method == "POST":
        errors = _new_password(request, who)
        if not errors:
            update_session_auth_hash(request, who)
            return redirect("todo")
    return render(
        request,
        "account/password.html",
        {"errors": errors, "must": who.must_change_password},
        status=422 if errors else 200,
    )


def weak(chosen: str) -> tuple[Reason, ...]:
    """What makes a password too easy to guess, in the words of the house: those of Django are not all in Chinese."""
    try:
        validate_password(chosen)
    except ValidationError as refused:
        return tuple(Reason(PASSWORD_FAULTS.get(one.code, "weak_password")) for one in refused.error_list)
    return ()


def _new_password(request: HttpRequest, who: Person) -> list[str]:
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    if not who.check_password(old):
        return [_("原密码不对，请重新输入。")]
    if new != request.POST.get("again", ""):
        return [_("两次输入的新密码不一样，请重新输入。")]
    if faults := weak(new):
        return [sentence(one) for one in faults]
    who.set_password(new)
    who.must_change_password = False
    who.save(update_fields=["password", "must_change_password"])
    return []


urlpatterns = [
    path("signin/", signin, name="signin"),
    path("signout/", signout, name="signout"),
    path("account/password/", password, name="password"),
    path("switch/", needs("anyone")(shell.switch), name="switch"),
]
