"""The instruments desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.instruments"
    label = "instruments"

    def ready(self) -> None:
        from kechuang.desks.instruments import offers  # noqa: F401
