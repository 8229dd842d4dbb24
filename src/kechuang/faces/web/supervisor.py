"""Pages of supervision: witnesses, watches, attempts, trails, clues and sanctions; it reads all and moves nothing."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
