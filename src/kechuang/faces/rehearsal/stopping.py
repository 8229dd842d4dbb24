"""What goes wrong while projects run: stopped money, suspension, changes, mid-term, sub-projects, termination, revocation."""

from __future__ import annotations

from typing import Any

from kechuang.casework.models import Case
from kechuang.casework.pages import day_of
from kechuang.faces.rehearsal import accusing, running, selecting
from kechuang.faces.rehearsal.filling import long_text
from kechuang.faces.rehearsal.selecting import COMMITMENTS, DICE, Applicants, Contest
from kechuang.faces.rehearsal.stage import MINUTES, SEAL, WHY, Stage, fresh


def money_is_stopped(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Supervision stops a payment with its chief's word and moves no project."""
    case = contest.refreshed("running")[2]
    stage.is_refused(case, "stop_payment", stage.region.office("supervisor"), reason=WHY)
    stage.does(case, "second:stop_payment", stage.region.office("supervision_chief"), reason=WHY)
    stage.does(case, "stop_payment", stage.region.office("supervisor"), reason=WHY)


def is_suspended(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Announced, answered, suspended after the days of hearing; no payment meanwhile; resumed."""
    case = contest.refreshed("running")[0]
    officer = stage.region.execution["institution_officer"][0]
    chief = stage.region.execution["institution_chief"][1]
    stage.on_day(240)
    stage.does(case, "advise_suspension", stage.region.office("supervisor"), finding=WHY)
    stage.does(case, "announce_suspension", officer, reason=WHY)
    stage.does(case, "answer_announcement", stage.region.unit_of(case.applicant.pid).head, text=WHY)
    stage.is_refused(case, "suspend", chief)
    stage.on_day(252)
    stage.does(case, "suspend", chief)
    clerk = stage.region.office("fund_clerk")
    stage.is_refused(case, "prepare_payment", clerk, instalment="once", quota_document=running.quota(stage))
    stage.does(case, "resume", chief, reason=WHY)


def is_changed(stage: Stage, contest: Contest, people: Applicants) -> None:
    """One change for every decider: the leader, the unit, the institution, the meeting; and one that nobody may grant."""
    case = contest.refreshed("running")[1]
    unit = stage.region.unit_of(case.applicant.pid)
    noted = stage.opens(case, "change", case.leader, change="route")
    stage.does(noted, "note_change", case.leader, text=WHY)
    granted = stage.opens(case, "change", case.leader, change="member")
    joins = [{"person": unit.finance.pid, "task": "示例分工", "months": "2", "main": False}]
    stage.does(granted, "request_change", case.leader, text=WHY, reason=WHY, joins=joins)
    stage.is_refused(granted, "grant_change_by_unit", unit.research)
    stage.does(granted, "consent_to_change", unit.finance, promise=SEAL)
    stage.does(granted, "grant_change_by_unit", unit.research)
    with stage.refusal("raising the indirect cost"):
        stage.opens(case, "change", case.leader, change="indirect_up")
    chief, lead = stage.region.execution["institution_chief"][1], stage.region.office("leadership")
    more = [{"name": "示例新增指标", "target": "示例完成值", "core": False}]
    changed(stage, case, "goals", "grant_change_by_institution", chief, more)
    less = [{"name": "示例新增指标", "dropped": True}]
    changed(stage, case, "indicator_lowered", "refuse_change_by_leadership", lead, less, reason=WHY, **MINUTES)


def changed(stage: Stage, case: Case, kind: str, name: str, by: Any, rows: list[dict[str, Any]], **said: Any) -> None:
    """A change of targets that goes by the unit and the institution to whoever decides; nothing is paid meanwhile."""
    unit, officer = stage.region.unit_of(case.applicant.pid), stage.region.execution["institution_officer"][0]
    asked = stage.opens(case, "change", case.leader, change=kind)
    stage.does(asked, "request_change", case.leader, text=WHY, reason=WHY, new_targets=rows)
    stage.does(asked, "agree_change", unit.research, opinion=WHY)
    stage.does(asked, "advise_change", officer, opinion=WHY)
    stage.does(asked, name, by, **said)


def is_terminated(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Ended by the institution for an objective cause: settled, refunded in two parts, archived."""
    case = contest.refreshed("running")[3]
    officer = stage.region.execution["institution_officer"][0]
    running.spent(stage, case, 40)
    stage.does(case, "propose_termination", officer, cause="objective", reason=WHY)
    ended(stage, case, "objective")
    running.refunded(stage, case, 50)
    stage.is_refused(case, "archive_closed", officer)
    running.refunded(stage, case)
    stage.does(case, "archive_closed", officer)


def ended(stage: Stage, case: Case, cause: str) -> None:
    """The meeting ends a project, and its money is settled."""
    stage.does(case, "terminate", stage.region.office("leadership"), cause=cause, **MINUTES)
    running.settled(stage, fresh([case])[0])


def duty_is_not_done(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Ended at the unit's own asking, by its fault: what is owed does not come back in time, and the clock opens a clue."""
    case = contest.refreshed("running")[0]
    unit = stage.region.unit_of(case.applicant.pid)
    stage.does(case, "ask_termination", unit.head, reason=WHY, evidence=[running.FILE])
    ended(stage, case, "fault")


def is_revoked(stage: Stage, contest: Contest, people: Applicants) -> None:
    """An inquiry finds fraud; only its decision in force lets the meeting revoke the project; all the money comes back."""
    case, office = contest.refreshed("running")[0], stage.region.office
    running.spent(stage, case, 20)
    day = (day_of(stage.now) - stage.first_day.date()).days
    inquiry = accusing.accused(stage, case.leader)
    number = accusing.decided(stage, inquiry, day=day + 10, measures=["end_project", "recover", "ban_apply"])
    stage.is_refused(case, "revoke", office("leadership"), inquiry=number, **MINUTES)
    accusing.in_force(stage, inquiry, day=day + 10 + accusing.HEARD + accusing.APPEALED)
    stage.does(case, "revoke", office("leadership"), inquiry=number, **MINUTES)
    running.settled(stage, fresh([case])[0])
    running.refunded(stage, case)
    stage.does(case, "archive_closed", stage.region.execution["institution_officer"][0])


def at_midterm(stage: Stage, contest: Contest, people: Applicants) -> None:
    """One passes and gets its next instalment; one is held: suspended, repaired, resumed; one is called off."""
    passes, held, off = contest.refreshed("running")[:3]
    chief = stage.region.execution["institution_chief"][0]
    officer = stage.region.execution["institution_officer"][0]
    child = assessed(stage, passes)
    stage.does(child, "pass_midterm", chief)
    running.paid(stage, fresh([passes]))
    running.received(stage, [passes])
    child = assessed(stage, held, grade="adjust", returned=True)
    stage.does(child, "hold_midterm", chief, reason=WHY)
    stage.does(held, "resume", chief, reason=WHY)
    child = stage.opens(off, "midterm", officer)
    stage.does(child, "call_off", chief, reason=WHY)


def assessed(stage: Stage, case: Case, *, grade: str = "go", returned: bool = False) -> Case:
    """Asked for, reported (once more where the report came back), read by experts drawn with a witness."""
    region = stage.region
    child = stage.opens(case, "midterm", region.execution["institution_officer"][0])
    for again in (False, True) if returned else (False,):
        running.reported(stage, case, "midterm")
        stage.does(child, "report_midterm", case.leader)
        if returned and not again:
            stage.does(child, "return_midterm", region.execution["institution_officer"][1], reason=WHY)
    stage.does(child, "second:draw_midterm", region.office("supervisor"))
    stage.does(child, "draw_midterm", region.execution["draw_operator"][0], dice=DICE, commitments=COMMITMENTS)
    for label in selecting.sitting(child.round, child.number, "midterm"):
        stage.does(child, "review_midterm", label, opinion=long_text(60, stage.rng), grade=grade)
    return child


def in_parts(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Sub-projects of one project: one passes, its unit gets its money; one fails, one ends early; together within the grant."""
    case = contest.refreshed("running")[0]
    head = case.members.order_by("pk").first().person
    with stage.refusal("a share beyond the grant"):
        planned(stage, case, head, share=contest.plan.asked + 1)
    partner = next(unit.party for unit in stage.region.units if unit.party.pk != case.applicant_id)
    passes, fails, ends = (planned(stage, case, head, share=10, unit=one) for one in (partner, None, None))
    for child in (passes, fails):
        stage.does(child, "take_on", head, promise=SEAL)
        stage.does(child, "agree", stage.region.unit_of(case.applicant.pid).head, seal=SEAL)
        stage.does(child, "report_subproject", head, report=long_text(60, stage.rng))
    stage.does(passes, "return_subproject", case.leader, reason=WHY)
    stage.does(passes, "report_subproject", head, report=long_text(60, stage.rng))
    stage.does(passes, "pass_subproject", case.leader, opinion=WHY)
    passed_on = {"partner": partner.pid, "date": day_of(stage.now).isoformat()}
    finance = stage.region.unit_of(case.applicant.pid).finance
    stage.is_refused(case, "pass_to_partner", finance, amount="10.01", **passed_on)
    stage.does(case, "pass_to_partner", finance, amount="10", **passed_on)
    stage.does(fails, "fail_subproject", case.leader, reason=WHY)
    stage.does(ends, "end_subproject", case.leader, reason=WHY)


def planned(stage: Stage, case: Case, head: Any, *, share: int, unit: Any = None) -> Case:
    """A part of a project, with its head, goals and share (万元); carried by a partner `unit`, else by the project's own."""
    said = {"title": "示例课题", "head": head.pid, "unit": (unit or case.applicant).pid, "share": str(share)}
    return stage.opens(case, "subproject", case.leader, goals=long_text(20, stage.rng), **said)
