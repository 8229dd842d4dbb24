"""Tags and filters every template has at hand (a template builtin): they word values and draw small parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kechuang.faces.web import act_titles, rows, sentences, wording
from kechuang.faces.web.rows import chip, meter

register = template.Library()

for _name, _filter in {
    "text": wording.text,
    "wan": wording.ten_thousands,
    "in_words": wording.in_words,
    "thousands": wording.number,
    "percent": wording.percent,
    "chosen": wording.chosen,
    "unit": wording.unit,
    "paper_title": act_titles.paper_title,
    "published_as": act_titles.published_as,
    "day": wording.day,
    "day_long": wording.day_long,
    "moment": wording.moment,
    "deadline": wording.deadline,
    "term_end": wording.term_end,
    "days_left": wording.days_left,
    "workdays_left": wording.workdays_left,
    "days_since": wording.days_since,
    "urgency": wording.urgency,
    "day_in_words": wording.day_in_words,
    "short_digest": wording.short,
    "grouped_digest": wording.grouped,
    "filesize": wording.size,
    "listed": wording.listed,
    "joined": wording.joined,
    "sentence": sentences.sentence,
}.items():
    register.filter(_name, _filter)


@register.filter
def money(fen: Any, size: str = "") -> SafeString:
    """A sum with its unit set small; `size` is "" , "big" or "huge"."""
    digits, unit = wording.amount(fen)
    tail = format_html('<span class="unit">{}</span>', unit) if unit else ""
    return format_html('<span class="money{}">{}{}</span>', f" {size}" if size else "", digits, tail)


@register.filter
def evidence(value: datetime | None) -> str:
    """A moment to the second with its year, where it is evidence: 2026年3月18日 16:47:05."""
    return wording.moment(value, seconds=True, year=True)


@register.filter
def or_dash(value: Any) -> Any:
    """What is unknown is said with a dash, never left blank."""
    return wording.DASH if value in (None, "") else value


@register.filter
def get(mapping: Mapping[str, Any] | None, key: Any) -> Any:
    """One entry of a mapping whose key is itself a variable."""
    return mapping.get(key) if mapping else None


@register.filter
def iso(value: date | datetime | None) -> str:
    """What a <time datetime> wants."""
    return wording.local(value).isoformat() if value else ""


register.simple_tag(chip)
register.simple_tag(meter)


@register.simple_tag
def state_chip(state: str, title: Any, mine: bool = False, ended: bool = False) -> SafeString:
    """A state of a flow by its name: shape and tone follow from it and from whether the reader has it."""
    return chip(title, wording.tone(state, mine=mine, ended=ended))


@register.simple_tag
def spark(values: list[Any]) -> SafeString:
    """A line of a few numbers beside a figure; the figure says the same, so it is hidden from the ear."""
    numbers = [float(v) for v in values]
    if len(numbers) < 2:
        return mark_safe("")
    low, span = min(numbers), (max(numbers) - min(numbers)) or 1
    step = 100 / (len(numbers) - 1)
    points = " L".join(f"{i * step:.1f} {22 - 20 * (n - low) / span:.1f}" for i, n in enumerate(numbers))
    return format_html(
        '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true"><path d="M{}"/></svg>',
        points,
    )


@register.simple_tag(takes_context=True)
def table_row(context: template.Context, row: Mapping[str, Any], pick: Any = False) -> SafeString:
    """One row of a table: of cases, the head of a group, or the line of the budget."""
    if row.get("cut"):
        with context.push(cut=row["cut"]):
            return context.template.engine.get_template("parts/cut.html").render(context)
    return rows.group(row["group"]) if row.get("group") else rows.plain(row, pick)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's own address with some parameters changed; None takes one away, so that a list is a link to share."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return "?" + parameters.urlencode()


@register.simple_tag(takes_context=True)
def sort_link(context: template.Context, column: str) -> str:
    """Sort by `column`; a second press turns it round; paging starts anew."""
    now = context["request"].GET.get("sort", "")
    return query(context, sort=f"-{column}" if now == column else column, page=None)


@register.simple_tag(takes_context=True)
def sorted_by(context: template.Context, column: str) -> str:
    """`ascending`, `descending` or `none`: what aria-sort says of `column`."""
    now = context["request"].GET.get("sort", "")
    return "ascending" if now == column else "descending" if now == f"-{column}" else "none"


@register.simple_tag(takes_context=True)
def field(context: template.Context, shown: Any, bare: bool = False) -> SafeString:
    """One field of a form, by its kind: label above, hint, control, answer. `bare` leaves the frame away (in tables)."""
    name = "parts/field_bare.html" if bare else "parts/field.html"
    drawn = context.template.engine.get_template(name)
    control = "select" if bare and shown.control == "choice" else shown.control  # a cell has no room for radios
    with context.push(field=shown, control=f"parts/fields/{control}.html"):
        return drawn.render(context)
