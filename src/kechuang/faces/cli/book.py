"""`kechuang book adopt|diff|show`: which edition is in force, what another would change, and putting it in force."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from django.core.management import call_command
from django.utils import timezone, translation

from kechuang.casework import book, editions
from kechuang.casework.models import Edition
from kechuang.casework.pages import current
from kechuang.faces.cli.spoken import either, spoken, told, wrong
from kechuang.faces.web.sentences import sentence
from kechuang.parties.models import Person
from kechuang.words.outcome import BadPage, Refused

app = typer.Typer(no_args_is_help=True, help="Editions of the book: show, diff, adopt.")
FOLDER = typer.Argument(exists=True, file_okay=False, help="A folder with the same places as the packaged book.")
AS_JSON = typer.Option(False, "--json", help="JSON on standard output.")


@app.command()
def adopt(
    directory: Path = FOLDER,
    by: str = typer.Option(..., "--by", help="Sign-in name of the planning chief who adopts."),
    as_json: bool = AS_JSON,
) -> None:
    """Check a folder's book whole and put it in force; running rounds keep their frozen pages. Exit code 1 if refused."""
    call_command("migrate", verbosity=0)
    who = Person.objects.filter(username=by).first()
    if who is None:
        raise wrong("nobody signs in as {name}", "write --by and a sign-in name", name=by)
    try:
        who.channel = "command"
        done = editions.adopt(book.sources_in(directory), by=who, on=timezone.now())
    except editions.Unsound as unsound:
        _refused([as_plain(fault) for fault in unsound.faults], [told(fault) for fault in unsound.faults], as_json)
    except Refused as refusal:
        with translation.override({"zh": "zh-hans", "en": "en"}[spoken("en")]):
            said = [sentence(reason) for reason in refusal.reasons]
        _refused([reason.to_json() for reason in refusal.reasons], said, as_json)
    else:
        plain = {"edition": done.digest, "before": done.before, "changed": done.changed}
        fresh = either(
            f"已生效：{done.digest}（此前：{done.before}）", f"in force: {done.digest} (before: {done.before})"
        )
        same = either(f"早已生效：{done.digest}", f"in force already: {done.digest}")
        words = fresh if done.changed else same
        typer.echo(json.dumps(plain) if as_json else words)


def as_plain(fault: BadPage) -> dict[str, object]:
    """A fault as JSON."""
    return {"file": fault.path, "line": fault.line, "column": fault.column, "why": fault.why, "mend": fault.mend}


def _refused(plain: list[object], said: list[str], as_json: bool) -> None:
    typer.echo(
        json.dumps({"refused": plain}, ensure_ascii=False)
        if as_json
        else "\n".join([*said, either("没有采用", "not adopted")])
    )
    raise typer.Exit(1)


@app.command()
def diff(directory: Path = FOLDER) -> None:
    """What a folder's book would change in the edition in force, as a unified diff. Exit code 1 if anything."""
    call_command("migrate", verbosity=0)
    lines = list(editions.differences(book.sources_in(directory)))
    if lines:
        typer.echo("\n".join(lines))
    raise typer.Exit(1 if lines else 0)


@app.command()
def show(as_json: bool = AS_JSON) -> None:
    """The edition in force, its pages, and every edition that was adopted before."""
    call_command("migrate", verbosity=0)
    shelf, kept = current(), Edition.objects.order_by("-pk").first()
    rows = [
        {"on": row.on.isoformat(), "by": row.actor, "edition": json.loads(row.body)["tells"]["edition"]}
        for row in editions.history()
    ]
    origin = "adopted" if kept else "packaged"
    if as_json:
        plain = {"edition": shelf.digest, "origin": origin, "pages": len(shelf.sources), "adopted": rows}
        typer.echo(json.dumps(plain, ensure_ascii=False))
        return
    zh = f"现行：{shelf.digest}（{'已采用' if kept else '随软件发布'}，{len(shelf.sources)} 页）"
    typer.echo(either(zh, f"in force: {shelf.digest} ({origin}, {len(shelf.sources)} pages)"))
    for row in rows:
        typer.echo(f"{row['on']}  {row['by']}  {row['edition']}")
