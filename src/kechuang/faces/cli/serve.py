"""`kechuang serve`: the front on one address, the application and the worker behind it, started again if they fall."""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import typer
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection

from kechuang.faces.serving import conditions, received
from kechuang.faces.serving.front import Front

app = typer.Typer()
THREADS = 4
AGAIN = 1.0  # seconds before a fallen part is started again
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@app.command()
def serve(
    port: int = typer.Option(8000, min=0, max=65535, help="The public port."),
    workers: int = typer.Option(0, min=0, help="Processes of the application; 0 for one a core, at most four."),
    address: str = typer.Option("127.0.0.1", help="The address to listen on."),
    without_worker: bool = typer.Option(False, "--without-worker", help="`kechuang work` runs elsewhere."),
) -> None:
    """Serve the pages. Migrates nothing; refuses to start where work could be lost or shown to the wrong people."""
    if wrong := conditions.faults(address):
        for sentence in wrong:
            typer.echo(f"不能启动 / cannot start: {sentence}", err=True)
        raise typer.Exit(1)
    collect_static()
    connection.close()
    count = workers or min(4, os.cpu_count() or 1)
    with suppress(KeyboardInterrupt):
        asyncio.run(Service(address, port, count, not without_worker).run())


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
    """The front in this process; gunicorn and the worker as children that end with it, however it ends."""

    address: str
    port: int
    workers: int
    with_worker: bool

    async def run(self) -> None:
        """Until a signal: serve, and start again what falls."""
        runtime = Path(tempfile.mkdtemp(prefix="kechuang-"))
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        secret = secrets.token_hex(16)
        front = Front(
            str(runtime / "app.sock"), secret, slots=self.workers * THREADS, signing_in=max(1, self.workers),
            sign_in_path=settings.LOGIN_URL.encode(), trusted=frozenset(filter(None, os.environ.get("KECHUANG_PROXY", "").split(","))),
        )  # fmt: skip
        try:
            server = await front.listen(self.address, self.port)
        except OSError as error:
            shutil.rmtree(runtime, ignore_errors=True)
            typer.echo(f"不能启动 / cannot start: {self.address}:{self.port}: {error.strerror}", err=True)
            raise typer.Exit(1) from None
        keepers = [asyncio.create_task(keep(command, env, stop)) for command, env in self._children(runtime, secret)]
        typer.echo(f"http://{self.address}:{server.sockets[0].getsockname()[1]}/")
        sys.stdout.flush()
        await stop.wait()
        server.close()
        await front.drain()
        await asyncio.gather(*keepers)
        shutil.rmtree(runtime, ignore_errors=True)

    def _children(self, runtime: Path, secret: str) -> list[tuple[list[str], dict[str, str]]]:
        told = {
            **os.environ, "KECHUANG_RUNTIME": str(runtime), "KECHUANG_WORKERS": str(self.workers),
            "KECHUANG_THREADS": str(THREADS), received.SECRET: secret,
        }  # fmt: skip
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:kechuang.faces.serving.gunicorn_config"]
        worker = [sys.executable, "-c", "from kechuang.faces.cli import main; main()", "work"]
        return [(gunicorn, told)] + ([(worker, dict(os.environ))] if self.with_worker else [])


async def keep(command: list[str], env: dict[str, str], stop: asyncio.Event) -> None:
    """Run `command` until `stop`, starting it again whenever it ends before that."""
    while not stop.is_set():
        child = await asyncio.create_subprocess_exec(*command, env=env, preexec_fn=_with_parent())
        ended, stopped = asyncio.create_task(child.wait()), asyncio.create_task(stop.wait())
        await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not stop.is_set():
            typer.echo(f"{command[2]} ended with {child.returncode}; started again", err=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN)
            continue
        with suppress(ProcessLookupError):
            child.terminate()
        try:
            await asyncio.wait_for(ended, 30)
        except TimeoutError:
            child.kill()


def _with_parent() -> Callable[[], None] | None:
    """What makes a child die with its parent, also when that is killed; only Linux can."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def die_with_parent() -> None:
        libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)

    return die_with_parent
