"""`kechuang rehearse`: a programme year played through the same acts that the pages call, counted and checked."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from django.core.management import call_command
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kechuang.casework import sealer
from kechuang.casework.models import Attempt, Case, Record
from kechuang.desks.experts.models import Review
from kechuang.engines.ledger import canonical
from kechuang.faces.rehearsal import failures, invariants, year
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused

app = typer.Typer()
console = Console(stderr=True)
RECORDS_AT_ONE = 175_000


@app.command()
def rehearse(
    of: int = typer.Option(2018, "--year", help="The year that is played."),
    seed: int = typer.Option(1, help="The same seed plays the same year, to the byte."),
    scale: float = typer.Option(0.1, min=0.001, max=2.0, help="1.0 is the region's published year."),
    as_json: bool = typer.Option(False, "--json", help="JSON on standard output."),
) -> None:
    """Play a programme year through the services; refused where real cases stand."""
    call_command("migrate", verbosity=0)
    if why := refusal():
        typer.echo(why, err=True)
        raise typer.Exit(1)
    began = time.monotonic()
    with shown(round(RECORDS_AT_ONE * scale) + 1400) as say:
        year.rehearsed(year=of, seed=seed, scale=scale, say=say)
        say("封存台账 sealing the records", 0)
        sealer.seal(timezone.now())
    told = summary(of, seed, scale, time.monotonic() - began)
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else in_words(told))
    if any(row["broken"] for row in told["invariants"]):
        raise typer.Exit(1)


def refusal() -> str:
    """Why nothing is played in this data folder; '' where it may be."""
    try:
        year.refuse_real_data()
    except Refused:
        return "这个数据目录里有真实办件，不在其中演练 / real cases stand in this data folder: nothing is rehearsed beside them"
    if Person.objects.exists():
        return "这个数据目录里已有账户，请另给演练一个空的 KECHUANG_DATA / accounts stand here: give the play an empty KECHUANG_DATA"
    return another_log()


def another_log() -> str:
    """Why the play could not be sealed where its witness would lie; '' where it can be."""
    folder = sealer.strange_witness()
    if folder is None:
        return ""
    return (
        f"见证目录 {folder} 里是另一套数据的日志，请先移走，或另设 KECHUANG_WITNESS / "
        f"{folder} holds the log of other data: move it away first, or set KECHUANG_WITNESS"
    )


@contextmanager
def shown(total: int) -> Iterator[year.Say]:
    """A bar that says what is being done and how many records a second; `say(what, count)` moves it.

    Where nobody looks at a terminal, each new step is one line.
    """
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.fields[speed]} 条/秒"), TimeElapsedColumn(),
    )  # fmt: skip
    began, done = time.monotonic(), 0
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("…", total=total, speed=0)

        def say(what: str, count: int) -> None:
            nonlocal done
            done += count
            took = time.monotonic() - began
            bar.update(
                task, advance=count, speed=round(done / took) if took else 0, **({"description": what} if what else {})
            )
            if what and not console.is_terminal:
                console.print(f"{took:7.1f} s  {done:7d}  {what}")

        yield say


def digest_of_records() -> str:
    """One digest over the bodies of all records: equal for equal seeds, whatever the installation's own key is.

    A body names its request by a digest with that key; here it is left out.
    """
    whole = hashlib.sha256()
    for body in (
        Record.objects.order_by("subject_kind", "subject", "position").values_list("body", flat=True).iterator()
    ):
        said = json.loads(body)
        del said["key"]
        whole.update(canonical(said))
    return whole.hexdigest()


def summary(of: int, seed: int, scale: float, seconds: float) -> dict[str, Any]:
    """What was played, the counts beside the published ones, every invariant."""
    records = Record.objects.count()
    return {
        "year": of, "seed": seed, "scale": scale, "applications": Case.objects.filter(flow="grant").count(),
        "reviews": Review.objects.count(), "records": records, "attempts": Attempt.objects.count(), "seconds": round(seconds, 1), "records_a_second": round(records / max(seconds, 0.001)),
        "digest": digest_of_records(),
        "assumed": ["708 项基金项目计入 1694 项之内", "200 项联合基金项目计入 708 项之内"],
        "counts": invariants.beside_published(of), "failures": failures.played(),
        "invariants": [{"name": h.name, "says": h.says, "broken": h.broken} for h in invariants.checked()],
    }  # fmt: skip


def in_words(told: dict[str, Any]) -> str:
    """The summary for people."""
    lines = [
        f"{told['year']} 年演练，比例 {told['scale']}，种子 {told['seed']}：{told['applications']} 件申报，"
        f"{told['reviews']} 份评审，{told['records']} 条台账，{told['attempts']} 次被拒，"
        f"{told['seconds']} 秒（每秒 {told['records_a_second']} 条）",
        f"台账摘要 / digest of the records: {told['digest']}",
    ]
    for name, row in told["counts"].items():
        lines.append(f"  {name}: {row['counted']}（公布 {row['published']}，{row['source']}）")
    played = sum(1 for count in told["failures"].values() if count)
    lines.append(f"差错情形 / what went wrong: {played}/{len(told['failures'])}")
    lines += [f"  {name}: {count}" for name, count in told["failures"].items()]
    lines += [f"  {'✓' if not row['broken'] else '✗'} {row['name']}：{row['says']}" for row in told["invariants"]]
    return "\n".join([*lines, *(f"假定 / assumed: {text}" for text in told["assumed"])])
