"""Signing in and out, registering, confirming, passwords, deputies, language and theme."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
