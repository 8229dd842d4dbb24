"""The form of a review sheet: a mark and a reason for each criterion, a grade, a verdict, an amount, a veto."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from kechuang.engines.forms.kinds.numbers import decimal_text
from kechuang.engines.forms.model import Form
from kechuang.engines.forms.questions import number_in
from kechuang.engines.forms.reading import form_from
from kechuang.words.outcome import BadPage

REASON: Final = "_why"  # behind the code of a criterion: the field of its reason
SHORTEST_VETO: Final = 20


def sheet_form(sheet: Mapping[str, Any]) -> Form:
    """The form of a sheet page: `criteria`, `scale`, and if it has them `grade`, `verdict`, `amount_opinion`, `veto`.

    Marks stand under the code of the criterion, reasons under `<code>_why`; `total` is the weighted mark, exact.
    """
    path = f"sheet.{sheet.get('code', '')}"
    criteria = sheet.get("criteria")
    if not isinstance(criteria, list | tuple) or not criteria:
        raise BadPage(path, "a sheet without criteria", "write criteria: [{code, zh, en, weight}]")
    fields = [field for one in criteria for field in _criterion(one, sheet, path)]
    fields.append(_total(criteria, sheet, path))
    fields.extend(_opinions(sheet))
    return form_from({"code": str(sheet.get("code", "sheet")), "title": sheet.get("title"), "fields": fields})


def _criterion(one: Mapping[str, Any], sheet: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]]:
    scale = sheet.get("scale", {"low": 0, "high": 100, "step": 1})
    low, high, step = (
        number_in(scale.get(key, usual), f"{path}.scale.{key}")
        for key, usual in (("low", 0), ("high", 100), ("step", 1))
    )
    whole = low.denominator == high.denominator == step.denominator == 1
    mark: dict[str, Any] = {
        "code": one.get("code"), "kind": "integer" if whole else "decimal", "zh": one.get("zh"), "en": one.get("en", one.get("zh")),
        "required": True, "min": decimal_text(low), "max": decimal_text(_points(one, high, path)), "step": decimal_text(step),
    }  # fmt: skip
    yield {**mark, "help": one["help"]} if "help" in one else mark
    shortest = {"min": one["min"]} if "min" in one else {}
    yield {
        "code": f"{one.get('code')}{REASON}", "kind": "longtext", "zh": f"{one.get('zh')}：理由", "en": f"{one.get('en', '')}: why",
        "required": one.get("reason") == "required", **shortest,
    }  # fmt: skip


def _points(one: Mapping[str, Any], high: Fraction, path: str) -> Fraction:
    """The most a criterion can have: its own `points`, else the top of the scale."""
    points = number_in(one["points"], f"{path}.{one.get('code')}.points") if "points" in one else high
    if points <= 0:
        raise BadPage(f"{path}.{one.get('code')}", "a criterion without points", "write points: 8, or leave it out")
    return points


def _total(criteria: list[Any] | tuple[Any, ...], sheet: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The weighted mark; a criterion with points of its own is first brought to the scale of the sheet."""
    high = number_in(sheet.get("scale", {}).get("high", 100), f"{path}.scale.high")
    weights = [
        (one["code"], number_in(one.get("weight", one.get("points", 1)), f"{path}.{one['code']}.weight"))
        for one in criteria
    ]
    whole = sum(weight for _, weight in weights)
    if whole <= 0:
        raise BadPage(path, "the weights add up to nothing", "give each criterion a weight")
    tops = {one["code"]: high / _points(one, high, path) for one in criteria}
    parts = " + ".join(f"{code} * {_plain(weight)}{_times(tops[code])}" for code, weight in weights)
    return {
        "code": "total",
        "kind": "computed",
        "zh": "加权得分",
        "en": "Weighted mark",
        "formula": f"({parts}) / {_plain(whole)}",
    }


def _times(top: Fraction) -> str:
    return "" if top == 1 else f" * {top.numerator} / {top.denominator}"


def _plain(weight: Any) -> str:
    return f"({decimal_text(weight)})"


def _opinions(sheet: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "grade" in sheet:
        yield {
            "code": "grade",
            "kind": "choice",
            "zh": "等级",
            "en": "Grade",
            "required": True,
            "options": sheet["grade"],
        }
    if "verdict" in sheet:
        yield {
            "code": "verdict",
            "kind": "choice",
            "zh": "结论",
            "en": "Verdict",
            "required": True,
            "options": sheet["verdict"],
        }
    if sheet.get("amount_opinion") is True:
        yield {"code": "amount", "kind": "money", "unit": "万元", "zh": "建议金额", "en": "Amount advised", "min": 0}
    if sheet.get("veto"):
        yield {"code": "veto", "kind": "choices", "zh": "一票否决事项", "en": "Veto", "options": sheet["veto"]}
        yield {
            "code": "veto_why", "kind": "longtext", "zh": "否决理由", "en": "Why a veto", "min": SHORTEST_VETO,
            "required": "count(veto) > 0",
        }  # fmt: skip
