"""`kechuang work`: one loop that does what follows from acts: letters and jobs, acts of the clock, the sealing of the log."""

from __future__ import annotations

import fcntl
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import typer
from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from kechuang.casework import clock, outbox, sealer
from kechuang.casework.pages import day_of
from kechuang.databases import analyse
from kechuang.desks.texts import indexing
from kechuang.faces import repeats
from kechuang.faces.cli.spoken import either
from kechuang.words.failure import told
from kechuang.words.outcome import Refused

app = typer.Typer()

SEAL_EVERY = timedelta(seconds=30)  # a record is in the log within a minute, also when one turn takes long
INDEX_EVERY = timedelta(seconds=5)  # how late the search may be; its page says until when it has read
ANALYSE_EVERY = timedelta(hours=1)
FORGET_EVERY = timedelta(hours=1)
BACK_OFF = timedelta(minutes=5)
IDLE = 1.0  # seconds between two turns that found nothing to do
LOCK = "worker.lock"
TAKEN = "这个数据目录已有一个后台进程 / another worker already serves this data folder"


@dataclass(slots=True)
class Turn:
    """What is done in turn, and when each may be tried again after it failed."""

    say: Callable[[str], None]
    not_before: dict[str, datetime] = field(default_factory=dict)

    def take(self, on: datetime) -> int:
        """Do what is due; how many things were done. A failure is said and stops only its own part for a while."""
        return (
            self._part("outbox", on, lambda: outbox.work(on))
            + self._part("clock", on, lambda: clock.tick(on))
            + self._part("sealer", on, lambda: sealer.seal(on), again=SEAL_EVERY)
            + self._part("search", on, lambda: _indexed(on), again=INDEX_EVERY)
            + self._part("repeats", on, lambda: repeats.forget(day_of(on)), again=FORGET_EVERY)
            + self._part("analyse", on, _analysed, again=ANALYSE_EVERY)
        )

    def _part(self, name: str, on: datetime, work: Callable[[], int], *, again: timedelta = timedelta()) -> int:
        if on < self.not_before.get(name, on):
            return 0
        self.not_before[name] = on + again
        try:
            return work()
        except Refused as refusal:
            self.not_before[name] = on + BACK_OFF
            self.say(f"{name}: {refusal}")
        except Exception as error:
            self.not_before[name] = on + SEAL_EVERY
            self.say(f"{name}: {told(error)}")
        return 0


def _indexed(on: datetime) -> int:
    """Bring the search up; what it takes in was done already and is not counted again."""
    indexing.bring_up(on)
    return 0


def _analysed() -> int:
    """Tell the planner how the tables have grown; no work that waited."""
    analyse(connection)
    return 0


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """True for the one worker of this data folder; the lock goes with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def turns(stop: Event, *, now: Callable[[], datetime] = timezone.now, say: Callable[[str], None] = print) -> None:
    """Turn after turn until `stop` is set; a short rest where there was nothing to do."""
    turn = Turn(say)
    while not stop.is_set():
        done = turn.take(now())
        close_old_connections()
        if not done:
            stop.wait(IDLE)


@app.command()
def work(once: bool = typer.Option(False, "--once", help="One turn, then end: for a timer.")) -> None:
    """Do what is due: letters and jobs, acts of the clock, and within a minute the log. One process a data folder."""
    if not once:
        work_until_told()
        return
    with only_one(settings.DATA) as mine:
        if not mine:
            typer.echo(TAKEN, err=True)
        else:
            done = Turn(_aloud).take(timezone.now())
            typer.echo(either(f"办了 {done} 件", f"{done} done"))


def work_until_told() -> None:
    """The loop itself, until SIGTERM or SIGINT; it ends with 1 where another worker holds the data folder."""
    with only_one(settings.DATA) as mine:
        if not mine:
            typer.echo(TAKEN, err=True)
            raise SystemExit(1)
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        turns(stop, say=_aloud)
        connection.close()


def _aloud(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
