"""How projects end: passed, repaired, without blame, failed, heard again, overdue; and the years after."""

from __future__ import annotations

from datetime import date, datetime

from kechuang.casework.models import Case
from kechuang.faces.rehearsal import running, stopping
from kechuang.faces.rehearsal.filling import long_text
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import WHY, Stage, fresh


def passes(stage: Stage, contest: Contest, people: Applicants) -> None:
    """The science report is missing, then the file comes back, then it passes: the balance stays, results are tracked, archived."""
    case = contest.refreshed("running")[-1]
    chief = stage.region.execution["institution_chief"][0]
    running.spent(stage, case, 80)
    stage.does(case, "ask_early_acceptance", case.leader)
    head = stage.region.unit_of(case.applicant.pid).head
    running.reported(stage, fresh([case])[0], "acceptance", without=("science_report",))
    stage.is_refused(case, "apply_acceptance", head, seal=running.SEAL)
    running.applied_for_acceptance(stage, fresh([case])[0])
    stage.does(case, "return_final_file", stage.region.execution["institution_officer"][0], reason=WHY)
    running.applied_for_acceptance(stage, fresh([case])[0])
    running.examined(stage, fresh([case])[0])
    stage.does(case, "pass_acceptance", chief)
    running.settled(stage, fresh([case])[0])
    tracked(stage, case)


def tracked(stage: Stage, case: Case) -> None:
    """Results are reported for the year that the page asks for, and the file is sealed."""
    unit = stage.region.unit_of(case.applicant.pid)
    stage.clock_strikes()
    case = fresh([case])[0]
    officer = stage.region.execution["institution_officer"][0]
    stage.is_refused(case, "archive", officer)
    running.reported(stage, case, "tracking")
    stage.does(case, "report_results", unit.research)
    stage.does(case, "archive", officer)


def is_not_blamed(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Goals not met, duty done: the unspent money goes back, and nobody is blamed."""
    case = contest.refreshed("running")[-2]
    up_to_opinions(stage, case)
    chief = stage.region.execution["institution_chief"][0]
    stage.does(case, "close_without_blame", chief, diligence=long_text(60, stage.rng))
    running.settled(stage, fresh([case])[0])
    running.refunded(stage, case)


def fails_and_passes(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Failed; on appeal a second group, without anyone of the first, passes it."""
    case = contest.refreshed("running")[-3]
    chief, other = stage.region.execution["institution_chief"]
    up_to_opinions(stage, case)
    stage.does(case, "fail_acceptance", chief, reason=WHY)
    stage.is_refused(
        case, "prepare_payment", stage.region.office("fund_clerk"), instalment="once", quota_document="示例"
    )
    appeal = appealed(stage, case)
    stage.is_refused(appeal, "second_group", chief, reason=WHY)
    stage.does(appeal, "second_group", other, reason=WHY)
    running.examined(stage, fresh([case])[0])
    stage.does(case, "pass_acceptance", other)
    running.settled(stage, fresh([case])[0])


def appealed(stage: Stage, case: Case) -> Case:
    """The unit's appeal against a failure."""
    head = stage.region.unit_of(case.applicant.pid).head
    return stage.opens(fresh([case])[0], "appeal", head, "appeal_failure", facts=WHY)


def up_to_opinions(stage: Stage, case: Case) -> None:
    """Acceptance before the term, up to the experts' opinions."""
    running.spent(stage, case, 80)
    stage.does(case, "ask_early_acceptance", case.leader)
    running.applied_for_acceptance(stage, fresh([case])[0])
    running.examined(stage, fresh([case])[0])


def is_repaired(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Sent to repair, handed in again, passed; the last instalment is freed and paid."""
    case = contest.refreshed("running")[-1]
    chief = stage.region.execution["institution_chief"][0]
    up_to_opinions(stage, case)
    stage.does(case, "send_to_repair", chief, items=long_text(40, stage.rng))
    running.reported(stage, fresh([case])[0], "acceptance")
    stage.does(case, "resubmit", stage.region.unit_of(case.applicant.pid).head)
    running.opined(stage, fresh([case])[0])
    stage.is_refused(case, "send_to_repair", chief, items=long_text(40, stage.rng))
    stage.does(case, "pass_acceptance", chief)
    running.paid(stage, fresh([case]))
    running.received(stage, [case])


def is_never_repaired(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Sent to repair, and nothing comes: the clock marks it overdue in the following year."""
    case = contest.refreshed("running")[-2]
    up_to_opinions(stage, case)
    chief = stage.region.execution["institution_chief"][0]
    stage.does(case, "send_to_repair", chief, items=long_text(40, stage.rng))


def is_not_asked(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Acceptance is due and nobody applies: the clock marks it overdue after three months."""
    case = contest.refreshed("running")[0]
    stage.does(case, "ask_early_acceptance", case.leader)


# The year after


def time_passes(stage: Stage, day: date) -> None:
    """On to a day of the following year; whatever the clock has to do by then is done."""
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=stage.first_day.tzinfo)
    stage.now = max(stage.now, moment)
    stage.clock_strikes()


def fails_repair(stage: Stage, contest: Contest, people: Applicants) -> None:
    """The repair is overdue: failed; the appeal fails too; settled, refunded, archived."""
    chief, other = stage.region.execution["institution_chief"]
    case = contest.refreshed("rectify")[0]
    stage.does(case, "fail_repair", chief, reason=WHY)
    appeal = appealed(stage, case)
    stage.does(appeal, "uphold_failure", other, reason=WHY)
    running.settled(stage, fresh([case])[0])
    running.refunded(stage, case)
    stage.does(case, "archive_closed", stage.region.execution["institution_officer"][0])


def is_overdue(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Overdue, the leader hands in nothing new, and the project is ended by its own fault."""
    case = contest.refreshed("acceptance_due")[0]
    officer = stage.region.execution["institution_officer"][0]
    stage.does(case, "propose_termination", officer, cause="overdue", reason=WHY)
    stopping.ended(stage, case, "fault")
    running.refunded(stage, case)
    stage.does(case, "archive_closed", officer)


def comes_due(stage: Stage, contest: Contest, people: Applicants) -> None:
    """What ran for a year is over: a tenth is accepted at once, the others have three months."""
    cases = contest.refreshed("acceptance_due")
    chief = stage.region.execution["institution_chief"][0]
    for case in cases[: -(-len(cases) // 10)]:
        running.applied_for_acceptance(stage, case)
        running.examined(stage, fresh([case])[0])
        stage.does(case, "pass_acceptance", chief)
