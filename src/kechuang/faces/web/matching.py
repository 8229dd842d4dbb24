"""What fits whom: calls and policies near to what a unit does, results near to what the open calls want, each with why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework.pages import current
from kechuang.casework.queries import rounds_visible_to
from kechuang.desks.texts.knowing import Fit, Offered, fitting, recorded, results_for, topics, units_for
from kechuang.faces.access import UNIT_ROLES, held_by, may, needs, now, person
from kechuang.faces.web import showing, wording
from kechuang.faces.web.sentences import sentence
from kechuang.parties.models import Organisation

ADDRESSES: dict[str, Callable[[str], str]] = {
    "round": lambda code: reverse("call", args=[code]),
    "page": lambda name: reverse("book_page", args=name.split("/")),
    "project": lambda number: reverse("project", args=[number]),
    "unit": lambda pid: f"{reverse('cases')}?{urlencode({'unit': pid})}",
}


def href(offered: Offered) -> str:
    """The page of what is offered: a public one, for a unit the office's list of its cases."""
    kind, _colon, name = offered.name.partition(":")
    return ADDRESSES[kind](name)


def title_of(offered: Offered) -> str:
    """What is offered by its title; a page of the book in the reader's language."""
    kind, _colon, name = offered.name.partition(":")
    folder, _slash, code = name.partition("/")
    if kind == "page" and current().has(folder, code):
        return wording.text(current().page(folder, code).body["title"])
    return offered.title


def rows(fits: Iterable[Fit]) -> list[dict[str, Any]]:
    """Fits as the templates take them: title, address, the sentence why."""
    return [{"title": title_of(one.offered), "href": href(one.offered), **_why(one)} for one in fits]


def _why(one: Fit) -> dict[str, str]:
    """Why it fits: the words that both have, which are Chinese whoever reads, or another sentence."""
    words = one.why.values.get("words")
    if one.why.code != "affinity" or not words:
        return {"why": sentence(one.why)}
    return {"why": _("共同的词："), "words": "、".join(str(word) for word in words)}


def unit_of(request: HttpRequest) -> Organisation | None:
    """The unit the reader acts for: that of an office held today, else the one of employment."""
    held = [one.target for one in held_by(request) if one.role in (*UNIT_ROLES, "claimant", "platform_manager")]
    return Organisation.objects.filter(pid__in=held).order_by("pk").first() or person(request).unit


@needs("unit")
def near_to_us(request: HttpRequest) -> HttpResponse:
    """The open calls and the policies nearest to what one's own unit has applied for and done."""
    unit = unit_of(request)
    if unit is None:
        raise Http404
    calls, policies = fitting(unit)
    shown = {"unit": unit, "calls": rows(calls), "policies": rows(policies), "title": _("与本单位相近的指南和政策")}
    return render(request, "public/near_to_us.html", shown)


@needs("anyone")
def demands(request: HttpRequest) -> HttpResponse:
    """Every topic that an open call wants, and the public projects whose results could meet it; to planning, who might apply."""
    wanted, page = showing.paged(request, [*_preparing(request), *topics()], size=20)
    units = units_for(wanted) if may(request, "planning") else [[] for _one in wanted]
    matched = [
        {"title": one.title, "href": _round(request, one), "fits": rows(fits), "units": rows(near)}
        for (one, fits), near in zip(results_for(wanted), units, strict=True)
    ]
    shown = {"topics": matched, "page": page, "title": _("技术需求与可对接的成果")}
    return render(request, "public/demands.html", shown)


def _preparing(request: HttpRequest) -> list[Offered]:
    """Demands recorded for rounds, for the planning office alone."""
    return recorded(rounds_visible_to(person(request), now()).order_by("code")) if may(request, "planning") else []


def _round(request: HttpRequest, offered: Offered) -> str:
    """The round as the reader may open it: the planning office by its page, everyone else by the call."""
    return reverse("round", args=[offered.name.removeprefix("round:")]) if may(request, "planning") else href(offered)


urlpatterns = [
    path("near/", near_to_us, name="near_to_us"),
    path("demands/", demands, name="demands"),
]
