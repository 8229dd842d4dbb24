"""Pages of an office: lists of cases with filters, findings, grouping, ranking, bulk acts, exports."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
