"""The served house under a bar: started again whenever it has been killed, and hands that send it requests meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.bars.installation import Installation

TOKEN = "a" * 32
PATIENCE = 180.0


@dataclass
class Served:
    """The service of one installation, started again whenever it has been killed."""

    house: Installation
    service: subprocess.Popen[str] | None = None
    address: str = ""
    waits: list[float] = field(default_factory=list)

    def ready(self) -> str:
        """Its address, once it answers that it is ready."""
        began = time.monotonic()
        if self.service is None or self.service.poll() is not None:
            self.service = self.house.begun(
                "serve", "--port", "0", "--workers", "2", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
            self.address = self.service.stdout.readline().strip()
        while time.monotonic() - began < PATIENCE:
            with contextlib.suppress(OSError), urlopen(f"{self.address}readyz", timeout=10):
                self.waits.append(time.monotonic() - began)
                return self.address
            time.sleep(0.05)
        raise AssertionError("the service did not come back")

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])

    def end(self) -> None:
        """As an administrator ends it."""
        self.service.terminate()
        self.service.wait()

    def kill(self, rng: Random) -> None:
        """-9 for the whole group (6 of 10), for one worker or for the parent."""
        draw = rng.random()
        if draw < 0.6:
            os.killpg(self.service.pid, signal.SIGKILL)
        elif draw < 0.8:
            os.kill(rng.choice(workers(self.service.pid)), signal.SIGKILL)
            return
        else:
            os.kill(self.service.pid, signal.SIGKILL)
        self.service.wait()


def workers(pid: int) -> list[int]:
    """The leaves of the tree of processes below `pid`: those that serve requests are among them."""
    with open(f"/proc/{pid}/task/{pid}/children") as told:
        below = [int(child) for child in told.read().split()]
    return [leaf for child in below for leaf in workers(child)] or [pid]


def sent(address: str, one: dict[str, Any]) -> str | None:
    """The digest that this request is answered with; None when there was no answer, or none from the application."""
    headers = {
        "Content-Type": "application/json", "Cookie": f"sessionid={one['session']}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
    }  # fmt: skip
    body = json.dumps({"key": one["key"], "data": one["data"]}).encode()
    try:
        with urlopen(Request(address + one["address"], body, headers, method="POST"), timeout=60) as answer:
            return str(json.load(answer)["digest"])
    except HTTPError as error:
        assert error.code in (429, 502, 503), (error.code, error.read()[:500], one)
    except (OSError, ValueError):
        pass
    return None


def rush(
    served: Served,
    waiting: SimpleQueue,
    acked: dict[str, str],
    unanswered: list[dict[str, Any]],
    seconds: float,
    count: int,
) -> tuple[threading.Event, list[threading.Thread]]:
    """So many hands send what waits, until one has been answered and for so many seconds more."""
    address, stop = served.address, threading.Event()

    def hand() -> None:
        while not stop.is_set():
            try:
                one = waiting.get_nowait()
            except Empty:
                return
            digest = sent(address, one)
            if digest is None:
                unanswered.append(one)
                stop.wait(1.0)  # what is down answers fast: all the work would be spent on it
            else:
                acked[one["key"]] = digest

    hands = [threading.Thread(target=hand) for _ in range(count)]
    known, until = len(acked), time.monotonic() + PATIENCE
    for one in hands:
        one.start()
    while len(acked) == known and time.monotonic() < until and any(one.is_alive() for one in hands):
        time.sleep(0.01)  # a slow machine has answered nobody yet
    time.sleep(seconds)
    return stop, hands
