"""The engine of panels on real and synthetic rounds: quality, CPU seconds of building and solving, peak memory; one run each.

`python -m bench.panel` runs every case in a process of its own; `python -m bench.panel CASE` one of them.
KECHUANG_ASSIGNMENT_DATA names the folder of the real instances; without it their cases are left out.
"""

from __future__ import annotations

import json
import os
import resource
import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kechuang.engines.panel.certificate import Terms, certified, salted
from kechuang.engines.panel.fair import fair
from kechuang.engines.panel.optimum import Optimum, optimum
from kechuang.engines.panel.problem import Dense, Nest, Problem, Sparse, problem_from

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("KECHUANG_ASSIGNMENT_DATA", ROOT.parent / "shared/data/assignment"))
SEED = bytes(range(32))
FILES = ("midl2018", "preflib1", "preflib2", "preflib3", "aamas2015", "iclr2018r")
UNCAPPED = 1406.25  # the largest sum of aamas2015


def sum_of(given: Problem, best: Optimum) -> float:
    used = np.flatnonzero(best.pair_flow)
    scores = given.pairs.at(best.net.rows[used], best.net.cols[used]).astype(np.float64)
    return float((scores * best.pair_flow[used]).sum() / best.net.scale)


def a_file(name: str, lo: int | None = 0) -> Problem:
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as arrays:
        given = problem_from({key: arrays[key] for key in arrays.files})
    return given if lo is None else given.with_least(lo)


def solved(given: Problem, **more: int) -> dict[str, object]:
    started = time.process_time()
    best = optimum(given, seed=SEED, **more)
    spent = time.process_time() - started
    gap = (best.dual - best.primal) / best.weights.unit
    return {"sum": round(sum_of(given, best), 10), "gap": gap, "rounds": best.rounds, "cpu_s": round(spent, 4)}


def capped() -> dict[str, object]:
    row = solved(a_file("aamas2015"), scale=128, most=103)
    return row | {"relative": float(row["sum"]) / UNCAPPED}  # type: ignore[arg-type]


def fairest(name: str) -> dict[str, object]:
    given = a_file(name)
    started = time.process_time()
    found = fair(given, seed=SEED)
    spent = time.process_time() - started
    return {"min": found.floor, "bound": found.floor_bound, "sum": round(found.total, 6), "cpu_s": round(spent, 3)}


def synthetic() -> dict[str, object]:
    scores = np.random.default_rng(1).random((10_000, 12_000), dtype=np.float32)
    mask = np.zeros(scores.shape, bool)
    return solved(Problem(Dense(scores, mask), np.full(10_000, 4), np.full(12_000, 5), np.zeros(12_000, np.int64)))


def national() -> dict[str, object]:
    """300,000 projects with 64 candidates each among 100,000 experts, drawn one from each sixty-fourth of them."""
    rng, n, m, top = np.random.default_rng(1), 300_000, 100_000, 64
    strata = m // top
    cols = rng.integers(0, strata, (n, top), dtype=np.int32) + (np.arange(top, dtype=np.int32) * strata)[None, :]
    pairs = Sparse(np.arange(n + 1, dtype=np.int64) * top, cols.ravel(), rng.random(n * top, dtype=np.float32), m)
    return solved(Problem(pairs, np.full(n, 4), np.full(m, 15), np.zeros(m, np.int64)))


def verifier() -> dict[str, object]:
    """A full certificate of 500 projects and 600 experts with chances of eighths and quotas, read and verified."""
    rng = np.random.default_rng(0)
    unit = rng.integers(0, 200, 600)
    nest = Nest(unit, unit % 12, unit % 12 < 7, per_unit=1, per_region=2, outside=1)
    pairs = Dense(rng.random((500, 600), dtype=np.float32), rng.random((500, 600)) < 0.05)
    plain = Problem(pairs, np.full(500, 4), np.full(600, 5), np.ones(600, np.int64), nest=nest)
    text = json.dumps(certified(salted(plain, salt="s")[0], Terms(3, 5, "s"), seed=SEED)[0])
    verify = runpy.run_path(str(ROOT / "src/kechuang/faces/web/static/verify_draw.py"), run_name="v")["verify"]
    started = time.process_time()
    faults = verify(json.loads(text))
    return {"faults": faults, "cpu_s": round(time.process_time() - started, 3), "bytes": len(text)}


def cases() -> dict[str, Callable[[], dict[str, object]]]:
    found: dict[str, Callable[[], dict[str, object]]] = {}
    if DATA.is_dir():
        found |= {f"{name} lo=0": lambda name=name: solved(a_file(name)) for name in FILES}
        found |= {
            "midl2018 as shipped": lambda: solved(a_file("midl2018", None)),
            "midl2018 lo=1": lambda: solved(a_file("midl2018", 1)),
            "aamas2015 cap 103/128": capped,
        }
        found |= {f"{name} cap 1/2": lambda name=name: solved(a_file(name), scale=2, most=1) for name in FILES}
        found |= {f"{name} fair": lambda name=name: fairest(name) for name in ("midl2018", "preflib3", "aamas2015")}
    return found | {
        "verifier 500x600": verifier,
        "synthetic 10000x12000": synthetic,
        "national 300000x100000": national,
    }


def main() -> None:
    """One case by name in this process, or all of them, each in its own."""
    if len(sys.argv) > 1:
        row = cases()[sys.argv[1]]()
        row["peak_gib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3)
        print(f"{sys.argv[1]:<24}" + "  ".join(f"{key} {value}" for key, value in row.items()))
        return
    if not DATA.is_dir():
        print("real instances left out: KECHUANG_ASSIGNMENT_DATA names no folder")
    for name in cases():
        subprocess.run([sys.executable, "-m", "bench.panel", name], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
