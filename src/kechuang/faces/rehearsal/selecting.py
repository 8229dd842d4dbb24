"""From the open call to the decision: applications handed on, checked, grouped, reviewed, ranked, decided."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction

from kechuang.casework.actor import CLOCK, Actor
from kechuang.casework.acts import act, open_case
from kechuang.casework.findings import settle_finding
from kechuang.casework.models import Case, Finding, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.experts import solver  # noqa: F401  loaded here, it is asked here and not in a process of its own
from kechuang.desks.experts.ceremonies import SUPERVISION
from kechuang.desks.experts.models import Seat
from kechuang.desks.experts.sheets import form_of
from kechuang.engines.panel.ceremony import commitment
from kechuang.faces.rehearsal import visiting
from kechuang.faces.rehearsal.applications import FILE, written
from kechuang.faces.rehearsal.filling import long_text
from kechuang.faces.rehearsal.plans import WAN, Plan
from kechuang.faces.rehearsal.region import Unit
from kechuang.faces.rehearsal.stage import MINUTES, SEAL, Broken, Stage, fresh
from kechuang.parties.models import Person
from kechuang.parties.steady import steady

DICE = "83920174650293847561"
GROUP = 38
MEETS = "basic-research"  # whose best are heard in a meeting after the mail
TOGETHER = 50  # applications opened in one transaction
COMMITMENTS = [{"by": party, "digest": commitment(party, party * 20)} for party in ("执行方", "监督处", "公证处")]


@dataclass(slots=True)
class Contest:
    """One round with its plan and the applications that are still in it."""

    plan: Plan
    round: Round
    funded: int
    applied: int
    cases: list[Case] = field(default_factory=list)
    labels: dict[str, list[Actor]] = field(default_factory=dict)
    aside: list[Case] = field(default_factory=list)  # for a scene to play, while the others go on together
    late: list[Case] = field(default_factory=list)
    barred: Person | None = None
    copied: Case | None = None

    @property
    def by_mail(self) -> bool:
        """Whether the page reviews by mail before anything else."""
        return "mail" in pages_of(self.round).programme["panel"]

    @property
    def modes(self) -> tuple[str, ...]:
        """The panels that read: by mail, in a meeting, or one after the other in the one round where the play holds both."""
        if not self.by_mail:
            return ("panel",)
        return ("mail", "panel") if self.plan.programme == MEETS or self.all_meet else ("mail",)

    @property
    def all_meet(self) -> bool:
        """Whether the page brings every case before the panel."""
        said = pages_of(self.round).programme["panel"].get("panel") or {}
        return (said.get("to_panel") or {}).get("all") is True

    def refreshed(self, *states: str) -> list[Case]:
        """The applications as they stand now, those in `states` only where any are named; none that stands aside."""
        self.cases = fresh(self.cases)
        apart = {case.pk for case in self.aside}
        return [case for case in self.cases if (not states or case.state in states) and case.pk not in apart]

    def set_aside(self, count: int, *states: str) -> None:
        """Leave the last `count` in these states to a scene."""
        self.aside = self.refreshed(*states)[-count:] if count else []


class Applicants:
    """Hands out leaders, each once in a year, with a colleague who leads elsewhere as the member."""

    def __init__(self, stage: Stage) -> None:
        placed = [(n, unit, person) for unit in stage.region.units for n, person in enumerate(unit.researchers)]
        everyone = [
            (unit, person) for _, unit, person in sorted(placed, key=lambda row: row[0])
        ]  # one unit after the other
        young_born = stage.first_day.year - 36
        self.young = [pair for pair in everyone if pair[1].born.year > young_born]
        self.others = [pair for pair in everyone if pair[1].born.year <= young_born]
        self.members = iter([*self.others[::-1], *self.young[::-1]])
        self.busy: set[int] = set()  # who takes part in a team, or is kept for a scene of their own

    def take(self, plan: Plan, count: int) -> Iterator[tuple[Unit, Person, Person]]:
        """`count` leaders fit for the plan, each with a member of another round."""
        pool = self.young if plan.young else self.others
        chosen, pool[:] = pool[:count], pool[count:]
        if len(chosen) < count:
            raise Broken(f"{plan.programme}: only {len(chosen)} of {count} leaders")
        for unit, leader in chosen:
            yield unit, leader, self._member(leader)

    def of(self, unit: Unit, count: int) -> list[tuple[Unit, Person, Person]]:
        """`count` leaders of one unit, each with a member as in `take`."""
        chosen = [pair for pair in [*self.others, *self.young] if pair[0] is unit][:count]
        led = {leader.pk for _, leader in chosen}
        for pool in (self.others, self.young):
            pool[:] = [pair for pair in pool if pair[1].pk not in led]
        if len(chosen) < count:
            raise Broken(f"{unit.party.name}: only {len(chosen)} of {count} leaders")
        return [(unit, leader, self._member(leader)) for _, leader in chosen]

    def _member(self, leader: Person) -> Person:
        member = next(one for _, one in self.members if one.pk != leader.pk and one.pk not in self.busy)
        self.busy.add(member.pk)
        return member

    def oldest(self) -> tuple[Unit, Person]:
        """The oldest of those who lead nothing yet, before others one who takes part in nothing; later teams do without."""
        free = [pair for pair in self.others if pair[1].pk not in self.busy] or self.others
        found = min(free, key=lambda pair: (pair[1].born, pair[1].pk))
        self.others.remove(found)
        self.busy.add(found[1].pk)
        return found


def drafted(stage: Stage, contest: Contest, who: Iterable[tuple[Unit, Person, Person]]) -> None:
    """Drafts, filled in, with the member's own consent; as many at a time as one transaction bears."""
    waiting = iter(who)
    while some := list(islice(waiting, TOGETHER)):
        with steady(), transaction.atomic():
            for unit, leader, member in some:
                case = open_case(contest.round, by=leader, on=stage.now, key=stage.key("open"), synthetic=True)
                written(case, contest.plan, unit, leader, member, rng=stage.rng, year=stage.year)
                act(case, "consent", by=member, on=stage.now, key=stage.key("consent"), data={"promise": SEAL})
                contest.cases.append(case)
                stage.say("", 2)


def handed_in(stage: Stage, cases: list[Case]) -> None:
    """To the unit, sealed there, and on to the department by the recommender."""
    units = {unit.party.pk: unit for unit in stage.region.units}
    of = {case.pk: units[case.applicant_id] for case in cases}
    stage.all_do("submit_to_unit", [(c, c.leader, {"promise": SEAL}) for c in cases])
    stage.all_do("unit_check", [(c, of[c.pk].research, {"opinion": "同意申报，材料属实"}) for c in cases])
    sealed = {"seal": SEAL, "truth": True}
    proof = {"own_funds": [FILE]}
    stage.all_do("endorse", [(c, of[c.pk].head, sealed | (proof if own_money(c) else {})) for c in fresh(cases)])
    heads = stage.region.recommenders
    stage.all_do("recommend", [(c, heads[of[c.pk].party.recommender.pid][1], {"letter": SEAL}) for c in cases])


def own_money(case: Case) -> bool:
    """Whether the form promises money of the unit's own, which its seal must prove."""
    return int(case.answers.get("own_funds") or 0) > 0


def checked(stage: Stage, cases: list[Case]) -> None:
    """One officer goes through the checklist."""
    officer = stage.region.execution["institution_officer"][0]
    stage.all_do("record_check", [(c, officer, checklist(c)) for c in cases])


def checklist(case: Case) -> dict[str, Any]:
    """Every item of the page's checklist, passed."""
    return {"items": [{"item": item, "verdict": "pass"} for item in pages_of(case.round).choices("checklist") or ()]}


def admitted(stage: Stage, cases: list[Case]) -> None:
    """Another officer judges what the checks found, finding by finding, and admits."""
    chief = stage.region.execution["institution_chief"][0]
    found = Finding.objects.filter(case__in=cases, settled_by=None).exclude(verdict="pass")
    with steady(), transaction.atomic():
        for finding in found.select_related("case", "case__round").order_by("case", "pk"):
            settle_finding(finding, "已核实，不影响受理", by=chief, on=stage.now, key=stage.key("settle"))
            stage.say("", 1)
    stage.all_do("admit", [(c, chief, {}) for c in cases])


def drawn(stage: Stage, contest: Contest, cases: list[Case]) -> None:
    """Grouped by field, witnessed once for the round, drawn; everyone drawn promises, and the review begins."""
    execution = stage.region.execution
    ordered = iter(sorted(cases, key=lambda c: (c.field, c.pk)))
    groups = {f"第{n + 1:02d}组": part for n, part in enumerate(iter(lambda: list(islice(ordered, GROUP)), []))}
    officer, operator = execution["institution_officer"][1], execution["draw_operator"][0]
    stage.all_do("group", [(c, officer, {"group": name}) for name, part in groups.items() for c in part])
    ceremony(stage, contest.round)
    stage.all_do("draw", [(c, operator, {}) for part in groups.values() for c in part])
    for name in groups:
        contest.labels[name] = sitting(contest.round, name, *contest.modes)


def ceremony(stage: Stage, round_: Round) -> None:
    """All that comes before the draw: frozen, sealed by three parties, witnessed, cast and revealed."""
    operator, supervisor = stage.region.execution["draw_operator"][0], stage.region.office("supervisor")
    secrets = {one["by"]: played(round_, one["by"]) for one in COMMITMENTS}
    sealed = {party: commitment(party, secret) for party, secret in secrets.items()}
    others = [{"by": party, "digest": digest} for party, digest in sealed.items() if party != SUPERVISION]
    stage.does(round_, "freeze_draw", operator)
    stage.does(round_, "seal_commitments", operator, commitments=others)
    stage.does(round_, "seal_supervision", supervisor, digest=sealed[SUPERVISION])
    stage.does(round_, "second:draw", supervisor)
    stage.does(round_, "cast_dice", operator, dice="".join(str(int(sign, 16) % 6 + 1) for sign in played(round_, "dice")[:24]))  # fmt: skip
    for one in others:
        stage.does(round_, "reveal_secret", operator, party=one["by"], secret=secrets[one["by"]])
    stage.does(round_, "reveal_supervision", supervisor, secret=secrets[SUPERVISION])


def played(round_: Round, what: str) -> str:
    """What a party brings in the play: no secret at all, for the play must come out the same each time."""
    return hashlib.sha256(f"{round_.code}/{what}".encode()).hexdigest()[:40]


def begun(stage: Stage, contest: Contest, cases: list[Case]) -> None:
    """Everyone drawn promises for each case; the clock begins the review by mail, the secretary a meeting."""
    together = sorted(cases, key=lambda c: (c.group, c.pk))
    stage.all_do("promise", [(c, label, {"promise": SEAL}) for c in together for label in contest.labels[c.group]])
    if contest.by_mail:
        stage.all_do("begin_mail_review", [(c, CLOCK, {}) for c in cases])
    else:
        secretary = stage.region.execution["review_secretary"][0]
        stage.all_do("begin_panel", [(c, secretary, {}) for c in cases])


def sitting(round_: Round, group: str, *modes: str) -> list[Actor]:
    """Who sits for a group, as the record knows them."""
    seats = Seat.objects.filter(draw__round=round_, draw__group=group, draw__mode__in=modes, draw__aborted_at=None)
    return [Actor.labelled(seat.label) for seat in seats.filter(state__in=["invited", "accepted"]).order_by("position")]


def reviewed(stage: Stage, contest: Contest, cases: list[Case]) -> None:
    """As many sheets as the page wants at least; the best come before the meeting where it reads too; all is closed."""
    mode = contest.modes[0]
    quality = {case.pk: stage.rng.randrange(60, 92) for case in cases}
    filed(stage, contest, cases, quality, mode)
    secretary = stage.region.execution["review_secretary"][0]
    meeting = before_the_meeting(contest, cases, quality)
    stage.all_do("begin_panel", [(c, secretary, {}) for c in meeting])
    stage.all_do("defend", [(c, c.leader, {}) for c in meeting])
    filed(stage, contest, fresh(meeting), quality, "panel")
    by_mail = [c for c in cases if contest.by_mail and c not in meeting]
    stage.all_do("close_mail_review", [(c, secretary, {}) for c in by_mail])
    stage.all_do("close_panel", [(c, secretary, {}) for c in cases if c not in by_mail])


def before_the_meeting(contest: Contest, cases: list[Case], quality: dict[int, int]) -> list[Case]:
    """Twice as many as there are places, the best first, where a meeting follows the mail; else none."""
    if len(contest.modes) < 2:
        return []
    if contest.all_meet:
        return cases
    return sorted(cases, key=lambda c: (-quality[c.pk], c.pk))[: 2 * contest.funded]


def filed(stage: Stage, contest: Contest, cases: list[Case], quality: dict[int, int], mode: str) -> None:
    """The sheets of one panel: as many for each case as the page wants at least."""
    said = pages_of(contest.round).programme["panel"].get(mode, {})
    least = int(said.get("at_least", said.get("quorum", 3)))
    sits = {group: sitting(contest.round, group, mode)[:least] for group in sorted({case.group for case in cases})}
    together = sorted(cases, key=lambda c: (c.group, c.pk))  # as a panel reads: one group after the other
    stage.all_do("review", [
        (case, label, {"sheet": a_sheet(stage, case, quality[case.pk], mode)}) for case in together for label in sits[case.group]
    ])  # fmt: skip


def a_sheet(stage: Stage, case: Case, quality: int, mode: str = "mail") -> dict[str, object]:
    """A sheet filled in: marks around the case's quality, reasons long enough, a verdict."""
    typed: dict[str, object] = {}
    for one in (one for section in form_of(case, mode).sections for one in section.fields):
        if one.code == "amount":
            typed[one.code] = str((case.asked_fen or 0) // WAN)
        elif one.kind in ("integer", "decimal", "number"):
            typed[one.code] = str(quality + stage.rng.randrange(8))
        elif one.code.endswith("_why") and one.code != "veto_why":
            typed[one.code] = long_text(int(one.least or 20), stage.rng)
        elif one.kind == "choice" and one.options:
            typed[one.code] = next(iter(one.options))
        elif one.kind == "longtext" and one.required is True:
            typed[one.code] = long_text(int(one.least or 20), stage.rng)[: int(one.most or 400)]
    return typed


def advised(stage: Stage, contest: Contest, advice: dict[int, str]) -> None:
    """The planner's proposal for every ranked case, checked by the chief; who leaves the order says why."""
    amounts = iter(contest.plan.grants(sum(1 for a in advice.values() if a == "fund")))
    lines = []
    visiting.visited(stage, [case for case in contest.refreshed("ranked") if advice[case.pk] == "fund"])
    for case in contest.refreshed("ranked"):
        said: dict[str, Any] = {"advice": advice[case.pk]}
        if said["advice"] == "fund":
            said["amount"] = str(next(amounts))
        if (said["advice"] == "fund") != bool(case.above_line):
            said["departure"] = (
                "同组各项得分相近，按平均核定额度和领域布局调整，厅务会另行说明，书面理由随公示名单一并公布。"
            )
        lines.append((case, stage.region.office("planner"), said))
    stage.all_do("propose", lines)
    stage.all_do("confirm_proposal", [(c, stage.region.office("planning_chief"), {}) for c, _, _ in lines])


def decided(stage: Stage, contest: Contest, advice: dict[int, str]) -> None:
    """The meeting selects, keeps in reserve or rejects; the list stands under public notice."""
    lead = stage.region.office("leadership")
    by_advice = {"fund": "select", "reserve": "keep_in_reserve", "reject": "reject"}
    cases = contest.refreshed("ranked")
    for said, name in by_advice.items():
        stage.all_do(name, [(c, lead, MINUTES) for c in cases if advice[c.pk] == said])
    stage.all_do("publish_list", [(c, stage.region.office("planner"), {}) for c in contest.refreshed("proposed")])


def funded(stage: Stage, contest: Contest, *, number: int = 1) -> None:
    """After the notice: funded, with the number of the decision."""
    said = {**MINUTES, "document_no": f"内科发〔{stage.year}〕示例{contest.round.pk}-{number}号"}
    cases = contest.refreshed("public_notice")
    stage.all_do("fund", [(c, stage.region.office("leadership"), said) for c in cases])
