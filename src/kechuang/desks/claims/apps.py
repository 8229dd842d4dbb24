"""The claims desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.claims"
    label = "claims"

    def ready(self) -> None:
        from kechuang.desks.claims import offers  # noqa: F401
