"""What must hold before the pages are served: each fault planted once, and said with what to do about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from kechuang.casework import book, editions
from kechuang.casework.models import Edition
from kechuang.faces.serving import conditions, readiness
from kechuang.faces.tongues import tongue
from kechuang.words.outcome import BadPage
from tests.casework.sealed import a_round

pytestmark = pytest.mark.django_db
KEY = "k" * 32


@pytest.fixture
def embedded():
    """What only a database in a file has to be told."""
    if connection.vendor != "sqlite":
        pytest.skip("a PostgreSQL server keeps what it commits by settings of its own, which other tests ask")


@pytest.fixture
def sound(settings, monkeypatch):
    """The settings of a house that may be served, with what the test database cannot be told as if it were so."""
    settings.SECRET_KEY, settings.DEBUG, settings.DEMO = KEY, False, False
    told = {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2}
    asked = conditions._asked
    monkeypatch.setattr(
        conditions, "_asked", lambda statement: told[statement] if statement in told else asked(statement)
    )
    return told


def said(address: str = "127.0.0.1") -> list[str]:
    """Each sentence up to its colon."""
    return [fault.split(":")[0] for fault in conditions.faults(address)]


def test_a_sound_house_has_nothing_against_it(sound):
    assert said() == said("0.0.0.0") == []


def test_debug_and_a_default_key_are_refused(sound, settings):
    settings.DEBUG, settings.SECRET_KEY = True, "only-for-tests" + "x" * 40

    assert said() == ["DEBUG is on", "the key is a default one or too short"]


@pytest.mark.parametrize(
    ("statement", "found", "sentence"),
    [
        ("PRAGMA synchronous", 1, "synchronous is 1, it must be FULL"),
        ("PRAGMA journal_mode", "delete", "journal_mode is delete, it must be WAL"),
    ],
)
def test_a_database_that_could_lose_acknowledged_work_is_refused(embedded, sound, statement, found, sentence):
    sound[statement] = found

    assert said() == [sentence]


def test_deferred_transactions_are_refused(embedded, sound, monkeypatch):
    monkeypatch.setattr(connections["default"], "transaction_mode", None)

    assert said() == ["transaction_mode is None, it must be IMMEDIATE"]


def test_the_pragmas_are_those_that_the_settings_ask_for():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)


def test_demonstration_data_is_never_served_on_another_address(sound, settings):
    round_ = a_round()
    round_.synthetic = True
    round_.save()

    assert said("127.0.0.1") == []
    assert said("0.0.0.0") == ["demonstration data is never served on 0.0.0.0, only on 127.0.0.1"]


def test_clocks_that_differ_are_refused_and_ours_agree(sound, monkeypatch):
    assert abs(conditions.measured_skew()) < timedelta(seconds=1)
    monkeypatch.setattr(conditions, "measured_skew", lambda: timedelta(milliseconds=-150))

    assert said() == ["the clocks of application and database differ by 150 ms (100 at most)"]


def test_missing_migrations_are_refused_and_none_is_run(sound, monkeypatch):
    monkeypatch.setattr(conditions.MigrationExecutor, "migration_plan", lambda self, nodes: [1, 2])

    assert said() == ["the database lacks 2 migrations"]


def test_a_database_on_a_network_file_system_is_known_by_its_mount():
    mounts = "dev / ext4 rw 0 0\nsrv:/x /mnt/far nfs4 rw 0 0\ndev /mnt/far/near ext4 rw 0 0\n"

    found = [conditions.network_files(Path(path), mounts) for path in ("/data/db", "/mnt/far/db", "/mnt/far/near/db")]

    assert found == ["", "nfs4", ""]


def test_a_database_that_does_not_open_is_said_so(sound, monkeypatch):
    def refuses(statement):
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(conditions, "_asked", refuses)

    assert said() == ["the database cannot be opened"]


def test_a_page_that_is_wrong_stops_the_start(sound, monkeypatch):
    pages = dict(book.packaged().sources)
    pages["policies/instrument-use.yaml"] = pages["policies/instrument-use.yaml"].replace("fee * rate", "fee * rte")
    Edition.objects.create(digest=book.read(pages).digest, pages=pages, by="", on=timezone.now())

    wrong = conditions.faults("127.0.0.1")

    assert len(wrong) == 1 and "unknown name 'rte'; did you mean rate?" in wrong[0]
    assert wrong[0].said(tongue("zh")).endswith("没有名称“rte”；是不是想写 rate？")


def test_what_running_rounds_need_and_nobody_offers_stops_the_start(sound, monkeypatch):
    alone = BadPage("round 2026-001", "there is no flow {code}", "see the folder flows/", code="grant")
    monkeypatch.setattr(editions, "left_alone", lambda known: [alone])

    assert said() == ["the page round 2026-001"]


def test_an_instance_is_ready_until_its_folder_takes_no_more(settings, tmp_path, monkeypatch):
    settings.DATA = tmp_path
    assert readiness.unready() == []
    monkeypatch.setattr(readiness, "LEAST_FREE", 1 << 62)
    assert readiness.unready() == ["disk_full"]
    monkeypatch.undo()
    settings.DATA = tmp_path / "gone"
    assert readiness.unready() == ["data_folder_not_writable"]
    assert list(tmp_path.iterdir()) == []
