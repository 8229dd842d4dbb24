"""The reading desk of an expert: invitations, promises, sheets, behind the curtain."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
