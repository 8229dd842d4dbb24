"""What a round's page asks of its panels: seats by kind, quotas, loads, the cap on chances, and how each panel is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kechuang.engines.panel.quotas import Quotas
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

CERTIFIED, SIMPLE = "certified", "simple"
BY_PAGE = ("mail", "panel")  # drawn with a certificate unless the page says otherwise
CHANCE = Fraction(1, 2)
MOST_BITS = 10


@dataclass(frozen=True, slots=True)
class MakeUp:
    """One kind of panel: seats of each kind of expert ("" for any), and how many of all come from outside."""

    seats: int
    kinds: Mapping[str, int]
    outside: int

    def quotas(self, terms: Terms) -> Quotas:
        """The same as the engine's quotas, with the page's limits for a unit and a region."""
        least = {kind: n for kind, n in self.kinds.items() if kind}
        return Quotas(least, self.outside, terms.per_unit, terms.per_region)


@dataclass(frozen=True, slots=True)
class Terms:
    """The page's parameters of a draw on a day. A chance of `most` / 2^`bits` is the most one pair may have."""

    bits: int
    most: int
    load: int
    rounds_a_year: int
    years_in_row: int
    times: int
    per_unit: int | None
    per_region: int | None
    outside: int
    give_up: tuple[str, ...]
    affinity: str

    @property
    def chance(self) -> Fraction:
        return Fraction(self.most, 1 << self.bits)

    def to_json(self) -> dict[str, Any]:
        """As it is published with the digest."""
        return {
            "cap_probability": str(self.chance), "groups_a_round_most": self.load, "rounds_a_year_most": self.rounds_a_year,
            "years_in_row_most": self.years_in_row, "same_unit_most": self.per_unit, "region_most": self.per_region, "outside_least": self.outside,
        }  # fmt: skip


def terms_of(programme: Mapping[str, Any], params: Mapping[str, Any]) -> Terms:
    """The terms a page declares; Refused where its cap on chances is none of the form a/2^b."""
    said = (programme.get("panel") or {}).get("draw") or {}
    bits, most = binary(Fraction(params.get("cap_probability", CHANCE)))
    return Terms(
        bits, most, load=_number(params, "groups_a_round_most", 2), rounds_a_year=_number(params, "rounds_a_year_most", 6),
        years_in_row=_number(params, "years_in_row_most", 2), times=_number(params, "pool_times", 3),
        per_unit=_number(params, "same_unit_most", 1), per_region=_number(params, "region_most", 0) or None,
        outside=_number(params, "outside_least", 0),
        give_up=tuple(said.get("give_up") or ()), affinity=str(said.get("affinity", "")),
    )  # fmt: skip


def binary(chance: Fraction) -> tuple[int, int]:
    """(bits, most) of a chance most/2^bits."""
    bits = chance.denominator.bit_length() - 1
    if not 0 < chance <= 1 or chance.denominator != 1 << bits or bits > MOST_BITS:
        raise Refused(Reason("chance_not_binary", chance=str(chance)))
    return bits, chance.numerator


def method_of(programme: Mapping[str, Any], mode: str) -> str:
    """How a panel of this mode is drawn: with a certificate, or from one seeded order."""
    said = ((programme.get("panel") or {}).get("draw") or {}).get("method") or {}
    return str(said.get(mode, CERTIFIED if mode in BY_PAGE else SIMPLE))


def make_up(programme: Mapping[str, Any], mode: str, *, least_outside: int = 0) -> MakeUp:
    """Seats by kind as the page declares them; seats that no kind names go to the kind that has most."""
    said = (programme.get("panel") or {}).get(mode) or {}
    mix = {str(kind): int(n) for kind, n in (said.get("mix") or {}).items()}
    outside, seats = mix.pop("outside_region", 0), int(said.get("size", 3))
    kinds = mix or {"": 0}
    largest = max(kinds, key=lambda kind: (kinds[kind], kind))
    kinds = kinds | {largest: kinds[largest] + max(0, seats - sum(kinds.values()))}
    return MakeUp(seats, kinds, max(outside, min(least_outside, seats)))


def without(one: MakeUp, name: str) -> MakeUp:
    """The same with a quota given up: `outside`, or a kind, whose seats go to the kind that has most."""
    if name == "outside":
        return MakeUp(one.seats, one.kinds, 0)
    if name not in one.kinds or len(one.kinds) == 1:
        return one
    kinds = {kind: n for kind, n in one.kinds.items() if kind != name}
    largest = max(kinds, key=lambda kind: (kinds[kind], kind))
    return MakeUp(one.seats, kinds | {largest: kinds[largest] + one.kinds[name]}, one.outside)


def _number(params: Mapping[str, Any], name: str, usual: int) -> int:
    value = params.get(name)
    return int(value) if isinstance(value, (int, Fraction)) else usual
