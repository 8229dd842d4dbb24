"""The service guide of a call, as its page tells it: who does what for whom, how long it takes, what it costs, how experts are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kechuang.casework.models import Award, Round
from kechuang.casework.pages import roles_page
from kechuang.faces.web import wording

NONE = "none"


def service(round_: Round, programme: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pairs of the guide; what the page does not say is left out."""
    said: Mapping[str, Any] = programme.get("service") or {}
    promised = said.get("promised_days")
    rows = [
        (_("事项类型"), said.get("item_kind"), ""),
        (_("实施主体"), said.get("provider"), ""),
        (_("受理时间"), said.get("opens"), ""),
        (_("办理方式"), said.get("channel"), ""),
        (_("到现场次数"), _times(said.get("visits")), ""),
        (_("承诺办结时限"), _days(promised), _measured(round_) if promised else ""),
        (_("法定办结时限"), _days(said.get("legal_days")), ""),
        (_("收费"), _("不收费") if said.get("fee") == NONE else said.get("fee"), ""),
        (_("经费来源"), programme.get("money_source"), ""),
        (_("办理结果"), _listed(said.get("results")), ""),
        (_("系统自动带出"), _listed(said.get("prefilled")), said.get("not_asked_again", "")),
        (_("救济途径"), said.get("appeal"), ""),
        (_("联系和监督"), _roles(said.get("contacts", ())), ""),
        (_("提醒"), said.get("watch_out"), ""),
    ]
    return [{"label": label, "value": value, "small": small} for label, value, small in rows if value]


def experts(programme: Mapping[str, Any]) -> dict[str, Any]:
    """How experts are drawn, who steps aside, and how long a tie counts; nothing where none are asked."""
    said: Mapping[str, Any] = programme.get("panel") or {}
    drawn: Mapping[str, Any] = said.get("draw") or {}
    aside = [
        wording.with_unit(one, _("%(count)s 年内") % {"count": one["years"]} if "years" in one else "")
        for one in said.get("recuse", ())
    ]
    how = [drawn[name] for name in ("seed", "rng", "replace") if name in drawn]
    return {"how": [*how, *_visit(said.get("site_visit") or {})], "aside": aside}


def _visit(said: Mapping[str, Any]) -> list[Any]:
    """Which cases are visited before they are selected, in the page's own words where it has some."""
    return [said if "zh" in said else _("立项前逐项现场考察")] if said else []


def _times(count: Any) -> str:
    return "" if count is None else _("%(count)s 次") % {"count": count}


def _days(days: Any) -> str:
    return "" if days is None else _("无") if days == NONE else _("%(count)s 天") % {"count": days}


def _measured(round_: Round) -> str:
    """The middle of what it took before: days from the receipt to the decision, over the awards of this programme."""
    rows = Award.objects.filter(case__round__programme=round_.programme, case__received_at__isnull=False)
    took = sorted((on - came).days for came, on in rows.values_list("case__received_at", "on"))
    return _("以往从提交到决定的中位数 %(count)s 天") % {"count": took[len(took) // 2]} if took else ""


def _listed(rows: Any) -> str:
    return wording.listed(wording.text(one) for one in rows or ())


def _roles(codes: Any) -> str:
    return wording.listed(wording.text(roles_page().title(str(code))) for code in codes)
