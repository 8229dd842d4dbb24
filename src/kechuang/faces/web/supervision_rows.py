"""Records, watches, attempts, clues and sanctions as the rows that the pages of supervision draw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kechuang.casework.models import Attempt, Case, Record
from kechuang.casework.pages import RolesPage, pages_of, roles_page
from kechuang.desks.experts.models import Watch
from kechuang.desks.experts.supervising import Proven
from kechuang.desks.integrity import trails
from kechuang.desks.integrity.models import Clue, Sanction
from kechuang.desks.integrity.trails import Link
from kechuang.engines.flow import Flow
from kechuang.faces.web import lists, sight, verifying, wording
from kechuang.faces.web.act_titles import Titles, act_title, titles
from kechuang.faces.web.check_titles import check_title
from kechuang.faces.web.sentences import sentence
from kechuang.parties.models import Person

BESIDE = ("csrfmiddlewaretoken", "key", "act")


CHANNELS = {"web": gettext_lazy("网页"), "api": gettext_lazy("接口"), "command": gettext_lazy("命令行")}


def language() -> str:
    """The language forms are worded in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def place(kind: str, subject: str) -> str:
    """The trail of a subject; nothing for those that are no case and no round."""
    return reverse("trail_of", args=[kind, subject]) if kind in ("case", "round") else ""


def trail(found: list[Record], *, opens: bool) -> dict[str, Any]:
    """Records as parts/table.html takes them: when, about what (a way there where the reader may go), which act, by whom, where in the log."""
    known, roles, private = titles(), roles_page(), trails.not_handed_in(found)
    names = sight.names_of([one for one in found if one.subject not in private]) if opens else {}
    heads = [lists.column(_("时间")), lists.column(_("对象")), lists.column(_("办理")), lists.column(_("办理人")), lists.column(_("日志序号"), num=True), lists.column(_("摘要"))]  # fmt: skip
    return {"caption": _("台账"), "columns": heads, "rows": [_trail_row(one, heads, known, by_whom(one, {} if one.subject in private else names, roles), opens) for one in found], "dense": True, "none": _("没有记录")}  # fmt: skip


def _trail_row(row: Record, heads: list[dict[str, Any]], known: Titles, by: str, opens: bool) -> dict[str, Any]:
    subject: dict[str, Any] = {"text": row.subject, "lead": True}
    if opens and (href := place(row.subject_kind, row.subject)):
        subject["href"] = href
    index = "" if row.log_index is None else str(row.log_index)
    values = [
        {"text": wording.moment(row.on, seconds=True, year=True), "nowrap": True}, subject, {"text": wording.text(act_title(row.act, known))}, {"text": by}, {"text": index},
        {"text": wording.short(row.digest)},
    ]  # fmt: skip
    return {"key": row.pk, "cells": lists.cells(heads, values)}


def actors(found: Iterable[Record]) -> list[str]:
    """Who acted in each of these records, for a reader who is told names."""
    rows = list(found)
    names, roles = sight.names_of(rows), roles_page()
    return [by_whom(one, names, roles) for one in rows]


def by_whom(row: Record, names: dict[str, str], roles: RolesPage) -> str:
    """Who acted in which role: a person by name where the reader is told names, the clock by its role, others as the record has them."""
    role = wording.text(roles.title(row.role)) if row.role else ""
    if row.actor in names or row.actor == "clock":
        return sight.in_words(row, names, role)
    return f"{row.actor} · {role}" if role else row.actor


def said(row: Record) -> dict[str, Any]:
    """What the body of a record says; nothing where somebody has spoiled it, for this page shows spoiled ones too."""
    try:
        body = json.loads(row.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def chained(one: Link, flow: Flow, other: Flow, by: str) -> dict[str, Any]:
    """One record of a trail with what the chain and the log say of it; a word on the cases of a round is of their flow."""
    name = one.record.act.removeprefix("second:")
    act = flow.acts.get(name) or (other.acts.get(name) if name != one.record.act else None)
    body = said(one.record)
    return {
        "title": act.title if act else act_title(one.record.act, titles()),
        "second": name != one.record.act,
        "link": one,
        "row": one.record,
        "by": by,
        "channel": CHANNELS.get(body.get("channel", ""), ""),
        "pages": body.get("pages", ""),
    }


def attempts(found: Iterable[Attempt]) -> list[dict[str, Any]]:
    """What was tried and refused, with the names of who tried: one query for all of them."""
    tried = list(found)
    pids = {one.actor.removeprefix("p:") for one in tried if one.actor.startswith("p:")}
    names = {f"p:{pid}": name for pid, name in Person.objects.filter(pid__in=pids).values_list("pid", "name")}
    known = titles()
    return [_attempt(one, names, known) for one in tried]


def _attempt(one: Attempt, names: Mapping[str, str], known: Titles) -> dict[str, Any]:
    """One act that was tried, by whom, and why it was refused, each check with its sentences."""
    found = [
        {"check": check_title(f.get("check", "")), "said": [sentence(r) for r in f.get("reasons", ())]}
        for f in one.findings or ()
    ]
    return {
        "row": one,
        "title": act_title(one.act, known),
        "by": names.get(one.actor, one.actor),
        "said": [sentence(r) for r in one.reasons],
        "findings": found,
        "href": place(one.subject_kind, one.subject),
    }


def watch(one: Watch) -> dict[str, Any]:
    """What stands out about a case's sheets, with the numbers that raised it."""
    titles = {"outlier_score": _("评分偏离"), "identical_text": _("评语雷同"), "repeated_text": _("同一专家的评语重复")}
    pairs = one.evidence.get("pairs", ())
    said = [
        _("%(one)s 与 %(other)s 相同 %(share)s") % {"one": a, "other": b, "share": wording.percent(share)}
        for a, b, share in pairs
    ]
    said += [
        _("%(label)s 在本件与 %(other)s 的评语相同 %(share)s")
        % {"label": a, "other": b, "share": wording.percent(share)}
        for a, b, share in one.evidence.get("repeats", ())
    ]
    labels = zip(one.evidence.get("labels", ()), one.evidence.get("points", ()), strict=False)
    said += [_("%(label)s 给 %(points)s 分，远离同组中位数") % {"label": label, "points": p} for label, p in labels]
    number = one.case.number if one.case else ""
    return {
        "row": one,
        "title": titles.get(one.kind, one.kind),
        "said": said,
        "href": place("case", number) if number else "",
    }


def ceremonies(found: Iterable[Proven]) -> list[dict[str, Any]]:
    """Drawn ceremonies with what the verifier says of the full certificate."""
    return [
        {"row": one.ceremony, "mended": one.mended, "of_the_pool": one.of_the_pool, "faults": verifying.once_found(dict(one.full))}
        for one in found
    ]  # fmt: skip


def seat_state(state: str) -> str:
    """What became of a seat."""
    titles = {
        "invited": _("已邀请"), "accepted": _("已承诺"), "declined": _("谢绝"), "silent": _("未应答"), "reserve": _("备选"), "former": _("原专家组"),
    }  # fmt: skip
    return titles.get(state, state)


def clue(one: Clue) -> dict[str, Any]:
    """A clue with its source and the case it is about."""
    sources = {
        "influence": _("请托干扰评审"),
        "refund_overdue": _("逾期未退回资金"),
        "report": _("举报"),
        "anonymous": _("匿名反映"),
    }
    href = place("case", one.case.number) if one.case else ""
    return {
        "row": one,
        "source": sources.get(one.source, one.source),
        "href": href,
        "title": one.case.title if one.case else "",
    }


def about(one: Clue) -> dict[str, str]:
    """What a new inquiry starts from when it comes from a clue: the leader of the project, and what was said."""
    leader = one.case.leader if one.case else None
    return {"source": "alert", "text": one.text, "person": leader.pid if leader else ""}


def sanction(one: Sanction) -> dict[str, Any]:
    """A sanction: whom, what it bars, since when, until when."""
    party = one.person or one.organisation
    scopes = {"apply": _("申报"), "join": _("参加"), "review": _("评审"), "all": _("全部")}
    href = reverse("inquiry", args=[one.inquiry.number]) if one.inquiry else ""
    decision = _("临时限制，尚无决定") if one.level == "interim" else one.decision_no
    scope = scopes.get(one.scope, one.scope)
    return {"row": one, "party": party.name if party else "", "scope": scope, "href": href, "decision": decision}


def inquiries(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Inquiries with the state each is in."""
    found = []
    for case in cases:
        flow = pages_of(case.round).flow(case.flow)
        found.append({"case": case, "state": flow.states[case.state].title, "ended": flow.states[case.state].end})
    return found


def told(row: Record, flow: Flow, by: str) -> dict[str, Any]:
    """One act of an inquiry, by whom, with what was said in it, choices by their names."""
    act = flow.acts.get(row.act)
    said = dict(row.told.data) if hasattr(row, "told") else {}
    asked = act.inputs if act else {}
    pairs = [
        {"label": asked.get(name, {}).get(language(), name), "value": _worded(asked.get(name, {}), value, flow)}
        for name, value in said.items()
        if value not in (None, "", [])
    ]
    return {"title": act.title if act else row.act, "row": row, "by": by, "pairs": pairs}


def _worded(asked: Mapping[str, Any], value: Any, flow: Flow) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    known = asked.get("options") or flow.choices.get(str(asked.get("from", "")), {})
    if asked.get("kind") in ("file", "files"):
        return wording.short(str(value))
    many = value if isinstance(value, list) else [value]
    return wording.listed(wording.text(known[one]) if one in known else str(one) for one in many)
