"""The engine of panels on real and synthetic rounds: quality, CPU seconds of building and solving, peak memory; one run each.

`python -m bench.panel` runs every case in a process of its own; `python -m bench.panel CASE` one of them. Beside a figure
stands its bar and the part of it that was used; `lp` is the linear optimum by HiGHS, where the file is small enough for it.
KECHUANG_ASSIGNMENT_DATA names the folder of the real instances; without it their cases are left out.
"""

from __future__ import annotations

import copy
import json
import os
import random
import resource
import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from tests.engines.panel import forging

from kechuang.engines.panel.certificate import Terms, certified, salted
from kechuang.engines.panel.fair import fair
from kechuang.engines.panel.optimum import Optimum, optimum
from kechuang.engines.panel.problem import Dense, Nest, Problem, Sparse, problem_from

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("KECHUANG_ASSIGNMENT_DATA", ROOT.parent / "shared/data/assignment"))
SEED = bytes(range(32))
FILES = sorted(path.stem for path in DATA.glob("*.npz"))
UNCAPPED = 1406.25  # the largest sum of aamas2015
LP_PAIRS = 3_000_000
CHANGES = 1000

BARS: dict[str, dict[str, tuple[str, float]]] = {
    "midl2018 as shipped": {"sum": ("=", 150.0431)}, "midl2018 lo=1": {"sum": ("=", 186.4599)},
    "midl2018 lo=0": {"sum": ("=", 201.8849), "cpu_s": ("≤", 0.01)}, "aamas2015 lo=0": {"cpu_s": ("≤", 0.06)},
    "iclr2018r lo=0": {"cpu_s": ("≤", 0.4)}, "aamas2015 cap 103/128": {"relative": ("=", 0.9501027777)},
    "midl2018 fair": {"min": ("≥", 0.98 * 0.94484)}, "preflib3 fair": {"of_bound": ("≥", 0.98)},
    "aamas2015 fair": {"min": ("≥", 1.25), "sum": ("≥", 1384)},
    "verifier 500x600": {"cpu_s": ("≤", 1), "faults": ("=", 0)}, "verifier changes": {"caught": ("=", CHANGES)},
    "synthetic 10000x12000": {"cpu_s": ("≤", 8), "peak_gib": ("≤", 1)},
    "national 300000x100000": {"cpu_s": ("≤", 120), "peak_gib": ("≤", 4)},
}  # fmt: skip


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


def compared(given: Problem, **more: int) -> dict[str, object]:
    """The engine's answer beside the linear optimum, where the problem is small enough for a linear program."""
    row = solved(given, **more)
    return row | (
        {"lp": linear(given, more.get("most", 1) / more.get("scale", 1))} if np.prod(given.shape) <= LP_PAIRS else {}
    )


def linear(given: Problem, chance: float) -> float:
    """The largest expected sum with no pair above `chance`, by scipy's HiGHS: another program's word."""
    assert isinstance(given.pairs, Dense)
    (rows, cols), (n, m) = np.nonzero(~given.pairs.mask), given.shape
    places, ones = np.arange(len(rows)), np.ones(len(rows))
    seats = sparse.csr_matrix((ones, (rows, places)), shape=(n, len(rows)))
    loads = sparse.csr_matrix((ones, (cols, places)), shape=(m, len(rows)))
    found = linprog(
        -given.pairs.scores[rows, cols].astype(np.float64), A_ub=sparse.vstack([loads, -loads]),
        b_ub=np.concatenate([given.cap, -given.lo]), A_eq=seats, b_eq=given.demand, bounds=(0, chance), method="highs",
    )  # fmt: skip
    return round(float(-found.fun), 10)


def capped() -> dict[str, object]:
    row = solved(a_file("aamas2015"), scale=128, most=103)
    return row | {"relative": float(row["sum"]) / UNCAPPED}  # type: ignore[arg-type]


def fairest(name: str) -> dict[str, object]:
    given = a_file(name)
    started = time.process_time()
    found = fair(given, seed=SEED)
    spent = time.process_time() - started
    part = found.floor / found.floor_bound
    return {
        "min": found.floor,
        "bound": found.floor_bound,
        "of_bound": part,
        "sum": round(found.total, 6),
        "cpu_s": round(spent, 3),
    }


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


def a_certificate(projects: int, experts: int) -> str:
    """A full certificate with chances of eighths, conflicts, least loads and quotas of unit, region and outside."""
    rng = np.random.default_rng(0)
    unit = rng.integers(0, experts // 3, experts)
    nest = Nest(unit, unit % 12, unit % 12 < 7, per_unit=1, per_region=2, outside=1)
    pairs = Dense(rng.random((projects, experts), dtype=np.float32), rng.random((projects, experts)) < 0.05)
    plain = Problem(pairs, np.full(projects, 4), np.full(experts, 5), np.ones(experts, np.int64), nest=nest)
    return json.dumps(certified(salted(plain, salt="s")[0], Terms(3, 5, "s"), seed=SEED)[0])


def verify_script() -> Callable[[object], list[str]]:
    script = ROOT / "src/kechuang/faces/web/static/verify_draw.py"
    return runpy.run_path(str(script), run_name="v")["verify"]  # type: ignore[no-any-return]


def verifier() -> dict[str, object]:
    """A certificate of 500 projects and 600 experts, read and verified."""
    text, verify = a_certificate(500, 600), verify_script()
    started = time.process_time()
    faults = verify(json.loads(text))
    return {"faults": len(faults), "cpu_s": round(time.process_time() - started, 3), "bytes": len(text)}


def changes() -> dict[str, object]:
    """How many of so many changes of one entry the verifier sees; the honest certificate must hold."""
    honest, verify, rng = json.loads(a_certificate(30, 40)), verify_script(), random.Random(1)
    leaves, caught = list(forging.spots(honest)), 0
    for path in rng.choices(leaves, k=CHANGES):
        forged = copy.deepcopy(honest)
        forging.changed(forged, path, rng)
        caught += bool(verify(forged))
    return {"caught": caught, "of": CHANGES, "honest_faults": len(verify(honest)), "entries": len(leaves)}


def cases() -> dict[str, Callable[[], dict[str, object]]]:
    found: dict[str, Callable[[], dict[str, object]]] = {}
    if DATA.is_dir():
        found |= {f"{name} lo=0": lambda name=name: compared(a_file(name)) for name in FILES}
        found |= {
            "midl2018 as shipped": lambda: compared(a_file("midl2018", None)),
            "midl2018 lo=1": lambda: compared(a_file("midl2018", 1)),
            "aamas2015 cap 103/128": capped,
        }
        found |= {f"{name} cap 1/2": lambda name=name: compared(a_file(name), scale=2, most=1) for name in FILES}
        found |= {f"{name} fair": lambda name=name: fairest(name) for name in ("midl2018", "preflib3", "aamas2015")}
    return found | {
        "verifier 500x600": verifier,
        "verifier changes": changes,
        "synthetic 10000x12000": synthetic,
        "national 300000x100000": national,
    }


def peak() -> float:
    """The most memory this process has held so far, in GiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3)


def beside(case: str, key: str, value: object) -> str:
    """A figure with its bar; how much of the bar it is."""
    sign, bar = BARS.get(case, {}).get(key, ("", 0.0))
    told = f"{key} {value}"
    if not sign or not isinstance(value, (int, float)):
        return told
    return f"{told} ({sign} {bar:.10g}, " + (f"off {value - bar:.0e})" if sign == "=" else f"{value / bar:.0%} of it)")


def main() -> None:
    """One case by name in this process, or all of them, each in its own."""
    if len(sys.argv) > 1:
        row = cases()[sys.argv[1]]()
        row.setdefault("peak_gib", peak())
        print(f"{sys.argv[1]:<24}" + "  ".join(beside(sys.argv[1], key, value) for key, value in row.items()))
        return
    if not DATA.is_dir():
        print("real instances left out: KECHUANG_ASSIGNMENT_DATA names no folder")
    for name in cases():
        subprocess.run([sys.executable, "-m", "bench.panel", name], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
