"""Pages of money: budgets, payments due, batches for the treasury, quota documents, settlements."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
