"""Reading a table: CSV in UTF-8, UTF-16 or GB18030, or an Excel workbook; a wrong guess is an error, never mojibake."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kechuang.casework.confined import Ended, Limits, answer
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOST_BYTES = 100 * 1024 * 1024
MOST_ROWS = 200_000
MOST_CELL = 32_767
CHILD = Path(__file__).with_name("workbook_child.py")
LIMITS = Limits(memory=1024 * 1024 * 1024, seconds=30, wall=30)
Row = tuple[int, dict[str, str]]


def rows_of(path: Path) -> Iterator[Row]:
    """Every row with its number in the file (the head is row 1) and its cells by the head's names.

    Refused as file_missing, table_too_large, encoding_unclear, not_a_table, head_missing or columns_twice.
    """
    if not path.is_file():
        raise Refused(Reason("file_missing", name=path.name))
    if path.stat().st_size > MOST_BYTES:
        raise Refused(Reason("table_too_large", most=MOST_BYTES // 1024 // 1024))
    head_bytes = path.open("rb").read(4)
    cells = _workbook(path) if head_bytes[:2] == b"PK" else _csv(path.read_bytes())
    head: list[str] = []
    for number, row in enumerate(cells, 1):
        if number == 1:
            head = [name.strip() for name in row]
            if not any(head):
                raise Refused(Reason("head_missing"))
            if twice := sorted(name for name, n in Counter(filter(None, head)).items() if n > 1):
                raise Refused(Reason("columns_twice", columns=twice))
            continue
        if number > MOST_ROWS:
            raise Refused(Reason("table_too_many_rows", most=MOST_ROWS))
        if any(cell.strip() for cell in row):
            yield number, {name: cell.strip() for name, cell in zip(head, row, strict=False) if name}


def _csv(content: bytes) -> Iterator[list[str]]:
    text = decoded(content)
    csv.field_size_limit(MOST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""))
    except csv.Error:
        raise Refused(Reason("not_a_table")) from None


def decoded(content: bytes) -> str:
    """The text of `content`: by its mark, else UTF-8 if it is that, else GB18030 if it reads as Chinese people write."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _strict(content, name)
    if b"\0" in content[:4096]:
        raise Refused(Reason("encoding_unclear"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        text = _strict(content, "gb18030")
    if not reads_as_chinese(text):
        raise Refused(Reason("encoding_unclear"))
    return text


def _strict(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        raise Refused(Reason("encoding_unclear")) from None


def reads_as_chinese(text: str) -> bool:
    """Whether most Han characters are of the common set (GB 2312 level 1): another encoding read as GB18030 gives rare ones."""
    han = [c for c in text[:200_000] if "㐀" <= c <= "鿿"]
    strange = sum("\ue000" <= c <= "\uf8ff" or c == "�" for c in text[:200_000])
    if strange:
        return False
    return not han or sum(map(_common, han)) * 10 >= len(han) * 7


def _common(character: str) -> bool:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return 0xB0 <= code[0] <= 0xD7


def _workbook(path: Path) -> Iterator[list[str]]:
    """The first sheet of a workbook, read by a process that may not take much memory, time or disk."""
    try:
        told = answer(CHILD, str(path.resolve()), limits=LIMITS)
    except Ended as end:
        raise Refused(Reason("file_too_costly" if end.slow else "not_a_table")) from None
    for line in told.splitlines():
        row = json.loads(line)
        if isinstance(row, str):
            raise Refused(Reason(row))
        yield row
