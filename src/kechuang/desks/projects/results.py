"""What projects wrote of their results: the prose of final files and of the tracking that follows, for comparison."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from kechuang.desks.projects.models import Report
from kechuang.desks.projects.reports import form_of
from kechuang.words.offers import table

KINDS = ("acceptance", "tracking")
PROSE = ("longtext", "richtext")


@table(
    "projects.results", columns={"case": "text", "report": "text", "field": "text", "said": "text", "digest": "text"}
)
def results(on: datetime, where: Mapping[str, Collection[Any]]) -> list[dict[str, Any]]:
    """Every field of prose in the report of each kind that a project filed last before `on`; `digest` is the report's."""
    rows = Report.objects.filter(kind__in=KINDS, filed_at__lte=on).order_by("case", "kind", "version")
    if "case" in where:
        rows = rows.filter(case__number__in=list(where["case"]))
    last = {(row.case_id, row.kind): row for row in rows.select_related("case__round__frozen")}
    said = [one for row in last.values() for one in _said(row)]
    return [one for one in said if all(one[name] in wanted for name, wanted in where.items())]


def _said(row: Report) -> Iterator[dict[str, Any]]:
    for field in form_of(row.case, row.kind).fields.values():
        if field.kind in PROSE and (text := str(row.values.get(field.code) or "")):
            yield {"case": row.case.number, "report": row.kind, "field": field.code, "said": text, "digest": row.digest}
