"""Bringing the search up to what was done: one worker follows the records, keeps the entries and writes the arrays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from kechuang.casework.models import Case, Document, Draft, Notice, Record, Round
from kechuang.casework.pages import current
from kechuang.desks.texts import entries, shelf
from kechuang.desks.texts.models import Found
from kechuang.engines.match import Entry, Part, PartBuilder, merged_parts
from kechuang.parties.models import Organisation, Person

BEHIND = 2000  # records looked at again: on PostgreSQL they are not committed in the order of their numbers
BATCH = 500
PARTS_AT_MOST = 6
OVERLAP = timedelta(seconds=30)


def bring_up(on: datetime) -> int:
    """Take in what has changed since the last time; how many entries were written anew."""
    state = shelf.state()
    subjects = set(_everything()) if state.record is None else set(_changed(state, on))
    last = Record.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for some in _batches(sorted(subjects)):
        keep(some)
    if state.edition != current().digest:
        _keep_book()
    fresh = _write(state)
    shelf.publish(shelf.State(last, current().digest, on, fresh.parts, fresh.number))
    _settle(fresh.written)
    return len(fresh.written)


def rebuild(on: datetime) -> int:
    """Look at everything again and write the arrays anew; how many entries there are."""
    shelf.publish(shelf.State(None, "", on, (), shelf.state().number))
    Found.objects.update(stale=True)
    return bring_up(on)


Subject = tuple[str, str]


def _everything() -> Iterator[Subject]:
    yield from (("case", number) for number in Case.objects.values_list("number", flat=True))
    yield from (("round", code) for code in Round.objects.values_list("code", flat=True))
    yield from (("document", code) for code in Document.objects.values_list("code", flat=True))
    yield from (("unit", pid) for pid in Organisation.objects.values_list("pid", flat=True))
    yield from (("person", pid) for pid in Person.objects.exclude(expert=None).values_list("pid", flat=True))


def _changed(state: shelf.State, on: datetime) -> Iterator[Subject]:
    """The subjects of late records, with what hangs on them; drafts and papers of the last minutes."""
    since, seen = state.as_of - OVERLAP, state.record or 0
    late = Q(pk__gt=seen) | Q(pk__gt=seen - BEHIND, on__gte=since)
    rows = Record.objects.filter(late).order_by().values_list("subject_kind", "subject")
    for kind, subject in set(rows.distinct()):
        yield from ((kind, subject),) if kind != "party" else (("unit", subject), ("person", subject))
    yield from (
        ("case", number) for number in Draft.objects.filter(on__gte=since).values_list("case__number", flat=True)
    )
    yield from (("document", code) for code in Document.objects.filter(on__gte=since).values_list("code", flat=True))
    listed = Notice.objects.filter(on__gte=since, cases__isnull=False)
    yield from (("case", number) for number in listed.values_list("cases__number", flat=True).distinct())


def _batches(subjects: list[Subject]) -> Iterator[list[Subject]]:
    return (subjects[start : start + BATCH] for start in range(0, len(subjects), BATCH))


def made(subjects: Iterable[Subject]) -> Iterator[tuple[str, list[Entry]]]:
    """The entries of some subjects: (kind/id, entries); none for what is no more."""
    named: dict[str, list[str]] = {}
    for kind, subject in subjects:
        named.setdefault(kind, []).append(subject)
    found: dict[str, list[Entry]] = {f"{kind}/{one}": [] for kind, names in named.items() for one in names}
    related = ("round", "round__frozen", "leader", "applicant", "recommender", "award")
    for case in Case.objects.filter(number__in=named.get("case", ())).select_related(*related):
        found[f"case/{case.number}"] = list(entries.of_case(case))
    for round_ in Round.objects.filter(code__in=named.get("round", ())).select_related("frozen"):
        found[f"round/{round_.code}"] = list(entries.of_round(round_))
    for row in Document.objects.filter(code__in=named.get("document", ())).select_related("case"):
        found[f"document/{row.code}"] = [entries.of_document(row)]
    for unit in (
        Organisation.objects.filter(pid__in=named.get("unit", ()))
        .exclude(standing="merged")
        .select_related("recommender")
    ):
        found[f"unit/{unit.pid}"] = [entries.of_unit(unit)]
    for person in Person.objects.filter(pid__in=named.get("person", ())).select_related("expert", "unit"):
        found[f"person/{person.pid}"] = [one for one in [entries.of_expert(person)] if one]
    yield from found.items()


@transaction.atomic
def keep(subjects: Iterable[Subject]) -> None:
    """Write the entries of these subjects; what has not changed is left alone, what is no more is marked so."""
    _store(dict(made(subjects)))


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
