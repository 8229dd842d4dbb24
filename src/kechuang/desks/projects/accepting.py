"""What a page asks for at acceptance beside the final file: a check on the site, and sub-projects that come first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kechuang.casework import records
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.words.offers import check, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

CHECK, ASKED = "check_site", ("apply_acceptance", "second_group")
LISTED = "subprojects"  # the form's table of sub-projects; a page that says `sub_first` has it


def said(case: Case) -> Any:
    """What the page says of acceptance."""
    return pages_of(case.round).programme.get("acceptance") or {}


@fact("projects.site_check_due")
def site_check_due(case: Case, on: datetime) -> bool:
    """The page wants the site checked at acceptance, and since acceptance was last asked for nobody has recorded it."""
    if said(case).get("site") != "required":
        return False
    for one in reversed(records.done(case)):
        if one.act == CHECK:
            return False
        if one.act in ASKED:
            return True
    return True


@check("projects.site_checked")
def site_checked(case: Case, context: Any) -> Finding:
    """Where the page wants the site checked, the record of it is there."""
    return Finding.fail("site_not_checked") if site_check_due(case, context.on) else Finding.passed()


@check("projects.subprojects_first")
def subprojects_first(case: Case, context: Any) -> Finding:
    """Where the page accepts sub-projects first: each one that was listed was opened, and passed. What is not so is told."""
    if not said(case).get("sub_first"):
        return Finding.passed()
    children = [child for child in case.children.filter(flow="subproject") if child.state != "ended"]
    opened = {_plain(child.answers.get("title")): child.state for child in children}
    listed = [str(row.get("name") or "") for row in case.answers.get(LISTED) or ()]
    never = [name for name in listed if _plain(name) not in opened]
    other = [str(child.answers.get("title") or "") for child in children if child.state != "passed"]
    told = [Reason("subprojects_never_opened", names=never)] if never else []
    told += [Reason("subprojects_not_passed", names=other)] if other else []
    return Finding("warn", tuple(told)) if told else Finding.passed()


def _plain(name: Any) -> str:
    return "".join(str(name or "").split())
