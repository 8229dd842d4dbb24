"""How well an expert fits the cases of a group: codes and keywords, and the likeness of texts where the page names a fact."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from kechuang.casework import curtain
from kechuang.casework.models import Case, Round
from kechuang.desks.experts.models import Expert

CODE, WORDS, TEXTS = 600, 300, 1000  # the most points that codes, keywords and the likeness of texts bring
Scores = Mapping[tuple[str, str], int]


class Affinity(Protocol):
    """The socket for a desk that knows texts: a fact of a round that a page names in `panel.draw.affinity`.

    Gives (case number, expert pid) → thousandths, 0 to 1000; pairs left out count as 0. It is called behind the
    curtain, once, when the pool, the rules and the scores are frozen.
    """

    def __call__(self, subject: Round, on: datetime) -> Scores: ...


def affinities(name: str, round_: Round, on: datetime) -> Scores:
    """What the page's fact says of the round; nothing where the page names none."""
    found: Scores = curtain.fact(name, round_, on) if name else {}
    return found


def points(groups: Mapping[str, Sequence[Case]], experts: Sequence[Expert], like: Scores) -> dict[str, list[int]]:
    """For each group the points of every expert, in the order given: the mean over its cases, rounded down."""
    words = _word_points([case for cases in groups.values() for case in cases], experts)
    profiles = [tuple(sorted(map(str, expert.fields))) for expert in experts]
    found = {}
    for name, cases in groups.items():
        fields = Counter(case.field for case in cases if case.field)
        by_code = {profile: sum(n * code_points(profile, field) for field, n in fields.items()) for profile in set(profiles)}  # fmt: skip
        row = []
        for expert, profile in zip(experts, profiles, strict=True):
            texts = sum(like.get((case.number, expert.pid), 0) * TEXTS // 1000 for case in cases) if like else 0
            total = by_code[profile] + sum(words[case.number].get(expert.pid, 0) for case in cases) + texts
            row.append(total // max(1, len(cases)))
        found[name] = row
    return found


@lru_cache(maxsize=1 << 16)
def code_points(codes: tuple[str, ...], field: str) -> int:
    """Points for the expert's nearest code: the part of the case's code that both begin with."""
    return max((CODE * shared(code, field) // len(field) for code in codes), default=0) if field else 0


def shared(one: str, other: str) -> int:
    """How many signs two codes begin alike with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def near(codes: Iterable[str], fields: Iterable[str], signs: int) -> bool:
    """Whether one of the codes begins as one of the fields does, over so many signs."""
    heads = {field[:signs] for field in fields}
    return any(str(code)[:signs] in heads for code in codes)


def pairs_of(text: str) -> set[str]:
    """The two-character pieces of a text without spaces and punctuation."""
    plain = "".join(sign for sign in text.casefold() if sign.isalnum())
    return {plain[n : n + 2] for n in range(len(plain) - 1)}


def _word_points(cases: Sequence[Case], experts: Sequence[Expert]) -> dict[str, dict[str, int]]:
    """Points by case number and pid: the part of the case's title and keywords that the expert's keywords hold."""
    holders: dict[str, list[str]] = defaultdict(list)
    for expert in experts:
        for piece in pairs_of(" ".join(map(str, expert.keywords))):
            holders[piece].append(expert.pid)
    found = {}
    for case in cases:
        said = case.answers.get("keywords") or ()
        pieces = pairs_of(" ".join([case.title, *([said] if isinstance(said, str) else map(str, said))]))
        counted = Counter(pid for piece in pieces for pid in holders.get(piece, ()))
        found[case.number] = {pid: WORDS * n // len(pieces) for pid, n in counted.items()}
    return found
