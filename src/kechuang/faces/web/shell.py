"""What every page carries around its own content: navigation by power, who is here, what waits, theme and language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, get_urlconf, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_POST

from kechuang.desks.experts.models import Expert
from kechuang.faces.access import UNIT_ROLES, held_by, may, now
from kechuang.parties.models import Appointment
from kechuang.parties.prepared import Prepared

IN_POOL = Prepared[tuple[int]](lambda user: Expert.objects.filter(person=user, standing="active").values_list("pk"))
THEME_COOKIE = "kechuang_theme"
THEMES = ("light", "dark")
A_YEAR = 365 * 24 * 3600

# Which entries each power sees, by the name of the route; an entry whose route is not there is left out.
TITLES = {
    "home": gettext_lazy("指南"),
    "notices": gettext_lazy("公示公告"),
    "policies": gettext_lazy("政策"),
    "results": gettext_lazy("结果与数据"),
    "verify": gettext_lazy("核验"),
    "todo": gettext_lazy("待办"),
    "mine": gettext_lazy("我的办件"),
    "fits": gettext_lazy("我能申请什么"),
    "entitlements": gettext_lazy("我能享受什么"),
    "simulate": gettext_lazy("模拟"),
    "money": gettext_lazy("经费"),
    "registers": gettext_lazy("登记台账"),
    "titles": gettext_lazy("资格名录"),
    "cases": gettext_lazy("办件"),
    "rounds": gettext_lazy("批次"),
    "institutions": gettext_lazy("专业机构"),
    "reviews": gettext_lazy("评审任务"),
    "draws": gettext_lazy("专家抽取"),
    "people": gettext_lazy("账号与角色"),
    "book": gettext_lazy("办事规则"),
    "trail": gettext_lazy("台账"),
    "alerts": gettext_lazy("异常"),
    "supervision": gettext_lazy("监督"),
    "board": gettext_lazy("报表"),
}
PUBLIC = ("home", "notices", "policies", "results", "titles", "verify")
OFFICE = ("todo", "cases", "rounds")
ENTRIES = {
    "public": PUBLIC,
    "applicant": ("todo", "mine", "home", "fits", "entitlements", "money", "registers"),
    "unit": ("todo", "mine", "people", "home", "fits", "entitlements", "money", "registers"),
    "recommend": ("todo", "cases", "rounds", "people", "registers", "home", "board"),
    "planning": (*OFFICE, "simulate", "institutions", "registers", "board", "book"),
    "execution": (*OFFICE, "draws", "registers", "board"),
    "supervision": ("todo", "supervision", "institutions", "trail", "alerts", "cases", "draws", "board"),
    "money": ("todo", "money", "rounds", "cases", "board"),
    "decision": ("board", "rounds", "simulate", "institutions", "money", "cases"),
    "review": ("reviews", "home"),
    "office": (*OFFICE, "registers", "board"),
    "system": ("todo", "people", "book", "trail"),
}
ORDER = tuple(ENTRIES)  # of several powers the later here speaks for the person in the bar
COLOURS = {
    "planning": "plan",
    "execution": "execute",
    "supervision": "supervise",
    "applicant": "apply",
    "unit": "apply",
}
MOST_ENTRIES = 8
WAITING = "waiting"  # in the session: how many things waited when the to-do page or an act last counted them
LINKS = ("home", "search", "signin", "signout", "switch")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation."""

    name: str
    title: Any
    href: str
    here: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is here as the bar says it: name, what the person is here, the power, what waits for them."""

    name: str
    title: str = ""
    power: str = "applicant"
    powers: tuple[str, ...] = ("applicant",)
    waiting: int = 0

    @property
    def colour(self) -> str:
        return COLOURS.get(self.power, "")


def address(name: str) -> str:
    """The address of a route, or nothing where the house has none of that name."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(powers: Iterable[str], *, path: str, waiting: int = 0) -> tuple[Entry, ...]:
    """The navigation of someone with these powers; the longest address that begins `path` is where one is."""
    held = set(powers)
    names = dict.fromkeys(name for power in ORDER if power in held for name in ENTRIES[power])
    found = [(name, href) for name in names if (href := address(name))][:MOST_ENTRIES]
    here = max((href for _, href in found if _begins(path, href)), key=len, default="")
    return tuple(
        Entry(name, TITLES[name], href, href == here, waiting if name in ("todo", "reviews") else 0)
        for name, href in found
    )


# What stands behind the own name, each with the powers that open it; "person" is anyone who signed in.
OWN = (
    ("letters", gettext_lazy("函件"), {"person"}), ("own_entry", gettext_lazy("专家库登记与关系声明"), {"person"}), ("experts", gettext_lazy("专家库"), {"execution"}),
    ("lone_draws", gettext_lazy("验收、中期专家抽取"), {"draws"}), ("people", gettext_lazy("账号与角色"), {"unit", "recommend", "planning", "execution", "system"}),
    ("deputies", gettext_lazy("请人代理"), {"unit", "recommend", "planning", "execution", "supervision", "money", "decision", "office", "system"}),
    ("unit", gettext_lazy("单位资料"), {"unit", "applicant"}), ("imports", gettext_lazy("导入表格"), {"planning", "execution", "office"}), ("demands", gettext_lazy("需求"), {"planning"}),
)  # fmt: skip


def behind_the_name(powers: Iterable[str], *, draws: bool) -> list[tuple[Any, str]]:
    """The pages that belong to the reader and have no place in the bar: title and address."""
    held = {*powers, "person", *(["draws"] if draws else [])}
    return [(title, href) for name, title, opens in OWN if held & opens and (href := address(name))]


def need_of(href: str) -> str:
    """What the page at this address needs: nobody is led to a door that stays shut."""
    return _need_of(href, get_urlconf())


@cache
def _need_of(href: str, _house: str | None) -> str:
    return str(getattr(resolve(href).func, "needs", "anyone"))


def _begins(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(href))


def standing(user: Any, held: Iterable[str]) -> Standing:
    """The standing of a signed-in person with the powers held today; with none, that of an applicant."""
    powers = tuple(power for power in ORDER if power in set(held)) or ("applicant",)
    unit = getattr(user, "unit", None)
    return Standing(name=user.name, title=unit.name if unit else "", power=powers[-1], powers=powers)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of every page. `request.standing` (a Standing or a function giving one) goes before our own reading."""
    who = _who(request)
    powers = who.powers if who else ("public",)
    waiting = who.waiting if who else 0
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "nav": [one for one in entries(powers, path=request.path, waiting=waiting) if may(request, need_of(one.href))],
        "who": who,
        "own": _own(request, powers) if who else [],
        "waiting": waiting,
        "theme": theme if theme in THEMES else "",
        "language": get_language() or settings.LANGUAGE_CODE,
        "now": now(),
        "demo": settings.DEMO,
        "links": {name: address(name) for name in LINKS} | {"account": address("account") or address("password")},
    }


def _own(request: HttpRequest, powers: Iterable[str]) -> list[Any]:
    """What stands behind the own name, as far as its doors open."""
    found = behind_the_name(powers, draws=any(one.role == "draw_operator" for one in held_by(request)))
    return [one for one in found if may(request, need_of(one[1]))]


def _who(request: HttpRequest) -> Standing | None:
    given: Standing | Callable[[], Standing] | None = getattr(request, "standing", None)
    if given is not None:
        return given() if callable(given) else given
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    found = standing(user, {appointment.power for appointment in held_by(request)} | in_pool(user))
    return replace(found, waiting=int(getattr(request, "session", {}).get(WAITING, 0)))


def _draws(request: HttpRequest) -> bool:
    return hasattr(request, "user") and any(one.role == "draw_operator" for one in held_by(request))


def in_pool(user: Any) -> set[str]:
    """The power to review, of whoever is in the pool; whether there is anything to read is asked on the desk alone."""
    return {"review"} if IN_POOL.one(user.pk) else set()


def powers_shown(held: Iterable[Appointment]) -> set[str]:
    """The powers that the navigation goes by; the offices of a unit have entries of their own."""
    mine = list(held)
    return {one.power for one in mine} | ({"unit"} if any(one.role in UNIT_ROLES for one in mine) else set())


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Keep a chosen language or theme in a cookie and go back to where one was; an unknown choice changes nothing."""
    answer = HttpResponseRedirect(_back(request))
    theme, language = request.POST.get("theme", ""), request.POST.get("language", "")
    if theme in THEMES:
        _keep(request, answer, THEME_COOKIE, theme)
    elif theme == "system":
        answer.delete_cookie(THEME_COOKIE)
    if language in dict(settings.LANGUAGES):
        _keep(request, answer, settings.LANGUAGE_COOKIE_NAME, language)
    return answer


def _keep(request: HttpRequest, answer: HttpResponse, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"
