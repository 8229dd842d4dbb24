"""The funds desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.funds"
    label = "funds"

    def ready(self) -> None:
        from kechuang.desks.funds import earlier, handing, joint, lowering, offers, passing  # noqa: F401
