"""kill -9 of the served house, of one worker, of its parent, while applications, awards and payments come in by HTTP."""

from __future__ import annotations

import statistics
from dataclasses import replace
from queue import SimpleQueue
from random import Random
from typing import Any

import pytest

from tests.bars.crash_holds import (  # noqa: F401  what is held against every crash
    test_every_request_settles_exactly_once_when_it_is_sent_again,
    test_money_is_balanced_and_each_payment_was_ordered_once,
    test_no_acknowledged_record_is_lost_or_changed,
    test_the_database_and_the_chains_are_whole,
)
from tests.bars.installation import LONG, Installation, long_form
from tests.bars.served import Served, rush, sent

pytestmark = pytest.mark.bar
KILLS, EACH, HANDS = (200, 400, 4) if LONG else (4, 12, 3)
# The answer goes out first; the commit follows a moment later, or when the connection is wanted again.
LATE_COMMIT = """
import threading
from django.db.backends.sqlite3.base import DatabaseWrapper
commit, begin, alone = (getattr(DatabaseWrapper, name) for name in ("_commit", "_start_transaction_under_autocommit", "_set_autocommit"))
def late(self):
    self.owed = threading.Timer(0.4, commit, [self])
    self.owed.start()
def first(self):
    owed = self.__dict__.pop("owed", None)
    if owed is not None:
        owed.cancel()
        commit(self)
    begin(self)
def kept_open(self, on):
    if not (on and "owed" in self.__dict__):  # to set it is to commit
        alone(self, on)
DatabaseWrapper._commit, DatabaseWrapper._start_transaction_under_autocommit, DatabaseWrapper._set_autocommit = late, first, kept_open
"""


def crashed(house: Installation, kills: int, each: int) -> dict[str, Any]:
    """What was acknowledged between so many kills, what every request came to when it was sent again, what there is then."""
    work = house.scene("work", str(each), of="crash_scenes")
    served, rng, acked, unanswered = Served(house), Random(1), {}, []
    waiting: SimpleQueue = SimpleQueue()
    for one in work:
        waiting.put(one)
    try:
        for _ in range(kills):
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
    print(f"kills {kills}, acknowledged before the last {len(first)}, unanswered {len(unanswered)}, restart to ready p50 {statistics.median(served.waits):.2f} s")  # noqa: T201  # fmt: skip
    return {
        **became, "acked": first, "settled": settled, "verify": house.told("verify", "--json"), "each": each, "kills": kills,
    }  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return crashed(Installation(tmp_path_factory.mktemp("crash-served")).migrated(), KILLS, EACH)


@long_form
def test_the_bar_finds_an_answer_that_goes_out_before_the_commit(tmp_path):
    house = Installation(tmp_path).migrated()
    told = crashed(replace(house, planted=LATE_COMMIT), 12, 20)

    assert [key for key, digest in told["acked"].items() if told["settled"][key] != digest] != []
