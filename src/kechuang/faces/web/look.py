"""The page of the look itself: every part in every state, with invented values."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from kechuang.faces.access import needs
from kechuang.faces.web.samples import samples


@needs("anyone")
def style(request: HttpRequest) -> HttpResponse:
    """What a new page may use; what is missing is added there first."""
    return render(request, "style.html", samples())


urlpatterns = [path("style/", style, name="style")]
