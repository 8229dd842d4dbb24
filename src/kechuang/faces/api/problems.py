"""Whatever goes wrong is told as problem details (RFC 9457): one shape, a sentence, and what to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from kechuang.casework.acts import InputRefused
from kechuang.faces.access import holds_nought
from kechuang.faces.web.sentences import sentence
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

NOT_JSON = "Cannot parse request body"  # how the library says it
# By the checker's kind of fault: what to change, in Chinese; it says it in English by itself.
SHAPES: Final[Mapping[str, str]] = {
    "missing": "请填写这一项", "extra_forbidden": "没有这一项，请去掉", "json_invalid": "不是 JSON，请检查括号、引号和逗号",
    "string_type": "请写文字，加引号", "string_too_short": "请写至少 %(min_length)s 个字",
    "string_too_long": "请写至多 %(max_length)s 个字", "string_pattern_mismatch": "写法不对，应符合 %(pattern)s",
    "int_type": "请写整数", "int_parsing": "请写整数", "int_from_float": "请写整数", "float_type": "请写数字",
    "float_parsing": "请写数字", "bool_type": "请写 true 或 false", "bool_parsing": "请写 true 或 false",
    "list_type": "请写列表", "dict_type": "请写键和值", "model_type": "请写键和值",
    "model_attributes_type": "请写键和值", "too_long": "请写至多 %(max_length)s 项", "too_short": "请写至少 %(min_length)s 项",
    "greater_than_equal": "请写不小于 %(ge)s 的数", "greater_than": "请写大于 %(gt)s 的数",
    "less_than_equal": "请写不大于 %(le)s 的数", "less_than": "请写小于 %(lt)s 的数",
    "literal_error": "可写：%(expected)s", "enum": "可写：%(expected)s", "date_parsing": "请写日期，如 2018-01-31",
    "date_from_datetime_parsing": "请写日期，如 2018-01-31", "date_type": "请写日期，如 2018-01-31",
    "datetime_parsing": "请写时间，如 2018-01-31T09:00:00+08:00", "datetime_type": "请写时间，如 2018-01-31T09:00:00+08:00",
    "datetime_from_date_parsing": "请写时间，如 2018-01-31T09:00:00+08:00",
}  # fmt: skip


def problem(status: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    """One answer of the kind application/problem+json."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    params = {"ensure_ascii": False}
    return JsonResponse(body, status=status, content_type="application/problem+json", json_dumps_params=params)


def not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404, _("没有这一项"), _("这里没有你能看到的内容。"))


def not_signed_in(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(401, _("请先登录"), _("请带上登录的会话或访问密钥。"))


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """422 for what was typed, 409 for what the rules do not allow now."""
    reasons = [reason.to_json() for reason in refusal.reasons]
    detail = "；".join(sentence(reason) for reason in refusal.reasons)
    if isinstance(refusal, InputRefused):
        errors = {path: [sentence(r) for r in told] for path, told in refusal.errors.items()}
        return problem(422, _("填写有误"), detail, reasons=reasons, errors=errors)
    return problem(409, _("现在不能办理"), detail, reasons=reasons)


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    for one in error.errors:
        errors.setdefault(".".join(str(part) for part in one["loc"][1:]), []).append(_shape(one))
    return problem(422, _("请求与接口的格式不符"), errors=errors)


def unfit(request: HttpRequest, error: Exception) -> HttpResponse:
    """A text that no database holds; whatever else a database cannot take is a fault of ours."""
    if not holds_nought(error):
        raise error
    return problem(422, _("填写有误"), sentence(Reason("unfit_character", number="U+0000")))


def _shape(one: Mapping[str, Any]) -> str:
    """What does not fit in one value; the checker's own English where the reader reads English."""
    if (get_language() or "zh").startswith("en"):
        return str(one["msg"])
    said = SHAPES.get(str(one["type"]), "内容不合要求，请对照接口说明")
    return said % {name: str(value) for name, value in (one.get("ctx") or {}).items()}


def http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if str(error).startswith(NOT_JSON):
        return problem(error.status_code, _("请求的内容不是 JSON"), _("请检查括号、引号和逗号。"))
    return problem(error.status_code, str(error))


def told_by(api: NinjaAPI) -> None:
    """Let every exception of the API be told as a problem."""
    api.add_exception_handler(Http404, not_found)
    api.add_exception_handler(AuthenticationError, not_signed_in)
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(HttpError, http)
    api.add_exception_handler(DataError, unfit)
