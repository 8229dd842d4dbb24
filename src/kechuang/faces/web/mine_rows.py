"""The rows of an applicant's pages: what waits, what others have, own cases, limits, letters, two texts side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kechuang.casework import answers, deadlines
from kechuang.casework.models import Case, Document, Round
from kechuang.casework.pages import Pages, pages_of, roles_page
from kechuang.casework.todo import Elsewhere, Task, done_of, handed_until, hands
from kechuang.desks.experts import ceremonies
from kechuang.desks.projects.queries import Gate
from kechuang.engines import forms
from kechuang.faces.web import drawing, wording
from kechuang.faces.web.act_titles import document_title, titles
from kechuang.faces.web.filling import Filling, writing_act
from kechuang.faces.web.shell import address
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused


def heading(who: Person, waiting: int, *, reads: bool = False) -> str:
    """The finding of the to-do page, as a sentence: how many things wait beside what a reviewer finds on his own desk."""
    if not waiting and reads:
        return _("%(name)s，除评审外没有要办的事") % {"name": who.name}
    if not waiting:
        return _("%(name)s，今天没有要办的事") % {"name": who.name}
    found = ngettext("%(name)s，有 %(n)s 件事等你办", "%(name)s，有 %(n)s 件事等你办", waiting)
    return found % {"name": who.name, "n": waiting}


def tasks(rows: Sequence[Task]) -> list[dict[str, Any]]:
    """What there is to do."""
    cases = [one.subject for one in rows if isinstance(one.subject, Case)]
    called, back = answers.titles_of(cases), answers.sent_back(case for case in cases if case.state in WRITTEN)
    return [task(one, called, back) for one in rows]


def task(one: Task, called: Mapping[int, str], back: Mapping[int, str]) -> dict[str, Any]:
    """One thing to do as parts/task.html takes it."""
    if isinstance(one.subject, Round):
        return _round_task(one)
    return _case_task(one, one.subject, called[one.subject.pk], back.get(one.subject.pk, ""))


def _round_task(one: Task) -> dict[str, Any]:
    round_ = one.subject.round
    state = pages_of(round_).round.round_flow.states.get(round_.state)
    href = address_of("round", round_.code) or address_of("call", round_.code)
    return {
        "title": round_.title, "href": href, "until": one.until, "chip": state.title if state else round_.state, "tone": "you",
        "number": round_.code, "why": _("批次的下一步由你办理。"), "act": one.act.title,
    }  # fmt: skip


def _case_task(one: Task, case: Case, called: str, back: str) -> dict[str, Any]:
    flow = pages_of(case.round).flow(case.flow)
    state = flow.states[case.state]
    writing = writing_act(case) if case.parent_id is None else None
    fills = writing is not None and writing.name == one.act.name
    shown = {
        "title": called or case.round.title, "until": one.until, "chip": state.title, "tone": wording.tone(case.state, mine=True),
        "number": case.project_no or case.number, "meta": [case.round.title, flow.title] if case.parent_id else [case.round.title],
        "href": reverse("form", args=[case.number]) if fills else reverse("act", args=[case.number, one.act.name]),
        "act": (_("接着写") if "draft" in case.state else one.act.title) if fills else one.act.title,
        "why": _why(one, case, fills=fills, back=back),
    }  # fmt: skip
    if one.more:
        more = ngettext("同一批次还有 %(n)s 件等同一步。", "同一批次还有 %(n)s 件等同一步。", one.more) % {
            "n": one.more
        }
        shown |= {
            "title": case.round.title,
            "why": more,
            "href": address("cases") + f"?round={case.round.code}&state={case.state}",
            "number": "",
        }
    if ceremonies.DRAWS in one.act.effects and one.act.to != ceremonies.SAME:
        shown["href"] = reverse("draw", args=[case.round.code])  # drawn together, in a ceremony with a page of its own
    return shown


def _why(one: Task, case: Case, *, fills: bool, back: str) -> str:
    if fills and one.act.start and case.state in ("correction",):
        once = _("形式审查要求补正，只可补正一次。")
        return _("%(what)s要求：%(reason)s") % {"what": once, "reason": back} if back else once
    if fills and back:
        return _("退回修改：%(reason)s") % {"reason": back}
    if fills:
        return _("写完后核对并提交。")
    others = wording.listed(wording.text(act.title) for act in one.others[:2])
    return _("也可以：%(acts)s。") % {"acts": others} if others else ""


def address_of(name: str, *args: str) -> str:
    """The address of a page of another face, nothing where the house has none of that name."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


WRITTEN = ("draft", "correction")  # states in which an application is written
COLUMNS = ("办件", "状态", "在谁手里", "已等", "最迟")


def elsewhere(rows: Sequence[Elsewhere], on: datetime) -> dict[str, Any]:
    """Own cases in other hands, as a table."""
    page = roles_page()
    called = answers.titles_of(row.case for row in rows)
    told = [_elsewhere(row, page, on, called[row.case.pk]) for row in rows]
    return {"caption": _("在别人手里的"), "columns": _columns(), "rows": told}


def _columns() -> list[dict[str, Any]]:
    return [
        {"title": _("办件")},
        {"title": _("状态")},
        {"title": _("在谁手里")},
        {"title": _("已等")},
        {"title": _("最迟")},
    ]


def _elsewhere(row: Elsewhere, page: Any, on: datetime, called: str) -> dict[str, Any]:
    case = row.case
    return _row(case, called, row.state, in_words(row.roles, page, case), row.since, row.until, on, ended=False)


def in_words(roles: Iterable[str], page: Any, case: Case) -> str:
    """Roles by their titles; where nobody has it the system, or that its round is suspended."""
    return wording.listed(wording.text(page.title(role)) for role in roles) or nobody(case)


def nobody(case: Case) -> str:
    """Why a case on its way is in nobody's hands."""
    return _("批次已中止") if case.round.state == deadlines.SUSPENDED else _("系统（到期自动）")


def _row(case: Case, called: str, state: Any, who: str, since: datetime | None, until: datetime | None, on: datetime, *, ended: bool) -> dict[str, Any]:  # fmt: skip
    tone = wording.tone(case.state, ended=ended)
    small = f"{case.project_no or case.number} · {case.round.title}"
    cells = [
        {
            "text": called or case.round.title,
            "href": reverse("case", args=[case.number]),
            "lead": True,
            "wide": True,
            "small": small,
        },
        {"chip": state, "tone": tone, "label": _("状态")},
        {"text": who, "label": _("在谁手里")},
        {"text": wording.days_since(since, on) if since else wording.DASH, "label": _("已等"), "nowrap": True},
        {"text": wording.term_end(until, on), "label": _("最迟"), "nowrap": True, **_late(until, on)},
    ]
    return {"key": case.number, "cells": cells}


def _late(until: datetime | None, on: datetime) -> dict[str, str]:
    """What a date that has passed says of itself."""
    return {"small": wording.days_left(until, on), "tone": "clay"} if until and until <= on else {}


def table(cases: Sequence[Case], who: Person, on: datetime) -> dict[str, Any]:
    """Own cases as a table: one query for all their records."""
    page, known = roles_page(), dict[int, Pages]()
    numbers = {c.number for c in cases}
    done = done_of("case", numbers)
    called = answers.titles_of(cases)
    rows = [_own(case, called[case.pk], known, page, done.get(case.number, ()), on) for case in cases]
    return {"caption": _("我的办件"), "columns": _columns(), "rows": rows, "none": _("还没有办件")}


def _own(case: Case, called: str, known: dict[int, Pages], page: Any, done: Any, on: datetime) -> dict[str, Any]:
    pages = known.setdefault(case.round_id, known.get(case.round_id) or pages_of(case.round))
    state = pages.flow(case.flow).states[case.state]
    if state.end:
        return _row(case, called, state.title, wording.DASH, None, None, on, ended=True)
    roles = hands(case, done, pages=pages)
    return _row(
        case,
        called,
        state.title,
        in_words(roles, page, case),
        case.entered_at,
        handed_until(case, roles),
        on,
        ended=False,
    )


def limit_facts(gates: Iterable[Gate]) -> list[dict[str, Any]]:
    """The numbers behind the limits, each once."""
    found: dict[str, dict[str, Any]] = {}
    for gate in gates:
        for title, value, unit in gate.facts:
            found.setdefault(
                wording.text(title),
                {"label": title, "value": f"{value} {unit if not wording.english() else ''}".strip()},
            )
    return list(found.values())


def letters(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Letters as rows: title, day, and the page that shows them."""
    known = titles()
    return [
        {
            "title": document_title(one, known),
            "on": one.on,
            "about": one.case.title if one.case else "",
            "href": reverse("document", args=[one.code]),
        }
        for one in documents
    ]


def differences(form: Filling, section: forms.Section, said: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where two texts of a part differ: label, what was kept, what was typed here, each as people read it."""
    lang = drawing.language()
    mine = form.cleaned("draft", {**form.typed, **said})
    theirs = Filling(form.case, form.on).draft
    found = []
    for one in section.fields:
        two = [_read(form, one, cleaned, lang) for cleaned in (theirs, mine)]
        if one.kind != "computed" and two[0] != two[1]:
            found.append({"label": one.title.of(lang), "theirs": two[0], "mine": two[1]})
    return found


def _read(form: Filling, one: forms.Field, cleaned: forms.Cleaned, lang: str) -> str:
    if any(path.partition(".")[0] == one.code for path in cleaned.errors):
        return str(cleaned.typed.get(one.code, ""))
    only = forms.Form("", one.title, (forms.Section("", one.title, (one,)),), {one.code: one})
    try:
        (printed,) = forms.printed(only, cleaned.values, lang, choices=form.choices, names=form.names.read([]))
    except (Refused, ValueError, TypeError):
        return str(cleaned.typed.get(one.code, ""))
    lines = [line.text for line in printed.lines]
    lines += ["　".join(row) for table in printed.tables for row in table.rows]
    return "\n".join(lines)
