"""kill -9 of the served house, of one worker, of its parent, while applications, awards and payments come in by HTTP."""

from __future__ import annotations

import statistics
from queue import SimpleQueue
from random import Random

import pytest

from tests.bars.crash_holds import (  # noqa: F401  what is held against every crash
    test_every_request_settles_exactly_once_when_it_is_sent_again,
    test_money_is_balanced_and_each_payment_was_ordered_once,
    test_no_acknowledged_record_is_lost_or_changed,
    test_the_database_and_the_chains_are_whole,
)
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
    return {
        **became, "acked": first, "settled": settled, "verify": house.told("verify", "--json"), "each": EACH, "kills": KILLS,
    }  # fmt: skip
