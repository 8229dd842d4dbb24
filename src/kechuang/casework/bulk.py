"""Runs an engine's query over a population: parquet or CSV files, or rows, in; rows or a parquet file out; on embedded DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import duckdb

TYPES = {"text": "VARCHAR", "int64": "BIGINT", "bool": "BOOLEAN", "date": "DATE"}
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

    def add_file(self, name: str, path: Path) -> None:
        """The table `name` from a .parquet or .csv file."""
        read = "read_parquet" if path.suffix == ".parquet" else "read_csv"
        self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM {read}({_quoted(path)})')
        self.sources[name] = path
        self.names.add(name)

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
            raise FileNotFoundError(f"the population has no {lacking[0]}.parquet or {lacking[0]}.csv")
        done = self.connection.execute(query.sql("duckdb"))
        names = [told[0] for told in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

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

    def bounds(self, tables: Iterable[str]) -> dict[tuple[str, str], tuple[int, int]]:
        """(table, column) → smallest and largest whole number, where the column has any; parquet answers from statistics."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for name in sorted(set(tables) & self.names):
            told = self.connection.execute(f'DESCRIBE "{name}"').fetchall()
            columns = [column for column, kind, *_ in told if kind in INTEGERS]
            if columns:
                asked = ", ".join(f'min("{column}"), max("{column}")' for column in columns)
                row = self.connection.execute(f'SELECT {asked} FROM "{name}"').fetchall()[0]
                found |= {
                    (name, column): (row[2 * n], row[2 * n + 1])
                    for n, column in enumerate(columns)
                    if row[2 * n] is not None
                }
        return found


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _whole_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    told = connection.execute(
        "SELECT path_in_schema, sum(stats_null_count), count(*), count(stats_null_count) FROM parquet_metadata(?) GROUP BY 1",
        [str(path)],
    ).fetchall()
    return [name for name, nulls, groups, known in told if known == groups and nulls == 0]


def folder(path: Path, names: Iterable[str], *, threads: int | None = None) -> Population:
    """The population in a folder: `enterprise.parquet` or `enterprise.csv` for the table enterprise, where there is one."""
    population = Population(threads=threads)
    for name in sorted(names):
        for suffix in (".parquet", ".csv"):
            if (path / f"{name}{suffix}").is_file():
                population.add_file(name, path / f"{name}{suffix}")
                break
    return population
