"""Pages of a round: preparing, publishing, closing, drawing, ranking, deciding."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
