"""Who knows about a text: profiles of people and firms by their own texts, codes and keywords, and why they fit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from kechuang.engines.match.text import normalise, tokens
from kechuang.words.reason import Reason

WORDS, BIGRAMS, CODES, KEYWORDS = "word", "pair", "code", "keyword"
CHANNELS: Mapping[str, float] = {WORDS: 0.25, BIGRAMS: 0.75, CODES: 0.5, KEYWORDS: 0.5}
SHARPNESS = 2.5
REASONS = 5
COMMON_AT_LEAST = 20

Feature = tuple[str, str]
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Work:
    """One text of somebody: a project, a paper, a demand; `codes` are hierarchical (A0101 lies in A01)."""

    whose: str
    text: str
    codes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Affinity:
    """Somebody near a text: `score` orders; `work` is the number of the nearest work, `words` what it shares."""

    whose: str
    score: float
    work: int
    words: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def why(self) -> Reason:
        """The sentence for the person who chooses."""
        return Reason("affinity", words=list(self.words), codes=list(self.codes))


@dataclass(frozen=True, slots=True)
class Profiles:
    """Works as postings of features; `owners[n]` is the place in `people` of the one whose work n is."""

    people: tuple[str, ...]
    owners: NDArray[np.int64]
    postings: Mapping[Feature, tuple[NDArray[np.int64], Weights]]

    def nearest(
        self,
        asked: Work | str,
        *,
        top: int = 10,
        leave_out: Collection[str] = (),
        without: Collection[int] = (),
    ) -> tuple[Affinity, ...]:
        """The `top` people nearest to a text, best first, equal ones by name; those with nothing shared are not.

        `leave_out` are people, `without` the numbers of works that shall not count (the asked one itself).
        """
        vector = self._vector(asked if isinstance(asked, Work) else Work("", asked))
        likeness = self._likeness(vector)
        likeness[list(without)] = 0.0
        scores = self.scores(likeness)
        order = sorted(np.flatnonzero(scores).tolist(), key=lambda place: (-scores[place], self.people[place]))
        kept = [place for place in order[: top + len(leave_out)] if self.people[place] not in leave_out]
        return tuple(self._affinity(place, float(scores[place]), likeness, vector) for place in kept[:top])

    def likeness(self, asked: Work | str) -> Weights:
        """The cosine of a text with every work."""
        return self._likeness(self._vector(asked if isinstance(asked, Work) else Work("", asked)))

    def scores(self, likeness: Weights) -> Weights:
        """For each person, the likeness of all works, the nearest weighing most: many small ones do not add up."""
        return np.bincount(self.owners, likeness**SHARPNESS, len(self.people)).astype(np.float64)

    def _vector(self, asked: Work) -> dict[Feature, float]:
        counted = _counted(asked)
        rare = {
            one: _rarity(len(self.owners), len(self.postings[one][0]) if one in self.postings else 0) for one in counted
        }
        return _unit(counted, rare)

    def _likeness(self, vector: Mapping[Feature, float]) -> Weights:
        known = [feature for feature in vector if feature in self.postings]
        works = [self.postings[feature][0] for feature in known]
        shares = [self.postings[feature][1] * vector[feature] for feature in known]
        if not known:
            return np.zeros(len(self.owners))
        return np.bincount(np.concatenate(works), np.concatenate(shares), len(self.owners)).astype(np.float64)

    def _affinity(self, place: int, score: float, likeness: Weights, vector: Mapping[Feature, float]) -> Affinity:
        own = np.flatnonzero(self.owners == place)
        work = int(own[np.argmax(likeness[own])])
        shared = dict(self._shared(own, vector))
        ranked = sorted(shared, key=lambda feature: (-shared[feature], feature))
        words = [word for kind, word in ranked if kind in (WORDS, KEYWORDS) and len(word) > 1]
        codes = [code for kind, code in ranked if kind == CODES]
        longest = [code for code in codes if not any(other != code and other.startswith(code) for other in codes)]
        return Affinity(self.people[place], score, work, tuple(dict.fromkeys(words))[:REASONS], tuple(longest))

    def _tells(self, feature: Feature) -> bool:
        """Whether a feature says something to a reader: pairs of letters do not, nor words that everybody uses."""
        kind, _ = feature
        often = max(COMMON_AT_LEAST, len(self.owners) // 50)
        return kind == CODES or (kind != BIGRAMS and len(self.postings[feature][0]) <= often)

    def _shared(self, own: NDArray[np.int64], vector: Mapping[Feature, float]) -> Iterator[tuple[Feature, float]]:
        """What each feature of the text gives to the likeness of somebody's works."""
        for feature, weight in vector.items():
            if feature in self.postings and self._tells(feature):
                works, weights = self.postings[feature]
                given = float(weights[np.isin(works, own)].sum()) * weight
                if given:
                    yield feature, given


def profiles(works: Iterable[Work]) -> Profiles:
    """Profiles of everybody who has a work; the order of the works is kept."""
    kept = list(works)
    people = tuple(sorted({work.whose for work in kept}))
    place = {name: number for number, name in enumerate(people)}
    counted = [_counted(work) for work in kept]
    bearers = Counter(feature for one in counted for feature in one)
    rare = {feature: _rarity(len(kept), count) for feature, count in bearers.items()}
    gathered: defaultdict[Feature, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    for number, one in enumerate(counted):
        for feature, weight in _unit(one, rare).items():
            gathered[feature][0].append(number)
            gathered[feature][1].append(weight)
    postings = {feature: (np.array(at), np.array(weights)) for feature, (at, weights) in gathered.items()}
    owners = np.fromiter((place[work.whose] for work in kept), dtype=np.int64, count=len(kept))
    return Profiles(people, owners, postings)


def _rarity(count: int, bearers: int) -> float:
    return log((count + 1) / (min(bearers, count) + 0.5))


def _counted(work: Work) -> Counter[Feature]:
    """How often each feature occurs: words, pairs of letters, codes with all they lie in, keywords."""
    letters = normalise(work.text)
    counted: Counter[Feature] = Counter((WORDS, word) for word in tokens(work.text))
    counted.update((BIGRAMS, letters[place : place + 2]) for place in range(len(letters) - 1))
    counted.update((CODES, code[:end]) for code in work.codes for end in range(1, len(code) + 1))
    counted.update((KEYWORDS, normalise(keyword)) for keyword in work.keywords)
    return counted


def _unit(counted: Mapping[Feature, int], rare: Mapping[Feature, float]) -> dict[Feature, float]:
    """Every channel that is not empty made a unit vector, and these weighed so that the whole is one."""
    raw = {feature: (1 + log(count)) * rare[feature] for feature, count in counted.items()}
    squares: defaultdict[str, float] = defaultdict(float)
    for (channel, _), weight in raw.items():
        squares[channel] += weight * weight
    whole = sum(CHANNELS[channel] for channel in squares)
    factor = {channel: sqrt(CHANNELS[channel] / whole / (square or 1.0)) for channel, square in squares.items()}
    return {feature: weight * factor[feature[0]] for feature, weight in raw.items()}


def affinities(people: Profiles, asked: Sequence[Work | str]) -> NDArray[np.float64]:
    """The table the panel asks for: a row a text, a column a person in the order of `people.people`."""
    rows = [people.scores(people.likeness(one)) for one in asked]
    return np.array(rows).reshape(len(rows), len(people.people))
