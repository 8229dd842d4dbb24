"""The integrity desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.integrity"
    label = "integrity"

    def ready(self) -> None:
        from kechuang.desks.integrity import offers  # noqa: F401
