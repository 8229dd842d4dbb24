"""The search box of the house at 100,000 documents, Chinese and English, letter by letter: `python -m bench.match_house`."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import rjieba

from bench.match import DATA, SEED, Clock, asked_words, say, titled
from bench.match_corpus import Corpus, real, widened
from kechuang.engines.match import Entry, Part, PartBuilder, Visible, question, snippet

UNITS = 500
ENGLISH = 10  # one document in so many is English
SENTENCES = 6
READERS = {
    "anyone": ("*",),
    "a unit": ("*", "o:7", "p:7"),
    "an office": ("*", "h", "office"),
}


def english(path: Path, count: int) -> Iterator[tuple[str, str]]:
    """Title and text of `count` English documents: real awards first, then their sentences recombined."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["title"], row["abstract"]) for row in csv.DictReader(lines)]
    yield from rows[:count]
    random = Random(SEED)
    pool = [part.strip() for _, text in rows for part in text.split(". ") if part.strip()]
    for _ in range(max(count - len(rows), 0)):
        yield random.choice(rows)[0], ". ".join(random.sample(pool, SENTENCES))


def entries(corpus: Corpus, size: int) -> Iterator[Entry]:
    """Entries as the house keeps them: a third for everyone, the rest for a unit and the offices."""
    random = Random(SEED)
    chinese = list(widened(corpus, size - size // ENGLISH, seed=SEED))
    foreign = english(DATA / "nsf_awards_fy2026.csv", size // ENGLISH)
    both = [*titled(corpus, chinese), *(Entry(f"en{n}", title, text[:2000]) for n, (title, text) in enumerate(foreign))]
    for number, one in enumerate(both):
        unit = random.randrange(UNITS)
        seen_by = ("*",) if number % 3 == 0 else (f"o:{unit}", f"p:{unit}", "h")
        yield Entry(one.name, one.title, one.text, "case", 2010 + number % 15, f"15{number % 12:02}01", seen_by)


def built(kept: Sequence[Entry], folder: Path) -> Visible:
    """The arrays written and mapped again, with their speed and size told."""
    clock, builder = Clock(), PartBuilder()
    with clock.once():
        for key, one in enumerate(kept):
            builder.add(key, one)
        part = builder.part()
        for name, array in part.arrays().items():
            np.save(folder / f"{name}.npy", array)
    size = sum(file.stat().st_size for file in folder.iterdir())
    speed = f"{len(kept) / clock.wall[0]:,.0f} documents a second (processor {len(kept) / clock.cpu[0]:,.0f})"
    say("house search: arrays", f"{speed}, {size / len(kept):,.0f} bytes each")
    begun = time.perf_counter()
    opened = Visible([Part.of({file.stem: np.load(file, mmap_mode="r") for file in folder.iterdir()})])
    say("  opened by a web process", f"{1e3 * (time.perf_counter() - begun):.1f} ms")
    return opened


def letters(text: str) -> list[str]:
    """What stands in the box after each press of a key, from the second on; Chinese comes a word at a time."""
    words = rjieba.cut(text) if any(ord(sign) > 0x2E80 for sign in text) else list(text)
    return ["".join(words[:end]) for end in range(2, len(words) + 1)][:12]


def typed(index: Visible, kept: Sequence[Entry], asked: Sequence[str], name: str) -> None:
    """Every press of a key for every reader: ranked, twenty snippets made."""
    for reader, audience in READERS.items():
        clock = Clock()
        for text in asked:
            for words in letters(text):
                with clock.once():
                    one = question(words, typing=True, audience=audience)
                    for key, _ in index.search(one, top=20):
                        snippet(kept[key].text, one)
        say(f"  {name}, as {reader} types", str(clock), "≤ 50 ms")


def main() -> None:
    if not (DATA / "nsf_awards_fy2026.csv").is_file():
        print(f"no data at {DATA}: set KECHUANG_PROJECTS to the folder of csl_abstracts.csv")
        return
    size = int(os.environ.get("KECHUANG_DOCUMENTS", "100000"))
    corpus = real(DATA / "csl_abstracts.csv")
    kept = list(entries(corpus, size))
    with tempfile.TemporaryDirectory() as folder:
        index = built(kept, Path(folder))
        typed(index, kept, [one.title for one in kept if one.name.startswith("en")][:60], "English")
        typed(index, kept, [corpus.titles[name] for name in list(corpus.sources)[:60]], "Chinese")
        recalled(index, kept, corpus)


def recalled(index: Visible, kept: Sequence[Entry], corpus: Corpus) -> None:
    """Up to five words of a title, asked by whoever may see everything: is the document among the ten?"""
    places = {one.name: key for key, one in enumerate(kept)}
    clock, among, count = Clock(), 0, 0
    for name, words in asked_words(corpus):
        with clock.once():
            found = index.search(question(words, audience=("*", "h")), top=10)
        among += any(key == places[name] for key, _ in found)
        count += 1
    say("  title words", f"recall@10 {among / count:.4f} ({count} questions, {len(kept):,} documents)", "≥ 0.97")
    say("  time", str(clock), "p99 ≤ 20 ms")


if __name__ == "__main__":
    sys.exit(main())
