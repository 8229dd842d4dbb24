"""`kechuang restore`: a copy put back into an empty installation."""

from __future__ import annotations

from pathlib import Path

import typer

from kechuang.faces.cli.backup import said, step
from kechuang.faces.serving import copies

app = typer.Typer()


@app.command()
def restore(
    folder: Path = typer.Argument(help="The folder that `kechuang backup` made."),
    as_json: bool = typer.Option(False, "--json", help="JSON on standard output."),
) -> None:
    """Check a copy byte by byte and put it into an installation that is still empty; then run `kechuang verify`."""
    said(lambda: copies.put_back(folder.resolve(), say=step(as_json)), as_json)
