"""`make bench-policy`: the ten policies on synthetic regions, against hand-written SQL, NumPy and OpenFisca.

Every side is a process of its own, measured whole: start, load, compile, compute, totals by region; the engine's is
`kechuang simulate`. OpenFisca lives in an environment of its own, made from PyPI where there is none; Spark runs where
pyspark and a Java are. Sides take turns; ratios are of medians. On a busy machine compare CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

from bench.rivals import python_with
from kechuang.casework.bulk import folder
from kechuang.engines.rules.examples import cast_of, moment_of
from kechuang.engines.rules.explain import explain
from kechuang.engines.rules.reforms import swept
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.tables import tables_in
from kechuang.engines.rules.totals import totals
from kechuang.faces.cli.policies import rules_in

HERE = Path(__file__).resolve().parent
BOOK, YEAR = HERE / "policy_book", 2019
COMMAND = [str(Path(sys.executable).parent / "kechuang"), "simulate", "--book", str(BOOK), "--by", "region", "--json"]
COMMAND += ["--year", str(YEAR), "--population"]
OPENFISCA = ("openfisca-core>=46,<47", "pyarrow")
BARS = {10**6: {"wall": 0.50, "mb": 0.40}, 10**7: {"wall": 0.25, "mb": 0.25}}


def main() -> None:
    """Prints one line a measurement and, with --out, all of them as JSON; 1 where totals differ to the fen."""
    told = _arguments()
    python = openfisca()
    print(_versions(python), flush=True)
    found: dict[str, Any] = {"single": single(python), "book": whole_book()}
    print(json.dumps(found, ensure_ascii=False), flush=True)
    for firms in told.firms:
        with tempfile.TemporaryDirectory() as made:
            path = Path(told.data) / str(firms) if told.data else Path(made)
            _region(path, firms)
            found[str(firms)] = _compared(path, firms, told, python)
    if told.out:
        Path(told.out).write_text(json.dumps(found, ensure_ascii=False, indent=2), "utf-8")
    if any(one["wrong"] for one in found.values() if "wrong" in one):
        raise SystemExit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, nargs="*", default=[10**5, 10**6, 10**7])
    parser.add_argument("--repeat", type=int, default=5, help="turns; two at most above a million firms")
    parser.add_argument("--no-spark", action="store_true", help="leave Spark out")
    parser.add_argument("--data", help="keep the regions in this folder")
    parser.add_argument("--out", help="write all figures to this file")
    return parser.parse_args()


def openfisca() -> str:
    """The Python of OpenFisca's own environment; "" and the reason printed where it cannot be made."""
    try:
        return python_with(*OPENFISCA)
    except (OSError, subprocess.CalledProcessError) as fault:
        print(f"OpenFisca is left out: {fault}")
        return ""


def _versions(python: str) -> str:
    told = [
        f"python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("duckdb", "sqlglot", "numpy")),
    ]
    if python:
        asked = "from importlib.metadata import version as v; print('openfisca-core', v('openfisca-core'), '(numpy', v('numpy') + ')')"
        told.append(subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True).stdout.strip())
    if find_spec("pyspark"):
        told.append(f"pyspark {version('pyspark')}")
    return f"{', '.join(told)}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _region(path: Path, firms: int) -> None:
    if not (path / "instrument.parquet").is_file():
        made = [
            COMMAND[0],
            "population",
            "--book",
            str(BOOK),
            "--year",
            str(YEAR),
            "--firms",
            str(firms),
            "--out",
            str(path),
        ]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)


def _compared(path: Path, firms: int, told: argparse.Namespace, python: str) -> dict[str, Any]:
    sides = {"engine": [*COMMAND, str(path)]}
    sides |= {side: [sys.executable, "-m", f"bench.policy_{side}", str(path)] for side in ("sql", "numpy")}
    if python:
        sides["openfisca"] = [python, str(HERE / "policy_openfisca.py"), str(path)]
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    for _ in range(min(told.repeat, 2) if firms > 10**6 else told.repeat):
        for side, command in sides.items():
            runs[side].append(_measured(command))
    if not told.no_spark and _spark(firms):
        runs["spark"] = [_measured([*COMMAND, str(path), "--engine", "spark", "--threads", "2"])]
    median = {
        side: {key: round(statistics.median(run[key] for run in listed), 2) for key in ("wall", "cpu", "mb")}
        for side, listed in runs.items()
    }
    same = {side: _differences(runs["numpy"][0]["sums"], listed[0]["sums"]) for side, listed in runs.items()}
    figures = {"sides": median, "totals differing from numpy": same, "sweep": sweep(path)}
    for side, one in median.items():
        ratio = {key: round(median["engine"][key] / one[key], 2) for key in one}
        print(f"{firms}: {side}: {one}; engine/{side}: {ratio}; totals that differ: {len(same[side])}", flush=True)
    print(f"{firms}: bars of engine/openfisca: {BARS.get(firms, 'none')}; sweep of 50: {figures['sweep']}", flush=True)
    return figures | {"wrong": [side for side in ("engine", "sql", "spark") if same.get(side)]}


def _spark(firms: int) -> bool:
    lacks = [name for name, there in (("pyspark", find_spec("pyspark")), ("java", which("java"))) if not there]
    if lacks:
        print(f"{firms}: Spark is left out: no {' and no '.join(lacks)} on this machine")
    return not lacks


def _measured(command: list[str]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("r") as out:
        watch = [sys.executable, "-S", str(HERE / "measured.py"), out.name, *command]
        found: dict[str, Any] = json.loads(subprocess.run(watch, stdout=subprocess.PIPE, check=True).stdout)
        if found["status"]:
            raise SystemExit(f"{' '.join(command)} failed")
        told = json.load(out)
    return found | {"sums": _sums(told) if "rows" in told else told}


def _sums(told: dict[str, Any]) -> dict[str, dict[str, list[int]]]:
    """policy → region → [recipients, entitled, settled] of `kechuang simulate --json`."""
    found: dict[str, dict[str, list[int]]] = {}
    for row in told["rows"]:
        found.setdefault(row["policy"], {})[row["region"]] = [
            row[name] for name in ("recipients", "entitled", "settled")
        ]
    return found


def _differences(reference: Any, sums: Any) -> list[str]:
    return [
        f"{code} {name}"
        for code in reference
        for name in reference[code]
        if reference[code][name] != sums.get(code, {}).get(name, [0, 0, 0])
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


def single(python: str, turns: int = 5) -> dict[str, float]:
    """Milliseconds of one case with its full explanation, in process: the median over the ten policies' examples; and of
    OpenFisca's calculation of the same ten with its trace. The sides take turns; each figure is the median of them."""
    rules = rules_in(BOOK)
    ours, slowest, theirs = [], [], []
    for _ in range(turns):
        medians = _explained(rules)
        ours.append(statistics.median(medians))
        slowest.append(max(medians))
        if python:
            traced = [python, str(HERE / "policy_openfisca.py"), "--single"]
            theirs.append(float(subprocess.run(traced, capture_output=True, text=True, check=True).stdout))
    one = statistics.median(ours)
    found = {"median ms": round(one, 3), "slowest ms": round(statistics.median(slowest), 3)}
    if theirs:
        other = statistics.median(theirs)
        found |= {"openfisca ms": round(other, 3), "openfisca/engine": round(other / one, 1)}
    return found


def _explained(rules: Rules) -> list[float]:
    """Milliseconds of the first example of each policy, explained."""
    medians = []
    for code, policy in rules.policies.items():
        example = policy.examples[0]
        day, year = moment_of(example)
        record = cast_of(rules, code, example, code).subjects[0]
        runs = [_timed(lambda c=code, r=record, d=day, y=year: explain(rules, c, r, day=d, year=y)) for _ in range(200)]
        medians.append(statistics.median(runs) * 1000)
    return medians


def _timed(function: Any) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def whole_book(turns: int = 5) -> dict[str, float]:
    """CPU milliseconds to read and check the whole book (every page, flow, form and example): the median and the least of
    fresh processes, after their imports."""
    told = [
        json.loads(
            subprocess.run([sys.executable, "-m", "bench.whole_book"], stdout=subprocess.PIPE, check=True).stdout
        )
        for _ in range(turns)
    ]
    found: dict[str, float] = {
        f"{name} ms": round(statistics.median(one[name] for one in told)) for name in ("cold", "again")
    }
    return {**told[0]["counts"], **found, "least cold ms": round(min(one["cold"] for one in told))}


if __name__ == "__main__":
    main()
