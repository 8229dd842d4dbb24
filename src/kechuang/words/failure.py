"""What may be written down of something that failed: which kind, and where; never its own words, for they name whom it was about."""

from __future__ import annotations

import traceback

MOST = 6


def told(error: BaseException | None) -> str:
    """`ValueError at pages.py:12 pages_of < acts.py:230 carry_out`; the innermost place first, then what it came from.

    A database says which name was there twice, a parser which text it could not read: their sentences stay out of every log.
    """
    kinds: list[str] = []
    while error is not None and len(kinds) < MOST:
        places = [
            f"{_short(one.filename)}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)
        ]
        kinds.append(
            " ".join([type(error).__name__, *(["at"] if places else []), " < ".join(places[: -MOST - 1 : -1])])
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " from ".join(kinds).strip()


def _short(path: str) -> str:
    """The last two parts of a path: where an installation lies is nobody's business."""
    return "/".join(path.replace("\\", "/").rsplit("/", 2)[-2:])
