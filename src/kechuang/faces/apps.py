"""The faces as a Django application: templates, words and pages; it has no tables."""

from __future__ import annotations

from django.apps import AppConfig


class Faces(AppConfig):
    name = "kechuang.faces"
    label = "faces"
    verbose_name = "faces"
