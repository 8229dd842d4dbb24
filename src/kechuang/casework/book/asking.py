"""What the pages ask of the desks: every fact, check, effect and table by name, and where each is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from kechuang.casework.book.frozen import policies_of
from kechuang.casework.shelf.book import Book
from kechuang.casework.shelf.marks import located
from kechuang.casework.shelf.reader import Page
from kechuang.words.offers import Kind, Offer
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase
from kechuang.words.quantity import quantity


class Ask(NamedTuple):
    """One name asked for: what kind, where (`path` inside `page`), in which unit.

    `awaited`: the page says that it awaits a desk, or the flow is not in use by any programme that does not.
    """

    kind: Kind
    name: str
    page: Page
    path: str
    unit: str = ""
    awaited: bool = False


def asked(book: Book, programmes: Collection[Page]) -> Iterator[Ask]:
    """Everything the flows, the indicators, the page of likeness and the given programmes ask for."""
    in_use = {code for page in programmes if "awaits" not in page.body for code in flows_of(book, page)}
    for code in book.codes("flows"):
        page = book.page("flows", code)
        yield from (ask._replace(awaited=code not in in_use) for ask in _flow(page))
    for page in programmes:
        yield from (ask._replace(awaited="awaits" in page.body) for ask in _programme(page))
    yield from _tables(book, programmes)
    if "likeness.yaml" in book.sources and "." in (table := str(book.page("likeness").body.get("results", ""))):
        yield Ask("table", table, book.page("likeness"), "results")
    for code in book.codes("indicators"):
        page = book.page("indicators", code)
        table = str(page.body.get("count", {}).get("of", ""))
        if "." in table:
            yield Ask("table", table, page, "count.of", awaited="awaits" in page.body)


def _tables(book: Book, programmes: Collection[Page]) -> Iterator[Ask]:
    """The tables behind the words of the policies: those of a policy that a programme in use pays by must be offered."""
    if "vocabulary.yaml" not in book.sources:
        return
    page = book.page("vocabulary")
    entities = page.body.get("entities", {})
    used = {str(subject) for one in programmes if "awaits" not in one.body for subject in _subjects(book, one)}
    used |= {str(link["entity"]) for code in used for link in entities.get(code, {}).get("links", {}).values()}
    for code, entity in entities.items():
        yield Ask("table", str(entity.get("from")), page, f"entities.{code}.from", awaited=code not in used)


def _subjects(book: Book, programme: Page) -> Iterator[str]:
    """What the policies of a programme are about; an allotment reads the answers of its cases and no table."""
    for code in policies_of(programme.body):
        if book.has("policies", code) and "allot" not in (policy := book.page("policies", code).body):
            yield str(policy.get("subject"))


def flows_of(book: Book, programme: Page) -> tuple[str, ...]:
    """The flow of a programme's cases, that of its rounds, and those whose cases hang on its cases."""
    flow = str(programme.body.get("flow"))
    return (flow, str(programme.body.get("round")), *book.children(flow))


def _flow(page: Page) -> Iterator[Ask]:
    for name, act in page.body.get("acts", {}).items():
        kinds: tuple[tuple[Kind, str], ...] = (("check", "checks"), ("check", "finds"), ("effect", "effects"))
        for kind, key in kinds:
            for n, offer in enumerate(act.get(key, ())):
                yield Ask(kind, str(offer), page, f"acts.{name}.{key}.{n}")
    yield from _facts(page, page.body.get("facts", {}), "facts")


def _programme(page: Page) -> Iterator[Ask]:
    yield from _facts(page, page.body.get("facts", {}), "facts")
    for key in ("award", "acceptance"):
        yield from _facts(page, page.body.get(key, {}).get("facts", {}), f"{key}.facts")
    drawn = (page.body.get("panel") or {}).get("draw") or {}
    if "affinity" in drawn:
        yield Ask("fact", str(drawn["affinity"]), page, "panel.draw.affinity")
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
        if offer is None:
            if not ask.awaited:
                desk, _, name = ask.name.partition(".")
                mend = Phrase("write {name} in {desk}/offers.py, or mend the name", name=name, desk=desk)
                yield _told(ask, "no desk offers the {kind} {name}", mend, kind=ask.kind, name=ask.name)
        elif offer.kind != ask.kind:
            yield _told(
                ask,
                "{name} is offered as a {kind}, asked for as a {ask_kind}",
                "agree on one",
                name=ask.name,
                kind=offer.kind,
                ask_kind=ask.kind,
            )
        elif ask.unit and offer.unit and _measure(ask.unit) != _measure(offer.unit):
            yield _told(
                ask,
                "{name} is offered in {unit}, asked for in {ask_unit}",
                "agree on one",
                name=ask.name,
                unit=offer.unit,
                ask_unit=ask.unit,
            )


def needless_awaits(
    book: Book, programmes: Collection[Page], asks: Collection[Ask], offers: Collection[Offer]
) -> Iterator[BadPage]:
    """Pages that say they await a desk although everything they ask for is offered."""
    offered = {offer.name for offer in offers}
    awaiting = [page for page in programmes if "awaits" in page.body]
    awaiting += [page for code in book.codes("indicators") if "awaits" in (page := book.page("indicators", code)).body]
    for page in awaiting:
        own = {f"flows/{code}" for code in flows_of(book, page)} | {f"{page.kind}/{page.code}"}
        names = {ask.name for ask in asks if f"{ask.page.kind}/{ask.page.code}" in own}
        if names <= offered:
            yield located(BadPage("awaits", "everything the page asks for is offered", "leave `awaits` off"), page)


def _told(ask: Ask, why: str, mend: str, **values: Any) -> BadPage:
    return located(BadPage(ask.path, why, mend, **values), ask.page)


def _measure(unit: str) -> str:
    """What a unit measures: 万元 and 元 are both money."""
    return quantity(f"1 {unit}").kind
