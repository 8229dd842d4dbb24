"""`kechuang verify draw`: runs the very script that anyone can download, on a certificate of either form."""

from __future__ import annotations

import json
import runpy
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer

app = typer.Typer()
SCRIPT = files("kechuang.faces.web") / "static" / "verify_draw.py"


@app.command()
def draw(certificate: Path = typer.Argument(..., help="A certificate, full or public, as JSON.")) -> None:
    """Verify a draw: seed, feasibility, the re-drawn panels, and for a full certificate that none is better."""
    try:
        faults = found(json.loads(certificate.read_text("utf-8")))
    except (OSError, ValueError) as wrong:
        typer.echo(f"cannot be read: {wrong}", err=True)
        raise typer.Exit(2) from None
    for fault in faults:
        typer.echo(f"FAULT {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("The draw holds: seed, quotas, panels.")


def found(certificate: dict[str, Any]) -> list[str]:
    """Every fault the script finds, in words."""
    verify = runpy.run_path(str(SCRIPT), run_name="verify_draw")["verify"]
    return list(verify(certificate))
