"""`kechuang simulate`: what policies cost over a population, today and under reforms."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from kechuang.casework.book.reader import read_page
from kechuang.casework.bulk import Population, folder
from kechuang.engines.rules.reforms import Variant, reform_from, reformed, swept, whole
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.tables import out_of_bounds
from kechuang.engines.rules.totals import QUANTILES, Total, TotalsQuery, distribution, totals
from kechuang.faces.cli.policies import known, rules_in
from kechuang.formula import FormulaError
from kechuang.words.money import Money
from kechuang.words.outcome import BadPage

app = typer.Typer()
ENGINES = ("duckdb",)


@app.command()
def simulate(
    policies: Annotated[list[str] | None, typer.Argument(help="Policies by code; all where none is named.")] = None,
    population: Annotated[Path, typer.Option(help="A folder of parquet or CSV files, one an entity.")] = Path("."),
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="policy.param=300 万元; may be given several times.")
    ] = None,
    sweep: Annotated[str | None, typer.Option(help="policy.param=100 万元:500 万元:10 万元")] = None,
    reform: Annotated[Path | None, typer.Option(help="A page of a reform: set: {policy.param: value}.")] = None,
    by: Annotated[str, typer.Option(help="Fields to cut by, with commas: region,industry,size.")] = "",
    year: Annotated[int, typer.Option(help="The year computed.")] = 2019,
    book: Annotated[Path | None, typer.Option(help="A book of its own; else the house's.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb")] = "duckdb",
    threads: Annotated[int | None, typer.Option(help="Threads of the engine.")] = None,
    spread: Annotated[bool, typer.Option("--distribution", help="How the amounts spread over payees, today.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
    csv_: Annotated[Path | None, typer.Option("--csv", help="Write the totals to a CSV file.")] = None,
) -> None:
    """What policies cost over a population."""
    if engine not in ENGINES:
        raise typer.BadParameter(f"engine is one of {', '.join(ENGINES)}")
    rules = rules_in(book)
    codes, cuts = known(rules, policies or []), [cut for cut in by.split(",") if cut]
    try:
        variants = _variants(rules, set_ or [], sweep, reform)
        people = folder(population, rules.vocabulary.entities, threads=threads)
        found = _run(variants, codes, people, Moment(year=year), cuts, quiet=json_)
        shares = _spread(rules, codes, people, Moment(year=year)) if spread else []
    except (BadPage, FileNotFoundError, LookupError) as fault:
        raise typer.BadParameter(str(fault)) from None
    except FormulaError as fault:
        typer.echo(f"cannot be computed: {fault}", err=True)
        raise typer.Exit(2) from None
    if csv_ is not None:
        _write_csv(csv_, found, variants, cuts)
    if json_:
        told = _json(found, variants, cuts, year, engine) | ({"distribution": shares} if spread else {})
        json.dump(told, sys.stdout, ensure_ascii=False)
        typer.echo()
    else:
        _show(found, variants)
        _show_spread(shares)


def _variants(rules: Rules, told: Sequence[str], sweep: str | None, reform: Path | None) -> list[Variant]:
    found = [Variant("today", rules)]
    if told:
        found.append(reformed(rules, told))
    if reform is not None:
        found.append(reform_from(rules, read_page(reform.name, reform.read_text("utf-8")).body))
    return found + (swept(rules, sweep) if sweep else [])


def _run(
    variants: Sequence[Variant],
    codes: Sequence[str],
    population: Population,
    moment: Moment,
    cuts: Sequence[str],
    *,
    quiet: bool,
) -> list[Total]:
    built = totals([one.rules for one in variants], codes, moment, by=cuts, complete=population.complete())
    vocabulary = variants[0].rules.vocabulary
    for bad in out_of_bounds(vocabulary, population.bounds(set().union(*(one.tables for one in built)))):
        raise bad
    found: list[Total] = []
    with Progress(transient=True, disable=quiet, console=Console(stderr=True)) as progress:
        for one in progress.track(built, description="computing"):
            found += _totals(population, one)
    order = {code: n for n, code in enumerate(codes)}
    return sorted(found, key=lambda one: (order[one.policy], one.variant, one.cuts))


def _spread(rules: Rules, codes: Sequence[str], population: Population, moment: Moment) -> list[dict[str, Any]]:
    """Quantiles of what payees get, for the policies that pay."""
    complete = population.complete()
    paying = [code for code in codes if rules[code].amount is not None]
    return [
        {"policy": code, **population.run(distribution(rules, code, moment, complete=complete))[0]} for code in paying
    ]


def _totals(population: Population, query: TotalsQuery) -> list[Total]:
    return query.totals(population.run(query))


def _json(
    found: Sequence[Total], variants: Sequence[Variant], cuts: Sequence[str], year: int, engine: str
) -> dict[str, Any]:
    rows = [_row(one, variants, cuts) for one in found]
    sums = [_row(one, variants, ()) for one in whole(found).values()]
    return {"year": year, "engine": engine, "unit": "fen", "by": list(cuts), "rows": rows, "totals": sums}


def _row(one: Total, variants: Sequence[Variant], cuts: Sequence[str]) -> dict[str, Any]:
    told = asdict(one)
    values = dict(zip(cuts, told.pop("cuts"), strict=False))
    return {"policy": told.pop("policy"), **values, "variant": variants[told.pop("variant")].label, **told}


def _write_csv(path: Path, found: Sequence[Total], variants: Sequence[Variant], cuts: Sequence[str]) -> None:
    rows = [_row(one, variants, cuts) for one in found]
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def _show(found: Sequence[Total], variants: Sequence[Variant]) -> None:
    """A table of totals; under a reform also what it adds, and the cost of each step of a sweep."""
    table = Table("policy", "rules", title="万元")
    for heading in ("recipients", "entitled", "settled", "over today", "winners", "losers"):
        table.add_column(heading, justify="right", no_wrap=True)
    sums = whole(found)
    for (code, n), one in sums.items():
        today = sums[code, 0]
        if (
            n
            and (one.entitled, one.recipients) == (today.entitled, today.recipients)
            and not variants[n].label.startswith(code)
        ):
            continue
        added = _shown(one.settled - today.settled) if n else ""
        money = (_shown(one.entitled), _shown(one.settled))
        moved = (f"{one.winners:,}", f"{one.losers:,}") if n else ("", "")
        table.add_row(code, variants[n].label, f"{one.recipients:,}", *money, added, *moved)
    _wide().print(table)
    missing = {code: one.missing for (code, n), one in sums.items() if one.missing and not n}
    for code, count in missing.items():
        typer.echo(f"{code}: {count:,} records lack a number the policy needs; they are not counted as zero", err=True)


def _shown(fen: int) -> str:
    return f"{Money(fen).in_unit('万元'):,.2f}"


def _show_spread(shares: Sequence[dict[str, Any]]) -> None:
    if not shares:
        return
    table = Table("policy", "payees", *(f"{share} %" for share in QUANTILES), title="万元")
    for one in shares:
        table.add_row(one["policy"], f"{one['payees']:,}", *(_shown(one[f"q{share}"] or 0) for share in QUANTILES))
    _wide().print(table)


def _wide() -> Console:
    """A console on which no figure is cut off."""
    return Console(width=max(Console().width, 120))
