"""The book as a value: its sources by path, and from them pages, whole programmes and the flows that belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from kechuang.casework.shelf.expand import expanded
from kechuang.casework.shelf.reader import Page, read_page

FOLDERS = ("programmes", "parts", "flows", "policies", "letters", "indicators", "codes")
SINGLE = ("roles", "places", "vocabulary", "stacking", "imports", "synonyms", "likeness")


@dataclass(frozen=True, slots=True)
class Book:
    """One edition. `sources` maps a path (`programmes/nsf-general.yaml`, `roles.yaml`) to the text of the page.

    A page is read when it is asked for and kept by its content; packaged, folder and database editions are alike.
    """

    sources: Mapping[str, str]
    _whole: dict[str, Page] = field(default_factory=dict, init=False, repr=False, compare=False)
    _digest: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def page(self, kind: str, code: str = "") -> Page:
        """The page `flows/grant.yaml` for ("flows", "grant"), `roles.yaml` for ("roles"); LookupError if there is none."""
        file = f"{kind}/{code}.yaml" if code else f"{kind}.yaml"
        if file not in self.sources:
            raise LookupError(f"the book has no page {file}")
        return read_page(file, self.sources[file])

    def has(self, kind: str, code: str) -> bool:
        return f"{kind}/{code}.yaml" in self.sources

    def codes(self, kind: str) -> tuple[str, ...]:
        """The codes of all pages in a folder, sorted."""
        start = f"{kind}/"
        return tuple(sorted(f[len(start) : -len(".yaml")] for f in self.sources if f.startswith(start)))

    def programme(self, code: str) -> Page:
        """The programme with its parts in place: what engines read and rounds freeze."""
        if code not in self._whole:
            self._whole[code] = expanded(self.page("programmes", code), self._part)
        return self._whole[code]

    def programmes(self) -> Iterator[Page]:
        return (self.programme(code) for code in self.codes("programmes"))

    def children(self, flow: str) -> tuple[str, ...]:
        """Codes of the flows whose cases hang on cases of `flow`, and of those that hang on them."""
        found: list[str] = []
        waiting = [flow]
        while waiting:
            parent = waiting.pop()
            hung = [code for code in self.codes("flows") if parent in parents(self.page("flows", code).body)]
            fresh = [code for code in hung if code not in found and code != flow]
            found += fresh
            waiting += fresh
        return tuple(sorted(found))

    @property
    def digest(self) -> str:
        """SHA-256 over every path and text: the name of this edition in the ledger. Taken once: sources never change."""
        if self._digest:
            return self._digest[0]
        whole = hashlib.sha256()
        for path in sorted(self.sources):
            for text in (path, self.sources[path]):
                whole.update(hashlib.sha256(text.encode()).digest())
        self._digest.append(whole.hexdigest())
        return self._digest[0]

    def _part(self, code: str) -> Page:
        return self.page("parts", code)


def parents(flow: Mapping[str, Any]) -> tuple[str, ...]:
    """The flows on whose cases a flow page's cases hang."""
    return tuple((flow.get("parent") or {}).get("flows", ()))


def read(sources: Mapping[str, str]) -> Book:
    """The book in `sources`, pages by path; pages are read as they are asked for, `check` reads all."""
    return Book(dict(sources))


def sources_in(folder: Traversable, *, under: str = "") -> dict[str, str]:
    """Every page of a folder by its path: a directory on disk, or package data inside a wheel."""
    found: dict[str, str] = {}
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            found |= sources_in(item, under=f"{under}{item.name}/")
        elif item.name.endswith(".yaml"):
            found[f"{under}{item.name}"] = item.read_text("utf-8")
    return found


@lru_cache(maxsize=1)
def packaged() -> Book:
    """The first edition, which comes with the package."""
    return read(sources_in(files("kechuang.book")))
