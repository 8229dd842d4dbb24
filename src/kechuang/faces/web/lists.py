"""What every list of the offices has: pages, sorting by the address, filters, names of states and of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from kechuang.casework.models import Case, Round
from kechuang.casework.pages import Pages, current, pages_of
from kechuang.faces.web import tables, wording
from kechuang.words.place import league_of

PAGE = 50
Cell = dict[str, Any]


class PagesAtHand:
    """The pages of rounds, asked for once a request: a list of a thousand cases reads them once a round."""

    def __init__(self) -> None:
        self._found: dict[str, Pages] = {}

    def of(self, round_: Round) -> Pages:
        key = round_.frozen_id or f"now:{round_.programme}"
        if key not in self._found:
            self._found[key] = pages_of(round_)
        return self._found[key]

    def state_title(self, subject: Case | Round) -> Any:
        """The state of a case or round as its own page names it."""
        flow = self.of(subject.round).flow_of(subject)
        return flow.states[subject.state].title if subject.state in flow.states else subject.state

    def ended(self, subject: Case | Round) -> bool:
        flow = self.of(subject.round).flow_of(subject)
        return subject.state in flow.states and flow.states[subject.state].end


def paged(
    request: HttpRequest, rows: QuerySet[Any], *, size: int = PAGE, count: int | None = None
) -> tuple[list[Any], dict[str, Any]]:
    """The rows of one page, and what parts/pages.html says of them; a page that does not exist becomes the nearest.

    `count`: how many rows there are, where that is known already; else the database is asked.
    """
    pages = Paginator(rows, tables.size_of(request, size))
    if count is not None:
        pages.count = count  # type: ignore[misc]  # what the paginator would ask once and keep
    page = pages.get_page(request.GET.get("page"))
    shown = {
        "first": page.start_index(), "last": page.end_index(), "all": page.paginator.count, "number": page.number,
        "pages": page.paginator.num_pages, "before": page.number - 1, "after": page.number + 1,
    }  # fmt: skip
    return list(page.object_list), shown


def ordered(request: HttpRequest, rows: QuerySet[Any], columns: Mapping[str, str], *, first: str) -> QuerySet[Any]:
    """`rows` in the order the address asks for (`sort=asked`, `sort=-asked`); unknown columns fall back to `first`."""
    wanted = request.GET.get("sort", "") or first
    column = columns.get(wanted.removeprefix("-")) or columns[first.removeprefix("-")]
    return rows.order_by(f"-{column}" if wanted.startswith("-") else column, "pk")


def filter_of(name: str, label: Any, options: Iterable[tuple[str, Any]], chosen: str) -> dict[str, Any]:
    """One filter as parts/filters.html takes it."""
    shown = [{"code": code, "title": title, "chosen": code == chosen} for code, title in options]
    return {"name": name, "label": label, "value": chosen, "options": shown}


def leagues() -> dict[str, Any]:
    """The leagues and cities by code, in the order of the book."""
    return {str(row["code"]): {"zh": row["zh"], "en": row["en"]} for row in current().page("places").body["leagues"]}


def place_title(code: str, known: Mapping[str, Any]) -> Any:
    """The league or city that `code` lies in; the code itself for places outside."""
    return known.get(league_of(code), code) if code else ""


def case_href(number: str) -> str:
    """The page of a case."""
    return f"/cases/{number}/"


def with_query(request: HttpRequest, address: str, **more: str) -> str:
    """`address` under the filters of this very list: what is exported is what is seen."""
    given = {k: v for k, v in request.GET.items() if v and k != "page"} | more
    return f"{address}?{urlencode(given)}" if given else address


def fresh_key() -> str:
    """The key of a form, made when it is drawn: posting the form twice acts once."""
    return uuid4().hex


def column(title: Any, **more: Any) -> dict[str, Any]:
    """The head of a column: num, sort, unit, hide as parts/table.html takes them."""
    return {"title": title, **more}


def _labelled(head: Mapping[str, Any]) -> Any:
    """What a cell is called where it stands without its column: the title with its unit."""
    return wording.with_unit(head["title"], head["unit"]) if head.get("unit") else head["title"]


def cells(columns: Iterable[Mapping[str, Any]], values: Iterable[Cell]) -> list[Cell]:
    """The cells of a row, aligned and hidden as their columns are, each with its head (shown on a phone) but for the title."""
    shared = ("num", "hide")
    return [
        {"label": "" if value.get("lead") else _labelled(head), **{k: head[k] for k in shared if k in head}, **value}
        for head, value in zip(columns, values, strict=True)
    ]
