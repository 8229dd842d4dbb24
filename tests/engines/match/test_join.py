"""The relational query answers as the store does, on DuckDB and in the words of a cluster."""

import duckdb
import pytest

from kechuang.casework.bulk import Population
from kechuang.engines.match import Memory, candidates, sketch
from kechuang.engines.match.join import Nearest, nearest_statement

TEXTS = {
    "grass": "针对草原退化问题研究羊草补播与围封轮牧相结合的生态修复技术体系并建立示范区",
    "water": "开展河套灌区引黄灌溉水盐运移规律监测与节水控盐精准调控关键技术的研发",
    "both": "针对草原退化问题研究羊草补播与围封轮牧，开展河套灌区引黄灌溉水盐运移规律监测",
    "milk": "筛选具有自主知识产权的益生乳酸菌菌株并开发适用于牧区的发酵乳制品",
}
ASKED = {"new": TEXTS["grass"] + TEXTS["milk"][:15], "none": "量子纠缠态的制备与测量方法的理论探索"}


@pytest.fixture
def database():
    connection = duckdb.connect()
    for table, texts in (("prints", TEXTS), ("questions", ASKED)):
        connection.execute(f"CREATE TABLE {table} (document VARCHAR, fingerprint BIGINT)")
        rows = [(name, mark) for name, text in texts.items() for mark in sketch(text)]
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    yield connection
    connection.close()


def test_the_query_finds_what_the_store_finds(database):
    store = Memory()
    for name, text in TEXTS.items():
        store.add(name, sketch(text))
    statement = nearest_statement(marks="prints", asked="questions")
    rows = database.execute(statement.sql("duckdb")).fetchall()
    found = [(name, one.document, one.common) for name in ASKED for one in candidates(sketch(ASKED[name]), store)]
    scores = [one.score for name in ASKED for one in candidates(sketch(ASKED[name]), store)]
    assert [(asked, document, common) for asked, document, _, common, _ in rows] == found
    assert [score for _, _, score, _, _ in rows] == pytest.approx(scores)


def test_a_document_is_not_its_own_neighbour(database):
    statement = nearest_statement(marks="prints", asked="prints", top=1)
    rows = database.execute(statement.sql("duckdb")).fetchall()
    pairs = {asked: document for asked, document, *_ in rows}
    assert (pairs["grass"], pairs["water"], sorted(pairs)) == ("both", "both", ["both", "grass", "water"])


def test_the_statement_is_said_in_the_words_of_a_cluster_too():
    assert "ROW_NUMBER() OVER" in nearest_statement(marks="lake.prints").sql("spark")
    assert "lake.prints AS marks" in nearest_statement(marks="lake.prints").sql("spark")


def test_bulk_simulation_runs_it_over_its_own_tables(tmp_path):
    population = Population(threads=1)
    for table, texts in (("marks", TEXTS), ("asked", ASKED)):
        rows = [{"document": name, "fingerprint": mark} for name, text in texts.items() for mark in sketch(text)]
        population.add_rows(table, rows, {"document": "text", "fingerprint": "int64"})
    found = [(row["asked"], row["document"], row["place"]) for row in population.run(Nearest(top=2))]
    assert found == [("new", "grass", 1), ("new", "both", 2)]
    population.write(Nearest(), tmp_path / "near.parquet")
    assert (tmp_path / "near.parquet").stat().st_size > 0
