"""Pages for everyone: calls, notices, results, draws, checking a document, objecting."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
