"""What holds for claims and recognitions: their records are those of their policy, their list and their title are declared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.casework.book.frozen import policies_of
from kechuang.casework.shelf.book import Book
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

BUDGETS = ("proportional", "cut_off")
ORDERS = ("received", "unit", "place", "smallest")
METHODS = ("computed", "experts")
NUMBERED = ("year", "serial", "place", "province")
PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def claims(body: Mapping[str, Any], book: Book) -> Iterator[BadPage]:
    """Every fault of `claim:` and `recognition:` of an expanded programme, by path."""
    if "claim" in body:
        yield from _claim(body, book)
    if "recognition" in body:
        yield from _recognition(body["recognition"])
        if (name := body["recognition"].get("counts")) is not None and name not in body.get("facts", {}):
            yield BadPage("recognition.counts", "{name} is no fact of this page", "declare it under facts", name=name)
        yield from _records(body, book, "recognition")


def _claim(body: Mapping[str, Any], book: Book) -> Iterator[BadPage]:
    said = body["claim"]
    for key, known in (("budget", BUDGETS), ("order", ORDERS)):
        if said.get(key) not in known:
            yield BadPage(
                f"claim.{key}",
                "{value} is none that is known",
                "one of {known}",
                value=said.get(key),
                known=tuple(known),
            )
    yield from _records(body, book, "claim")


def _records(body: Mapping[str, Any], book: Book, path: str) -> Iterator[BadPage]:
    """The form picks records of the very entity that the policy is about."""
    codes = policies_of(body)
    if not codes or not book.has("policies", codes[0]):
        return
    policy = book.page("policies", codes[0]).body
    if "allot" in policy:
        return  # the record is the case itself: what its league declares
    subject = str(policy.get("subject"))
    entity = book.page("vocabulary").body["entities"].get(subject, {})
    names = {subject, str(entity.get("plural"))}
    fields = {field.get("code") for section in body["form"]["sections"] for field in section.get("fields", ())}
    if not names & fields:
        mend = Phrase("give it a field {plural} of the kind references", plural=entity.get("plural"))
        yield BadPage(path, "the form picks no {subject}", mend, subject=subject)


def _recognition(said: Mapping[str, Any]) -> Iterator[BadPage]:
    if said.get("method") not in METHODS:
        yield BadPage(
            "recognition.method",
            "{method} is no method",
            "one of {known}",
            method=said.get("method"),
            known=tuple(METHODS),
        )
    for name in PLACE.findall(str(said.get("number", ""))):
        if name not in NUMBERED:
            yield BadPage(
                "recognition.number",
                "{{ {name} }} is no part of a number",
                "use {known}",
                name=name,
                known=tuple(NUMBERED),
            )
    if "serial" not in PLACE.findall(str(said.get("number", ""))):
        yield BadPage("recognition.number", "two titles would have one number", "write {{ serial }} into it")
    if ("years" in said) == ("until" in said):
        yield BadPage("recognition", "the title has no term, or two", "write years: 3, or until: next_march")
