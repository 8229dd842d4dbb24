"""`kechuang population`: a synthetic region of firms with a seed, a parquet or CSV file for each of the vocabulary's entities."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import typer
from rich.progress import Progress

from kechuang.engines.rules.synthetic import region
from kechuang.faces.cli import Written
from kechuang.faces.cli.policies import vocabulary_in
from kechuang.faces.cli.spoken import either, wrong

app = typer.Typer()
WRITERS = {Written.parquet: partial(pq.write_table, compression="zstd"), Written.csv: pa_csv.write_csv}


@app.command()
def population(
    firms: Annotated[int, typer.Option(min=1, help="How many enterprises.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same region.")] = 1,
    year: Annotated[int, typer.Option(min=1, max=9998, help="The year all dates lie in.")] = 2019,
    book: Annotated[Path | None, typer.Option(help="A book with its own vocabulary; else the house's.")] = None,
    kind: Annotated[Written, typer.Option("--as", help="How the files are written.")] = Written.parquet,
) -> None:
    """A synthetic region of firms, with a seed."""
    if out.exists() and not out.is_dir():
        raise wrong("{name} is a file, not a folder", "write a folder", name=out)
    words = vocabulary_in(book)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise wrong("the folder {name} cannot be made", "see whether one may write there", name=out) from None
    with Progress(transient=True) as progress:
        task = progress.add_task(either("合成区域", "synthetic region"), total=len(words.entities))
        for name, columns in region(words, firms=firms, seed=seed, year=year):
            table = pa.table(dict(columns))
            WRITERS[kind](table, out / f"{name}.{kind}")
            progress.console.print(f"{name}.{kind}  {table.num_rows:,} {either('行', 'rows')}")
            progress.advance(task)
