"""Taking over projects that ran elsewhere: in any state, with money paid and dates due; each with a record of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kechuang.casework import curtain, deadlines, records
from kechuang.casework.actor import Actor
from kechuang.casework.models import Award, Case, Frozen, Record, Round
from kechuang.casework.pages import day_of, frozen_text, pages_for, pages_of
from kechuang.engines.flow import Flow
from kechuang.engines.ledger import canonical, digest
from kechuang.parties.models import Employment, Organisation, Person
from kechuang.parties.permissions import appointments
from kechuang.parties.prepared import insert_all
from kechuang.parties.secrets import token
from kechuang.words import offers
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MAY = {"planner", "planning_chief", "institution_officer", "institution_chief"}
ACT, AWARD = "take_over", "funds.award"
SIZE = 500
NOWHERE = "000000"  # the place of a unit of which a table tells the name alone


@dataclass(frozen=True, slots=True)
class Project:
    """One project as it is taken over. `leader` and `unit` are found by name, or made and marked to be confirmed."""

    project_no: str
    title: str
    unit: str
    leader: str
    leader_name: str
    fen: int
    state: str
    starts_on: date | None = None
    ends_on: date | None = None
    paid_fen: int = 0
    discipline: str = ""
    place: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """How many were taken over now, and how many were there before."""

    new: int
    there: int


OPERATOR = Actor("operator", None, frozenset({"planner"}), "command")  # whoever runs the commands on the machine itself


def states(flow: Flow) -> frozenset[str]:
    """The states a project may be taken over in: those after the award; all of a flow that awards no money."""
    found = {act.to for act in flow.acts.values() if AWARD in act.effects}
    if not found:
        return frozenset(flow.states)
    ahead = list(found)
    while ahead:
        state = ahead.pop()
        new = {act.to for act in flow.acts.values() if act.stands_in(state) and act.to in flow.states} - found
        found |= new
        ahead += new
    return frozenset(found)


def past_round(
    code: str, *, programme: str, year: int, by: Person | Actor, on: datetime, institution: str = ""
) -> Round:
    """The round of that code, or a past one opened for what is taken over: archived, with pages frozen as of now.

    It is carried on by the institution of that name, else by that of `by`, else by the only one there is. Refused for an unknown name.
    """
    found = Round.objects.filter(code=code).first()
    if found is not None:
        return found
    actor = Actor.of(by)
    role_of(actor, on)
    with transaction.atomic():
        page = pages_for(programme).programme
        round_ = Round(
            code=code, programme=programme, plan=str(page.get("plan", programme)), year=year, state="archived",
            title=f"{year}年度{page['title']['zh']}（接收）", entered_at=on, published_at=on, institution=_institution(institution, actor, on),
        )  # fmt: skip
        body, digest_ = frozen_text(round_)
        round_.frozen, _ = Frozen.objects.get_or_create(digest=digest_, defaults={"body": body, "on": on})
        round_.save()
        entry = records.Entry(
            "take_over_round", "", "archived", actor, "planner", on, f"past:{code}", {}, {"pages": digest_}
        )
        records.write(round_, entry)
    return round_


def _institution(name: str, by: Actor, on: datetime) -> Organisation | None:
    """Who carries on what is taken over: without one nobody could check, draw or countersign."""
    units = Organisation.objects.filter(kind="institution", standing="confirmed")
    if name:
        found = units.filter(name=name).first()
        if found is None:
            raise Refused(Reason("no_such_institution", name=name))
        return found
    held = {a.target for a in appointments(by.person, day_of(on)) if a.role in MAY} if by.person else set()
    own = units.filter(pid__in=held).first()
    return own or (units.get() if units.count() == 1 else None)


def role_of(by: Actor, on: datetime) -> str:
    """The role by which `by` may take projects over; Refused if there is none."""
    if by.person is None:
        roles = set(by.own) & MAY
    else:
        roles = {a.role for a in appointments(by.person, day_of(on))} & MAY
    if not roles:
        raise Refused(Reason("act_for_another", role="planner"))
    return min(roles)


def take_over(
    round_: Round, projects: Sequence[Project], *, by: Person | Actor, on: datetime, told: Callable[[int], object] = str
) -> Taken:
    """Take the projects into `round_`, once each by number: the door of many, with the same right asked for and one
    record a case; `told(count)` after each five hundred. Refused for someone who may not, or a state no awarded project can be in.
    """
    role = role_of(Actor.of(by), on)
    pages = pages_of(round_)
    unknown = sorted({p.state for p in projects} - states(pages.flow(pages.main_flow)))
    if unknown:
        raise Refused(Reason("no_such_state", states=unknown))
    new = there = 0
    for start in range(0, len(projects), SIZE):
        taken = _some(round_, projects[start : start + SIZE], Actor.of(by), role, on)
        new, there = new + taken.new, there + taken.there
        told(new + there)
    return Taken(new, there)


@transaction.atomic
def _some(round_: Round, projects: Sequence[Project], by: Actor, role: str, on: datetime) -> Taken:
    numbers = {p.project_no for p in projects}
    known = set(Case.objects.filter(round=round_, project_no__in=numbers).values_list("project_no", flat=True))
    fresh = list({p.project_no: p for p in projects if p.project_no not in known}.values())
    units = _units({p.unit for p in fresh})
    people = _people(fresh, units, on)
    cases = insert_all(_set_due(round_, [_case(round_, p, units, people, on) for p in fresh], on))
    insert_all(
        [
            Award(case=c, fen=p.fen, on=on, steps=[{"name": ACT, "value": str(p.fen)}])
            for c, p in zip(cases, fresh, strict=True)
        ]
    )
    pairs = list(zip(cases, fresh, strict=True))
    records.write_first((case, _entry(case, project, by, role, on)) for case, project in pairs)
    curtain.call(offers.find("effect", "funds.take_over"), pairs, on)
    return Taken(len(fresh), len(projects) - len(fresh))


def _set_due(round_: Round, cases: Sequence[Case], on: datetime) -> Sequence[Case]:
    """With when the clock acts next on each, and what is promised: what was due in an earlier system is due here.

    Asked once for all of one state, term and gates: a table has thousands of rows and few such days.
    """
    flow, gates = (
        pages_of(round_).flow(pages_of(round_).main_flow),
        str((pages_of(round_).programme.get("midterm") or {}).get("gates")),
    )
    asked: dict[tuple[Any, ...], tuple[datetime | None, datetime | None]] = {}
    for case in cases:
        same = (case.state, case.starts_on, case.ends_on, str(case.answers.get(gates)))
        if same not in asked:
            asked[same] = deadlines.due_from_elsewhere(case, flow, on)
        case.due_at, case.promised_at = asked[same]
    return cases


def _case(
    round_: Round, project: Project, units: dict[str, Organisation], people: dict[str, Person], on: datetime
) -> Case:
    answers = {"title": project.title, "asked": project.fen, **project.extra}
    return Case(
        number=token(), round=round_, flow=pages_of(round_).main_flow, state=project.state, entered_at=on, opened_at=on,
        received_at=on, title=project.title[:200], field=project.discipline, place=project.place or units[project.unit].place,
        asked_fen=project.fen, proposed_fen=project.fen, project_no=project.project_no, starts_on=project.starts_on,
        ends_on=project.ends_on, leader=people[project.leader], applicant=units[project.unit], taken_over=True,
        recommender=units[project.unit].recommender, answers=answers, answers_digest=digest(canonical(answers)),
    )  # fmt: skip


def _entry(case: Case, project: Project, by: Actor, role: str, on: datetime) -> records.Entry:
    key = f"{ACT}:{case.round.code}:{project.project_no}"
    tells = {
        "project_no": project.project_no,
        "fen": str(project.fen),
        "paid": str(project.paid_fen),
        "answers": case.answers_digest,
    }
    return records.Entry(ACT, "", case.state, by, role, on, key, {"title": project.title}, tells)


def _units(names: Iterable[str]) -> dict[str, Organisation]:
    """Units by name; those not in the register are entered and wait for their recommender's word."""
    wanted = set(names)
    found = {u.name: u for u in Organisation.objects.filter(name__in=wanted).select_related("recommender")}
    missing = [
        Organisation(name=n, kind="institute", place=NOWHERE, standing="pending") for n in sorted(wanted - set(found))
    ]
    for unit in insert_all(missing):
        found[unit.name] = unit
    return found


def _people(projects: Iterable[Project], units: dict[str, Organisation], on: datetime) -> dict[str, Person]:
    """Leaders by the id they come with; new ones are entered, with where they work, and wait for their unit's word."""
    wanted = {p.leader: p for p in projects}
    found = {p.username: p for p in Person.objects.filter(username__in=wanted)}
    missing = [
        Person(username=key, name=p.leader_name or key, unit=units[p.unit], standing="pending", password="!")
        for key, p in sorted(wanted.items())
        if key not in found
    ]
    made = insert_all(missing)
    insert_all(Employment(person=p, organisation=p.unit, since=day_of(on)) for p in made)
    return found | {p.username: p for p in made}


def taken_over(round_: Round) -> int:
    """How many cases of a round were taken over."""
    return Record.objects.filter(act=ACT, subject__in=round_.cases.values("number")).count()
