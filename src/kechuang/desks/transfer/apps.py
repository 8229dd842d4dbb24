"""The transfer desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.transfer"
    label = "transfer"

    def ready(self) -> None:
        from kechuang.desks.transfer import offers  # noqa: F401
