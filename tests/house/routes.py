"""Every address of the house, and what to put into it: own, foreign and missing objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from kechuang.faces.access import may
from kechuang.parties.models import Person

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
MISSING = "2222222222222222"
NUMBERS = 987_654_321


@dataclass(frozen=True)
class Route:
    """One address: its name, its path with places to fill, and the view behind it."""

    name: str
    path: str
    places: tuple[str, ...]
    view: Callable[..., Any] = field(compare=False)

    @property
    def needs(self) -> str:
        return str(getattr(self.view, "needs", ""))

    def filled(self, values: Mapping[str, str]) -> str:
        """The address with every place filled."""
        return "/" + PLACE.sub(lambda found: values[found[1]], self.path)


def routes(patterns: Iterable[Any] | None = None, before: str = "", space: str = "") -> Iterator[Route]:
    """All routes below a resolver, those that are included too."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from routes(one.url_patterns, path, inner)
        elif isinstance(one, URLPattern):
            yield Route(f"{space}{one.name or path}", path, tuple(PLACE.findall(path)), one.callback)


def without_needs(known: Iterable[Route], words: Iterable[str]) -> list[str]:
    """Routes that do not say what they need, in a word the house knows."""
    return sorted(route.path for route in known if route.needs not in set(words))


@dataclass(frozen=True)
class Objects:
    """What belongs to one side: the public ids to put into an address, by the place and the part of the house."""

    number: str
    round_code: str
    document: str
    notice: str
    label: str
    pid: str
    digest: str
    pk: str = "1"

    @classmethod
    def missing(cls) -> Objects:
        return cls(*[MISSING] * 6, "f" * 64, str(NUMBERS))

    def values(self, route: Route) -> dict[str, str]:
        """A value for every place of a route; KeyError names a place that the gate has not been taught."""
        code = {"documents": self.document, "notices": self.notice, "check": self.document}
        first = route.path.split("/")[0]
        known = {
            "number": self.number, "label": self.label, "pid": self.pid, "digest": self.digest, "pk": self.pk,
            "code": self.document if "receipt" in route.path else code.get(first, self.round_code),
            "section": "basics", "field": "other_files", "kind": "person" if first == "lookup" else "progress", "name": "submit_to_unit",
            "flow": "appeal", "subject": self.number, "other": self.number, "position": "1", "which": "case", "sheet": "cases", "act": "submit_to_unit",
            "mode": "mail", "year": "2018", "group": "A组", "what": "contract" if first == "institutions" else "appropriations",
        }  # fmt: skip
        return {place: known[place] for place in route.places}


IDENTITIES = frozenset({"number", "code", "label", "pid", "digest", "pk", "subject"})


def of_objects(known: Iterable[Route]) -> list[Route]:
    """Routes whose address names an object."""
    return [route for route in known if IDENTITIES & set(route.places)]


def open_to(person: Person, known: list[Route]) -> list[Route]:
    """The routes that this person's powers open: the others all end at the same guard."""
    request = RequestFactory().get("/")
    request.user = person
    return [route for route in known if may(request, route.needs)]
