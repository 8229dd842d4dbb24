"""A programme year, played through the door: calls, applications, checks, reviews, awards, contracts, payments, acceptance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random

from django.db import transaction

from kechuang.casework.models import Case, Round
from kechuang.faces.rehearsal import calls, running, selecting, troubles
from kechuang.faces.rehearsal.plans import PLANS, Plan
from kechuang.faces.rehearsal.region import Region, raise_region
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import Stage
from kechuang.parties.secrets import seeded
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

TROUBLED = "nsf-general"
Say = Callable[[str, int], None]
Hand = Callable[[Stage, Contest, Applicants], None]


def refuse_real_data() -> None:
    """Refused where a case stands that is not synthetic: nothing is rehearsed beside real applications."""
    if Case.objects.filter(synthetic=False).exists() or Round.objects.filter(synthetic=False).exists():
        raise Refused(Reason("real_cases_here"))


def first_day(year: int) -> datetime:
    """The play begins when the year does; the pages' terms hold from 1 January 2018."""
    return datetime(year, 1, 3, 9, tzinfo=ZONE)


def the_region(rng: Random, *, on: datetime, scale: float, say: Say) -> Region:
    """A region as large as the scale asks for."""
    leaders = sum(plan.at(scale)[1] for plan in PLANS)
    with transaction.atomic():
        return raise_region(
            rng, on=on, units=max(12, round(120 * scale)), leaders=leaders * 6 // 5 + 60,
            experts=max(140, round(480 * scale)), say=lambda what: say(what, 0),
        )  # fmt: skip


def rehearsed(*, year: int, seed: int, scale: float, say: Say) -> Stage:
    """Raise the region and play the year; the same seed writes the same records, to the byte."""
    refuse_real_data()
    with seeded(seed):
        rng = Random(seed)
        region = the_region(rng, on=first_day(year), scale=scale, say=say)
        stage = Stage(region, rng, first_day(year), year, say)
        play(stage, [(plan, *plan.at(scale)) for plan in PLANS], Applicants(stage))
        return stage


def play(
    stage: Stage,
    wanted: Iterable[tuple[Plan, int, int]],
    people: Applicants,
    *,
    until: str = "run",
    hand: Hand | None = None,
) -> list[Contest]:
    """Rounds (plan, funded, applied) from the call on, all to the same step: one of `STEPS`."""
    stage.say("需求征集与指南 demands and guides", 0)
    rows = list(wanted)
    rounds = calls.announced(stage, [(plan, funded) for plan, funded, _ in rows])
    stage.on_day(calls.OPENS)
    stage.clock_strikes()
    for round_ in rounds:
        round_.refresh_from_db()
    contests = [
        Contest(plan, round_, funded, applied) for (plan, funded, applied), round_ in zip(rows, rounds, strict=True)
    ]
    for contest in contests:
        contest.troubled = contest.plan.programme == TROUBLED and contest.funded >= troubles.NEEDS
        (hand or hand_in)(stage, contest, people)
    steps = list(STEPS)
    for name in steps[: steps.index(until) + 1]:
        STEPS[name](stage, contests)
    return contests


def close(stage: Stage, contests: list[Contest]) -> None:
    """The clock closes the rounds to the units, then to the recommenders, and the checks begin."""
    for day in (calls.UNITS_CLOSE, calls.CLOSES):
        stage.on_day(day, hour=0)
        stage.clock_strikes()


def each(step: Callable[[Stage, Contest], None]) -> Callable[[Stage, list[Contest]], None]:
    """A step that every round goes through, one after the other; letters follow."""

    def steps(stage: Stage, contests: list[Contest]) -> None:
        for contest in contests:
            step(stage, contest)
        stage.clock_strikes()

    return steps


def hand_in(stage: Stage, contest: Contest, people: Applicants) -> None:
    """The applications of one round, drafted and handed on."""
    stage.say(f"{contest.plan.title}：申报 applications", 0)
    stage.on_day(90)
    selecting.drafted(stage, contest, people.take(contest.plan, contest.applied))
    selecting.handed_in(stage, contest.cases)
    if contest.troubled:
        troubles.while_open(stage, contest, people)


def admit(stage: Stage, contest: Contest) -> None:
    """Formal check of one round."""
    stage.say(f"{contest.plan.title}：形式审查 formal check", 0)
    stage.on_day(126)
    if contest.troubled:
        troubles.when_closed(stage, contest)
        troubles.while_checked(stage, contest)
    cases = contest.refreshed("formal_check")
    selecting.checked(stage, cases)
    selecting.admitted(stage, contest.refreshed("formal_check"))
    stage.on_day(150)
    stage.does(contest.round, "begin_review", stage.region.execution["institution_officer"][2])


def review(stage: Stage, contest: Contest) -> None:
    """Groups, draw, review, ranking of one round."""
    stage.say(f"{contest.plan.title}：评审 review", 0)
    stage.on_day(155)
    selecting.drawn(stage, contest, contest.refreshed("admitted"))
    stage.on_day(156)
    if contest.troubled:
        troubles.while_drawn(stage, contest, contest.refreshed("panel_drawn")[0])
    selecting.begun(stage, contest, contest.refreshed("panel_drawn"))
    stage.on_day(165)
    selecting.reviewed(stage, contest, contest.refreshed("mail_review", "panel_review"))
    stage.on_day(172)
    stage.does(contest.round, "rank", stage.region.execution["institution_chief"][0])


def advice_by_rank(contest: Contest) -> dict[int, str]:
    """As many as the round funds, from the top of the ranking; one is kept in reserve, the rest rejected."""
    kept = troubles.RESERVED if contest.troubled else 1
    ranked = sorted(contest.refreshed("ranked"), key=lambda c: (not c.above_line, c.rank))
    return {
        case.pk: "fund" if place < contest.funded else "reserve" if place < contest.funded + kept else "reject"
        for place, case in enumerate(ranked)
    }


def decide(stage: Stage, contest: Contest) -> None:
    """The proposal, the meeting and the public notice of one round."""
    stage.say(f"{contest.plan.title}：立项 awards", 0)
    stage.on_day(180)
    advice = advice_by_rank(contest)
    selecting.advised(stage, contest, advice)
    stage.on_day(187)
    selecting.decided(stage, contest, advice)
    if contest.troubled:
        troubles.while_noticed(stage, contest)


def award(stage: Stage, contest: Contest) -> None:
    """After the notice: the decision, with its number."""
    stage.on_day(203)
    selecting.funded(stage, contest)
    stage.does(contest.round, "decide", stage.region.office("leadership"), minutes="厅务会纪要〔示例〕2号")


def run(stage: Stage, contest: Contest) -> None:
    """Contracts and payments of one round."""
    stage.say(f"{contest.plan.title}：任务书与拨款 contracts and payments", 0)
    stage.on_day(215)
    cases = contest.refreshed("funded")
    running.signed(stage, cases)
    stage.on_day(225)
    cases = contest.refreshed("running")
    running.paid(stage, cases)
    stage.on_day(230)
    running.received(stage, cases)
    if contest.troubled:
        troubles.while_running(stage, contest)


STEPS: dict[str, Callable[[Stage, list[Contest]], None]] = {
    "open": lambda _stage, _contests: None,
    "close": close,
    "admit": each(admit),
    "review": each(review),
    "decide": each(decide),
    "award": each(award),
    "run": each(run),
}
