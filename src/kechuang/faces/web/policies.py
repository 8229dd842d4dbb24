"""Policies for everyone: the list, each page read like a law, its calculator that explains every keystroke."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import queries
from kechuang.casework.models import Round
from kechuang.casework.pages import current, day_of
from kechuang.desks.policies import reading
from kechuang.engines.rules.single import Rules
from kechuang.faces.access import may, needs, now
from kechuang.faces.web import law, trying, wording

OPEN = ("published", "open", "closing")
MOST_BOXES = 6  # in a longer calculator the result stands above the boxes
KINDS = ("pays", "recognises", "computes", "allots")


def found(code: str) -> Rules:
    """The rules in force, where they hold that policy; 404 otherwise."""
    rules = reading.rules_in_force()
    if code not in rules.policies:
        raise Http404
    return rules


def calls(on: datetime) -> dict[str, list[Round]]:
    """The rounds that are open to claims now, by policy."""
    by_programme: dict[str, list[Round]] = {}
    for round_ in queries.rounds_visible_to(None, on).filter(state__in=OPEN).order_by("units_close_at", "code"):
        by_programme.setdefault(round_.programme, []).append(round_)
    return {
        code: [one for name in names for one in by_programme.get(name, ())] for code, names in reading.paying().items()
    }


def may_claim(request: HttpRequest) -> bool:
    """Whether to lead the reader to the records of an own unit: a visitor may sign in first, an office has none."""
    return not request.user.is_authenticated or may(request, "own_unit")


@needs("anyone")
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy of the book by what it does, with the call that pays it now."""
    rules, on = reading.rules_in_force(), now()
    opened = calls(on)
    groups: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for code, policy in rules.policies.items():
        source = policy.source[0] if policy.source else {}
        groups[law.kind_of(policy)].append({
            "code": code, "title": policy.title, "doc": f"{source.get('doc', '')} {source.get('clause', '')}".strip(), "quote": source.get("quote", ""),
            "calls": opened.get(code, ()), "held": policy.first <= day_of(on) <= policy.last, "sentence": headline(rules, code, on),
        })  # fmt: skip
    titles = {
        "pays": _("补助和奖励"),
        "recognises": _("认定和评分"),
        "computes": _("核算与税收优惠"),
        "allots": _("资金分配"),
    }
    shown = [{"title": titles[kind], "rows": rows} for kind, rows in groups.items() if rows]
    return render(request, "policies/policies.html", {"groups": shown, "digest": current().digest, "count": len(rules.policies), "may_simulate": may(request, "simulate"), "may_claim": may_claim(request)})  # fmt: skip


def headline(rules: Rules, code: str, on: datetime) -> str:
    """The parameters in force in one line: 补助比例 10 % · 每企业每年补助上限 200 万元."""
    told = []
    for param in law.parameters(rules, code, day_of(on)):
        value = next((span["value"] for span in param["spans"] if span["now"]), [])
        if len(value) == 1:
            told.append(f"{wording.text(param['title'])} {value[0]}")
    return " · ".join(told[:3])


@needs("anyone")
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """One policy read like a law, with its live calculator beside it."""
    rules, on = found(code), now()
    typed = trying.read(rules, code, request.GET, day_of(on))
    one, changed = rules[code], reading.changes(code)
    shown = {
        "policy": one, "code": code, "kind": law.kind_title(one), "articles": law.articles(rules, code), "params": law.parameters(rules, code, day_of(on)),
        "examples": law.examples(rules, code), "digest": reading.page_digest(code), "changes": changed, "edition": len(changed),
        "calls": calls(on).get(code, ()), "may_simulate": may(request, "simulate"), "may_claim": may_claim(request), "held": one.first <= day_of(on) <= one.last,
        "lead": headline(rules, code, on), "capped": one.cap is not None, **_calculator(rules, code, typed),
    }  # fmt: skip
    return render(request, "policies/policy.html", shown)


def _calculator(rules: Rules, code: str, typed: trying.Typed) -> dict[str, Any]:
    field = rules[code].reference
    title = {"year_end": _("核算年度内的日期"), "day": _("申请受理日期")}.get(field)
    if title is None:
        entity = rules.vocabulary.entities[rules[code].subject]
        title = wording.text(entity.fields[field.rpartition(".")[2]].title) if field.count(".") == 1 else _("基准日期")
    groups = trying.boxes(rules, code, typed)
    return {
        "groups": groups, "long": _long(groups), "typed": typed, "result": trying.result(rules, code, typed), "day_title": title,
        "award_href": reverse("policy_award", args=[code]), "day_error": typed.errors.get("on", ""), "had_error": typed.errors.get("had", ""),
    }  # fmt: skip


def _long(groups: list[dict[str, Any]]) -> bool:
    return sum(len(group["boxes"]) for group in groups if not group.get("folded")) > MOST_BOXES


@needs("anyone")
def policy_award(request: HttpRequest, code: str) -> HttpResponse:
    """What the calculator comes to as it stands: the part that each keystroke swaps."""
    rules = found(code)
    typed = trying.read(rules, code, request.GET, day_of(now()))
    shown = {
        "result": trying.result(rules, code, typed),
        "policy": rules[code],
        "code": code,
        "long": _long(trying.boxes(rules, code, typed)),
    }
    return render(request, "policies/award.html", shown)


urlpatterns = [
    path("policies/", policies, name="policies"),
    path("policies/<str:code>/", policy, name="policy"),
    path("policies/<str:code>/award/", policy_award, name="policy_award"),
]
