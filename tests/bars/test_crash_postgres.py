"""PostgreSQL falls over under the served house: a backend killed with -9, or the whole server; what was acknowledged stays."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from queue import SimpleQueue
from random import Random

import psycopg
import pytest

from tests.bars.crash_holds import (  # noqa: F401  what is held against every crash
    test_every_request_settles_exactly_once_when_it_is_sent_again,
    test_money_is_balanced_and_each_payment_was_ordered_once,
    test_no_acknowledged_record_is_lost_or_changed,
    test_the_database_and_the_chains_are_whole,
)
from tests.bars.databases import with_tables
from tests.bars.installation import LONG, Installation
from tests.bars.served import Served, rush, sent
from tests.machine import Cluster, no_cluster, server_folder

pytestmark = [pytest.mark.bar, pytest.mark.postgres]
KILLS, EACH, HANDS = (50, 250, 4) if LONG else (3, 10, 3)
LOST = 4  # acknowledged while the planted fault stands


def asked(cluster: Cluster, *statements: str) -> list[tuple]:
    """What the last of these statements gives; as soon as the server takes connections again."""
    until = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(cluster.url, autocommit=True) as connection:
                for statement in statements:
                    found = connection.execute(statement)
                return found.fetchall() if found.description else []
        except psycopg.OperationalError:
            assert time.monotonic() < until, "the server does not come back"
            time.sleep(0.05)


BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


def fallen(cluster: Cluster, kind: str, rng: Random) -> None:
    """One backend killed, upon which the server ends all of them and recovers; or the server stopped at once, and started."""
    if kind == "stop":
        cluster.stop()
        cluster.start()
        return
    pids = [pid for (pid,) in asked(cluster, BACKENDS)]
    while not pids:  # between two requests nobody may be connected
        pids = [pid for (pid,) in asked(cluster, BACKENDS)]
    os.kill(rng.choice(pids), signal.SIGKILL)


def checked(cluster: Cluster) -> tuple[int, str]:
    """How pg_amcheck ends, and what it says: every table and index against its own rules, each row found in its indexes."""
    folder = server_folder()
    assert folder is not None
    command = [str(folder / "pg_amcheck"), "--install-missing", "--heapallindexed", "--rootdescend", cluster.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    if why := no_cluster():
        pytest.skip(why)
    with with_tables() as cluster:
        house = Installation(tmp_path_factory.mktemp("crash-postgres"), cluster.url)
        work = house.scene("work", str(EACH), of="crash_scenes")
        served, rng, acked, unanswered = Served(house), Random(1), {}, []
        kept, waiting = work[-LOST:], SimpleQueue()
        for one in work[:-LOST]:
            waiting.put(one)
        try:
            served.ready()
            for number in range(2 * KILLS):
                stop, hands = rush(served, waiting, acked, unanswered, rng.random() * 0.3, HANDS)
                fallen(cluster, "backend" if number % 2 else "stop", rng)
                stop.set()
                for one in hands:
                    one.join()
                served.ready()
            first = dict(acked)
            settled = {one["key"]: sent(served.address, one) for one in work[:-LOST]}
            planted = careless(cluster, served, kept)
        finally:
            served.end()
        print(f"{KILLS} backends killed, {KILLS} stops; acknowledged before the last {len(first)}, unanswered {len(unanswered)}, down for at most {max(served.waits[1:]):.2f} s")  # noqa: T201  # fmt: skip
        yield {
            **house.scene("became", of="crash_scenes"), "acked": first, "settled": settled, "planted": planted, "each": EACH, "kills": 2 * KILLS,
            "verify": house.told("verify", "--json"), "checked": checked(cluster),
            "settings": [asked(cluster, f"SHOW {name}")[0][0] for name in ("fsync", "full_page_writes", "synchronous_commit")],
        }  # fmt: skip


def careless(cluster: Cluster, served: Served, work: list[dict]) -> list[str]:
    """Planted: commits are told before they are on the disk. The keys of what was acknowledged and is gone."""
    asked(cluster, "ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()",
          "ALTER ROLE kechuang SET synchronous_commit = off")  # fmt: skip
    fallen(cluster, "stop", Random(1))
    served.ready()
    acked = {one["key"]: sent(served.address, one) for one in work}
    cluster.stop()
    cluster.start()
    asked(cluster, "ALTER ROLE kechuang RESET synchronous_commit", "ALTER SYSTEM RESET wal_writer_delay")
    served.ready()
    return [one["key"] for one in work if acked[one["key"]] and sent(served.address, one) != acked[one["key"]]]


def test_the_server_keeps_what_it_commits(told):
    assert told["settings"] == ["on", "on", "on"]


def test_the_bar_finds_a_server_that_acknowledges_before_it_is_on_the_disk(told):
    assert told["planted"] != []


def test_every_table_and_index_is_whole(told):
    folder = server_folder()
    if folder is None or not (folder / "pg_amcheck").exists():
        pytest.skip("this PostgreSQL brings no pg_amcheck")
    assert told["checked"] == (0, "")
