"""What a case says, section by section: its prose, its goals, its budget, its attachments; and what the call and the form say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

from kechuang.casework import book, files, linking
from kechuang.casework.models import Attachment, Case
from kechuang.casework.pages import current, pages_of
from kechuang.desks.texts.extract import Unread, text_of
from kechuang.desks.texts.models import FileText
from kechuang.engines import match
from kechuang.parties.prepared import Prepared
from kechuang.words.quantity import quantity

PROSE = ("longtext", "richtext")
GOALS, ATTACHMENTS, TITLE = "goals", "attachments", "title"
MOST_LETTERS = 200_000  # of one attachment: what a person would read, not a data file
COUNTS = ("shortest", "nearest", "always", "shown", "other")
READABLE = ("docx", "xlsx", "pdf", "txt", "csv")

FILES = Prepared[Attachment](lambda case: Attachment.objects.filter(case=case, removed=False).order_by("pk"))

Item = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Lines:
    """The book's page of likeness: shares as exact fractions, the weight of each section, and which tables hold what."""

    look: Fraction
    warn: Fraction
    section: Fraction
    goal: Fraction
    shortest: int
    nearest: int
    shown: int
    other: int
    weights: Mapping[str, int]
    goals: tuple[str, ...]
    budget: tuple[str, ...]
    amounts: tuple[str, ...]
    near: Fraction = Fraction(0)  # an edition from before these two were written reads all of the nearest closely
    always: int = 0
    results: str = ""  # the table of what projects wrote of their results; such an edition compares with none

    def weight(self, section: str) -> int:
        return self.weights.get(section, self.other)


def lines() -> Lines:
    """The page in force; an edition from before it was written goes by the packaged one."""
    shelf = current() if "likeness.yaml" in current().sources else book.packaged()
    return _lines(shelf.sources["likeness.yaml"])


@lru_cache(maxsize=4)
def _lines(text: str) -> Lines:
    body = book.read_page("likeness.yaml", text).body
    shares = {name: quantity(told["value"]).value for name, told in body["lines"].items()}
    weights = {field: row["weight"] for row in body["weights"] for field in row["fields"]}
    counts = {name: int(body[name]) for name in COUNTS if name in body}
    tables = {name: tuple(body[name]) for name in ("goals", "budget", "amounts")}
    return Lines(**shares, **counts, weights=weights, **tables, results=str(body.get("results", "")))


def sections_of(case: Case) -> dict[str, str]:
    """What a case says, field by field: its prose, or its title where it has none."""
    prose = {
        one.code: str(case.answers.get(one.code) or "")
        for one in pages_of(case.round).form.fields.values()
        if one.kind in PROSE and case.answers.get(one.code)
    }
    return prose or {TITLE: case.title}


def said(case: Case) -> dict[str, str]:
    """Everything that is compared: prose, goals, and what has been read of the attachments."""
    found = sections_of(case)
    if goals := "\n".join(_cells(case, lines().goals)):
        found[GOALS] = goals
    if attached := "\n".join(row.text for row, _ in texts_of(case) if row.text and not row.scan):
        found[ATTACHMENTS] = attached
    return found


def results_of(numbers: Collection[str], on: datetime) -> dict[str, list[linking.Row]]:
    """By the number of a case, what its project wrote of its results until `on`: rows of the table the page names."""
    table, found = lines().results, defaultdict(list)
    for row in linking.rows(table, on, {"case": numbers}) if table and numbers else ():
        found[str(row["case"])].append(row)
    return found


def _cells(case: Case, tables: tuple[str, ...]) -> Iterator[str]:
    """The written cells of some tables of a case."""
    for name in tables:
        rows = case.answers.get(name)
        for row in rows if isinstance(rows, list) else ():
            yield from (cell for cell in row.values() if isinstance(cell, str) and len(match.normalise(cell)) > 3)


def items_of(case: Case) -> list[Item]:
    """The rows of the budget that have a name and an amount: (name, fen)."""
    page, found = lines(), []
    for table in page.budget:
        rows = case.answers.get(table)
        for row in rows if isinstance(rows, list) else ():
            fen = next((row[one] for one in page.amounts if type(row.get(one)) is int), 0)
            if fen and isinstance(row.get("name"), str) and row["name"].strip():
                found.append((row["name"].strip(), fen))
    return found


def boilerplate_of(case: Case) -> match.Boilerplate:
    """What everybody who applies writes down because the call or the form says it."""
    topics = tuple(str(value) for topic in case.round.topics for value in topic.values())
    return _boilerplate(pages_of(case.round).programme, pages_of(case.round).digest, (case.round.title, *topics))


_boilerplates: dict[tuple[str, tuple[str, ...]], match.Boilerplate] = {}


def _boilerplate(programme: Mapping[str, Any], digest: str, topics: tuple[str, ...]) -> match.Boilerplate:
    key = (digest, topics)
    if key not in _boilerplates:
        if len(_boilerplates) > 64:
            _boilerplates.clear()
        _boilerplates[key] = match.boilerplate([*topics, *_texts(programme)])
    return _boilerplates[key]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for inner in node.values():
            yield from _texts(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from _texts(inner)


# Attachments


def texts_of(case: Case) -> list[tuple[FileText, str]]:
    """What has been read of the files of a case, each with its name."""
    names = {one.digest: one.name for one in _readable(case)}
    rows = FileText.objects.filter(digest__in=names).order_by("digest") if names else ()
    return [(row, names[row.digest]) for row in rows]


def _readable(case: Case) -> list[Attachment]:
    return [one for one in FILES.rows(case.pk) if one.name.rpartition(".")[2] in READABLE]


def read_files(case: Case, on: datetime) -> None:
    """Read those files of a case that nobody has read yet, each in a process of its own; once for the same bytes."""
    readable = _readable(case)
    if not readable:
        return
    known = set(FileText.objects.filter(digest__in=[one.digest for one in readable]).values_list("digest", flat=True))
    for one in readable:
        if one.digest not in known:
            known.add(one.digest)
            FileText.objects.get_or_create(digest=one.digest, defaults={**_read(one.digest), "on": on})


def _read(digest: str) -> dict[str, Any]:
    try:
        found = text_of(files.path_of(digest))
    except (Unread, FileNotFoundError) as fault:
        return {"fault": fault.reason.code if isinstance(fault, Unread) else "file_broken"}
    return {"kind": found.kind, "text": found.text[:MOST_LETTERS], "scan": found.scan}
