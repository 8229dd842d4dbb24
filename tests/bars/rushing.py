"""The clients of a deadline: each sends at a moment of its own, notes when its bytes left, and comes back when it is told to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.bars.installation import LONG

TOKEN, PASSWORD = "a" * 32, "a password of the bars"
TRIES = 4 if LONG else 200  # the first and three more; in the short form the front has little patience
WAIT = 60.0  # seconds for an answer


def now_ns() -> int:
    return time.time_ns()


@dataclass
class Sent:
    """One client's request: when the first and the last byte of its first try left, in ns since 1970, and every answer."""

    number: str
    key: str
    first: int = 0
    last: int = 0
    statuses: list[int] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    longest: float = 0.0  # the longest that one answer took

    @property
    def settled(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] in (200, 409)


def moments(count: int, window: float, rng: Random) -> list[float]:
    """Seconds from T at which clients send: 60 % in the last third of the window, some on the very stroke, some after it."""
    late, edge = count // 10, [-0.002, -0.001, 0.0, 0.001, 0.002]
    early = (count - late - len(edge)) * 4 // 10
    rush = count - late - len(edge) - early
    found = [-window + rng.random() * window * 2 / 3 for _ in range(early)]
    found += [-rng.random() * window / 3 for _ in range(rush)]
    return sorted([*found, *edge, *(rng.random() * window / 10 for _ in range(late))])


def request(address: str, cookies: str, body: bytes, media: str) -> bytes:
    head = (
        f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: {media}\r\n"
        f"Content-Length: {len(body)}\r\nX-CSRFToken: {TOKEN}\r\nCookie: csrftoken={TOKEN}; {cookies}\r\n\r\n"
    )
    return head.encode() + body


async def answered(port: int, raw: bytes, at: float | None = None) -> tuple[int, dict[str, str], bytes, int, int]:
    """Status, headers and body; and when the bytes left. 0 when the connection broke. `at`: ns since 1970 to send at."""
    first = last = now_ns()
    try:
        async with asyncio.timeout(WAIT):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while at is not None and (ahead := (at - now_ns()) / 1e9) > 0:
                await asyncio.sleep(ahead - 0.002 if ahead > 0.004 else 0)
            first = now_ns()
            writer.write(raw)
            last = now_ns()
            answer = await reader.read()
            writer.close()
    except (OSError, TimeoutError):
        return 0, {}, b"", first, last
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    told = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split(" ")[1]) if head else 0, told, body, first, last


async def client(port: int, one: dict[str, Any], at: float, pause: float) -> Sent:
    """Send at that moment; while the answer is no decision, send the very same again, with the ticket."""
    sent = Sent(one["address"].split("/")[2], one["key"])
    body, ticket = json.dumps({"key": one["key"], "data": one["data"]}).encode(), ""
    await asyncio.sleep(max(0.0, (at - now_ns()) / 1e9 - 0.3))
    for number in range(TRIES):
        raw = request("/" + one["address"], f"sessionid={one['session']}; {ticket}", body, "application/json")
        status, headers, answer, first, last = await answered(port, raw, None if number else at)
        sent.longest = max(sent.longest, (now_ns() - first) / 1e9)
        if not number:
            sent.first, sent.last = first, last
        sent.statuses.append(status)
        ticket = headers.get("set-cookie", "").partition(";")[0] if status == 429 else ticket
        if status == 200:
            sent.digests.append(json.loads(answer)["digest"])
        elif status == 409:
            sent.codes += [reason["code"] for reason in json.loads(answer)["reasons"]]
        if sent.settled:
            break
        await asyncio.sleep(float(headers.get("retry-after", pause)) if LONG else pause)
    sent.seconds = (now_ns() - sent.first) / 1e9
    return sent


async def rush(port: int, wanted: list[tuple[dict[str, Any], float]], closes: int, pause: float) -> list[Sent]:
    """Everyone at once, each at its moment around `closes` (ms since 1970)."""
    return await asyncio.gather(*(client(port, one, closes * 1e6 + at * 1e9, pause) for one, at in wanted))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the bar counts; all of it must be empty."""

    lost: list[str]
    twice: list[str]
    receipts_differ: list[str]
    stored_but_refused: list[str]
    late_accepted: list[tuple[str, float]]
    early_refused: list[tuple[str, float]]
    unanswered: list[tuple[str, list[int]]]
    failed: list[int]

    def faults(self) -> dict[str, list[Any]]:
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}


def judged(told: Iterable[Sent], stored: list[tuple[str, str]], closes: int) -> Judged:
    """Answers held against the database and against the moment of closing (ms since 1970)."""
    told, known = list(told), dict(stored)
    accepted = [one for one in told if one.digests]
    refused = [one for one in told if one.codes and not one.digests]
    by_key: dict[str, set[str]] = {}
    pressed: dict[str, int] = {}  # when a key was first sent: whoever presses again later is given the first record
    for one in told:
        by_key.setdefault(one.key, set()).update(one.digests)
        pressed[one.key] = min(one.first, pressed.get(one.key, one.first))
    stroke, numbers = closes * 1_000_000, [row[0] for row in stored]
    kept = {one.number for one in accepted}
    return Judged(
        lost=[one.number for one in accepted if one.number not in known],
        twice=sorted({number for number in numbers if numbers.count(number) > 1}),
        receipts_differ=[key for key, digests in by_key.items() if len(digests) > 1]
        + [one.number for one in accepted if known.get(one.number) not in one.digests],
        stored_but_refused=[one.number for one in refused if one.number in known and one.number not in kept],
        late_accepted=[(one.number, (one.first - stroke) / 1e6) for one in accepted if pressed[one.key] >= stroke],
        early_refused=[(one.number, (one.last - stroke) / 1e6) for one in refused if one.last < stroke],
        unanswered=[(one.number, one.statuses) for one in told if not one.settled],
        failed=[status for one in told for status in one.statuses if status >= 500 or status == 0],
    )
