"""`kechuang backup`: a copy of everything, taken while others go on writing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer
from django.utils import timezone

from kechuang.faces.serving import copies

app = typer.Typer()


@app.command()
def backup(
    folder: Path = typer.Argument(help="A new folder, on another disk."),
    as_json: bool = typer.Option(False, "--json", help="JSON on standard output."),
) -> None:
    """Copy database, files and the log's keys into a new folder with a manifest; never the installation's own key."""
    said(lambda: copies.back_up(folder.resolve(), on=timezone.now(), say=step(as_json)), as_json)


def step(as_json: bool) -> copies.Progress:
    """What is being done, for whoever watches."""
    words = {"database": "数据库 / database …", "files": "附件 / files …", "checking": "核对 / checking …"}
    return lambda part: None if as_json else typer.echo(words[part], err=True)


def said(made, as_json: bool) -> None:  # type: ignore[no-untyped-def]
    """What came of it, or why not."""
    try:
        told = made()
    except copies.NotCopied as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps({**asdict(told), "folder": str(told.folder)}, ensure_ascii=False))
        return
    typer.echo(
        f"{told.folder}：{told.records} 条台账，至 {told.until}；{told.files} 个文件，{told.size // 1024} KB。密钥不在其中，请另存。\n"
        f"{told.folder}: {told.records} records until {told.until}; {told.files} files, {told.size // 1024} KB. "
        "The key is not in it: keep it elsewhere."
    )
