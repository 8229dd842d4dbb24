"""Money is whole fen, so that no yuan is lost between a formula and a payment; rounding happens here and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

FEN = {"分钱": 1, "元": 100, "千元": 100_000, "万元": 1_000_000, "百万元": 100_000_000, "亿元": 10_000_000_000}
# A fen is written 分钱: 分 alone are points, and a score must not become money.
MOST = 10**18  # fen; what is larger is a typing error, and int64 stores must hold it

_PLAIN = re.compile(r"[-+]?\d{1,40}(\.\d{1,60})?", re.ASCII)

Rounding = Literal["floor", "ceil", "half_up"]


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in whole fen."""

    fen: int

    @classmethod
    def of(cls, amount: Decimal | int | str, unit: str = "元") -> Money:
        """`amount` of `unit`, exactly; ValueError if it is no number, too large, or finer than a fen."""
        text = str(amount).replace(",", "").strip()
        if not _PLAIN.fullmatch(text):
            raise ValueError(f"{amount!r} is no amount")
        exact = Fraction(text) * FEN[unit]
        if abs(exact) > MOST:
            raise ValueError(f"{amount!r} is no amount that can be paid")
        if exact.denominator != 1:
            raise ValueError(f"{amount!r} {unit} is finer than a fen")
        return cls(int(exact))

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def in_unit(self, unit: str = "元") -> Decimal:
        """The exact amount counted in `unit`."""
        return Decimal(self.fen) / FEN[unit]

    def __str__(self) -> str:
        """As people read it: 元 below ten thousand, 万元 below a hundred million, 亿元 above."""
        size = abs(self.fen)
        unit = "元" if size < FEN["万元"] else "万元" if size < FEN["亿元"] else "亿元"
        text = f"{self.in_unit(unit):,f}"
        whole, _, cents = text.partition(".")
        cents = cents.rstrip("0").ljust(2, "0")
        return f"{whole}.{cents} {unit}".replace("-", "−")

    def english(self) -> str:
        """As English readers read it: ¥2,000,000.00."""
        return f"¥{self.in_unit():,.2f}".replace("¥-", "−¥")


def rounded(exact: int | Fraction, how: Rounding) -> int:
    """`exact` fen as whole fen; half_up rounds a half away from zero."""
    if how == "floor":
        return exact.numerator // exact.denominator
    if how == "ceil":
        return -(-exact.numerator // exact.denominator)
    sign = -1 if exact < 0 else 1
    return sign * ((2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator))


def shared_out(whole: int, weights: list[Fraction]) -> list[int]:
    """`whole` fen split by `weights` to the last fen: largest remainder, ties to the earlier row (Hamilton's method).

    ValueError where a weight is below nothing, or all are nothing.
    """
    total = sum(weights, Fraction(0))
    if any(weight < 0 for weight in weights):
        raise ValueError("no weight may be below nothing")
    if total <= 0:
        raise ValueError("weights must add up to more than nothing")
    exact = [Fraction(whole) * weight / total for weight in weights]
    parts = [rounded(part, "floor") for part in exact]
    left = whole - sum(parts)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:left]:
        parts[i] += 1
    return parts
