"""What a notice says as rows and pictures: facts of a round, its statistics, and what stands beside the cases of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kechuang.casework import publishing
from kechuang.casework.models import Case, Notice
from kechuang.casework.pages import pages_of
from kechuang.engines.flow import Act, Flow
from kechuang.faces.web import charts, lists, showing, wording
from kechuang.faces.web.act_titles import published_as
from kechuang.words.money import Money

NAMES = {
    "title": gettext_lazy("批次"),
    "topics": gettext_lazy("指南方向"),
    "dates": gettext_lazy("时间"),
    "rules_digest": gettext_lazy("规则指纹（SHA-256）"),
    "submitted": gettext_lazy("申报"),
    "accepted": gettext_lazy("受理"),
    "reviewed": gettext_lazy("评审"),
    "proposed": gettext_lazy("拟支持"),
    "funded": gettext_lazy("支持"),
    "result": gettext_lazy("结论"),
    "cause": gettext_lazy("原因"),
    "ground": gettext_lazy("事由"),
    "from_date": gettext_lazy("自何日起"),
    "certificate": gettext_lazy("证书编号"),
    "valid_until": gettext_lazy("有效期至"),
    "change": gettext_lazy("变更事项"),
}
OF_BUDGET = {"change": gettext_lazy("调整额"), "budget": gettext_lazy("调整后预算")}

CALL = ("round", "publish")  # the flow and the act that publish a call


def act_of(notice: Notice) -> tuple[Flow, Act] | None:
    """The flow and act that published a notice; None for those that were not published by an act of a page."""
    pages = pages_of(notice.round)
    code, name = str(notice.body.get("flow", "")), str(notice.body.get("act", ""))
    flow = pages.round.flows.get(code)
    return (flow, flow.acts[name]) if flow and name in flow.acts else None


def pairs(notice: Notice) -> list[dict[str, Any]]:
    """What a notice says of its round, name and value: inputs under their own titles, numbers as they were that day."""
    found = act_of(notice)
    inputs: Mapping[str, Any] = found[1].inputs if found else {}
    said, names = notice.body.get("said", {}), NAMES
    if "said" not in notice.body and "budget" in notice.body:  # the budget of a call, changed by finance
        names = {"document_no": gettext_lazy("文号"), **OF_BUDGET}
        amounts = {name: str(Money(int(notice.body[name]))) for name in OF_BUDGET}
        said = {"document_no": notice.body["document_no"], **amounts}
    return [
        {"label": inputs.get(name) or names.get(name, name), "value": _shown(name, value, inputs.get(name, {}))}
        for name, value in said.items()
        if name != "by_place"
    ]


def number_of(notice: Notice) -> str:
    """The number of the document that a notice is: typed in with its act, the call's for the call; else none."""
    said = notice.body.get("said", {})
    call = (notice.body.get("flow"), notice.body.get("act")) == CALL
    own = notice.round.document_no if call else ""
    return str(said.get("document_no") or notice.body.get("document_no") or own)


def _shown(name: str, value: Any, field: Mapping[str, Any]) -> Any:
    if name == "dates":
        told = {key: _deadline(value.get(key)) for key in ("units_close", "closes")} | {
            "opens": _moment(value.get("opens"))
        }
        return _("%(opens)s 开始，%(units_close)s 单位截止，%(closes)s 推荐截止") % told
    if field.get("kind") == "datetime":  # the new end of a call
        return _deadline(str(value))
    if name == "rules_digest":
        return wording.grouped(str(value))
    if isinstance(value, list):
        return wording.joined(map(str, value))
    return str(value)


def _deadline(said: str | None) -> str:
    """The half-open end of a term, at midnight as 24:00 of the day before."""
    return wording.deadline_long(datetime.fromisoformat(said)) if said else wording.DASH


def _moment(said: str | None) -> str:
    return wording.moment(datetime.fromisoformat(said), year=True) if said else wording.DASH


def by_place(notice: Notice) -> dict[str, Any] | None:
    """The statistics of a decision by league and city: a picture and a table; None where a notice has none."""
    rows = notice.body.get("said", {}).get("by_place")
    if not rows:
        return None
    names = showing.place_names()
    values = {row["place"]: row["submitted"] for row in rows}
    top = max(rows, key=lambda row: row["submitted"])
    sentence = _("%(place)s申报最多，%(n)s 项。") % {"place": _place(top["place"], names), "n": top["submitted"]}
    chart = charts.tiles(values, title=_("各盟市申报"), note=_("项"), sentence=sentence, heads=(_("盟市"), _("项")))
    columns = [
        {"code": "place", "title": _("盟市")},
        {"code": "submitted", "title": _("申报"), "num": True},
        {"code": "funded", "title": _("支持"), "num": True},
        {"code": "amount", "title": _("金额"), "unit": _("万元"), "num": True},
    ]
    rows_shown = [
        [{"text": _place(row["place"], names), "lead": True}, {"text": row["submitted"]}, {"text": row["funded"]}, {"fen": int(row["fen"])}]
        for row in rows
    ]  # fmt: skip
    table = {
        "caption": _("各盟市申报与支持"),
        "columns": columns,
        "rows": [{"cells": lists.cells(columns, one)} for one in rows_shown],
    }
    return {"chart": chart, "table": table}


def _place(code: str, names: Mapping[str, str]) -> str:
    return showing.place_name(code, names) or _("未注明")


def list_of(notice: Notice, cases: Sequence[Case], *, money: bool) -> dict[str, Any]:
    """The cases of a notice as a table: who and what, and beside them what the act published of each."""
    found = act_of(notice)
    beside = publishing.beside(notice, found[0], list(cases)) if found else {}
    extra = [name for name in NAMES if any(name in said for said in beside.values())]
    rows = showing.case_rows(cases, money=money)
    for row in rows:
        row["cells"] += [{"text": beside.get(row["key"], {}).get(name, ""), "label": NAMES[name]} for name in extra]
    columns = [
        *showing.CASE_COLUMNS[: None if money else -1],
        *({"code": name, "title": NAMES[name]} for name in extra),
    ]
    return {"caption": published_as(notice.what), "columns": columns, "rows": rows}


__all__ = ["act_of", "by_place", "list_of", "number_of", "pairs"]
