"""The ground of all tables."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.parties"
    label = "parties"

    def ready(self) -> None:
        from kechuang.parties import offers, prepared  # noqa: F401

        prepared.relate("kechuang.")
