"""kill -9 of the served house, of one worker, of its parent, while applications, awards and payments come in by HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.bars.installation import LONG, Installation

pytestmark = pytest.mark.bar
KILLS, EACH, HANDS = (200, 400, 4) if LONG else (4, 12, 3)
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
        assert error.code in (502, 503), (error.code, error.read()[:500], one)
    except (OSError, ValueError):
        pass
    return None


def rush(served: Served, waiting: SimpleQueue, acked: dict[str, str], unanswered: list[dict[str, Any]], seconds: float):
    """Several hands send what waits, until one has been answered and for so many seconds more."""
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
            else:
                acked[one["key"]] = digest

    hands = [threading.Thread(target=hand) for _ in range(HANDS)]
    known, until = len(acked), time.monotonic() + PATIENCE
    for one in hands:
        one.start()
    while len(acked) == known and time.monotonic() < until and any(one.is_alive() for one in hands):
        time.sleep(0.01)  # a slow machine has answered nobody yet
    time.sleep(seconds)
    return stop, hands


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    house = Installation(tmp_path_factory.mktemp("crash-served"))
    work = json.loads(
        subprocess.run(
            [sys.executable, "-m", "tests.bars.crash_scenes", "work", str(EACH)], env=house.env, check=True, text=True,
            capture_output=True,
        ).stdout.splitlines()[-1]
    )  # fmt: skip
    served, rng, acked, unanswered = Served(house), Random(1), {}, []
    waiting: SimpleQueue = SimpleQueue()
    for one in work:
        waiting.put(one)
    try:
        for _ in range(KILLS):
            served.ready()
            stop, hands = rush(served, waiting, acked, unanswered, rng.random() * 0.4)
            served.kill(rng)
            stop.set()
            for one in hands:
                one.join()
        first = dict(acked)
        address = served.ready()
        while not waiting.empty():
            unanswered.append(waiting.get())
        settled = {one["key"]: sent(address, one) for one in work}
    finally:
        served.service.terminate()
        served.service.wait()
    became = json.loads(
        subprocess.run(
            [sys.executable, "-m", "tests.bars.crash_scenes", "became"], env=house.env, check=True, text=True,
            capture_output=True,
        ).stdout.splitlines()[-1]
    )  # fmt: skip
    print(f"kills {KILLS}, acknowledged before the last {len(first)}, unanswered {len(unanswered)}, restart to ready p50 {statistics.median(served.waits):.2f} s")  # noqa: T201  # fmt: skip
    return {**became, "acked": first, "settled": settled, "verify": house.told("verify", "--json")}


def test_something_was_acknowledged_between_the_kills(told):
    assert len(told["acked"]) >= KILLS


def test_no_acknowledged_record_is_lost_or_changed(told):
    assert {key: told["settled"][key] for key in told["acked"]} == told["acked"]


def test_every_request_settles_exactly_once_when_it_is_sent_again(told):
    assert [key for key, digest in told["settled"].items() if digest is None] == []
    assert (told["twice"], told["records"]["submit_to_unit"], told["records"]["pay"]) == ([], EACH, EACH)
    assert told["records"]["fund"] == told["awards"] == 2 * EACH


def test_money_is_balanced_and_each_payment_was_ordered_once(told):
    assert (told["accounts"], told["paid"], told["paid and ordered differ"]) == (0, EACH, 0)


def test_the_database_and_the_chains_are_whole(told):
    found = {fault["code"] for fault in told["verify"]["faults"]}
    assert (told["database"], found - {"state_differs", "row_without_record"}) == ([], set())
