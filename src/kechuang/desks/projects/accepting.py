"""What a page asks for at acceptance beside the final file: a check on the site, and sub-projects that come first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kechuang.casework import curtain, records
from kechuang.casework.book.conditions import params_known, scope_of
from kechuang.casework.models import Case
from kechuang.casework.pages import day_of, pages_of
from kechuang.formula import UNKNOWN, evaluate, parse
from kechuang.words.offers import check, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

CHECK, ASKED = "check_site", ("apply_acceptance", "second_group")
MAY_PASS = "may_pass"  # the line of `results` that needs no word of the panel
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


@check("projects.result_allowed")
def result_allowed(case: Case, context: Any) -> Finding:
    """The page's own lines between results: the first that holds is said, none that holds refuses, an open one waits.

    `may_pass` needs no word more; any other line that lets a project pass is told as a warning in the page's sentence.
    """
    rows = said(case).get("results") or ()
    known = params_known(context.pages.programme, day_of(context.on))
    told = said(case).get("facts") or {}
    values: list[Any] = []
    for row in rows:
        wanted = parse(row["when"])
        value = evaluate(wanted, scope_of(wanted, known, lambda name: _fact(told.get(name), case, context.on)))
        if value is True:
            text = Reason(row["code"], zh=row["zh"], en=row["en"])
            return Finding.passed() if row["code"] == MAY_PASS else Finding("warn", (text,))
        values.append(value)
    return Finding.fail("targets_not_reached") if values and all(one is False for one in values) else Finding.passed()


def _fact(declared: Any, case: Case, on: datetime) -> object:
    found = curtain.fact(str(declared["from"]), case, on) if declared else None
    return UNKNOWN if found is None else found


def _plain(name: Any) -> str:
    return "".join(str(name or "").split())
