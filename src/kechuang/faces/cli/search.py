"""`kechuang search`: find documents by words in an index that `match build` made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from kechuang.engines.match import Found, question
from kechuang.faces.cli.match_files import Unreadable, opened, rows

app = typer.Typer(rich_markup_mode=None)


@app.command()
def search(
    index: Annotated[Path, typer.Argument(help="An index made by `match build`.")],
    words: Annotated[list[str], typer.Argument(help="What to look for.")],
    top: Annotated[int, typer.Option(min=1, help="How many hits.")] = 10,
    kind: Annotated[list[str] | None, typer.Option(help="Only of this kind; may be repeated.")] = None,
    year: Annotated[str, typer.Option(help="2018, or 2015-2018.")] = "",
    place: Annotated[str, typer.Option(help="Code of a place, or its beginning.")] = "",
    synonyms: Annotated[Path | None, typer.Option(help="CSV with columns word, synonym.")] = None,
    typing: Annotated[bool, typer.Option("--typing", help="The last word may go on.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Find documents by words, best first."""
    asked = question(
        " ".join(words),
        synonyms=_synonyms(synonyms) if synonyms else None,
        typing=typing,
        kinds=kind or (),
        years=_years(year) if year else None,
        place=place,
    )
    found = opened(index).words.search(asked, top=top)
    if as_json:
        line = {"words": words, "hits": [_line(one) for one in found]}
        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    for one in found:
        _show(one)
    if not found:
        typer.echo("没有找到 / nothing found")


def _line(found: Found) -> dict[str, Any]:
    entry = found.entry
    return {
        "id": entry.name,
        "title": entry.title,
        "score": round(found.score, 4),
        "kind": entry.kind,
        "year": entry.year or None,
        "place": entry.place,
        "snippet": found.snippet.text,
        "marks": [list(mark) for mark in found.snippet.marks],
    }


def _show(found: Found) -> None:
    excerpt = Text(found.snippet.text.replace("\n", " "))
    for start, end in found.snippet.marks:
        excerpt.stylize("bold", start, end)
    console = Console()
    console.print(Text(f"{found.entry.name}  {found.entry.title}"))
    console.print(Text("    ") + excerpt)


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise Unreadable(f"{text}: write 2018 or 2015-2018 / 应写作 2018 或 2015-2018")
    return int(first), int(last or first)


def _synonyms(path: Path) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for row in rows(path, ["word", "synonym"]):
        table.setdefault(row["word"].casefold(), []).append(row["synonym"])
    return table
