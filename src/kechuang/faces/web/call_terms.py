"""What a call promises and limits, in numbers: the parameters that its conditions and its award name, and when it is paid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kechuang.faces.web import wording
from kechuang.faces.web.act_titles import act_title, titles
from kechuang.words.quantity import quantity

WORD = re.compile(r"[a-z_]\w*")


def terms(programme: Mapping[str, Any], on: date) -> list[dict[str, Any]]:
    """Name and value of each parameter in force on `on` that an applicant is held to; terms of the tracks last."""
    asked, params = _asked(programme), programme.get("params", {})
    tracks = programme.get("tracks", {})
    found = [
        {"label": one, "value": wording.listed(_values(_in_force(one["value"], on), tracks))}
        for name, one in params.items()
        if name in asked
    ]
    months = {code: one["months"] for code, one in tracks.items() if one.get("months")}
    if months:
        said = (f"{wording.text(tracks[code])} {_span(span)}" for code, span in months.items())
        found.append({"label": _("执行期"), "value": wording.listed(said)})
    return [one for one in found if one["value"]]


def _asked(programme: Mapping[str, Any]) -> set[str]:
    conditions = (*programme.get("eligibility", ()), *programme.get("limits", ()))
    texts = [str(one.get("when", "")) for one in conditions] + [str((programme.get("award") or {}).get("amount", ""))]
    return set(WORD.findall(" ".join(texts)))


def _in_force(spans: Any, on: date) -> Any:
    begun = [day for day in spans if day <= on] if isinstance(spans, Mapping) else []
    return spans[max(begun)] if begun else None


def _values(value: Any, tracks: Mapping[str, Any]) -> Iterable[str]:
    """One number, or one for each track; what has another shape is read on the page of the rules."""
    if isinstance(value, Mapping):
        rows = ((tracks.get(code), said(one)) for code, one in value.items())
        return [f"{wording.text(track)} {text}" for track, text in rows if track and text]
    return [text] if (text := said(value)) else []


def said(text: Any) -> str:
    """A number of a page with its unit, in the reader's language; nothing for what is no number."""
    try:
        read = quantity(text) if isinstance(text, str | int) else None
    except ValueError:
        return ""
    if read is None:
        return ""
    if read.kind == "money":
        return wording.money(read.number)
    if read.kind == "rate":
        return wording.percent(read.value)
    return f"{wording.number(read.value)} {wording.unit(read.kind)}".strip()


def _span(months: Any) -> str:
    least, most = months[0], months[-1]
    return f"{least if least == most else f'{least}–{most}'} {wording.unit('月')}"


def paid(programme: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each instalment: its name, its share, and after which act it is paid."""
    known = titles()
    return [
        {
            "title": wording.text(one), "share": said(one.get("share", "")),
            "upon": wording.text(act_title(str(one["upon"]), known)) if one.get("upon") else "",
        }
        for one in programme.get("instalments", ())
    ]  # fmt: skip


def pays(programme: Mapping[str, Any]) -> bool:
    """Whether anything is paid: a title that is only recognised has no budget to tell of."""
    return bool(programme.get("instalments"))
