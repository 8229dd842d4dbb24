"""A posted form, pairs of name and text, as nested answers: `operation.2.fiscal` is a cell of the third row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

DEEPEST: Final = 5
LONGEST_NAME: Final = 200
MOST_PAIRS: Final = 20_000


def unflatten(post: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nested answers from posted pairs; a name posted several times gives a list, rows keep their numbers as keys.

    Names that are too long or too deep, and what contradicts an earlier name, are left out; it never raises.
    ValueError only for more than 20,000 pairs, which no page of ours posts.
    """
    answers: dict[str, Any] = {}
    for number, (name, text) in enumerate(post):
        if number >= MOST_PAIRS:
            raise ValueError(f"more than {MOST_PAIRS} posted pairs")
        steps = name.split(".") if len(name) <= LONGEST_NAME else []
        if steps and len(steps) <= DEEPEST and all(steps):
            _put(answers, steps, text)
    return answers


def _put(answers: dict[str, Any], steps: list[str], text: str) -> None:
    *above, last = steps
    here: Any = answers
    for step in above:
        here = here.setdefault(step, {})
        if not isinstance(here, dict):
            return
    there = here.get(last)
    if isinstance(there, dict):
        return
    if there is None:
        here[last] = text
    elif isinstance(there, list):
        there.append(text)
    else:
        here[last] = [there, text]
