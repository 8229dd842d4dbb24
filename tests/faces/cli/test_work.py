"""The worker: one a data folder, a failing part stops only itself, and the log is sealed within a minute."""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from typer.testing import CliRunner

from kechuang.casework import outbox, sealer
from kechuang.casework.models import Outbox, Record
from kechuang.databases import analyse
from kechuang.desks.experts.drawing import JOINS
from kechuang.faces.cli import work
from kechuang.faces.serving import keeping
from tests.casework.sealed import a_round, folders, written
from tests.factories import START, Region, a_case, a_person, an_open_round

pytestmark = pytest.mark.django_db


def test_one_turn_does_what_is_due_and_seals_the_log(settings, tmp_path):
    folders(settings, tmp_path)
    written(a_round(), 3)

    assert CliRunner().invoke(work.app, ["--once"]).stdout == "3 done\n"

    assert Record.objects.filter(log_index=None).count() == 0


def test_the_log_is_sealed_at_most_every_thirty_seconds(settings, tmp_path):
    folders(settings, tmp_path)
    round_ = a_round()
    turn = work.Turn(pytest.fail)
    done = []
    for seconds in (0, 10, 29, 30, 45, 60):
        written(round_, 1)
        done.append(turn.take(START + timedelta(seconds=seconds)))

    assert done == [1, 0, 0, 3, 0, 2]


def test_a_part_that_fails_is_said_and_does_not_stop_the_others(settings, tmp_path, monkeypatch):
    _, first, _ = folders(settings, tmp_path)
    Outbox.objects.create(kind="nobody knows", key="k", due=START)
    monkeypatch.setattr(work.clock, "tick", lambda on: 1 // 0)
    written(a_round(), 1)
    said: list[str] = []

    assert work.Turn(said.append).take(START) == 1

    assert [text.split(":")[0] for text in said] == ["clock"]
    assert Outbox.objects.get().tries == 1
    assert (first / sealer.LEAVES).exists()
    assert outbox.work(START) == 0


def test_a_sealer_that_refuses_is_asked_again_only_later(settings, tmp_path):
    _, first, _ = folders(settings, tmp_path)
    written(a_round(), 1)
    turn = work.Turn(lambda text: said.append(text))
    said: list[str] = []
    first.mkdir(parents=True)
    (first / sealer.LEAVES).write_bytes(b"not a leaf\n")

    for minutes in (0, 1, 4, 5):
        turn.take(START + timedelta(minutes=minutes))

    assert said == [f"sealer: Reason(witness_unreadable, folder='{first}')"] * 2


def test_a_second_worker_of_the_same_folder_steps_aside(settings, tmp_path):
    folders(settings, tmp_path)
    with work.only_one(settings.DATA) as mine:
        second = CliRunner().invoke(work.app, [])

    assert (mine, second.exit_code) == (True, 1)


def test_a_part_that_is_killed_is_started_again_and_all_end_with_the_parent(tmp_path):
    log = tmp_path / "log"

    def part() -> None:
        with log.open("a") as out:
            out.write(f"{os.getpid()}\n")
        time.sleep(60)

    parent = os.fork()
    if not parent:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        keeping.keep({"part": part}, lambda text: None)
        os._exit(0)
    first = int(waited(log, 1)[0])
    os.kill(first, signal.SIGKILL)
    second = int(waited(log, 2)[1])
    os.kill(parent, signal.SIGTERM)

    assert os.waitstatus_to_exitcode(os.waitpid(parent, 0)[1]) == 0
    assert not any(os.path.exists(f"/proc/{pid}") for pid in (first, second))


def test_a_part_that_has_just_begun_when_the_parent_is_told_to_end_is_asked_to_end_too(tmp_path):
    log, asked = tmp_path / "log", tmp_path / "asked"

    def part() -> None:
        signal.signal(signal.SIGTERM, lambda *_: (asked.write_text("asked"), os._exit(0)))
        log.write_text(str(os.getpid()))
        time.sleep(60)

    parent = os.fork()
    if not parent:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        fork = os.fork

        def slowly() -> int:
            """The parent is held up between the fork and what comes after it until the part runs and the signal has come."""
            if pid := fork():
                waited(log, 1)
                os.kill(os.getpid(), signal.SIGTERM)
            return pid

        os.fork = slowly
        keeping.keep({"part": part}, lambda text: None)
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(parent, 0)[1]) == 0
    assert asked.read_text() == "asked"


def waited(log, count: int) -> list[str]:
    for _ in range(600):
        lines = log.read_text().split() if log.exists() else []
        if len(lines) >= count:
            return lines
        time.sleep(0.05)
    pytest.fail(f"{count} starts were expected")


def test_once_an_hour_the_planner_is_told_how_the_tables_have_grown(settings, tmp_path, monkeypatch):
    folders(settings, tmp_path)
    told = []
    monkeypatch.setattr(work, "analyse", lambda connection: told.append(connection.vendor))
    turn = work.Turn(pytest.fail)
    for minutes in (0, 30, 61):
        turn.take(START + timedelta(minutes=minutes))
    assert len(told) == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does this by itself")
def test_then_what_asks_for_one_person_does_not_read_a_whole_round():
    region = Region()
    round_ = an_open_round(region)
    for _ in range(40):
        case = a_case(region, round_, leader=a_person(unit=region.unit))
        case.members.create(person=case.leader)
    plan = JOINS.ask(region.leader.pk, round_.pk)
    assert "round" in plan.explain().splitlines()[0]
    analyse(connection)
    assert "person" in plan.explain().splitlines()[0]
