"""`kechuang simulate`: what policies cost over a population, today and under reforms."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from kechuang.casework.shelf.marks import located
from kechuang.casework.shelf.reader import read_page
from kechuang.engines.rules.query import needed, rows
from kechuang.engines.rules.reforms import Variant, filled, reform_from, reformed, steps, swept, whole
from kechuang.engines.rules.relations import by_path
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.stacked import stacked_totals
from kechuang.engines.rules.tables import out_of_bounds, tables_in, unfit, unkeyed
from kechuang.engines.rules.totals import MOST_COMPARED, Total, TotalsQuery, distribution, totals
from kechuang.faces.cli import ENGINES, Written, engine_of, part
from kechuang.faces.cli.policies import known, rules_in, stacks_in, unable
from kechuang.faces.cli.spoken import refusal, spoken_tongue, wrong
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

app = typer.Typer()


@app.command()
def simulate(
    policies: Annotated[list[str] | None, typer.Argument(help="Policies by code; all where none is named.")] = None,
    population: Annotated[
        str, typer.Option(help="A folder of parquet or CSV files, one an entity; for postgresql its URL.")
    ] = ".",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="policy.param=300 万元; may be given several times.")
    ] = None,
    sweep: Annotated[str | None, typer.Option(help="policy.param=100 万元:500 万元:10 万元")] = None,
    reform: Annotated[
        list[Path] | None,
        typer.Option(help="A page of a reform: from, set: {policy.param: value}, end: {policy: day}; several times."),
    ] = None,
    by: Annotated[str, typer.Option(help="Fields to cut by, with commas: region,industry,size.")] = "",
    year: Annotated[int, typer.Option(min=1, max=9998, help="The year computed.")] = 2019,
    book: Annotated[Path | None, typer.Option(help="A book of its own; else the house's.")] = None,
    engine: Annotated[str, typer.Option(help=f"One of {', '.join(ENGINES)}.")] = "duckdb",
    master: Annotated[str, typer.Option(help="The address of a Spark cluster; else this machine.")] = "",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the engine.")] = None,
    spread: Annotated[bool, typer.Option("--distribution", help="How the amounts spread over payees, today.")] = False,
    stacking: Annotated[bool, typer.Option("--stacking", help="What the rules between policies leave.")] = False,
    enable: Annotated[
        list[str] | None, typer.Option(help="With --stacking, a rule that the page leaves disabled; several times.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
    csv_: Annotated[Path | None, typer.Option("--csv", help="Write the totals to a CSV file.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the totals to a .parquet or .csv file.")] = None,
    records: Annotated[
        Path | None, typer.Option(help="Write what each record gets today into this folder, a file a policy.")
    ] = None,
    kind: Annotated[Written, typer.Option("--as", help="How --records are written.")] = Written.parquet,
) -> None:
    """What policies cost over a population."""
    rules = rules_in(book)
    cuts = list(dict.fromkeys(filter(None, map(str.strip, by.split(",")))))
    codes, moment = known(rules, policies) if policies else _all(rules, cuts), Moment(year=year)
    try:
        _writable((csv_, out), records, enable if not stacking else None)
        _computed(rules, codes, set_ or [], sweep)
        variants = _variants(rules, set_ or [], sweep, reform or [], book)
        people = _population(engine, population, rules, threads, master, sweeping=bool(sweep))
        found = _run(variants, codes, people, moment, cuts, quiet=json_)
        told = _told(found, variants, cuts) | {"year": year, "engine": engine, "unit": "fen"}
        if spread:
            told["distribution"] = _spread(rules, codes, people, moment)
        if stacking:
            told["stacking"] = _stacked(variants, book, codes, people, moment, cuts, enable or [])
        if records is not None:
            _write_records(records, kind, rules, codes, people, moment)
    except (BadPage, FileNotFoundError, LookupError) as fault:
        raise refusal(fault) from None
    except FormulaError as fault:
        raise unable(fault, "en") from None
    for path in filter(None, (csv_, out)):
        part("simulated").write(path, told["rows"])
    if json_:
        json.dump(told, sys.stdout, ensure_ascii=False)
        typer.echo()
    else:
        part("simulated").show(told, variants)


def _all(rules: Rules, cuts: Sequence[str]) -> list[str]:
    """Every policy that can be cut so, where none is named; those that lead to no such field are told and left out."""
    codes, there = known(rules, []), list[str]()
    for code in codes:
        try:
            for cut in cuts:
                by_path(rules.vocabulary, rules[code].subject, rules[code].payee, cut)
        except LookupError:
            continue
        there.append(code)
    if cuts and there and len(there) < len(codes):
        out = tuple(code for code in codes if code not in there)
        said = Phrase("not cut by {cuts}, and left out: {names}", cuts=tuple(cuts), names=out)
        typer.echo(said.said(spoken_tongue()), err=True)
    return there or codes


def _writable(files: Iterable[Path | None], folder: Path | None, unheard: Sequence[str] | None) -> None:
    """What is to be written can be, and no option goes unheard: told before anything is computed."""
    if unheard:
        raise wrong("--enable goes with --stacking", "write both")
    for path in files:
        if path is not None and path.suffix not in (".parquet", ".csv"):
            raise wrong("{name} is neither .parquet nor .csv", "give it one of these ends", name=path.name)
        if path is not None and not path.parent.is_dir():
            raise wrong("there is no folder {name}", "make it, or write another", name=path.parent)
    if folder is not None and folder.exists() and not folder.is_dir():
        raise wrong("{name} is a file, not a folder", "write a folder", name=folder)


def _population(
    engine: str, where: str, rules: Rules, threads: int | None, master: str, *, sweeping: bool = False
) -> Any:
    """The population on its engine, its columns held against the vocabulary."""
    path: Any = where if engine == "postgresql" else Path(where)
    if engine != "postgresql" and not path.is_dir():
        raise FileNotFoundError(Phrase("there is no folder {name}", name=where))
    people = engine_of(engine).folder(path, tables_in(rules.vocabulary), threads=threads, master=master)
    if sweeping and engine == "duckdb":
        people.for_sweeps()
    for bad in unfit(rules.vocabulary, people.kinds()):
        raise bad
    return people


def _computed(rules: Rules, codes: Sequence[str], told: Sequence[str], sweep: str | None) -> None:
    """What is set or swept is of a policy that is computed, or used by one: else nothing would be seen of it."""
    there = needed(rules, codes)
    for written, among in [*((one, there) for one in told), *((one, codes) for one in (sweep,) if one)]:
        policy = written.partition(".")[0].strip()
        if policy in rules.policies and policy not in among:
            raise BadPage(
                written, "{policy} is not computed", "name it too: kechuang simulate {policy} …", policy=policy
            )


def _variants(
    rules: Rules, told: Sequence[str], sweep: str | None, reforms: Sequence[Path], book: Path | None
) -> list[Variant]:
    found = [Variant("today", rules)]
    if told:
        found.append(reformed(rules, told))
    found += [_reform(rules, one, book) for one in reforms]
    return found + (swept(rules, sweep) if sweep else [])


def _reform(rules: Rules, path: Path, book: Path | None) -> Variant:
    """The reform of a file; what is wrong with it is told with file, line and column."""
    if not path.is_file():
        raise FileNotFoundError(Phrase("there is no file {name}", name=path))
    page = read_page(path.name, path.read_text("utf-8"))
    try:
        return reform_from(rules, page.body, stacks_in(book))
    except BadPage as bad:
        raise located(bad, page) from None


def _run(
    variants: Sequence[Variant], codes: Sequence[str], people: Any, moment: Moment, cuts: Sequence[str], *, quiet: bool
) -> list[Total]:
    built = totals([one.rules for one in variants], codes, moment, by=cuts, complete=people.complete())
    vocabulary, tables = variants[0].rules.vocabulary, set[str]().union(*(one.tables for one in built))
    keys = {name: vocabulary.entities[name].key for name in tables}
    for bad in [*unkeyed(people.repeated(keys)), *out_of_bounds(vocabulary, people.bounds(tables))]:
        raise bad
    track: Callable[[Iterable[TotalsQuery]], Iterable[TotalsQuery]] = iter if quiet else part("simulated").track
    found = [total for one in track(built) for total in one.totals(people.run(one))]
    order = {code: n for n, code in enumerate(codes)}
    return sorted(filled(found), key=lambda one: (order[one.policy], one.variant, one.cuts))


def _spread(rules: Rules, codes: Sequence[str], people: Any, moment: Moment) -> list[dict[str, Any]]:
    """Quantiles of what payees get, for the policies that pay."""
    complete = people.complete()
    paying = [code for code in codes if rules[code].amount is not None]
    return [{"policy": code, **people.run(distribution(rules, code, moment, complete=complete))[0]} for code in paying]


def _stacked(
    variants: Sequence[Variant], book: Path | None, codes: Sequence[str], people: Any, moment: Moment, cuts: Sequence[str],
    enable: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """What the rules between policies leave of the entitlements, and what each of them takes: today and under each reform."""
    stacks, complete, told = stacks_in(book), people.complete(), dict[str, list[Any]](rows=[], taken=[])
    idle: LookupError | None = None
    for one in (one for one in variants if not one.swept):
        between = stacks if one.stacks is None else one.stacks
        try:
            query = stacked_totals(one.rules, between, codes, moment, by=cuts, enable=enable, complete=complete)
        except LookupError as fault:  # none is in force; under another reform one may be
            idle = fault
            continue
        left, taken = query.read(people.run(query))
        told["rows"] += [
            {"policy": row.policy, "variant": one.label, **dict(zip(cuts, row.cuts, strict=True)), "stacked": row.fen} for row in left
        ]  # fmt: skip
        told["taken"] += [{"variant": one.label, **asdict(row)} for row in taken]
    if idle is not None and not told["rows"]:
        raise idle
    return told


def _write_records(folder: Path, kind: str, rules: Rules, codes: Sequence[str], people: Any, moment: Moment) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    complete = people.complete()
    for code in codes:
        people.write(rows(rules, code, moment, complete=complete), folder / f"{code}.{kind}")


def _told(found: Sequence[Total], variants: Sequence[Variant], cuts: Sequence[str]) -> dict[str, Any]:
    """All figures as plain values: a row a policy, variant and cut; totals over the cuts; what each step of a sweep costs."""
    compared = len(variants) <= MOST_COMPARED
    told = {
        "by": list(cuts),
        "rows": [_row(one, variants, cuts, compared) for one in found],
        "totals": [_row(one, variants, (), compared) for one in whole(found).values()],
    }
    costs = steps(found, variants)
    return told | ({"steps": [asdict(one) for one in costs]} if costs else {})


def _row(one: Total, variants: Sequence[Variant], cuts: Sequence[str], compared: bool) -> dict[str, Any]:
    told = asdict(one)
    values = dict(zip(cuts, told.pop("cuts"), strict=False))
    if not compared:  # a long sweep does not compare payee by payee
        del told["winners"], told["losers"]
    policy = variants[0].rules[one.policy]  # what splitting firms could gain, where the ceiling is a firm's
    split = one.before - one.entitled if policy.cap is not None and policy.payee in policy.cap.per else 0
    return {
        "policy": told.pop("policy"),
        **values,
        "variant": variants[told.pop("variant")].label,
        **told,
        "split": split,
    }
