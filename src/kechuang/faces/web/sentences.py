"""A reason as a sentence: the page's own words where it has them, else those of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kechuang.engines.forms.sentences import SENTENCES as OF_FORMS
from kechuang.engines.forms.sentences import sentence as of_forms
from kechuang.faces.web import wording
from kechuang.faces.web.reasons import MONEY, SAID
from kechuang.words.money import Money
from kechuang.words.reason import Reason

# code -> sentence with the reason's own values in braces; every one says what to do or what is so.
SENTENCES = {
    "act_not_here": gettext_noop("这件现在不能{act}：它处于“{state}”。"),
    "act_for_another": gettext_noop("这一步由{role}办理。"),
    "round_not_open": gettext_noop("批次现在不在可以办理的阶段。"),
    "round_not_open:suspended": gettext_noop("批次已中止，恢复以后才能办理。"),
    "act_after_missing": gettext_noop("要先完成：{missing}。"),
    "same_person": gettext_noop("前面的“{act}”由你办理，这一步须由另一人办理。"),
    "act_already_done": gettext_noop("“{act}”只能办理一次，已经办过。"),
    "not_now": gettext_noop("“{act}”不适用于现在的情形：规则写明的条件不成立。"),
    "too_early": gettext_noop("还没有到时间，最早 {until} 可以办理。"),
    "too_late": gettext_noop("已过期限：{until}截止。"),
    "stale": gettext_noop("别人刚刚改过这一部分；请对照后再保存，两边的文字都在。"),
}


class _Lenient(dict[str, str]):
    """A value the sentence names and the reason lacks is said with a dash: a page never falls over a word."""

    def __missing__(self, key: str) -> str:
        return wording.DASH


def worded(value: Any) -> str:
    """A value of a reason as it stands in a sentence."""
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, datetime):
        return wording.deadline(value)
    if isinstance(value, date):
        return wording.day_long(value)
    if isinstance(value, list | tuple | set | frozenset):
        return wording.listed(worded(one) for one in value)
    large = isinstance(value, int) and abs(value) >= 10_000  # below, it may be a year
    return wording.number(value) if large else wording.text(value)


def sentence(reason: Any) -> str:
    """What a Reason (or its JSON) says to the reader; an unknown code is shown as it is, for the desk to word it."""
    code, values = _opened(reason)
    if f"{code}:{values.get('round_state')}" in SENTENCES:
        code = f"{code}:{values['round_state']}"
    if "zh" in values:
        pattern = wording.text(values)
    elif code in SENTENCES:
        pattern = _(SENTENCES[code])
    elif code in SAID:
        pattern = SAID[code][wording.english()]
        values = {name: wording.money(v) if name in MONEY and type(v) is int else v for name, v in values.items()}
    elif code in OF_FORMS:
        return of_forms(Reason(code, **values), "en" if wording.english() else "zh")
    else:
        return code
    return pattern.format_map(_Lenient({name: worded(value) for name, value in values.items()}))


def _opened(reason: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(reason, str):
        return reason, {}
    if isinstance(reason, Mapping):
        return str(reason.get("code", "")), {name: value for name, value in reason.items() if name != "code"}
    return reason.code, reason.values
