"""Records among what is found: by digest, or by the case or round they are of, the name of the act, and the day."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.db.models import Q, QuerySet

from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import current, pages_of
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.engines.match import tokens
from kechuang.parties.models import Person
from kechuang.words.period import ZONE

LEAST_DIGEST, DIGEST = 8, 64
LEAST_NUMBER = 6  # letters of a number that is looked up: of a case, a project, a round
MOST_SUBJECTS, MOST_ROWS = 10, 100
LATE = 60  # cases looked through where an act alone is asked for
AT_ONCE = 500  # subjects of one day asked for at a time
FIRST_YEAR, LAST_YEAR = 1900, 2999  # what a day can be made of
WITNESS, LABEL = "second:", "label:"
DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
HEXADECIMAL = frozenset("0123456789abcdef")

Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, taken apart: pieces that stand in titles of acts, and these acts; one day, numbers, other words."""

    acts: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    day: date | None = None
    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, *, closely: bool) -> Asked:
        """`closely`: who asks for records alone may write an act and a title as one word, 小麦验收."""
        edition, found = current().digest, cls()
        for piece in text.casefold().split():
            if day := _day(piece):
                found = replace(found, day=day)
                continue
            parts = tokens(piece) if closely and not titled(edition, (piece,)) else (piece,)
            acts = tuple(part for part in parts if titled(edition, (part,)))
            words = tuple(part for part in parts if part not in acts) if acts else (piece,)
            numbers = words if len(piece) >= LEAST_NUMBER and any(map(str.isdigit, piece)) else ()
            found = replace(
                found, acts=(*found.acts, *acts), words=(*found.words, *words), numbers=(*found.numbers, *numbers)
            )
        return replace(found, names=titled(edition, found.acts)) if found.acts else found

    @property
    def english(self) -> bool:
        return bool(self.acts) and all(map(str.isascii, self.acts))


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that may be shown, under the title of its act, with its case or round."""

    row: Record
    act: Mapping[str, str]
    subject: Case | Round


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and the years and the place that are wanted; `office`: who reads the records of rounds.

    `nearest` are subjects by words, `late` those taken in last, both counted among what the reader may find alone.
    """

    person: Person
    on: datetime
    office: bool
    years: tuple[int, int] | None
    place: str
    nearest: Callable[[str], list[Subject]]
    late: Callable[[int], list[Subject]]

    def may(self, subjects: Sequence[Subject]) -> list[Subject]:
        """Which of these may be opened, in their order: their names alone are read."""
        named = {kind: [name for of, name in subjects if of == kind] for kind in ("case", "round")}
        cases = visible_to(self.person, self.on, among=named["case"]).values_list("number", flat=True)
        rounds = rounds_visible_to(self.person, self.on).filter(code__in=named["round"]).values_list("code", flat=True)
        seen = {("case", one) for one in cases} | {("round", one) for one in (rounds if self.office else ())}
        return [subject for subject in subjects if subject in seen]

    def opened(self, subjects: Iterable[Subject]) -> dict[Subject, Case | Round]:
        """Those of these that may be opened, in their order."""
        named: dict[str, list[str]] = {"case": [], "round": []}
        for kind, name in subjects:
            named.setdefault(kind, []).append(name)
        found: dict[Subject, Case | Round] = {}
        if named["case"]:
            cases = visible_to(self.person, self.on, among=named["case"])
            lean = (
                cases.select_related(None).select_related("round").defer("answers", "round__topics", "round__details")
            )
            found |= {("case", one.number): one for one in lean}
        if named["round"]:
            rounds = rounds_visible_to(self.person, self.on).filter(code__in=named["round"])
            found |= {("round", one.code): one for one in rounds}
        return {subject: found[subject] for subject in subjects if subject in found}


def by_digest(text: str, reader: Reader) -> list[Seen]:
    """Records whose digest begins with what was typed."""
    start = text.strip().lower()
    if not LEAST_DIGEST <= len(start) <= DIGEST or set(start) - HEXADECIMAL:
        return []
    rows = list(Record.objects.filter(digest__gte=start, digest__lt=start + "g").order_by("digest")[:5])
    opened = reader.opened([(row.subject_kind, row.subject) for row in rows])
    found = [(row, opened[row.subject_kind, row.subject]) for row in rows if (row.subject_kind, row.subject) in opened]
    return [Seen(row, _act(row, subject) or {"zh": row.act, "en": row.act}, subject) for row, subject in found]


def by_words(asked: Asked, reader: Reader, *, alone: bool) -> list[Seen]:
    """Records of what was asked for, of the nearest case first, the newest first; what reviewers did is told to nobody.

    `alone`: nothing but records is wanted; else a title or an act by itself asks for cases and not for their records.
    """
    rows = _within(Record.objects.exclude(actor__startswith=LABEL), asked, reader)
    opened = {
        subject: row for subject, row in _subjects(asked, reader, rows, alone=alone).items()
        if (reader.office or subject[0] == "case") and getattr(row, "place", "").startswith(reader.place)
    }  # fmt: skip
    return list(_newest(rows, opened, asked)) if opened else []


def _within(rows: QuerySet[Record], asked: Asked, reader: Reader) -> QuerySet[Record]:
    """The records of the acts, the day and the years asked for."""
    if asked.acts:
        rows = rows.filter(act__in=[*asked.names, *(WITNESS + name for name in asked.names)])
    if asked.day:
        rows = rows.filter(on__gte=_midnight(asked.day), on__lt=_midnight(asked.day + timedelta(1)))
    if reader.years:
        first, last = (min(max(year, FIRST_YEAR), LAST_YEAR) for year in reader.years)
        rows = rows.filter(on__gte=_midnight(date(first, 1, 1)), on__lt=_midnight(date(last + 1, 1, 1)))
    return rows


def _subjects(asked: Asked, reader: Reader, rows: QuerySet[Record], *, alone: bool) -> dict[Subject, Case | Round]:
    """Whose records are meant: what bears the number, else what the words find, else those of the day or the latest."""
    if asked.numbers and (found := reader.opened(_numbered(asked.numbers))):
        return found
    if asked.words:
        meant = alone or asked.acts or asked.day
        return reader.opened(reader.nearest(" ".join(asked.words))[:MOST_SUBJECTS]) if meant else {}
    if asked.day:
        return _of_the_day(rows, reader)
    return reader.opened(reader.late(LATE)) if asked.acts and alone else {}


def _numbered(numbers: Collection[str]) -> list[Subject]:
    """The cases and rounds with these numbers, of whomever they are."""
    upper = [number.upper() for number in numbers]
    cases = Case.objects.filter(Q(number__in=upper) | Q(project_no__in=upper)).values_list("number", flat=True)
    return [("case", one) for one in cases] + [("round", number) for number in numbers]


def _of_the_day(rows: QuerySet[Record], reader: Reader) -> dict[Subject, Case | Round]:
    """The first subjects of a day that may be opened, by their last record of the day; all are asked, however many."""
    late = list(dict.fromkeys(rows.order_by("-pk").values_list("subject_kind", "subject")))
    found: list[Subject] = []
    for start in range(0, len(late), AT_ONCE):
        found += reader.may(late[start : start + AT_ONCE])
        if len(found) >= MOST_SUBJECTS:
            break
    return reader.opened(found[:MOST_SUBJECTS])


def _newest(rows: QuerySet[Record], opened: Mapping[Subject, Case | Round], asked: Asked) -> Iterator[Seen]:
    meant = Q()
    for kind in ("case", "round"):
        if names := [name for of, name in opened if of == kind]:
            meant |= Q(subject_kind=kind, subject__in=names)
    order = {subject: place for place, subject in enumerate(opened)} if len(opened) <= MOST_SUBJECTS else {}
    found = list(rows.filter(meant).order_by("-pk").defer("body")[:MOST_ROWS])
    for row in sorted(found, key=lambda one: order.get((one.subject_kind, one.subject), 0)):
        subject = opened[row.subject_kind, row.subject]
        act = _act(row, subject)
        if act and _says(asked.acts, act["zh"].casefold(), act["en"].casefold()):
            yield Seen(row, act, subject)


def _act(row: Record, subject: Case | Round) -> Mapping[str, str] | None:
    """The title of an act as the pages of its round have it; nothing for a note that stands beside the flow."""
    found = pages_of(subject.round).flow_of(subject).acts.get(row.act.removeprefix(WITNESS))
    if found is None:
        return None
    title = {"zh": str(found.title["zh"]), "en": str(found.title["en"])}
    return {"zh": f"见证：{title['zh']}", "en": f"Witness: {title['en']}"} if row.act.startswith(WITNESS) else title


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _day(piece: str) -> date | None:
    found = DAY.fullmatch(piece)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _says(pieces: Collection[str], zh: str, en: str) -> bool:
    """Whether every piece stands in one title; a Latin one as the beginning of a word."""
    words = en.split()
    return all(piece in zh or any(word.startswith(piece) for word in words) for piece in pieces)


@lru_cache(maxsize=512)
def titled(edition: str, pieces: tuple[str, ...]) -> frozenset[str]:
    """The acts of the flows in force whose title holds every piece; none for a piece that says too little."""
    if any(len(piece) < (3 if piece.isascii() else 2) for piece in pieces):
        return frozenset()
    return frozenset(name for name, zh, en in _titles(edition) if _says(pieces, zh, en))


@lru_cache(maxsize=4)
def _titles(edition: str) -> tuple[tuple[str, str, str], ...]:
    """Every act of every flow in force: name and titles in both languages, case folded."""
    shelf = current()
    acts = [act for code in shelf.codes("flows") for act in shelf.page("flows", code).body["acts"].items()]
    return tuple((name, str(act["title"]["zh"]).casefold(), str(act["title"]["en"]).casefold()) for name, act in acts)
