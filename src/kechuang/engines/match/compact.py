"""A compact index in plain arrays: built in batches at speed, mapped from disk, never changed once made."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kechuang.engines.match.fingerprints import GRAM, WINDOW, Hashes, Letters, gram_hashes, narrow, winnowed

DOCUMENT_BITS = 26
REST_BITS = 16
BUCKET_BITS_AT_MOST = 64 - DOCUMENT_BITS - REST_BITS
SPAN = GRAM + WINDOW - 1
CHUNK = 1 << 22
SLICE = 4000  # documents that are merged at once
SHORT_GRAM_BITS = 22
NEXT_SECTION, NEXT_DOCUMENT = "\x00", "\x01"

_FACTORS = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D))


@dataclass(frozen=True, slots=True)
class Segment:
    """Some documents as arrays, the form they have on disk: six bytes a fingerprint, two bytes a letter.

    `offsets[k]` to `offsets[k + 1]` are the postings whose hash begins with the bits of k: the 16 bits that follow
    in `rests`, the number of the document in `bearers`. `letters` are the normalised texts end to end with a zero
    between sections, `grams` how often each (hashed) 3-gram occurs, as 16 times its logarithm; `names` are UTF-8.
    """

    offsets: NDArray[np.uint32]
    rests: NDArray[np.uint16]
    bearers: NDArray[np.uint32]
    letters: Letters
    letter_ends: NDArray[np.uint32]
    grams: NDArray[np.uint8]
    names: NDArray[np.uint8]
    name_ends: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.letter_ends) - 1

    @property
    def bucket_bits(self) -> int:
        return (len(self.offsets) - 1).bit_length() - 1

    def name(self, number: int) -> str:
        return bytes(self.names[self.name_ends[number] : self.name_ends[number + 1]]).decode("utf-8")

    def gram_counts(self, grams: NDArray[np.uint32]) -> NDArray[np.float64]:
        """How often 3-grams (and the few that share their place in the table) occur, to 5 %."""
        unused = SHORT_GRAM_BITS - (len(self.grams).bit_length() - 1)
        return unpacked_counts(self.grams[grams >> np.uint32(unused)])

    def text(self, number: int) -> Letters:
        """The normalised letters of a document."""
        return self.letters[self.letter_ends[number] : self.letter_ends[number + 1]]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, to be written as they are."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Segment:
        """The segment these arrays were written from."""
        return cls(**{part.name: arrays[part.name] for part in fields(cls)})


class Column(Protocol):
    """An array that grows at its end."""

    def extend(self, part: NDArray[Any]) -> None: ...

    def whole(self) -> NDArray[Any]:
        """All parts end to end, held once; nothing is added after that."""


class Grown:
    """A column in memory. It grows in place: parts kept apart and joined would stand there twice."""

    def __init__(self, kind: Any) -> None:
        self._array, self._end = np.empty(0, dtype=kind), 0

    def extend(self, part: NDArray[Any]) -> None:
        end = self._end + len(part)
        if end > len(self._array):
            self._array.resize(max(end, len(self._array) * 3 // 2), refcheck=False)
        self._array[self._end : end] = part
        self._end = end

    def whole(self) -> NDArray[Any]:
        self._array.resize(self._end, refcheck=False)
        return self._array


class Builder:
    """Takes documents by the thousand and makes a segment of them.

    `letters` is where the letters go, half of what a segment is; whoever builds at size lets them go to disk.
    """

    def __init__(self, letters: Callable[[Any], Column] = Grown) -> None:
        self._keys, self._letters = Grown(np.uint64), letters(np.uint16)
        self._lengths, self._names, self._name_lengths = Grown(np.int64), Grown(np.uint8), Grown(np.int64)
        self._grams = np.zeros(1 << SHORT_GRAM_BITS, dtype=np.uint32)
        self._count = 0

    def add(self, names: Sequence[str], documents: Sequence[Sequence[str]]) -> None:
        """A batch: the name of each document and the texts of its sections."""
        self.take(names, read_batch(documents))

    def take(self, names: Sequence[str], read: Batch) -> None:
        """A batch already read."""
        keys = read.marks >> np.uint64(DOCUMENT_BITS) << np.uint64(DOCUMENT_BITS)
        self._keys.extend(keys | (read.bearers + self._count).astype(np.uint64))
        self._letters.extend(read.letters)
        self._lengths.extend(read.lengths)
        written = [name.encode("utf-8") for name in names]
        self._names.extend(np.frombuffer(b"".join(written), dtype=np.uint8))
        self._name_lengths.extend(np.fromiter(map(len, written), dtype=np.int64, count=len(written)))
        owners = np.repeat(np.arange(len(read.lengths)), read.lengths)
        np.add.at(self._grams, short_grams(read.letters)[owners[2:] == owners[:-2]], np.uint32(1))
        self._count += len(names)

    def segment(self) -> Segment:
        """All documents added so far; the builder has done its work then."""
        lengths = self._lengths.whole()
        letters = int(lengths.sum())
        if letters >= 1 << 32:
            raise OverflowError("a segment holds four thousand million letters: make several and put them in one Index")
        bits = min(max(letters.bit_length(), 8), SHORT_GRAM_BITS)
        return Segment(
            *_postings(self._keys.whole()),
            self._letters.whole(),
            _ends(lengths),
            packed_counts(self._grams.reshape(1 << bits, -1).sum(axis=1)),
            self._names.whole(),
            _ends(self._name_lengths.whole()),
        )


def _ends(lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.uint32)


def _postings(keys: Hashes) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.uint32]]:
    """Sort (38 bits of hash, 26 bits of document) and cut the hash into a bucket, which is counted, and a rest."""
    keys.sort()
    keys = keys[: _distinct(keys)]
    bits = min(max(len(keys).bit_length() - 4, 4), BUCKET_BITS_AT_MOST)
    starts = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    offsets = np.concatenate((np.searchsorted(keys, starts), [len(keys)])).astype(np.uint32)
    rests, bearers = np.empty(len(keys), dtype=np.uint16), np.empty(len(keys), dtype=np.uint32)
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        rests[start : start + CHUNK] = some >> np.uint64(64 - bits - REST_BITS) & np.uint64(0xFFFF)
        bearers[start : start + CHUNK] = some & np.uint64((1 << DOCUMENT_BITS) - 1)
    return offsets, rests, bearers


def _distinct(keys: Hashes) -> int:
    """Move the distinct ones of sorted keys to the front, in place; how many there are."""
    end = 0
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        fresh = np.ones(len(some), dtype=np.bool_)
        fresh[1:] = some[1:] != some[:-1]
        fresh[0] = not end or some[0] != keys[end - 1]
        kept = some[fresh]
        keys[end : end + len(kept)] = kept
        end += len(kept)
    return end


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as read: (mark, number of its document) pairs, and the letters with the length of each document."""

    marks: Hashes
    bearers: NDArray[np.int64]
    letters: Letters
    lengths: NDArray[np.int64]


def read_batch(documents: Sequence[Sequence[str]]) -> Batch:
    """Normalise and winnow many documents at once; a gram never spans two sections."""
    joined = NEXT_DOCUMENT.join(NEXT_SECTION.join(map(_plain, document)) for document in documents)
    folded = unicodedata.normalize("NFKC", joined).casefold()
    points = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kept = _letters_table()[points]
    owners = np.cumsum(points == ord(NEXT_DOCUMENT))[kept]
    return winnow_batch(narrow(points[kept]), np.bincount(owners, minlength=len(documents)))


def _plain(text: str) -> str:
    """Without the two characters that part sections and documents, which no text needs."""
    return text.replace(NEXT_SECTION, " ").replace(NEXT_DOCUMENT, " ")


@lru_cache(maxsize=1)
def _letters_table() -> NDArray[np.bool_]:
    """For every code point, whether it is kept: letters, digits, and the mark between sections."""
    return np.fromiter((not point or chr(point).isalnum() for point in range(0x110000)), np.bool_, 0x110000)


def winnow_batch(letters: Letters, lengths: NDArray[np.int64]) -> Batch:
    """The marks of documents whose normalised letters lie end to end, zeros between their sections."""
    owners = np.repeat(np.arange(len(lengths)), lengths)
    pieces = owners + np.cumsum(letters == 0)
    marks, places = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
    if len(letters) >= SPAN:
        lows = _lows(gram_hashes(letters))
        inside = (pieces[: len(lows)] == pieces[SPAN - 1 :]) & (letters[: len(lows)] != 0)
        at = np.flatnonzero(inside)
        lows, piece = lows[at], pieces[at]
        fresh = np.ones(len(lows), dtype=np.bool_)
        fresh[1:] = (lows[1:] != lows[:-1]) | (piece[1:] != piece[:-1])
        marks.append(lows[fresh])
        places.append(at[fresh])
    for start, end in _short_pieces(letters, pieces):
        few = winnowed(gram_hashes(letters[start:end]))
        marks.append(few)
        places.append(np.full(len(few), start, dtype=np.int64))
    return Batch(np.concatenate(marks), owners[np.concatenate(places)], letters, lengths.astype(np.int64))


def _lows(hashed: Hashes) -> Hashes:
    """The least of every WINDOW hashes."""
    count = len(hashed) - WINDOW + 1
    lows = hashed[:count]
    for step in range(1, WINDOW):
        lows = np.minimum(lows, hashed[step : count + step])
    return lows


def _short_pieces(letters: Letters, pieces: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Where sections stand that are too short for a window; they are read one by one."""
    if not len(letters):
        return []
    starts = np.concatenate(([0], np.flatnonzero(np.diff(pieces)) + 1))
    ends = np.concatenate((starts[1:], [len(letters)]))
    starts = starts + (letters[starts] == 0)
    short = (ends > starts) & (ends - starts < SPAN)
    return list(zip(starts[short].tolist(), ends[short].tolist(), strict=True))


def short_grams(letters: Letters) -> NDArray[np.uint32]:
    """The hashed 3-gram at each letter but the last two, in SHORT_GRAM_BITS bits."""
    return short_grams_of(letters[:-2], letters[1:-1], letters[2:])


def short_grams_of(first: Letters, second: Letters, third: Letters) -> NDArray[np.uint32]:
    """The hashed 3-grams of these letters, one of each in its place."""
    hashed = first.astype(np.uint32) * _FACTORS[0]
    hashed ^= hashed >> np.uint32(15)
    hashed += second.astype(np.uint32) * _FACTORS[1]
    hashed ^= hashed >> np.uint32(13)
    hashed += third
    hashed *= _FACTORS[2]
    return hashed >> np.uint32(32 - SHORT_GRAM_BITS)


def packed_counts(counts: NDArray[Any]) -> NDArray[np.uint8]:
    """Counts as one byte each, exact to 5 %: sixteen times the logarithm to base two."""
    return np.minimum(np.round(16 * np.log2(counts + 1.0, dtype=np.float32)), 255).astype(np.uint8)


def unpacked_counts(packed: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The counts that `packed_counts` made bytes of."""
    return np.exp2(packed / 16.0) - 1.0


def merged(segments: Sequence[Segment], *, removed: Collection[str] = ()) -> Segment:
    """One segment of many, without the removed documents; made anew from their letters."""
    builder = Builder()
    for segment in segments:
        for start in range(0, len(segment), SLICE):
            names, letters, lengths = _standing(segment, range(start, min(start + SLICE, len(segment))), removed)
            builder.take(names, winnow_batch(letters, lengths))
    return builder.segment()


def _standing(
    segment: Segment, numbers: range, removed: Collection[str]
) -> tuple[list[str], Letters, NDArray[np.int64]]:
    """Of some documents those that are not removed: their names, their letters end to end, how many each has."""
    names = [segment.name(number) for number in numbers]
    stay = np.array([name not in removed for name in names], dtype=np.bool_)
    ends = segment.letter_ends[numbers.start : numbers.stop + 1].astype(np.int64)
    lengths = ends[1:] - ends[:-1]
    letters = segment.letters[ends[0] : ends[-1]][np.repeat(stay, lengths)]
    return [name for name in names if name not in removed], letters, lengths[stay]
