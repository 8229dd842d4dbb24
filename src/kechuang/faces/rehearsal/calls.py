"""How a round comes to be: demands, topics, argument, opinions, legal vetting, freezing, publication."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from kechuang.casework import people
from kechuang.casework.acts import open_round
from kechuang.casework.models import Round
from kechuang.casework.pages import day_of, pages_for
from kechuang.desks.funds import entries
from kechuang.desks.funds.models import Contribution
from kechuang.desks.projects import delegating
from kechuang.faces.rehearsal.filling import long_text
from kechuang.faces.rehearsal.plans import Plan
from kechuang.faces.rehearsal.region import Unit
from kechuang.faces.rehearsal.stage import MINUTES, SEAL, WHY, Stage
from kechuang.parties.models import Person

PUBLISHED, OPENS, UNITS_CLOSE, CLOSES = 55, 60, 121, 124
FUNDERS = 9
NEXT = "-next"  # a call of the year after the one that is played


def announced(stage: Stage, plans: Iterable[tuple[Plan, int]], *, suffix: str = "") -> list[Round]:
    """Rounds (each plan with the number it funds) from the collection of demands to the published calls."""
    _contracted(stage)
    opened = [(collecting(stage, plan, funded, suffix), plan, funded) for plan, funded in plans]
    source = stage.region.units[0]
    demands = [_demand(stage, round_, source) for round_, _, _ in opened]
    for (round_, _, _), demand in zip(opened, demands, strict=True):
        _guide(stage, round_, demand)
    for round_, _, funded in opened:
        _vetted(stage, round_, funded)
    for round_, _, _ in opened:
        _published(stage, round_)
    return [round_ for round_, _, _ in opened]


def collecting(stage: Stage, plan: Plan, funded: int, suffix: str) -> Round:
    """A new round, at the collection of demands."""
    region, first = stage.region, stage.first_day
    programme = pages_for(plan.programme).programme
    funders = [unit.party.pid for unit in co_funders(stage)] if programme.get("contributions") else []
    year = stage.year + (suffix == NEXT)
    details = {"term_least": 6, "term_most": 60, "review_from": midnight(first, 160).isoformat()}
    return open_round(
        plan.programme, by=region.office("planner"), on=stage.now, key=stage.key("collect"),
        code=f"{plan.programme}-{year}{suffix.removeprefix(NEXT)}", title=f"{year}年度{plan.title}", year=year,
        institution=region.institution, budget_fen=plan.budget(funded), synthetic=True,
        opens_at=midnight(first, OPENS), units_close_at=midnight(first, UNITS_CLOSE), closes_at=midnight(first, CLOSES),
        details=details | ({"funders": funders} if funders else {}),
    )  # fmt: skip


def cancelled(stage: Stage, plan: Plan) -> None:
    """A second call of this programme, begun and cancelled in public before it opens."""
    round_ = collecting(stage, plan, 1, "-cancelled")
    stage.does(round_, "cancel", stage.region.office("leadership"), reason=WHY, **MINUTES)


def midnight(first: datetime, day: int) -> datetime:
    """The beginning of a day of the play."""
    return (first + timedelta(days=day)).replace(hour=0, minute=0)


def co_funders(stage: Stage) -> list[Unit]:
    """The nine units with a joint fund; fewer where the region is small."""
    return [unit for unit in stage.region.units if unit.party.kind != "enterprise"][:FUNDERS]


def _demand(stage: Stage, round_: Round, source: Unit) -> str:
    """A demand that a unit has; topics lead back to it."""
    stage.on_day(1)
    text = long_text(120, stage.rng)
    record = stage.does(
        round_, "record_demand", stage.region.office("field_officer"), demand=text, source=source.party.pid
    )
    return str(record.position)


def _guide(stage: Stage, round_: Round, demand: str) -> None:
    """One topic, and the experts' argument as they signed it."""
    office = stage.region.office
    text = long_text(120, stage.rng)
    stage.on_day(7)
    stage.does(round_, "draft", office("planner"))
    stage.does(
        round_,
        "write_topic",
        office("field_officer"),
        code="T1",
        title="自由探索与应用研究",
        scope=text,
        demands=[demand],
    )
    stage.does(round_, "argue", office("planner"))
    stage.does(round_, "record_argument", office("planner"), experts="示例专家三名（示例大学）", opinion=text)
    stage.does(round_, "seek_opinions", office("planner"))


def _vetted(stage: Stage, round_: Round, funded: int) -> None:
    """Opinions of the law, the co-funders' word, the freezing."""
    stage.on_day(30)
    opinions(stage, round_)
    heads = named(stage, round_)
    for number, head in enumerate(heads):
        share = funded * 7 // len(heads) + (number < funded * 7 % len(heads))
        stage.does(round_, "co_funder_agrees", head, share=str(share), seal=SEAL)
    stage.does(round_, "freeze", stage.region.office("planning_chief"))


def opinions(stage: Stage, round_: Round) -> None:
    """The opinions of the law on a call."""
    officer, text = stage.region.office("legal_officer"), long_text(60, stage.rng)
    stage.does(round_, "legal_opinion", officer, opinion=text, lawful=True)
    stage.does(round_, "fair_competition", officer, opinion=text, fair=True)


def named(stage: Stage, round_: Round) -> list[Person]:
    """Who speaks for each co-funder of this call, appointed for it; nobody where it has none."""
    admin = stage.region.office("security_admin")
    heads = [stage.region.unit_of(pid).head for pid in round_.details.get("funders", ())]
    for head in heads:
        people.appoint(head, "co_funder", round_.code, by=admin, on=stage.now, key=stage.key("appoint"))
    return heads


def before_the_law(stage: Stage, plan: Plan, funded: int, suffix: str) -> Round:
    """A call whose guide is written and argued, and which waits for its opinions and its co-funders."""
    round_ = collecting(stage, plan, funded, suffix)
    _guide(stage, round_, _demand(stage, round_, stage.region.units[0]))
    named(stage, round_)
    round_.refresh_from_db()
    return round_


def _contracted(stage: Stage) -> None:
    """The institution's contract of delegation, signed by planning and confirmed by its chief, where none is in force."""
    unit, today, office = stage.region.institution, day_of(stage.now), stage.region.office
    if delegating.in_force(unit, (), today) is not None:
        return
    said = {"number": f"内科委〔{stage.year}〕1号", "plans": [delegating.EVERY_PLAN], "since": today, "until": today.replace(year=today.year + 3, day=1)}  # fmt: skip
    row = delegating.enter_contract(unit, said, by=office("planner"), on=stage.now, key=stage.key("contract"))
    delegating.confirm(row, by=office("planning_chief"), on=stage.now, key=stage.key("contracted"))


def _published(stage: Stage, round_: Round) -> None:
    stage.on_day(PUBLISHED)
    number = f"内科发〔{stage.year}〕{round_.pk}号"
    stage.does(round_, "publish", stage.region.office("leadership"), document_no=number, **MINUTES)
    if round_.budget_fen:  # a recognition pays nothing
        _entered(
            stage, "appropriation", {"plan": round_.plan, "year": stage.year, "fen": round_.budget_fen}, f"{number}-1"
        )
    for place, one in enumerate(Contribution.objects.filter(round=round_).select_related("funder").order_by("pk")):
        brought = one.promised_fen if place else one.promised_fen // 2  # the first still owes a half
        values = {"round": round_.code, "funder": one.funder.pid, "fen": brought}
        _entered(stage, "contribution", values, f"{number}-{place + 2}")


def _entered(stage: Stage, kind: str, values: dict[str, Any], number: str) -> None:
    """Money typed in from a document by the clerk and confirmed by the treasurer."""
    paper = {**values, "document_no": number, "day": day_of(stage.now)}
    clerk, treasurer = stage.region.office("fund_clerk"), stage.region.office("treasurer")
    row = entries.enter(kind, paper, by=clerk, on=stage.now, key=stage.key("enter"))
    entries.confirm(row, by=treasurer, on=stage.now, key=stage.key("confirm"))
