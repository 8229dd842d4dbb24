"""Review sheets: the form of a mode's sheet, what was filled in, and how it is filed under a label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from kechuang.casework.book.tracks import for_kind, kinds_of
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.models import Review, Seat
from kechuang.engines import forms
from kechuang.engines.panel.scores import in_points
from kechuang.parties.prepared import insert


def sheet_page(programme: Mapping[str, Any], mode: str, track: str = "", kind: str = "") -> Mapping[str, Any]:
    """The sheet a mode uses: the acceptance sheet, else the page's sheet of that mode for the track, else the first.

    `kind` of the expert, where the page has a sheet for each: technical experts read other things than finance experts.
    """
    if mode == "acceptance":
        return (programme.get("acceptance") or {}).get("sheet") or programme["sheets"][0]
    sheets = [s for s in programme["sheets"] if track in ((s.get("for") or {}).get("tracks") or [track])]
    sheets = for_kind(sheets, kind) if kind else sheets
    return next((s for s in sheets if s.get("mode") == mode), sheets[0])


def form_of(case: Case, mode: str, label: str = "") -> forms.Form:
    """The form of the sheet that an expert fills in for this case; by whom matters where kinds have sheets of their own."""
    programme = pages_of(case.round).programme
    kind = kind_of(label) if label and any(kinds_of(one) for one in programme.get("sheets", ())) else ""
    return pages_of(case.round).sheet(str(sheet_page(programme, mode, case.track, kind)["code"]))


def kind_of(label: str) -> str:
    """The kind of the expert who sits under a label; "" where nobody does."""
    return Seat.objects.filter(label=label).values_list("expert__kind", flat=True).first() or ""


def cleaned(case: Case, mode: str, context: Any) -> forms.Cleaned:
    """The sheet as it would be filed; what lies in `data['sheet']`, or in `data` itself."""
    typed = context.data.get("sheet") or context.data
    known: dict[str, object] = {}
    return forms.clean(
        form_of(case, mode, context.by.id.removeprefix("label:")),
        typed,
        stage="submit",
        known=known,
        choices=context.pages.choices,
    )


def filed(case: Case, label: str, mode: str, values: Mapping[str, Any], on: datetime) -> Review:
    """Keep one sheet: marks by criterion, reasons beside them, the weighted total in 10^-4 points."""
    marks = {k: str(v) for k, v in values.items() if isinstance(v, (int, Fraction)) and k not in ("total", "amount")}
    reasons = {k.removesuffix("_why"): str(v) for k, v in values.items() if k.endswith("_why") and v}
    total = values.get("total")
    review = Review(
        case=case, label=label, mode=mode, filed_at=on, marks=marks, reasons=reasons,
        points=in_points(Fraction(total if total is not None else 0)), grade=str(values.get("grade") or ""),
        verdict=str(values.get("verdict") or ""), amount_fen=values.get("amount"),
    )  # fmt: skip
    insert(review)
    return review


def opinion(review: Review) -> str:
    """What the applicant may read of a sheet: its reasons, in the order of the criteria, without marks or label."""
    return "\n".join(text for _, text in sorted(review.reasons.items()))
