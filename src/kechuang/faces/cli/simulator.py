"""`kechuang simulator`: the one process beside the web workers that keeps populations in memory; it answers on a socket."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Lock, Thread
from typing import Any

import typer
from django.db import close_old_connections

from kechuang.desks.policies import simulating, simulator

app = typer.Typer()
IDLE = 900.0  # seconds without a question after which it ends
LOOK = 5.0  # seconds between two looks at whether the service still runs
LONGEST = 1_000_000


@app.command(name="simulator", hidden=True)
def serve_simulator(while_: int = typer.Option(0, "--while", help="End when this process has ended.")) -> None:
    """Answer the pages of the simulator until the service ends; started by it, not by people."""
    path = simulating.address()
    simulating.folder(path.parent)
    with _only_one(path) as mine:
        if mine:
            Serving(path, while_).run()


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[bool]:
    with open(path.with_suffix(".lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        path.unlink(missing_ok=True)
        yield True
        path.unlink(missing_ok=True)


class Serving:
    """The socket, the questions one after the other, and the jobs beside them."""

    def __init__(self, path: Path, service: int) -> None:
        self.path, self.service = path, service
        self.here = simulator.here()
        self.here.apart = True
        self.asking, self.jobs, self.asked_at = Lock(), Queue[str](), time.monotonic()

    def run(self) -> None:
        """Until nobody is left who would ask."""
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.path))
            listening.listen(32)
            listening.settimeout(LOOK)
            self.here.warm()
            Thread(target=self._work, daemon=True).start()
            while self._wanted():
                with contextlib.suppress(TimeoutError):
                    line, _ = listening.accept()
                    self.asked_at = time.monotonic()
                    Thread(target=self._answer, args=(line,), daemon=True).start()

    def _wanted(self) -> bool:
        if self.service and not _runs(self.service):
            return False
        return time.monotonic() - self.asked_at < IDLE or not self.jobs.empty()

    def _answer(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError, json.JSONDecodeError):
            line.settimeout(LOOK)
            asked = json.loads(_line(line))
            said = self._said(asked, line)
            line.settimeout(None)
            line.sendall(json.dumps(said).encode())

    def _said(self, asked: dict[str, Any], line: socket.socket) -> dict[str, Any]:
        if "job" in asked:
            self.jobs.put(asked["job"])
            return {"begun": asked["job"]}
        if "warm" in asked:
            return {"warm": True}
        with self.asking:
            said = {"busy": True} if _gone(line) else self.here.answer(asked)
        close_old_connections()
        return said

    def _work(self) -> None:
        while True:
            simulator.carried_out(self.jobs.get())
            close_old_connections()


def _line(line: socket.socket) -> bytes:
    found = b""
    while b"\n" not in found and len(found) < LONGEST:
        more = line.recv(65536)
        if not more:
            break
        found += more
    return found.partition(b"\n")[0]


def _gone(line: socket.socket) -> bool:
    """Whether whoever asked has stopped waiting: the question is then not worth its answer."""
    ready, _, _ = select.select([line], [], [], 0)
    return bool(ready) and line.recv(1, socket.MSG_PEEK) == b""


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
