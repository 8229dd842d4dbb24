"""The projects desk joins the house: its tables and its offers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.projects"
    label = "projects"

    def ready(self) -> None:
        from kechuang.desks.projects import (  # noqa: F401
            accepting,
            budgets,
            changes,
            delegating,
            facts,
            joining,
            members,
            offers,
            partners,
            results,
            targets,
            task_books,
            units,
            visiting,
        )
