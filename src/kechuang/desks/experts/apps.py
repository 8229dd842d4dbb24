"""The experts desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.experts"
    label = "experts"

    def ready(self) -> None:
        from kechuang.casework import curtain
        from kechuang.desks.experts import models, offers  # noqa: F401

        curtain.hide(*models.BEHIND_THE_CURTAIN)
