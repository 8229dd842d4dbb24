"""Every act that the book gives to somebody can be done from a page by whoever it belongs to: no dead end behind the screens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from kechuang.casework.letter_values import NAMES
from kechuang.casework.models import Case, Joining, Member, Round
from kechuang.casework.pages import current, pages_of, roles_page
from kechuang.desks.experts import offers, reading
from kechuang.desks.experts.ceremonies import SAME
from kechuang.desks.integrity import inquiries
from kechuang.engines.flow import Act, Flow
from tests.factories import START, Region, a_person, a_unit, an_open_round

pytestmark = pytest.mark.django_db
OF_EXPERTS = reading.ROLES
# What a letter shared by several acts says only where an act gives it; its line is left out elsewhere.
SOMETIMES = frozenset(
    {
        "reason",
        "items",
        "clause",
        "minutes",
        "cause",
        "ground",
        "text",
        "certificate",
        "instalment",
        "quota_document",
        "change",
    }
)
OF_PUBLIC = ("object", "take_back")  # faces/web/objecting.py
INQUIRY = {"supervisor": "inquiry", "supervision_chief": "inquiry", "leadership": "inquiry_decision"}


@dataclass
class World:
    """A region, and for each flow of the book a case that may be put into any of its states."""

    region: Region

    def rounds(self) -> Iterator[tuple[Flow, Round]]:
        """Every flow of the book once, with a round on whose pages it stands."""
        seen: set[str] = set()
        for programme in current().codes("programmes"):
            round_ = an_open_round(self.region, programme)
            pages = pages_of(round_)
            for flow in (*pages.round.flows.values(), pages.round.round_flow):
                if flow.code not in seen:
                    seen.add(flow.code)
                    yield flow, round_
        standing = inquiries.standing_round(START)
        yield pages_of(standing).flow(inquiries.FLOW), standing

    def case_in(self, flow: Flow, round_: Round, state: str) -> Case:
        parent = None
        if flow.parent is not None:
            parent = Case.objects.create(
                round=round_, flow=pages_of(round_).main_flow, state=flow.parent.states[0], **self.who
            )
        return Case.objects.create(round=round_, flow=flow.code, parent=parent, state=state, **self.who)

    @property
    def who(self) -> dict[str, object]:
        return {
            "entered_at": START, "opened_at": START, "received_at": START, "place": "150102", "leader": self.region.leader,
            "applicant": self.region.unit, "recommender": self.region.recommender,
        }  # fmt: skip

    def holder(self, role: str, case: Case):
        """Somebody who holds that role for the case."""
        if role in ("leader", "entrant"):
            return case.leader
        if role in ("member", "accused", "joiner", "part_head"):
            person = a_person(unit=self.region.unit)
            Member.objects.create(case=case if role in ("joiner", "part_head") else case.parent or case, person=person)
            return person
        if role in ("joining_unit", "joining_finance"):
            unit = a_unit()
            Joining.objects.create(case=case, unit=unit)
            return a_person(("unit_research" if role == "joining_unit" else "unit_finance", unit.pid), unit=unit)
        targets = {
            "organisation": self.region.unit.pid, "recommended": self.region.recommender.pid, "place": "150100",
            "programme": "*", "round": self.region.institution.pid, "region": "",
        }  # fmt: skip
        return a_person((role, targets[roles_page().scope(role)]))


def without_page(world: World, flow: Flow, round_: Round, act: Act) -> str:
    """Why nobody can do this act from a page, "" if somebody can."""
    client = Client(raise_request_exception=False)
    case = world.case_in(flow, round_, next(iter(act.start), next(iter(flow.states))))
    if act.by in OF_EXPERTS:
        drawn = {(round_.pk, case.group, offers.mode_of(case, act.name))}
        works = reading.work_on(flow, case, offers.mode_of(case, act.name), drawn)
        return "" if act.name in reading.ANSWERS or act in works else "not on the reading desk"
    if act.by in ("public", "objector"):
        return "" if act.name in OF_PUBLIC else "the public has no page for it"
    client.force_login(world.holder(act.by, case))
    if flow.code == inquiries.FLOW and act.by in INQUIRY:
        where = f"/{'decisions' if act.by == 'leadership' else 'supervision'}/inquiries/{case.number}/"
    elif act.by == "draw_operator":
        where = f"/rounds/{round_.code}/draw/" if act.to != SAME else f"/panels/{case.number}/"
    elif act.opens:
        where = f"/cases/{case.parent.number}/" if case.parent else f"/calls/{round_.code}/apply/"
    else:
        where = f"/cases/{case.number}/act/{act.name}/"
    status = client.get(where).status_code
    return "" if status == 200 else f"{where.replace(case.number, '…')} answers {status}"


@pytest.mark.bar
def test_every_act_of_a_case_has_a_page_for_the_role_it_belongs_to():
    world = World(Region())
    lost = []
    for flow, round_ in world.rounds():
        if flow == pages_of(round_).round.round_flow:
            continue
        for act in flow.acts.values():
            if act.by != "clock" and not act.through and (why := without_page(world, flow, round_, act)):
                lost.append((flow.code, act.name, act.by, why))
    assert lost == []


def test_no_letter_names_what_neither_the_case_nor_the_act_can_say():
    shelf = current()
    unsaid = []
    for code in shelf.codes("flows"):
        acts = shelf.page("flows", code).body["acts"]
        for name, act in acts.items():
            if act.get("letter"):
                page = shelf.page("letters", act["letter"]).body
                acts_told = [act, *(acts[one] for one in page.get("recalls", ()) if one in acts)]
                said = {one for told in acts_told for one in told.get("inputs", {})}
                others = {
                    one
                    for told in acts.values()
                    for one in told.get("inputs", {})
                    if told.get("letter") == act["letter"]
                }
                unsaid += [(code, name, field) for field in set(page["fields"]) - NAMES - said - others - SOMETIMES]
    assert sorted(unsaid) == []
