"""What the shell says of the reader stands on every page: a page that gives a name of its own to it speaks of somebody else in the bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.template.context import RequestContext

SHELL = ("nav", "who", "own", "waiting", "theme", "language", "demo", "links")


def overridden(context: RequestContext) -> list[str]:
    """Names of the shell that the page's own values hide; none where no shell was given."""
    shell = context.dicts[context._processors_index]  # type: ignore[attr-defined]
    return [name for name in SHELL if name in shell and context[name] is not shell[name]]


def watch() -> None:
    """From now on no test renders a page that hides the shell."""
    bound = RequestContext.bind_template

    @contextmanager
    def watched(self: RequestContext, template: Any) -> Iterator[None]:
        with bound(self, template):
            hidden = overridden(self)
            assert hidden == [], f"{template.name} hides from the bar: {hidden}"
            yield

    RequestContext.bind_template = watched  # type: ignore[method-assign]
