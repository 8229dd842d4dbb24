"""The ledger: what a record costs to write and to log, and how long it takes to verify a million (the bar: 60 s)."""

from __future__ import annotations

import resource
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from kechuang.engines.ledger import (
    Checkpoint,
    Leaf,
    Row,
    Tree,
    audit,
    beginning,
    canonical,
    inclusion_proof,
    link,
    new_key,
    read_leaves,
    root,
    seal,
    verify_inclusion,
    write_leaves,
)

ENTRIES = 1_000_000
SUBJECTS = 100_000
SEALED = 1_000  # records between two checkpoints
START = datetime(2026, 1, 1, tzinfo=UTC)
ORIGIN = "bench/log"


def said(what: str, seconds: float, count: int = 0) -> None:
    each = f"  {seconds / count * 1e6:8.2f} µs each" if count else ""
    print(f"{what:<52}{seconds:9.2f} s{each}", flush=True)


def bodies(entries: int) -> Iterator[tuple[str, int, bytes]]:
    """Subject, position and body of each record: a hundred thousand cases take turns."""
    for number in range(entries):
        subject, position = f"case:2026-{number % SUBJECTS:06d}", number // SUBJECTS + 1
        record = {
            "v": 1,
            "subject": subject,
            "position": position,
            "act": "submit",
            "actor": f"p{number % 7919}",
            "before": "draft",
            "after": "submitted",
            "on": "2026-03-02T09:00:00.000+08:00",
            "key": f"{number:032x}",
            "answers": f"{number * 7919:064x}",
            "amount": str(number * 100),
        }
        yield subject, position, canonical(record)


def rows(entries: int) -> Iterator[Row]:
    """The chained records, numbered in the order in which they were written."""
    heads: dict[str, str] = {}
    for number, (subject, position, body) in enumerate(bodies(entries)):
        previous = heads.get(subject) or beginning(subject)
        heads[subject] = link(previous, body)
        yield Row(str(number), subject, position, body, heads[subject], previous, number)


def written(folder: Path, entries: int) -> tuple[list[str], list]:
    """Fill the database and the witness; the signed notes and the public keys."""
    key, tree, notes = new_key(), Tree(), []
    database = sqlite3.connect(folder / "records.sqlite")
    database.execute("CREATE TABLE record (id, subject, position, body, digest, previous, log_index)")
    coming = rows(entries)
    with open(folder / "leaves.tsv", "wb") as file:
        while batch := list(islice(coming, SEALED)):
            leaves = [Leaf(row.log_index or 0, row.digest, row.subject, row.position) for row in batch]
            tree.extend(leaf.hash for leaf in leaves)
            file.write(write_leaves(leaves))
            notes.append(seal(Checkpoint(ORIGIN, tree.size, tree.root(), START + timedelta(minutes=len(notes))), key))
            stored = ((r.id, r.subject, r.position, r.body, r.digest, r.previous, r.log_index) for r in batch)
            database.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", stored)
    database.commit()
    database.close()
    return notes, [key.public_key()]


def measure_tree(hashes: list[bytes]) -> None:
    count = len(hashes)
    start = perf_counter()
    whole = root(hashes)
    said("root straight from a list of leaf hashes", perf_counter() - start, count)
    start = perf_counter()
    proof = inclusion_proof(hashes, count // 3)
    said("one inclusion proof straight from the list", perf_counter() - start)
    assert verify_inclusion(proof, leaf=hashes[count // 3], index=count // 3, size=count, root=whole)
    tree, start = Tree(), perf_counter()
    tree.extend(hashes)
    said("the growing tree, in one write", perf_counter() - start, count)
    start = perf_counter()
    proofs = [tree.inclusion_proof(index) for index in range(0, count, max(1, count // 1000))]
    said("inclusion proofs from the growing tree", perf_counter() - start, len(proofs))
    assert tree.root() == whole


def main(entries: int = ENTRIES) -> None:
    start = perf_counter()
    count = sum(1 for _ in rows(entries // 10))
    said(f"{count:,} records made canonical and chained", perf_counter() - start, count)
    with TemporaryDirectory() as name:
        folder = Path(name)
        notes, keys = written(folder, entries)
        database = sqlite3.connect(folder / "records.sqlite")
        with open(folder / "leaves.tsv", "rb") as file:
            start = perf_counter()
            told = (Row(*values) for values in database.execute("SELECT * FROM record"))
            report = audit(told, read_leaves(file), notes, keys=keys)
            said(f"audit of {entries:,} records in SQLite, {len(notes):,} notes", perf_counter() - start, entries)
        print(
            f"sound: {report.sound}; records {report.records:,}, leaves {report.leaves:,}, covered {report.covered:,}"
        )
        with open(folder / "leaves.tsv", "rb") as file:
            measure_tree([leaf.hash for leaf in read_leaves(file)])
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
