"""Kinds of number: whole, decimal, share, money; all exact, none ever a float."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from kechuang.engines.forms.kinds.base import Kind, Sources, Unreadable, plain, same
from kechuang.engines.forms.model import Field
from kechuang.words.money import FEN, MOST
from kechuang.words.reason import Reason

LONGEST: Final = 60  # characters; the largest amount with its commas, its fen and its unit has fewer
MOST_WHOLE: Final = 10**15  # whole numbers stay below 2^53, so that every reader of JSON reads the same
_SHAPE: Final = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)((?:\.\d+)?)\s*(\S*)", re.ASCII)


def number_and_unit(raw: object) -> tuple[Fraction, str]:
    """The exact number that was typed, and the unit behind it; Unreadable if it is no plain decimal number."""
    text = plain(raw, most=LONGEST).replace("−", "-")
    found = _SHAPE.fullmatch(text)
    if not found:
        raise Unreadable("not_a_number")
    sign, whole, rest, unit = found.groups()
    return Fraction(sign + whole.replace(",", "") + rest), unit


def decimal_text(number: Fraction | int) -> str:
    """A number as digits, with a point if that is exact, else as a fraction `1/3`."""
    number = Fraction(number)
    twos, fives, rest = 0, 0, number.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    places = max(twos, fives)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def grouped(text: str) -> str:
    """`1234567.5` as people read it: `1,234,567.5`."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def within(field: Field, number: Fraction, most: int) -> Fraction:
    if abs(number) > most:
        raise Unreadable("number_too_large", most=grouped(str(most)))
    return number


def _integer(raw: object, field: Field, sources: Sources) -> int:
    number, unit = number_and_unit(raw)
    if unit and unit != field.unit:
        raise Unreadable("not_a_number")
    if number.denominator != 1:
        raise Unreadable("not_whole")
    return int(within(field, number, MOST_WHOLE))


def _decimal(raw: object, field: Field, sources: Sources) -> Fraction:
    number, unit = number_and_unit(raw)
    if unit and unit != field.unit:
        raise Unreadable("not_a_number")
    return within(field, number, MOST)


def _percent(raw: object, field: Field, sources: Sources) -> Fraction:
    number, unit = number_and_unit(raw)
    if unit not in ("", "%"):
        raise Unreadable("not_a_number")
    return within(field, number, MOST) / 100


def _money(raw: object, field: Field, sources: Sources) -> int:
    number, unit = number_and_unit(raw)
    if unit and unit not in FEN:
        raise Unreadable("not_a_number")
    fen = number * FEN[unit or field.unit or "元"]
    if abs(fen) > MOST:
        raise Unreadable("amount_too_large")
    if fen.denominator != 1:
        raise Unreadable("finer_than_fen", unit=unit or field.unit or "元", places=_places(unit or field.unit or "元"))
    return int(fen)


def _places(unit: str) -> int:
    """How many digits behind the point make a fen."""
    return len(str(FEN[unit])) - 1


def in_unit(value: Fraction | int, field: Field) -> str:
    """A value in the unit of its field, as digits: 125000000 fen in 万元 are `125`."""
    if is_money(field):
        return decimal_text(Fraction(value) / FEN[field.unit or "元"])
    if is_share(field):
        return decimal_text(Fraction(value) * 100)
    return decimal_text(value)


def is_share(field: Field) -> bool:
    """Whether 1 means a hundred per cent: a share that is typed, or what is computed in per cent."""
    return field.kind in ("percent", "ratio") or (field.kind == "computed" and field.unit == "%")


def is_money(field: Field) -> bool:
    """Whether a field holds fen: an amount, or what is computed in a unit of money."""
    return field.kind == "money" or (field.kind == "computed" and field.unit in FEN)


def shown_unit(field: Field) -> str:
    if is_share(field):
        return "%"
    return field.unit or ("元" if field.kind == "money" else "")


def _between(value: Any, field: Field) -> Iterator[Reason]:
    if field.least is not None and value < field.least:
        yield Reason("below", least=in_unit(field.least, field), unit=shown_unit(field))
    if field.most is not None and value > field.most:
        yield Reason("above", most=in_unit(field.most, field), unit=shown_unit(field))
    if field.step is not None and ((value - (field.least or 0)) / field.step).denominator != 1:
        yield Reason("off_step", step=decimal_text(field.step))


def _said(value: Any, field: Field, sources: Sources, language: str) -> str:
    return grouped(in_unit(value, field))


_DECIMAL = Kind(_decimal, _between, decimal_text, Fraction, in_unit, _said)
_PERCENT = Kind(_percent, _between, decimal_text, Fraction, in_unit, _said)

KINDS: Final[dict[str, Kind]] = {
    "integer": Kind(_integer, _between, same, int, in_unit, _said),
    "decimal": _DECIMAL,
    "number": _DECIMAL,
    "percent": _PERCENT,
    "ratio": _PERCENT,
    "money": Kind(_money, _between, str, int, in_unit, _said),
}
