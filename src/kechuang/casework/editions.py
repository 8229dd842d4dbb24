"""Editions of the book: a new one is adopted by a planning chief, checked whole, recorded, and in force from then on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import Any

from django.db import transaction

from kechuang.casework import book
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Case, Edition, Record, Round
from kechuang.casework.pages import Pages, current, every_fault, pages_of
from kechuang.engines.flow import Flow
from kechuang.parties.models import Person
from kechuang.parties.permissions import appointments
from kechuang.words import offers
from kechuang.words.offers import Offer
from kechuang.words.outcome import BadPage, Refused
from kechuang.words.period import ZONE
from kechuang.words.phrase import Phrase
from kechuang.words.reason import Reason

ACT = "adopt_edition"
ROLE = "planning_chief"


class TheBook:
    """The book as a subject of records: one chain of all the editions that were ever adopted."""

    subject_kind = "book"
    pid = "book"


class Unsound(Exception):
    """An edition that cannot be adopted, with every fault of its pages and every running round that would be left alone."""

    def __init__(self, faults: Iterable[BadPage]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Adopted:
    """The edition in force after adopting, the one before it, and whether anything changed."""

    digest: str
    before: str
    changed: bool


def adopt(sources: Mapping[str, str], *, by: Person | Actor, on: datetime) -> Adopted:
    """Put the pages of `sources` in force for every round opened from now on; running rounds keep their frozen ones.

    Refused for anyone but a planning chief; Unsound with every fault. Adopting what is in force changes nothing;
    an earlier edition may be adopted again, and the ledger tells both times.
    """
    actor = Actor.of(by)
    _may(actor, on)
    shelf = book.read(sources)
    faults = [*book.check(shelf, tuple(offers.every())), *left_alone(tuple(offers.every()))]
    if faults:
        raise Unsound(faults)
    with transaction.atomic():
        list(Edition.objects.select_for_update().order_by("-pk")[:1])
        before = current().digest
        if before == shelf.digest:
            return Adopted(shelf.digest, before, False)
        Edition.objects.filter(digest=shelf.digest).delete()  # adopted once before: the newest row is the one in force
        Edition.objects.create(digest=shelf.digest, pages=dict(sources), by=actor.id, on=on)
        count = Record.objects.filter(subject_kind=TheBook.subject_kind).count()
        tells = {"edition": shelf.digest, "before": before}
        key = f"edition:{count + 1}:{shelf.digest[:32]}"
        note(TheBook(), ACT, by=actor, on=on, key=key, role=ROLE, data={"pages": len(sources)}, tells=tells)
    return Adopted(shelf.digest, before, True)


def _may(actor: Actor, on: datetime) -> None:
    day = on.astimezone(ZONE).date()
    held = {one.role for one in appointments(actor.person, day)} if actor.person else set(actor.own)
    if ROLE not in held:
        raise Refused(Reason("act_for_another", role=ROLE))


def history() -> list[Record]:
    """The records of every edition that was adopted, oldest first."""
    return list(Record.objects.filter(subject_kind=TheBook.subject_kind).select_related("told").order_by("position"))


def differences(sources: Mapping[str, str]) -> Iterator[str]:
    """What differs between the edition in force and `sources`, page by page, as a unified diff without line ends."""
    now = current().sources
    for path in sorted({*now, *sources}):
        old, new = now.get(path, "").splitlines(), sources.get(path, "").splitlines()
        yield from unified_diff(old, new, f"in force/{path}", f"proposed/{path}", lineterm="")


def unsound() -> list[BadPage]:
    """What is wrong with the edition in force, and the offers that running rounds name and nobody gives any more."""
    return [*every_fault(), *left_alone(tuple(offers.every()))]


def left_alone(known: Iterable[Offer]) -> Iterator[BadPage]:
    """Offers that frozen pages of running rounds name and no desk gives (any more), each once a round."""
    kinds: dict[str, str] = {offer.name: offer.kind for offer in known}
    for round_ in Round.objects.exclude(frozen=None).select_related("frozen").order_by("code"):
        pages = pages_of(round_)
        if "awaits" in pages.programme or not running(round_, pages):
            continue
        for kind, name in sorted(set(asks_of(pages))):
            if kinds.get(name) != kind:
                why = Phrase("its frozen pages ask for the {kind} {name}, which no desk offers", kind=kind, name=name)
                yield BadPage(f"round {round_.code}", why, "keep the offer until the round has ended")


def running(round_: Round, pages: Pages) -> bool:
    """Whether the round itself or a case of it has not come to an end of its flow."""
    states = pages.round.round_flow.states
    if round_.state in states and not states[round_.state].end:
        return True
    found = Case.objects.filter(round=round_).values_list("flow", "state").distinct()
    flows = pages.round.flows
    return any(
        flow in flows and state in flows[flow].states and not flows[flow].states[state].end for flow, state in found
    )


def asks_of(pages: Pages) -> Iterator[tuple[str, str]]:
    """Kind and name of every offer that the pages of a round name."""
    for flow in pages.round.flows.values():
        yield from _of_flow(flow)
    programme = pages.programme
    for part in (programme, programme.get("award") or {}, programme.get("acceptance") or {}):
        yield from (("fact", name) for name in _facts(part.get("facts") or {}))
    for section in programme.get("form", {}).get("sections", ()):
        filled = (str(field.get("prefill", "")) for field in section.get("fields", ()))
        yield from (("fact", name) for name in filled if "." in name)


def _of_flow(flow: Flow) -> Iterator[tuple[str, str]]:
    for act in flow.acts.values():
        yield from (("check", str(name)) for name in (*act.checks, *act.finds))
        yield from (("effect", str(name)) for name in act.effects)
    yield from (("fact", name) for name in _facts(flow.facts))


def _facts(facts: Mapping[str, Any]) -> Iterator[str]:
    return (str(fact["from"]) if isinstance(fact, Mapping) else str(fact) for fact in facts.values())
