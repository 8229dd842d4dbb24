"""Runs alone under limits: prints the first sheet of a workbook as one JSON list of texts a line."""

import json
import re
import sys
from datetime import date, datetime
from zipfile import ZipFile, is_zipfile

from python_calamine import CalamineWorkbook


def text(value: object) -> str:
    """A cell as a person would have typed it: whole numbers without a point, days without midnight."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def uncomputed(path: str) -> bool:
    """Whether a formula was saved without its value: it would read as an empty cell, and money as nothing."""
    if not is_zipfile(path):
        return False
    with ZipFile(path) as book:
        for name in book.namelist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                with book.open(name) as sheet:
                    end = b""
                    while chunk := sheet.read(1 << 20):
                        if EMPTY.search(end + chunk):
                            return True
                        end = chunk[-64:]
    return False


EMPTY = re.compile(rb"(</f>|<f[^<>]*/>)\s*(<v\s*/>|<v>\s*</v>)?\s*</c>")
if uncomputed(sys.argv[1]):
    sys.stdout.write(json.dumps("formula_without_value") + "\n")
    sys.exit()
sheet = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0)
for row in sheet.iter_rows():
    sys.stdout.write(json.dumps([text(cell) for cell in row], ensure_ascii=True) + "\n")
