"""The language of a page: what the person chose, kept in a cookie; else Chinese, whatever the browser prefers."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from kechuang.faces.tongues import tongue
from kechuang.words.phrase import Tongue


def chosen(request: HttpRequest) -> str:
    """The language of the cookie if the house speaks it, else the house's own."""
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def of_page() -> Tongue:
    """The language of the page or of the answer that is being made, with its catalogue."""
    return tongue((translation.get_language() or "zh")[:2])


class CookieLocale:
    """Middleware: speaks the chosen language for one request and names it in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            answer = self.get_response(request)
        answer.headers.setdefault("Content-Language", language)
        return answer
