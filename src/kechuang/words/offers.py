"""The four sockets by which a page of the book reaches code: facts, checks, effects and tables.

A desk offers an ability under a name; a page asks for it by that name. So no desk imports another,
and a name leads to exactly one function: `integrity.clean_record` is `desks/integrity/offers.py`, `clean_record`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Kind = Literal["fact", "check", "effect", "table"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Offer:
    """One ability: what kind, its name, the function, and the keys it wants the door to lock first."""

    kind: Kind
    name: str
    function: Callable[..., Any]
    locks: tuple[str, ...] = ()
    unit: str = ""
    behind: bool = False
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def says(self) -> str:
        return (self.function.__doc__ or "").strip().split("\n")[0]


_offers: dict[str, Offer] = {}


def _offer(kind: Kind, name: str, **more: Any) -> Callable[[F], F]:
    def register(function: F) -> F:
        there = _offers.get(name)
        if there and there.function.__module__ != function.__module__:
            raise ValueError(f"{name!r} is offered twice: {there.function.__module__}, {function.__module__}")
        _offers[name] = Offer(kind, name, function, **more)
        return function

    return register


def fact(name: str, *, unit: str = "", behind: bool = False) -> Callable[[F], F]:
    """`f(case, on) -> value`: what a desk knows of a case (or round) at that moment; `unit` as in words.quantity."""
    return _offer("fact", name, unit=unit, behind=behind)


def check(name: str, *, locks: tuple[str, ...] = (), behind: bool = False) -> Callable[[F], F]:
    """`f(case, context) -> Finding`: a cheap read; it never writes. `behind`: it looks behind the curtain and names nobody."""
    return _offer("check", name, locks=locks, behind=behind)


def effect(name: str, *, locks: tuple[str, ...] = (), behind: bool = False) -> Callable[[F], F]:
    """`f(case, context) -> None`: writes rows, and nothing but rows."""
    return _offer("effect", name, locks=locks, behind=behind)


def table(name: str, *, columns: dict[str, str]) -> Callable[[F], F]:
    """`f(on, where) -> rows`: mappings as they stand at the moment `on`, under the names of the columns, at least.

    `where` narrows them: a column → the values wanted; without it every row. One key or a million, the answer is alike:
    policies, the board, search and exports read it. Columns by name and kind: text, int64, bool, date.
    """
    return _offer("table", name, columns=columns)


def find(kind: Kind, name: str) -> Offer:
    """The one offer of that name; LookupError if no desk offers it, or as another kind."""
    offer = _offers.get(name)
    if offer is None or offer.kind != kind:
        raise LookupError(f"no desk offers the {kind} {name!r}")
    return offer


def every() -> Iterator[Offer]:
    """All offers, by name."""
    yield from (_offers[name] for name in sorted(_offers))
