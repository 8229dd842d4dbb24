"""Who knows about what: experts by their own projects and keywords, units by their own cases; and a sentence why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q

from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import current
from kechuang.desks.texts import entries, shelf
from kechuang.desks.texts.comparing import FINISHED, RUNNING
from kechuang.desks.texts.models import Found
from kechuang.desks.texts.said import sections_of
from kechuang.engines.match import Work, profiles
from kechuang.engines.match.affinity import SHARPNESS, Affinity, Profiles
from kechuang.parties.models import Organisation, Person
from kechuang.words.reason import Reason

MOST_TEXT, MOST_WORKS = 1500, 12
PER_CASE = 60  # experts told for a case: whoever is not among the nearest counts as a stranger to it
LIKE_LEAST = 5  # thousandths below which a likeness is chance
OPEN = ("published", "open", "closing")
MOST_CARDS = 5000
SHOWN = 8


def text_of(case: Case) -> str:
    """What a case is about: its title twice, its keywords, the beginning of its prose."""
    said = case.answers.get("keywords") or ()
    words = said if isinstance(said, str) else " ".join(map(str, said))
    return "\n".join([case.title, case.title, words, *sections_of(case).values()])[:MOST_TEXT]


# Experts


def affinity(round_: Round) -> dict[tuple[str, str], int]:
    """(case number, expert pid) → thousandths: how near the expert's own work is to the case, for the nearest experts."""
    made = profiles(_works_of_experts(round_))
    cases = Case.objects.filter(round=round_, parent=None, received_at__isnull=False).order_by("number")
    found: dict[tuple[str, str], int] = {}
    for case in cases.select_related("round", "round__frozen"):
        asked = Work("", text_of(case), (case.field,) if case.field else ())
        scores = made.scores(made.likeness(asked)).tolist()
        near = sorted(range(len(scores)), key=lambda place: (-scores[place], made.people[place]))[:PER_CASE]
        points = {made.people[place]: thousandths(scores[place]) for place in near}
        found |= {(case.number, pid): told for pid, told in points.items() if told >= LIKE_LEAST}
    return found


def thousandths(score: float) -> int:
    """A score of the engine, a sum of sharpened cosines, as a cosine again: 1000 is the very text."""
    return min(1000, round(1000 * score ** (1 / SHARPNESS)))


def _works_of_experts(round_: Round) -> Iterator[Work]:
    """For each active expert the keywords, and the projects led or taken part in outside this round."""
    people = Person.objects.filter(expert__standing="active").select_related("expert").order_by("pk")
    by_person = {person.pk: person.expert for person in people}
    for row in by_person.values():
        if row.keywords or row.fields:
            yield Work(
                row.pid, " ".join(map(str, row.keywords)), tuple(map(str, row.fields)), tuple(map(str, row.keywords))
            )
    told: Counter[int] = Counter()
    for case in _own_cases(by_person, round_):
        for pk in sorted({case.leader_id, *case.member_ids} & by_person.keys()):
            told[pk] += 1
            if told[pk] <= MOST_WORKS:
                yield Work(by_person[pk].pid, text_of(case), (case.field,) if case.field else ())
                yield from _publications(by_person[pk].pid, case)


def _own_cases(people: Mapping[int, Any], round_: Round) -> Iterable[Case]:
    mine = Q(leader__in=list(people)) | Q(members__person__in=list(people))
    rows = Case.objects.filter(mine, parent=None).exclude(round=round_).distinct().order_by("-pk")
    return rows.filter(Q(received_at__isnull=False) | Q(taken_over=True)).select_related("round", "round__frozen")


def _publications(pid: str, case: Case) -> Iterator[Work]:
    """What somebody named as own works in an application of one's own."""
    rows = case.answers.get("works")
    titles = [str(row.get("title") or row.get("name") or "") for row in rows or () if isinstance(row, dict)]
    yield from (Work(pid, title) for title in titles if title)


# Calls, policies and results


@dataclass(frozen=True, slots=True)
class Offered:
    """Something that may fit: a call, a policy, a project with results. `name` leads to its page as an entry does."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Fit:
    """What fits, how well (thousandths), and the sentence why."""

    offered: Offered
    points: int
    why: Reason


def topics() -> list[Offered]:
    """The topics of every open call: what is wanted, as it was published."""
    rounds = Round.objects.filter(state__in=OPEN, published_at__isnull=False).order_by("code")
    return [
        Offered(
            f"round:{one.code}", f"{topic.get('title', '')}（{one.title}）", " ".join(str(v) for v in topic.values())
        )
        for one in rounds
        for topic in one.topics or [{"title": one.title}]
    ]


def recorded(rounds: Iterable[Round]) -> list[Offered]:
    """The demands that were recorded while these rounds were prepared: for those who prepare them, not for the public."""
    codes = {one.code: one for one in rounds}
    rows = Record.objects.filter(subject_kind="round", subject__in=list(codes), act="record_demand").order_by("-pk")
    said = [
        (row.subject, str(row.told.data.get("demand", "")))
        for row in rows.select_related("told")
        if hasattr(row, "told")
    ]
    return [Offered(f"round:{code}", f"{text[:40]}（{codes[code].title}）", text) for code, text in said if text]


def policies() -> list[Offered]:
    """The programmes and policies of the book that somebody can apply for, with what their pages say."""
    return list(_policies(current().digest))


@lru_cache(maxsize=4)
def _policies(digest: str) -> tuple[Offered, ...]:
    wanted = ("page:programmes/", "page:policies/")
    return tuple(
        Offered(one.name, str(current().page(*one.name.removeprefix("page:").split("/")).body["title"]["zh"]), one.text)
        for one in entries.of_book()
        if one.name.startswith(wanted)
    )


def fitting(unit: Organisation, *, top: int = SHOWN) -> tuple[list[Fit], list[Fit]]:
    """The open calls and the policies nearest to what a unit does, by its own latest cases; best first, each with why."""
    cases = Case.objects.filter(applicant=unit, parent=None).order_by("-pk").select_related("round", "round__frozen")
    said = " ".join([unit.name, *(text_of(case)[:600] for case in cases[:MOST_WORKS])])
    return nearest(said, topics(), top=top), nearest(said, policies(), top=top)


def nearest(text: str, offered: Sequence[Offered], *, top: int = SHOWN) -> list[Fit]:
    """What of `offered` is nearest to a text; several entries of one name stand once, by the nearest."""
    made = profiles(Work(one.name, f"{one.title}\n{one.text}"[: 2 * MOST_TEXT]) for one in offered)
    return [_fit(one, offered) for one in made.nearest(text, top=top)] if made.people else []


def _fit(found: Affinity, offered: Sequence[Offered]) -> Fit:
    return Fit(offered[found.work], thousandths(found.score), found.why)


def results_for(asked: Sequence[Offered], *, top: int = 3) -> list[tuple[Offered, list[Fit]]]:
    """For each demand or topic the public projects nearest to it: whose results could meet it, and why."""
    cards, made = _cards(str(shelf.folder()), shelf.state().parts)
    return [(one, [_fit(near, cards) for near in made.nearest(f"{one.title}\n{one.text}", top=top)]) for one in asked]


def units_for(asked: Sequence[Offered], *, top: int = 3) -> list[list[Fit]]:
    """For each call or demand the units whose public projects are nearest to it: who might apply, and why."""
    units, made = _units(str(shelf.folder()), shelf.state().parts)
    found = [made.nearest(f"{one.title}\n{one.text}", top=top) for one in asked]
    return [[Fit(units[near.whose], thousandths(near.score), near.why) for near in fits] for fits in found]


@lru_cache(maxsize=2)
def _units(folder: str, parts: tuple[str, ...]) -> tuple[dict[str, Offered], Profiles]:
    """The units that hold the public cards, by their public id; anew when the search was written anew."""
    cards, _ = _cards(folder, parts)
    numbers = [one.name.removeprefix("project:") for one in cards]
    holders: dict[str, tuple[str, str]] = {}
    for start in range(0, len(numbers), 500):
        rows = Case.objects.filter(number__in=numbers[start : start + 500], applicant__isnull=False)
        holders |= {
            number: (pid, name) for number, pid, name in rows.values_list("number", "applicant__pid", "applicant__name")
        }
    units = {pid: Offered(f"unit:{pid}", name, "") for pid, name in holders.values()}
    held = [(holders[number][0], one) for number, one in zip(numbers, cards, strict=True) if number in holders]
    return units, profiles(Work(pid, f"{one.title}\n{one.text}") for pid, one in held)


@lru_cache(maxsize=2)
def _cards(folder: str, parts: tuple[str, ...]) -> tuple[tuple[Offered, ...], Profiles]:
    """The public cards of projects that run or are finished, as the search keeps them; anew when it was written anew."""
    granted = Case.objects.filter(state__in=(*FINISHED, *RUNNING), award__isnull=False, parent=None)
    numbers = [f"project:{number}" for number in granted.order_by("-pk").values_list("number", flat=True)[:MOST_CARDS]]
    rows: list[Found] = []
    for start in range(0, len(numbers), 500):
        rows += Found.objects.filter(name__in=numbers[start : start + 500], gone=False).order_by("name")
    cards = tuple(Offered(row.name, row.title, row.text) for row in rows)
    return cards, profiles(Work(one.name, f"{one.title}\n{one.text}") for one in cards)
