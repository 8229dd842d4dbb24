"""The draw of a round, step by step: who does what, what is done, what comes next; digests and counts, never a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from kechuang.casework.acts import Wish, act, act_many
from kechuang.casework.models import Round
from kechuang.desks.experts import ceremonies, queries
from kechuang.desks.experts.models import Ceremony
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, wording
from kechuang.faces.web.panels import round_for, tell, trail
from kechuang.faces.web.reading_desk import mode_title
from kechuang.faces.web.sentences import sentence
from kechuang.parties.permissions import roles
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

OPERATOR, WITNESS = "draw_operator", "supervisor"
PARTIES = ("执行方", "公证处")
COMMIT = "python3 -c \"import hashlib,json,sys;print(hashlib.sha256(json.dumps(['kechuang commitment 1',*sys.argv[1:]]).encode()).hexdigest())\""

GIVEN_UP = {
    "chance": gettext_noop("概率上限"), "exact_chance": gettext_noop("个别席位的精确概率（按种子次序改由下一名）"),
    "outside": gettext_noop("区外人数"), "region": gettext_noop("同一地区人数"), "place": gettext_noop("递补时的地区要求"),
    "kind": gettext_noop("递补时的类别要求"), "unit": gettext_noop("同一单位人数"), "technical": gettext_noop("技术专家人数"),
    "finance": gettext_noop("财务专家人数"), "industry": gettext_noop("产业专家人数"), "management": gettext_noop("管理专家人数"),
}  # fmt: skip

PIPS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "1": ((12, 12),), "2": ((7, 7), (17, 17)), "3": ((7, 7), (12, 12), (17, 17)), "4": ((7, 7), (17, 7), (7, 17), (17, 17)),
    "5": ((7, 7), (17, 7), (12, 12), (7, 17), (17, 17)), "6": ((7, 6), (7, 12), (7, 18), (17, 6), (17, 12), (17, 18)),
}  # fmt: skip

Data = Callable[[HttpRequest], dict[str, Any]]


def _field(name: str) -> Data:
    return lambda request: {name: request.POST.get(name, "").strip()}


def _commitments(request: HttpRequest) -> dict[str, Any]:
    """What each party hands in; a line without a digest is a party that seals later."""
    given = [{"by": by, "digest": digest.lower()} for by, digest in _lines(request)]
    return {"commitments": [one for one in given if one["digest"]] or given[:1]}


def _lines(request: HttpRequest) -> list[tuple[str, str]]:
    rows = zip(request.POST.getlist("by"), request.POST.getlist("digest"), strict=False)
    return [(by.strip(), digest.strip()) for by, digest in rows]


def _secret(request: HttpRequest) -> dict[str, Any]:
    return {"party": request.POST.get("party", "").strip(), "secret": request.POST.get("secret", "").strip()}


def _nothing(request: HttpRequest) -> dict[str, Any]:
    return {}


# act on the round → what its form brings
STEPS: Mapping[str, Data] = {
    "freeze_draw": _field("beacon"), "seal_commitments": _commitments, "seal_supervision": _field("digest"),
    "second:draw": _nothing, "cast_dice": _field("dice"), "reveal_secret": _secret, "reveal_supervision": _field("secret"),
    "abort_ceremony": _field("reason"),
}  # fmt: skip


def given_up(names: Iterable[str]) -> str:
    """What had to be given up, in words."""
    return wording.listed(_(GIVEN_UP[name]) if name in GIVEN_UP else name for name in names)


def panels_drawn(row: Ceremony) -> list[dict[str, Any]]:
    """The panels of a ceremony in numbers: group, kind of review, seats, what was given up."""
    return [
        {"group": one.group, "mode": mode_title(one.mode), "seats": one.seats, "given_up": given_up(one.given_up)}
        for one in sorted(row.draws.all(), key=lambda one: (one.group, one.mode))
    ]


def dice_of(row: Ceremony) -> list[dict[str, Any]]:
    """The dice as they lay: each digit with the places of its pips; only the digit where it is none of one to six."""
    return [] if row.beacon else [{"digit": digit, "pips": PIPS.get(digit, ())} for digit in row.dice]


@needs("office")
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """The ceremony of a round as it stands, with the forms of whoever looks; what is short only when asked for."""
    return _shown(request, round_for(request, code, "execution", "supervision"))


def _shown(request: HttpRequest, one: Round, *, name: str = "", reasons: Iterable[Reason] = ()) -> HttpResponse:
    """The page; after a refused step with what was typed into it and the reasons beside it."""
    held = roles(held_by(request), one)
    rows = list(Ceremony.objects.filter(round=one).prefetch_related("draws").order_by("-number"))
    ceremony = next((row for row in rows if not row.drawn_at and not row.aborted_at), None)
    shown = {
        "round": one, "pool": queries.pool_of(one), "ceremony": ceremony, "past": [(row, panels_drawn(row)) for row in rows if row is not ceremony],
        "groups": queries.groups_of(one), "operator": OPERATOR in held, "witness": WITNESS in held, "key": lists.fresh_key(),
        "trail": trail(one, _("专家抽取")), "commit": COMMIT, "supervision": ceremonies.SUPERVISION, "dice": dice_of(ceremony) if ceremony else [],
        "refused": name, "reasons": list(reasons), "typed": request.POST, "lines": _still_to_seal(request, name, ceremony),
        "given_up": given_up(ceremony.terms.get("given_up", ())) if ceremony else "", **standing(one, ceremony, rows),
    }  # fmt: skip
    if "lacks" in request.GET:
        shown["lacks"] = [sentence(reason) for reason in queries.lacks(one, now())]
    return render(request, "rounds/draw.html", shown, status=422 if name else 200)


def _still_to_seal(request: HttpRequest, name: str, ceremony: Ceremony | None) -> list[tuple[str, str]]:
    """The lines of the form for commitments: what was typed, else the parties that have not sealed and one more."""
    if name == "seal_commitments":
        return _lines(request)
    sealed = ceremony.commitments if ceremony else {}
    left = [(party, "") for party in PARTIES if party not in sealed]
    return left or [("", "")]


def standing(one: Round, ceremony: Ceremony | None, rows: list[Ceremony]) -> dict[str, Any]:
    """Where the ceremony stands: its steps with their times, who has not revealed, whether it may be drawn now."""
    row = ceremony or next((row for row in rows if row.drawn_at), None)
    unready = ceremonies.unready(ceremony, now()) if ceremony else []
    waits = ceremonies.waiting(one) if not ceremony else {}
    return {
        "steps": steps_of(row), "witnessed": ceremonies.witnessed(row) if row else None, "unrevealed": _unopened(row), "sealed": bool(row and ceremonies.all_sealed(row)),
        "until": ceremonies.reveals_until(row) if row and row.cast_at else None, "ready": bool(ceremony) and not unready,
        "unready": [sentence(reason) for reason in unready], "waits": {name: len(part) for name, part in waits.items()},
    }  # fmt: skip


def _unopened(row: Ceremony | None) -> list[str]:
    """Parties that have not revealed, once the dice are cast."""
    return sorted(set(row.commitments) - set(row.reveals)) if row and row.cast_at else []


def steps_of(row: Ceremony | None) -> list[dict[str, Any]]:
    """The line of a ceremony: each step with its time and who takes it; the first that has no time comes now."""
    moments = [
        row.frozen_at if row else None, row.frozen_at if row and ceremonies.all_sealed(row) else None, ceremonies.witnessed(row) if row else None,
        row.cast_at if row else None, row.cast_at if row and row.cast_at and (row.drawn_at or not _unopened(row)) else None, row.drawn_at if row else None,
    ]  # fmt: skip
    titles = (_("冻结名单、规则与评分"), _("三方封存承诺"), _("监督见证"), _("当众掷骰"), _("揭示承诺"), _("抽取"))
    at = next((n for n, moment in enumerate(moments) if moment is None), -1)
    who = (_("抽取操作员"), _("抽取操作员、监督处"), _("监督处"), _("抽取操作员"), _("各承诺方"), _("抽取操作员"))
    return [
        {"title": title, "who": who[n] if moment or n == at else "", "on": None if n in (1, 4) else moment, "state": "done" if moment else "now" if n == at else ""}
        for n, (title, moment) in enumerate(zip(titles, moments, strict=True))
    ]  # fmt: skip


@require_POST
@needs("office")
def step(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One step of the ceremony, through the door; who may not take it is refused there."""
    one = round_for(request, code, "execution", "supervision")
    if name not in STEPS:
        raise Http404
    try:
        act(one, name, by=person(request), on=now(), key=request.POST.get("key", ""), data=STEPS[name](request))
    except Refused as refusal:
        return _shown(request, one, name=name, reasons=refusal.reasons)
    messages.success(request, _("已办理，记入台账。"))
    return redirect("draw", code=code)


@require_POST
@needs("draws")
def draw_all(request: HttpRequest, code: str) -> HttpResponse:
    """Draw every panel of the open ceremony: the act of each case, the first of which draws for all."""
    one = round_for(request, code, "execution")
    ceremony, key = ceremonies.open_of(one), request.POST.get("key", "")
    found = queries.to_draw(one, ceremony.groups) if ceremony else []
    wishes = [Wish(case, name, f"{key}:{case.number}") for case, name in found]
    tell(request, act_many(wishes, by=person(request), on=now(), size=400), _("已抽取，%(n)s 件进入评审。"))
    return redirect("draw", code=code)


urlpatterns = [
    path("rounds/<str:code>/draw/", draw, name="draw"),
    path("rounds/<str:code>/draw/all/", draw_all, name="draw_all"),
    path("rounds/<str:code>/draw/<str:name>/", step, name="draw_step"),
]
