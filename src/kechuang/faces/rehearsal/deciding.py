"""What goes wrong while a list is made: experts leave, objections, appeals, the order left, struck, given up, unsigned."""

from __future__ import annotations

from kechuang.casework.actor import Actor
from kechuang.casework.models import Case
from kechuang.desks.experts.models import Seat
from kechuang.faces.rehearsal import accusing, running, selecting, visiting
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import MINUTES, WHY, Stage, fresh

OBJECTOR = {"name": "示例异议人", "identity": "110101198001011005", "phone": "0471-4963421"}
RESERVED = 3  # as many as lose their place while the list is public


def experts_leave(stage: Stage, contest: Contest, people: Applicants) -> None:
    """One declares a conflict, one has no time: the next in order sits. Nobody else answers, and the clock replaces them."""
    case = contest.refreshed("panel_drawn")[0]
    for label, why in zip(contest.labels[case.group], ("conflict", "time"), strict=False):
        stage.does(case, "decline", label, why=why)
    stage.on_day(157)
    stage.clock_strikes()
    for group in contest.labels:
        contest.labels[group] = selecting.sitting(contest.round, group, *contest.modes)
    selecting.begun(stage, contest, contest.refreshed("panel_drawn"))


def order_is_left(stage: Stage, contest: Contest, advice: dict[int, str]) -> None:
    """A place above the line goes to whoever stands next below it: refused without a written reason."""
    ranked = sorted(contest.refreshed("ranked"), key=lambda c: c.rank)
    above = next((c for c in reversed(ranked) if c.above_line and advice[c.pk] == "fund"), None)
    below = next((c for c in ranked if not c.above_line and advice[c.pk] != "fund"), None)
    if above is None or below is None:
        return
    advice[above.pk], advice[below.pk] = advice[below.pk], advice[above.pk]
    stage.is_refused(above, "propose", stage.region.office("planner"), advice=advice[above.pk])


def is_objected_to(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Objections fail and hold; one is struck, one gives up; the reserve takes their places."""
    office = stage.region.office
    dismissed, upheld, struck, given_up = contest.refreshed("public_notice")[:4]
    stage.on_day(189)
    accusing.anonymous(stage, dismissed)
    for case, finding in ((dismissed, "fails"), (upheld, "holds")):
        objected(stage, case, finding)
    stage.does(struck, "strike", office("leadership"), reason=WHY, **MINUTES)
    stage.does(given_up, "give_up_before", stage.region.unit_of(given_up.applicant.pid).head, reason=WHY)
    for case in contest.refreshed("reserve")[:RESERVED]:
        called_up(stage, contest, case)


def objected(stage: Stage, case: Case, finding: str) -> None:
    """Raised under a real name and on facts, answered, looked into, decided; an academic quarrel is not taken."""
    office, public = stage.region.office, Actor.public(f"objection{case.pk}")
    with stage.refusal("an objection to an academic judgement"):
        stage.opens(case, "objection", public, name=OBJECTOR, ground="judgement", text=WHY)
    objection = stage.opens(case, "objection", public, name=OBJECTOR, ground="facts", text=WHY)
    stage.is_refused(case, "fund", office("leadership"), document_no="示例", **MINUTES)
    stage.does(objection, "answer_objection", case.leader, text=WHY)
    stage.does(objection, "report_objection", office("supervisor"), finding=finding, report=WHY)
    decision = "uphold_objection" if finding == "holds" else "dismiss_objection"
    stage.does(objection, decision, office("leadership"), **MINUTES)


def called_up(stage: Stage, contest: Contest, case: Case) -> None:
    """From the reserve to the public list."""
    office = stage.region.office
    visiting.visited(stage, [case])
    case = fresh([case])[0]
    stage.does(case, "propose_call_up", office("planner"), reason=WHY, amount=str(contest.plan.asked))
    stage.does(case, "call_up", office("leadership"), **MINUTES)
    stage.does(case, "publish_list", office("planner"))


def is_appealed(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Two that were rejected appeal: one decision stands, one case is reviewed again by other experts and kept in reserve."""
    first, second = contest.refreshed("not_funded")[:2]
    stage.on_day(190)
    stands, falls = (appealed(stage, case) for case in (first, second))
    stage.does(stands, "uphold_decision", stage.region.office("leadership"), **MINUTES)
    stage.does(falls, "review_again", stage.region.office("leadership"), **MINUTES)
    reviewed_again(stage, contest, fresh([second])[0])


def appealed(stage: Stage, case: Case) -> Case:
    """An appeal on procedure, with supervision's report; one on the experts' judgement is not taken."""
    unit = stage.region.unit_of(case.applicant.pid)
    with stage.refusal("an appeal against an academic judgement"):
        stage.opens(case, "appeal", unit.research, "appeal_decision", ground="judgement", facts=WHY)
    appeal = stage.opens(case, "appeal", unit.research, "appeal_decision", ground="procedure", facts=WHY)
    stage.does(appeal, "advise_on_appeal", stage.region.office("supervisor"), report=WHY)
    return appeal


def reviewed_again(stage: Stage, contest: Contest, case: Case) -> None:
    """Drawn without the former panel, read, ranked among those still open, and kept in reserve."""
    region = stage.region
    former = _seated(contest, case)
    selecting.ceremony(stage, contest.round)
    stage.does(case, "draw", region.execution["draw_operator"][0])
    contest.labels[case.number] = selecting.sitting(contest.round, case.number, *contest.modes)
    assert not former & _seated(contest, case)
    selecting.begun(stage, contest, fresh([case]))
    stage.on_day(196)
    selecting.reviewed(stage, contest, fresh([case]))
    stage.does(contest.round, "rank", region.execution["institution_chief"][0])
    case = fresh([case])[0]
    said = {"advice": "reserve", **({"departure": WHY} if case.above_line else {})}
    stage.does(case, "propose", region.office("planner"), **said)
    stage.does(case, "confirm_proposal", region.office("planning_chief"))
    stage.does(case, "keep_in_reserve", region.office("leadership"), **MINUTES)


def _seated(contest: Contest, case: Case) -> set[int]:
    """Who sits, or sat, for the case: only the play asks, to see that nobody comes back."""
    rows = Seat.objects.filter(draw__round=contest.round, draw__group=case.group, draw__aborted_at=None)
    return set(rows.exclude(state="reserve").values_list("expert", flat=True))


def stays_unsigned(stage: Stage, contest: Contest, people: Applicants) -> None:
    """One task book goes back once; one is never signed: the clock warns, the award is given up, the reserve comes up."""
    returned, unsigned = contest.aside
    officer = stage.region.execution["institution_officer"][0]
    stage.does(unsigned, "draft_task_book", unsigned.leader)
    stage.does(returned, "draft_task_book", returned.leader)
    stage.does(returned, "return_task_book", officer, reason=WHY)
    running.signed(stage, fresh([returned]))
    stage.on_day(226)
    stage.clock_strikes()
    stage.does(unsigned, "give_up_after", stage.region.office("leadership"), reason=WHY, **MINUTES)
    contest.aside = []
    case = next(c for c in contest.refreshed("reserve") if c.group == c.number)
    called_up(stage, contest, case)
    stage.on_day(235)
    selecting.funded(stage, contest, number=2)
    running.signed(stage, contest.refreshed("funded"))
