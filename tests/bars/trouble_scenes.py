"""What happens in the processes of the bar of troubles: a database held by another, a disk that only reads, clocks that jump."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise
from threading import Thread
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.signals import got_request_exception  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.schema import BaseDatabaseSchemaEditor  # noqa: E402
from django.db.migrations import Migration  # noqa: E402

from kechuang.casework import sealer  # noqa: E402
from kechuang.casework.acts import act, open_case  # noqa: E402
from kechuang.casework.clock import tick  # noqa: E402
from kechuang.casework.models import Case, Record  # noqa: E402
from kechuang.casework.queries import history  # noqa: E402
from kechuang.faces.serving import wsgi  # noqa: E402
from tests.bars.crash_scenes import answered  # noqa: E402
from tests.bars.scenes import said  # noqa: E402
from tests.factories import START, Region, a_person, an_open_round, done  # noqa: E402
from tests.journeys import story  # noqa: E402


def locked(wanted: list[dict[str, Any]], seconds: str, patience: str, planted: str) -> None:
    """Another process holds the database for so many seconds; each request waits at most `patience` s for it."""
    options = connections.databases["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("15000", str(round(float(patience) * 1000)))
    call_command("collectstatic", verbosity=0, interactive=False)
    if planted:
        got_request_exception.disconnect(wsgi._on_exception)
    answered("/api/rounds")
    holder = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    freed = Thread(target=lambda: (time.sleep(float(seconds)), holder.execute("ROLLBACK")))
    freed.start()
    began = time.monotonic()
    reads = [answered("/api/rounds") for _ in range(3)]
    quick = time.monotonic() - began < float(seconds)
    during = [answered("/" + one["address"], one) for one in wanted]
    freed.join()
    said({
        "reads": reads, "quick": quick, "during": during, "after": [answered("/" + one["address"], one) for one in wanted],
        "records": Record.objects.filter(act="submit_to_unit").count(), "ready": answered("/readyz"),
    })  # fmt: skip


def only_reads(wanted: list[dict[str, Any]], place: str) -> None:
    """The disk of the data folder takes no writes any more, then it does again: the same process all the time."""
    call_command("collectstatic", verbosity=0, interactive=False)
    before = [answered("/" + one["address"], one) for one in wanted[:1]]
    connections.close_all()
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    during = {
        "ready": answered("/readyz"), "health": answered("/healthz"), "acts": [answered("/" + one["address"], one) for one in wanted],
    }  # fmt: skip
    connections.close_all()
    subprocess.run(["mount", "-o", "remount,rw", place], check=True)
    after = [answered("/" + one["address"], one) for one in wanted]
    said({
        "before": before, "during": during, "after": after, "ready": answered("/readyz"),
        "records": Record.objects.filter(act="submit_to_unit").count(),
    })  # fmt: skip


def clocks() -> None:
    """The clock of the machine jumps back by an hour and forth by two, in the middle of an application's way."""
    region = Region()
    round_ = an_open_round(region)
    told = {}
    for name, jumps in (("back", (0, -1, -1, 0)), ("forth", (0, 1, -1, 1))):
        region.leader = a_person(unit=region.unit)
        case = story.filled_in(open_case(round_, by=region.leader, on=START, key=name), region)
        moments = [START + timedelta(1, hours=hours, minutes=at) for at, hours in enumerate(jumps)]
        done(case, "submit_to_unit", region.leader, on=moments[0], promise=story.SEAL)
        sealer.seal(moments[0])
        done(case, "unit_check", region.research, on=moments[1], opinion="同意申报，材料属实")
        sealer.seal(moments[1])
        done(case, "endorse", region.head, on=moments[2], seal=story.SEAL, truth=True)
        tick(moments[2])
        sealer.seal(moments[2])
        done(case, "recommend", region.signatory, on=moments[3], letter=story.SEAL)
        sealer.seal(moments[3])
        rows = list(history(case))
        told[name] = {
            "acts": [row.act for row in rows], "in order": all(a.digest == b.previous for a, b in pairwise(rows)),
            "by time": [row.act for row in sorted(rows, key=lambda row: row.on)],
            "again": act(case, "recommend", by=region.signatory, on=START, key=rows[-1].key, data={"letter": story.SEAL}).digest == rows[-1].digest,
        }  # fmt: skip
    said({**told, "left": Record.objects.filter(log_index=None).count()})


def migrated_until(at: str, atomic: str) -> None:
    """Every migration that waits, killed with -9 at that statement of the schema; how many there were when it was not."""
    count, execute, kill = 0, BaseDatabaseSchemaEditor.execute, int(at)

    def counted(self: Any, *given: Any, **more: Any) -> Any:
        nonlocal count
        count += 1
        if count == kill:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, *given, **more)

    BaseDatabaseSchemaEditor.execute = counted  # type: ignore[method-assign]
    Migration.atomic = atomic == "atomic"
    call_command("migrate", verbosity=0, interactive=False)
    said({"statements": count, "cases": Case.objects.count(), "records": Record.objects.count()})


if __name__ == "__main__":
    globals()[sys.argv[1]](*[json.loads(one) if one.startswith("[") else one for one in sys.argv[2:]])
