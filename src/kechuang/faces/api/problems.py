"""Whatever goes wrong is told as problem details (RFC 9457): one shape, a sentence, and what to change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from kechuang.casework.acts import InputRefused
from kechuang.faces.web.sentences import sentence
from kechuang.words.outcome import Refused


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
        errors.setdefault(".".join(str(part) for part in one["loc"][1:]), []).append(str(one["msg"]))
    return problem(422, _("请求与接口的格式不符"), errors=errors)


def http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


def told_by(api: NinjaAPI) -> None:
    """Let every exception of the API be told as a problem."""
    api.add_exception_handler(Http404, not_found)
    api.add_exception_handler(AuthenticationError, not_signed_in)
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(HttpError, http)
