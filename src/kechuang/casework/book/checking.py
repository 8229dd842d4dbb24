"""The whole book, checked: every fault with file, line and column, what is wrong, and how to mend it."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kechuang.casework.book.asking import Ask, asked, needless_awaits, unmet_asks
from kechuang.casework.book.check_codes import places, system
from kechuang.casework.book.check_examples import computed, examples
from kechuang.casework.book.check_likeness import likeness
from kechuang.casework.book.check_policies import policies
from kechuang.casework.book.check_programmes import programme
from kechuang.casework.book.check_public import public
from kechuang.casework.book.check_synonyms import synonyms
from kechuang.casework.book.check_texts import any_page, letter
from kechuang.casework.book.check_words import declared, words
from kechuang.casework.book.frozen import letters_of
from kechuang.casework.book.params import bad_params
from kechuang.casework.shelf.book import FOLDERS, SINGLE, Book
from kechuang.casework.shelf.marks import located
from kechuang.casework.shelf.reader import Page, read_page
from kechuang.engines.flow import Flow, audit, flow_from
from kechuang.engines.forms import inputs_form
from kechuang.formula import parse
from kechuang.words.offers import Offer
from kechuang.words.outcome import BadPage


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: the faults, and what was looked at."""

    faults: tuple[BadPage, ...]
    pages: Mapping[str, int]
    examples: int
    asks: tuple[Ask, ...]

    @property
    def asked_names(self) -> frozenset[str]:
        return frozenset(ask.name for ask in self.asks)


def check(book: Book, offers: Collection[Offer] | None = None) -> list[BadPage]:
    """Every fault of `book`; without `offers` it is not asked whether desks offer what the pages ask for."""
    return list(report(book, offers).faults)


def report(book: Book, offers: Collection[Offer] | None = None) -> Report:
    """As `check`, with the counts of pages and examples and all that is asked for.

    Pages that cannot be read stand for themselves: the rest is checked only once every page can be.
    """
    with _uncollected():
        return _report(book, offers)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: hundreds of thousands of values are made, none of them a cycle to be found."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _report(book: Book, offers: Collection[Offer] | None) -> Report:
    pages, faults = _read(book)
    counts = {kind: sum(page.kind == kind for page in pages) for kind in (*FOLDERS, *SINGLE)}
    told = sum(_examples(page.body.get("examples")) for page in pages)
    if faults:
        return Report(tuple(faults), counts, told, ())
    whole, faults = _expanded(book)
    faults += [bad for page in pages for bad in _alone(page)]
    faults += [bad for page in whole for bad in _located(page, _programme(page, book))]
    faults += [*_flows(book), *policies(book)]
    if not faults:  # a name misspelt where it is used would be told twice
        faults += [located(bad, page) for page, bad in declared(pages, whole)]
    asks = tuple(asked(book, whole))
    if offers is not None:
        faults += [*unmet_asks(asks, offers), *needless_awaits(book, whole, asks, offers)]
    return Report(tuple(_each_once(faults)), counts, told, asks)


def _read(book: Book) -> tuple[list[Page], list[BadPage]]:
    pages, faults = [], []
    for file in sorted(book.sources):
        folder, _, name = file.rpartition("/")
        if folder not in FOLDERS and name.removesuffix(".yaml") not in SINGLE:
            faults.append(
                BadPage(
                    file,
                    "the book has no such place",
                    "folders are {folders}",
                    line=1,
                    column=1,
                    folders=tuple(FOLDERS),
                )
            )
            continue
        try:
            pages.append(read_page(file, book.sources[file]))
        except BadPage as bad:
            faults.append(bad)
    return pages, faults


def _expanded(book: Book) -> tuple[list[Page], list[BadPage]]:
    whole, faults = [], []
    for code in book.codes("programmes"):
        try:
            whole.append(book.programme(code))
        except BadPage as bad:
            faults.append(bad)
    return whole, faults


def _alone(page: Page) -> Iterator[BadPage]:
    """What can be said of a page by itself."""
    yield from _located(page, any_page(page))
    if page.kind != "programmes":  # these are looked at with their parts in place
        yield from _located(page, words(page.kind, page.body))
    if page.kind == "letters":
        yield from _located(page, letter(page))
    if page.kind == "parts":
        yield from _located(page, (*bad_params(page.body), *computed(page.body)))
    if page.kind == "places":
        yield from _located(page, places(page))
    if page.kind == "codes":
        yield from _located(page, system(page))
    if page.kind == "likeness":
        yield from _located(page, likeness(page.body))
    if page.kind == "synonyms":
        yield from _located(page, synonyms(page.body))
    if page.kind == "indicators":
        yield from _located(page, _indicator(page.body))


def _programme(page: Page, book: Book) -> Iterator[BadPage]:
    found = [*programme(page, book)]
    yield from found or examples(page.body)  # examples of a page with faults would only repeat them


def _indicator(body: Mapping[str, Any]) -> Iterator[BadPage]:
    count = body.get("count", {})
    columns = {*count.get("columns", ()), "period"}
    if "where" in count:
        unknown = sorted(parse(str(count["where"]), path="count.where").names - columns)
        if unknown:
            yield BadPage(
                "count.where", "nothing is called {unknown}", "declare it under columns", unknown=tuple(unknown)
            )
    for key in ("definition", "unit", "by", "period", "examples"):
        if not body.get(key):
            yield BadPage(key, "the indicator has no {key}", "write {key}:", key=key)


def _flows(book: Book) -> Iterator[BadPage]:
    """Every flow page read, audited with the others, its inputs read as forms and its letters found."""
    flows: dict[str, Flow] = {}
    for code in book.codes("flows"):
        page = book.page("flows", code)
        try:
            flows[code] = flow_from(page.body)
        except BadPage as bad:
            yield located(bad, page)
    roles = book.page("roles").body.get("roles", {}) if "roles.yaml" in book.sources else {}
    for code, flow in flows.items():
        page = book.page("flows", code)
        yield from _located(page, (*audit(flow, roles=roles, flows=flows), *_inputs(flow, page), *public(flow)))
        for name in letters_of([page.body]):
            if not book.has("letters", name):
                path = next(f"acts.{act}.letter" for act, told in flow.acts.items() if told.letter == name)
                yield located(BadPage(path, "there is no letter {name}", "see the folder letters/", name=name), page)


def _inputs(flow: Flow, page: Page) -> Iterator[BadPage]:
    for name, act in flow.acts.items():
        try:
            inputs_form(act.inputs, facts=flow.facts, params=flow.params, lists=page.body)
        except BadPage as bad:
            inside = bad.path.removeprefix("inputs.").removeprefix("inputs.")
            yield BadPage(f"acts.{name}.inputs.{inside}", bad.why, bad.mend, column=bad.column)


def _located(page: Page, faults: Iterable[BadPage]) -> Iterator[BadPage]:
    try:
        for bad in faults:
            yield located(bad, page)
    except BadPage as bad:
        yield located(bad, page)


def _each_once(faults: Iterable[BadPage]) -> list[BadPage]:
    """A fault of a part is found in every programme that uses it, and told once."""
    found = {(bad.path, bad.line, bad.column, bad.why): bad for bad in faults}
    return [found[key] for key in sorted(found)]


def _examples(told: Any) -> int:
    if isinstance(told, dict):
        return sum(len(rows) for rows in told.values() if isinstance(rows, list))
    return len(told) if isinstance(told, list) else 0
