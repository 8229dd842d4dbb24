"""The experts desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.experts"
    label = "experts"

    def ready(self) -> None:
        from kechuang.desks.experts import offers  # noqa: F401
