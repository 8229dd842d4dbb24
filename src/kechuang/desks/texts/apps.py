"""The texts desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.texts"
    label = "texts"

    def ready(self) -> None:
        from kechuang.desks.texts import comparing, offers  # noqa: F401
