"""A visit to the site before a project is selected, where the page asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kechuang.casework import records
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.words.offers import check, fact
from kechuang.words.outcome import Finding

REPORT, AGAIN = "report_site_visit", "review_again"


@fact("projects.site_visit_due")
def site_visit_due(case: Case, on: datetime) -> bool:
    """The page wants this case visited, and since it was last grouped for review no report of a visit is there."""
    return wanted(case) and not visited(case)


def wanted(case: Case) -> bool:
    """Whether the page asks for a visit of every case that is to be selected."""
    said = (pages_of(case.round).programme.get("panel") or {}).get("site_visit") or {}
    return said.get("required") is True


def visited(case: Case) -> bool:
    """Whether the report of a visit is there; a case that is reviewed again is visited again."""
    for one in reversed(records.done(case)):
        if one.act in (REPORT, AGAIN):
            return one.act == REPORT
    return False


@check("projects.site_visited")
def site_visited(case: Case, context: Any) -> Finding:
    """Nothing is proposed for money, selected or called up before the visit that the page asks for is reported."""
    if context.data.get("advice", "fund") != "fund" or not site_visit_due(case, context.on):
        return Finding.passed()
    return Finding.fail("site_not_visited")
