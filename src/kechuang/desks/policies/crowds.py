"""Populations the simulator computes over: the registers of the desks as they stand, or a synthetic region made once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from kechuang.casework import linking
from kechuang.casework.bulk import Population
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.synthetic import region
from kechuang.engines.rules.tables import columns_of, out_of_bounds, stored
from kechuang.engines.rules.vocabulary import Entity, Vocabulary

Say = Callable[[int, int], None]
SQL = {"text": "VARCHAR", "int64": "BIGINT", "bool": "BOOLEAN", "date": "DATE"}
YEARS = ("fiscal_year", "use_year", "year")
WHOLE = "memory.main"  # the tables themselves, also where a view of the same name stands before them
SAMPLE = 4_000  # records of the subject that a first answer is computed from


@dataclass(slots=True)
class Crowd:
    """One population in memory: `counts` rows an entity, `complete` the columns without a missing value."""

    kind: str
    population: Population
    counts: dict[str, int] = field(default_factory=dict)
    complete: frozenset[tuple[str, str]] = frozenset()
    year: int = 0
    seed: int = 0
    curves: dict[Any, dict[str, Any]] = field(default_factory=dict)

    def beside(self) -> Crowd:
        """The same tables on a connection of its own: what is narrowed here is not narrowed there."""
        twin = Population.__new__(Population)
        twin.connection, twin.sources, twin.names = self.population.connection.cursor(), {}, self.population.names
        return Crowd(self.kind, twin, self.counts, self.complete, self.year, self.seed, self.curves)


def nothing(done: int, of: int) -> None:
    """Progress that nobody asks for."""


def synthetic(words: Vocabulary, folder: Path, *, firms: int, seed: int, year: int, say: Say = nothing) -> Crowd:
    """The synthetic region of a seed: written below `folder` the first time, read from there afterwards."""
    name = sha256(
        repr((sorted((c, sorted(e.names())) for c, e in words.entities.items()), firms, seed, year)).encode()
    ).hexdigest()[:16]
    home = folder / name
    if not (home / "whole.json").is_file():
        _made(words, home, firms=firms, seed=seed, year=year, say=say)
    crowd = Crowd("region", Population(), year=year, seed=seed)
    for n, entity in enumerate(words.entities.values()):
        _load(crowd, entity, f"read_parquet({_quoted(home / f'{entity.code}.parquet')})")
        say(len(words.entities) + n + 1, 2 * len(words.entities))
    return _ready(crowd)


def _made(words: Vocabulary, home: Path, *, firms: int, seed: int, year: int, say: Say) -> None:
    """Two that make the same region at once write the same bytes, each in a place of its own."""
    home.mkdir(parents=True, exist_ok=True)
    connection = Population(threads=1).connection
    with TemporaryDirectory(prefix="making-", dir=home.parent) as place:
        for n, (code, columns) in enumerate(region(words, firms=firms, seed=seed, year=year)):
            fresh = Path(place) / f"{code}.parquet"
            connection.register("arriving", {name: _plain(column) for name, column in columns.items()})
            connection.execute(f"COPY (SELECT * FROM arriving) TO {_quoted(fresh)} (FORMAT parquet)")
            connection.unregister("arriving")
            fresh.replace(home / fresh.name)
            say(n + 1, 2 * len(words.entities))
    (home / "whole.json").write_text(json.dumps({"firms": firms, "seed": seed, "year": year}), "utf-8")


def _plain(column: Any) -> Any:
    """A column as the database reads it: days as moments."""
    return column.astype("datetime64[us]") if column.dtype.kind == "M" else column


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def live(words: Vocabulary, on: datetime) -> Crowd:
    """The tables of the desks as they stand at `on`; an entity that no desk keeps has no rows."""
    crowd = Crowd("live", Population())
    for entity in words.entities.values():
        rows = linking.rows(entity.source, on, {}) if linking.offered(entity.source) else []
        told = [_row(entity, row) for row in rows]
        names = columns_of(entity) if told else {}
        columns = {name: np.array([one[name] for one in told] + [None], dtype=object)[:-1] for name in names}
        crowd.population.connection.register("arriving", columns or {entity.key: np.array([], dtype=object)})
        _load(crowd, entity, "arriving")
        crowd.population.connection.unregister("arriving")
    crowd = _ready(crowd)
    for bad in out_of_bounds(words, crowd.population.bounds(crowd.counts)):
        raise bad
    return crowd


def _row(entity: Entity, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a desk's table under the columns of the vocabulary."""
    told: dict[str, Any] = {entity.key: _text(row[entity.key])}
    told |= {link.column: _text(row.get(name)) for name, link in entity.links.items()}
    for name, one in entity.fields.items():
        if one.formula is None:
            value = row.get(name)
            told[one.column] = _text(value) if one.kind == "code" else stored(value, one.scale, name)
    return told


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _load(crowd: Crowd, entity: Entity, source: str) -> None:
    """The table of an entity in memory, each column of its kind; a column that the data lack is there without values."""
    connection = crowd.population.connection
    there = {told[0] for told in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    listed = ", ".join(
        f'CAST({_named(name) if name in there else "NULL"} AS {SQL[kind]}) AS {_named(name)}' for name, kind in columns_of(entity).items()
    )  # fmt: skip
    connection.execute(f"CREATE OR REPLACE TABLE {_named(entity.code)} AS SELECT {listed} FROM {source}")
    crowd.population.names.add(entity.code)
    crowd.counts[entity.code] = int(connection.execute(f"SELECT count(*) FROM {_named(entity.code)}").fetchall()[0][0])


def _named(name: str) -> str:
    return f'"{name}"'


def _ready(crowd: Crowd) -> Crowd:
    crowd.population.for_sweeps()
    crowd.complete = frozenset(_whole(crowd))
    return crowd


def _whole(crowd: Crowd) -> Iterator[tuple[str, str]]:
    for name, rows in crowd.counts.items():
        columns = [told[0] for told in crowd.population.connection.execute(f'DESCRIBE "{name}"').fetchall()]
        asked = ", ".join(f'count("{one}")' for one in columns)
        counted = crowd.population.connection.execute(f'SELECT {asked} FROM "{name}"').fetchall()[0]
        yield from ((name, one) for one, there in zip(columns, counted, strict=True) if there == rows)


def narrowed(crowd: Crowd, words: Vocabulary, policy: Policy, year: int, *, share: int = 1) -> int:
    """Leave the records of the subject that belong to `year`, and one payee in `share`; how many records are left.

    Views of the connection stand before the tables of the same name. Rows behind a reverse link follow their record.
    """
    entity, connection = words.entities[policy.subject], crowd.population.connection
    tests = [
        *_of_year(entity, policy, year, crowd.kind),
        *([f"hash({_payee(entity, policy)}) % {share} = 0"] if share > 1 else []),
    ]
    for name in crowd.counts:
        connection.execute(f'DROP VIEW IF EXISTS temp."{name}"')
    where = " AND ".join(tests) or "true"
    connection.execute(f'CREATE TEMP VIEW "{entity.code}" AS SELECT * FROM {WHOLE}."{entity.code}" WHERE {where}')
    for back in entity.reverse.values() if share > 1 else ():
        by = words.entities[back.entity].links[back.by].column
        inside = f'SELECT "{entity.key}" FROM {WHOLE}."{entity.code}" WHERE {where}'
        connection.execute(
            f'CREATE TEMP VIEW "{back.entity}" AS SELECT * FROM {WHOLE}."{back.entity}" WHERE "{by}" IN ({inside})'
        )
    return int(connection.execute(f'SELECT count(*) FROM "{entity.code}"').fetchall()[0][0])


def _of_year(entity: Entity, policy: Policy, year: int, kind: str) -> list[str]:
    """Which records belong to a year: by their reference day, or by their own year. A synthetic region is of one year."""
    if kind == "region":
        return []
    path = policy.reference.split(".")
    if len(path) == 2:
        return [f'year("{entity.fields[path[1]].column}") = {int(year)}']
    return next(([f'"{entity.fields[name].column}" = {int(year)}'] for name in YEARS if name in entity.fields), [])


def _payee(entity: Entity, policy: Policy) -> str:
    """The column by which a sample is drawn: all records of a payee are in it or none."""
    names = [part for part in (policy.payee.partition(".")[2], *entity.links) if part in entity.links]
    return f'"{entity.links[names[0]].column}"' if names else f'"{entity.key}"'


def share_of(crowd: Crowd, policy: Policy) -> int:
    """One payee in how many a first answer takes; 1 where the whole is small, or a budget needs everybody."""
    return 1 if policy.budget is not None else max(crowd.counts.get(policy.subject, 0) // SAMPLE, 1)
