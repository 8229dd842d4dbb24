"""Copies, affinity and search measured on real Chinese texts: `python -m bench.match [--million [--words] | --short]`."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import numpy as np
import pyarrow
import rjieba
import tantivy

from bench.match_corpus import Corpus, edits, real, widened
from bench.rivals import python_with
from kechuang.casework.bulk import Population
from kechuang.engines.match import (
    Builder,
    Entry,
    Index,
    Memory,
    Segment,
    Work,
    candidates,
    profiles,
    question,
    sketch,
    tokens,
)
from kechuang.engines.match.join import Nearest
from kechuang.engines.match.large import Large, cut, schema

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("KECHUANG_PROJECTS", ROOT.parent / "shared" / "data" / "projects"))
SEED = 20190601
DATASKETCH = "datasketch==2.0.0"
HALF_KEPT = (
    "reordered",
    "70 % kept",
    "50 % kept",
    "50 % kept, rest cut",
    "title changed",
    "half rewritten",
    "two merged",
)
HEAVY = "heavy paraphrase"


@dataclass
class Clock:
    """Wall and processor seconds of what is timed; the second is what a loaded machine does not falsify."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextmanager
    def once(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    def __str__(self) -> str:
        return (
            f"p50 {1e3 * statistics.median(self.wall):.2f} ms, p99 {1e3 * quantile(self.wall, 0.99):.2f} ms "
            f"(processor p50 {1e3 * statistics.median(self.cpu):.2f}, p99 {1e3 * quantile(self.cpu, 0.99):.2f})"
        )


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def say(name: str, found: str, wanted: str = "") -> None:
    print(f"{name:<46} {found:<66} {'wanted ' + wanted if wanted else ''}".rstrip(), flush=True)


def built(documents: Sequence[tuple[str, str]]) -> Index:
    """The batch index, with its speed and size told."""
    clock, builder = Clock(), Builder()
    with clock.once():
        for start in range(0, len(documents), 4000):
            batch = documents[start : start + 4000]
            builder.add([name for name, _ in batch], [[text] for _, text in batch])
        segment = builder.segment()
    count = len(documents)
    letters = sum(len(text) for _, text in documents) / count
    size = sum(array.nbytes for array in segment.arrays().values()) / count
    speed = f"{count / clock.wall[0]:,.0f} documents a second on one core (processor {count / clock.cpu[0]:,.0f})"
    say("batch index", speed, "≥ 10,000")
    say("size of a document", f"{size:,.0f} bytes for {letters:.0f} characters", "≤ 1,200 for 260")
    return Index((segment,))


@dataclass
class Tally:
    """How often the sources of edited texts were among the ten, and above the line."""

    among: int = 0
    above: int = 0
    count: int = 0

    @property
    def recall(self) -> float:
        return self.among / self.count

    @property
    def flagged(self) -> float:
        return self.above / self.count


def tallied(changed: dict[str, list[tuple[tuple[str, ...], str]]], line: float, ask: Callable) -> dict[str, Tally]:
    """For each kind of edit; `ask` gives (name, score) pairs of the ten best."""
    tallies = {}
    for kind, texts in changed.items():
        tally = tallies[kind] = Tally()
        for names, text in texts:
            scores = dict(ask(text))
            tally.count += len(names)
            tally.among += sum(name in scores for name in names)
            tally.above += sum(scores.get(name, 0.0) > line for name in names)
    return tallies


def line_of(fresh: Iterable[str], ask: Callable) -> float:
    """The score that one in a hundred texts never seen before exceeds."""
    best = sorted(max((score for _, score in ask(text)), default=0.0) for text in fresh)
    return best[len(best) - 1 - len(best) // 100]


def copies(
    index: Index, corpus: Corpus, changed: dict[str, list[tuple[tuple[str, ...], str]]]
) -> tuple[dict[str, Tally], Clock]:
    clock = Clock()

    def ask(text: str) -> list[tuple[str, float]]:
        with clock.once():
            hits = index.query(text)
        return [(hit.name, hit.score) for hit in hits]

    line = line_of(corpus.fresh.values(), ask)
    tallies = tallied(changed, line, ask)
    say("query with rescoring", str(clock), "p50 ≤ 1 ms")
    say("line that 1 % of new texts exceed", f"{line:.4f} ({len(corpus.fresh)} new texts)")
    return tallies, clock


def report(tallies: dict[str, Tally], beside: dict[str, list[float]]) -> None:
    for kind, tally in tallies.items():
        rival = f"   LSH {beside[kind][0]:.4f} / {beside[kind][1]:.4f}" if kind in beside else ""
        say(f"  {kind}", f"recall@10 {tally.recall:.4f}   flagged {tally.flagged:.4f}{rival}")
    light = [tally for kind, tally in tallies.items() if kind != HEAVY]
    half = [tally for kind, tally in tallies.items() if kind in HALF_KEPT]
    every = statistics.mean(tally.recall for tally in light)
    say("recall@10, all kinds", f"{every:.4f}; with heavy paraphrase {mean_recall(tallies.values()):.4f}", "≥ 0.995")
    flagged = statistics.mean(tally.flagged for tally in light)
    say(
        "recall at 1 % false alarms, all kinds",
        f"{flagged:.4f}; with heavy {mean_flagged(tallies.values()):.4f}",
        "≥ 0.90",
    )
    say("  where at least half the text is kept", f"{mean_flagged(half):.4f}", "≥ 0.98")


def mean_recall(tallies: Iterable[Tally]) -> float:
    return statistics.mean(tally.recall for tally in tallies)


def mean_flagged(tallies: Iterable[Tally]) -> float:
    return statistics.mean(tally.flagged for tally in tallies)


def lsh(
    documents: Sequence[tuple[str, str]],
    corpus: Corpus,
    changed: dict[str, list[tuple[tuple[str, ...], str]]],
    ours: dict[str, Tally],
    clock: Clock,
) -> dict[str, list[float]]:
    """datasketch on the same texts, in an environment of its own."""
    python = python_with(DATASKETCH)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        some = {kind: texts[::4] for kind, texts in changed.items()}
        path.write_text(json.dumps([documents, list(corpus.fresh.values()), some]), "utf-8")
        script = Path(__file__).with_name("match_lsh.py")
        told = json.loads(subprocess.run([python, str(script), str(path)], check=True, capture_output=True).stdout)
    say(
        "LSH (datasketch, 128 permutations of 3-grams)",
        f"{told['speed']:,.0f} documents a second, query p50 {told['p50']:.2f} ms",
    )
    against(told, ours, clock)
    return told["kinds"]


def against(told: dict, ours: dict[str, Tally], clock: Clock) -> None:
    """Our figures as ratios to those of datasketch in the same run."""
    light = [kind for kind in ours if kind != HEAVY]
    recall = statistics.mean(ours[kind].recall for kind in light) / statistics.mean(told["kinds"][k][0] for k in light)
    flagged = statistics.mean(ours[kind].flagged for kind in light) / statistics.mean(
        told["kinds"][k][1] for k in light
    )
    faster = told["p50"] / (1e3 * statistics.median(clock.wall))
    say("  ours to it", f"recall@10 {recall:.2f} times, flagged {flagged:.2f} times, query {faster:.1f} times as fast")


def affinity() -> None:
    with (DATA / "nsfc_management_projects.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["pi_id"], row["title"]) for row in csv.DictReader(lines)]
    made = profiles(Work(person, title) for person, title in rows)
    works = np.bincount(made.owners)
    asked = [number for number in range(len(rows)) if 2 <= works[made.owners[number]] <= 8]
    clock, ranks, plain = Clock(), [], []
    rival = plain_tfidf([title for _, title in rows])
    for number in asked:
        with clock.once():
            likeness = made.likeness(rows[number][1])
            likeness[number] = 0.0
            scores = made.scores(likeness)
        ranks.append(rank(scores, made.owners[number]))
        best = np.zeros(len(made.people))
        np.maximum.at(best, made.owners, rival(number))
        plain.append(rank(best, made.owners[number]))
    say(
        "affinity: who wrote it",
        f"MRR {mrr(ranks):.4f}, recall@10 {within(ranks):.4f} ({len(asked)} titles, {len(made.people)} persons)",
        "≥ 0.18, ≥ 0.29",
    )
    say(
        "  plain TF-IDF of words beside",
        f"MRR {mrr(plain):.4f}, recall@10 {within(plain):.4f}; ours {mrr(ranks) / mrr(plain):.2f} times",
    )
    say("  time of a query", str(clock))


def plain_tfidf(texts: Sequence[str]) -> Callable[[int], np.ndarray]:
    """Cosine of words weighed by TF-IDF, the textbook's way; for row n against all others."""
    cutted = [tokens(text) for text in texts]
    columns: dict[str, dict[int, float]] = {}
    for row, words in enumerate(cutted):
        for word in words:
            columns.setdefault(word, {}).setdefault(row, 0.0)
            columns[word][row] += 1.0
    rare = {word: np.log(len(texts) / len(rows)) for word, rows in columns.items()}
    lengths = np.zeros(len(texts))
    for word, rows in columns.items():
        for row, count in rows.items():
            lengths[row] += (count * rare[word]) ** 2
    postings = {
        word: (np.fromiter(rows, int), np.fromiter(rows.values(), float) * rare[word]) for word, rows in columns.items()
    }

    def likeness(number: int) -> np.ndarray:
        scores = np.zeros(len(texts))
        for word in set(cutted[number]):
            rows, weights = postings[word]
            scores[rows] += weights * rare[word] * cutted[number].count(word)
        scores[number] = 0.0
        return scores / np.sqrt(np.maximum(lengths, 1e-9))

    return likeness


def rank(scores: np.ndarray, own: int) -> float:
    """The place of one's own score; equal ones share the middle of their places."""
    mine = scores[own]
    return 1 + float((scores > mine).sum()) + (float((scores == mine).sum()) - 1) / 2


def mrr(ranks: Sequence[float]) -> float:
    return statistics.mean(1 / one for one in ranks)


def within(ranks: Sequence[float], places: int = 10) -> float:
    return statistics.mean(one <= places for one in ranks)


def titled(corpus: Corpus, documents: Sequence[tuple[str, str]]) -> Iterator[Entry]:
    """Entries with their titles; a made document gets the words of two donors' titles mixed."""
    random = Random(SEED)
    pool = [corpus.titles[name] for name in corpus.donors if corpus.titles[name]]
    for name, text in documents:
        if name in corpus.titles:
            yield Entry(name, corpus.titles[name], text)
        else:
            words = rjieba.cut(random.choice(pool)) + rjieba.cut(random.choice(pool))
            yield Entry(name, "".join(random.sample(words, min(len(words), 8))), text)


def asked_words(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """For each source with a title, up to five of its words of two characters and more."""
    random = Random(SEED + 1)
    for name in corpus.sources:
        words = [word for word in dict.fromkeys(rjieba.cut(corpus.titles[name])) if len(word) > 1]
        if len(words) >= 2:
            yield name, " ".join(random.sample(words, min(len(words), 5)))


def searched(entries: Sequence[Entry], asked: Sequence[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        large, build, clock, typed = Large(tantivy.Index(schema(), path=folder)), Clock(), Clock(), Clock()
        with build.once():
            large.fill((entry, cut(entry)) for entry in entries)
        among = 0
        for name, words in asked:
            with clock.once():
                found = large.search(question(words), top=10)
            among += any(one.entry.name == name for one in found)
            with typed.once():
                large.search(question(words[: max(len(words) // 2, 1)], typing=True), top=10)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        say(
            "search: title words",
            f"recall@10 {among / len(asked):.4f} ({len(asked)} questions, {len(entries):,} documents)",
            "≥ 0.97",
        )
        say("  time, with ten snippets", str(clock), "p99 ≤ 20 ms")
        say("  time as one types", str(typed), "≤ 50 ms")
        say(
            "  built",
            f"{len(entries) / build.wall[0]:,.0f} documents a second, {size / len(entries):,.0f} bytes each, texts included",
        )
    fts5(entries, asked, clock)


def fts5(entries: Sequence[Entry], asked: Sequence[tuple[str, str]], ours: Clock) -> None:
    """SQLite's own index over the same tokens."""
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(Path(folder) / "words.db")
        base.execute("CREATE VIRTUAL TABLE entry USING fts5(name UNINDEXED, title, body, tokenize='unicode61')")
        build, clock, among = Clock(), Clock(), 0
        with build.once():
            base.executemany("INSERT INTO entry VALUES (?, ?, ?)", ((one.name, *cut(one)) for one in entries))
            base.commit()
        ask = "SELECT name FROM entry WHERE entry MATCH ? ORDER BY bm25(entry, 0, 2, 1) LIMIT 10"
        for name, words in asked:
            with clock.once():
                any_of = " OR ".join(f'"{token}"' for token in tokens(words))
                found = base.execute(ask, (any_of,)).fetchall()
            among += any(one == name for (one,) in found)
        base.close()
    ratio = statistics.median(clock.wall) / statistics.median(ours.wall)
    say("  FTS5 beside", f"recall@10 {among / len(asked):.4f}, {clock}; {ratio:.1f} times our time")
    say("  FTS5 built", f"{len(entries) / build.wall[0]:,.0f} documents a second")


def joined(documents: Sequence[tuple[str, str]], fresh: Sequence[str]) -> None:
    """The relational query on the engine of bulk simulation, against the store asked one by one."""
    marks = [(name, mark) for name, text in documents for mark in sketch(text)]
    asked = [(f"asked_{place}", mark) for place, text in enumerate(fresh) for mark in sketch(text)]
    population, clock = Population(), Clock()
    for table, rows in (("marks", marks), ("asked", asked)):
        columns = {"document": [name for name, _ in rows], "fingerprint": [mark for _, mark in rows]}
        population.add_table(table, pyarrow.table(columns))
    with clock.once():
        rows = population.run(Nearest(top=1))
    store: Memory[str] = Memory()
    for name, text in documents:
        store.add(name, sketch(text))
    alone = {f"asked_{place}": candidates(sketch(text), store, top=1) for place, text in enumerate(fresh)}
    same = sum(abs(alone[row["asked"]][0].score - row["score"]) < 1e-9 for row in rows)
    found = sum(bool(one) for one in alone.values())
    say(
        "join on DuckDB",
        f"{len(fresh)} texts against {len(documents):,} in {clock.wall[0]:.2f} s; {same} of {found} scores the same as one by one",
    )


def million(corpus: Corpus, count: int) -> None:
    """The whole command over a file of a million rows, then questions to what it built."""
    with tempfile.TemporaryDirectory() as folder:
        file, index = Path(folder) / "million.csv", Path(folder) / "index"
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(["id", "text"])
            writer.writerows(widened(corpus, count, seed=SEED))
        command = [str(Path(sys.executable).with_name("kechuang")), "match", "build", str(file)]
        begun = time.perf_counter()
        before = getrusage(RUSAGE_CHILDREN)
        words_too = "--search" if "--words" in sys.argv else "--no-search"
        command += ["--id", "id", "--text", "text", "--out", str(index), words_too]
        subprocess.run(command, check=True, capture_output=True)
        after = getrusage(RUSAGE_CHILDREN)
        wall, cpu = time.perf_counter() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        prints = sum(path.stat().st_size for path in (index / "prints").iterdir())
        words = sum(path.stat().st_size for path in (index / "words").iterdir())
        say(
            f"{count:,} documents by the command",
            f"{wall:.0f} s (processor {cpu:.0f} s), peak {after.ru_maxrss / 1e6:.2f} GB",
            "≤ 240 s, ≤ 2.5 GB",
        )
        say("  on disk", f"fingerprints {prints / 1e9:.2f} GB, words with texts {words / 1e9:.2f} GB", "≤ 2.5 GB")
        asked(index, corpus)


def asked(path: Path, corpus: Corpus) -> None:
    from_disk = {file.stem: np.load(file, mmap_mode="r") for file in (path / "prints").iterdir()}
    index, clock, among = Index((Segment.of(from_disk),)), Clock(), 0
    for name, text in corpus.sources.items():
        with clock.once():
            hits = index.query(text[: len(text) // 2])
        among += any(hit.name == name for hit in hits)
    say("  query, half of a text", f"recall@10 {among / len(corpus.sources):.4f}; {clock}")


def main() -> None:
    if not (DATA / "csl_abstracts.csv").is_file():
        print(f"no data at {DATA}: set KECHUANG_PROJECTS to the folder of csl_abstracts.csv")
        return
    size = int(os.environ.get("KECHUANG_DOCUMENTS", "100000"))
    corpus = real(DATA / "csl_abstracts.csv")
    if "--million" in sys.argv:
        million(corpus, size * 10)
        return
    documents = list(widened(corpus, size, seed=SEED))
    counts = f"{len(corpus.sources)} edited, {len(corpus.donors)} recombined, {len(corpus.fresh)} never indexed"
    say("documents", f"{size:,}: real abstracts ({counts}) and recombined sentences")
    changed = edits(corpus, seed=SEED)
    index = built(documents)
    tallies, clock = copies(index, corpus, changed)
    report(tallies, lsh(documents, corpus, changed, tallies, clock))
    affinity()
    searched(list(titled(corpus, documents)), list(asked_words(corpus)))
    joined(documents[: size // 10], list(corpus.fresh.values())[:500])
    say("peak memory of this run", f"{getrusage(RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    del documents, index
    house = (["bench.match_house"], ["bench.match_door"])
    parts = house if "--short" in sys.argv else (*house, ["bench.match", "--million"])
    for part in parts:
        subprocess.run([sys.executable, "-m", *part], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
