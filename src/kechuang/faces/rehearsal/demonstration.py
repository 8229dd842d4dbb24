"""The demonstration: rounds of this very year, each left at another step, so that every role finds something to do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from kechuang.casework.models import Member
from kechuang.desks.experts.models import Seat
from kechuang.faces.rehearsal import claiming, leaving
from kechuang.faces.rehearsal.plans import PLANS, applicants
from kechuang.faces.rehearsal.region import Region, raise_region
from kechuang.faces.rehearsal.selecting import Applicants
from kechuang.faces.rehearsal.stage import Stage
from kechuang.faces.rehearsal.year import Say, play, refuse_real_data
from kechuang.parties.models import Appointment, Person
from kechuang.words.period import ZONE

SCALE = 0.02
BESIDE = 60  # researchers who lead nothing at first: suspects, a member, an entry for the pool
# How many days ago each part began, to which step it is played, and with which programmes.
PARTS = (
    ("a", 245, "award", ("nsf-general", "nsf-joint", "central-guidance")),
    ("b", 192, "decide", ("results-conversion",)),
    ("f", 182, "review", ("key-technology",)),
    ("c", 168, "admit", ("platform-talent",)),
    ("g", 160, "admit", ("basic-research",)),
    ("d", 126, "close", ("nsf-youth",)),
    ("e", 96, "open", ("innovation-environment", "major-special")),
)
CLAIMS = 96  # how many days ago the calls of claims and titles were begun
AHEAD = 36  # how many days ago next year's calls were begun
TITLES = {
    "leader": "项目负责人", "unit_research": "单位科研管理", "unit_head": "单位授权签章人", "unit_finance": "单位财务",
    "recommender": "归口管理部门经办", "recommender_head": "归口管理部门签发人", "expert": "评审专家",
    "institution_officer": "专业机构项目主管", "institution_chief": "专业机构复核人", "draw_operator": "专家抽取操作员",
    "review_secretary": "评审组织秘书", "member": "项目组成员", "co_funder": "联合资助方",
}  # fmt: skip


def demonstrate(*, today: datetime, seed: int, say: Say) -> list[tuple[str, str]]:
    """Raise the region, play the parts, give every role a login; (username, title) of each. Refused beside real cases."""
    refuse_real_data()
    rng = Random(seed)
    first = (today - timedelta(days=PARTS[0][1])).astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    by_code = {plan.programme: plan for plan in PLANS}
    with transaction.atomic():
        region = raise_region(
            rng, on=first, units=12, leaders=applicants(SCALE) + BESIDE, experts=100, say=lambda what: say(what, 0)
        )
    people = None
    for name, days, until, codes in PARTS:
        stage = Stage(region, rng, first + timedelta(days=PARTS[0][1] - days), today.astimezone(ZONE).year, say, name)
        people = people or Applicants(stage)
        wanted = [(by_code[code], *by_code[code].at(SCALE)) for code in codes]
        contests = play(stage, wanted, people, until=until, hand=HANDING.get(name))
        if name in LEFT:
            LEFT[name](stage, contests, people)
    say("后补助与认定 claims and titles", 0)
    begun = first + timedelta(days=PARTS[0][1] - CLAIMS)
    cast = claiming.left_at_the_list(Stage(region, rng, begun, today.astimezone(ZONE).year, say, "m"))
    say("下一年度指南与待确认事项 next year's calls, and what waits beside cases", 0)
    stage = Stage(region, rng, first + timedelta(days=PARTS[0][1] - AHEAD), today.astimezone(ZONE).year, say, "n")
    leaving.in_preparation(stage)
    stage.on_day(AHEAD - 1)
    leaving.beside_cases(stage)
    return logins(region, {"claimant": cast.firms[0].claimant, "contract_registrar": cast.registrar})


LEFT = {
    "a": leaving.signing_and_paying, "b": leaving.objections, "c": leaving.under_review, "d": leaving.half_checked,
    "f": leaving.proposing, "g": leaving.before_the_draw,
}  # fmt: skip


HANDING = {"e": leaving.handing_in, "d": leaving.one_copies}


def logins(region: Region, more: Mapping[str, Person]) -> list[tuple[str, str]]:
    """One sign-in name for every role, all with the one password that is printed at the start.

    Leader, member, unit and recommender are of one place, so that who follows one project can go on where the last one stopped.
    """
    found = {**region.offices, **more}
    found |= {role: people[0] for role, people in region.execution.items()}
    found |= {"expert": seated(), "co_funder": asked_to_fund()}
    draft = asked_for_consent()
    found |= {"leader": draft.case.leader, "member": draft.person}
    home = region.home
    assert home is not None  # the first part of the demonstration chooses it
    clerk, head = region.recommenders[home.party.recommender.pid]
    found |= {"unit_research": home.research, "unit_head": home.head, "unit_finance": home.finance}
    found |= {"recommender": clerk, "recommender_head": head}
    told = []
    for role, person in found.items():
        title = TITLES.get(role, person.field)
        Person.objects.filter(pk=person.pk).update(username=f"demo-{role}", field=title)
        told.append((f"demo-{role}", title))
    return told


def seated() -> Person:
    """An expert who still has sheets to write."""
    seat = Seat.objects.filter(state="accepted", draw__round__state="in_review").order_by("-position", "-pk").first()
    assert seat is not None  # a part of the demonstration is left under review
    return seat.expert.person


def asked_for_consent() -> Member:
    """Somebody of a team who has not yet agreed to take part."""
    row = (
        Member.objects.filter(consented_at=None, case__state="draft", case__round__state="open")
        .select_related("case__leader", "person")
        .order_by("pk")
        .first()
    )
    assert row is not None  # a part of the demonstration is left open
    return row


def asked_to_fund() -> Person:
    """Who speaks for a co-funder of a call that is not yet published."""
    return Appointment.objects.filter(role="co_funder").order_by("-target", "pk")[0].person


def new_password() -> str:
    """A password that can be read out; made anew for each demonstration."""
    return "-".join("".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(3))


def open_doors(password: str) -> list[tuple[str, str]]:
    """Give every demonstration login this password, hashed once; (username, title) of each."""
    rows = Person.objects.filter(synthetic=True, username__startswith="demo-").order_by("pk")
    rows.update(password=make_password(password), must_change_password=False)
    return list(rows.values_list("username", "field"))
