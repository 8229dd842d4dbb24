"""What is searched and asked: entries, questions with their synonyms, snippets; and the index that fits in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Protocol

from kechuang.engines.match.text import normalise, occurrences, tokens

TITLE_BOOST = 2.0
SYNONYM_WORTH = 0.7
PREFIX_WORTH = 0.5
EVERYONE = "*"
K1, B = 1.2, 0.75
SNIPPET = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found. `seen_by` are the audiences that may find it; a place lies in its prefixes."""

    name: str
    title: str
    text: str = ""
    kind: str = ""
    year: int = 0
    place: str = ""
    seen_by: tuple[str, ...] = (EVERYONE,)


@dataclass(frozen=True, slots=True)
class Question:
    """Groups of (token, worth), one for each word asked; `prefix` is the last word while it is being typed."""

    groups: tuple[tuple[tuple[str, float], ...], ...]
    prefix: str = ""
    kinds: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    place: str = ""
    audience: tuple[str, ...] = (EVERYONE,)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of the text and where the words asked for stand in it: (start, end) within `text`."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One entry found; `score` orders and compares with nothing else."""

    entry: Entry
    score: float
    snippet: Snippet


class Searchable(Protocol):
    """An index of entries, small or large."""

    def search(self, asked: Question, *, top: int = 20) -> tuple[Found, ...]:
        """The best entries the audience may see, best first, equal ones by name."""
        ...


def question(
    words: str,
    *,
    synonyms: Mapping[str, Sequence[str]] | None = None,
    typing: bool = False,
    kinds: Collection[str] = (),
    years: tuple[int, int] | None = None,
    place: str = "",
    audience: Collection[str] = (EVERYONE,),
) -> Question:
    """Read what was typed; a word or phrase of the synonym table brings its synonyms along, at a lower worth."""
    read = tokens(words)
    others = _synonyms(words, read, synonyms or {})
    groups = tuple(_group(token, others.get(token, ())) for token in dict.fromkeys(read))
    prefix = read[-1] if typing and read and not words[-1:].isspace() else ""
    return Question(groups, prefix, tuple(sorted(kinds)), years, place, tuple(sorted(audience)))


def _synonyms(words: str, read: Sequence[str], table: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """For the token that says most of each phrase found in what was typed, the tokens that say most of its synonyms."""
    letters = normalise(words)
    found: dict[str, list[str]] = {}
    for phrase, synonyms in table.items():
        if normalise(phrase) in letters:
            saying = [token for token in _telling(phrase) if token in read][:1]
            for token in saying:
                found.setdefault(token, []).extend(other for one in synonyms for other in _telling(one))
    return found


def _telling(phrase: str) -> list[str]:
    """The longest tokens of a phrase: of 高新技术企业 not 企业, which everybody is."""
    cut = tokens(phrase)
    longest = max(map(len, cut), default=0)
    return [token for token in dict.fromkeys(cut) if len(token) == longest]


def _group(token: str, synonyms: Sequence[str]) -> tuple[tuple[str, float], ...]:
    return ((token, 1.0), *((other, SYNONYM_WORTH) for other in dict.fromkeys(synonyms) if other != token))


def snippet(text: str, asked: Question, *, width: int = SNIPPET) -> Snippet:
    """The stretch of `text` with most of the words asked for, and the words marked; its beginning if it has none."""
    words = {token for group in asked.groups for token, _ in group}
    merged = _merged(occurrences(text, words, begun=asked.prefix))
    best = max(merged, key=lambda mark: (_within(merged, mark[0], width), -mark[0]), default=(0, 0))
    start = max(0, min(best[0] - width // 6, len(text) - width))
    end = min(len(text), start + width)
    inside = tuple((low - start, high - start) for low, high in merged if start <= low and high <= end)
    return Snippet(text[start:end], inside)


def _merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places that touch or overlap become one mark."""
    marks: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(marks[-1][1], end))
        else:
            marks.append((start, end))
    return marks


def _within(marks: Sequence[tuple[int, int]], start: int, width: int) -> int:
    return sum(high - low for low, high in marks if start <= low and high <= start + width)


def admits(entry: Entry, asked: Question) -> bool:
    """Whether the filters and the audience of a question let an entry through."""
    return (
        (not asked.kinds or entry.kind in asked.kinds)
        and (asked.years is None or asked.years[0] <= entry.year <= asked.years[1])
        and entry.place.startswith(asked.place)
        and not frozenset(asked.audience).isdisjoint(entry.seen_by)
    )


class Small:
    """An index in dictionaries, for thousands of entries. What may not be seen does not even move the scores."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._lengths: dict[str, int] = {}
        self._bearers: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, entry: Entry) -> None:
        """Put an entry in; one of the same name is replaced."""
        self.remove(entry.name)
        counted: Counter[str] = Counter(tokens(entry.text))
        for token in tokens(entry.title):
            counted[token] += int(TITLE_BOOST)
        self._entries[entry.name], self._counts[entry.name] = entry, counted
        self._lengths[entry.name] = sum(counted.values())
        for token in counted:
            self._bearers[token].add(entry.name)

    def remove(self, name: str) -> None:
        """Take an entry out; nothing happens if it was not there."""
        for token in self._counts.pop(name, ()):
            self._bearers[token].discard(name)
        self._entries.pop(name, None)
        self._lengths.pop(name, None)

    def search(self, asked: Question, *, top: int = 20) -> tuple[Found, ...]:
        visible = {name for name, entry in self._entries.items() if admits(entry, asked)}
        mean = sum(self._lengths[name] for name in visible) / (len(visible) or 1)
        scores: defaultdict[str, float] = defaultdict(float)
        for group in asked.groups:
            for name, score in self._group_scores(group, asked.prefix, visible, mean):
                scores[name] += score
        best = sorted(scores, key=lambda name: (-scores[name], name))[:top]
        return tuple(Found(self._entries[name], scores[name], self._snippet(name, asked)) for name in best)

    def _group_scores(
        self, group: tuple[tuple[str, float], ...], prefix: str, visible: Collection[str], mean: float
    ) -> Iterator[tuple[str, float]]:
        """BM25 of the best word of the group for each entry; a synonym does not count on top of its word."""
        best: dict[str, float] = {}
        counted = [(self._counted(token, visible), worth) for token, worth in group]
        if prefix and group[0][0] == prefix:
            counted.append((self._begun(prefix, visible), PREFIX_WORTH))
        for counts, worth in counted:
            rare = log(1 + (len(visible) - len(counts) + 0.5) / (len(counts) + 0.5))
            for name, count in counts.items():
                damped = count + K1 * (1 - B + B * self._lengths[name] / mean)
                best[name] = max(best.get(name, 0.0), worth * rare * count * (K1 + 1) / damped)
        yield from best.items()

    def _counted(self, token: str, visible: Collection[str]) -> dict[str, int]:
        """How often each visible entry bears a token."""
        return {name: self._counts[name][token] for name in self._bearers.get(token, ()) if name in visible}

    def _begun(self, prefix: str, visible: Collection[str]) -> dict[str, int]:
        """How often each visible entry bears any token that begins so: all of them count as one word."""
        counts: Counter[str] = Counter()
        for token in [token for token in self._bearers if token.startswith(prefix)]:
            counts.update(self._counted(token, visible))
        return dict(counts)

    def _snippet(self, name: str, asked: Question) -> Snippet:
        entry = self._entries[name]
        return snippet(entry.text or entry.title, asked)
