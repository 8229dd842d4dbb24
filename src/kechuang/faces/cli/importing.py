"""`kechuang import cases|experts|rows FILE`: every bad row with row, column and reason; nothing is taken unless all is good."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from django.core.management import call_command
from django.utils import timezone, translation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kechuang.casework import registers
from kechuang.casework.actor import Actor
from kechuang.casework.takeover import OPERATOR
from kechuang.faces.cli.spoken import either, spoken, wrong
from kechuang.faces.importing.importing import Told, import_cases, import_experts, import_rows
from kechuang.faces.web.sentences import sentence
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused

app = typer.Typer(no_args_is_help=True)
console = Console(stderr=True)
SHOWN = 30
DJANGO = {"zh": "zh-hans", "en": "en"}


@app.command()
def cases(
    file: Path = typer.Argument(help="An Excel or CSV table."),
    round: str = typer.Option(
        ..., "--round", help="Code of the round the projects belong to; opened as a past one if new."
    ),
    programme: str = typer.Option("nsf-general", help="The programme of a round that is opened for this."),
    institution: str = typer.Option(
        "", help="Name of the institution that carries on a round opened for this; not needed where there is only one."
    ),
    skip_bad: bool = typer.Option(False, "--skip-bad", help="Take the good rows though others are bad."),
    by: str = typer.Option(
        "", help="Sign-in name of the officer who imports; without it, the operator of this machine."
    ),
    as_json: bool = typer.Option(False, "--json", help="JSON on standard output."),
) -> None:
    """Take over projects from an Excel or CSV table, in any state, with money paid."""
    started = time.perf_counter()
    with _progress("taking over", as_json) as done:
        told = _guarded(
            lambda: import_cases(
                file,
                round,
                by=_actor(by),
                on=timezone.now(),
                skip_bad=skip_bad,
                programme=programme,
                institution=institution,
                told=done,
            )
        )
    _report(told, time.perf_counter() - started, as_json)


@app.command()
def experts(
    file: Path = typer.Argument(help="An Excel or CSV table."),
    skip_bad: bool = typer.Option(False, "--skip-bad", help="Take the good rows though others are bad."),
    by: str = typer.Option(
        "", help="Sign-in name of the officer who imports; without it, the operator of this machine."
    ),
    as_json: bool = typer.Option(False, "--json", help="JSON on standard output."),
) -> None:
    """Build the expert pool from a table of people and what they worked on."""
    started = time.perf_counter()
    with _progress("entering the pool", as_json) as done:
        told = _guarded(lambda: import_experts(file, by=_actor(by), on=timezone.now(), skip_bad=skip_bad, told=done))
    _report(told, time.perf_counter() - started, as_json)


@app.command()
def rows(
    register: str = typer.Argument(
        help="contracts, trades, instruments, uses, years, profiles, rights, rnd, honours, relations"
    ),
    file: Path = typer.Argument(help="An Excel or CSV table."),
    by: str = typer.Option(..., help="Sign-in name of whoever enters the rows; another person confirms them."),
    skip_bad: bool = typer.Option(False, "--skip-bad", help="Take the good rows though others are bad."),
    as_json: bool = typer.Option(False, "--json", help="JSON on standard output."),
) -> None:
    """Enter the rows of a table into a register, all or none; the same table again changes nothing."""
    if register not in {one.code for one in registers.every()}:
        raise wrong(
            "there is no register {name}",
            "one of {known}",
            name=register,
            known=tuple(one.code for one in registers.every()),
        )
    started = time.perf_counter()
    key = hashlib.sha256(file.read_bytes()).hexdigest()[:32] if file.is_file() else ""
    who = _actor(by)
    told = _guarded(lambda: import_rows(register, file, by=who, on=timezone.now(), key=key, skip_bad=skip_bad))
    _report(told, time.perf_counter() - started, as_json)


@contextmanager
def _progress(what: str, quiet: bool) -> Iterator[Callable[[int], object]]:
    """A bar that is told how many have been taken."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=quiet) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done: progress.update(task, completed=done)


def _actor(username: str) -> Person | Actor:
    if not username:
        return OPERATOR
    who = Person.objects.named(username).first()
    if who is None:
        raise wrong("nobody signs in as {name}", "write --by and a sign-in name", name=username)
    who.channel = "command"
    return who


def _guarded(run):  # type: ignore[no-untyped-def]
    call_command("migrate", verbosity=0)
    with translation.override(DJANGO[spoken("zh")]):
        try:
            return run()
        except Refused as refusal:
            for reason in refusal.reasons:
                console.print(sentence(reason))
            raise typer.Exit(2) from None


def _faults(told: Told) -> Iterator[str]:
    """What was not read, each bad row with its column and reason, the first ones, and how many there are in all."""
    if told.unread:
        heads = "、".join(told.unread)
        yield either(
            f"这些列不认识，没有读取：{heads}", f"Columns that are not known and were not read: {heads}", otherwise="zh"
        )
    for fault in told.faults[:SHOWN]:
        said = sentence(fault.reason)
        zh, en = f"第 {fault.row} 行，{fault.column}：{said}", f"row {fault.row}, {fault.column}: {said}"
        yield either(zh, en, otherwise="zh")
    if (whole := len(told.faults)) > SHOWN:
        yield either(f"…… 共 {whole} 处", f"… {whole} in all", otherwise="zh")


def _report(told: Told, seconds: float, as_json: bool) -> None:
    if as_json:
        faults = [{"row": f.row, "column": f.column, "reason": f.reason.to_json()} for f in told.faults]
        done = {
            "rows": told.rows,
            "new": told.new,
            "there": told.there,
            "done": told.done,
            "unread": list(told.unread),
            "faults": faults,
        }
        typer.echo(
            json.dumps(
                {**done, "seconds": round(seconds, 3), "rows_per_second": round(told.rows / seconds)},
                ensure_ascii=False,
            )
        )
    else:
        with translation.override(DJANGO[spoken("zh")]):
            for line in _faults(told):
                console.print(line)
        rate = told.rows / seconds
        zh = f"读入 {told.rows} 行，新接收 {told.new}，已有 {told.there}，{seconds:.1f} 秒，每秒 {rate:.0f} 行"
        en = f"{told.rows} rows read, {told.new} taken in, {told.there} there already, {seconds:.1f} s, {rate:.0f} rows a second"
        typer.echo(either(zh, en, otherwise="zh"))
    if not told.done:
        raise typer.Exit(1)
