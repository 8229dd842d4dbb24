"""What waits for a person beside cases: accounts, entries of the pool, clues, amounts; one line for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kechuang.casework import chain
from kechuang.desks.experts import pool
from kechuang.desks.funds import queries as funds
from kechuang.desks.funds.models import Entry
from kechuang.desks.integrity import trails
from kechuang.parties.models import Appointment

MONEY = {"appropriation": "appropriations", "budget": "budgets", "contribution": "contributions"}


def waiting(held: Iterable[Appointment]) -> list[dict[str, Any]]:
    """Tasks as parts/task.html takes them, for the desks that these appointments open; none where nothing waits."""
    mine = list(held)
    return [
        {"title": title % {"n": count}, "href": reverse(route), "chip": chip, "tone": "you", "why": why, "act": _("去办理")}
        for count, route, title, chip, why in _rows(mine, {one.role for one in mine})
        if count
    ]  # fmt: skip


def _rows(mine: list[Appointment], roles: set[str]) -> Iterator[tuple[int, str, str, str, str]]:
    """(how many, where, in words, what kind, why) of every desk that these roles sit at."""
    desk = chain.Desk.of(mine)
    if desk.recommends:
        yield (
            desk.units_waiting().count(),
            "people",
            _("%(n)s 个单位等你确认"),
            _("单位"),
            _("核对统一社会信用代码和法定代表人。"),
        )
    if desk.confirms:
        yield (
            desk.persons_waiting().count(),
            "people",
            _("%(n)s 个账号等你确认"),
            _("账号"),
            _("确认是本单位的人，方可申报。"),
        )
    if "institution_chief" in roles:
        yield pool.pending().count(), "experts", _("%(n)s 位专家等你确认入库"), _("专家库"), _("确认后方可参加抽取。")
    if "supervisor" in roles:
        yield (
            trails.clues_open().count(),
            "supervision",
            _("%(n)s 条线索等你初核"),
            _("线索"),
            _("初核后登记调查或了结。"),
        )
    if "treasurer" in roles:
        for kind in Entry.KINDS:
            count = funds.waiting_entries(kind).count()
            yield (
                count,
                MONEY[kind],
                _("%(n)s 笔录入等你与文件核对"),
                _("资金"),
                _("与原件一致方可生效，经办与复核不为同一人。"),
            )
