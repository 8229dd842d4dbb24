"""Lists as spreadsheets: rows become an .xlsx file in a temporary file, so that a long list costs no memory."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kechuang.words.money import Money
from kechuang.words.period import ZONE

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOSTILE = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would read as a formula if the cell were typed again
MOST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'"))


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its title with the unit, and how wide it is in characters."""

    title: str
    width: int = 14
    format: str = ""  # how its numbers or days are written, where not as their kind is


def workbook(title: str, headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """One sheet named `title`: a bold frozen head, then `rows` as they come; the file is open at its beginning.

    Texts stay texts whatever they begin with; Money and Fraction become exact decimals of 万元 and of themselves,
    moments the clock of Shanghai. Rows are written one by one: the list may be an iterator over the database.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 (who is answered closes it)
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"})  # fmt: skip
    sheet = book.add_worksheet(title.translate(_FORBIDDEN)[:MOST_NAME] or "1")
    head, quoted, moment = book.add_format({"bold": True, "text_wrap": True, "valign": "top"}), book.add_format({"quote_prefix": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})  # fmt: skip
    money = book.add_format({"num_format": "#,##0.00####"})
    own = {n: book.add_format({"num_format": one.format}) for n, one in enumerate(headings) if one.format}
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, heading.width)
        sheet.write_string(0, column, heading.title, head)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _cell(sheet, (number, column), value, quoted=quoted, moment=moment, money=money, own=own.get(column))
    for_print(sheet)
    book.close()
    out.seek(0)
    return out


def _cell(sheet: Worksheet, at: tuple[int, int], value: Any, *, quoted: Format, moment: Format, money: Format, own: Format | None) -> None:  # fmt: skip
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif isinstance(value, Money):
        sheet.write_number(*at, value.in_unit("万元"), money)
    elif isinstance(value, Fraction):
        sheet.write_number(*at, Decimal(value.numerator) / Decimal(value.denominator))
    elif isinstance(value, int | Decimal):
        sheet.write_number(*at, value, own)
    elif isinstance(value, datetime):
        sheet.write_datetime(*at, value.astimezone(ZONE).replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(*at, value)
    else:
        text = str(value)
        sheet.write_string(*at, text, quoted if text.startswith(HOSTILE) else None)


def paper_book(title: str, lines: Iterable[tuple[str, str]], tables: Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]]) -> IO[bytes]:  # fmt: skip
    """A paper as a workbook: what it says line by line on the first sheet, each of its tables on a sheet of its own.

    A column of amounts or of numbers is one of numbers, amounts in yuan, so that it can be added up.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 (who is answered closes it)
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    head, wrapped = book.add_format({"bold": True, "valign": "top", "text_wrap": True}), book.add_format({"text_wrap": True, "valign": "top"})  # fmt: skip
    first = book.add_worksheet(title.translate(_FORBIDDEN)[:MOST_NAME] or "1")
    first.set_column(0, 0, 18)
    first.set_column(1, 1, 90, wrapped)
    for number, (label, text) in enumerate(lines):
        first.write_string(number, 0, label, head)
        first.write_string(number, 1, text, wrapped)
    for number, (name, heads, rows) in enumerate(tables, 1):
        sheet = book.add_worksheet(f"{number} {name}".translate(_FORBIDDEN)[:MOST_NAME])
        _paper_table(book, sheet, heads, rows)
        for_print(sheet)
    for_print(first)
    book.close()
    out.seek(0)
    return out


def _paper_table(book: xlsxwriter.Workbook, sheet: Worksheet, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:  # fmt: skip
    """One table of a paper: its head in bold, each column as wide as what stands in it, numbers as numbers."""
    bold, wrapped = book.add_format({"bold": True, "text_wrap": True, "valign": "top"}), {"text_wrap": True, "valign": "top"}  # fmt: skip
    quoted, plain = book.add_format({**wrapped, "quote_prefix": True}), book.add_format(wrapped)
    for column, text in enumerate(heads):
        cells = [row[column] for row in rows]
        told = numbers_in(cells)
        sheet.set_column(column, column, width_of([text, *cells]))
        sheet.write_string(0, column, f"{text}（元）" if told and told.money and "元" not in text else text, bold)
        number = book.add_format({"num_format": told.format, "valign": "top"}) if told else plain
        for line, value in enumerate(cells, 1):
            if told and told.values[line - 1] is not None:
                sheet.write_number(line, column, told.values[line - 1], number)
            elif value and not told:
                sheet.write_string(line, column, value, quoted if value.startswith(HOSTILE) else plain)
    sheet.freeze_panes(1, 0)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a column of texts is as numbers, and how they are written; amounts are yuan, days those since the spreadsheet's first."""

    values: list[Decimal | None]
    format: str
    money: bool


_AMOUNT = re.compile(r"([−-]?[\d,]+(?:\.\d+)?) (元|万元|亿元)")
_NUMBER = re.compile(r"[−-]?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d+)?")
_DAY = re.compile(r"(\d{4})[-年](\d{1,2})[-月](\d{1,2})日?")
_NOUGHT = date(1899, 12, 30)  # of the days that a spreadsheet counts
_YUAN = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


def numbers_in(cells: Sequence[str]) -> Numbers | None:
    """The numbers or days of a column that holds nothing else; None for one of texts, of codes that begin with 0, or of nothing."""
    said = [text for text in cells if text.strip(" —")]
    if said and all(map(_day, said)):
        days = [_day(text) for text in cells]
        return Numbers([Decimal((day - _NOUGHT).days) if day else None for day in days], "yyyy-mm-dd", money=False)
    if said and all(_AMOUNT.fullmatch(text) for text in said):
        found = [_AMOUNT.fullmatch(text) for text in cells]
        return Numbers([_decimal(one[1]) * _YUAN[one[2]] if one else None for one in found], "#,##0.00", money=True)
    if said and all(_NUMBER.fullmatch(text) and not re.match(r"0\d", text) for text in said):
        places = max(len(text.partition(".")[2]) for text in said)
        shape = ("#,##0" if any("," in text for text in said) or places else "0") + (
            "." + "0" * places if places else ""
        )
        return Numbers([_decimal(text) if text in said else None for text in cells], shape, money=False)
    return None


def _day(text: str) -> date | None:
    """The day that a text is, in figures; None where it is none of the calendar."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-"))


def width_of(texts: Iterable[str], *, least: int = 8, most: int = 48) -> int:
    """A width in characters in which these texts can be read: a Chinese sign takes two."""
    longest = max((sum(2 if ord(sign) > 0x2E7F else 1 for sign in text) for text in texts), default=least)
    return max(least, min(most, longest + 2))


def for_print(sheet: Worksheet) -> None:
    """On A4, lying where it is wide, as wide as the paper, its head on every page."""
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if sheet.dim_colmax > 5:
        sheet.set_landscape()
    sheet.repeat_rows(0)


def download(name: str, title: str, headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """The list as an answer to save under `name`.xlsx, sent as it is read from the temporary file."""
    return FileResponse(workbook(title, headings, rows), as_attachment=True, filename=f"{name}.xlsx", content_type=MEDIA)  # fmt: skip


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of texts as CSV with a byte-order mark; what a spreadsheet would take for a formula is preceded by an apostrophe."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([f"'{text}" if text.startswith(HOSTILE) else text for text in row] for row in rows)
    return out.getvalue()
