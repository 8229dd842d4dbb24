"""The bars of the rules engine: one case and a million rows agree to the fen; hostile expressions give nothing but reasons;
Spark and PostgreSQL come to what DuckDB comes to. Long forms under KECHUANG_SOAK."""

from functools import lru_cache
from importlib.util import find_spec

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench import hostile

from kechuang.casework import bulk
from kechuang.engines.rules.query import rows
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.stacked import stacked_totals
from kechuang.engines.rules.stacking import stacking_from
from kechuang.engines.rules.synthetic import region
from kechuang.engines.rules.tables import tables_in
from kechuang.engines.rules.totals import distribution, totals
from tests.bars.installation import LONG
from tests.engines.rules.region import YEAR, bench_rules, linked, made
from tests.machine import a_cluster, java, no_cluster

pytestmark = pytest.mark.bar
FIRMS = 125_000 if LONG else 1_000  # ten policies over them: eight rows a firm
HOSTILE = 1_000_000 if LONG else 5_000
MOMENT = Moment(year=YEAR)
TYPES = {"int64": "bigint", "string": "text", "bool": "boolean"}


@lru_cache(maxsize=1)
def _large():
    return {
        name: pa.table(dict(columns))
        for name, columns in region(bench_rules().vocabulary, firms=FIRMS, seed=11, year=YEAR)
    }


@lru_cache(maxsize=1)
def _large_records():
    return linked(_large())


@pytest.mark.parametrize("code", bench_rules().policies)
def test_one_case_and_its_row_of_the_query_agree_to_the_fen(code):
    people = bulk.Population(threads=2)
    for name, table in _large().items():
        people.add_table(name, table)
    policy, subjects = bench_rules()[code], _large_records()[bench_rules()[code].subject]
    key = bench_rules().vocabulary.entities[policy.subject].key
    assessed, amounts = entitle(bench_rules(), code, subjects, year=YEAR)
    asked = rows(bench_rules(), code, MOMENT)
    found = {row["key"]: (row["entitled"] or 0, row["verdict"]) for row in people.run(asked)}
    alone = {
        one.record[key]: (amount or 0, one.verdict == "pass") for one, amount in zip(assessed, amounts, strict=True)
    }
    assert found == alone


def test_hostile_expressions_give_a_value_or_a_reason_and_keep_within_twenty_megabytes():
    found = hostile.run(HOSTILE, seed=1)
    assert found.faults == []
    assert hostile.worst_mb(found) <= 20


def test_a_fault_among_hostile_expressions_is_seen(monkeypatch):
    def planted(text):
        raise ValueError(text)

    monkeypatch.setattr(hostile, "tried", planted)
    assert len(hostile.run(5, seed=1).faults) == 5


def _queries(complete):
    rules = bench_rules()
    told = [{"code": "x", "mode": "highest", "enabled": True, "zh": "试", "policies": ["r5", "r6", "r7"]}]
    stacks = stacking_from({"rules": told}, rules.vocabulary)
    built = totals([rules], list(rules.policies), MOMENT, by=["region"], complete=complete)
    more = [distribution(rules, "r2", MOMENT, complete=complete), rows(rules, "r1", MOMENT, complete=complete)]
    return [*built, *more, stacked_totals(rules, stacks, ["r5", "r6", "r7"], MOMENT, complete=complete)]


def _answers(people):
    return [
        sorted(str({name: _plain(value) for name, value in row.items()}) for row in people.run(query))
        for query in _queries(people.complete())
    ]


def _plain(value):
    return int(value) if value is not None and not isinstance(value, bool | str) else value


def _files(folder):
    for name, table in made().items():
        pq.write_table(table, folder / f"{name}.parquet")
    return bulk.folder(folder, tables_in(bench_rules().vocabulary), threads=2)


@pytest.mark.skipif(not find_spec("pyspark"), reason="pyspark is not installed: pip install kechuang[spark]")
@pytest.mark.skipif(not java(), reason="no Java on this machine: python tests/machine.py java")
def test_spark_comes_to_what_duckdb_comes_to(tmp_path):
    from kechuang.casework import bulk_spark

    duck = _files(tmp_path)
    spark = bulk_spark.folder(tmp_path, tables_in(bench_rules().vocabulary), threads=2)
    try:
        told = (duck.complete(), duck.kinds(), duck.bounds(made()))
        assert (spark.complete(), spark.kinds(), spark.bounds(made())) == told
        assert _answers(spark) == _answers(duck)
    finally:
        spark.session.stop()


@pytest.mark.postgres
@pytest.mark.skipif(bool(no_cluster()), reason=no_cluster())
def test_postgresql_comes_to_what_duckdb_comes_to(tmp_path):
    from kechuang.casework import bulk_live

    duck, tables = _files(tmp_path), tables_in(bench_rules().vocabulary)
    with a_cluster() as cluster:
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            for name, table in made().items():
                told = ", ".join(f'"{one.name}" {TYPES[str(one.type)]} NOT NULL' for one in table.schema)
                connection.execute(f'CREATE TABLE "{name}" ({told})')
                with connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
                    for row in table.to_pylist():
                        copy.write_row(list(row.values()))
        live = bulk_live.folder(cluster.url, tables)
        told = (duck.complete(), duck.kinds(), duck.bounds(made()))
        assert (live.complete(), live.kinds(), live.bounds(made())) == told
        assert _answers(live) == _answers(duck)
        live.connection.close()
