"""Bringing the search up to what was done: one worker follows the records, keeps the entries and writes the arrays."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from kechuang.casework.models import Case, Document, Draft, Notice, Record, Round
from kechuang.casework.pages import current
from kechuang.desks.texts import entries, shelf
from kechuang.desks.texts.comparing import take_in_missing
from kechuang.desks.texts.models import Found
from kechuang.engines.match import Entry, Part, PartBuilder, merged_parts
from kechuang.parties.models import Organisation, Person
from kechuang.words.failure import told

log = logging.getLogger("kechuang.search")
BEHIND = 2000  # records looked at again: on PostgreSQL they are not committed in the order of their numbers
BATCH = 500
SLICE = 1000  # of everything, at the first look: the worker has other things to do between
PARTS_AT_MOST = 6
READING = 1  # raise it when an entry, or what a case is compared by, says more than before
OVERLAP = timedelta(seconds=30)


def bring_up(on: datetime, *, most: int = SLICE) -> int:
    """Take in what has changed since the last time, and `most` of what was never looked at; how many entries changed."""
    last = Record.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    state = _begun(shelf.state(), last)
    subjects, sweep = _swept(state.sweep, most)
    subjects |= set(_changed(state)) if state.parts else set()
    for some in _batches(sorted(subjects)):
        keep(some)
        take_in_missing([subject for kind, subject in some if kind == "case"], on)
    if state.edition != current().digest:
        _keep_book()
    fresh = _write(state)
    shelf.publish(shelf.State(last, sweep, current().digest, on, fresh.parts, fresh.number, READING))
    _settle(fresh.written)
    return len(fresh.written)


def _begun(state: shelf.State, last: int) -> shelf.State:
    """The state to go on from: from the beginning where the folder is new or belongs to another database.

    Where an earlier release read less of things, they are looked at again while what there is goes on answering.
    """
    if state.parts and state.record <= last:
        return state if state.reading == READING else replace(state, sweep=(0, 0))
    Found.objects.update(stale=True)
    return shelf.State(last, (0, 0), "", state.as_of, (), state.number)


def rebuild(on: datetime) -> int:
    """Look at everything again and write the arrays anew; how many entries there are."""
    old = shelf.state()
    shelf.publish(shelf.State(0, (0, 0), "", old.as_of, (), old.number))
    count = bring_up(on)
    while shelf.state().sweep is not None:
        count += bring_up(on)
    return count


Subject = tuple[str, str]
# Every table that entries come from, and what names its rows.
TABLES: tuple[tuple[str, QuerySet[Any], str], ...] = (
    ("round", Round.objects.all(), "code"),
    ("unit", Organisation.objects.all(), "pid"),
    ("person", Person.objects.exclude(expert=None), "pid"),
    ("case", Case.objects.all(), "number"),
    ("document", Document.objects.all(), "code"),
)


def _swept(sweep: tuple[int, int] | None, most: int) -> tuple[set[Subject], tuple[int, int] | None]:
    """The next `most` of all there is, in the order of the tables, and how far that comes."""
    found: set[Subject] = set()
    while sweep is not None and len(found) < most:
        kind, rows, name = TABLES[sweep[0]]
        some = list(rows.filter(pk__gt=sweep[1]).order_by("pk").values_list("pk", name)[: most - len(found)])
        found |= {(kind, subject) for _, subject in some}
        sweep = (sweep[0], some[-1][0]) if some else (sweep[0] + 1, 0)
        sweep = sweep if sweep[0] < len(TABLES) else None
    return found, sweep


def _changed(state: shelf.State) -> Iterator[Subject]:
    """The subjects of late records, with what hangs on them; drafts and papers of the last minutes."""
    since, seen = state.as_of - OVERLAP, state.record
    late = Q(pk__gt=seen) | Q(pk__gt=seen - BEHIND, on__gte=since)
    rows = Record.objects.filter(late).order_by().values_list("subject_kind", "subject")
    for kind, subject in set(rows.distinct()):
        if kind in ("case", "round"):
            yield kind, subject
        elif kind in ("party", "expert"):
            yield from (("unit", subject), ("person", subject))
    yield from (
        ("case", number) for number in Draft.objects.filter(on__gte=since).values_list("case__number", flat=True)
    )
    yield from (("document", code) for code in Document.objects.filter(on__gte=since).values_list("code", flat=True))
    listed = Notice.objects.filter(on__gte=since, cases__isnull=False)
    yield from (("case", number) for number in listed.values_list("cases__number", flat=True).distinct())


def _batches(subjects: list[Subject]) -> Iterator[list[Subject]]:
    return (subjects[start : start + BATCH] for start in range(0, len(subjects), BATCH))


def made(subjects: Iterable[Subject]) -> dict[str, list[Entry]]:
    """The entries of some subjects by kind/id; none for what is no more, nothing for what cannot be read now."""
    named: dict[str, list[str]] = {}
    for kind, subject in subjects:
        named.setdefault(kind, []).append(subject)
    found: dict[str, list[Entry]] = {f"{kind}/{one}": [] for kind, names in named.items() for one in names}
    for kind, names in named.items():
        rows, name, make = READ[kind]
        for row in rows.filter(**{f"{name}__in": names}):
            key = f"{kind}/{getattr(row, name)}"
            try:
                found[key] = [one for one in make(row) if one]
            except Exception as error:  # one thing must not keep the rest out
                log.error("%s cannot be made findable: %s", key, told(error))
                del found[key]
    return found


Make = Callable[[Any], Iterable[Entry | None]]
READ: Mapping[str, tuple[QuerySet[Any], str, Make]] = {
    "case": (
        Case.objects.select_related("round", "round__frozen", "leader", "applicant", "recommender", "award"),
        "number",
        entries.of_case,
    ),
    "round": (Round.objects.select_related("frozen"), "code", entries.of_round),
    "document": (Document.objects.select_related("case__applicant"), "code", lambda row: [entries.of_document(row)]),
    "unit": (
        Organisation.objects.exclude(standing="merged").select_related("recommender"),
        "pid",
        lambda row: [entries.of_unit(row)],
    ),
    "person": (Person.objects.select_related("expert", "unit"), "pid", lambda row: [entries.of_expert(row)]),
}


def keep(subjects: Iterable[Subject]) -> None:
    """Write the entries of these subjects; what has not changed is left alone, what is no more is marked so.

    They are made before the transaction: whoever hands in at this moment must not wait until five hundred texts are read.
    """
    said = made(subjects)
    with transaction.atomic():
        _store(said)


def _keep_book() -> None:
    pages = list(entries.of_book())
    with transaction.atomic():
        _store({"book": pages})


def _store(said: dict[str, list[Entry]]) -> None:
    there = {row.name: row for row in Found.objects.filter(subject__in=said).defer("text")}
    wanted = {one.name: (subject, one) for subject, listed in said.items() for one in listed}
    fresh: list[Found] = []
    for name, (subject, one) in wanted.items():
        digest = _digest(one)
        row = there.get(name)
        if row is None:
            fresh.append(Found(name=name, **_values(one), subject=subject, digest=digest))
        elif row.digest != digest or row.gone:
            Found.objects.filter(pk=row.pk).update(**_values(one), digest=digest, gone=False, stale=True)
    Found.objects.bulk_create(fresh, batch_size=BATCH)
    lost = [row.pk for name, row in there.items() if name not in wanted and not row.gone]
    Found.objects.filter(pk__in=lost).update(gone=True, stale=True)


def _values(one: Entry) -> dict[str, object]:
    return {
        "kind": one.kind, "title": one.title, "text": one.text, "year": one.year, "place": one.place,
        "seen_by": list(one.seen_by),
    }  # fmt: skip


def _digest(one: Entry) -> str:
    said = [one.kind, one.title, one.text, one.year, one.place, *one.seen_by]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def entry_of(row: Found) -> Entry:
    """A row as the engine takes it."""
    return Entry(row.name, row.title, row.text, row.kind, row.year, row.place, tuple(row.seen_by))


def _write(state: shelf.State) -> shelf.Written:
    """Make a part of the stale rows; merge when there are many parts."""
    parts = list(state.parts)
    stale = list(Found.objects.filter(stale=True).values_list("pk", "gone"))
    if not stale:
        return shelf.Written(state.parts, state.number, ())
    builder = PartBuilder()
    for start in range(0, len(stale), BATCH):
        some = [pk for pk, gone in stale[start : start + BATCH] if not gone]
        for row in Found.objects.filter(pk__in=some).order_by("pk"):
            builder.add(row.pk, entry_of(row))
    number = state.number + 1
    parts.append(shelf.save(builder.part(gone=[pk for pk, gone in stale if gone]), number))
    if len(parts) > PARTS_AT_MOST:
        number += 1
        parts = [shelf.save(_merged(parts), number)]
    return shelf.Written(tuple(parts), number, tuple(pk for pk, _ in stale))


def _settle(written: Sequence[int]) -> None:
    """What the page in force now holds is no longer stale; what was gone is let go."""
    for start in range(0, len(written), BATCH):
        rows = Found.objects.filter(pk__in=written[start : start + BATCH])
        rows.filter(gone=True).delete()
        rows.update(stale=False)


def _merged(parts: Iterable[str]) -> Part:
    return merged_parts([shelf.load(name) for name in parts])
