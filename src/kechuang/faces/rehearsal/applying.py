"""What goes wrong on the way in: late, incomplete, over the limit, too old, under sanction, sent back, corrected, refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kechuang.casework import answers
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Draft
from kechuang.casework.pages import pages_of
from kechuang.faces.rehearsal import accusing, calls, selecting
from kechuang.faces.rehearsal.applications import written
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import SEAL, WHY, Stage, fresh


def one_drafted(stage: Stage, contest: Contest, people: Applicants) -> Case:
    """One more application, drafted and consented to, that does not run with the others."""
    before = list(contest.cases)
    selecting.drafted(stage, contest, people.take(contest.plan, 1))
    case = contest.cases[-1]
    contest.cases = before
    return case


def opened(stage: Stage, contest: Contest, leader: Any) -> Case:
    """An empty draft."""
    stage.say("", 1)
    return open_case(contest.round, by=leader, on=stage.now, key=stage.key("open"), synthetic=True)


def comes_late(stage: Stage, contest: Contest, people: Applicants) -> None:
    """A form with gaps is refused; filled in, it is not handed in in time: the clock withdraws it, and nothing brings it back."""
    _unit, leader, _ = next(people.take(contest.plan, 1))
    case = opened(stage, contest, leader)
    stage.is_refused(case, "submit_to_unit", leader, promise=SEAL)
    contest.late.append(case)


def stays_late(stage: Stage, contest: Contest, people: Applicants) -> None:
    """After the closing handing in is refused."""
    for case in contest.late:
        stage.is_refused(case, "submit_to_unit", case.leader, promise=SEAL)


def applies_twice(stage: Stage, contest: Contest, people: Applicants) -> None:
    """A second application of the same leader goes beyond the limit."""
    first, second = contest.cases[:2]
    again = opened(stage, contest, first.leader)
    unit = stage.region.unit_of(again.applicant.pid)
    written(again, contest.plan, unit, again.leader, second.leader, rng=stage.rng, year=stage.year)
    stage.does(again, "consent", second.leader, promise=SEAL)
    stage.is_refused(again, "submit_to_unit", again.leader, promise=SEAL)


def is_sent_back(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Sent back by the unit, then by the recommender, handed in all the same, and withdrawn by its leader."""
    case = one_drafted(stage, contest, people)
    home = stage.region.unit_of(case.applicant.pid)
    clerk, _ = stage.region.recommenders[home.party.recommender.pid]
    stage.does(case, "submit_to_unit", case.leader, promise=SEAL)
    stage.does(case, "return_by_unit", home.research, reason=WHY)
    stage.does(case, "submit_to_unit", case.leader, promise=SEAL)
    stage.does(case, "unit_check", home.research, opinion="同意申报，材料属实")
    stage.does(case, "endorse", home.head, seal=SEAL, truth=True)
    stage.does(case, "return_by_recommender", clerk, reason=WHY)
    selecting.handed_in(stage, fresh([case]))
    stage.does(case, "withdraw", case.leader, reason=WHY)


def is_too_old(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Who is beyond the age of the youth fund is told so at once: no draft is opened."""
    with stage.refusal("an application of someone too old"):
        opened(stage, contest, people.oldest()[1])


def is_cancelled(stage: Stage, contest: Contest, people: Applicants) -> None:
    """A second call of the programme is begun and cancelled, with the reason in public."""
    calls.cancelled(stage, contest.plan)


def is_accused(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Before the call opens somebody is reported, and somebody else, against whom nothing is found."""
    _, barred, _ = next(people.take(contest.plan, 1))
    people.busy.add(barred.pk)  # nobody's colleague either: at full scale everyone else is
    _, innocent, _ = next(people.take(contest.plan, 1))
    stage.on_day(62)
    case = accusing.accused(stage, barred)
    accusing.cleared(stage, innocent)
    accusing.decided(stage, case, day=64, measures=["ban_apply", "notice"])
    contest.barred = barred


def is_under_sanction(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Who is barred opens no draft; in somebody else's team they cannot consent, and the team cannot hand in."""
    barred = contest.barred
    assert barred is not None  # is_accused has been played before the round opened
    with stage.refusal("an application of someone under sanction"):
        opened(stage, contest, barred)
    unit, leader, _ = next(people.take(contest.plan, 1))
    case = opened(stage, contest, leader)
    written(case, contest.plan, unit, leader, barred, rng=stage.rng, year=stage.year)
    stage.is_refused(case, "consent", barred, promise=SEAL)
    stage.is_refused(case, "submit_to_unit", leader, promise=SEAL)


def copies_another(stage: Stage, contest: Contest, people: Applicants) -> None:
    """The text of somebody else's application, handed in under another title."""
    original, case = contest.cases[0], one_drafted(stage, contest, people)
    copied_into(stage, case, original)
    selecting.handed_in(stage, [case])
    contest.copied = case


def copied_into(
    stage: Stage, case: Case, original: Case, *, told: Callable[[str], str] = lambda theirs: theirs
) -> None:
    """Every prose of a draft taken from another application, `told` as it is or disguised."""
    theirs, draft = answers.typed(original), Draft.objects.get(case=case)
    fields = pages_of(case.round).form.fields
    copied = {name: told(text) for name, text in theirs.items() if fields[name].kind in ("longtext", "richtext")}
    said = {**answers.typed(case), **copied}
    answers.save_draft(case, draft.section, said, version=draft.version, by=case.leader, on=stage.now)


def is_found_out(stage: Stage, contest: Contest, people: Applicants) -> None:
    """The comparison has found the copy: it is not admitted while nobody has judged that, and then refused."""
    assert contest.copied is not None  # copies_another has been played while the round was open
    case = fresh([contest.copied])[0]
    officer = stage.region.execution["institution_officer"][0]
    chief = stage.region.execution["institution_chief"][0]
    stage.does(case, "record_check", officer, **selecting.checklist(case))
    stage.is_refused(case, "admit", chief)
    stage.does(case, "refuse", chief, clause=selecting.checklist(case)["items"][0]["item"], reason=WHY)


ASIDE = 3  # cases whose formal check goes its own way


def is_corrected(stage: Stage, contest: Contest, people: Applicants) -> None:
    """One is corrected in time; one is not, is refused and reopened on appeal; one is refused and stays so."""
    corrected, expired, refused = contest.aside
    officer = stage.region.execution["institution_officer"][0]
    item = selecting.checklist(corrected)["items"][0]["item"]
    stage.all_do("record_check", [(c, officer, selecting.checklist(c)) for c in contest.aside])
    for case in (corrected, expired):
        stage.does(case, "request_correction", officer, items=[item], reason=WHY)
    stage.does(corrected, "correct", corrected.leader, seal=SEAL)
    stage.on_day(136)
    stage.clock_strikes()
    again = fresh([corrected, expired])
    stage.all_do("record_check", [(c, officer, selecting.checklist(c)) for c in again])
    stage.is_refused(expired, "request_correction", officer, items=[item], reason=WHY)
    reopened(stage, expired, item)
    stays_refused(stage, refused, item)
    selecting.admitted(stage, fresh([corrected, expired]))
    contest.aside = []


def reopened(stage: Stage, case: Case, item: str) -> None:
    """Refused by one officer, reopened by another, checked by a third."""
    third = stage.region.execution["institution_officer"][2]
    first, second = stage.region.execution["institution_chief"]
    stage.does(case, "refuse", first, clause=item, reason=WHY)
    unit = stage.region.unit_of(case.applicant.pid)
    appeal = stage.opens(fresh([case])[0], "appeal", unit.research, "appeal_refusal", facts=WHY)
    stage.is_refused(appeal, "reopen", first, reason=WHY)
    stage.does(appeal, "reopen", second, reason=WHY)
    stage.does(case, "record_check", third, **selecting.checklist(case))


def stays_refused(stage: Stage, case: Case, item: str) -> None:
    """Refused, and refused again by another officer."""
    first, second = stage.region.execution["institution_chief"]
    stage.does(case, "refuse", first, clause=item, reason=WHY)
    unit = stage.region.unit_of(case.applicant.pid)
    appeal = stage.opens(fresh([case])[0], "appeal", unit.research, "appeal_refusal", facts=WHY)
    stage.does(appeal, "uphold_refusal", second, reason=WHY)
