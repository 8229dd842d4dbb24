"""Partner units of a running project: whom money is passed on to and who counts for recusal, and what changes made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.casework.answers import asked_rows, ticked
from kechuang.casework.models import Case
from kechuang.desks.projects import reports
from kechuang.desks.projects.models import Change
from kechuang.parties.models import Organisation
from kechuang.words.money import Money
from kechuang.words.offers import check, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

KIND = "partner"
Shares = dict[str, int]


def contracted(case: Case) -> Shares:
    """The fiscal money of each partner in fen, by its id: what the task book says, else the application."""
    shares = Shares()
    for one in reports.contracted(case, "partners").get("partners") or ():
        shares[str(one["party"])] = shares.get(str(one["party"]), 0) + int(one.get("share_fiscal") or 0)
    return shares


def _changes(case: Case) -> list[Change]:
    return Change.granted(case, (KIND,), "partners")


def standing(case: Case) -> Shares:
    """The partners in force with their shares: those of the last change granted, else those of the contract."""
    changes = _changes(case)
    return dict(changes[-1].after["partners"]) if changes else contracted(case)


@fact("projects.partner_units")
def partner_units(case: Case, on: datetime) -> list[str]:
    """The partner units in force, and the units that undertook the project before, by id."""
    moved = Change.granted(case, ("lead_unit",), "applicant")
    return sorted({*standing(case), *(row.before["applicant"] for row in moved)})


def asked_of(case: Case, said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of partners that a change asks for."""
    return asked_rows(case, said, "new_partners")


def revised(before: Shares, asked: list[Mapping[str, Any]]) -> Shares:
    """The partners after a change: who leaves is gone, the others named have the share that is written."""
    after = dict(before)
    for row in asked:
        if ticked(row, "leaves"):
            after.pop(str(row["party"]), None)
        else:
            after[str(row["party"])] = int(row.get("share") or 0)
    return after


@check("projects.partner_change_fits", locks=("award",))
def partner_change_fits(case: Case, context: Any) -> Finding:
    """A change of partners names confirmed units that join, leave or have another share, together less than the award."""
    asked, owner = asked_of(case, context.data), case.parent or case
    if case.answers.get("change") != KIND:
        return Finding.passed()
    before = standing(owner)
    after = revised(before, asked)
    if not asked or (after == before):
        return Finding.fail("change_needs_partners")
    pids = [str(row["party"]) for row in asked]
    units = {one.pid: one for one in Organisation.objects.filter(pid__in=pids)}
    strange = [pid for pid in pids if pid not in units or units[pid].standing != "confirmed"]
    told = [Reason("partner_unit_unknown")] if strange or len(set(pids)) < len(pids) else []
    if owner.applicant is not None and owner.applicant.pid in after:
        told.append(Reason("partner_is_applicant"))
    absent = [units[pid].name for pid in pids if pid in units and pid not in before and pid not in after]
    told += [Reason("not_a_partner_yet", names=absent)] if absent else []
    busy = _busy(owner, [pid for pid in pids if pid not in after])
    told += [Reason("partner_has_part", names=busy)] if busy else []
    award = getattr(owner, "award", None)
    if sum(after.values()) > 0 and (award is None or sum(after.values()) >= award.fen):
        told.append(Reason("shares_beyond_award", award=award.fen if award else 0, given=0, wanted=sum(after.values())))
    return Finding("fail", tuple(told)) if told else Finding.passed()


def _busy(owner: Case, leaving: list[str]) -> list[str]:
    """Of the units that leave those that still carry a sub-project."""
    rows = owner.children.filter(flow="subproject", state__in=["running", "reported"])
    carrying = {str(child.answers.get("unit")) for child in rows} if leaving else set()
    found = Organisation.objects.filter(pid__in=carrying.intersection(leaving)).order_by("name")
    return list(found.values_list("name", flat=True))


def apply_partners(case: Case, context: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The partners before and after with their shares; the contract itself stays as it was signed."""
    before = standing(case.parent or case)
    after = revised(before, asked_of(case, context.data))
    context.tells |= {"partners_before": _line(before), "partners": _line(after)}
    return {"partners": before}, {"partners": after}


def _line(shares: Shares) -> str:
    return ",".join(f"{pid}:{fen}" for pid, fen in sorted(shares.items()))


def changed_partners(case: Case) -> list[tuple[datetime | None, list[tuple[str, str, str]]]]:
    """Each change of the partners that was granted, oldest first; of a change under way, what it asks for."""
    if case.parent is None:
        rows = [(row.on, row.before["partners"], row.after["partners"]) for row in _changes(case)]
    else:
        asked = asked_of(case, {}) if case.answers.get("change") == KIND else []
        mine = Change.objects.filter(child=case).first()
        before = mine.before.get("partners", {}) if mine else standing(case.parent) if asked else {}
        rows = [(mine.on if mine else None, before, revised(before, asked))] if asked else []
    return [(on, _compared(before, after)) for on, before, after in rows]


def _compared(before: Shares, after: Shares) -> list[tuple[str, str, str]]:
    names = dict(Organisation.objects.filter(pid__in={*before, *after}).values_list("pid", "name"))
    both = [
        (pid, before.get(pid), after.get(pid)) for pid in sorted({*before, *after}) if before.get(pid) != after.get(pid)
    ]
    return [
        (names.get(pid, pid), *("" if fen is None else str(Money(fen)) for fen in (old, new))) for pid, old, new in both
    ]
