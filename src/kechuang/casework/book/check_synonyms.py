"""The page of synonyms: rows of at least two words, every word in one row only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.words.outcome import BadPage

LEAST, MOST = 2, 12


def synonyms(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """Every fault of the table, by its row."""
    groups = body.get("groups")
    if not isinstance(groups, list) or not groups:
        yield BadPage("groups", "the table of synonyms has no rows", "write groups: with a list of words in each row")
        return
    first: dict[str, int] = {}
    for number, group in enumerate(groups):
        path = f"groups.{number}"
        words = group if isinstance(group, list) else []
        if not LEAST <= len(words) <= MOST or not all(isinstance(word, str) and word.strip() for word in words):
            yield BadPage(path, "a row is a list of words", "write {least} to {most} words", least=LEAST, most=MOST)
            continue
        for place, word in enumerate(words):
            before = first.setdefault(str(word).casefold(), number)
            if before != number or str(word).casefold() in [str(one).casefold() for one in words[:place]]:
                yield BadPage(
                    f"{path}.{place}",
                    "{word} stands in row {row} already",
                    "leave it in one row",
                    word=word,
                    row=before + 1,
                )
