"""`python -m bench.hostile [COUNT [SEED]]`: made-up expressions, read and worked out; what came of them, and the worst of each.

Anything but a page error or a formula error is a fault and ends with 1. The slowest are run again three times, the least of
their CPU times counts (the first run pays for whatever the machine did meanwhile), and their memory is traced.
"""

from __future__ import annotations

import random
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappushpop

from kechuang.formula import FormulaError, evaluate, parse
from kechuang.words.outcome import BadPage

ROWS = [{"x": n * n, "y": f"c{n}"} for n in range(60)]
SCOPE = {
    "a": 3, "b": Fraction(10**17, 7), "c": "x", "d": True, "t": ROWS, "m": {f"c{n}": n for n in range(60)}, "z": 0,
    "r": {"x": 1, "t": ROWS}, "l": [[n, n * 2] for n in range(60)],
}  # fmt: skip
ATOMS = (
    "a",
    "b",
    "c",
    "d",
    "t",
    "m",
    "z",
    "l",
    "r.x",
    "r.t",
    "row.x",
    "row.y",
    "missing",
    "1",
    "0",
    "2.5",
    "'x'",
    "true",
    "9" * 18,
    "0.0000001",
)
BINARY = ("+", "-", "*", "/", "//", "<", "<=", "==", "!=", "and", "or", "in", "not in", "%", "**", "is")
CALLS = (
    "abs",
    "floor",
    "ceil",
    "round_half_up",
    "min",
    "max",
    "clamp",
    "pick",
    "level",
    "band",
    "marginal",
    "span",
    "mark",
    "count",
    "total",
    "months",
    "days",
)
GATHERS = ("sum", "count", "any", "all", "min", "max")
NOISE = "ab01 .,()[]{}'\"+-*/<>=!&|^~%:;@#$\\\n\tforinsumt金é\x00"
KEPT = 30  # of the slowest


@dataclass(slots=True)
class Found:
    """What came of all, and the slowest: (CPU seconds, text)."""

    came: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=lambda: [(0.0, "")] * KEPT)


def made(rng: random.Random) -> str:
    """An expression, a nearly right one, or noise."""
    way = rng.random()
    if way < 0.1:
        return "".join(rng.choices(NOISE, k=rng.randrange(200)))
    if way < 0.15:
        return rng.choice(("(", "not ", "-", "abs(", "a if b else ", "a+", "[", "a.")) * rng.randrange(1, 1500)
    if way < 0.2:  # long and flat: as many steps as a text can hold
        return rng.choice(("+", "*", " and ", "//", " < ")).join(rng.choices(ATOMS, k=rng.randrange(1, 800)))
    text = _grown(rng, rng.randrange(1, 9))
    return text if way < 0.9 else text.replace(rng.choice("()ab ,"), rng.choice("()., "), 1)


def _grown(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(ATOMS)
    way, inner = rng.random(), [_grown(rng, depth - 1) for _ in range(2)]
    if way < 0.5:
        return f"({inner[0]} {rng.choice(BINARY)} {inner[1]})"
    if way < 0.7:
        return f"{rng.choice(CALLS)}({', '.join(inner[: rng.randrange(1, 3)])})"
    if way < 0.85:
        return f"{rng.choice(GATHERS)}({inner[0]} for row in {rng.choice(('t', 'r.t', 'l'))} if {inner[1]})"
    return f"({inner[0]} if {inner[1]} else {rng.choice(ATOMS)})"


def tried(text: str) -> str:
    """What comes of a text: `value`, `page` or `formula`; anything else is raised."""
    try:
        evaluate(parse(text), SCOPE)
    except BadPage:
        return "page"
    except FormulaError:
        return "formula"
    return "value"


def run(count: int, seed: int) -> Found:
    """`count` expressions of a seed."""
    rng, found = random.Random(seed), Found()
    for _ in range(count):
        text = made(rng)
        start = time.thread_time()
        try:
            found.came[tried(text)] += 1
        except Exception as fault:
            found.faults.append(f"{type(fault).__name__}: {text[:200]!r}")
        heappushpop(found.slowest, (time.thread_time() - start, text))
    return found


def worst_ms(found: Found) -> float:
    """The CPU milliseconds of the slowest, the least of three further runs of each."""
    return max(min(_timed(text) for _ in range(3)) for _, text in found.slowest) * 1000


def worst_mb(found: Found) -> float:
    """The most memory that one of the slowest takes while it runs, in MB."""
    most = 0
    for _, text in found.slowest:
        tracemalloc.start()
        tried(text)
        most = max(most, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return most / 2**20


def _timed(text: str) -> float:
    start = time.thread_time()
    tried(text)
    return time.thread_time() - start


def main(told: list[str]) -> int:
    count, seed = int(told[0]) if told else 1_000_000, int(told[1]) if told[1:] else 1
    found = run(count, seed)
    print(f"{count} expressions of seed {seed}: {dict(found.came)}; faults: {len(found.faults)}")
    print(f"worst: {worst_ms(found):.1f} ms of CPU, {worst_mb(found):.2f} MB")
    print("\n".join(found.faults[:20]))
    return int(bool(found.faults))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
