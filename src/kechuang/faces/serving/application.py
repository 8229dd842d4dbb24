"""gunicorn around the application: threads behind a private socket; nothing but the front listens to the world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from kechuang.casework import book
from kechuang.faces.serving.wsgi import application

SOCKET, CONTROL = "app.sock", "gunicorn.ctl"


class Application(BaseApplication):
    """The application as gunicorn runs it inside a process that has everything loaded already."""

    def __init__(self, runtime: Path, *, workers: int, threads: int, with_parent: Callable[[], None]) -> None:
        self._given = settings_for(runtime, workers=workers, threads=threads, with_parent=with_parent)
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._given.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        read_ahead()
        return application


def read_ahead() -> None:
    """Read the flows before the workers are forked: the first key pressed in the search box asks for every act's title.

    Those of the package, for no connection to the database may be open across a fork; an adopted edition shares most texts.
    """
    shelf = book.packaged()
    for code in shelf.codes("flows"):
        shelf.page("flows", code)


def settings_for(runtime: Path, *, workers: int, threads: int, with_parent: Callable[[], None]) -> dict[str, Any]:
    """gunicorn's settings; its sockets lie in `runtime`, a folder of this start alone."""
    return {
        "bind": f"unix:{runtime / SOCKET}",
        "control_socket": str(runtime / CONTROL),
        "worker_tmp_dir": str(runtime),
        "umask": 0o077,
        "worker_class": "gthread",
        "workers": workers,
        "threads": threads,
        "backlog": 2048,
        "preload_app": True,
        "keepalive": 0,
        "timeout": 60,
        "graceful_timeout": 20,
        "forwarded_allow_ips": "*",  # only the front reaches this socket
        "loglevel": "warning",
        "post_fork": lambda arbiter, worker: with_parent(),
    }
