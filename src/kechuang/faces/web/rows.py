"""The rows of a table as text: a list of fifty rows has four hundred cells, and a template for each cost more than all else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kechuang.faces.web import wording

Cell = Mapping[str, Any]
CLASSES = (
    ("lead", "lead-cell"),
    ("num", " num"),
    ("hide", " hide-s"),
    ("wide", " wide"),
    ("mid", " mid-cell"),
    ("nowrap", " nowrap"),
)
NOTHING = mark_safe("")


def chip(title: Any, tone: str = "") -> SafeString:
    """A state: title and one of draft, way, you, hold, done, no, past."""
    return format_html('<span class="chip{}">{}</span>', f" {tone}" if tone else "", wording.text(title))


def meter(share: Any, label: str, tone: str = "", limit: Any = None) -> SafeString:
    """A bar filled to `share` (0–1, or percent above 1), with a mark at `limit` and a name for the ear."""
    width, mark = _percent(share), NOTHING if limit in (None, "") else _mark(_percent(limit))
    return format_html(
        '<svg class="meter{}" viewBox="0 0 100 8" preserveAspectRatio="none" role="progressbar" aria-valuemin="0" '
        'aria-valuemax="100" aria-valuenow="{}" aria-label="{}"><rect width="{}" height="8"/>{}</svg>',
        f" {tone}" if tone else "",
        round(width),
        label,
        width,
        mark,
    )


def _percent(share: Any) -> float:
    value = float(share or 0)
    return round(min(max(value * 100 if value <= 1 else value, 0), 100), 1)


def _mark(at: float) -> SafeString:
    return format_html('<rect class="limit" x="{}" width="0.5" height="8"/>', at)


def plain(row: Mapping[str, Any], pick: Any) -> SafeString:
    """A row of cells: {key, href, sum, cells, selected, focus, over}; with `pick` it begins with a box to tick."""
    drawn = mark_safe("".join(map(_cell, row["cells"])))
    return format_html(
        "<tr{}{}{}>{}{}</tr>",
        mark_safe(' class="over"' if row.get("over") else ' class="focus"' if row.get("focus") else ""),
        mark_safe(' aria-selected="true"' if row.get("selected") else ""),
        format_html(' data-href="{}"', row["href"]) if row.get("href") else NOTHING,
        _box(row) if pick else NOTHING,
        drawn,
    )


def group(title: Any) -> SafeString:
    """The head of a group of rows."""
    return format_html('<tr class="group"><td colspan="99">{}</td></tr>', wording.text(title))


def _box(row: Mapping[str, Any]) -> SafeString:
    return format_html(
        '<td class="alone"><input type="checkbox" name="pick" value="{}" data-sum="{}"{} aria-label="{}"></td>',
        row.get("key", ""), row.get("sum") or "0", mark_safe(" checked" if row.get("selected") else ""),
        _("选 %(key)s") % {"key": row.get("key", "")},
    )  # fmt: skip


def _cell(cell: Cell) -> SafeString:
    classes = "".join(name for key, name in CLASSES if cell.get(key))
    tone = cell.get("tone")
    label = cell.get("label")
    return format_html(
        '<td class="{}{}"{}>{}{}</td>',
        classes,
        f" in-{tone}" if tone and not cell.get("chip") else "",
        format_html(' data-l="{}"', wording.text(label)) if label else NOTHING,
        _said(cell),
        format_html("<small>{}</small>", wording.text(cell["small"])) if cell.get("small") else NOTHING,
    )


def _said(cell: Cell) -> Any:
    """What stands in a cell: a chip, money in 万元, a day, a share with its bar, or a text, linked or not."""
    if cell.get("chip"):
        return chip(cell["chip"], cell.get("tone") or "")
    if cell.get("fen") is not None:
        return wording.ten_thousands(cell["fen"])
    if cell.get("date"):
        return wording.day(cell["date"])
    if cell.get("share") is not None:
        bar = meter(cell["share"], cell.get("name") or "", cell.get("tone") or "")
        said = wording.percent(cell["share"])
        return format_html('<span class="row one-line">{}<span class="num">{}</span></span>', bar, said)
    text = wording.text(cell.get("text", ""))
    if cell.get("href"):
        return format_html('<a class="title" href="{}">{}</a>', cell["href"], text)
    return wording.DASH if text in (None, "") else text
