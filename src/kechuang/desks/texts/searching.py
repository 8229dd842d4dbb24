"""Finding anything: the arrays order, the rows are read, and what `visible_to` does not know of is dropped before it is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from kechuang.casework.models import Case
from kechuang.casework.pages import current
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.desks.texts import audience, entries, recorded, shelf
from kechuang.desks.texts.models import Found
from kechuang.engines.match import Question, Snippet, Visible, question, snippet
from kechuang.parties.models import Person
from kechuang.words.period import ZONE

RECORD = "record"
# What a reader can ask for, and the kinds of entries that answer.
KINDS: Mapping[str, tuple[str, ...]] = {
    "case": (entries.CASE, entries.PROJECT),
    "round": (entries.ROUND, entries.NOTICE),
    "expert": (entries.EXPERT,),
    "unit": (entries.UNIT,),
    "record": (entries.DOCUMENT,),
    "page": (entries.PAGE,),
}
SUBJECTS = (entries.CASE, entries.ROUND)  # what has records that words find
MOST_WORDS, MOST_GROUPS = 100, 16
MOST_BESIDE = 3  # records shown beside other things
FIRST = {"case": 0, entries.BLIND: 1, "project": 2}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for; `kind` is one of KINDS, an empty filter asks for everything."""

    words: str
    kind: str = ""
    years: tuple[int, int] | None = None
    place: str = ""
    typing: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str], *, typing: bool = False) -> Wanted:
        """From the parameters of an address: q, kind, year (2018 or 2015-2018), place (a code)."""
        kind = given.get("kind", "")
        place = given.get("place", "").strip()[:6]
        return cls(
            given.get("q", "").strip()[:MOST_WORDS] + (" " if given.get("q", "").endswith(" ") else ""),
            kind if kind in KINDS else "",
            _years(given.get("year", "")),
            (place[:4] if place.endswith("00") else place) if place.isdecimal() else "",
            typing,
        )


def _years(text: str) -> tuple[int, int] | None:
    first, _, last = text.strip().partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        return None
    low, high = int(first[:4]), int((last or first)[:4])
    return min(low, high), max(low, high)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: which (kind and id lead to its page), its title and a stretch of its text with the words marked."""

    kind: str
    id: str
    title: Snippet
    snippet: Snippet
    year: int
    place: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, best first, and until when what was done had been taken in; None before anything was."""

    hits: tuple[Hit, ...]
    as_of: datetime | None


def search(wanted: Wanted, *, person: Person | None, on: datetime, top: int = 20) -> Answer:
    """The best of what this person may find; nothing in the answer depends on what they may not."""
    visible, state = shelf.opened()
    look = Looking(visible, audience.of_reader(person, on), person, on)
    asked = look.question(wanted, KINDS.get(wanted.kind, ()))
    digests, records = _records(wanted, look)
    seen = _each_once(look.ranked(asked, top=top * 3))
    room = top - len(digests)
    kept = min(len(records), max(top // 2, room - len(seen)) if wanted.kind == RECORD else MOST_BESIDE)
    hits = (*digests, *(_hit(row, asked) for row in seen[: max(room - kept, 0)]), *records[:kept])
    return Answer(hits[:top], state.as_of if state.parts else None)


@dataclass(frozen=True, slots=True)
class Looking:
    """One reader before the arrays, with the keys of what may be found."""

    visible: Visible
    keys: tuple[str, ...]
    person: Person | None
    on: datetime

    def question(self, wanted: Wanted, kinds: Collection[str]) -> Question:
        """What is asked of the arrays."""
        made = question(
            wanted.words, synonyms=_synonyms(), typing=wanted.typing, kinds=kinds, years=wanted.years, place=wanted.place,
            audience=self.keys,
        )  # fmt: skip
        return replace(made, groups=made.groups[:MOST_GROUPS])

    def ranked(self, asked: Question, *, top: int) -> list[Found]:
        """The best rows that are still there and may still be opened."""
        keys = [key for key, _ in self.visible.search(asked, top=top)]
        rows = Found.objects.filter(gone=False).in_bulk(keys)
        found = [rows[key] for key in keys if key in rows and not set(self.keys).isdisjoint(rows[key].seen_by)]
        return _still_there(found, self.person, self.on)

    def nearest(self, wanted: Wanted) -> list[recorded.Subject]:
        """The cases and rounds whose records words ask for, best first."""
        asked = self.question(wanted, SUBJECTS)
        return self._subjects([key for key, _ in self.visible.search(asked, top=recorded.MOST_SUBJECTS)])

    def late(self, wanted: Wanted, top: int) -> list[recorded.Subject]:
        """The cases and rounds that were taken in last, newest first."""
        return self._subjects(self.visible.newest(self.question(wanted, SUBJECTS), top=top))

    def _subjects(self, keys: Sequence[int]) -> list[recorded.Subject]:
        """What the entries under these keys are about; whether it may be opened is asked of the rows themselves."""
        names = dict(Found.objects.filter(pk__in=keys, gone=False).values_list("pk", "name"))
        named = [names[key].partition(":") for key in keys if key in names]
        return list(dict.fromkeys(("round" if what == "round" else "case", name) for what, _, name in named))


def _synonyms() -> Mapping[str, tuple[str, ...]]:
    shelf_ = current()
    return _table(shelf_.digest)


@lru_cache(maxsize=4)
def _table(digest: str) -> Mapping[str, tuple[str, ...]]:
    """Each word of the book's table of synonyms with the others of its group; an edition may have none."""
    if "synonyms.yaml" not in current().sources:
        return {}
    groups = current().page("synonyms").body["groups"]
    return {word: tuple(other for other in group if other != word) for group in groups for word in group}


def _still_there(rows: Iterable[Found], person: Person | None, on: datetime) -> list[Found]:
    """The rows whose thing the person may open now: asked of the same queries as every page."""
    listed = list(rows)
    named: dict[str, set[str]] = {}
    for row in listed:
        named.setdefault(row.name.partition(":")[0], set()).add(row.name.partition(":")[2])
    may: dict[str, set[str]] = {}
    if cases := named.get("case", set()) | named.get(entries.BLIND, set()):
        known = visible_to(person, on, among=cases) if person else Case.objects.none()
        may["case"] = may[entries.BLIND] = set(known.values_list("number", flat=True))
    if cards := named.get("project"):
        may["project"] = set(entries.public_cases().filter(number__in=cards).values_list("number", flat=True))
    if rounds := named.get("round"):
        may["round"] = set(rounds_visible_to(person, on).filter(code__in=rounds).values_list("code", flat=True))
    return [row for row in listed if _known(row, may)]


def _known(row: Found, may: Mapping[str, set[str]]) -> bool:
    what, _, name = row.name.partition(":")
    return what not in ("case", entries.BLIND, "project", "round") or name in may.get(what, ())


def _each_once(rows: Iterable[Found]) -> list[Found]:
    """A case that is found twice stands where its better entry stood, as the fullest one the reader may open."""
    found: dict[str, Found] = {}
    for row in rows:
        what, _, name = row.name.partition(":")
        key = f"case:{name}" if what in FIRST else row.name
        there = found.get(key)
        if there is None or FIRST.get(what, 0) < FIRST.get(there.name.partition(":")[0], 0):
            found[key] = row
    return list(found.values())


def _hit(row: Found, asked: Question) -> Hit:
    what, _, name = row.name.partition(":")
    kind = "case" if what == entries.BLIND else what
    title = snippet(row.title, asked, width=len(row.title))
    return Hit(kind, name, title, snippet(row.text, asked), row.year, row.place)


def _records(wanted: Wanted, look: Looking) -> tuple[list[Hit], list[Hit]]:
    """Records by their digest, and by their case, act and day."""
    if look.person is None or wanted.kind not in ("", RECORD):
        return [], []
    reader = recorded.Reader(
        look.person, look.on, audience.OFFICE in look.keys, wanted.years, wanted.place,
        lambda words: look.nearest(replace(wanted, words=words, years=None)),
        lambda top: look.late(replace(wanted, words="", years=None), top),
    )  # fmt: skip
    if digests := recorded.by_digest(wanted.words, reader):
        start = len(wanted.words.strip())
        return [_record(one, Snippet(one.row.digest, ((0, start),)), "zh") for one in digests], []
    alone = wanted.kind == RECORD
    asked = recorded.Asked.of(wanted.words, closely=alone)
    rows = recorded.by_words(asked, reader, alone=alone)
    return [], [_record(one, _told(one), "en" if asked.english else "zh") for one in rows]


def _told(seen: recorded.Seen) -> Snippet:
    """Of what the record is, when it was made, and the beginning of its digest."""
    moment = seen.row.on.astimezone(ZONE)
    return Snippet(f"{seen.subject.title} · {moment:%Y-%m-%d %H:%M} · {seen.row.digest[:16]}", ())


def _record(seen: recorded.Seen, said: Snippet, language: str) -> Hit:
    title = f"{seen.row.subject} · {seen.act[language]}"
    return Hit(RECORD, seen.row.digest, Snippet(title, ()), said, seen.row.on.year, "")
