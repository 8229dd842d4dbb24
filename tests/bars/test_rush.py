"""The last minute of a call on the served house: nobody in time is refused, nobody late is taken, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.bars import rushing
from tests.bars.installation import LONG, TABLES, Installation, long_form
from tests.bars.rushing import Judged, Sent, judged
from tests.bars.served import Served

pytestmark = pytest.mark.bar
# Users and the seconds before T in which they send. Two cores take in some thirty a second: the last calls are four times that.
CALLS = (
    [("", 2000, 60.0), ("", 1200, 10.0), ("late stamp", 1200, 10.0)]
    if LONG
    else [("", 30, 0.2), ("late stamp", 20, 0.2)]
)
DOUBLE = 15  # every so many users presses twice
STORM, HANDED = (2000, 60) if LONG else (14, 3)
LATE = {"round_closed", "round_not_open"}
NEAR = 50 if LONG else 200  # ms around T in which somebody must have sent: the short form is played beside other tests
PAUSE = 3.0 if LONG else 0.3  # seconds until somebody who was told to queue sends again
# What a bar may do to the front while it runs: little patience, so that tickets are given in the short form too, and two faults.
FRONT = """
import os
from kechuang.faces.serving.front import Front
wait, ask = Front._wait, Front._ask
def told(word):
    try:
        with open(os.environ["KECHUANG_DATA"] + "/planted") as file:
            return word in file.read()
    except FileNotFoundError:
        return False
def waiting(self, gates, *rest):
    self.patience = 0.05 if told("impatient") else 10.0
    return wait(self, gates[-1:] if told("no gate") else gates, *rest)
def asking(self, head, body, arrived, writer):
    return ask(self, head, body, self.clock() if told("late stamp") else arrived, writer)
Front._wait, Front._ask = waiting, asking
"""


@dataclass
class House:
    """A served house, its rounds with their drafts, and accounts to sign in with."""

    house: Installation
    port: int
    rounds: dict[str, list[dict[str, Any]]]
    accounts: list[str]

    @contextmanager
    def planted(self, *words: str) -> Iterator[None]:
        """The running front with these faults."""
        place = self.house.data / "planted"
        place.write_text(" ".join(words))
        yield
        place.unlink()

    def closing(self, code: str, closes: int) -> None:
        """The round closes to units at that moment, in ms since 1970, and its clock is set to it."""
        on = [datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f") for ms in (closes, closes + 3000)]
        with sqlite3.connect(self.house.data / TABLES, timeout=20) as database:
            database.execute(
                "UPDATE casework_round SET units_close_at = ?, due_at = ?, closes_at = ? WHERE code = ?",
                [on[0], on[0], on[1], code],
            )

    def stored(self, work: list[dict[str, Any]]) -> list[tuple[str, str]]:
        """Case and digest of every submission among these that the database holds, each stamped by the front."""
        numbers = {one["address"].split("/")[2] for one in work}
        with sqlite3.connect(self.house.data / TABLES, timeout=20) as database:
            rows = database.execute(
                "SELECT subject, digest FROM casework_record WHERE act = 'submit_to_unit'"
            ).fetchall()
            bodies = database.execute("SELECT body FROM casework_document WHERE kind = 'receipt'").fetchall()
        assert {json.loads(body)["about"]["stamped_by"] for (body,) in bodies} == {"front"}
        return [row for row in rows if row[0] in numbers]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Installation(tmp_path_factory.mktemp("rush"), planted=FRONT).migrated()
    counts = ",".join(str(count) for count in [*(count for _, count, _ in CALLS), HANDED, HANDED])
    told = made.scene("drafts", counts, str(STORM), of="crash_scenes")
    service = Served(made)
    service.ready()
    yield House(made, service.port, told["rounds"], told["accounts"])
    service.end()


def a_call(house: House, number: int) -> tuple[Judged, list[Sent], int]:
    """The last seconds of a round: what its users were told held against what the house holds, and T."""
    planted, count, window = CALLS[number]
    code, rng = list(house.rounds)[number], Random(1)
    work = house.rounds[code] + house.rounds[code][::DOUBLE]
    rng.shuffle(work)
    with house.planted(planted, "" if LONG else "impatient"):
        closes = time.time_ns() // 1_000_000 + round(window * 1000) + 1000
        house.closing(code, closes)
        wanted = list(zip(work, rushing.moments(len(work), window, rng), strict=True))
        told = asyncio.run(rushing.rush(house.port, wanted, closes, PAUSE))
    print(figures(f"{count} users in {window} s {planted}", told))  # noqa: T201
    return judged(told, house.stored(work), closes), told, closes


def figures(name: str, told: list[Sent]) -> str:
    waits = sorted(one.seconds for one in told if one.digests)
    codes = Counter(status for one in told for status in one.statuses)
    return (
        f"{name}: {len(told)} requests, answers {dict(codes)}, accepted {len(waits)}; from sending to the decision "
        f"p50 {waits[len(waits) // 2]:.2f} s, p99 {waits[int(len(waits) * 0.99) - 1]:.2f} s, longest {waits[-1]:.2f} s, "
        f"longest answer {max(one.longest for one in told):.2f} s"
    )


@pytest.mark.parametrize("number", range(len(CALLS) - 1))
def test_whoever_sent_before_the_stroke_is_in_time_and_whoever_sent_after_it_is_late(house, number):
    found, told, closes = a_call(house, number)

    near = sorted(round((one.first - closes * 1_000_000) / 1e6) for one in told)
    assert (min(near) < -100, any(-NEAR <= ms < 0 for ms in near), any(0 <= ms < NEAR for ms in near)) == (
        True,
        True,
        True,
    )
    assert (any(one.digests for one in told), any(one.codes for one in told)) == (True, True)
    assert {one.number: one.codes for one in told if set(one.codes) - LATE} == {}
    assert any(429 in one.statuses for one in told) or number < len(CALLS) - 2
    assert found.faults() == {}


@long_form
def test_the_bar_finds_a_stamp_that_is_taken_behind_the_queue(house):
    found, _, _ = a_call(house, len(CALLS) - 1)

    assert found.early_refused != []


async def storming(port: int, work: list[dict[str, Any]], accounts: list[str]) -> tuple[int, list[Sent], Counter[int]]:
    """Everyone signs in at once, then some hand in; how many log-ins were answered when the last of these was."""
    answers: Counter[int] = Counter()

    async def sign_in(name: str) -> None:
        words = {"username": name, "password": rushing.PASSWORD, "csrfmiddlewaretoken": rushing.TOKEN}
        raw = rushing.request("/signin/", "a=b", urlencode(words).encode(), "application/x-www-form-urlencoded")
        answers[(await rushing.answered(port, raw))[0]] += 1

    storm = [asyncio.create_task(sign_in(name)) for name in accounts]
    await asyncio.sleep(0.3)  # they are all in the queue
    handed = await asyncio.gather(*(rushing.client(port, one, time.time_ns(), PAUSE) for one in work))
    done = answers.total()
    await asyncio.gather(*storm)
    return done, handed, answers


@pytest.mark.parametrize(("planted", "starved"), [("", False), pytest.param("no gate", True, marks=long_form)])
def test_a_storm_of_log_ins_does_not_starve_submissions_and_the_bar_finds_it_when_it_does(house, planted, starved):
    work = list(house.rounds.values())[-1 if starved else -2]
    with house.planted(planted):
        done, handed, answers = asyncio.run(storming(house.port, work, house.accounts))
    print(f"{planted}: {done} of {STORM} log-ins were answered when the last of {HANDED} submissions was; {dict(answers)}; longest submission {max(one.seconds for one in handed):.2f} s")  # noqa: T201  # fmt: skip

    assert [one.number for one in handed if not one.digests] == []
    assert (done > STORM // 2) == starved
