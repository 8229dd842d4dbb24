"""`kechuang match`: near-duplicates, the passages shared, and the people nearest, over files of texts."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from kechuang.desks.texts.extract import Unread, text_of
from kechuang.engines.match import Affinity, Builder, Entry, Hit, Profiles, Work, boilerplate, evidence, profiles
from kechuang.engines.match.compact import Batch, read_batch
from kechuang.engines.match.large import cut
from kechuang.faces.cli.match_files import Draft, Unreadable, bar, batches, opened, rows

BATCH = 4000
ALONE = 5
SPLIT = re.compile(r"[;；,，、|]")

app = typer.Typer(no_args_is_help=True, help=__doc__, rich_markup_mode=None)
Text = Annotated[list[str], typer.Option("--text", help="Column of a section; may be repeated.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Top = Annotated[int, typer.Option("--top", min=1, help="How many hits a row.")]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table make an entry."""

    name: str
    texts: tuple[str, ...]
    title: str = ""
    kind: str = ""
    year: str = ""
    place: str = ""

    @property
    def all(self) -> list[str]:
        wanted = (self.name, *self.texts, self.title, self.kind, self.year, self.place)
        return list(dict.fromkeys(column for column in wanted if column))

    def entry(self, row: Mapping[str, str]) -> Entry:
        """What search shows: the title column (the first text if none is named), the other texts below."""
        title = self.title or self.texts[0]
        rest = [row[column] for column in self.texts if column != title]
        year = re.search(r"\d{4}", row[self.year]) if self.year else None
        place = row[self.place] if self.place else ""
        kind = row[self.kind] if self.kind else ""
        return Entry(row[self.name], row[title], "\n".join(rest), kind, int(year[0]) if year else 0, place)

    def sections(self, row: Mapping[str, str]) -> dict[str, str]:
        return {column: row[column] for column in self.texts}


@dataclass(frozen=True, slots=True)
class Cut:
    """A batch of rows read by a worker: for the fingerprints and for the words."""

    prints: Batch
    entries: list[tuple[Entry, tuple[str, str]]]


def read(columns: Columns, words: bool, batch: Sequence[Mapping[str, str]]) -> Cut:
    """The work on a batch that needs neither index nor disk; without words only the names go on."""
    documents = [list(columns.sections(row).values()) for row in batch]
    if words:
        entries = [columns.entry(row) for row in batch]
        return Cut(read_batch(documents), [(entry, cut(entry)) for entry in entries])
    return Cut(read_batch(documents), [(Entry(row[columns.name], ""), ("", "")) for row in batch])


def read_all(columns: Columns, found: Iterator[dict[str, str]], *, words: bool) -> Iterator[Cut]:
    """Batches in their order; the first few here, and if there are more, the rest by as many workers as cores."""
    waiting = batches(found, BATCH)
    for _, batch in zip(range(ALONE), waiting, strict=False):
        yield read(columns, words, batch)
    first = next(waiting, None)
    if first is None:
        return
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        ahead = [pool.submit(read, columns, words, first)]
        for batch in waiting:
            ahead.append(pool.submit(read, columns, words, batch))
            if len(ahead) > 2 * workers:
                yield ahead.pop(0).result()
        for last in ahead:
            yield last.result()


def once(columns: Columns, files: Iterable[Path], progress: Progress) -> Iterator[dict[str, str]]:
    """The rows of all files, the first of each id; how many repeats were left out is said at the end."""
    seen: set[str] = set()
    repeats = 0
    for file in files:
        for row in rows(file, columns.all, progress=progress):
            if row[columns.name] in seen:
                repeats += 1
                continue
            seen.add(row[columns.name])
            yield row
    if repeats:
        typer.echo(f"{repeats} rows repeat an id and were left out / 重复编号 {repeats} 行未收入", err=True)


@app.command()
def build(
    files: Annotated[list[Path], typer.Argument(help="CSV files, UTF-8 or GB18030.")],
    id: Annotated[str, typer.Option("--id", help="Column with the name of a row.")],
    text: Text,
    out: Annotated[Path, typer.Option("--out", help="Folder of the index.")],
    title: Annotated[str, typer.Option(help="Column of the title; the first text if none.")] = "",
    kind: Annotated[str, typer.Option(help="Column to filter searches by.")] = "",
    year: Annotated[str, typer.Option(help="Column with a year, or a date that holds one.")] = "",
    place: Annotated[str, typer.Option(help="Column with a code of a place.")] = "",
    search: Annotated[
        bool, typer.Option("--search/--no-search", help="With words for `kechuang search`, or without.")
    ] = True,
) -> None:
    """Build an index of files of texts: fingerprints for near-duplicates, words for search."""
    columns = Columns(id, tuple(text), title, kind, year, place)
    draft = Draft(out)
    builder = Builder(draft.letters)
    try:
        with bar() as progress:
            found = _gathered(read_all(columns, once(columns, files, progress), words=search), builder)
            if search:
                draft.words.fill(found)
            else:
                deque(found, maxlen=0)
            segment = builder.segment()
            draft.keep(segment, {"documents": len(segment), "id": id, "text": text, "search": search})
    except BaseException:
        draft.drop()
        raise
    typer.echo(f"{len(segment)} documents in {out} / 已收入 {len(segment)} 篇", err=True)


def _gathered(cuts: Iterable[Cut], builder: Builder) -> Iterator[tuple[Entry, tuple[str, str]]]:
    """Fingerprints to the builder, entries onward."""
    for one in cuts:
        builder.take([entry.name for entry, _ in one.entries], one.prints)
        yield from one.entries


@app.command()
def query(
    index: Annotated[Path, typer.Argument(help="An index made by `match build`.")],
    file: Annotated[Path, typer.Argument(help="CSV with the texts asked about.")],
    id: Annotated[str, typer.Option("--id", help="Column with the name of a row.")],
    text: Text,
    top: Top = 10,
    weight: Annotated[
        list[str] | None, typer.Option(help="COLUMN=N: how much a section weighs; 1 if not given.")
    ] = None,
    form: Annotated[list[Path] | None, typer.Option(help="Text of the call or the form, to be subtracted.")] = None,
    others: Annotated[bool, typer.Option("--others", help="Leave out the document with the row's own id.")] = False,
    as_json: Json = False,
) -> None:
    """The nearest documents of each row: id, score, and the share of the text found there."""
    found = opened(index).index
    weights = dict(_weight(one) for one in weight or ())
    common = boilerplate([_text(path) for path in form or ()])
    columns = Columns(id, tuple(text))
    with bar() as progress:
        for row in rows(file, columns.all, progress=progress):
            own = [row[id]] if others else []
            hits = found.query(columns.sections(row), top=top, weights=weights, without=common, leave_out=own)
            _say(_hits_line(row[id], hits), as_json, progress.console)


def _weight(text: str) -> tuple[str, int]:
    name, _, number = text.rpartition("=")
    if not name or not number.isdecimal():
        raise Unreadable(f"{text}: write COLUMN=N, such as abstract=2 / 应写作 列名=权重")
    return name, int(number)


def _hits_line(name: str, hits: Iterable[Hit]) -> dict[str, Any]:
    listed = [{"id": hit.name, "score": hit.score, "share": hit.share, "shares": dict(hit.shares)} for hit in hits]
    return {"id": name, "hits": listed}


@app.command(name="evidence")
def show_evidence(
    a: Annotated[Path, typer.Argument(help="A text, docx, xlsx or pdf file.")],
    b: Annotated[Path, typer.Argument(help="Another.")],
    shortest: Annotated[int, typer.Option(min=3, help="Shortest passage, in letters.")] = 8,
    form: Annotated[list[Path] | None, typer.Option(help="Text of the call or the form, to be subtracted.")] = None,
    as_json: Json = False,
) -> None:
    """The passages two texts share, with their places in both."""
    first, second = _text(a), _text(b)
    found = evidence(first, second, shortest=shortest, without=boilerplate([_text(path) for path in form or ()]))
    passages = [
        {
            "a": [one.a_start, one.a_end],
            "b": [one.b_start, one.b_end],
            "letters": one.length,
            "text": first[one.a_start : one.a_end],
        }
        for one in found.passages
    ]
    line = {
        "letters": {"a": found.a_letters, "b": found.b_letters, "shared": found.shared},
        "share": {"a": round(float(found.share_of_a), 4), "b": round(float(found.share_of_b), 4)},
        "passages": passages,
    }
    if as_json:
        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    typer.echo(f"A {line['share']['a']:.1%}  B {line['share']['b']:.1%}  ({found.shared} letters shared / 相同字数)")
    for one in passages:
        typer.echo(f"A {one['a'][0]}–{one['a'][1]}  B {one['b'][0]}–{one['b'][1]}  {one['text']}")


def _text(path: Path) -> str:
    if not path.is_file():
        raise Unreadable(f"{path}: no such file / 文件不存在")
    try:
        return text_of(path).text
    except Unread as fault:
        raise Unreadable(f"{path}: {fault}") from fault


@app.command()
def experts(
    file: Annotated[Path, typer.Argument(help="CSV of works: who, and texts.")],
    person: Annotated[str, typer.Option("--person", help="Column that says whose work a row is.")],
    text: Text,
    query: Annotated[Path, typer.Option("--query", help="CSV with the texts that look for people; same columns.")],
    id: Annotated[str, typer.Option("--id", help="Column with the name of a row; its number if not given.")] = "",
    codes: Annotated[str, typer.Option(help="Column of codes, where A0101 lies in A01.")] = "",
    keywords: Annotated[str, typer.Option(help="Column of keywords.")] = "",
    top: Top = 10,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="The work of the same id does not count.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The people nearest to each text, by their own works."""
    if leave_one_out and not id:
        raise Unreadable("--leave-one-out needs --id / --leave-one-out 需要 --id，请写上")
    wanted = [column for column in (*text, id, codes, keywords) if column]
    with bar() as progress:
        works = list(rows(file, [person, *wanted], progress=progress))
        made = profiles(_work(row, row[person], text, codes, keywords) for row in works)
        numbers = {row[id]: number for number, row in enumerate(works)} if id else {}
        for count, row in enumerate(rows(query, wanted, progress=progress), start=1):
            name = row[id] if id else str(count)
            without = [numbers[name]] if leave_one_out and name in numbers else []
            near = made.nearest(_work(row, "", text, codes, keywords), top=top, without=without)
            _say(_people_line(name, near, made, [one[id] for one in works] if id else None), as_json, progress.console)


def _work(row: Mapping[str, str], whose: str, text: Sequence[str], codes: str, keywords: str) -> Work:
    joined = "\n".join(row[column] for column in text)
    return Work(whose, joined, _listed(row, codes), _listed(row, keywords))


def _listed(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in SPLIT.split(row[column]) if part.strip()) if column else ()


def _people_line(name: str, near: Iterable[Affinity], made: Profiles, ids: Sequence[str] | None) -> dict[str, Any]:
    hits = [
        {
            "person": one.whose,
            "score": round(one.score, 6),
            "work": ids[one.work] if ids else one.work + 1,
            "words": list(one.words),
            "codes": list(one.codes),
        }
        for one in near
    ]
    return {"id": name, "hits": hits}


def _say(line: Mapping[str, Any], as_json: bool, console: Console) -> None:
    """A line for programs, or a small table for people."""
    if as_json:
        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    table = Table(title=line["id"], title_justify="left", box=None)
    for column in line["hits"][0] if line["hits"] else ():
        table.add_column(column)
    for hit in line["hits"]:
        table.add_row(
            *(json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value for value in hit.values())
        )
    Console().print(table if line["hits"] else f"{line['id']}: 无相近 / nothing near")
