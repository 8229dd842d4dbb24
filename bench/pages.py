"""CPU milliseconds and SQL queries of a page: lists, form and submission, the reading desk; small data, Django's test client.

`python -m bench.pages [REPEAT]`. The client skips sockets: what is measured is our own code and the database's.
"""

from __future__ import annotations

import bench.installation  # noqa: F401

# isort: split

import sys
import time
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from functools import partial
from statistics import median

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.faces.panels import Panel, posted
from tests.factories import START, Region, a_person, an_open_round
from tests.journeys import story

from kechuang.casework.acts import open_case
from kechuang.casework.models import Case
from kechuang.parties.models import Person

REPEAT = 20
CASES = 3
Request = tuple[str, Callable[[int], HttpResponse], int]
"""What is measured: its name, the n-th request, and how often it can be made (writes spend what was prepared)."""


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def drafts(region: Region, count: int) -> list[Case]:
    """Filled-in drafts, each of a leader of its own, ready to be submitted."""
    on = timezone.now()
    round_ = an_open_round(region, opens_at=on - timedelta(5))
    found = []
    for number in range(count):
        region.leader = a_person(unit=region.unit)
        case = open_case(round_, by=region.leader, on=on, key=f"bench-{number}")
        found.append(story.filled_in(case, region, title=f"草原碳汇计量方法研究第{number}题"))
    return found


def reads(panel: Panel, draft: Case) -> list[tuple[str, str, Person | None]]:
    """The pages that are only read: name, address, who reads."""
    region, case = panel.region, panel.cases[0]
    return [
        ("home", "/", None), ("to-do of an officer", "/todo/", region.officer), ("own cases", "/mine/", case.leader),
        ("list of cases", "/cases/", region.officer), ("list of rounds", "/rounds/", region.planner),
        ("a case", f"/cases/{case.number}/", region.officer), ("inbox", "/letters/", case.leader),
        ("part of a form", f"/cases/{draft.number}/form/part/basics/", draft.leader),
    ]  # fmt: skip


def requests(repeat: int) -> list[Request]:
    """Everything that is measured, over three cases with a drawn panel and as many drafts as are submitted."""
    panel = Panel(count=CASES)
    expert, seat = panel.reading()
    waiting = drafts(panel.region, CASES)
    found: list[Request] = []
    for name, address, who in reads(panel, waiting[0]):
        client = signed_in(who) if who else Client()
        found.append((name, partial(_get, client, address), repeat))
    desk = f"/reviews/{seat.label}/"
    found.append(("reading desk", partial(_get, expert, "/reviews/"), repeat))
    found.append(("proposal and sheet", partial(_get, expert, f"{desk}{panel.cases[0].number}/"), repeat))
    leaders = [signed_in(case.leader) for case in waiting]
    for leader in leaders:
        leader.get("/todo/")  # as after signing in: what waits has been counted
    found.append(("submit an application", partial(_submit, leaders, waiting), len(waiting)))
    found.append(("file a sheet", partial(_file, expert, panel, desk), len(panel.cases)))
    return found


def full_lists(repeat: int) -> list[Request]:
    """The same lists over six hundred cases, fifty a page: rows cost more than the page around them."""
    region = Region()
    case = open_case(an_open_round(region), by=region.leader, on=START, key="bench-many")
    for number in range(600):
        row = copy(case)
        row.pk, row.number, row.state, row.received_at = None, f"BENCH{number:05d}", "submitted", START
        row.title = f"草原碳汇计量方法研究第{number}题"
        row.save(force_insert=True)
    people = (("50 of 600 cases", region.officer), ("the same, supervision", region.supervisor))
    return [(name, partial(_get, signed_in(who), "/cases/"), repeat) for name, who in people]


def _get(client: Client, address: str, number: int) -> HttpResponse:
    return client.get(address)


def _submit(leaders: list[Client], waiting: list[Case], number: int) -> HttpResponse:
    case = waiting[number]
    address = f"/cases/{case.number}/act/submit_to_unit/"
    return leaders[number].post(address, {"key": f"s{number}", "promise": story.SEAL})


def _file(expert: Client, panel: Panel, desk: str, number: int) -> HttpResponse:
    case = panel.cases[number]
    return expert.post(f"{desk}{case.number}/", {**posted(case), "key": f"f{number}"})


def measured(name: str, ask: Callable[[int], HttpResponse], times: int) -> str:
    """One line; the first request warms up and counts the queries, the others are timed without counting."""
    with CaptureQueriesContext(connection) as seen:
        answered(name, ask(0))
    queries, spent = len(seen), []  # counted here: the next request empties the log
    for number in range(1, times):
        started = time.process_time()
        answer = ask(number)
        spent.append((time.process_time() - started) * 1000)
        answered(name, answer)
    size = len(answer.content) / 1024
    return f"{name:<26}{median(spent):>10.1f}{max(spent):>10.1f}{queries:>10}{size:>10.1f}"


def answered(name: str, answer: HttpResponse) -> None:
    """RuntimeError unless the page was shown or the act done."""
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{name} answered {answer.status_code}")


def main(repeat: int = REPEAT) -> None:
    """Measure every page `repeat` times, at least twice."""
    repeat = max(2, repeat)
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS = ["testserver"]  # and no test environment: that copies what every template was given
    print(f"{'page':<26}{'CPU ms':>10}{'slowest':>10}{'queries':>10}{'KB':>10}   median of {repeat}, {CASES} cases")
    for made in (requests, full_lists):
        for name, ask, times in made(repeat):
            print(measured(name, ask, times), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
