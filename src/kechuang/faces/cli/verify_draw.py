"""`kechuang verify draw`: runs the very script that anyone can download, on a certificate of either form."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from kechuang.faces.web.verifying import found

app = typer.Typer()


@app.command()
def draw(certificate: Path = typer.Argument(..., help="A certificate, full or public, as JSON.")) -> None:
    """Verify a draw: seed, feasibility, the re-drawn panels, and for a full certificate that none is better."""
    try:
        given = json.loads(certificate.read_text("utf-8"))
        faults = found(given)
    except (OSError, ValueError) as wrong:
        typer.echo(f"cannot be read: {wrong}", err=True)
        raise typer.Exit(2) from None
    for fault in faults:
        typer.echo(f"FAULT {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    whence = "seed, " if given["ceremony"] else ""
    typer.echo(f"The draw holds: {whence}quotas, panels.")
    if not whence:
        typer.echo("Its seed comes from no ceremony: nobody knows how it was chosen.")
