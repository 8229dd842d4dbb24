"""Visits to the site before projects are selected: ordered, seated by hand, reported with photos, closed."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from kechuang.casework.actor import Actor
from kechuang.casework.models import Case
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.experts import drawing, pool, terms
from kechuang.desks.experts.models import Expert, Seat
from kechuang.desks.experts.reading import ROLES
from kechuang.desks.projects.visiting import site_visit_due
from kechuang.engines.panel import recusal
from kechuang.faces.rehearsal.applications import FILE
from kechuang.faces.rehearsal.filling import long_text
from kechuang.faces.rehearsal.stage import WHY, Stage, fresh

LOOKED = 40  # candidates looked at for each place of a kind


def visited(stage: Stage, cases: Iterable[Case]) -> None:
    """Each of these cases that the page wants visited; the first proposal without a visit is refused."""
    waiting = [case for case in cases if site_visit_due(case, stage.now)]
    for case in waiting[:1]:
        if stage.troubled and case.state == "ranked":
            stage.is_refused(case, "propose", stage.region.office("planner"), advice="fund", amount="10", departure=WHY)
    for case in waiting:
        _visited(stage, case)


def _visited(stage: Stage, case: Case) -> None:
    execution = stage.region.execution
    chief, officer = execution["institution_chief"][0], execution["institution_officer"][0]
    stage.does(case, "order_site_visit", officer, date=day_of(stage.now).isoformat())
    case = fresh([case])[0]
    named = [expert.pid for expert in _free(stage, case)]
    key = stage.key("seat")
    draw = pool.seat_by_hand(case, "site_visit", named, reason=WHY, by=chief, on=stage.now, key=key)
    first = Seat.objects.filter(draw=draw).order_by("position").first()
    assert first is not None  # as many sit as were named
    text = long_text(120, Random(case.number))  # a dice of its own: what the play casts elsewhere stays as it was
    stage.does(case, "report_site_visit", Actor.labelled(first.label, *ROLES), report=text, photos=[FILE])
    stage.does(case, "close_site_visit", execution["review_secretary"][0])


def _free(stage: Stage, case: Case) -> list[Expert]:
    """As many experts of each kind as the page wants, nobody whom anything keeps away."""
    wanted = terms.make_up(pages_of(case.round).programme, "site_visit")
    group, found = drawing.group_of(case, "site_visit"), list[Expert]()
    for kind, seats in wanted.kinds.items():
        rows = Expert.objects.filter(standing="active", credit="good", **({"kind": kind} if kind else {}))
        some = list(rows.select_related("person", "person__unit").order_by("pk")[: LOOKED * seats])
        away = {expert for _, expert in recusal.hard(drawing.recused(group, some, stage.now))}
        free = (expert for expert in some if expert.pid not in away)
        found += [expert for _, expert in zip(range(seats), free, strict=False)]
    return found
