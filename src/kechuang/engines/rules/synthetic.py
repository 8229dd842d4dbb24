"""A synthetic region: made-up tables for the entities of a vocabulary, the same for the same seed. Nothing in it is real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kechuang.engines.rules.vocabulary import Entity, Field, Vocabulary

Column = npt.NDArray[Any]
FIRM: Final = "enterprise"
PER_FIRM: Final[Mapping[str, float]] = {
    FIRM: 1, "firm_year": 1, "trade": 0.5, "contract": 0.25, "use": 0.5, "instrument": 0.02, "rnd_project": 1.5,
    "ip_right": 1, "carrier": 0.005, "contest_entry": 0.01, "listing": 0.005, "investment": 0.002, "loan": 0.005,
    "hnte_file": 0.1, "achievement": 0.02, "project": 0.05, "person": 0.1,
}  # fmt: skip
FEW: Final[Mapping[str, int]] = {"league": 12}
PART_OF: Final[Mapping[str, tuple[str, float, float]]] = {
    "rnd_staff": ("staff", 0.0, 0.4), "tech_staff": ("staff", 0.0, 0.4), "cost": ("revenue", 0.6, 1.1),
    "costs": ("sales", 0.6, 1.1), "assets": ("revenue", 0.3, 2.0), "rnd": ("sales", 0.0, 0.08),
    "rnd_core": ("revenue", 0.0, 0.06), "rnd_other": ("rnd_core", 0.0, 0.25), "ent_dom": ("rnd_core", 0.0, 0.3),
    "rnd_domestic": ("rnd", 0.5, 1.0), "lost": ("principal", 0.0, 0.4), "direct_costs": ("gross", 0.0, 0.3),
    "months_late": ("months_operated", 0.0, 0.25),
}  # fmt: skip
TYPICAL: Final = 200_000_000  # fen: two million yuan, where a vocabulary's usual value is nothing


def region(vocabulary: Vocabulary, *, firms: int, seed: int, year: int) -> Iterator[tuple[str, dict[str, Column]]]:
    """(entity, columns) for each entity: `firms` enterprises and in proportion what hangs on them.

    Keys and links are whole numbers from 1, money is whole fen, ratios whole parts of their scale, codes text.
    """
    counts = {code: _count(code, firms) for code in vocabulary.entities}
    for n, entity in enumerate(vocabulary.entities.values()):
        yield entity.code, _table(entity, counts, np.random.default_rng([seed, n]), year)


def _count(code: str, firms: int) -> int:
    return FEW[code] if code in FEW else max(int(firms * PER_FIRM.get(code, 0.1)), 1)


def _table(entity: Entity, counts: Mapping[str, int], rng: np.random.Generator, year: int) -> dict[str, Column]:
    rows = counts[entity.code]
    made: dict[str, Column] = {entity.key: np.arange(1, rows + 1, dtype=np.int64)}
    for link in entity.links.values():
        made[link.column] = _linked(rows, counts[link.entity], rng)
    values: dict[str, Column] = {}
    for field in sorted(entity.fields.values(), key=lambda one: _rank(one.name)):
        if field.formula is None:
            values[field.name] = _values(field, rows, values, rng, year)
        if field.unknown:  # half of them have no value yet
            values[field.name] = np.ma.masked_array(values[field.name], mask=rng.random(rows) < 0.5)
    return made | {entity.fields[name].column: values[name] for name in entity.fields if name in values}


def _rank(name: str) -> int:
    """How many other fields must be made before."""
    return 0 if name not in PART_OF else 1 + _rank(PART_OF[name][0])


def _linked(rows: int, there: int, rng: np.random.Generator) -> Column:
    """Which record each row belongs to: each its own where there are as many, else some have far more than others."""
    if rows == there:
        return np.arange(1, rows + 1, dtype=np.int64)
    skewed = (rng.random(rows) ** 2 * there).astype(np.int64) + 1
    return rng.permutation(there).astype(np.int64)[skewed - 1] + 1


def _values(field: Field, rows: int, others: Mapping[str, Column], rng: np.random.Generator, year: int) -> Column:
    if field.kind == "bool":
        likely = 0.95 if field.usual is not False else 0.08
        return rng.random(rows) < likely
    if field.kind == "code":
        return _codes(field, rows, rng)
    if field.kind == "date":
        first = np.datetime64(date(year, 1, 1), "D")
        return first + rng.integers(0, 365, rows).astype("timedelta64[D]")
    if field.name in PART_OF and PART_OF[field.name][0] in others:
        whole, low, high = PART_OF[field.name]
        share = (rng.uniform(low, high, rows) * 1_000_000).astype(np.int64)
        return others[whole] // 1_000_000 * share + others[whole] % 1_000_000 * share // 1_000_000
    return _numbers(field, rows, rng)


def _codes(field: Field, rows: int, rng: np.random.Generator) -> Column:
    codes = [str(code) for code in field.options] or [str(field.usual or "x")]
    if len(codes) == 1 or len(codes) > 6:
        return np.array(codes)[rng.integers(0, len(codes), rows)]
    weights = np.array([12.0 if code == field.usual else 1.0 for code in codes])
    return rng.choice(np.array(codes), size=rows, p=weights / weights.sum())


def _numbers(field: Field, rows: int, rng: np.random.Generator) -> Column:
    usual = int((field.usual or 0) * field.scale)
    if field.kind == "money":
        made = (rng.lognormal(0.0, 1.5, rows) * (usual or TYPICAL)).astype(np.int64)
        made = np.minimum(made, min(field.most, 10**14))
        made = np.where(rng.random(rows) < (0.5 if usual == 0 else 0.02), 0, made)
        return np.where(rng.random(rows) < 0.1, -made, made) if field.signed else made
    if field.kind == "ratio":
        return np.where(rng.random(rows) < 0.8, usual, rng.integers(0, usual + usual // 2 + 1, rows)).astype(np.int64)
    top = min(2 * usual + 3, field.most or 10**9)
    return np.full(rows, usual, np.int64) if usual > 1900 else rng.integers(0, top + 1, rows)
