"""The whole service: it starts, refuses to start, and comes back after kill -9 of a part or of all of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from tests.bars.installation import Installation

pytestmark = pytest.mark.bar
PATIENCE = 120  # seconds; only a service that never answers fails by it


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("served")).migrated()


def serving(house: Installation) -> tuple[subprocess.Popen[str], str]:
    """The service and its address, once it says it."""
    service = house.begun("serve", "--port", "0", "--workers", "1", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return service, service.stdout.readline().strip()


def answered(address: str) -> int:
    """The status of `address`, as soon as there is anyone to give one."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            if error.code != 502:
                return error.code
        except (URLError, OSError):
            pass
        time.sleep(0.2)
    return 0


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as told:
        return [int(child) for child in told.read().split()]


def left(parts: list[int]) -> list[int]:
    """Which of these processes are still there once each has had half a minute to end its requests."""
    until = time.monotonic() + 30
    while any(os.path.exists(f"/proc/{part}") for part in parts) and time.monotonic() < until:
        time.sleep(0.1)
    return [part for part in parts if os.path.exists(f"/proc/{part}")]


def test_it_serves_comes_back_after_a_part_or_all_was_killed_and_ends_when_told(house):
    service, address = serving(house)
    assert (answered(f"{address}healthz"), answered(f"{address}readyz")) == (200, 200)
    for part in children(service.pid):
        os.kill(part, signal.SIGKILL)
    assert answered(f"{address}healthz") == 200

    parts = children(service.pid)
    service.kill()
    service.wait()
    again, address = serving(house)
    assert answered(f"{address}readyz") == 200
    assert left(parts) == []

    again.terminate()
    assert again.wait(60) == 0


def test_it_refuses_to_start_with_a_default_key_and_says_how_to_mend_it(house):
    done = subprocess.run(
        house.command("serve", "--port", "0"), env={**house.env, "KECHUANG_SECRET": "changeme"}, capture_output=True,
        text=True, check=False, cwd=house.folder,
    )  # fmt: skip

    assert (done.returncode, "set KECHUANG_SECRET to 32 random" in done.stderr) == (1, True)


def test_it_never_shows_demonstration_data_on_another_address(house):
    done = subprocess.run(
        house.command("serve", "--address", "0.0.0.0", "--port", "0"), env={**house.env, "KECHUANG_DEMO": "1"},
        capture_output=True, text=True, check=False, cwd=house.folder,
    )  # fmt: skip

    assert (done.returncode, "never served on 0.0.0.0" in done.stderr) == (1, True)


def test_the_database_is_in_the_log_mode_that_the_settings_ask_for(house):
    with sqlite3.connect(house.data / "kechuang.sqlite3") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
