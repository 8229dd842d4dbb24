"""Draws of experts for everyone: digest, commitments, dice and seed at once; with the award the certificate to re-draw it by."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _

from kechuang.casework.models import Round
from kechuang.casework.queries import rounds_visible_to
from kechuang.desks.experts import ceremonies, queries
from kechuang.desks.experts.models import Ceremony, Draw, Pool
from kechuang.engines.panel.ceremony import unkept
from kechuang.faces.access import needs, now
from kechuang.faces.web import showing, verifying, wording
from kechuang.faces.web.ceremony import dice_of, panels_drawn, steps_of


@needs("anyone")
def draws(request: HttpRequest) -> HttpResponse:
    """Every ceremony, aborted ones too, and the draws of single panels; names cannot be read from here."""
    rows, page = showing.paged(request, Draw.objects.filter(ceremony=None).select_related("round").order_by("-on"))
    pools = {p.round_id: p for p in Pool.objects.filter(round__in=[d.round_id for d in rows])}
    held = Ceremony.objects.select_related("round").order_by("-frozen_at")[:200]
    shown = {"ceremonies": held, "draws": [(d, pools.get(d.round_id)) for d in rows], "page": page}
    return render(request, "public/draws.html", shown)


@needs("anyone")
def draw_public(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One ceremony: what was published when, and after the award how to verify it and what the verifier says."""
    one, row = _held(code, number)
    public = queries.released(row)
    shown: dict[str, Any] = {
        "round": one, "row": row, "pool": queries.pool_of(one), "panels": panels_drawn(row), "steps": steps_of(row), "dice": dice_of(row),
        "witnessed": ceremonies.witnessed(row), "parties": parties_of(row), "released": public is not None,
        "labels": labels_of(public) if public else (), "command": f"python3 verify_draw.py draw-{one.code}-{row.number}.json",
        "faults": verifying.once_found(public) if public else (),
    }  # fmt: skip
    return render(request, "public/draw.html", shown)


def parties_of(row: Ceremony) -> list[dict[str, Any]]:
    """Each party with what it sealed and what it opened; `missing` once it is drawn and nothing was opened."""
    unopened = unkept(row.commitments, row.reveals) if row.drawn_at else {}
    return [
        {
            "party": _("监督处") if party == ceremonies.SUPERVISION else party,
            "digest": digest,
            "secret": row.reveals.get(party, ""),
            "missing": party in unopened,
        }
        for party, digest in row.commitments.items()
    ]


def labels_of(public: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The panels of a public certificate by label, each expert with the chance that was published."""
    rules, whole = public["rules"], 1 << public["rules"]["bits"]
    chance = {(i, j): Fraction(flow, whole) for i, j, flow in public["graph"]}
    return [
        (rules["projects"][i][0], [(rules["experts"][j][0], wording.percent(chance[i, j])) for j in panel])
        for i, panel in enumerate(public["panels"])
    ]


@needs("anyone")
def draw_certificate(request: HttpRequest, code: str, number: int) -> JsonResponse:
    """The public form of the certificate, from the award on; before it there is nothing here."""
    one, row = _held(code, number)
    public = queries.released(row)
    if public is None:
        raise Http404
    answer = JsonResponse(public, json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="draw-{one.code}-{row.number}.json"'
    return answer


def _held(code: str, number: int) -> tuple[Round, Ceremony]:
    one = get_object_or_404(rounds_visible_to(None, now()), code=code)
    return one, get_object_or_404(Ceremony.objects.select_related("round"), round=one, number=number)


urlpatterns = [
    path("draws/", draws, name="draws"),
    path("draws/<str:code>/<int:number>/", draw_public, name="draw_public"),
    path("draws/<str:code>/<int:number>/certificate.json", draw_certificate, name="draw_certificate"),
]
