"""Search in which every number is counted among what the reader may see: what is hidden moves nothing, not even an order."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kechuang.engines.match.search import K1, PREFIX_WORTH, TITLE_BOOST, B, Entry, Question
from kechuang.engines.match.text import tokens

KIND, PLACE, SEEN_BY = "k", "l", "@"
MOST_COUNT = 255
AFTER_ALL = b"\xff"  # no UTF-8 text holds this byte: what begins with a text ends before the text and this

Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]
Documents = NDArray[np.uint32]
Counts = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms in rising order, each with its documents: term t is `letters[ends[t]:ends[t + 1]]` in UTF-8, and
    `documents[starts[t]:starts[t + 1]]` bear it, `counts` times; terms that begin alike lie side by side."""

    letters: NDArray[np.uint8]
    ends: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    documents: Documents
    counts: Counts

    def term(self, number: int) -> bytes:
        return bytes(self.letters[self.ends[number] : self.ends[number + 1]])

    def __len__(self) -> int:
        return len(self.ends) - 1

    def bearers(self, term: str) -> tuple[Documents, Counts]:
        """The documents that bear a term, each once, and how often."""
        wanted = term.encode()
        place = bisect_left(range(len(self)), wanted, key=self.term)
        found = place < len(self) and self.term(place) == wanted
        return self._between(place, place + 1 if found else place)

    def begun(self, start: str) -> tuple[Documents, Counts]:
        """The documents that bear any term that begins so; one may come several times."""
        low = bisect_left(range(len(self)), start.encode(), key=self.term)
        high = bisect_left(range(len(self)), start.encode() + AFTER_ALL, lo=low, key=self.term)
        return self._between(low, high)

    def _between(self, low: int, high: int) -> tuple[Documents, Counts]:
        first, last = self.starts[low], self.starts[high]
        return self.documents[first:last], self.counts[first:last]


@dataclass(frozen=True, slots=True)
class Part:
    """Some documents as arrays that are written as they are and mapped; `gone` are keys of earlier parts taken out."""

    words: Terms
    labels: Terms
    keys: NDArray[np.int64]
    lengths: NDArray[np.uint32]
    years: NDArray[np.int32]
    gone: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        plain = {name: getattr(self, name) for name in ("keys", "lengths", "years", "gone")}
        for name in ("words", "labels"):
            plain |= {f"{name}_{one.name}": getattr(getattr(self, name), one.name) for one in fields(Terms)}
        return plain

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Part:
        """The part these arrays were written from."""
        words, labels = (
            Terms(**{one.name: arrays[f"{name}_{one.name}"] for one in fields(Terms)}) for name in ("words", "labels")
        )
        return cls(words, labels, arrays["keys"], arrays["lengths"], arrays["years"], arrays["gone"])

    def admitted(self, asked: Question) -> Mask:
        """Which documents the filters and the audience of a question let through."""
        mask = self._any(self.labels.bearers(SEEN_BY + reader)[0] for reader in asked.audience)
        if asked.kinds:
            mask &= self._any(self.labels.bearers(KIND + kind)[0] for kind in asked.kinds)
        if asked.place:
            mask &= self._any([self.labels.begun(PLACE + asked.place)[0]])
        if asked.years is not None:
            mask &= (self.years >= asked.years[0]) & (self.years <= asked.years[1])
        return mask

    def _any(self, found: Iterable[Documents]) -> Mask:
        mask = np.zeros(len(self), dtype=np.bool_)
        for documents in found:
            mask[documents] = True
        return mask


class Visible:
    """Parts side by side, the newer before the older where both hold a key."""

    def __init__(self, parts: Sequence[Part] = ()) -> None:
        self.parts = tuple(parts)
        self._standing = tuple(_standing(self.parts))

    def __len__(self) -> int:
        return sum(int(mask.sum()) for mask in self._standing)

    def search(self, asked: Question, *, top: int = 20) -> tuple[tuple[int, float], ...]:
        """(key, score) of the best entries the audience may see, best first, equal ones by their keys.

        Scores are those of `Small` over these entries alone: BM25, the best of a word and its synonyms.
        """
        seen = self._seen(asked)
        size = sum(int(mask.sum()) for mask in seen)
        if not size or not asked.groups:
            return ()
        letters = sum(int(part.lengths[mask].sum()) for part, mask in zip(self.parts, seen, strict=True))
        among = _Among(self.parts, tuple(seen), size, letters / size)
        totals = [np.zeros(len(part)) for part in self.parts]
        for group in asked.groups:
            for total, best in zip(totals, among.best(group, asked.prefix), strict=True):
                total += best
        return _best(self.parts, totals, top)

    def newest(self, asked: Question, *, top: int) -> tuple[int, ...]:
        """The highest keys of entries that the filters and the audience let through, whatever their words; highest first."""
        keys = [part.keys[mask] for part, mask in zip(self.parts, self._seen(asked), strict=True)]
        return tuple(np.sort(np.concatenate([*keys, np.empty(0, dtype=np.int64)]))[::-1][:top].tolist())

    def _seen(self, asked: Question) -> list[Mask]:
        return [part.admitted(asked) & stands for part, stands in zip(self.parts, self._standing, strict=True)]


def _best(parts: Sequence[Part], totals: Sequence[Scores], top: int) -> tuple[tuple[int, float], ...]:
    scores = np.concatenate(totals)
    keys = np.concatenate([part.keys for part in parts])
    places = np.flatnonzero(scores > 0)
    if len(places) > top:
        least = np.partition(scores[places], len(places) - top)[len(places) - top]
        places = places[scores[places] >= least]
    order = np.lexsort((keys[places], -scores[places]))[:top]
    return tuple((int(keys[place]), float(scores[place])) for place in places[order].tolist())


@dataclass(frozen=True, slots=True)
class _Among:
    """What one reader may see of every part: how much it is, and how long its entries are on the average."""

    parts: tuple[Part, ...]
    seen: tuple[Mask, ...]
    size: int
    mean: float

    def best(self, group: Iterable[tuple[str, float]], prefix: str) -> list[Scores]:
        """For each document the best that a word, its synonyms or, while it is typed, what it may become gives it."""
        alternatives = list(group)
        best = [np.zeros(len(part)) for part in self.parts]
        asked = [(self._borne(token), worth) for token, worth in alternatives]
        if prefix and alternatives[0][0] == prefix:
            asked.append((self._begun(prefix), PREFIX_WORTH))
        for borne, worth in asked:
            bearers = sum(len(documents) for documents, _ in borne)
            rare = log(1 + (self.size - bearers + 0.5) / (bearers + 0.5))
            for part, into, (documents, counts) in zip(self.parts, best, borne, strict=True):
                damped = counts + K1 * (1 - B + B * part.lengths[documents] / self.mean)
                into[documents] = np.maximum(into[documents], worth * rare * counts * (K1 + 1) / damped)
        return best

    def _borne(self, token: str) -> list[tuple[Documents, Scores]]:
        found = []
        for part, mask in zip(self.parts, self.seen, strict=True):
            documents, counts = part.words.bearers(token)
            kept = mask[documents]
            found.append((documents[kept], counts[kept].astype(np.float64)))
        return found

    def _begun(self, prefix: str) -> list[tuple[Documents, Scores]]:
        found = []
        for part, mask in zip(self.parts, self.seen, strict=True):
            documents, counts = part.words.begun(prefix)
            often = np.bincount(documents, counts, len(part)).astype(np.float64) * mask
            once = np.flatnonzero(often).astype(np.uint32)
            found.append((once, often[once]))
        return found


def _standing(parts: Sequence[Part]) -> list[Mask]:
    """Which documents of each part no later part holds anew or takes out."""
    masks: list[Mask] = []
    later = np.empty(0, dtype=np.int64)
    for part in reversed(parts):
        masks.append(~np.isin(part.keys, later))
        later = np.concatenate((later, part.keys, part.gone))
    return masks[::-1]


class PartBuilder:
    """Takes entries one by one, cuts their words and makes a part of them."""

    def __init__(self) -> None:
        self._words, self._labels = _Gathered(), _Gathered()
        self._keys, self._lengths, self._years = array("q"), array("I"), array("i")

    def add(self, key: int, entry: Entry) -> None:
        """One entry under its key."""
        number = len(self._keys)
        counted = Counter(tokens(entry.text))
        for token in tokens(entry.title):
            counted[token] += int(TITLE_BOOST)
        self._words.take(number, counted)
        self._labels.take(number, dict.fromkeys(_labels(entry), 1))
        self._keys.append(key)
        self._lengths.append(sum(counted.values()))
        self._years.append(entry.year)

    def part(self, *, gone: Iterable[int] = ()) -> Part:
        """All entries added; `gone` are keys that earlier parts hold and that are no more."""
        return Part(
            self._words.terms(),
            self._labels.terms(),
            np.array(self._keys, dtype=np.int64),
            np.array(self._lengths, dtype=np.uint32),
            np.array(self._years, dtype=np.int32),
            np.array(sorted(gone), dtype=np.int64),
        )


def _labels(entry: Entry) -> Iterator[str]:
    yield KIND + entry.kind
    yield PLACE + entry.place
    yield from (SEEN_BY + reader for reader in entry.seen_by)


class _Gathered:
    """(term, document, count) triples while documents come in."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms, self._documents, self._counts = array("I"), array("I"), array("B")

    def take(self, document: int, counted: Mapping[str, int]) -> None:
        for term, count in counted.items():
            self._terms.append(self._numbers.setdefault(term, len(self._numbers)))
            self._documents.append(document)
            self._counts.append(min(count, MOST_COUNT))

    def terms(self) -> Terms:
        return sorted_terms(
            [term.encode() for term in self._numbers],
            np.array(self._terms, dtype=np.int64),
            np.array(self._documents, dtype=np.uint32),
            np.array(self._counts, dtype=np.uint8),
        )


def sorted_terms(names: Sequence[bytes], terms: NDArray[np.int64], documents: Documents, counts: Counts) -> Terms:
    """Terms in rising order from triples; `terms` are numbers into `names`, the documents of a term rise already."""
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    ranked = rank[terms]
    sort = np.argsort(ranked, kind="stable")
    ends = np.cumsum([0, *(len(names[place]) for place in order)]).astype(np.uint32)
    starts = np.concatenate(([0], np.cumsum(np.bincount(ranked, minlength=len(names))))).astype(np.uint32)
    letters = np.frombuffer(b"".join(names[place] for place in order), dtype=np.uint8)
    return Terms(letters, ends, starts, documents[sort], counts[sort])


def merged_parts(parts: Sequence[Part]) -> Part:
    """One part of many, without what later parts replaced or took out."""
    standing = _standing(parts)
    return Part(
        _merged_terms([part.words for part in parts], standing),
        _merged_terms([part.labels for part in parts], standing),
        np.concatenate([part.keys[mask] for part, mask in zip(parts, standing, strict=True)]),
        np.concatenate([part.lengths[mask] for part, mask in zip(parts, standing, strict=True)]),
        np.concatenate([part.years[mask] for part, mask in zip(parts, standing, strict=True)]),
        np.empty(0, dtype=np.int64),
    )


def _merged_terms(several: Sequence[Terms], standing: Sequence[Mask]) -> Terms:
    names: dict[bytes, int] = {}
    gathered: list[tuple[NDArray[np.int64], Documents, Counts]] = []
    before = 0
    for terms, mask in zip(several, standing, strict=True):
        numbers = np.array([names.setdefault(terms.term(one), len(names)) for one in range(len(terms))], dtype=np.int64)
        lengths = terms.starts[1:].astype(np.int64) - terms.starts[:-1]
        which = np.repeat(numbers, lengths)
        kept = mask[terms.documents]
        moved = (np.cumsum(mask) - 1 + before).astype(np.uint32)
        gathered.append((which[kept], moved[terms.documents[kept]], terms.counts[kept]))
        before += int(mask.sum())
    which, documents, counts = (np.concatenate(column) for column in zip(*gathered, strict=True))
    used = np.unique(which)
    renumbered = np.searchsorted(used, which)
    listed = list(names)
    return sorted_terms([listed[one] for one in used.tolist()], renumbered, documents, counts)
