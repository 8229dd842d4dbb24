"""Turning rows into what the parts of a page take: tasks, tables, facts. Templates calculate nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kechuang.casework import pages
from kechuang.casework.models import Case, Notice, Round
from kechuang.faces.web import call_terms, lists, tables, wording
from kechuang.faces.web.act_titles import published_as
from kechuang.words.period import workdays_between

PAGE = 50


def paged(request: HttpRequest, rows: QuerySet[Any], size: int = PAGE) -> tuple[list[Any], dict[str, Any]]:
    """One page of a list, and what parts/pages.html takes."""
    paginator = Paginator(rows, tables.size_of(request, size))
    page = paginator.get_page(request.GET.get("page"))
    shown = {
        "first": page.start_index(), "last": page.end_index(), "all": paginator.count, "number": page.number,
        "pages": paginator.num_pages, "more": page.has_next(),
        "before": page.number - 1, "after": page.number + 1,
    }  # fmt: skip
    return list(page), shown


def round_task(round_: Round) -> dict[str, Any]:
    """An open call as a row: until when, of which plan, for how much."""
    programme = pages.pages_of(round_).programme
    return {
        "title": round_.title,
        "href": reverse("call", args=[round_.code]),
        "until": round_.units_close_at,
        "label": programme["title"],
        "why": who_may(programme),
        "meta": [_("本批 %(sum)s 万元") % {"sum": wording.ten_thousands(round_.budget_fen, 0)}]
        if call_terms.pays(programme)
        else [],
        "act": _("看指南"),
    }


def who_may(programme: Mapping[str, Any]) -> Any:
    """For whom a programme is, in the page's own words."""
    service = programme.get("service") or {}
    return service.get("who", "")


def notice_row(notice: Notice, on: datetime) -> dict[str, Any]:
    """A notice as a row: what, of which round, how many working days are left."""
    today = pages.day_of(on)
    running = notice.last_day is not None and notice.first_day <= today <= notice.last_day
    return {
        "title": notice_title(notice),
        "what": published_as(notice.what),
        "href": reverse("notice", args=[notice.code]),
        "first": notice.first_day,
        "last": notice.last_day,
        "left": workdays_between(today, notice.last_day) if running and notice.last_day else None,
        "running": running,
    }


def notice_title(notice: Notice) -> str:
    """A notice by its round and by what it publishes."""
    what = published_as(notice.what)
    return f"{notice.round.title}: {what}" if wording.english() else f"{notice.round.title}{what}"


def published(case: Case) -> frozenset[str]:
    """What the flow of a case publishes of it, by name: a claim's is its unit and amount, never who filed it."""
    acts = pages.pages_of(case.round).flow(case.flow).acts.values()
    return frozenset(str(name) for act in acts for name in (act.public or {}).get("fields", ()))


def public_leader(case: Case) -> str:
    """The leader's name where the flow publishes it."""
    return case.leader.name if case.leader and "leader" in published(case) else ""


def case_rows(cases: Sequence[Case], *, money: bool = True) -> list[dict[str, Any]]:
    """Cases as rows of a public list: number, title, unit, leader, place, amount."""
    rows, names = [], place_names()
    for case in cases:
        award = getattr(case, "award", None)
        fen = award.fen if award else case.proposed_fen or case.asked_fen
        said: list[dict[str, Any]] = [
            {"text": case.project_no or case.number},
            {"text": case.title, "href": reverse("project", args=[case.number]), "lead": True},
            {"text": case.applicant.name if case.applicant else ""},
            {"text": public_leader(case)},
            {"text": place_name(case.place, names)},
        ]
        said += [{"fen": fen}] if money else []
        rows.append({"key": case.number, "cells": lists.cells(CASE_COLUMNS[: len(said)], said)})
    return rows


CASE_COLUMNS = (
    {"code": "number", "title": gettext_lazy("编号")},
    {"code": "title", "title": gettext_lazy("项目名称")},
    {"code": "unit", "title": gettext_lazy("承担单位")},
    {"code": "leader", "title": gettext_lazy("负责人"), "hide": True},
    {"code": "place", "title": gettext_lazy("所在盟市"), "hide": True},
    {"code": "amount", "title": gettext_lazy("金额"), "unit": gettext_lazy("万元"), "num": True},
)


def place_names() -> dict[str, str]:
    """The names of the leagues and cities by code, in one look at the book."""
    return {str(row["code"]): wording.text(row) for row in pages.current().page("places").body["leagues"]}


def place_name(code: str, names: Mapping[str, str] | None = None) -> str:
    """The name of the league or city a code lies in; `names` are given where many are asked for."""
    found = (place_names() if names is None else names).get(f"{code[:4]}00")
    return found or (_("区外") if code and not code.startswith("15") else "")
