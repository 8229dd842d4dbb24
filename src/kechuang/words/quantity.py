"""A quantity is a number with its unit, read from the text of a page: '20 万元', '50 %', '5 工作日', '35 岁'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from kechuang.words.money import FEN

TERMS = ("工作日", "日", "周", "月", "年", "小时", "分钟")
_SHAPE = re.compile(r"^\s*([-−]?\d+(?:,\d{3})*(?:\.\d+|/0*[1-9]\d*)?)\s*(?!/)(\S*)\s*$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in base units (fen for money, 1 for a whole rate) and `kind`: money, rate, or the counted unit's name."""

    value: Fraction
    kind: str

    @property
    def number(self) -> int | Fraction:
        """The value, as an int where it is whole."""
        return int(self.value) if self.value.denominator == 1 else self.value


@lru_cache(maxsize=4096)
def quantity(text: str | int) -> Quantity:
    """Read '20 万元', '5 %', '3 月', '7'; ValueError says what is wrong."""
    if isinstance(text, int):
        return Quantity(Fraction(text), "")
    found = _SHAPE.match(text)
    if not found:
        raise ValueError(f"{text!r} is no number with a unit")
    number = Fraction(found[1].replace(",", "").replace("−", "-"))
    unit = found[2]
    if unit in FEN:
        return Quantity(number * FEN[unit], "money")
    if unit in ("%", "％"):
        return Quantity(number / 100, "rate")
    if unit == "‰":
        return Quantity(number / 1000, "rate")
    return Quantity(number, unit)
