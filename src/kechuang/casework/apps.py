"""The middle of the house: where definitions meet tables."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.casework"
    label = "casework"

    def ready(self) -> None:
        from kechuang.casework import letters, offers, rounds  # noqa: F401
