"""What the pages ask of the desks: every fact, check, effect and table by name, and where each is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kechuang.casework.book.marks import located
from kechuang.casework.book.reader import Page
from kechuang.casework.book.shelf import Book
from kechuang.words.offers import Kind, Offer
from kechuang.words.outcome import BadPage
from kechuang.words.quantity import quantity


@dataclass(frozen=True, slots=True)
class Ask:
    """One name asked for: what kind, where (`path` inside `page`), and in which unit; `awaited` pages may be early."""

    kind: Kind
    name: str
    page: Page
    path: str
    unit: str = ""
    awaited: bool = False


def asked(book: Book, programmes: Collection[Page]) -> Iterator[Ask]:
    """Everything the flows, the indicators and the given programmes ask for."""
    for code in book.codes("flows"):
        yield from _flow(book.page("flows", code))
    for page in programmes:
        yield from _programme(page)
    for code in book.codes("indicators"):
        page = book.page("indicators", code)
        table = str(page.body.get("count", {}).get("of", ""))
        if "." in table:
            yield Ask("table", table, page, "count.of", awaited="awaits" in page.body)


def _flow(page: Page) -> Iterator[Ask]:
    for name, act in page.body.get("acts", {}).items():
        kinds: tuple[tuple[Kind, str], ...] = (("check", "checks"), ("effect", "effects"))
        for kind, key in kinds:
            for n, offer in enumerate(act.get(key, ())):
                yield Ask(kind, str(offer), page, f"acts.{name}.{key}.{n}")
    yield from _facts(page, page.body.get("facts", {}), "facts")


def _programme(page: Page) -> Iterator[Ask]:
    yield from _facts(page, page.body.get("facts", {}), "facts")
    for key in ("award", "acceptance"):
        yield from _facts(page, page.body.get(key, {}).get("facts", {}), f"{key}.facts")
    for n, section in enumerate(page.body.get("form", {}).get("sections", ())):
        for m, field in enumerate(section.get("fields", ())):
            if "." in str(field.get("prefill", "")):
                yield Ask("fact", str(field["prefill"]), page, f"form.sections.{n}.fields.{m}.prefill")


def _facts(page: Page, facts: Mapping[str, Any], path: str) -> Iterator[Ask]:
    for name, fact in facts.items():
        if isinstance(fact, dict):
            yield Ask("fact", str(fact.get("from")), page, f"{path}.{name}.from", str(fact.get("unit", "")))
        else:
            yield Ask("fact", str(fact), page, f"{path}.{name}")


def unmet_asks(asks: Collection[Ask], offers: Collection[Offer]) -> Iterator[BadPage]:
    """Asks that no desk meets, or meets as another kind or in another unit: each at every place where it stands."""
    offered = {offer.name: offer for offer in offers}
    for ask in asks:
        offer = offered.get(ask.name)
        if ask.awaited:
            if offer is not None:
                yield _told(ask, f"{ask.name} is offered now", "leave `awaits` off this page")
        elif offer is None:
            desk, _, name = ask.name.partition(".")
            yield _told(
                ask, f"no desk offers the {ask.kind} {ask.name}", f"write {name} in {desk}/offers.py, or mend the name"
            )
        elif offer.kind != ask.kind:
            yield _told(ask, f"{ask.name} is offered as a {offer.kind}, asked for as a {ask.kind}", "agree on one")
        elif ask.unit and offer.unit and _measure(ask.unit) != _measure(offer.unit):
            yield _told(ask, f"{ask.name} is offered in {offer.unit}, asked for in {ask.unit}", "agree on one")


def _told(ask: Ask, why: str, mend: str) -> BadPage:
    return located(BadPage(ask.path, why, mend), ask.page)


def _measure(unit: str) -> str:
    """What a unit measures: 万元 and 元 are both money."""
    return quantity(f"1 {unit}").kind
