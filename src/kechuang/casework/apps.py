"""The middle of the house: where definitions meet tables."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Config(AppConfig):
    name = "kechuang.casework"
    label = "casework"

    def ready(self) -> None:
        from kechuang.casework import children, curtain, letters, migrating, offers, rounds  # noqa: F401

        post_migrate.connect(curtain.grant, sender=self)
