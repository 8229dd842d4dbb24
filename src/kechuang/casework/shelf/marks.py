"""Where a fault stands: a path inside a page, however deep, as file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.casework.shelf.reader import Mark, Page
from kechuang.words.outcome import BadPage

_BRACKET = re.compile(r"\[([^\]]*)\]")
_PAGE = re.compile(r"^[a-z]+/[\w-]+\.?")  # an engine may begin its path with the page: flows/grant.acts.submit


class Carried(Mapping[str, Mark]):
    """The marks of a page made of others' nodes: which node of which page stands at a path, alone or with all below."""

    def __init__(self, taken: dict[str, tuple[Page, str, bool]]) -> None:
        self.taken = taken

    def take(self, page: Page, source: str, to: str, *, whole: bool = False, again: bool = True) -> None:
        """At `to` stands what stands in `page` at `source`, or the nearest node above; `again` replaces what was there."""
        if again or to not in self.taken:
            self.taken[to] = (page, source, whole)

    def __getitem__(self, path: str) -> Mark:
        if path in self.taken:
            page, source, _ = self.taken[path]
            return where(page, source)
        above = path
        while above not in self.taken:
            above = above.rpartition(".")[0]
        page, source, whole = self.taken[above]
        if not whole:
            raise KeyError(path)
        return page.marks[source + path.removeprefix(above)]

    def __iter__(self) -> Iterator[str]:
        for to, (page, source, whole) in self.taken.items():
            yield to
            if whole:
                yield from (to + path.removeprefix(source) for path in page.marks if path.startswith(f"{source}."))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def located(bad: BadPage, page: Page) -> BadPage:
    """`bad` with the file, line and column of the node its path names, or of the nearest node above it.

    A path may name items of a list by number or by code (`eligibility.in_region.when`), may leave the name of the list
    out (`form.content.question.min`), and may begin with the page (`flows/grant.acts.submit`, `nsf-general.form`). A column that came with the
    fault is counted inside the node: that of a formula, say.
    """
    mark = where(page, bad.path)
    inside = bad.column - 1 + mark.quoted if bad.column else 0
    return BadPage(mark.file, bad.why, bad.mend, line=mark.line, column=mark.column + inside)


def where(page: Page, path: str) -> Mark:
    """The mark of the node at `path`, or of the nearest node above it that the page has."""
    if path in page.marks:
        return page.marks[path]  # a key may have dots of its own: `set.technology-trade.cap`
    names = _BRACKET.sub(r".\1", _PAGE.sub("", path)).split(".")
    if names[0] == page.code and names[0] not in page.body:
        names = names[1:]
    walked, body, by_code = "", page.body, False
    for name in names:
        step, body = _step(body, name, by_code)
        if step is None:
            break
        by_code = not name.isdecimal() and step.rpartition(".")[2] != name
        walked = f"{walked}.{step}" if walked else step
    while walked not in page.marks:
        walked = walked.rpartition(".")[0]
    return page.marks[walked]


def _step(body: Any, name: str, by_code: bool) -> tuple[str | None, Any]:
    """The way from a node to what `name` stands for below it: a key, an item by number or code, an item of a list below.

    Below a node that was itself named by its code, codes go before keys: `form.what.title` is the field, not the title.
    """
    if isinstance(body, list):
        return _item(body, name)
    if not isinstance(body, dict):
        return None, None
    for look in (_listed, _keyed) if by_code else (_keyed, _listed):
        step, found = look(body, name)
        if step is not None:
            return step, found
    return None, None


def _keyed(body: dict[Any, Any], name: str) -> tuple[str | None, Any]:
    return next(((name, value) for key, value in body.items() if str(key) == name), (None, None))


def _listed(body: dict[Any, Any], name: str) -> tuple[str | None, Any]:
    for key, value in body.items():
        if isinstance(value, list) and not name.isdecimal():
            step, found = _item(value, name)
            if step is not None:
                return f"{key}.{step}", found
    return None, None


def _item(items: list[Any], name: str) -> tuple[str | None, Any]:
    if name.isdecimal() and int(name) < len(items):
        return name, items[int(name)]
    at = next((n for n, item in enumerate(items) if isinstance(item, dict) and item.get("code") == name), None)
    return (None, None) if at is None else (str(at), items[at])
