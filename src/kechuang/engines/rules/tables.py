"""Records as tables of a population, and what a table may hold: the same words for one case and for a million."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kechuang.engines.rules.examples import Cast
from kechuang.engines.rules.vocabulary import Entity, Vocabulary
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

Kinds = Mapping[str, str]


def columns_of(entity: Entity) -> dict[str, str]:
    """The columns of an entity's table: name and `text`, `int64`, `bool` or `date`."""
    plain = {"bool": "bool", "code": "text", "date": "date"}
    found = {entity.key: "text"} | {link.column: "text" for link in entity.links.values()}
    return found | {one.column: plain.get(one.kind, "int64") for one in entity.fields.values() if one.formula is None}


def tables_of(vocabulary: Vocabulary, cast: Cast) -> dict[str, list[dict[str, Any]]]:
    """The records of an example as rows by entity; every entity has a table, empty or not."""
    return {
        code: [_row(vocabulary, entity, record) for record in cast.rows.get(code, ())]
        for code, entity in vocabulary.entities.items()
    }


def _row(vocabulary: Vocabulary, entity: Entity, record: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {entity.key: record[entity.key]}
    for name, link in entity.links.items():
        there = record.get(name)
        row[link.column] = None if there is None else there[vocabulary.entities[link.entity].key]
    for name, one in entity.fields.items():
        if one.formula is None:
            row[one.column] = stored(record[name], one.scale, name)
    return row


def stored(value: Any, scale: int, name: str) -> Any:
    """A value as its column holds it: ratios in whole parts of `scale`. FormulaError if it is finer."""
    if value is None or isinstance(value, bool) or scale == 1:
        return value
    whole = value * scale
    if whole != int(whole):
        raise FormulaError("too_fine_for_table", name=name, scale=scale)
    return int(whole)


def tables_in(vocabulary: Vocabulary) -> dict[str, dict[str, str]]:
    """The columns of every entity's table, by entity."""
    return {code: columns_of(entity) for code, entity in vocabulary.entities.items()}


def unfit(vocabulary: Vocabulary, kinds: Mapping[tuple[str, str], str]) -> list[BadPage]:
    """Columns that cannot hold what the vocabulary declares. Where whole numbers belong decimals are refused, and with
    them NaN and infinities. `kinds`: (table, column) → text, int64, bool, date or the database's own word."""
    found = []
    for table, columns in tables_in(vocabulary).items():
        for column, wanted in columns.items():
            there = kinds.get((table, column), wanted)
            if there != wanted and (wanted, there) != ("text", "int64"):
                why = Phrase("holds {there}, not {told}", there=there, told=SAID[wanted])
                found.append(BadPage(f"{table}.{column}", why, "write {told} into the column", told=SAID[wanted]))
    return found


def unkeyed(repeated: Sequence[tuple[str, str]]) -> list[BadPage]:
    """Tables whose key does not tell its records apart: whatever is joined to one of them would count again."""
    why, mend = "a key stands twice, or is missing", "each record has a key of its own"
    return [BadPage(f"{table}.{column}", why, mend) for table, column in repeated]


SAID: Mapping[str, Phrase] = {
    "int64": Phrase("whole numbers (money in fen, ratios in whole parts)"), "bool": Phrase("true and false"),
    "text": Phrase("text"), "date": Phrase("dates"),
}  # fmt: skip

Bounds = Mapping[tuple[str, str], tuple[Any, Any]]
"""(table, column) → the smallest and the largest value it holds, where that is known."""


def out_of_bounds(vocabulary: Vocabulary, bounds: Bounds) -> list[BadPage]:
    """Columns whose values leave what the vocabulary declares: bulk arithmetic relies on it.

    A number that is not `signed` may not be negative; none may be larger than its `most`.
    """
    found = []
    for entity in vocabulary.entities.values():
        for one in entity.fields.values():
            low, high = bounds.get((entity.code, one.column), (None, None))
            if one.kind not in ("int", "money", "ratio") or low is None or one.formula is not None:
                continue
            at = f"{entity.code}.{one.column}"
            if int(low) < (-one.most if one.signed else 0):
                mend = "mend the data" if one.signed else "declare signed: true, or mend the data"
                found.append(BadPage(at, "holds {low}, below what {name} may be", mend, low=low, name=one.name))
            if int(high) > one.most:
                found.append(
                    BadPage(
                        at,
                        "holds {high}, more than {most}",
                        "declare a larger most, or mend the data",
                        high=high,
                        most=one.most,
                    )
                )
    return found
