"""Finding anything: the arrays order, the rows are read, and what `visible_to` does not know of is dropped before it is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import current, pages_of
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.desks.texts import audience, entries, shelf
from kechuang.desks.texts.models import Found
from kechuang.engines.match import Question, Snippet, question, snippet
from kechuang.parties.models import Person

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
MOST_WORDS, MOST_GROUPS = 100, 16
LEAST_DIGEST, DIGEST = 8, 64
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
    keys = audience.of_reader(person, on)
    asked = _question(wanted, keys)
    ranked = visible.search(asked, top=top * 3)
    rows = Found.objects.filter(gone=False).in_bulk([key for key, _ in ranked])
    found = [rows[key] for key, _ in ranked if key in rows and not set(keys).isdisjoint(rows[key].seen_by)]
    records = _records(wanted, person, on)
    seen = _each_once(_still_there(found, person, on))[: max(top - len(records), 0)]
    hits = (*records, *(_hit(row, asked) for row in seen))
    return Answer(hits[:top], state.as_of if state.parts else None)


def _question(wanted: Wanted, keys: Collection[str]) -> Question:
    made = question(
        wanted.words, synonyms=_synonyms(), typing=wanted.typing, kinds=KINDS.get(wanted.kind, ()),
        years=wanted.years, place=wanted.place, audience=keys,
    )  # fmt: skip
    return Question(made.groups[:MOST_GROUPS], made.prefix, made.kinds, made.years, made.place, made.audience)


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


def _records(wanted: Wanted, person: Person | None, on: datetime) -> list[Hit]:
    """Records whose digest begins with what was typed, of cases and rounds that the person may open."""
    start = wanted.words.strip().lower()
    hexadecimal = LEAST_DIGEST <= len(start) <= DIGEST and not set(start) - set("0123456789abcdef")
    if person is None or wanted.kind not in ("", "record") or not hexadecimal:
        return []
    rows = list(Record.objects.filter(digest__gte=start, digest__lt=start + "g").order_by("digest")[:5])
    named = [row.subject for row in rows]
    cases = visible_to(person, on, among=named).select_related("round", "round__frozen")
    rounds = rounds_visible_to(person, on).filter(code__in=named).select_related("frozen")
    mine = {("case", one.number): one for one in cases} | {("round", one.code): one for one in rounds}
    known = [(row, mine.get((row.subject_kind, row.subject))) for row in rows]
    return [_record(row, subject, len(start)) for row, subject in known if subject]


def _record(row: Record, subject: Case | Round, length: int) -> Hit:
    """A record under the name of its act, as the pages of the round have it; `length` letters of the digest were typed."""
    round_ = subject.round if isinstance(subject, Case) else subject
    act = pages_of(round_).flow_of(subject).acts.get(row.act)
    title = f"{row.subject} · {act.title['zh'] if act else row.act}"
    return Hit(RECORD, row.digest, Snippet(title, ()), Snippet(row.digest, ((0, length),)), row.on.year, "")
