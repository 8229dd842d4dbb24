"""The same queries on PostgreSQL, for small sets that live there: tables or views with the vocabulary's names and columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from kechuang.casework.bulk import Statement
from kechuang.words.phrase import Phrase

KINDS = {"text": "text", "character varying": "text", "character": "text", "boolean": "bool", "date": "date"} | (
    dict.fromkeys(("smallint", "integer", "bigint"), "int64")
)


class Live:
    """One schema of a PostgreSQL database, only read; the same questions as `bulk.Population` answers."""

    def __init__(self, url: str, tables: Iterable[str]) -> None:
        try:
            self.connection = psycopg.connect(url, row_factory=dict_row, autocommit=True)
        except psycopg.Error as fault:
            raise LookupError(
                Phrase("the database cannot be reached: {fault}", fault=str(fault).splitlines()[0])
            ) from None
        self.connection.read_only = True
        wanted = set(tables)
        told = self.connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema()"
        ).fetchall()
        self.columns = {
            (one["table_name"], one["column_name"]): one["data_type"] for one in told if one["table_name"] in wanted
        }
        self.names = {table for table, _ in self.columns}

    def run(self, query: Statement) -> list[dict[str, Any]]:
        """The rows of an engine's query; FileNotFoundError where the database lacks a table it reads, LookupError a column."""
        lacking = sorted(query.tables - self.names)
        if lacking:
            raise FileNotFoundError(Phrase("the database has no table {name}", name=lacking[0]))
        try:
            return self.connection.execute(query.sql("postgres").encode()).fetchall()
        except psycopg.errors.UndefinedColumn as fault:
            raise LookupError(
                Phrase("the population lacks a column: {fault}", fault=str(fault).splitlines()[0])
            ) from None

    def complete(self) -> frozenset[tuple[str, str]]:
        """(table, column) pairs that the database itself keeps without missing values."""
        told = self.connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND is_nullable = 'NO'"
        ).fetchall()
        return frozenset((one["table_name"], one["column_name"]) for one in told)

    def kinds(self) -> dict[tuple[str, str], str]:
        """(table, column) → text, int64, bool or date, or the database's own word for anything else."""
        return {where: KINDS.get(kind, kind) for where, kind in self.columns.items()}

    def repeated(self, keys: Mapping[str, str]) -> list[tuple[str, str]]:
        """The (table, column) pairs of `keys` where a value stands twice or is missing."""
        found = []
        for table, column in sorted(keys.items()):
            if (table, column) in self.columns:
                asked = sql.SQL("SELECT count(*) AS rows, count(DISTINCT {0}) AS each FROM {1}")
                told = asked.format(sql.Identifier(column), sql.Identifier(table))
                row = self.connection.execute(told).fetchone()
                if row is not None and row["each"] < row["rows"]:
                    found.append((table, column))
        return found

    def bounds(self, tables: Iterable[str]) -> dict[tuple[str, str], tuple[int, int]]:
        """(table, column) → smallest and largest whole number, where the column has any."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        wanted = set(tables)
        for (table, column), kind in self.kinds().items():
            if table in wanted and kind == "int64":
                asked = sql.SQL("SELECT min({0}) AS low, max({0}) AS high FROM {1}")
                told = asked.format(sql.Identifier(column), sql.Identifier(table))
                row = self.connection.execute(told).fetchone()
                if row is not None and row["low"] is not None:
                    found[table, column] = (row["low"], row["high"])
        return found


def folder(path: str, tables: Mapping[str, Mapping[str, str]], *, threads: int | None = None, master: str = "") -> Live:
    """The population at a database URL."""
    return Live(path, tables)
