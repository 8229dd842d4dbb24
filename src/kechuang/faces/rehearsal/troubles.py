"""What goes wrong in a year, each at least once: late, over the limit, corrected, refused, objected to, struck, stopped, ended."""

from __future__ import annotations

from typing import Any

from kechuang.casework.actor import CLOCK, Actor
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case
from kechuang.faces.rehearsal import running, selecting
from kechuang.faces.rehearsal.filling import long_text
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import MINUTES, SEAL, Stage, fresh

WHY = "经核查，材料与事实不符，已按程序告知并听取陈述，理由和依据均记录在案，可供查阅。"
RESERVED = 3
OBJECTOR = {"name": "示例异议人", "identity": "110101198001011005", "phone": "0471-4963421"}
NEEDS = RESERVED + 8  # as many funded projects as the troubles of the running years want


def child(stage: Stage, parent: Case, flow: str, by: Any, opening: str = "", **data: Any) -> Case:
    """A child case opened on `parent`."""
    stage.say("", 1)
    return open_case(
        parent.round,
        by=by,
        on=stage.now,
        key=stage.key(f"open-{flow}"),
        flow=flow,
        name=opening,
        parent=parent,
        data=data,
    )


def while_open(stage: Stage, contest: Contest, people: Applicants) -> None:
    """One is never handed in, one leader applies twice, one is sent back twice and then withdrawn."""
    before = list(contest.cases)
    selecting.drafted(stage, contest, people.take(contest.plan, 2))
    late, withdrawn = contest.cases[len(before) :]
    contest.cases = before
    again = open_case(contest.round, by=before[0].leader, on=stage.now, key=stage.key("open"), synthetic=True)
    unit = stage.region.unit_of(again.applicant.pid)
    selecting.written(again, contest.plan, unit, again.leader, before[1].leader, rng=stage.rng, year=stage.year)
    stage.does(again, "consent", before[1].leader, promise=SEAL)
    stage.is_refused(again, "submit_to_unit", again.leader, promise=SEAL)
    home = stage.region.unit_of(withdrawn.applicant.pid)
    clerk, _ = stage.region.recommenders[home.party.recommender.pid]
    stage.does(withdrawn, "submit_to_unit", withdrawn.leader, promise=SEAL)
    stage.does(withdrawn, "return_by_unit", home.research, reason=WHY)
    stage.does(withdrawn, "submit_to_unit", withdrawn.leader, promise=SEAL)
    stage.does(withdrawn, "unit_check", home.research, opinion="同意申报，材料属实")
    stage.does(withdrawn, "endorse", home.head, seal=SEAL, truth=True)
    stage.does(withdrawn, "return_by_recommender", clerk, reason=WHY)
    selecting.handed_in(stage, fresh([withdrawn]))
    stage.does(withdrawn, "withdraw", withdrawn.leader, reason=WHY)
    contest.late = late


def when_closed(stage: Stage, contest: Contest) -> None:
    """What comes after the closing is refused; the clock has withdrawn the draft."""
    if contest.late is not None:
        stage.is_refused(contest.late, "submit_to_unit", contest.late.leader, promise=SEAL)


def while_checked(stage: Stage, contest: Contest) -> None:
    """A correction is asked for once, never comes, and the case is refused; an appeal reopens it."""
    officer, _, third = stage.region.execution["institution_officer"]
    first, second = stage.region.execution["institution_chief"]
    case = contest.refreshed("formal_check")[-1]
    stage.does(case, "record_check", officer, **selecting.checklist(case))
    item = next(iter(selecting.checklist(case)["items"]))["item"]
    stage.does(case, "request_correction", officer, items=[item], reason=WHY)
    stage.on_day(136)
    stage.clock_strikes()
    stage.does(case, "record_check", officer, **selecting.checklist(case))
    stage.is_refused(case, "request_correction", officer, items=[item], reason=WHY)
    stage.does(case, "refuse", first, clause=item, reason=WHY)
    unit = stage.region.unit_of(case.applicant.pid)
    appeal = child(stage, fresh([case])[0], "appeal", unit.research, "appeal_refusal", facts=WHY)
    stage.does(appeal, "reopen", second, reason=WHY)
    stage.does(case, "record_check", third, **selecting.checklist(case))
    selecting.admitted(stage, fresh([case]))


def while_drawn(stage: Stage, contest: Contest, case: Case) -> None:
    """An expert declares a conflict and the next in order sits; one who does not answer is replaced by the clock."""
    stage.does(case, "decline", contest.labels[case.group][0], why="conflict")
    stage.on_day(157)
    stage.does(case, "replace_silent", CLOCK)
    contest.labels[case.group] = selecting.sitting(contest.round, case.group, "mail", "panel")


def while_noticed(stage: Stage, contest: Contest) -> None:
    """Objections fail and hold; one is struck, one gives up; the reserve takes their places."""
    office = stage.region.office
    dismissed, upheld, struck, given_up = contest.refreshed("public_notice")[:4]
    stage.on_day(189)
    for case, finding in ((dismissed, "fails"), (upheld, "holds")):
        public = Actor.public(f"objection{case.pk}")
        said = {"name": OBJECTOR, "ground": "facts", "text": WHY}
        objection = child(stage, case, "objection", public, **said)
        stage.does(objection, "answer_objection", case.leader, text=WHY)
        stage.does(objection, "report_objection", office("supervisor"), finding=finding, report=WHY)
        stage.does(
            objection,
            "uphold_objection" if finding == "holds" else "dismiss_objection",
            office("leadership"),
            **MINUTES,
        )
    stage.does(struck, "strike", office("leadership"), reason=WHY, **MINUTES)
    stage.does(given_up, "give_up_before", stage.region.unit_of(given_up.applicant.pid).head, reason=WHY)
    for case in contest.refreshed("reserve")[:RESERVED]:
        stage.does(case, "propose_call_up", office("planner"), reason=WHY, amount=str(contest.plan.asked))
        stage.does(case, "call_up", office("leadership"), **MINUTES)
        stage.does(case, "publish_list", office("planner"))


def while_running(stage: Stage, contest: Contest) -> None:
    """A payment stopped, a suspension lifted, changes by every decider, an end for every kind of result."""
    cases = contest.refreshed("running")
    stage.on_day(240)
    suspended(stage, cases[0])
    changed(stage, cases[1])
    office = stage.region.office
    stage.does(cases[2], "second:stop_payment", office("supervision_chief"), reason=WHY)
    stage.does(cases[2], "stop_payment", office("supervisor"), reason=WHY)
    terminated(stage, cases[3])
    for case, end in zip(cases[4:8], ("pass", "repair", "no_blame", "fail"), strict=False):
        accepted(stage, case, end)


def suspended(stage: Stage, case: Case) -> None:
    """Announced, answered, suspended after the days of hearing; no payment meanwhile; resumed."""
    officer = stage.region.execution["institution_officer"][0]
    chief = stage.region.execution["institution_chief"][1]
    stage.does(case, "advise_suspension", stage.region.office("supervisor"), finding=WHY)
    stage.does(case, "announce_suspension", officer, reason=WHY)
    stage.does(case, "answer_announcement", stage.region.unit_of(case.applicant.pid).head, text=WHY)
    stage.is_refused(case, "suspend", chief)
    stage.on_day(252)
    stage.does(case, "suspend", chief)
    clerk = stage.region.office("fund_clerk")
    stage.is_refused(case, "prepare_payment", clerk, instalment="once", quota_document=running.quota(stage).number)
    stage.does(case, "resume", chief, reason=WHY)


def changed(stage: Stage, case: Case) -> None:
    """One change for every decider: the leader, the unit, the institution, the meeting; one that nobody may grant."""
    unit = stage.region.unit_of(case.applicant.pid)
    officer, chief = stage.region.execution["institution_officer"][0], stage.region.execution["institution_chief"][1]
    noted = child(stage, case, "change", case.leader, change="route")
    stage.does(noted, "note_change", case.leader, text=WHY)
    granted = child(stage, case, "change", case.leader, change="member")
    stage.does(granted, "request_change", case.leader, text=WHY, reason=WHY)
    stage.does(granted, "grant_change_by_unit", unit.research)
    for kind, name, by, said in (
        ("goals", "grant_change_by_institution", chief, {}),
        (
            "indicator_lowered",
            "refuse_change_by_leadership",
            stage.region.office("leadership"),
            {"reason": WHY, **MINUTES},
        ),
    ):
        asked = child(stage, case, "change", case.leader, change=kind)
        stage.does(asked, "request_change", case.leader, text=WHY, reason=WHY)
        stage.does(asked, "agree_change", unit.research, opinion=WHY)
        stage.does(asked, "advise_change", officer, opinion=WHY)
        stage.does(asked, name, by, **said)


def terminated(stage: Stage, case: Case) -> None:
    """Ended for an objective cause: settled, refunded in two parts, archived."""
    officer = stage.region.execution["institution_officer"][0]
    running.spent(stage, case, 40)
    stage.does(case, "propose_termination", officer, cause="objective", reason=WHY)
    stage.does(case, "terminate", stage.region.office("leadership"), cause="objective", **MINUTES)
    case = fresh([case])[0]
    running.settled(stage, case)
    running.refunded(stage, case, 50)
    running.refunded(stage, case)
    stage.does(case, "archive_closed", officer)


def accepted(stage: Stage, case: Case, end: str) -> None:
    """Acceptance before the term: passed, repaired and passed, ended without blame, or failed and heard again."""
    chief, other = stage.region.execution["institution_chief"]
    running.spent(stage, case, 80)
    stage.does(case, "ask_early_acceptance", case.leader)
    running.applied_for_acceptance(stage, fresh([case])[0])
    running.examined(stage, fresh([case])[0])
    match end:
        case "pass":
            stage.does(case, "pass_acceptance", chief)
        case "repair":
            stage.does(case, "send_to_repair", chief, items=long_text(40, stage.rng))
            running.reported(stage, fresh([case])[0], "acceptance")
            stage.does(case, "resubmit", stage.region.unit_of(case.applicant.pid).head)
            return
        case "no_blame":
            stage.does(case, "close_without_blame", chief, diligence=long_text(60, stage.rng))
        case _:
            stage.does(case, "fail_acceptance", chief, reason=WHY)
            head = stage.region.unit_of(case.applicant.pid).head
            appeal = child(stage, fresh([case])[0], "appeal", head, "appeal_failure", facts=WHY)
            stage.does(appeal, "second_group", other, reason=WHY)
            return
    running.settled(stage, fresh([case])[0])
    owed = fresh([case])[0].grant.refund_due_fen
    if owed:
        running.refunded(stage, case)
