"""When something fails: the answer tells nothing of the request, of anybody or of the inside, and the log names nobody."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from kechuang.casework import clock, outbox
from kechuang.casework.models import Outbox
from kechuang.desks.texts import indexing
from kechuang.faces.cli import work
from tests.bars.crawling import holds
from tests.bars.installation import Installation
from tests.casework.sealed import folders
from tests.factories import START, Region, a_case

pytestmark = pytest.mark.bar
NAME, PHONE = "金丝雀", "13912345678"
INSIDE = ("Traceback", "ValueError", "kechuang/", ".py", "raise ")
# Every page that asks what time it is fails, and says so with a name, a number and what it was asked with.
FAILING = f"""
import django; django.setup()
from kechuang.faces import access
def broken(*given, **more):
    raise ValueError("{NAME} {PHONE} is unknown") from KeyError("{NAME}")
access.now = broken
"""
# Planted: the page says what failed in its own words, and so does the log.
CARELESS = f"""
import sys
from kechuang.words import failure
failure.told = repr
{FAILING}
from django.http import HttpResponse
from kechuang.faces.web import mishaps
told = mishaps.server_error
mishaps.server_error = lambda request: HttpResponse(told(request).content + repr(sys.exception()).encode(), status=500)
"""
FAILED = 4


def wanted() -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """Requests that fail, are refused or make no sense; in each of them stands the name."""
    word, form = quote(NAME), {"Content-Type": "application/x-www-form-urlencoded"}
    yield "GET", f"/search/?q={word}", {}, b""
    yield "GET", f"/results/?q={word}", {}, b""
    yield "GET", f"/draws/?unit={word}", {}, b""
    yield "GET", f"/api/results?q={word}", {}, b""
    yield "GET", f"/api/search?q={word}", {"Accept": "application/json"}, b""
    yield "GET", f"/{word}/", {}, b""
    yield "GET", f"/notices/{word}/", {}, b""
    yield "GET", f"/api/{word}", {}, b""
    yield "GET", "/", {"Host": f"{PHONE}.example.org"}, b""
    yield "POST", "/signin/", form, f"username={word}&password={PHONE}".encode()
    yield "POST", f"/register/person/?of={word}", form, f"person_name={word}".encode()
    yield "POST", "/api/rounds", {"Content-Type": "application/json"}, json.dumps({"name": NAME}).encode()
    yield "PUT", f"/api/cases/{PHONE}/drafts/all", {"Content-Type": "application/json"}, f'{{"{NAME}": '.encode()
    yield "POST", "/check/", {"Content-Length": str(10**12), **form}, b""


def told_by(address: str, one: tuple[str, str, dict[str, str], bytes]) -> tuple[int, bytes]:
    """Status, and head and body as they came."""
    method, path, headers, body = one
    connection = HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=60)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, f"{answer.headers}\n".encode() + answer.read()


@contextmanager
def serving(house: Installation, log: Path) -> Iterator[str]:
    with log.open("w") as aloud:
        command = ("serve", "--port", "0", "--workers", "1", "--without-worker")
        service = house.begun(*command, stdout=subprocess.PIPE, stderr=aloud)
        try:
            yield service.stdout.readline().strip()
        finally:
            service.terminate()
            service.wait()


def asked(folder: Path, planted: str) -> tuple[list[tuple[int, bytes]], str]:
    """What those are told who ask a house with that fault, and what it wrote meanwhile."""
    house = Installation(Installation(folder).migrated().folder, planted=planted)
    with serving(house, folder / "log") as address:
        answers = [told_by(address, one) for one in wanted()]
    return answers, (folder / "log").read_text("utf-8")


def test_no_answer_and_no_line_of_the_log_says_more_than_that_and_where_it_failed(tmp_path):
    answers, log = asked(tmp_path, FAILING)
    failed = [said for status, said in answers if status == 500]
    errors = [said for status, said in answers if status >= 400]

    assert len(failed) == FAILED and {status for status, _ in answers} >= {400, 404, 413, 500}
    assert [said for said in errors if holds(said, NAME) or holds(said, PHONE)] == []
    assert [word for said in errors for word in INSIDE if word.encode() in said] == []
    assert (holds(log.encode(), NAME), PHONE in log, "unknown" in log) == (False, False, False)
    assert log.count("mishap ") == len(failed) and log.count("ValueError at ") == len(failed)  # and it can be mended


def test_the_bar_finds_a_page_and_a_log_that_say_what_failed_in_its_own_words(tmp_path):
    answers, log = asked(tmp_path, CARELESS)

    assert any(holds(said, NAME) for status, said in answers if status == 500)
    assert holds(log.encode(), NAME) and PHONE in log


def fails(*given: object, **more: object) -> int:
    raise ValueError(f"{NAME} {PHONE} is there already")


def in_turn(settings, tmp_path, monkeypatch) -> str:
    """A worker all of whose parts fail: what it says, and what it keeps."""
    folders(settings, tmp_path)
    said: list[str] = []
    monkeypatch.setitem(outbox._jobs, "fails", fails)
    monkeypatch.setattr(clock, "tick", fails)
    Outbox.objects.create(kind="fails", key="k", due=START)
    work.Turn(said.append).take(START + timedelta(minutes=1))
    return "\n".join([*said, Outbox.objects.get(kind="fails").error])


@pytest.mark.django_db
@pytest.mark.parametrize("planted", [False, True])
def test_the_worker_names_nobody_in_what_it_says_of_a_failure_and_in_what_it_keeps(settings, tmp_path, monkeypatch, planted):  # fmt: skip
    """Planted: it says the error's own words."""
    if planted:
        monkeypatch.setattr(work, "told", repr)
        monkeypatch.setattr(outbox, "told", repr)
    said = in_turn(settings, tmp_path, monkeypatch)

    assert said.count("ValueError") == 2
    assert (NAME in said, PHONE in said) == (planted, planted)


@pytest.mark.django_db
def test_what_cannot_be_made_findable_is_logged_without_its_words(caplog, monkeypatch):
    case = a_case(Region())
    rows, name, _ = indexing.READ["case"]
    make: Callable[..., object] = fails
    monkeypatch.setattr(indexing, "READ", {**indexing.READ, "case": (rows, name, make)})
    indexing.made([("case", case.number)])

    assert "cannot be made findable: ValueError at " in caplog.text
    assert NAME not in caplog.text
