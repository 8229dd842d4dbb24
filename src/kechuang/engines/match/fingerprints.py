"""Fingerprints of a text: hashes of its 6-grams, thinned by winnowing, the same on every machine and every day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from kechuang.engines.match.text import normalise

GRAM = 6
WINDOW = 4

Hashes = NDArray[np.uint64]
Letters = NDArray[np.uint16]
Sketch = tuple[int, ...]
Boilerplate = NewType("Boilerplate", frozenset[int])
NONE = Boilerplate(frozenset())

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


def codes(text: str) -> Letters:
    """The code points of `text` in two bytes each."""
    return narrow(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))


def narrow(points: NDArray[np.uint32]) -> Letters:
    """Code points in two bytes; the rare ones beyond the first plane share the private places by their remainder."""
    if not len(points) or int(points.max()) < 0x10000:
        return points.astype(np.uint16)
    return np.where(points < 0x10000, points, 0xE000 + points % 0x1800).astype(np.uint16)


def gram_hashes(letters: Letters, size: int = GRAM) -> Hashes:
    """One 64-bit hash for each run of `size` letters, in order; a shorter text is one run."""
    count = len(letters)
    if not count:
        return np.empty(0, dtype=np.uint64)
    wide = letters.astype(np.uint64)
    size = min(size, count)
    hashed = wide[: count - size + 1].copy()
    for step in range(1, size):
        hashed *= _BASE
        hashed += wide[step : count - size + 1 + step]
    return scrambled(hashed)


def scrambled(hashed: Hashes) -> Hashes:
    """Spread the bits in place (the finaliser of splitmix64), so that any bits of a hash are as good as others."""
    for shift, factor in zip(_SHIFTS, (*_MIX, None), strict=True):
        hashed ^= hashed >> shift
        if factor is not None:
            hashed *= factor
    return hashed


def winnowed(hashed: Hashes, window: int = WINDOW) -> Hashes:
    """The least hash of every window: any run of GRAM + WINDOW - 1 shared characters shares a fingerprint."""
    if len(hashed) <= window:
        return hashed.min(keepdims=True) if len(hashed) else hashed
    lows = hashed[: len(hashed) - window + 1]
    for step in range(1, window):
        lows = np.minimum(lows, hashed[step : len(hashed) - window + 1 + step])
    return np.unique(lows)


def signed(hashed: Hashes) -> Sketch:
    """The hashes as signed 64-bit integers in rising order, the form databases keep."""
    return tuple(np.sort(hashed.view(np.int64)).tolist())


def unsigned(sketch: Collection[int]) -> Hashes:
    """A sketch as the array it was made from, in rising order."""
    return np.sort(np.fromiter(sketch, dtype=np.int64, count=len(sketch)).view(np.uint64))


def sketch(text: str, *, without: Boilerplate = NONE) -> Sketch:
    """The fingerprints of `text`, signed 64-bit and rising, less those of the boilerplate."""
    made = signed(winnowed(gram_hashes(codes(normalise(text)))))
    return tuple(mark for mark in made if mark not in without) if without else made


def sketches(sections: Mapping[str, str], *, without: Boilerplate = NONE) -> dict[str, Sketch]:
    """A sketch for each section of a document."""
    return {name: sketch(text, without=without) for name, text in sections.items()}


def boilerplate(texts: Iterable[str]) -> Boilerplate:
    """Every 6-gram of the call and the form: what applicants copy because they are told to.

    All of them, not only the winnowed: which ones winnowing keeps depends on what stands around a sentence.
    """
    return Boilerplate(frozenset(mark for text in texts for mark in signed(gram_hashes(codes(normalise(text))))))


def barred(text: str, without: Boilerplate) -> NDArray[np.bool_]:
    """Which letters of a normalised text stand in a 6-gram of the boilerplate."""
    covered = np.zeros(len(text), dtype=np.bool_)
    if without and text:
        for place, mark in enumerate(gram_hashes(codes(text)).view(np.int64).tolist()):
            if mark in without:
                covered[place : place + GRAM] = True
    return covered


def containment(part: Collection[int], whole: Collection[int]) -> float:
    """The share of `part` that is in `whole`, from 0 to 1; nothing is in anything by 0."""
    kept = frozenset(part)
    return len(kept & frozenset(whole)) / len(kept) if kept else 0.0
