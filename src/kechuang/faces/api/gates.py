"""What an operation needs of whoever asks, in the words of the pages, and the pieces that all parts of the API share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import HttpError
from ninja.security import SessionAuth

from kechuang.casework.acts import InputRefused
from kechuang.engines import forms
from kechuang.faces.access import NEEDS, may, now, person
from kechuang.faces.api.schemas import Page, Problem
from kechuang.parties.models import Person

PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
MOST_FEN = 10**15
MAX_SHORT = 200
Choices = Callable[[str], Mapping[str, Any] | None]


class Needs(SessionAuth):
    """A signed-in person with a power, one of NEEDS; `behind` for the few operations that read behind the curtain.

    A password that somebody else has seen opens nothing, as on the pages.
    """

    def __init__(self, need: str = "person", *, behind: bool = False) -> None:
        if need not in NEEDS:
            raise ValueError(f"{need!r} is no need: write one of {', '.join(NEEDS)}")
        self.need, self.behind = need, behind
        super().__init__()

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | AnonymousUser | None:
        if not request.user.is_authenticated:
            return None
        if getattr(request.user, "must_change_password", False):
            raise HttpError(403, _("请先修改密码：这个密码别人见过。"))
        if not may(request, self.need):
            raise HttpError(403, _("这一项不对你的角色开放。"))
        return request.user


class Keyed(Schema):
    """An act without inputs: `key` makes it safe to send twice."""

    key: str = Field(..., min_length=8, max_length=80)


class Explained(Keyed):
    """An act that says why."""

    reason: str = Field("", max_length=2000)


class Answered(Keyed):
    """The second word on what somebody asked: agreed, or not."""

    agree: bool = True


class Filled(Keyed):
    """A form filled in: `data` holds its fields by name."""

    data: dict[str, Any] = Field(default_factory=dict)


class Done(Schema):
    """That it was done; sent again with the same key it is not done again."""

    done: bool = True


def part(rows: Any, page: Page) -> list[Any]:
    """One page of a list."""
    return list(rows[page.offset : page.offset + page.limit])


def given(request: HttpRequest, key: str) -> dict[str, Any]:
    """By whom, when, and the key by which it is done once."""
    return {"by": person(request), "on": now(), "key": key}


def cleaned(inputs: Mapping[str, Any], data: Mapping[str, Any], choices: Choices | None = None) -> dict[str, Any]:
    """The values of a form of the house; InputRefused names what is wrong by path."""
    form = forms.inputs_form(dict(inputs))
    told = forms.clean(form, data, stage="submit", choices=choices) if choices else forms.clean(form, data, stage="submit")  # fmt: skip
    if told.errors:
        raise InputRefused(told.errors)
    return dict(told.values)
