"""What can be found of every thing, and for whom: cases, rounds, notices, letters, organisations, experts, pages of the book."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from kechuang.casework.models import Case, Document, Notice, Round
from kechuang.casework.pages import current, pages_of
from kechuang.desks.texts import audience
from kechuang.desks.texts.said import sections_of
from kechuang.engines.match.search import EVERYONE, Entry
from kechuang.parties.models import Appointment, Organisation, Person

CASE, PROJECT, ROUND, NOTICE, DOCUMENT, UNIT, EXPERT, PAGE = (
    "case", "project", "round", "notice", "document", "unit", "expert", "page",
)  # fmt: skip
KINDS = (CASE, PROJECT, ROUND, NOTICE, DOCUMENT, UNIT, EXPERT, PAGE)
BLIND = "blind"
UNSAID = ("review-invitation",)
MOST_TEXT, MOST_TITLE = 6000, 240
BOOK = ("programmes", "policies", "indicators")
# Numbers of people, accounts and telephones: nobody finds a person by them, and they never enter the arrays.
LONG_NUMBER = re.compile(r"\d{7,}[\dXx]?")


def public_cases() -> QuerySet[Case]:
    """Cases whose card anyone may read: funded, or under notice."""
    return Case.objects.filter(Q(award__isnull=False) | Q(notices__isnull=False), parent=None).distinct()


def made(
    name: str, kind: str, title: str, *said: str, year: int = 0, place: str = "", seen_by: Iterable[str] = ()
) -> Entry:
    """An entry with everything said of it in one text; long numbers are left out."""
    text = LONG_NUMBER.sub("", "\n".join(part for part in said if part))
    return Entry(name, title[:MOST_TITLE] or name, text[:MOST_TEXT], kind, year, place, tuple(seen_by) or (EVERYONE,))


def of_case(case: Case) -> Iterator[Entry]:
    """A case up to three times: with names for who may read them, without for a blind review, and its public card."""
    people, reached = audience.of_case(case)
    year = case.received_at.year if case.received_at else case.opened_at.year
    common: dict[str, Any] = {"year": year, "place": case.place}
    numbers = (case.project_no, case.number, case.round.title)
    names = [str(one) for one in (case.applicant, case.leader) if one]
    prose = sections_of(case).values() if case.answers else ()
    title = case.title or case.number
    yield made(f"case:{case.number}", CASE, title, *numbers, *names, *prose, **common, seen_by=[*people, *reached])
    if reached:
        blind = [audience.MASKED + key for key in reached]
        yield made(f"{BLIND}:{case.number}", CASE, title, *numbers, **common, seen_by=blind)
    if public_cases().filter(pk=case.pk).exists():
        yield made(f"project:{case.number}", PROJECT, title, case.project_no, *names, *_published(case), **common)


def _published(case: Case) -> Iterator[str]:
    """The answers that become public with the award."""
    if hasattr(case, "award"):
        for one in pages_of(case.round).form.fields.values():
            if one.public and isinstance(said := case.answers.get(one.code), str):
                yield said


def of_round(round_: Round) -> Iterator[Entry]:
    """A round for everyone once it is published, until then for those who prepare it; its notices."""
    programme = pages_of(round_).programme
    said = [str(one) for topic in round_.topics for one in topic.values() if isinstance(one, str)]
    titles = [str(text) for text in programme["title"].values()]
    seen_by = [EVERYONE] if round_.published_at else [audience.in_preparation(round_)]
    name = f"round:{round_.code}"
    yield made(
        name, ROUND, round_.title, round_.code, round_.document_no, *titles, *said, year=round_.year, seen_by=seen_by
    )
    for notice in Notice.objects.filter(round=round_):
        yield of_notice(notice)


def of_notice(notice: Notice) -> Entry:
    title = f"{notice.round.title}{notice.what}"
    return made(f"notice:{notice.code}", NOTICE, title, notice.round.document_no, year=notice.first_day.year)


def of_document(row: Document) -> Entry | None:
    """A paper that was issued: for everyone where it is public, else for those it was sent to, by its title, kind and number.

    What it is about is said where it is public, or was sent to people of the case and its unit alone. Nothing of
    invitations: an entry may not be a row that joins an expert with what is reviewed.
    """
    if row.kind in UNSAID:
        return None
    sent = {letter.person.pid: letter.person for letter in row.letters.select_related("person").order_by("person__pid")}
    seen_by = [EVERYONE] if row.public else [f"p:{pid}" for pid in sent] or ["nobody"]
    about = _about(row.case) if row.case and (row.public or _its_own(sent.values(), row.case)) else ()
    said = (row.number, *_kind_of(row), *about)
    return made(f"document:{row.code}", DOCUMENT, row.title, *said, year=row.on.year, seen_by=seen_by)


def _kind_of(row: Document) -> Iterator[str]:
    """What the book calls papers of this kind, in both languages."""
    if current().has("letters", row.kind):
        yield from map(str, current().page("letters", row.kind).body["title"].values())


def _about(case: Case) -> Iterator[str]:
    yield from (case.title, case.number, case.project_no)


def _its_own(people: Iterable[Person], case: Case) -> bool:
    """Whether all of these people are on the case or hold a post in its unit."""
    others = {one.pk for one in people} - {case.leader_id, *case.member_ids}
    if not others or case.applicant is None:
        return not others
    posts = Appointment.objects.filter(person__in=others, scope="organisation", target=case.applicant.pid)
    return others == set(posts.values_list("person", flat=True))


def of_unit(unit: Organisation) -> Entry:
    """An organisation, for the offices, for its own people and for the department that recommends it."""
    seen_by = [f"o:{unit.pid}", *([f"r:{unit.recommender.pid}"] if unit.recommender else [])]
    if unit.standing in ("confirmed", "suspended"):
        seen_by.append(audience.OFFICE)
    return made(f"unit:{unit.pid}", UNIT, unit.name, unit.get_kind_display(), place=unit.place, seen_by=seen_by)


def of_expert(person: Person) -> Entry | None:
    """Someone's entry in the pool: it exists for those whose role sees experts by name, and for the person."""
    row = getattr(person, "expert", None)
    if row is None:
        return None
    unit = person.unit.name if person.unit else ""
    said = (*map(str, row.fields), *map(str, row.keywords))
    seen_by = [audience.EXPERTS, f"p:{person.pid}"]
    return made(f"expert:{person.pid}", EXPERT, person.name, unit, *said, place=row.place, seen_by=seen_by)


def of_book() -> Iterator[Entry]:
    """The pages that say what people may apply for, what is paid and what is counted, in both languages."""
    shelf = current()
    for kind in BOOK:
        for code in shelf.codes(kind):
            body = shelf.page(kind, code).body
            titles = [str(text) for text in body["title"].values()]
            yield made(f"page:{kind}/{code}", PAGE, " ".join(titles), code, *_texts(body), year=0)


def _texts(node: Any, key: str = "") -> Iterator[str]:
    """Every text of a page that is written for readers."""
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield from _texts(inner, str(name))
    elif isinstance(node, list):
        for inner in node:
            yield from _texts(inner, key)
    elif key in ("zh", "en", "quote", "clause", "doc") and isinstance(node, str):
        yield node
