"""What an index must be able to answer, and the one that answers from memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Protocol, TypeVar

Document = TypeVar("Document", bound=Hashable)


class Store(Protocol[Document]):
    """Fingerprints and the documents that bear them: two tables in a database, or two dictionaries."""

    def count(self) -> int:
        """How many documents there are."""
        ...

    def frequencies(self, fingerprints: Collection[int]) -> Mapping[int, int]:
        """For each fingerprint that is known, how many documents bear it."""
        ...

    def postings(self, fingerprints: Collection[int]) -> Iterable[tuple[int, Document]]:
        """Every (fingerprint, document) of these fingerprints."""
        ...

    def sizes(self, documents: Collection[Document]) -> Mapping[Document, int]:
        """For each document, how many fingerprints it has."""
        ...


class Memory(Store[Document]):
    """A store of a test, a demonstration or a small folder."""

    def __init__(self) -> None:
        self._bearers: defaultdict[int, set[Document]] = defaultdict(set)
        self._marks: dict[Document, frozenset[int]] = {}

    def add(self, document: Document, fingerprints: Iterable[int]) -> None:
        """Put a document in; one that was there is replaced."""
        self.remove(document)
        self._marks[document] = frozenset(fingerprints)
        for mark in self._marks[document]:
            self._bearers[mark].add(document)

    def remove(self, document: Document) -> None:
        """Take a document out; nothing happens if it was not there."""
        for mark in self._marks.pop(document, frozenset()):
            self._bearers[mark].discard(document)
            if not self._bearers[mark]:
                del self._bearers[mark]

    def merge(self, other: Memory[Document]) -> None:
        """Take every document of another store; on both sides, the other's is kept."""
        for document, marks in other._marks.items():
            self.add(document, marks)

    def count(self) -> int:
        return len(self._marks)

    def frequencies(self, fingerprints: Collection[int]) -> Mapping[int, int]:
        return {mark: len(self._bearers[mark]) for mark in fingerprints if mark in self._bearers}

    def postings(self, fingerprints: Collection[int]) -> Iterable[tuple[int, Document]]:
        return [(mark, bearer) for mark in fingerprints if mark in self._bearers for bearer in self._bearers[mark]]

    def sizes(self, documents: Collection[Document]) -> Mapping[Document, int]:
        return {document: len(self._marks[document]) for document in documents if document in self._marks}
