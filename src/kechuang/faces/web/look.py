"""Two pages of the look itself: the switch of theme and language, and the page that shows every part."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kechuang.faces.access import needs
from kechuang.faces.web.samples import samples
from kechuang.faces.web.shell import THEME_COOKIE, THEMES

A_YEAR = 365 * 24 * 3600


@needs("anyone")
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


@needs("anyone")
def style(request: HttpRequest) -> HttpResponse:
    """Every part in every state, with invented values."""
    return render(request, "style.html", samples())


urlpatterns = [path("switch/", switch, name="switch"), path("style/", style, name="style")]
