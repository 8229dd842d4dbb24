"""Policies for the commands: a book from a folder or the package, with faults told as file, line and what to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import typer

from kechuang.casework.shelf.book import Book, packaged, read, sources_in
from kechuang.casework.shelf.marks import located
from kechuang.casework.shelf.reader import Page
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.sentences import sentence
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.stacking import Stack, stacking_from
from kechuang.engines.rules.vocabulary import Vocabulary, vocabulary_from
from kechuang.faces.cli.spoken import told as said
from kechuang.faces.cli.spoken import wrong
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage

T = TypeVar("T")


def book_in(folder: Path | None) -> Book:
    """The book in a folder, or the packaged one."""
    if folder is None:
        return packaged()
    if not (folder / "vocabulary.yaml").is_file():
        raise wrong("{name} has no vocabulary.yaml", "write the folder of a book", name=folder)
    return read(sources_in(folder))


def vocabulary_in(folder: Path | None) -> Vocabulary:
    """The vocabulary of a book."""
    return _told(book_in(folder).page("vocabulary"), vocabulary_from)


def rules_in(folder: Path | None) -> Rules:
    """All policies of a book; exits with the first fault, located, if one cannot be read."""
    book = book_in(folder)
    words = _told(book.page("vocabulary"), vocabulary_from)
    codes = book.codes("policies")
    return Rules(
        words, {code: _told(book.page("policies", code), lambda page: policy_from(page, words)) for code in codes}
    )


def stacks_in(folder: Path | None) -> tuple[Stack, ...]:
    """The rules between the policies of a book; none where it has no such page."""
    book = book_in(folder)
    if "stacking.yaml" not in book.sources:
        return ()
    words = vocabulary_in(folder)
    return _told(book.page("stacking"), lambda page: stacking_from(page, words))


def _told(page: Page, reader: Callable[[Any], T]) -> T:
    try:
        return reader(page.body)
    except BadPage as bad:
        typer.echo(said(located(bad, page)), err=True)
        raise typer.Exit(2) from None


def unable(fault: FormulaError, lang: str) -> typer.Exit:
    """Says why nothing could be computed; the exit to raise."""
    typer.echo(f"{'cannot be computed: ' if lang == 'en' else '不能核算：'}{sentence(fault.reason)[lang]}", err=True)
    return typer.Exit(2)


def known(rules: Rules, codes: list[str]) -> list[str]:
    """`codes`, or all policies that can be computed in bulk where none is named."""
    for code in codes:
        if code not in rules.policies:
            raise wrong("no policy {code!r}", "one of {known}", code=code, known=tuple(rules.policies))
    return codes or [code for code, policy in rules.policies.items() if policy.allot is None]
