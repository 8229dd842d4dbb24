"""`kechuang verify draw`: runs the very script that anyone can download, on a certificate of either form."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from kechuang.faces.cli.spoken import either
from kechuang.faces.web.verifying import found

app = typer.Typer()


@app.command()
def draw(certificate: Path = typer.Argument(..., help="A certificate, full or public, as JSON.")) -> None:
    """Verify a draw: seed, feasibility, the re-drawn panels, and for a full certificate that none is better."""
    try:
        given = json.loads(certificate.read_text("utf-8"))
        faults = found(given)
    except (OSError, ValueError):
        typer.echo(
            either("读不出来，请给抽取凭证的 JSON 文件", "cannot be read: give the JSON file of a certificate"),
            err=True,
        )
        raise typer.Exit(2) from None
    for fault in faults:
        typer.echo(f"{either('不符', 'FAULT')} {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    if given["ceremony"]:
        typer.echo(either("抽取核验通过：种子、名额、评审组。", "The draw holds: seed, quotas, panels."))
        return
    typer.echo(either("抽取核验通过：名额、评审组。", "The draw holds: quotas, panels."))
    typer.echo(
        either(
            "种子没有经过公开仪式，无人知道是怎样选的。",
            "Its seed comes from no ceremony: nobody knows how it was chosen.",
        )
    )
