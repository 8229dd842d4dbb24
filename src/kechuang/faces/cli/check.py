"""`kechuang check`: the whole book is sound, or each fault with file, line, what is wrong and how to mend it."""

from __future__ import annotations

import typer

app = typer.Typer()


@app.command()
def check() -> None:
    """Validate the whole book."""
    typer.echo("the book is empty")
