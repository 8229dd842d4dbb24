"""One way to read a text: normalised letters for copies, tokens for words, each with its place in the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

import rjieba

_NOISE = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """NFKC, case folded, letters and digits only: what is left is what two texts are compared by."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=65536)
def _letters(cluster: str) -> str:
    return normalise(cluster)


@lru_cache(maxsize=65536)
def _folded(cluster: str) -> str:
    return unicodedata.normalize("NFKC", cluster).casefold()


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Each character with the marks combined onto it, and where it begins."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not unicodedata.combining(text[place]):
            yield start, text[start:place]
            start = place


def _placed(text: str, read: Callable[[str], str], whole: str) -> tuple[str, list[int]]:
    """What `read` makes of each character, and the places; by clusters only where characters combine."""
    pieces = list(map(read, text))
    if (joined := "".join(pieces)) == whole:
        return joined, [place for place, piece in enumerate(pieces) for _ in piece]
    found = [(start, read(cluster)) for start, cluster in _clusters(text)]
    return "".join(piece for _, piece in found), [start for start, piece in found for _ in piece]


def aligned(text: str) -> tuple[str, list[int]]:
    """`normalise(text)` and, for each of its characters, the place in `text` it came from."""
    return _placed(text, _letters, normalise(text))


def tokens(text: str) -> tuple[str, ...]:
    """The one token pipeline: NFKC, case folded, words and their parts as search mode cuts them, no punctuation."""
    cut = rjieba.cut_for_search(unicodedata.normalize("NFKC", text).casefold())
    return tuple(word for word in cut if word[0].isalnum() or word[-1].isalnum())


def occurrences(text: str, words: Collection[str], *, begun: str = "") -> list[tuple[int, int]]:
    """Where tokens stand in `text`, (start, end) in rising order; `begun` may be the beginning of a longer word.

    By looking, not by cutting: it is fast, and what a reader would mark. Latin words are marked only whole.
    """
    folded, places = _placed(text, _folded, unicodedata.normalize("NFKC", text).casefold())
    places.append(len(text))
    spans = [span for word in words for span in _spans(folded, word)]
    spans += _spans(folded, begun, "") if begun else []
    return [(places[start], _end(places, end)) for start, end in sorted(set(spans))]


def _spans(folded: str, word: str, after: str = r"(?![a-z0-9])") -> list[tuple[int, int]]:
    """Where one word stands; a Latin one may not stand within another."""
    if word.isascii():
        return [one.span() for one in re.finditer(r"(?<![a-z0-9])" + re.escape(word) + after, folded)]
    spans, start = [], folded.find(word)
    while start >= 0:
        spans.append((start, start + len(word)))
        start = folded.find(word, start + 1)
    return spans


def placed_tokens(text: str) -> tuple[tuple[str, int, int], ...]:
    """The tokens of `text` with where each begins and ends in it: (token, start, end)."""
    folded, places = _placed(text, _folded, unicodedata.normalize("NFKC", text).casefold())
    places.append(len(text))
    cut = rjieba.tokenize(folded, "search", True)
    kept = [found for found in cut if found[0][0].isalnum() or found[0][-1].isalnum()]
    return tuple((word, places[start], _end(places, end)) for word, start, end in kept)


def _end(places: list[int], end: int) -> int:
    """Where what gave the letter before `end` ends in the text: a character is never cut from the marks that combine with it."""
    return places[bisect_right(places, places[end - 1])]
