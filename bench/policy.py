"""`python -m bench.policy`: the ten policies on synthetic regions, against hand-written SQL, NumPy, and OpenFisca where asked.

Every side is a process of its own, measured whole: start, load, compile, compute, totals by region. Wall and CPU seconds
and peak memory come from the operating system. On a busy machine compare CPU seconds, which other work disturbs least.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.policy_engine import BOOK, YEAR
from kechuang.casework.book import packaged
from kechuang.casework.bulk import folder
from kechuang.engines.rules.check import check
from kechuang.engines.rules.examples import cast_of, moment_of
from kechuang.engines.rules.explain import explain
from kechuang.engines.rules.reforms import swept
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.synthetic import region
from kechuang.engines.rules.tables import tables_in
from kechuang.engines.rules.totals import totals
from kechuang.faces.cli.policies import rules_in


def main() -> None:
    """Prints one line a measurement and, with --out, all of them as JSON."""
    told = _arguments()
    print(
        f"python {platform.python_version()}, duckdb {version('duckdb')}, sqlglot {version('sqlglot')}, load {os.getloadavg()[0]:.1f}"
    )
    found: dict[str, Any] = {"single": single(), "book": whole_book()}
    print(json.dumps(found, ensure_ascii=False))
    for firms in told.firms:
        with tempfile.TemporaryDirectory() as made:
            path = Path(told.data) / str(firms) if told.data else Path(made)
            _region(path, firms)
            found[str(firms)] = _compared(path, told)
    if told.out:
        Path(told.out).write_text(json.dumps(found, ensure_ascii=False, indent=2), "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--openfisca", help="a Python that has openfisca-core and pyarrow")
    parser.add_argument("--data", help="keep the regions in this folder")
    parser.add_argument("--out", help="write all figures to this file")
    return parser.parse_args()


def _region(path: Path, firms: int) -> None:
    path.mkdir(parents=True, exist_ok=True)
    if (path / "enterprise.parquet").is_file():
        return
    for name, columns in region(rules_in(BOOK).vocabulary, firms=firms, seed=1, year=YEAR):
        pq.write_table(pa.table(dict(columns)), path / f"{name}.parquet", compression="zstd")


def _compared(path: Path, told: argparse.Namespace) -> dict[str, Any]:
    sides = {side: [sys.executable, "-m", f"bench.policy_{side}", str(path)] for side in ("engine", "sql", "numpy")}
    if told.openfisca:
        sides["openfisca"] = [told.openfisca, str(Path(__file__).parent / "policy_openfisca.py"), str(path)]
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    for _ in range(told.repeat):  # sides take turns, so that a busy minute disturbs all alike
        for side, command in sides.items():
            runs[side].append(_measured(command))
    best = {
        side: {key: min(run[key] for run in listed) for key in ("wall", "cpu", "mb")} for side, listed in runs.items()
    }
    same = {side: _differences(runs["numpy"][0]["sums"], listed[0]["sums"]) for side, listed in runs.items()}
    figures = {"sides": best, "totals differing from numpy": same, "sweep": sweep(path)}
    for side, one in best.items():
        ratio = {key: round(best["engine"][key] / one[key], 2) for key in one}
        print(f"{path.name}: {side}: {one}; engine/{side}: {ratio}; totals that differ: {len(same[side])}")
    print(f"{path.name}: sweep of 50 {figures['sweep']}")
    return figures


def _measured(command: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        child = os.posix_spawn(
            command[0], command, {**os.environ}, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)]
        )
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - start
        if status:
            raise SystemExit(f"{' '.join(command)} failed")
        out.seek(0)
        sums = json.load(out)
    return {
        "wall": round(wall, 2),
        "cpu": round(used.ru_utime + used.ru_stime, 2),
        "mb": used.ru_maxrss // 1024,
        "sums": sums,
    }


def _differences(reference: Any, sums: Any) -> list[str]:
    return [
        f"{code} {name}"
        for code in reference
        for name in reference[code]
        if reference[code][name] != sums.get(code, {}).get(name)
    ]


def sweep(path: Path) -> dict[str, float]:
    """Seconds of one run of all ten policies, and of the same run with 50 values of one ceiling in one pass."""
    rules = rules_in(BOOK)
    population = folder(path, tables_in(rules.vocabulary))
    complete, seconds = population.complete(), []
    many = [rules, *(one.rules for one in swept(rules, "r1.cap=10 万元:500 万元:10 万元"))]
    for variants in ([rules], [rules], many):
        start = time.perf_counter()
        for query in totals(variants, list(rules.policies), Moment(year=YEAR), by=["region"], complete=complete):
            query.totals(population.run(query))
        seconds.append(round(time.perf_counter() - start, 2))
    one = min(seconds[:2])
    return {"one": one, "fifty": seconds[2], "ratio": round(seconds[2] / one, 2)}


def single() -> dict[str, float]:
    """Milliseconds of one case with its full explanation, in process: the median over the ten policies' examples."""
    rules, medians = rules_in(BOOK), []
    for code, policy in rules.policies.items():
        example = policy.examples[0]
        day, year = moment_of(example)
        record = cast_of(rules, code, example, code).subjects[0]
        medians.append(
            statistics.median(
                _timed(lambda c=code, r=record, d=day, y=year: explain(rules, c, r, day=d, year=y)) for _ in range(200)
            )
        )
    return {"median ms": round(statistics.median(medians) * 1000, 3), "slowest ms": round(max(medians) * 1000, 3)}


def _timed(function: Any) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def whole_book() -> dict[str, float]:
    """Milliseconds to read and to check all policies of the house, the first time in a process."""
    start = time.perf_counter()
    rules = rules_in(None)
    read = time.perf_counter()
    faults = [bad for code in rules.policies for bad in check(rules, code)]
    done = time.perf_counter()
    return {
        "policies": len(rules.policies), "pages of the book": len(packaged().sources), "faults": len(faults),
        "read ms": round((read - start) * 1000), "check ms": round((done - read) * 1000),
    }  # fmt: skip


if __name__ == "__main__":
    main()
