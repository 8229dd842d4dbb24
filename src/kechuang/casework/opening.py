"""Opening a round: the form that the planning office fills in, and the columns of the round it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kechuang.casework.pages import current, options
from kechuang.engines import forms
from kechuang.parties.models import Organisation
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,39}", re.ASCII)
INPUTS: dict[str, dict[str, Any]] = {
    "programme": {"kind": "choice", "zh": "计划", "en": "Programme", "from": "programmes"},
    "code": {"kind": "text", "zh": "批次代码", "en": "Code", "max": 40, "help": {"zh": "字母、数字和短横，如 nsf-general-2019", "en": "Letters, digits and dashes, as nsf-general-2019"}},
    "title": {"kind": "text", "zh": "批次名称", "en": "Title", "max": 120},
    "year": {"kind": "year", "zh": "年度", "en": "Year"},
    "budget": {"kind": "money", "zh": "预算", "en": "Budget", "unit": "万元", "help": {"zh": "不拨款的（资格认定、评价）填 0", "en": "0 where nothing is paid: a recognition, an evaluation"}},
    "institution": {"kind": "choice", "zh": "实施机构", "en": "Carried out by", "from": "institutions"},
    "opens_at": {"kind": "datetime", "zh": "开始申报", "en": "Opens"},
    "rolling": {"kind": "bool", "zh": "滚动受理，不设截止（成熟一个、启动一个）", "en": "Rolling, without a deadline (each starts when it is ripe)", "required": False},
    "units_close_at": {"kind": "datetime", "zh": "单位截止（滚动受理不填）", "en": "Closes to units (blank: rolling)", "required": False},
    "closes_at": {"kind": "datetime", "zh": "推荐截止（滚动受理不填）", "en": "Closes (blank: rolling)", "required": False},
    "term_least": {"kind": "integer", "zh": "最短执行期（月）", "en": "Shortest term (months)", "min": 1, "max": 120, "required": False},
    "term_most": {"kind": "integer", "zh": "最长执行期（月）", "en": "Longest term (months)", "min": 1, "max": 120, "required": False},
    "claim_year": {"kind": "year", "zh": "受理年度（补助：记录所属年度，不填即批次年度）", "en": "Year paid for (claims: the year of the records; blank: that of the round)", "required": False},
    "review_from": {"kind": "datetime", "zh": "评审开始", "en": "Review begins", "required": False},
    "topics": {
        "kind": "table", "zh": "指南方向", "en": "Topics", "required": False, "rows": {"least": 0, "most": 100},
        "columns": [{"code": "code", "kind": "text", "zh": "代码", "en": "Code"}, {"code": "title", "kind": "text", "zh": "名称", "en": "Title"}],
    },
}  # fmt: skip


@lru_cache(maxsize=1)
def form() -> forms.Form:
    """The questions of a new round."""
    return forms.inputs_form(INPUTS)


def choices(source: str) -> Mapping[str, Mapping[str, str]] | None:
    """Programmes of the book in force, and confirmed professional institutions."""
    if source == "programmes":
        shelf = current()
        return {code: options({code: shelf.page("programmes", code).body})[code] for code in shelf.codes("programmes")}
    if source == "institutions":
        rows = Organisation.objects.filter(kind="institution", standing="confirmed").order_by("name")
        return {unit.pid: {"zh": unit.name, "en": unit.name} for unit in rows}
    return None


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the new round from the cleaned answers; Refused for a code that fits no address."""
    if not _CODE.fullmatch(values["code"]):
        raise Refused(Reason("bad_round_code", given=values["code"]))
    _fitting_dates(values)
    term = {name: values[name] for name in ("term_least", "term_most", "claim_year") if values.get(name)}
    if values.get("review_from"):
        term["review_from"] = values["review_from"].isoformat()
    if values.get("rolling"):
        term["rolling"] = True
    same = ("code", "title", "year", "opens_at", "units_close_at", "closes_at")
    return {
        **{name: values.get(name) for name in same},
        "budget_fen": values["budget"],
        "institution": Organisation.objects.get(pid=values["institution"]),
        "topics": [{"code": row["code"], "title": row["title"]} for row in values.get("topics") or ()],
        "details": term,
    }


def _fitting_dates(values: Mapping[str, Any]) -> None:
    """Both deadlines are named, or neither where the programme takes each as it ripens; Refused otherwise."""
    given = [values[name] for name in ("units_close_at", "closes_at") if values.get(name)]
    if values.get("rolling"):
        if not current().page("programmes", values["programme"]).body.get("rolling"):
            raise Refused(Reason("not_a_rolling_programme"))
        if given:
            raise Refused(Reason("rolling_has_no_deadline"))
    elif len(given) < 2:
        raise Refused(Reason("dates_missing"))


def states() -> dict[str, Any]:
    """The states of rounds by name, as the page of the round's flow has them."""
    return dict(current().page("flows", "round").body["states"])
