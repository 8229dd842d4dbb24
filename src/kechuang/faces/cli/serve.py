"""`kechuang serve`: the front on one address, the application and the worker behind it, started again if they fall."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.urls import get_resolver

from kechuang.faces.cli.spoken import spoken_tongue
from kechuang.faces.cli.work import work_until_told
from kechuang.faces.serving import conditions, received
from kechuang.faces.serving.application import SOCKET, Application
from kechuang.faces.serving.front import BACKLOG, Front
from kechuang.faces.serving.keeping import die_with_parent, keep
from kechuang.faces.serving.wsgi import loaded
from kechuang.words.phrase import Phrase

app = typer.Typer()
THREADS = 4
HASHING = (b"/account/password/", b"/register/")  # what hashes a password, besides the log-in
PROXIES = "KECHUANG_PROXY"


@app.command()
def serve(
    port: int = typer.Option(8000, min=0, max=65535, help="The public port; 0 for a free one."),
    workers: int = typer.Option(0, min=0, help="Processes of the application; 0 for one a core, at most four."),
    address: str = typer.Option("127.0.0.1", help="The address to listen on."),
    without_worker: bool = typer.Option(False, "--without-worker", help="`kechuang work` runs elsewhere."),
) -> None:
    """Serve the pages. Migrates nothing; refuses to start where work could be lost or shown to the wrong people."""
    if wrong := conditions.faults(address):
        for sentence in wrong:
            _not_started(sentence)
        raise typer.Exit(1)
    collect_static()
    log_aloud()
    listening = bound(address, port)
    Service(listening, workers or min(4, os.cpu_count() or 1), not without_worker).run()


def bound(address: str, port: int) -> socket.socket:
    """The public socket; a port in use ends the command with a sentence."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
    except OSError as error:
        _not_started(
            Phrase(
                "{address}:{port} cannot be listened on ({fault}): write another --port or --address",
                address=address,
                port=port,
                fault=error.strerror,
            )
        )
        raise typer.Exit(1) from None
    listening.listen(BACKLOG)
    return listening


def _not_started(reason: Phrase) -> None:
    into = spoken_tongue()
    typer.echo(Phrase("cannot start: {fault}", fault=reason).said(into), err=True)


def log_aloud() -> None:
    """What the house says of itself goes to standard error: mishaps, stopped look-ups, who looked behind the curtain."""
    aloud = logging.StreamHandler()
    aloud.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    house = logging.getLogger("kechuang")
    house.setLevel(logging.INFO)
    house.addHandler(aloud)


def collect_static() -> bool:
    """Copy the static files into the data folder when they are not those of this version; whether that was needed."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            status = os.stat(storage.path(name))
            found.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    if mark.exists() and mark.read_text("utf-8") == found.hexdigest():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.write_text(found.hexdigest(), "utf-8")
    return True


@dataclass(slots=True)
class Service:
    """Front, application and worker as children of this process, which has loaded everything once for all of them."""

    listening: socket.socket
    workers: int
    with_worker: bool

    def run(self) -> None:
        """Until a signal: serve, and start again what falls."""
        runtime = Path(tempfile.mkdtemp(prefix="kechuang-"))
        os.environ[received.SECRET] = secrets.token_hex(16)
        loaded()
        len(get_resolver().url_patterns)  # every page is loaded before the children are made
        connections.close_all()
        parts: dict[str, Callable[[], None]] = {"front": lambda: asyncio.run(self._front(runtime)), "application": lambda: self._application(runtime)}  # fmt: skip
        if self.with_worker:
            parts["worker"] = work_until_told
        host, port = self.listening.getsockname()[:2]
        typer.echo(f"http://{host}:{port}/")
        sys.stdout.flush()
        try:
            keep(parts, lambda text: typer.echo(text, err=True))
        finally:
            shutil.rmtree(runtime, ignore_errors=True)

    async def _front(self, runtime: Path) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        proxies = frozenset(filter(None, os.environ.get(PROXIES, "").split(",")))
        front = Front(
            str(runtime / SOCKET), os.environ[received.SECRET], slots=self.workers * THREADS,
            signing_in=max(1, self.workers), hashing=(settings.LOGIN_URL.encode(), *HASHING), trusted=proxies,
        )  # fmt: skip
        server = await front.listen(self.listening)
        await stop.wait()
        server.close()
        await front.drain()

    def _application(self, runtime: Path) -> None:
        self.listening.close()
        sys.argv = ["gunicorn"]
        Application(runtime, workers=self.workers, threads=THREADS, with_parent=die_with_parent).run()
