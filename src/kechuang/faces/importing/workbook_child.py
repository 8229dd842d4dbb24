"""Runs alone under limits: prints the first sheet of a workbook as one JSON list of texts a line."""

import json
import sys
from datetime import date, datetime

from python_calamine import CalamineWorkbook


def text(value: object) -> str:
    """A cell as a person would have typed it: whole numbers without a point, days without midnight."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


sheet = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0)
for row in sheet.iter_rows():
    sys.stdout.write(json.dumps([text(cell) for cell in row], ensure_ascii=True) + "\n")
