"""The language of a page: what the person chose, kept in a cookie; else Chinese, whatever the browser prefers. The API does as it is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from kechuang.faces.tongues import tongue
from kechuang.words.phrase import Tongue

API = "/api/"


def chosen(request: HttpRequest) -> str:
    """The language of the cookie if the house speaks it; for a machine, which has none, the first it accepts; else the house's own."""
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if not wanted and request.path.startswith(API):
        asked = request.headers.get("Accept-Language", "").strip().lower()[:2]
        wanted = next((code for code in dict(settings.LANGUAGES) if asked and code.startswith(asked)), "")
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
        if request.path.startswith(API):
            patch_vary_headers(answer, ["Accept-Language"])
        return answer
