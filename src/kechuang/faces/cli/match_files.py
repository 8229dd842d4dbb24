"""Files of the match commands: tables read as UTF-8 or GB18030, indexes written whole or not at all."""

from __future__ import annotations

import codecs
import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import tantivy
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from kechuang.engines.match import Index, Segment
from kechuang.engines.match.large import Large, schema

ABOUT = "about.json"
FORMAT = 1
LONGEST_FIELD = 64 * 1024 * 1024
BLOCK = 1 << 20
Something = TypeVar("Something")


class Unreadable(typer.Exit):
    """A file that cannot be used; the sentence goes to the error stream and the command ends with 2."""

    def __init__(self, why: str) -> None:
        typer.echo(why, err=True)
        super().__init__(2)


def encoding(path: Path) -> str:
    """`utf-8-sig` where every byte of the file is UTF-8, else `gb18030` where every byte is that."""
    for name in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    decoder.decode(block)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            continue
        return name
    raise Unreadable(f"{path}: neither UTF-8 nor GB18030 / 既不是 UTF-8 也不是 GB18030，请另存为其中一种")


def rows(path: Path, columns: Sequence[str], *, progress: Progress | None = None) -> Iterator[dict[str, str]]:
    """The rows of a comma separated file with a header; `columns` must be among its names."""
    if not path.is_file():
        raise Unreadable(f"{path}: no such file / 文件不存在")
    csv.field_size_limit(LONGEST_FIELD)
    task = progress.add_task(path.name, total=path.stat().st_size) if progress else None
    with path.open(encoding=encoding(path), newline="") as file:
        lines = csv.DictReader(file)
        missing = [column for column in columns if column not in (lines.fieldnames or ())]
        if missing:
            has = ", ".join(lines.fieldnames or ())
            raise Unreadable(
                f"{path}: no column {', '.join(missing)}; it has {has} / 缺少列 {', '.join(missing)}，现有 {has}"
            )
        for count, row in enumerate(lines):
            if progress and task is not None and count % 500 == 0:
                progress.update(task, completed=file.buffer.tell())
            yield {name: value or "" for name, value in row.items() if isinstance(name, str)}
    if progress and task is not None:
        progress.update(task, completed=path.stat().st_size)


def batches(some: Iterator[Something], size: int) -> Iterator[list[Something]]:
    """The same in lists of `size`."""
    while batch := list(islice(some, size)):
        yield batch


def bar(*, counted: bool = False) -> Progress:
    """A progress bar on the error stream, so that the output stays a clean stream of lines."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    extra = (MofNCompleteColumn(),) if counted else ()
    return Progress(*columns, *extra, console=Console(stderr=True), transient=True)


@dataclass(frozen=True, slots=True)
class Opened:
    """An index as it lies on disk: the arrays mapped, not read; the words opened when they are asked for."""

    path: Path
    about: dict[str, Any]

    @property
    def index(self) -> Index:
        """For near-duplicates."""
        arrays = {file.stem: np.load(file, mmap_mode="r") for file in sorted((self.path / "prints").glob("*.npy"))}
        return Index((Segment.of(arrays),))

    @property
    def words(self) -> Large:
        """For search."""
        if not self.about.get("search"):
            raise Unreadable(f"{self.path}: built without words for search / 建立时未收入检索词，请重新建")
        return Large(tantivy.Index.open(str(self.path / "words")))


def opened(path: Path) -> Opened:
    """The index at `path`, which `match build` made."""
    try:
        about = json.loads((path / ABOUT).read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Unreadable(
            f"{path}: no index; make one with `kechuang match build` / 不是索引，请用 `kechuang match build` 建一个"
        ) from fault
    if about.get("format") != FORMAT:
        raise Unreadable(f"{path}: an index of format {about.get('format')}, build it anew / 索引格式不符，请重新建")
    return Opened(path, about)


class Written:
    """A column that goes to disk as it grows, in the form of NumPy's files; mapped once it is whole."""

    def __init__(self, path: Path, kind: Any) -> None:
        self._path, self._kind, self._count = path, np.dtype(kind), 0
        path.touch()
        self._head()

    def _head(self) -> None:
        """Say the length at the front of the file; NumPy leaves room there, so that a later one is as long."""
        told = {"descr": np.lib.format.dtype_to_descr(self._kind), "fortran_order": False, "shape": (self._count,)}
        with self._path.open("r+b") as file:
            np.lib.format.write_array_header_1_0(file, told)

    def extend(self, part: NDArray[Any]) -> None:
        with self._path.open("ab") as file:
            file.write(part.astype(self._kind, copy=False).tobytes())
        self._count += len(part)

    def whole(self) -> NDArray[Any]:
        self._head()
        found: NDArray[Any] = np.load(self._path, mmap_mode="r")
        return found


class Draft:
    """An index being written beside its place; it takes the place only when it is whole."""

    def __init__(self, place: Path) -> None:
        if place.exists() and not (place / ABOUT).is_file():
            raise Unreadable(
                f"{place}: exists and is no index; it is left alone / 已存在且不是索引，没有动它，请换一个文件夹"
            )
        self._place = place
        self._path = place.with_name(f".{place.name}.draft")
        shutil.rmtree(self._path, ignore_errors=True)
        (self._path / "words").mkdir(parents=True)
        (self._path / "prints").mkdir()

    @property
    def words(self) -> Large:
        return Large(tantivy.Index(schema(), path=str(self._path / "words")))

    def letters(self, kind: Any) -> Written:
        """Where the letters of the segment go while it is built."""
        return Written(self._path / "prints" / "letters.npy", kind)

    def keep(self, segment: Segment, about: dict[str, Any]) -> None:
        """Write the arrays that are not yet there and the description, and put the index in its place."""
        for name, array in segment.arrays().items():
            path = self._path / "prints" / f"{name}.npy"
            if not path.exists():
                np.save(path, array)
        text = json.dumps({"format": FORMAT, **about}, ensure_ascii=False, indent=1)
        (self._path / ABOUT).write_text(text + "\n", "utf-8")
        if self._place.exists():
            shutil.rmtree(self._place)
        self._path.rename(self._place)

    def drop(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._path, ignore_errors=True)
