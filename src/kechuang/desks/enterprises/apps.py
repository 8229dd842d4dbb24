"""The enterprises desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.enterprises"
    label = "enterprises"

    def ready(self) -> None:
        from kechuang.desks.enterprises import offers  # noqa: F401
