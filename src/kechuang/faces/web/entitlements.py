"""What can I get: every policy over a firm's own records, computed, explained, with the call that pays it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import computing
from kechuang.desks.claims.models import Evidence
from kechuang.desks.policies import firm, reading
from kechuang.desks.policies.firm import Entitlement
from kechuang.engines.rules.sentences import sentence
from kechuang.faces.access import needs, now
from kechuang.faces.web import claims, law, policies, wording
from kechuang.faces.web.shares import own_unit
from kechuang.parties.models import Organisation


@needs("own_unit")
def entitlements(request: HttpRequest) -> HttpResponse:
    """The firm's policies of a year: what it would get, why, what is missing, and where to claim."""
    unit, on = own_unit(request), now()
    records = firm.records_of(unit, on)
    years = firm.years_of(records, on)
    said = request.GET.get("year", "")
    year = int(said) if said.isdecimal() and int(said) in years else _latest(records, years)
    found = firm.entitlements(records, year, on)
    opened = policies.calls(on)
    held = claimed(unit)
    groups = _groups(found, opened, held)
    left = {one.policy.code: left_of(one, held.get(one.policy.code, {})) for one in found}
    fen = firm.counted(found, left)
    return render(request, "policies/entitlements.html", {
        "unit": unit, "title": _title(found, left, fen), "groups": groups, "year": year, "years": years, "fen": fen,
        "sub": _("按登记台账里%(unit)s %(year)s 年的记录，用现行政策逐项试算；以受理后的核算为准。") % {"unit": unit.name, "year": year},
    })  # fmt: skip


def _latest(records: dict[str, list[Any]], years: list[int]) -> int:
    """This year, or the last one of which there are records."""
    return next((year for year in years if _any(records, year)), years[0])


def _any(records: dict[str, list[Any]], year: int) -> bool:
    on = now()
    return any(firm.basis_for(code, year, on).year_for(row) == year for code, rows in records.items() for row in rows)


def _title(found: list[Entitlement], left: dict[str, int], fen: int) -> str:
    """The finding as heading."""
    paying = sum(bool(left[one.policy.code]) and one.policy.payee != "none" for one in found)
    if paying:
        return _("有 %(n)s 项可以领，合计 %(sum)s") % {"n": paying, "sum": wording.money(fen)}
    if any(one.fen for one in found):
        return _("现有记录能领的都已申请")
    return _("现有记录还领不到补助，下面写明了还缺什么")


Held = dict[str, int | None]


def claimed(unit: Organisation) -> dict[str, Held]:
    """What the unit's claims hold, by policy: the keys of the records and the fen each was computed at, None where it was not yet."""
    pays = {name: code for code, names in reading.paying().items() for name in names}
    rules, held = reading.rules_in_force(), dict[str, Held]()
    rows = Evidence.objects.filter(case__applicant=unit, released_at=None)
    for programme, entity, key, fen in rows.values_list("case__round__programme", "entity", "key", "fen"):
        code = pays.get(programme, "")
        if code and entity == rules[code].subject:
            there = held.setdefault(code, {})
            before = there.get(key)
            there[key] = fen if before is None else before + (fen or 0)
    return held


def taken_of(one: Entitlement, held: Held) -> int:
    """What of a policy's sum is claimed already, in fen: as it was computed, or as it would be where it was not yet."""
    amounts = dict(zip(one.result.keys(), one.result.amounts, strict=True)) if one.result else {}
    return sum((amounts[key] if fen is None else fen) or 0 for key, fen in held.items() if key in amounts)


def left_of(one: Entitlement, held: Held) -> int:
    """What can still be claimed: the sum of the records under their common ceiling, less what is claimed already."""
    return max(0, (one.fen or 0) - taken_of(one, held))


def _groups(found: list[Entitlement], opened: dict[str, list[Any]], held: dict[str, Held]) -> list[dict[str, Any]]:
    """Policies by how they stand: what one gets, what is refused or lacks figures, what has no records yet."""
    got, refused, none = [], [], []
    for one in found:
        row = _row(one, opened.get(one.policy.code, []), held.get(one.policy.code, {}))
        (none if not one.records else got if row["good"] else refused).append(row)
    titles = (_("可以得到的"), _("有记录，但不符合或还缺数字的"), _("还没有登记记录的"))
    return [
        {"title": title, "rows": rows, "plain": rows is none}
        for title, rows in zip(titles, (got, refused, none), strict=True)
        if rows
    ]


def _claimed(one: Entitlement, held: Held) -> str:
    """That records are claimed already, how much of the sum is gone, and what is left of it."""
    count = len(held.keys() & set(one.result.keys())) if one.result else 0
    if not count:
        return ""
    said = _("其中 %(n)s 项记录已经申请，已核算 %(sum)s，不再重复计发。") % {
        "n": count,
        "sum": wording.money(taken_of(one, held)),
    }
    return said + (_("全部记录合计 %(all)s。") % {"all": wording.money(one.fen)} if one.fen else "")


def _row(one: Entitlement, calls: list[Any], held: Held) -> dict[str, Any]:
    result, recognition = one.result, one.policy.verdict is not None
    shown: dict[str, Any] = {
        "code": one.policy.code, "title": one.policy.title, "kind": law.kind_title(one.policy), "records": one.records, "fen": None,
        "missing": wording.listed(wording.text(title) for title in one.missing), "register": reverse("register", args=[one.register]) if one.register else "", "calls": calls,
        "fault": None if one.fault is None else sentence(one.fault), "good": False, "recognition": recognition, "pays": one.policy.payee != "none",
    }  # fmt: skip
    if result is None:
        return shown
    good = result.verdict in ("pass", "depends") if recognition else bool(result.fen)
    return shown | {
        "claimed": _claimed(one, held), "good": good, "fen": None if recognition or result.fen is None else left_of(one, held), "verdict": claims.words_of(result.verdict), "refused": computing.refusals(result),
        "told": [claims.worded(told, recognition) for told in computing.told(result)],
        "turning": [claims.change_worded(change) for change in computing.turning(result)] if len(result.records) <= 3 else [],
    }  # fmt: skip


urlpatterns = [path("entitlements/", entitlements, name="entitlements")]
