"""The nearest documents of a compact index: segments side by side, so that one is added while the others serve."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kechuang.engines.match.compact import REST_BITS, Segment, short_grams, short_grams_of
from kechuang.engines.match.fingerprints import NONE, Boilerplate, Hashes, Letters, barred, codes, gram_hashes, winnowed
from kechuang.engines.match.nearest import COMMON, COMMON_AT_LEAST, WHOLE
from kechuang.engines.match.text import normalise

RESCORED = 50
LONG_BUCKET = 256
SHORT_RUN, RUN, LONG_RUN = 3, 4, 10
HELD, LEAST = 0.15, 30
Counts = NDArray[np.int64]
Weights = NDArray[np.float64]
Rows = NDArray[np.uint64]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hit:
    """A near document: `score` orders (0 to 1), `share` of the asked letters stands in it in runs of six and more."""

    name: str
    score: float
    share: float
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Index:
    """Segments and the names taken out. A change makes a new index; readers of the old one are not disturbed."""

    segments: tuple[Segment, ...] = ()
    removed: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return sum(map(len, self.segments))

    def add(self, segment: Segment) -> Index:
        """With more documents."""
        return replace(self, segments=(*self.segments, segment))

    def remove(self, names: Iterable[str]) -> Index:
        """Without these documents; their room is given back by `merged`."""
        return replace(self, removed=self.removed | frozenset(names))

    def query(
        self,
        sections: Mapping[str, str] | str,
        *,
        top: int = 10,
        weights: Mapping[str, int] | None = None,
        without: Boilerplate = NONE,
        leave_out: Collection[str] = (),
    ) -> tuple[Hit, ...]:
        """The `top` documents nearest to a text, best first; see `candidates` for sections and weights."""
        named = sections if isinstance(sections, Mapping) else {WHOLE: sections}
        asked = _read(named, weights or {}, without)
        near = self._near(asked, self.removed.union(leave_out))
        if not near or not len(asked.grams):
            return ()
        kept, worth = self._reread(asked, near)
        lengths = np.array([len(text) for text in self._texts(near)])
        scores = _scores(kept, worth, lengths)
        least = np.sort(scores)[-min(top, len(scores))]
        ahead = [(row, score) for row, score in enumerate(scores.tolist()) if score >= least and score > 0]
        best = [(-score, self._name(near[row]), row) for row, score in ahead]
        return _hits(sorted(best)[:top], asked, kept)

    def _name(self, place: Place) -> str:
        return self.segments[place[0]].name(place[1])

    def _texts(self, near: Sequence[Place]) -> list[Letters]:
        """The letters of each; written out, because fifty calls a query are felt."""
        ends = [segment.letter_ends for segment in self.segments]
        return [
            self.segments[segment].letters[ends[segment].item(number) : ends[segment].item(number + 1)]
            for segment, number in near
        ]

    def _near(self, asked: _Asked, leave_out: Collection[str]) -> list[Place]:
        """(segment, document) of the RESCORED best by rarity-weighted fingerprints."""
        ceiling = max(COMMON_AT_LEAST, int(len(self) * COMMON))
        looked = [_looked_up(segment, asked.marks, ceiling) for segment in self.segments]
        bearers = sum((found.bearers for found in looked), np.zeros(len(asked.marks)))
        worth = rarities(len(self), bearers) * asked.mass
        width = RESCORED + (len(leave_out) if leave_out else 0)
        ranked: list[tuple[float, int, int]] = []
        for segment, found in enumerate(looked):
            documents, inverse = np.unique(found.documents, return_inverse=True)
            scores = np.bincount(inverse, worth[found.which], len(documents)).astype(np.float64)
            best = _highest(scores, width)
            ranked.extend(zip((-scores[best]).tolist(), [segment] * len(best), documents[best].tolist(), strict=True))
        places = [(segment, number) for _, segment, number in sorted(ranked)]
        if leave_out:
            places = [place for place in places if self._name(place) not in leave_out]
        return places[:RESCORED]

    def _reread(self, asked: _Asked, near: Sequence[Place]) -> tuple[Rows, Weights]:
        """Which 3-grams of the query each near document has, as one bit a document, and what each 3-gram is worth.

        3-grams survive small changes that kill 6-grams; the square of the rarity keeps common phrases from adding up.
        """
        known, first, inverse = np.unique(asked.grams, return_index=True, return_inverse=True)
        texts = self._texts(near)
        counts = sum((segment.gram_counts(known) for segment in self.segments), np.zeros(len(known)))
        worth = rarities(len(self), counts)[inverse] ** 2 * asked.gram_weights
        present = _present(texts, known, _sieved(asked.letters)[first])
        return np.where(asked.gram_weights > 0, present[inverse], np.uint64(0)), worth


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as read: marks with their mass, and the 3-gram at each letter with the weight of its section."""

    marks: Hashes
    mass: Weights
    letters: Letters
    grams: NDArray[np.uint32]
    gram_weights: Weights
    spans: tuple[tuple[str, int, int], ...]


def rarities(count: int, bearers: Counts | Weights) -> Weights:
    """`nearest.rarity` for many at once."""
    return np.log((count + 1) / (np.minimum(bearers, count) + 0.5))


def _read(named: Mapping[str, str], weights: Mapping[str, int], without: Boilerplate) -> _Asked:
    marks: list[Hashes] = []
    letters: list[Letters] = []
    heavy: list[Weights] = []
    spans: list[tuple[str, int, int]] = []
    start = 0
    for name, text in named.items():
        folded = normalise(text)
        points, weight = codes(folded), weights.get(name, 1)
        spans.append((name, start, start + len(points)))
        start += len(points)
        letters.append(points)
        weighed = np.full(len(points), weight, dtype=np.float64)
        weighed[-2:] = 0
        if without:
            covered = np.flatnonzero(barred(folded, without))
            weighed[np.maximum(covered[:, None] - np.arange(3), 0)] = 0
        heavy.append(weighed)
        marks.append(winnowed(gram_hashes(points)))
    joined = np.concatenate([*letters, np.empty(0, dtype=np.uint16)])
    grams = short_grams(joined)
    gram_weights = np.concatenate([*heavy, np.empty(0)])[: len(grams)]
    massed = _massed(marks, [weights.get(name, 1) for name in named], without)
    return _Asked(*massed, joined, grams, gram_weights, tuple(spans))


def _massed(marks: list[Hashes], heavy: list[int], without: Boilerplate) -> tuple[Hashes, Weights]:
    """The marks of all sections, each once, with the weights of the sections it stands in added up."""
    if len(marks) == 1:
        merged, mass = marks[0], np.full(len(marks[0]), heavy[0], dtype=np.float64)
    else:
        each = np.concatenate([*marks, np.empty(0, dtype=np.uint64)])
        merged, inverse = np.unique(each, return_inverse=True)
        mass = np.bincount(inverse, np.repeat(heavy, [len(one) for one in marks]), len(merged)).astype(np.float64)
    if without:
        mass[[mark in without for mark in merged.view(np.int64).tolist()]] = 0
    return merged[mass > 0], mass[mass > 0]


@dataclass(frozen=True, slots=True)
class _Found:
    """The postings of some marks: `which` mark, which document; and how many documents bear each mark."""

    which: Counts
    documents: NDArray[np.uint32]
    bearers: Counts


def _highest(scores: Weights, count: int) -> NDArray[np.int64]:
    """Where the highest `count` stand, highest first, equal ones in their order."""
    if len(scores) > count:
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:count]


def _looked_up(segment: Segment, marks: Hashes, ceiling: int) -> _Found:
    """Read the bucket of each mark; of a long one only the part with the mark's rest, nothing of a common one."""
    bits = segment.bucket_bits
    bucket = (marks >> np.uint64(64 - bits)).astype(np.int64)
    rest = (marks >> np.uint64(64 - bits - REST_BITS)).astype(np.uint16)
    low = segment.offsets[bucket].astype(np.int64)
    high = segment.offsets[bucket + 1].astype(np.int64)
    common = np.zeros(len(marks), dtype=np.int64)
    for place in np.flatnonzero(high - low > LONG_BUCKET).tolist():
        inside = segment.rests[low[place] : high[place]]
        high[place] = low[place] + np.searchsorted(inside, rest[place], "right")
        low[place] += np.searchsorted(inside, rest[place], "left")
        if high[place] - low[place] > ceiling:
            common[place] = high[place] - low[place]
            high[place] = low[place]
    lengths = high - low
    which = np.repeat(np.arange(len(marks)), lengths)
    postings = np.arange(len(which)) + np.repeat(low - np.cumsum(lengths) + lengths, lengths)
    same = segment.rests[postings] == rest[which]
    which = which[same]
    return _Found(which, segment.bearers[postings[same]], common + np.bincount(which, minlength=len(marks)))


def _sieved(letters: Letters) -> Letters:
    """A quick hash of the 3-gram at each letter but the last two, to pass over most that are not looked for."""
    return letters[:-2] * np.uint16(0x9E37) + letters[1:-1] * np.uint16(0x85EB) + letters[2:]


def _present(texts: Sequence[Letters], known: NDArray[np.uint32], sieved: Letters) -> Rows:
    """For each of the `known` 3-grams, the texts that have it as bits; `sieved` are their quick hashes."""
    ends = np.cumsum([len(text) for text in texts])
    letters = np.concatenate(texts)
    small = np.zeros(1 << 16, dtype=np.bool_)
    small[sieved] = True
    places = np.flatnonzero(small[_sieved(letters)])
    grams = short_grams_of(letters[places], letters[places + 1], letters[places + 2])
    at = np.minimum(np.searchsorted(known, grams), len(known) - 1)
    owners = np.searchsorted(ends, places, "right")
    equal = (known[at] == grams) & (places + 2 < ends[owners])
    present = np.zeros(len(known), dtype=np.uint64)
    np.bitwise_or.at(present, at[equal], np.uint64(1) << owners[equal].astype(np.uint64))
    return present


def _in_runs(kept: Rows, run: int) -> Rows:
    """Only the bits that stand in a run of at least `run` places: a run of 3-grams is a copied passage."""
    begun, reach = kept, 1
    while reach < run:
        step = min(reach, run - reach)
        begun = begun[: max(len(begun) - step, 0)] & begun[step:]
        reach += step
    runs = np.zeros_like(kept)
    runs[: len(begun)] = begun
    reach = 1
    while reach < run and len(begun):
        step = min(reach, run - reach)
        runs[step:] |= runs[:-step]
        reach += step
    return runs


def _columns(rows: Rows) -> NDArray[np.uint8]:
    """The bits as a table: a row a place, a column a document."""
    return np.unpackbits(rows.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")


def _scores(kept: Rows, worth: Weights, lengths: Counts) -> Weights:
    """For each document, from 0 to 1: how much of the asked text it holds, and a little how much of it is held.

    The first is the mean of the worth of what is shared in short runs and in long ones: the short still see a
    paraphrase, the long tell a copied sentence from the phrases everybody uses. The second finds a short text that
    went whole into a long one; a text of a few words is counted as LEAST letters, for it may stand anywhere.
    """
    long = _in_runs(kept, LONG_RUN)
    both = _columns(_in_runs(kept, SHORT_RUN)) + _columns(long)
    holds = worth @ both[:, : len(lengths)].astype(np.float64) / (2 * float(worth.sum()) or 1.0)
    letters = _columns(_covered(long))[:, : len(lengths)].sum(axis=0, dtype=np.int64)
    held = np.minimum(letters / np.maximum(lengths, LEAST), 1.0)
    return (1 - HELD) * holds + HELD * held


def _covered(runs: Rows) -> Rows:
    """The letters that the 3-grams of these rows cover."""
    letters = np.zeros(len(runs) + 2, dtype=np.uint64)
    for step in range(3):
        letters[step : step + len(runs)] |= runs
    return letters


def _hits(best: Sequence[tuple[float, str, int]], asked: _Asked, kept: Rows) -> tuple[Hit, ...]:
    """The best with the share of the letters, and of those of each section, that stand in runs."""
    table = _columns(_covered(_in_runs(kept, RUN)))
    whole = _shares(table)
    by_section = [(name, _shares(table[start:end])) for name, start, end in asked.spans]
    return tuple(
        Hit(name, round(-minus, 6), whole[row], {section: shares[row] for section, shares in by_section})
        for minus, name, row in best
    )


def _shares(letters: NDArray[np.uint8]) -> list[float]:
    """The share of the letters that each document has, to four places."""
    return np.round(letters.sum(axis=0, dtype=np.int64) / max(len(letters), 1), 4).tolist()
