"""The demonstration: rounds of this very year, each left at another step, so that every role finds something to do."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from kechuang.casework.models import Case
from kechuang.desks.experts.models import Seat
from kechuang.faces.rehearsal import selecting
from kechuang.faces.rehearsal.plans import PLANS, Plan
from kechuang.faces.rehearsal.region import Region, raise_region
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import Stage
from kechuang.faces.rehearsal.year import Say, play, refuse_real_data
from kechuang.parties.models import Person
from kechuang.words.period import ZONE

SCALE = 0.02
# How many days ago each part began, to which step it is played, and with which programmes.
PARTS = (
    ("a", 245, "run", ("nsf-general", "nsf-joint", "central-guidance", "key-technology")),
    ("b", 192, "decide", ("basic-research", "results-conversion")),
    ("c", 168, "admit", ("platform-talent",)),
    ("d", 126, "close", ("nsf-youth",)),
    ("e", 96, "open", ("innovation-environment", "major-special")),
)
TITLES = {
    "leader": "项目负责人", "unit_research": "单位科研管理", "unit_head": "单位授权签章人", "unit_finance": "单位财务",
    "recommender": "归口管理部门经办", "recommender_head": "归口管理部门签发人", "expert": "评审专家",
    "institution_officer": "专业机构项目主管", "institution_chief": "专业机构复核人", "draw_operator": "专家抽取操作员",
    "review_secretary": "评审组织秘书",
}  # fmt: skip


def demonstrate(*, today: datetime, seed: int, say: Say) -> list[tuple[str, str]]:
    """Raise the region, play the parts, give every role a login; (username, title) of each. Refused beside real cases."""
    refuse_real_data()
    rng = Random(seed)
    first = (today - timedelta(days=PARTS[0][1])).astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    by_code = {plan.programme: plan for plan in PLANS}
    with transaction.atomic():
        region = raise_region(rng, on=first, units=12, leaders=108, experts=100, say=lambda what: say(what, 0))
    people, contests = None, {}
    for name, days, until, codes in PARTS:
        stage = Stage(region, rng, first + timedelta(days=PARTS[0][1] - days), today.astimezone(ZONE).year, say, name)
        people = people or Applicants(stage)
        wanted = [(by_code[code], *by_code[code].at(SCALE)) for code in codes]
        contests[name] = play(stage, _least(wanted), people, until=until)
        LEFT.get(name, lambda *_: None)(stage, contests[name])
    return logins(region)


def _least(wanted: list[tuple[Plan, int, int]]) -> list[tuple[Plan, int, int]]:
    """Small enough for a minute: no round is larger than it has to be to show its step."""
    return [(plan, min(funded, 3), min(applied, 6)) for plan, funded, applied in wanted]


def under_review(stage: Stage, contests: list[Contest]) -> None:
    """Drawn, promised, and the first case's first sheet is in; the others wait for their experts."""
    for contest in contests:
        stage.on_day(155)
        selecting.drawn(stage, contest, contest.refreshed("admitted"))
        stage.on_day(156)
        selecting.begun(stage, contest, contest.refreshed("panel_drawn"))
        for case in contest.refreshed("mail_review")[:1]:
            sheet = selecting.a_sheet(stage, case, 80)
            stage.does(case, "review", contest.labels[case.group][0], sheet=sheet)


LEFT = {"c": under_review}


def logins(region: Region) -> list[tuple[str, str]]:
    """One sign-in name for every role, all with the one password that is printed at the start."""
    found = dict(region.offices)
    found |= {role: people[0] for role, people in region.execution.items()}
    unit = region.units[0]
    clerk, signatory = region.recommenders[unit.party.recommender.pid]
    found |= {
        "leader": busiest(unit.researchers), "unit_research": unit.research, "unit_head": unit.head,
        "unit_finance": unit.finance, "recommender": clerk, "recommender_head": signatory, "expert": seated(),
    }  # fmt: skip
    told = []
    for role, person in found.items():
        title = TITLES.get(role, person.field)
        Person.objects.filter(pk=person.pk).update(username=f"demo-{role}", field=title)
        told.append((f"demo-{role}", title))
    return told


def busiest(people: list[Person]) -> Person:
    """Who leads the case that has come furthest."""
    leading = Case.objects.filter(leader__in=people, parent=None).exclude(project_no="").order_by("pk").first()
    return leading.leader if leading is not None and leading.leader else people[0]


def seated() -> Person:
    """An expert who still has sheets to write."""
    seat = Seat.objects.filter(state="accepted", draw__round__state="in_review").order_by("-position", "-pk").first()
    assert seat is not None  # a part of the demonstration is left under review
    return seat.expert.person


def new_password() -> str:
    """A password that can be read out; made anew for each demonstration."""
    return "-".join("".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(3))


def open_doors(password: str) -> list[tuple[str, str]]:
    """Give every demonstration login this password, hashed once; (username, title) of each."""
    rows = Person.objects.filter(synthetic=True, username__startswith="demo-").order_by("pk")
    rows.update(password=make_password(password), must_change_password=False)
    return list(rows.values_list("username", "field"))
