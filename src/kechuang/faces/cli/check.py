"""`kechuang check`: the whole book is sound, or each fault with file, line, what is wrong and how to mend it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import django
import typer

from kechuang.casework import book
from kechuang.engines.rules.schema import page_schema
from kechuang.faces.cli import part
from kechuang.faces.cli.spoken import either
from kechuang.faces.cli.spoken import told as said
from kechuang.words import offers
from kechuang.words.offers import Offer
from kechuang.words.outcome import BadPage

app = typer.Typer()


@app.command()
def check(
    directory: Path | None = typer.Option(
        None,
        "--dir",
        exists=True,
        file_okay=False,
        help="Another book: a folder with the same places as the packaged one.",
    ),
    as_json: bool = typer.Option(False, "--json", help="Faults and counts as JSON."),
    names: bool = typer.Option(False, "--offers", help="Every offer, and the pages that ask for it."),
    queries: bool = typer.Option(False, "--queries", help="Each example of a policy also as a query, to the fen."),
    schema: bool = typer.Option(False, "--schema", help="The JSON Schema of a policy page, for editors; nothing else."),
) -> None:
    """Validate the whole book: file, line, what is wrong, how to mend it. Exit code 1 if anything is."""
    if schema:
        typer.echo(json.dumps(page_schema(), ensure_ascii=False, indent=1))
        return
    django.setup()
    shelf = book.read(book.sources_in(directory)) if directory else book.packaged()
    known = tuple(offers.every())
    found = book.report(shelf, known)
    if queries and not found.faults:
        found = replace(found, faults=tuple(part("queried").unlike(shelf)))
    typer.echo(json.dumps(as_plain(found), ensure_ascii=False, indent=1) if as_json else "\n".join(told(found)))
    if names and not as_json:
        typer.echo("\n".join(who_asks(found, known)))
    raise typer.Exit(1 if found.faults else 0)


def told(found: book.Report) -> list[str]:
    """One line a fault and a count at the end; one line in all if the book is sound."""
    if found.faults:
        bad, files = len(found.faults), len({f.path for f in found.faults})
        return [*map(said, found.faults), either(f"{files} 个文件有 {bad} 处错误", f"{bad} faults in {files} files")]
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.pages.items() if count > 1)
    pages, awaited = sum(found.pages.values()), len({ask.name for ask in found.asks if ask.awaited})
    now = len({ask.name for ask in found.asks if not ask.awaited})
    zh = f"规则无误：{pages} 页（{kinds}），{found.examples} 个算例，用到的 {now} 项能力都有提供，另有 {awaited} 项由尚未启用的页面用到"
    en = f"the book is sound: {pages} pages ({kinds}), {found.examples} examples, {now} offers asked for and given"
    return [either(zh, f"{en}, {awaited} asked for by pages that are not in use yet")]


def as_plain(found: book.Report) -> dict[str, object]:
    """The report as JSON."""
    return {
        "faults": [fault(bad) for bad in found.faults],
        "pages": dict(found.pages),
        "examples": found.examples,
        "offers": sorted(found.asked_names),
    }


def fault(bad: BadPage) -> dict[str, object]:
    return {"file": bad.path, "line": bad.line, "column": bad.column, "why": bad.why, "mend": bad.mend}


def who_asks(found: book.Report, known: Iterable[Offer]) -> list[str]:
    """Each offer with its kind, what it says, and how often which page asks for it."""
    asking: dict[str, Counter[str]] = {}
    for ask in found.asks:
        asking.setdefault(ask.name, Counter())[f"{ask.page.kind}/{ask.page.code}"] += 1
    return [
        f"{offer.kind} {offer.name}: {offer.says} <- {', '.join(sorted(asking.get(offer.name, {}))) or 'nobody'}"
        for offer in known
    ]
