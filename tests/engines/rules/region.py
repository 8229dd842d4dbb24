"""One synthetic region for the tests of queries: its tables, the same as linked records, and the benchmark's rules."""

from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from kechuang.casework.book import read, sources_in
from kechuang.casework.bulk import Population
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.synthetic import region
from kechuang.engines.rules.vocabulary import vocabulary_from

BENCH = Path(__file__).resolve().parents[3] / "bench" / "policy_book"
FIRMS, YEAR = 300, 2019


@lru_cache(maxsize=1)
def bench_rules():
    """The ten policies of the benchmark."""
    book = read(sources_in(BENCH))
    words = vocabulary_from(book.page("vocabulary").body)
    return Rules(words, {code: policy_from(book.page("policies", code).body, words) for code in book.codes("policies")})


@lru_cache(maxsize=1)
def made():
    """The tables of the region."""
    return {
        name: pa.table(dict(columns))
        for name, columns in region(bench_rules().vocabulary, firms=FIRMS, seed=7, year=YEAR)
    }


def population():
    """The region on DuckDB."""
    found = Population(threads=1)
    for name, table in made().items():
        found.add_table(name, table)
    return found


def records():
    """The rows of the region as linked records, as one case sees them."""
    return linked(made())


def linked(tables):
    """The rows of tables as records by entity, with their links and reverse links."""
    entities = bench_rules().vocabulary.entities
    found = {}
    for code, entity in entities.items():
        rows = tables[code].to_pylist()
        found[code] = {row[entity.key]: {entity.key: row[entity.key], "row": row} for row in rows}
    for code, entity in entities.items():
        for record in found[code].values():
            row = record.pop("row")
            record |= {name: row[one.column] for name, one in entity.fields.items()}
            record |= {name: found[link.entity][row[link.column]] for name, link in entity.links.items()}
            record |= {name: [] for name in entity.reverse}
    for use in found["use"].values():
        use["machine"]["uses"].append(use)
    return {code: list(records.values()) for code, records in found.items()}
