"""The same queries on Spark, for a population that outgrows one machine; needs `pip install kechuang[spark]` and a Java 17."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

from kechuang.casework.bulk import Statement, files_in
from kechuang.words.phrase import Phrase

KINDS = {"string": "text", "boolean": "bool", "date": "date"} | dict.fromkeys(
    ("tinyint", "smallint", "int", "bigint"), "int64"
)
SETTINGS = {
    "spark.ui.enabled": "false", "spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.sql.shuffle.partitions": "8", "spark.driver.memory": "4g", "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1", "spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false",
}  # fmt: skip


class Spread:
    """A population as temporary views of one Spark session; the same questions as `bulk.Population` answers."""

    def __init__(self, master: str) -> None:
        builder = SparkSession.builder.master(master).appName("kechuang")
        self.session = builder.config(map=dict(SETTINGS)).getOrCreate()
        self.sources: dict[str, Path] = {}
        self.frames: dict[str, DataFrame] = {}

    @property
    def names(self) -> set[str]:
        return set(self.frames)

    def add_file(self, name: str, path: Path, kinds: Mapping[str, str] | None = None) -> None:
        """The table `name` from a .parquet or .csv file; text of a CSV file stays text where `kinds` say so."""
        if path.suffix == ".parquet":
            frame = self.session.read.parquet(str(path))
        else:
            frame = self.session.read.csv(str(path), header=True, inferSchema=True)
            texts = {
                column: self.session.read.csv(str(path), header=True).schema[column]
                for column in frame.columns
                if (kinds or {}).get(column) == "text"
            }
            schema = type(frame.schema)([texts.get(one.name, one) for one in frame.schema])
            frame = self.session.read.csv(str(path), header=True, schema=schema)
        for column, kind in frame.dtypes:
            if (kinds or {}).get(column) == "bool" and KINDS.get(kind) == "int64":
                frame = frame.withColumn(column, frame[column].cast("boolean"))
        frame.createOrReplaceTempView(name)
        self.frames[name], self.sources[name] = frame, path

    def run(self, query: Statement) -> list[dict[str, Any]]:
        """The rows of an engine's query; FileNotFoundError where the folder lacks a table it reads."""
        lacking = sorted(query.tables - self.names)
        if lacking:
            raise FileNotFoundError(Phrase("the population has no {name}.parquet or {name}.csv", name=lacking[0]))
        return [row.asDict() for row in self.session.sql(query.sql("spark")).collect()]

    def write(self, query: Statement, path: Path) -> None:
        """The rows of an engine's query, as a folder of parquet or CSV files: Spark writes one a task."""
        writer = self.session.sql(query.sql("spark")).write.mode("overwrite")
        writer.parquet(str(path)) if path.suffix == ".parquet" else writer.csv(str(path), header=True)

    def complete(self) -> frozenset[tuple[str, str]]:
        """(table, column) pairs without a missing value, from the statistics of the parquet files alone."""
        found = set()
        for name, path in self.sources.items():
            if path.suffix == ".parquet":
                found |= {(name, column) for column in _whole_columns(path)}
        return frozenset(found)

    def kinds(self) -> dict[tuple[str, str], str]:
        """(table, column) → text, int64, bool or date, or Spark's own word for anything else."""
        return {
            (name, column): KINDS.get(kind, kind)
            for name, frame in self.frames.items()
            for column, kind in frame.dtypes
        }

    def repeated(self, keys: Mapping[str, str]) -> list[tuple[str, str]]:
        """The (table, column) pairs of `keys` where a value stands twice or is missing."""
        found = []
        for name, column in sorted(keys.items()):
            if name in self.frames and column in self.frames[name].columns:
                row = self.session.sql(f"SELECT count(*), count(DISTINCT `{column}`) FROM `{name}`").collect()[0]
                if row[1] < row[0]:
                    found.append((name, column))
        return found

    def bounds(self, tables: Iterable[str]) -> dict[tuple[str, str], tuple[int, int]]:
        """(table, column) → smallest and largest whole number, where the column has any."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for name in sorted(set(tables) & self.names):
            columns = [column for (table, column), kind in self.kinds().items() if table == name and kind == "int64"]
            asked = ", ".join(f"min(`{column}`), max(`{column}`)" for column in columns)
            row = self.session.sql(f"SELECT {asked} FROM `{name}`").collect()[0]
            found |= {
                (name, one): (row[2 * n], row[2 * n + 1]) for n, one in enumerate(columns) if row[2 * n] is not None
            }
        return found


def _whole_columns(path: Path) -> list[str]:
    told = pq.ParquetFile(path).metadata
    groups = [told.row_group(n) for n in range(told.num_row_groups)]
    found = []
    for n in range(told.num_columns):
        counts = [group.column(n).statistics for group in groups]
        if all(one is not None and one.has_null_count and one.null_count == 0 for one in counts):
            found.append(told.schema.column(n).path)
    return found


def folder(
    path: Path, tables: Mapping[str, Mapping[str, str]], *, threads: int | None = None, master: str = ""
) -> Spread:
    """The population in a folder, on the Spark at `master`, else on `threads` (two) threads of this machine."""
    population = Spread(master or f"local[{threads or 2}]")
    for name, file in files_in(path, tables):
        population.add_file(name, file, tables[name])
    return population
