"""Sentences that say in other words what a sentence elsewhere says: shown to a person, never a ground to refuse."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import add

from kechuang.engines.match.evidence import KEPT, Passage
from kechuang.engines.match.fingerprints import NONE, Boilerplate, barred
from kechuang.engines.match.text import normalise

# Of real new sentences one pair in four hundred with those of the nearest texts reaches it; of sentences in which two
# words in five were changed three in five do, of those with one word in ten nine in ten.
ALIKE = 0.4
SHORTEST = 12  # letters of a sentence that says enough to be told again
FREE = 0.5  # of a sentence must not stand word for word in the other text, or it is shown as copied already
SENTENCES_AT_MOST = 2000
COMMON_AT_LEAST = 20

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_UNIT = re.compile(r"[a-z0-9]+|[^\W_]")
LATIN_WORD = 4

Feature = str


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    letters: int
    said: frozenset[Feature]


def rewritten(
    a: str, b: str, *, copied: Iterable[Passage] = (), least: float = ALIKE, without: Boilerplate = NONE
) -> tuple[Passage, ...]:
    """The sentences of `a` that a sentence of `b` says in other words, in the order of `a`; each sentence once.

    `copied` is what `evidence` found: a sentence that stands half in it, on either side, is left to it. `length` is in letters of `a`
    that are not copied. A likeness is the Dice share of pairs of neighbouring letters (of words in Latin script).
    """
    passages = tuple(copied)
    taken = [(one.a_start, one.a_end) for one in passages]
    given = [(one.b_start, one.b_end) for one in passages]
    mine = [one for one in _read(a, without).sentences if _free(one, taken) >= FREE]
    theirs = _read(b, NONE)
    found, used_a, used_b = [], set[int](), set[int]()
    for _alike, i, j in sorted(_pairs(mine, theirs, least), key=lambda pair: (-pair[0], pair[1], pair[2])):
        one, other = mine[i], theirs.sentences[j]
        if i in used_a or j in used_b or _free(other, given) < FREE:
            continue
        used_a.add(i)
        used_b.add(j)
        found.append(Passage(one.start, one.end, other.start, other.end, round(one.letters * _free(one, taken))))
    return tuple(sorted(found, key=lambda passage: passage.a_start))


@dataclass(frozen=True, slots=True)
class _Read:
    """The sentences of a text, and which of them say what; what every tenth says brings no pair together."""

    sentences: tuple[_Sentence, ...]
    bearers: Mapping[Feature, Sequence[int]]


@lru_cache(maxsize=KEPT)
def _read(text: str, without: Boilerplate) -> _Read:
    """A text is compared with many, section by section: it is read once."""
    sentences = tuple(_sentences(text, without))
    bearers: defaultdict[Feature, list[int]] = defaultdict(list)
    for place, one in enumerate(sentences):
        for feature in one.said:
            bearers[feature].append(place)
    ceiling = max(COMMON_AT_LEAST, len(sentences) // 10)
    return _Read(sentences, {said: places for said, places in bearers.items() if len(places) <= ceiling})


def _sentences(text: str, without: Boilerplate) -> Iterator[_Sentence]:
    """The sentences that are long enough to say something, those of the form left out."""
    spans = [(one.start(), one.end()) for one in _SENTENCE.finditer(text)]
    for start, end in spans[:SENTENCES_AT_MOST]:
        letters = normalise(text[start:end])
        if len(letters) >= SHORTEST and 2 * int(barred(letters, without).sum()) < len(letters):
            before = len(text[start:end]) - len(text[start:end].lstrip())
            yield _Sentence(start + before, start + len(text[start:end].rstrip()), len(letters), _said(text[start:end]))


def _said(sentence: str) -> frozenset[Feature]:
    """Pairs of neighbours, a Latin word counting as one letter; and its longer words alone, which pairs hardly keep."""
    units = _UNIT.findall(unicodedata.normalize("NFKC", sentence).casefold())
    pairs = set(map(add, units, units[1:]))
    return frozenset(pairs.union(unit for unit in units if len(unit) >= LATIN_WORD))


def _free(one: _Sentence, taken: Sequence[tuple[int, int]]) -> float:
    """The share of a sentence that no copied passage covers."""
    covered = sum(max(0, min(end, one.end) - max(start, one.start)) for start, end in taken)
    return 1 - covered / (one.end - one.start)


def _pairs(mine: Sequence[_Sentence], theirs: _Read, least: float) -> Iterator[tuple[float, int, int]]:
    """(likeness, place in mine, place in theirs) of the pairs that are alike enough, set phrases making up half at most."""
    for i, one in enumerate(mine):
        near = Counter(chain.from_iterable(theirs.bearers.get(feature, ()) for feature in one.said))
        for j, common in near.items():
            other = theirs.sentences[j].said
            enough = least * (len(one.said) + len(other))
            if 4 * common >= enough and (shared := 2 * len(one.said & other)) >= enough:
                yield shared / (len(one.said) + len(other)), i, j
