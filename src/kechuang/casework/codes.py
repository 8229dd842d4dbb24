"""Places and code systems as lists that forms choose from and are held against: the book's own pages, in the edition in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from kechuang.casework.shelf.book import Book

PLACES: Final = "places"
Entry = Mapping[str, Any]
_DIGITS: Final = re.compile(r"[A-Z]?[0-9]*", re.ASCII)


class CodeList(Mapping[str, Entry]):
    """A code system as far as the book lists it: code → {zh, en, level, leaf}.

    A code below those listed is in it if it has the right number of characters and begins with one of them; it is then
    called after that one. Going through the list gives only what the book lists.
    """

    __slots__ = ("first", "lengths", "listed")

    def __init__(self, listed: Mapping[str, Entry], lengths: tuple[int, ...] = (), first: int = 1) -> None:
        self.listed, self.lengths, self.first = listed, lengths, first

    def __getitem__(self, code: str) -> Entry:
        if code in self.listed:
            return {**self.listed[code], "level": self._level(code)}
        above = self._above(code)
        if not above:
            raise KeyError(code)
        return {**self.listed[above], "level": self._level(code)}

    def __iter__(self) -> Iterator[str]:
        return iter(self.listed)

    def __len__(self) -> int:
        return len(self.listed)

    def _level(self, code: str) -> int:
        return self.lengths.index(len(code)) + self.first if len(code) in self.lengths else 0

    def _above(self, code: str) -> str:
        """The listed code that `code` begins with, "" where it is not shaped like a code below one."""
        if len(code) not in self.lengths or not _DIGITS.fullmatch(code):
            return ""
        return next((code[:n] for n in reversed(self.lengths) if n < len(code) and code[:n] in self.listed), "")


def choices(book: Book, source: str) -> Mapping[str, Entry] | None:
    """Places, or the code system of that name, in this edition of the book; None for what the book does not list."""
    return _lists(book.digest, _Shelf(book)).get(source)


class _Shelf:
    """A book that counts as equal to any other: its digest stands beside it as the key."""

    __slots__ = ("book",)

    def __init__(self, book: Book) -> None:
        self.book = book

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shelf)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=8)
def _lists(digest: str, shelf: _Shelf) -> dict[str, Mapping[str, Entry]]:
    book = shelf.book
    found: dict[str, Mapping[str, Entry]] = {}
    if "places.yaml" in book.sources:
        found[PLACES] = CodeList(places(book.page("places").body))
    for code in book.codes("codes"):
        page = book.page("codes", code).body
        listed = {str(one): {"zh": text["zh"], "en": text["en"]} for one, text in page["codes"].items()}
        found[page["system"]] = CodeList(listed, tuple(page["lengths"]), page.get("first_level", 1))
    return found


def places(page: Mapping[str, Any]) -> dict[str, Entry]:
    """Leagues and cities, each followed by its banners and counties; the two listed cities stand among these."""
    rows = [*page.get("leagues", ()), *page.get("listed_cities", ()), *page.get("counties", ())]
    told = {row["code"]: {"zh": row["zh"], "en": row["en"]} for row in rows}
    return {code: told[code] for code in sorted(told)}
