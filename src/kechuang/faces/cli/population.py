"""`kechuang population`: a synthetic region of firms with a seed, as parquet files of the vocabulary's entities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.progress import Progress

from kechuang.engines.rules.synthetic import region
from kechuang.faces.cli.policies import vocabulary_in

app = typer.Typer()


@app.command()
def population(
    firms: Annotated[int, typer.Option(min=1, help="How many enterprises.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same region.")] = 1,
    year: Annotated[int, typer.Option(help="The year all dates lie in.")] = 2019,
    book: Annotated[Path | None, typer.Option(help="A book with its own vocabulary; else the house's.")] = None,
) -> None:
    """A synthetic region of firms, with a seed."""
    words = vocabulary_in(book)
    out.mkdir(parents=True, exist_ok=True)
    with Progress(transient=True) as progress:
        task = progress.add_task("synthetic region", total=len(words.entities))
        for name, columns in region(words, firms=firms, seed=seed, year=year):
            table = pa.table(dict(columns))
            pq.write_table(table, out / f"{name}.parquet", compression="zstd")
            progress.console.print(f"{name}.parquet  {table.num_rows:,} rows")
            progress.advance(task)
