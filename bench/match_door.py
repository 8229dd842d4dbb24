"""The search box through its whole door at 100,000 things: keys pressed, pages and JSON answered: `python -m bench.match_door`.

The house itself stands on a database of its own: sign-in, curtain, ranking, the rows decrypted, `visible_to` asked, the
answer drawn. Django's test client skips the socket alone.
"""

from __future__ import annotations

import bench.installation  # noqa: F401

# isort: split

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils import timezone
from tests.factories import Region, a_person, a_unit, an_open_round

from bench.match import DATA, Clock, say
from bench.match_corpus import real
from bench.match_house import entries, letters
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import current
from kechuang.desks.texts import shelf
from kechuang.desks.texts.indexing import READING
from kechuang.desks.texts.models import Found
from kechuang.engines.match import Entry, PartBuilder
from kechuang.parties.models import Organisation, Person

UNITS, BATCH, ASKED = 200, 2000, 25
ACTS = ("open", "submit_to_unit", "unit_check", "recommend", "admit")


def fill(region: Region, kept: Sequence[Entry]) -> list[Organisation]:
    """A third papers for everyone, the rest cases of two hundred units, handed in; their rows and their arrays."""
    round_, on = an_open_round(region), timezone.now()
    units = [region.unit, *(a_unit() for _ in range(UNITS - 1))]
    builder = PartBuilder()
    for start in range(0, len(kept), BATCH):
        some = list(enumerate(kept[start : start + BATCH], start))
        cases = [
            Case(number=f"B{n:09}", round=round_, state="submitted", entered_at=on, opened_at=on, received_at=on, title=one.title[:200], applicant=units[n % UNITS])
            for n, one in some if n % 3
        ]  # fmt: skip
        Case.objects.bulk_create(cases)
        Record.objects.bulk_create(record for case in cases for record in _records(case.number, on))
        rows = [_row(n, one, units[n % UNITS], round_.code) for n, one in some]
        for row in Found.objects.bulk_create(rows):
            builder.add(row.pk, Entry(row.name, row.title, row.text, row.kind, row.year, row.place, tuple(row.seen_by)))
    shelf.publish(shelf.State(1, None, current().digest, on, (shelf.save(builder.part(), 1),), 1, READING))
    return units


def _row(number: int, one: Entry, unit: Organisation, round_: str) -> Found:
    case = number % 3 > 0
    name = f"case:B{number:09}" if case else f"document:D{number:09}"
    seen_by = [f"o:{unit.pid}", "h", f"round:{round_}"] if case else ["*"]
    return Found(
        name=name, kind=name.partition(":")[0], subject=name, title=one.title[:240], text=one.text, year=one.year, place=one.place,
        seen_by=seen_by, digest="0" * 64, stale=False,
    )  # fmt: skip


def _records(number: str, on: datetime) -> Iterator[Record]:
    """What was done on a case: its first acts, a day apart, the last of them on a day of its own in three years."""
    day = on - timedelta(int(number[1:]) % 1000)
    for position, act in enumerate(ACTS, 1):
        yield Record(
            subject_kind="case", subject=number, position=position, act=act, actor="p:nobody", on=day - timedelta(len(ACTS) - position),
            key=f"{number}-{act}", data_digest="0" * 64, body="{}", previous="", digest=f"{int(number[1:]):060x}{position:04x}",
        )  # fmt: skip


def readers(region: Region) -> Iterator[tuple[str, Person | None]]:
    yield "anyone", None
    yield "a unit", region.research
    yield "the planning office", a_person(("planner", "*"))


def of_records(some: Sequence[Entry]) -> Iterator[str]:
    """Questions that records answer: a number, a title with an act in either language, a day."""
    today = timezone.now().date()
    for place, one in enumerate(some, 1):
        yield from (f"B{place:09}", f"{one.title[:12]} 受理", f"{one.title[:12]} admit", f"{today - timedelta(place)}")


def turned(name: str, client: Client) -> None:
    """The page of records alone, where an act or a day by itself is asked for."""
    clock = Clock()
    for place in range(ASKED):
        for words in ("受理", "单位审核", "admit", str(timezone.now().date() - timedelta(place))):
            with clock.once():
                client.get("/search/", {"q": words, "kind": "record"})
    say(f"  {name}, the page of records", str(clock), "≤ 50 ms")


def pressed(name: str, client: Client, asked: Sequence[str]) -> None:
    """Every press of a key, as the page sends it and as a machine asks it."""
    page, api = Clock(), Clock()
    htmx = {"HX-Request": "true", "HX-Target": "found"}
    for text in asked:
        for words in letters(text):
            with page.once():
                client.get("/search/", {"q": words}, headers=htmx)
            with api.once():
                client.get("/api/search", {"q": words, "typing": "true", "limit": 8})
    say(f"  {name}, under the box", str(page), "≤ 50 ms")
    say(f"  {name}, GET /api/search", str(api), "≤ 50 ms")


def main() -> None:
    if not (DATA / "nsf_awards_fy2026.csv").is_file():
        print(f"no data at {DATA}: set KECHUANG_PROJECTS to the folder of csl_abstracts.csv")
        return
    size = int(os.environ.get("KECHUANG_DOCUMENTS", "100000"))
    setup_test_environment()
    call_command("migrate", verbosity=0)
    region, corpus = Region(), real(DATA / "csl_abstracts.csv")
    kept = list(entries(corpus, size))
    fill(region, kept)
    chinese = [corpus.titles[name] for name in list(corpus.sources)[:ASKED] if corpus.titles[name]]
    english = [one.title for one in kept if one.name.startswith("en")][:ASKED]
    records = list(of_records([one for place, one in enumerate(kept) if place % 3][:ASKED]))
    say(
        "search box of the house, whole answers",
        f"{size:,} things, {Case.objects.count():,} of them cases, {Record.objects.count():,} records",
    )
    for name, person in readers(region):
        client = Client()
        if person:
            client.force_login(person)
        pressed(f"{name}, Chinese", client, chinese)
        pressed(f"{name}, English", client, english)
        pressed(f"{name}, records", client, records)
        turned(name, client)


if __name__ == "__main__":
    sys.exit(main())
