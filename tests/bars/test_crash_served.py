"""kill -9 of the served house, of one worker, of its parent, while applications, awards and payments come in by HTTP."""

from __future__ import annotations

import statistics
from queue import SimpleQueue
from random import Random

import pytest

from tests.bars.installation import LONG, Installation
from tests.bars.served import Served, rush, sent

pytestmark = pytest.mark.bar
KILLS, EACH, HANDS = (200, 400, 4) if LONG else (4, 12, 3)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    house = Installation(tmp_path_factory.mktemp("crash-served")).migrated()
    work = house.scene("work", str(EACH), of="crash_scenes")
    served, rng, acked, unanswered = Served(house), Random(1), {}, []
    waiting: SimpleQueue = SimpleQueue()
    for one in work:
        waiting.put(one)
    try:
        for _ in range(KILLS):
            served.ready()
            stop, hands = rush(served, waiting, acked, unanswered, rng.random() * 0.4, HANDS)
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
        served.end()
    became = house.scene("became", of="crash_scenes")
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
