"""Pages of an applicant: to-do, own cases, starting and filling in an application, receipts."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
