"""Runs an engine's query over a population: parquet or CSV files, or rows, in; rows or a parquet file out; on embedded DuckDB."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import duckdb

from kechuang.words.phrase import Phrase

TYPES = {"text": "VARCHAR", "int64": "BIGINT", "bool": "BOOLEAN", "date": "DATE"}
KINDS = {name: kind for kind, name in TYPES.items()}
Fault = duckdb.Error  # what the database says of a question it cannot answer
BELOW_JOINS = "partial_aggregate_pushdown"
INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)


class Statement(Protocol):
    """What an engine hands over: SQL of a dialect, and the names of the tables it reads."""

    @property
    def tables(self) -> frozenset[str]: ...

    def sql(self, dialect: str = "duckdb") -> str: ...


class Population:
    """A population on one DuckDB connection; every table is a view on its file, or holds rows given."""

    def __init__(self, *, threads: int | None = None, memory: str | None = None) -> None:
        self.connection = duckdb.connect()
        if threads is not None:
            self.connection.execute(f"SET threads = {int(threads)}")
        if memory is not None:
            self.connection.execute("SET memory_limit = ?", [memory])
        self.sources: dict[str, Path] = {}
        self.names: set[str] = set()
        self.declared: dict[str, frozenset[str]] = {}

    def for_sweeps(self) -> None:
        """Plan what many variants ask at once without carrying aggregates below joins. DuckDB 2 spells out every column of
        every layer for that: a sweep of 38 steps is planned in a minute, without it in a second. One run of ten policies
        over a million firms is a tenth faster with it. Older ones do not know the word."""
        if (BELOW_JOINS,) in self.connection.execute("SELECT * FROM duckdb_optimizers()").fetchall():
            self.connection.execute(f"SET disabled_optimizers = '{BELOW_JOINS}'")

    def add_file(self, name: str, path: Path, kinds: Mapping[str, str] | None = None) -> None:
        """The table `name` from a .parquet or .csv file. Where `kinds` are told, text of a CSV file stays text (`0101`),
        and 0 and 1 serve as no and yes. LookupError where the file cannot be read."""
        kinds = kinds or {}
        try:
            file = f"read_parquet({_quoted(path)})" if path.suffix == ".parquet" else self._csv(path, kinds)
            flags = [
                column for column, kind in self._types(file).items() if kinds.get(column) == "bool" and kind in INTEGERS
            ]
            for column in flags:
                self._yes_and_no(file, name, column)
            told = ", ".join(f'CAST("{column}" AS BOOLEAN) AS "{column}"' for column in flags)
            replaced = f" REPLACE ({told})" if flags else ""
            self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT *{replaced} FROM {file}')
        except duckdb.Error as fault:
            raise LookupError(
                Phrase("{name} cannot be read: {fault}", name=path.name, fault=_first_line(fault))
            ) from None
        self.sources[name] = path
        self.names.add(name)
        self.declared[name] = frozenset(kinds)

    def _csv(self, path: Path, kinds: Mapping[str, str]) -> str:
        """How a CSV file is read: its first line names the columns, and one without a row may hold whatever is declared."""
        if not path.stat().st_size:
            raise LookupError(Phrase("{name} is empty: its first line names the columns", name=path.name))
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            heads = next(csv.reader(file), [])
        mark = ", delim = ','" if len(heads) > 1 else ""
        asked = f"read_csv({_quoted(path)}, header = true, sample_size = -1{mark}"
        there = self._types(f"{asked})")
        if mark and list(there) != heads:
            raise LookupError(
                Phrase(
                    "{name} cannot be read: not every line has the {count} fields of the first",
                    name=path.name,
                    count=len(heads),
                )
            )
        bare = not self.connection.execute(f"SELECT 1 FROM {asked}) LIMIT 1").fetchall()
        types = [
            f"{_text(column)}: '{TYPES[kinds[column]]}'"
            for column in there
            if column in kinds and (bare or kinds[column] == "text")
        ]
        return f"{asked}, types = {{{', '.join(types)}}})"

    def _yes_and_no(self, file: str, name: str, column: str) -> None:
        low, high = self.connection.execute(f'SELECT min("{column}"), max("{column}") FROM {file}').fetchall()[0]
        if low is not None and not (low >= 0 and high <= 1):
            odd = high if high > 1 else low
            raise LookupError(
                Phrase("{name}.{part}: holds {odd}, where 0 is no and 1 is yes", name=name, part=column, odd=odd)
            )

    def _types(self, source: str) -> dict[str, str]:
        told = self.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        return {column: kind for column, kind, *_ in told}

    def add_rows(self, name: str, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
        """The table `name` from rows, with columns of the kinds text, int64, bool, date."""
        told = ", ".join(f'"{column}" {TYPES[kind]}' for column, kind in columns.items())
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" ({told})')
        listed = [[row.get(column) for column in columns] for row in rows]
        if listed:
            marks = f"({', '.join('?' * len(columns))})"
            flat = [value for row in listed for value in row]
            self.connection.execute(f'INSERT INTO "{name}" VALUES {", ".join([marks] * len(listed))}', flat)
        self.names.add(name)

    def add_table(self, name: str, table: Any) -> None:
        """The table `name`: an Arrow table, as it stands in memory."""
        self.connection.register(name, table)
        self.names.add(name)

    def run(self, query: Statement) -> list[dict[str, Any]]:
        """The rows of an engine's query; FileNotFoundError where a folder lacks a table it reads."""
        lacking = sorted(query.tables - self.names)
        if lacking:
            raise FileNotFoundError(Phrase("the population has no {name}.parquet or {name}.csv", name=lacking[0]))
        try:
            done = self.connection.execute(query.sql("duckdb"))
        except duckdb.BinderException as fault:
            raise LookupError(self._lacking(query, fault)) from None
        except duckdb.ConversionException as fault:
            raise LookupError(
                Phrase("a link does not hold what the key it leads to holds: {fault}", fault=_first_line(fault))
            ) from None
        names = [told[0] for told in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def _lacking(self, query: Statement, fault: duckdb.Error) -> Phrase:
        """Which column of which table is not there."""
        there = set(self.kinds())
        named = [
            f"{name}.{column}"
            for name in sorted(query.tables)
            for column in sorted(self.declared.get(name, ()))
            if (name, column) not in there and f'"{column}"' in str(fault)
        ]
        return Phrase("the population lacks a column: {fault}", fault=tuple(named) or _first_line(fault))

    def repeated(self, keys: Mapping[str, str]) -> list[tuple[str, str]]:
        """The (table, column) pairs of `keys` where a value stands twice or is missing: joined by, each such row counts again.
        A column that rises from row to row is seen to be a key in one pass; others are counted."""
        found = []
        for name, column in sorted(keys.items()):
            if name not in self.names or column not in self._types(f'"{name}"'):
                continue
            before = f'SELECT "{column}" AS k, lag("{column}") OVER () AS b FROM "{name}"'
            asked = f"SELECT count(*), count(k), count(*) FILTER (k > b) FROM ({before})"
            rows, known, rising = self.connection.execute(asked).fetchall()[0]
            if known == rows and rising >= rows - 1:
                continue
            each = self.connection.execute(f'SELECT count(DISTINCT "{column}") FROM "{name}"').fetchall()[0][0]
            if each < rows:
                found.append((name, column))
        return found

    def write(self, query: Statement, path: Path) -> None:
        """The rows of an engine's query as a .parquet or .csv file, however many they are."""
        kind = "PARQUET" if path.suffix == ".parquet" else "CSV"
        self.connection.execute(f"COPY ({query.sql('duckdb')}) TO {_quoted(path)} (FORMAT {kind})")

    def complete(self) -> frozenset[tuple[str, str]]:
        """(table, column) pairs without a missing value, from the statistics of the parquet files alone."""
        found: set[tuple[str, str]] = set()
        for name, path in self.sources.items():
            if path.suffix == ".parquet":
                found |= {(name, column) for column in _whole_columns(self.connection, path)}
        return frozenset(found)

    def kinds(self) -> dict[tuple[str, str], str]:
        """(table, column) → text, int64, bool or date, or the database's own word for anything else."""
        return {
            (name, column): KINDS.get(kind, "int64" if kind in INTEGERS else kind)
            for name in sorted(self.names)
            for column, kind in self._types(f'"{name}"').items()
        }

    def bounds(self, tables: Iterable[str]) -> dict[tuple[str, str], tuple[int, int]]:
        """(table, column) → smallest and largest whole number, where the column has any; parquet answers from statistics."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for name in sorted(set(tables) & self.names):
            columns = [column for column, kind in self._types(f'"{name}"').items() if kind in INTEGERS]
            if columns:
                asked = ", ".join(f'min("{column}"), max("{column}")' for column in columns)
                row = self.connection.execute(f'SELECT {asked} FROM "{name}"').fetchall()[0]
                found |= {
                    (name, column): (row[2 * n], row[2 * n + 1])
                    for n, column in enumerate(columns)
                    if row[2 * n] is not None
                }
        return found


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0].partition(": ")[2] or str(fault).splitlines()[0]


def _quoted(path: Path) -> str:
    return _text(str(path))


def _text(said: str) -> str:
    return "'" + said.replace("'", "''") + "'"


def _whole_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    told = connection.execute(
        "SELECT path_in_schema, sum(stats_null_count), count(*), count(stats_null_count) FROM parquet_metadata(?) GROUP BY 1",
        [str(path)],
    ).fetchall()
    return [name for name, nulls, groups, known in told if known == groups and nulls == 0]


def folder(
    path: Path, tables: Mapping[str, Mapping[str, str]], *, threads: int | None = None, master: str = ""
) -> Population:
    """The population in a folder: `enterprise.parquet` or `enterprise.csv` for the table enterprise, where there is one.

    `tables`: the columns of each, of the kinds text, int64, bool, date.
    """
    population = Population(threads=threads)
    for name, file in files_in(path, tables):
        population.add_file(name, file, tables[name])
    return population


def files_in(path: Path, names: Iterable[str]) -> list[tuple[str, Path]]:
    """The tables a folder holds, each with its file; parquet before CSV."""
    found = ((name, path / f"{name}{suffix}") for name in sorted(names) for suffix in (".parquet", ".csv"))
    return list(dict(reversed([one for one in found if one[1].is_file()])).items())
