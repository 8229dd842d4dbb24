"""Rows a second of `import_cases`, from a table on disk to cases, grants and records; on SQLite in a throwaway folder.

`python -m bench.imports [ROWS]` makes a table of 10,000 rows; where KECHUANG_SHARED names a folder of reference data,
the real table in it is taken in too.
"""

from __future__ import annotations

from bench.installation import FOLDER

# isort: split

import csv
import os
import resource
import sys
import time
from pathlib import Path
from random import Random

from django.core.management import call_command
from django.utils import timezone

from kechuang.casework.takeover import OPERATOR
from kechuang.faces.importing.importing import Told, import_cases, import_experts

ROWS = 10_000
HEAD = ("项目编号", "项目名称", "承担单位", "负责人", "资助金额（万元）", "已拨金额（万元）", "开始年月", "结束年月", "结题等级", "批准年度")  # fmt: skip
WORDS = ("草原", "碳汇", "稀土", "沙地", "牧草", "乳业", "储能", "遥感", "蒙医", "土壤", "风电", "生态", "机理", "评价", "应用", "示范")  # fmt: skip


def made(path: Path, rows: int, rng: Random) -> None:
    """A table of projects of invented units and leaders, a third of them ended."""
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(HEAD)
        for number in range(rows):
            year, amount = rng.randrange(2012, 2019), rng.randrange(5, 300)
            ended = rng.random() < 1 / 3
            title = "".join(rng.sample(WORDS, 5)) + f"研究{number}"
            end = f"{year + 2}-12" if ended else "2099-12"
            table.writerow((
                f"{year}MS{number:06d}", title, f"示例单位{rng.randrange(300)}", f"P{rng.randrange(rows)}", amount,
                amount if ended else amount // 2, f"{year}-01", end, "优" if ended else "", year,
            ))  # fmt: skip


def shared() -> Path | None:
    """The real table of finished and running projects, where there is one."""
    folder = os.environ.get("KECHUANG_SHARED", "")
    path = Path(folder) / "data/projects/nsfc_management_projects.csv"
    return path if folder and path.is_file() else None


def measured(name: str, path: Path, code: str = "") -> Told:
    """Import `path` as cases of the round `code`, or its people into the pool, and print what it came to."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = {"by": OPERATOR, "on": timezone.now(), "skip_bad": True}
    told = import_cases(path, code, **given) if code else import_experts(path, **given)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    bad = len({fault.row for fault in told.faults})
    rates = f"{told.rows / wall:>8,.0f} rows/s  {cpu / max(1, told.rows) * 1e6:>8,.0f} CPU µs a row"
    print(f"{name:<28}{told.rows:>8,} rows {told.new:>8,} new {told.there:>8,} there {bad:>6,} bad {rates}", flush=True)
    return told


def main(rows: int = ROWS) -> None:
    call_command("migrate", verbosity=0)
    path = Path(FOLDER.name) / "projects.csv"
    made(path, rows, Random(1))
    first = measured("made table", path, "bench-made")
    again = measured("the same table again", path, "bench-made")
    assert (first.new, again.new, again.there) == (rows, 0, rows)
    if real := shared():
        measured("shared table", real, "bench-shared")
        measured("its people into the pool", real)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
