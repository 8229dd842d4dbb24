"""The projects desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.projects"
    label = "projects"

    def ready(self) -> None:
        from kechuang.desks.projects import accepting, delegating, facts, members, offers, results, targets, task_books  # noqa: F401
