"""The page of a case for whoever may see it: where it stands, what can be done, the record; acts and child cases."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
