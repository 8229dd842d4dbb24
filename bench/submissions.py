"""Submissions a second and their waiting times under 64 clients, and at half of that rate: a real service, front and all."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

CLIENTS = 64
SUBMISSIONS = int(os.environ.get("SUBMISSIONS", "300"))
SHARES = (0.5, 0.95, 0.99, 1.0)
CSRF = "b" * 32
ROOT = Path(__file__).resolve().parents[1]
PREPARE = """
import django; django.setup()
import json, sys
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from kechuang.casework.acts import open_case
from tests.factories import START, Region, a_person, an_open_round
from tests.journeys import story
from django.utils import timezone
from datetime import timedelta
region = Region()
now = timezone.now()
round_ = an_open_round(region, opens_at=now - timedelta(1))
for number in range(int(sys.argv[1])):
    leader = a_person(unit=region.unit)
    region.leader = leader
    case = story.filled_in(open_case(round_, by=leader, on=now, key=f"open-{number}"), region)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(leader.pk), "kechuang.parties.signin.LimitedBackend"
    session[HASH_SESSION_KEY] = leader.get_session_auth_hash()
    session.create()
    print(json.dumps([case.number, session.session_key]), flush=True)
"""


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ, "DJANGO_SETTINGS_MODULE": "kechuang.settings", "KECHUANG_DATA": str(folder / "data"),
        "KECHUANG_WITNESS": str(folder / "witness"), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }  # fmt: skip


@contextmanager
def a_service(folder: Path) -> Iterator[tuple[int, list[list[str]]]]:
    """A prepared and running service: its port, and the number and session of each draft that waits to be handed in."""
    env = environment(folder)
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, check=True)
    done = subprocess.run([sys.executable, "-c", PREPARE, str(SUBMISSIONS)], env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # fmt: skip
    command = [
        sys.executable,
        "-c",
        "from kechuang.faces.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--workers",
        "2",
    ]
    service = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert service.stdout is not None
        port = int(service.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        yield port, [json.loads(line) for line in done.stdout.splitlines()]
    finally:
        service.terminate()
        service.wait()


async def submit(port: int, number: str, session: str) -> tuple[int, float]:
    """One submission over a connection of its own: status, and seconds from the first byte sent to the last received."""
    body = json.dumps({"key": f"bench-{number}", "data": {"promise": "agreed"}}).encode()
    head = (
        f"POST /api/cases/{number}/acts/submit_to_unit HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nX-CSRFToken: {CSRF}\r\n"
        f"Cookie: sessionid={session}; csrftoken={CSRF}\r\n\r\n"
    ).encode()
    began = perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + body)
    raw = await reader.read()
    writer.close()
    return int(raw.split(b" ", 2)[1]), perf_counter() - began


async def storm(port: int, drafts: list[list[str]]) -> list[tuple[int, float]]:
    """All drafts handed in by 64 clients, each taking the next when its last is answered."""
    waiting = iter(drafts)
    told: list[tuple[int, float]] = []

    async def client() -> None:
        for number, session in waiting:
            told.append(await submit(port, number, session))

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return told


async def paced(port: int, drafts: list[list[str]], rate: float) -> list[tuple[int, float]]:
    """So many drafts a second are handed in, at moments of their own, whether the last was answered or not."""
    rng, moment, tasks = Random(1), 0.0, []

    async def at(seconds: float, number: str, session: str) -> tuple[int, float]:
        await asyncio.sleep(seconds)
        return await submit(port, number, session)

    for number, session in drafts:
        moment += rng.expovariate(rate)
        tasks.append(at(moment, number, session))
    return await asyncio.gather(*tasks)


def say(name: str, told: list[tuple[int, float]], passed: float) -> None:
    times = sorted(seconds for _, seconds in told)
    statuses = {status: sum(one == status for one, _ in told) for status in sorted({one for one, _ in told})}
    shares = "  ".join(f"p{share * 100:.0f} {times[int(share * (len(times) - 1))] * 1000:.0f} ms" for share in SHARES)
    print(f"{name}: {len(told)} submissions, {statuses}, {len(told) / passed:.1f} a second; {shares}", flush=True)


def main() -> None:
    print(f"{os.cpu_count()} cores, of which the clients take a part")
    with TemporaryDirectory() as folder, a_service(Path(folder)) as (port, drafts):
        asyncio.run(storm(port, drafts[:4]))
        half = len(drafts) // 2
        began = perf_counter()
        told = asyncio.run(storm(port, drafts[4:half]))
        passed = perf_counter() - began
        say(f"{CLIENTS} clients, each at once again", told, passed)
        rate = len(told) / passed / 2
        began = perf_counter()
        told = asyncio.run(paced(port, drafts[half:], rate))
        say("at half of that", told, perf_counter() - began)


if __name__ == "__main__":
    main()
