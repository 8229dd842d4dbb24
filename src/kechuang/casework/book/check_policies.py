"""What holds for policies: each is read against the vocabulary, checked without a case, and its examples computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kechuang.casework.shelf.book import Book
from kechuang.casework.shelf.marks import located
from kechuang.engines.rules.check import check
from kechuang.engines.rules.examples import DAY, differences
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.sentences import sentence
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.stacking import check_stacking, stacking_differences, stacking_from
from kechuang.engines.rules.vocabulary import Vocabulary, vocabulary_from
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage


def policies(book: Book) -> Iterator[BadPage]:
    """Every fault of the vocabulary and of every policy, located."""
    codes = book.codes("policies")
    if not codes:
        return
    words = book.page("vocabulary")
    try:
        vocabulary = vocabulary_from(words.body)
    except BadPage as bad:
        yield located(bad, words)
        return
    read, faults = _read(book, vocabulary)
    yield from faults
    rules, unread = Rules(vocabulary, read), set(book.codes("policies")) - read.keys()
    for code, policy in read.items():
        if unread & {used.code for used in policy.uses}:
            continue  # what it uses is told above; nothing can be said of it before
        page = book.page("policies", code)
        found = check(rules, code) or list(_examples(rules, code, page.body.get("examples", ())))
        yield from (located(bad, page) for bad in found)
    if "stacking.yaml" in book.sources and not unread:
        yield from _stacking(book, rules)


def _stacking(book: Book, rules: Rules) -> Iterator[BadPage]:
    """The rules between policies: read, their names found, their examples computed."""
    page = book.page("stacking")
    try:
        found = check_stacking(stacking_from(page.body, rules.vocabulary), rules)
        found += list(stacking_differences(page.body, rules.vocabulary, on=DAY)) if not found else []
    except BadPage as bad:
        found = [bad]
    yield from (located(bad, page) for bad in found)


def _read(book: Book, vocabulary: Vocabulary) -> tuple[dict[str, Policy], list[BadPage]]:
    read: dict[str, Policy] = {}
    faults: list[BadPage] = []
    for code in book.codes("policies"):
        page = book.page("policies", code)
        try:
            read[code] = policy_from(page.body, vocabulary)
        except BadPage as bad:
            faults.append(located(bad, page))
    return read, faults


def _examples(rules: Rules, code: str, told: Any) -> Iterator[BadPage]:
    for n, example in enumerate(told):
        path = f"examples.{n}"
        try:
            yield from list(differences(rules, code, example, path))
        except BadPage as bad:
            yield bad
        except FormulaError as error:
            yield BadPage(
                path, "cannot be worked out: {fault}", "mend the example or the rule", fault=sentence(error.reason)
            )
