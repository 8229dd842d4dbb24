"""Runs an engine's query over a population: parquet, CSV or Arrow tables in, Arrow out, on embedded DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

TYPES = {"text": pa.string(), "int64": pa.int64(), "bool": pa.bool_(), "date": pa.date32()}


class Statement(Protocol):
    """What an engine hands over: SQL of a dialect, and the names of the tables it reads."""

    @property
    def tables(self) -> frozenset[str]: ...

    def sql(self, dialect: str = "duckdb") -> str: ...


class Population:
    """A population on one DuckDB connection; every table is a view on its file, or an Arrow table."""

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
        self.sources[name] = path
        self.names.add(name)
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"CREATE OR REPLACE VIEW \"{name}\" AS SELECT * FROM {read}('{quoted}')")

    def add_rows(self, name: str, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
        """The table `name` from rows, with columns of the kinds text, int64, bool, date."""
        schema = pa.schema([(column, TYPES[kind]) for column, kind in columns.items()])
        self.add_table(name, pa.Table.from_pylist([dict(row) for row in rows], schema=schema))

    def add_table(self, name: str, table: pa.Table) -> None:
        """The table `name`, as it stands in memory."""
        self.names.add(name)
        self.connection.register(name, table)

    def run(self, query: Statement) -> pa.Table:
        """The result of an engine's query; FileNotFoundError where a folder lacks a table it reads."""
        lacking = sorted(query.tables - self.names)
        if lacking:
            raise FileNotFoundError(f"the population has no {lacking[0]}.parquet or {lacking[0]}.csv")
        return self.execute(query.sql("duckdb"))

    def execute(self, sql: str) -> pa.Table:
        """The result of SQL as an Arrow table."""
        return self.connection.sql(sql).to_arrow_table()

    def keep(self, name: str, query: Statement | str) -> None:
        """Runs a query once and keeps its rows as a table for the queries that follow."""
        sql = query if isinstance(query, str) else query.sql("duckdb")
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')

    def complete(self) -> frozenset[tuple[str, str]]:
        """(table, column) pairs without a missing value, from the statistics of the parquet files alone."""
        found: set[tuple[str, str]] = set()
        for name, path in self.sources.items():
            if path.suffix == ".parquet":
                found |= {(name, column) for column in _whole_columns(self.connection, path)}
        return frozenset(found)


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
