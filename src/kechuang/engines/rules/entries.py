"""One number of a table by its name: an entry of a table by code, or what a row of thresholds gives and where it begins.

`caps.key` is the entry `key`; `levels.2` what the second row as the page writes it gives, `levels.2.from` its threshold;
of rows of intervals `levels.2.low` and `levels.2.high`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from kechuang.engines.rules.vocabulary import near
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

_SIDES: Final[Mapping[int, tuple[str, ...]]] = {2: (".from", ""), 3: (".from", ".low", ".high")}


def entries(value: Any, of: str | tuple[str, ...]) -> dict[str, tuple[Any, str]]:
    """Every number of a table by its name, with its dimension; of a plain number nothing."""
    if isinstance(value, Mapping):
        return {code: (number, str(of)) for code, number in value.items()}
    if not isinstance(value, tuple):
        return {}
    sides = _SIDES.get(len(of), ())
    return {
        f"{n}{side}": (row[place], of[place])
        for n, row in enumerate(value, 1)
        for place, side in enumerate(sides)
    }  # fmt: skip


def with_entry(value: Any, entry: str, number: Any, at: str) -> Any:
    """The table with another number under the name `entry`; BadPage with the path `at` where that makes no table."""
    if isinstance(value, Mapping):
        return {**value, entry: number}
    row, _, side = entry.partition(".")
    place = _SIDES[len(value[0])].index(f".{side}" if side else "")
    rows = [list(one) for one in value]
    rows[int(row) - 1][place] = number
    _in_order(value, rows, at)
    return tuple(map(tuple, rows))


def unknown_entry(value: Any, of: str | tuple[str, ...], entry: str, at: str) -> BadPage:
    """What to say of a name that no number of the table has."""
    known = entries(value, of)
    return BadPage(
        at, "has no {entry!r}", near(entry, known, Phrase("write one of {known}", known=tuple(known))), entry=entry
    )


def _in_order(before: Any, rows: list[list[Any]], at: str) -> None:
    """Rows stay where they stand: a threshold may not reach its neighbour's, nor a low end pass the high one."""
    up = [a[0] < b[0] for a, b in pairwise(before)]
    if [a[0] < b[0] for a, b in pairwise(rows)] != up or any(a[0] == b[0] for a, b in pairwise(rows)):
        raise BadPage(at, "begins where another level does, or beyond it", "keep it between its neighbours")
    if any(len(row) == 3 and row[1] > row[2] for row in rows):
        raise BadPage(at, "gives at least more than at most", "keep low within high")
