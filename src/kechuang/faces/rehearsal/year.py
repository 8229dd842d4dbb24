"""A programme year, played through the door: calls, applications, checks, reviews, awards, contracts, payments, acceptance."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from random import Random

from django.db import connection, transaction

from kechuang.casework.models import Case, Round
from kechuang.databases import analyse
from kechuang.desks.integrity import inquiries
from kechuang.faces.rehearsal import calls, deciding, ending, running, selecting, troubles
from kechuang.faces.rehearsal.plans import PLANS, Plan, experts, leaders
from kechuang.faces.rehearsal.region import Region, raise_region
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import Stage
from kechuang.parties.secrets import seeded
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

Say = Callable[[str, int], None]
Hand = Callable[[Stage, Contest, Applicants], None]


def refuse_real_data() -> None:
    """Refused where a case or a round stands that is not synthetic: nothing is rehearsed beside real applications.

    The standing round of inquiries holds cases of both kinds and is none itself.
    """
    real = Round.objects.filter(synthetic=False).exclude(programme=inquiries.CODE)
    if Case.objects.filter(synthetic=False).exists() or real.exists():
        raise Refused(Reason("real_cases_here"))


def first_day(year: int) -> datetime:
    """The play begins when the year does; the pages' terms hold from 1 January 2018."""
    return datetime(year, 1, 3, 9, tzinfo=ZONE)


def the_region(rng: Random, *, on: datetime, scale: float, say: Say) -> Region:
    """A region as large as the scale asks for."""
    with transaction.atomic():
        return raise_region(
            rng, on=on, units=max(12, round(120 * scale)), leaders=leaders(scale),
            experts=experts(scale), say=lambda what: say(what, 0),
        )  # fmt: skip


def rehearsed(*, year: int, seed: int, scale: float, say: Say) -> Stage:
    """Raise the region and play the year with its troubles; the same seed writes the same records, to the byte."""
    refuse_real_data()
    with seeded(seed), seldom_collected(), seldom_moved():
        rng = Random(seed)
        region = the_region(rng, on=first_day(year), scale=scale, say=say)
        stage = Stage(region, rng, first_day(year), year, say, troubled=True)
        play(stage, [(plan, *plan.at(scale)) for plan in PLANS], Applicants(stage), until="autumn")
        return stage


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Pages and code stay for the whole play: the collector need not walk over them again and again."""
    held = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*held)
        gc.unfreeze()


@contextmanager
def seldom_moved() -> Iterator[None]:
    """SQLite moves pages from its log into the file every hundred megabytes, not every four: every commit is synced all the same."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (before,) = cursor.execute("PRAGMA wal_autocheckpoint").fetchone()
        cursor.execute("PRAGMA wal_autocheckpoint = 25000")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {before}")


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
    troubles.played(stage, "publish", contests, people)
    for contest in contests:
        (hand or hand_in)(stage, contest, people)
    steps = list(STEPS)
    for name in steps[: steps.index(until) + 1]:
        analyse(connection)  # as the worker does every hour: tables have grown tenfold since the step before
        STEPS[name](stage, contests)
        troubles.played(stage, name, contests, people)
        stage.clock_strikes()
    return contests


def close(stage: Stage, contests: list[Contest]) -> None:
    """The clock closes the rounds to the units, then to the recommenders, and the checks begin."""
    stage.say("截止，转形式审查 closing, letters, comparing", 0)
    for day in (calls.UNITS_CLOSE, calls.CLOSES):
        stage.on_day(day, hour=0)
        stage.clock_strikes()


def each(step: Callable[[Stage, Contest], None], title: str = "") -> Callable[[Stage, list[Contest]], None]:
    """A step that every round goes through, one after the other."""

    def steps(stage: Stage, contests: list[Contest]) -> None:
        for contest in contests:
            if title:
                stage.say(f"{contest.plan.title}：{title}", 0)
            step(stage, contest)

    return steps


def hand_in(stage: Stage, contest: Contest, people: Applicants) -> None:
    """The applications of one round, drafted and handed on."""
    stage.say(f"{contest.plan.title}：申报 applications", 0)
    stage.on_day(90)
    selecting.drafted(stage, contest, people.take(contest.plan, contest.applied))
    selecting.handed_in(stage, contest.cases)


def check(stage: Stage, contest: Contest) -> None:
    """Formal check of one round."""
    stage.on_day(126)
    contest.set_aside(troubles.aside(stage, "check", contest), "formal_check")
    selecting.checked(stage, contest.refreshed("formal_check"))
    selecting.admitted(stage, contest.refreshed("formal_check"))


def admit(stage: Stage, contest: Contest) -> None:
    """Everything is checked: the review of the round may begin."""
    stage.on_day(150)
    stage.does(contest.round, "begin_review", stage.region.execution["institution_officer"][2])


def draw(stage: Stage, contest: Contest) -> None:
    """Groups and draw of one round."""
    stage.on_day(155)
    selecting.drawn(stage, contest, contest.refreshed("admitted"))


def promise(stage: Stage, contest: Contest) -> None:
    """Who was drawn for one round promises within the day, and the reading begins."""
    stage.on_day(155, hour=20)
    if not troubles.has_scene(stage, "promise", contest):
        selecting.begun(stage, contest, contest.refreshed("panel_drawn"))


def review(stage: Stage, contest: Contest) -> None:
    """Sheets and ranking of one round."""
    stage.on_day(165)
    selecting.reviewed(stage, contest, contest.refreshed("mail_review", "panel_review"))
    stage.on_day(172)
    stage.does(contest.round, "rank", stage.region.execution["institution_chief"][0])


def advice_by_rank(stage: Stage, contest: Contest) -> dict[int, str]:
    """As many as the round funds, from the top of the ranking; some are kept in reserve, the rest rejected."""
    kept = deciding.RESERVED + 1 if troubles.aside(stage, "sign", contest) else 1
    ranked = sorted(contest.refreshed("ranked"), key=lambda c: (not c.above_line, c.rank))
    return {
        case.pk: "fund" if place < contest.funded else "reserve" if place < contest.funded + kept else "reject"
        for place, case in enumerate(ranked)
    }


def decide(stage: Stage, contest: Contest) -> None:
    """The proposal, the meeting and the public notice of one round."""
    stage.on_day(180)
    advice = advice_by_rank(stage, contest)
    if stage.troubled and contest.plan.programme == troubles.ORDER_LEFT:
        deciding.order_is_left(stage, contest, advice)
    selecting.advised(stage, contest, advice)
    stage.on_day(187)
    selecting.decided(stage, contest, advice)


def award(stage: Stage, contest: Contest) -> None:
    """After the notice: the decision, with its number."""
    stage.on_day(205)
    selecting.funded(stage, contest)
    stage.does(contest.round, "decide", stage.region.office("leadership"), minutes="厅务会纪要〔示例〕2号")


def sign(stage: Stage, contest: Contest) -> None:
    """The task books of one round."""
    stage.on_day(215)
    contest.set_aside(troubles.aside(stage, "sign", contest), "funded")
    running.signed(stage, contest.refreshed("funded"))


def pay(stage: Stage, contest: Contest) -> None:
    """The first instalments of one round, ordered."""
    stage.on_day(236)
    running.paid(stage, contest.refreshed("running"))


def paying(stage: Stage, contests: list[Contest]) -> None:
    """Payments of every round, and the file of the day for the treasury."""
    each(pay, "拨款 payments")(stage, contests)
    running.batched(stage)


def receive(stage: Stage, contest: Contest) -> None:
    """What has come in, confirmed by the units of one round."""
    stage.on_day(239)
    running.received(stage, contest.refreshed("running"))


def _passes(month: int, day: int, *, years: int) -> Callable[[Stage, list[Contest]], None]:
    """Time goes on to this day; whatever the clock has to do by then is done."""

    def steps(stage: Stage, contests: list[Contest]) -> None:
        until = date(stage.year + years, month, day)
        stage.say(f"到 {until} 的到期事项 what is due by then", 0)
        ending.time_passes(stage, until)

    return steps


STEPS: dict[str, Callable[[Stage, list[Contest]], None]] = {
    "open": lambda _stage, _contests: None,
    "close": close,
    "check": each(check, "形式审查 formal check"),
    "admit": each(admit, "启动评审 review begins"),
    "draw": each(draw, "分组与抽取 groups and draw"),
    "promise": each(promise, "评审承诺 promises"),
    "review": each(review, "评审 review"),
    "decide": each(decide, "拟立项 proposals"),
    "award": each(award, "立项 awards"),
    "sign": each(sign, "任务书 task books"),
    "pay": paying,
    "run": each(receive, "到账 receipts"),
    "winter": _passes(12, 28, years=0),
    "spring": _passes(4, 12, years=1),
    "summer": _passes(7, 12, years=1),
    "autumn": _passes(10, 3, years=1),
}
