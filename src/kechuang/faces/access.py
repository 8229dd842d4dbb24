"""Every page says what it needs; the curtain is drawn before every page but those that read behind it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import wraps

from django.contrib.auth import authenticate, login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from kechuang.casework import curtain
from kechuang.casework.chain import Desk
from kechuang.casework.pages import day_of, roles_page
from kechuang.casework.registers import UNIT_KEEPERS
from kechuang.casework.takeover import MAY
from kechuang.faces.serving.received import received_at
from kechuang.parties.models import Appointment, Person
from kechuang.parties.permissions import appointments

View = Callable[..., HttpResponseBase]
# What a page may need: anyone may read it; a signed-in person; a power of the page of roles; a seat in a panel.
NEEDS = (
    *("anyone", "person", "expert", "unit", "recommend", "planning", "execution", "money", "supervision", "decision"),
    *("office", "draws", "security", "simulate", "accounts", "trail", "own_unit", "imports"),
)
OFFICE = ("planning", "execution", "money", "supervision", "decision", "office", "recommend")
UNIT_ROLES = ("unit_research", "unit_head", "unit_finance")


RESUMED = ("_username", "_password")  # by which somebody signs in beside what they posted
_asked: ContextVar[datetime | None] = ContextVar("asked", default=None)


def now() -> datetime:
    """The time for views, and the one place where they take it: when the request arrived, outside of one the clock's.

    The same moment through the whole request: who was in time stays so, however long the request waited in the queue.
    """
    return _asked.get() or timezone.now()


def held_by(request: HttpRequest) -> list[Appointment]:
    """The appointments of the person who asks, read once a request: a change of role takes effect on the next."""
    if not request.user.is_authenticated:
        return []
    if not hasattr(request, "_held"):
        request._held = appointments(request.user, day_of(now()))  # type: ignore[attr-defined,arg-type]
    return request._held  # type: ignore[attr-defined,no-any-return]


def powers(request: HttpRequest) -> set[str]:
    """What the person may be: powers held today, and finer words of NEEDS."""
    held = held_by(request)
    found = {a.power for a in held}
    if found & set(OFFICE):
        found.add("office")
    if found & {"planning", "decision"}:
        found.add("simulate")
    if any(a.role in UNIT_ROLES for a in held):
        found.add("unit")
    if any(a.role == "draw_operator" for a in held):
        found.add("draws")
    if any(a.role == "security_admin" for a in held):
        found.add("security")
    unit = getattr(request.user, "unit", None)
    if unit and any(a.role in UNIT_KEEPERS and a.target == unit.pid for a in held):
        found.add("own_unit")
    if any(a.role in MAY for a in held):
        found.add("imports")
    if Desk.of(held).any:
        found.add("accounts")
    if any(roles_page().sees(a.role).get("trail") == "all" for a in held):
        found.add("trail")
    return found


def may(request: HttpRequest, need: str) -> bool:
    """Whether the one who asks has what a page needs. Whether a row may be seen is asked of queries, not here."""
    if need == "anyone":
        return True
    if not request.user.is_authenticated:
        return False
    if need in ("person", "expert"):
        return True
    return need in powers(request)


def needs(need: str, *, behind: bool = False) -> Callable[[View], View]:
    """Guard a view: `need` is one of NEEDS; `behind` for the few pages that read behind the curtain.

    Someone signed in without the power gets 404, as if there were no such page; nobody signed in is asked to sign in.
    """
    if need not in NEEDS:
        raise ValueError(f"{need!r} is no need: write one of {', '.join(NEEDS)}")

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not may(request, need):
                if not request.user.is_authenticated:
                    return signing_in(request, lambda: guarded(request, *args, **kwargs))
                raise PermissionDenied
            if _must_change(request, need) and view.__name__ != "password":
                return redirect("password")
            return view(request, *args, **kwargs)

        guarded.needs = need  # type: ignore[attr-defined]
        guarded.behind = behind  # type: ignore[attr-defined]
        return guarded

    return guard


@sensitive_post_parameters(RESUMED[1])
def signing_in(request: HttpRequest, go_on: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Who is not signed in is asked to; what they posted while the session ran out is shown with the question, and then kept."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    tried = RESUMED[0] in request.POST
    who = authenticate(request, username=request.POST.get(RESUMED[0], ""), password=request.POST.get(RESUMED[1], "")) if tried else None  # fmt: skip
    if who is not None:
        login(request, who)
        return go_on()
    own = {*RESUMED, "csrfmiddlewaretoken", "old", "new", "again"}  # a password is never shown again
    pairs = [(name, text) for name, texts in request.POST.lists() for text in texts if name not in own]
    shown = {"pairs": pairs, "failed": tried, "files": bool(request.FILES)}
    return render(request, "applicant/resume.html", shown, status=401)


def _must_change(request: HttpRequest, need: str) -> bool:
    """A password that somebody else has seen opens nothing but the page where it is changed."""
    return need != "anyone" and bool(getattr(request.user, "must_change_password", False))


class Arrival:
    """Holds the moment at which a request arrived, for all that is asked and done in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        held = _asked.set(received_at(request).on)
        try:
            return self.get_response(request)
        finally:
            _asked.reset(held)


def holds_nought(error: Exception) -> bool:
    """Whether a database refused a text for the byte nought in it: PostgreSQL takes none, and it is no fault of ours."""
    return isinstance(error, (DataError, ValueError)) and "NUL" in str(error)


class Curtain:
    """Draws the curtain at the start of each request and lifts it at the end, before the connection is used again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            if curtain.is_drawn():
                curtain.lift()

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """A text that the database cannot hold is a bad request."""
        if holds_nought(error):
            raise BadRequest from error

    def process_view(self, request: HttpRequest, view: View, args: object, kwargs: object) -> None:
        if not getattr(view, "behind", False):
            curtain.draw()


def person(request: HttpRequest) -> Person:
    """The person who asks, on pages that need one; their records will tell whether they came by a page or by the API."""
    request.user.channel = "api" if request.path_info.startswith("/api/") else "web"  # type: ignore[union-attr]
    return request.user  # type: ignore[return-value]
