"""The demonstration: rounds of this very year, each left at another step, so that every role finds something to do."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from kechuang.casework import todo
from kechuang.casework.models import Case
from kechuang.desks.experts.models import Seat
from kechuang.faces.rehearsal import calls, running, selecting
from kechuang.faces.rehearsal.plans import PLANS, Plan
from kechuang.faces.rehearsal.region import Region, raise_region
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import SEAL, Stage
from kechuang.faces.rehearsal.year import Say, play, refuse_real_data
from kechuang.parties.models import Person
from kechuang.words.period import ZONE

SCALE = 0.02
# How many days ago each part began, to which step it is played, and with which programmes.
PARTS = (
    ("a", 245, "award", ("nsf-general", "nsf-joint", "central-guidance")),
    ("b", 192, "decide", ("results-conversion",)),
    ("f", 182, "review", ("key-technology",)),
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
        hand = in_all_hands if until == "open" else None
        contests[name] = play(stage, _least(wanted), people, until=until, hand=hand)
        LEFT.get(name, lambda *_: None)(stage, contests[name])
    in_preparation(stage)
    return logins(region, today)


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


def in_all_hands(stage: Stage, contest: Contest, people: Applicants) -> None:
    """Drafts, some with the unit, some with the recommender, one of them handed in."""
    stage.say(f"{contest.plan.title}：申报 applications", 0)
    stage.on_day(90)
    selecting.drafted(stage, contest, people.take(contest.plan, contest.applied))
    drafts = contest.cases
    selecting.handed_in(stage, drafts[:1])
    on_the_way = drafts[1 : 1 + len(drafts) // 2]
    stage.all_do("submit_to_unit", [(c, c.leader, {"promise": SEAL}) for c in on_the_way])
    for case in on_the_way[1:]:
        unit = stage.region.unit_of(case.applicant.pid)
        stage.does(case, "unit_check", unit.research, opinion="同意申报，材料属实")
    for case in on_the_way[2:]:
        stage.does(case, "endorse", stage.region.unit_of(case.applicant.pid).head, seal=SEAL, truth=True)


def signing_and_paying(stage: Stage, contests: list[Contest]) -> None:
    """In each round one task book waits for its leader, one payment for its checker, one receipt for its unit."""
    stage.on_day(215)
    for contest in contests:
        cases = contest.refreshed("funded")
        running.signed(stage, cases[1:])
        stage.on_day(225)
        runs = contest.refreshed("running")
        running.paid(stage, runs[1:])
        if runs:
            code = runs[0].grant.instalments.get().code
            clerk = stage.region.office("fund_clerk")
            stage.does(runs[0], "prepare_payment", clerk, instalment=code, quota_document=running.quota(stage))


def in_preparation(stage: Stage) -> None:
    """Next year's call: demands are being collected."""
    plan = next(p for p in PLANS if p.programme == "basic-research")
    calls.collecting(stage, plan, 3, "-next")


LEFT = {"a": signing_and_paying, "c": under_review}


def logins(region: Region, today: datetime) -> list[tuple[str, str]]:
    """One sign-in name for every role, all with the one password that is printed at the start."""
    found = dict(region.offices)
    found |= {role: people[0] for role, people in region.execution.items()}
    units, bureaus = region.units, region.recommenders.values()
    leading = Case.objects.filter(parent=None, state__in=["funded", "draft"]).order_by("-project_no", "pk")
    found |= {
        "leader": busiest([case.leader for case in leading[:4]], today),
        "unit_research": busiest([unit.research for unit in units], today),
        "unit_head": busiest([unit.head for unit in units], today),
        "unit_finance": busiest([unit.finance for unit in units], today),
        "recommender": busiest([clerk for clerk, _ in bureaus], today),
        "recommender_head": busiest([head for _, head in bureaus], today),
        "expert": seated(),
    }
    told = []
    for role, person in found.items():
        title = TITLES.get(role, person.field)
        Person.objects.filter(pk=person.pk).update(username=f"demo-{role}", field=title)
        told.append((f"demo-{role}", title))
    return told


def busiest(people: list[Person], on: datetime) -> Person:
    """Whoever has most to do now, the first of equals."""
    return max(people, key=lambda person: todo.count(person, on))


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
