"""What `kechuang simulate` shows people: the bar while it runs, tables on the screen, files of totals."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from kechuang.engines.rules.reforms import Variant
from kechuang.engines.rules.totals import QUANTILES, TotalsQuery
from kechuang.faces.cli.spoken import either, wrong
from kechuang.words.money import Money

Row = Mapping[str, Any]


def track(queries: Iterable[TotalsQuery]) -> Iterator[TotalsQuery]:
    """The queries one by one, with a bar on standard error."""
    with Progress(transient=True, console=Console(stderr=True)) as progress:
        yield from progress.track(list(queries), description="computing")


def write(path: Path, rows: Sequence[Row]) -> None:
    """The totals as a .parquet or .csv file."""
    try:
        _write(path, rows)
    except OSError:
        raise wrong("{name} cannot be written", "see whether one may write there", name=path) from None


def _write(path: Path, rows: Sequence[Row]) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def show(told: Mapping[str, Any], variants: Sequence[Variant]) -> None:
    """Everything that was computed, in tables of 万元."""
    _totals(told["totals"], variants)
    _cuts(told)
    _steps(told.get("steps", ()))
    _spread(told.get("distribution", ()))
    _stacking(told.get("stacking"), told["by"])


def _totals(sums: Sequence[Row], variants: Sequence[Variant]) -> None:
    """Over all cuts; under a reform also what it adds over today. Policies that a reform does not touch stand once."""
    table = Table("policy", "rules", title="万元")
    for heading in ("recipients", "entitled", "settled", "over today", "winners", "losers", "a split gains"):
        table.add_column(heading, justify="right", no_wrap=True)
    today = {one["policy"]: one for one in sums if one["variant"] == variants[0].label}
    for one in sums:
        now = today[one["policy"]]
        changed = one is not now
        if changed and _same(one, now) and not one["variant"].startswith(one["policy"]):
            continue
        added = _shown(one["settled"] - now["settled"]) if changed else ""
        moved = [f"{one[name]:,}" if changed and name in one else "" for name in ("winners", "losers")]
        money = (_shown(one["entitled"]), _shown(one["settled"]))
        table.add_row(
            one["policy"], one["variant"], f"{one['recipients']:,}", *money, added, *moved, _shown(one["split"])
        )
    _wide().print(table)
    for code, one in today.items():
        if one["missing"]:
            zh = f"{code}：{one['missing']:,} 条记录缺少政策要用的数或关联记录，没有按零计算"
            en = f"{code}: {one['missing']:,} records lack a number or a linked record the policy needs; they are not counted as zero"
            typer.echo(either(zh, en), err=True)


def _same(one: Row, now: Row) -> bool:
    return (one["entitled"], one["recipients"]) == (now["entitled"], now["recipients"])


def _cuts(told: Mapping[str, Any]) -> None:
    if not told["by"]:
        return
    table = Table(*told["by"], "policy", "rules", title="万元")
    for heading in ("recipients", "entitled", "settled"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in told["rows"]:
        where = [str(one[cut]) for cut in told["by"]]
        money = (_shown(one["entitled"]), _shown(one["settled"]))
        table.add_row(*where, one["policy"], one["variant"], f"{one['recipients']:,}", *money)
    _wide().print(table)


def _steps(costs: Sequence[Row]) -> None:
    """The marginal cost of what was swept."""
    if not costs:
        return
    table = Table("value", title="万元")
    for heading in ("entitled", "settled", "more due", "more settled", "due for a unit more"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in costs:
        money = (_shown(one[name]) for name in ("entitled", "settled", "due", "added"))
        table.add_row(one["label"], *money, f"{float(Fraction(one['share'])):,.2f}")
    _wide().print(table)


def _spread(shares: Sequence[Row]) -> None:
    if not shares:
        return
    table = Table("policy", "payees", *(f"{share} %" for share in QUANTILES), title="万元")
    for one in shares:
        table.add_row(one["policy"], f"{one['payees']:,}", *(_shown(one[f"q{share}"] or 0) for share in QUANTILES))
    _wide().print(table)


def _stacking(told: Mapping[str, Any] | None, cuts: Sequence[str]) -> None:
    if told is None:
        return
    table = Table(*cuts, "policy", "rules", title="万元")
    table.add_column("after stacking", justify="right", no_wrap=True)
    for one in told["rows"]:
        table.add_row(*(str(one[cut]) for cut in cuts), one["policy"], one["variant"], _shown(one["stacked"]))
    _wide().print(table)
    for one in told["taken"]:
        zh = f"{one['variant']}：{one['stack']} 扣减 {one['policy']} {_shown(one['fen'])} 万元"
        en = f"{one['variant']}: {one['stack']} takes {_shown(one['fen'])} 万元 of {one['policy']}"
        typer.echo(either(zh, en))


def _shown(fen: int) -> str:
    return f"{Money(fen).in_unit('万元'):,.2f}".replace("-0.00", "0.00")


def _wide() -> Console:
    """A console on which no figure is cut off."""
    return Console(width=max(Console().width, 140))
