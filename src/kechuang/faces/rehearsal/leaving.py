"""What the demonstration leaves open, so that every role finds something to do on the first morning."""

from __future__ import annotations

import re
from collections import Counter

from kechuang.casework import people
from kechuang.casework.actor import Actor
from kechuang.casework.models import Case
from kechuang.casework.pages import day_of
from kechuang.desks.experts import pool
from kechuang.desks.funds import entries
from kechuang.desks.integrity import actions, inquiries
from kechuang.faces.rehearsal import accusing, applying, calls, deciding, running, selecting, visiting
from kechuang.faces.rehearsal.plans import PLANS
from kechuang.faces.rehearsal.region import Unit
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import SEAL, WHY, Broken, Stage, fresh
from kechuang.parties.models import Person

AT_HOME = "innovation-environment"  # the open call to which the unit that signs in applies


def signing_and_paying(stage: Stage, contests: list[Contest], people_: Applicants) -> None:
    """Task books before the leader and before the unit; payments to prepare, to order, in a file, to confirm; a change; inquiries."""
    stage.on_day(215)
    clerk, runs, (unsigned, project) = stage.region.office("fund_clerk"), {}, at_home(stage, contests)
    for contest in contests:
        cases = [case for case in contest.refreshed("funded") if case != project]
        left = unsigned if unsigned in cases else cases[0]
        running.signed(stage, [case for case in contest.refreshed("funded") if case != left])
        runs[contest.plan.programme] = [case for case in contest.refreshed("running") if case != project]
    stage.on_day(225)
    general, joint = runs["nsf-general"], runs["nsf-joint"]
    running.paid(stage, [*fresh([project]), general[0]])
    running.batched(stage)
    stage.on_day(227)
    running.received(stage, general[:1])
    running.paid(stage, general[1:2])
    for case in joint[:1]:
        code, number = case.grant.instalments.get().code, running.quota(stage)
        stage.does(case, "prepare_payment", clerk, instalment=code, quota_document=number)
    _change_asked(stage, general[0])
    _inquiries(stage, people_)


def at_home(stage: Stage, contests: list[Contest]) -> tuple[Case, Case]:
    """The unit with most awards is where the demonstration signs in: one of its task books is to be written, one payment comes in."""
    awarded = [case for contest in contests for case in contest.refreshed("funded")]
    ((unit, count),) = Counter(case.applicant.pid for case in awarded).most_common(1)
    if count < 2:
        raise Broken("no unit has two awards")
    stage.region.home = stage.region.unit_of(unit)
    unsigned, project = [case for case in awarded if case.applicant.pid == unit][:2]
    return unsigned, project


def _change_asked(stage: Stage, case: Case) -> None:
    """A change that the unit has agreed to waits for the institution."""
    asked = stage.opens(case, "change", case.leader, change="goals")
    more = [{"name": "示例新增指标", "target": "示例完成值", "core": False}]
    stage.does(asked, "request_change", case.leader, text=WHY, reason=WHY, new_targets=more)
    stage.does(asked, "agree_change", stage.region.unit_of(case.applicant.pid).research, opinion=WHY)


def _inquiries(stage: Stage, people_: Applicants) -> None:
    """One inquiry waits to be screened, one to be taken up, one report to be announced."""
    office = stage.region.office
    suspects = [people_.oldest()[1] for _ in range(3)]
    for number, person in enumerate(suspects):
        case = inquiries.open_inquiry(
            source="report", text=accusing.CLUE, about={"person": person.pid}, by=office("supervisor"), on=stage.now,
            key=stage.key("inquiry"),
        )  # fmt: skip
        if number:
            stage.does(case, "screen", office("supervisor"))
        if number > 1:
            stage.does(case, "take_up", office("supervision_chief"), body="department")
            stage.does(case, "report", office("supervisor"), finding="breach", level="light", report=[accusing.FILE])


def objections(stage: Stage, contests: list[Contest], people_: Applicants) -> None:
    """On the public list one objection waits for supervision's report, one for the meeting."""
    stage.on_day(188)
    for contest in contests:
        raised, reported = contest.refreshed("public_notice")[:2]
        for case in (raised, reported):
            said = {"name": deciding.OBJECTOR, "ground": "facts", "text": WHY}
            objection = stage.opens(case, "objection", Actor.public(f"objection{case.pk}"), **said)
            stage.does(objection, "answer_objection", case.leader, text=WHY)
        stage.does(objection, "report_objection", stage.region.office("supervisor"), finding="fails", report=WHY)
        actions.report(
            raised, "report", accusing.CLUE, by=Actor.public(f"clue{raised.pk}"), on=stage.now, key=stage.key("clue")
        )


def proposing(stage: Stage, contests: list[Contest], people_: Applicants) -> None:
    """Ranked: some proposals wait for the chief's check, the others for the planner."""
    stage.on_day(180)
    for contest in contests:
        cases = [case for case in contest.refreshed("ranked") if case.above_line]
        visiting.visited(stage, cases[:2])
        for case in fresh(cases[:2]):
            amount = str(contest.plan.asked)
            stage.does(case, "propose", stage.region.office("planner"), advice="fund", amount=amount)


def under_review(stage: Stage, contests: list[Contest], people_: Applicants) -> None:
    """Drawn and promised: one case is read to the end and waits for the secretary, one has its first sheet."""
    stage.on_day(155)
    for contest in contests:
        selecting.drawn(stage, contest, contest.refreshed("admitted"))
        selecting.begun(stage, contest, contest.refreshed("panel_drawn"))
        read, begun_ = contest.refreshed("mail_review", "panel_review")[:2]
        labels = contest.labels[read.group]
        mode = "mail" if contest.by_mail else "panel"
        for case, label in [*((read, label) for label in labels[:-1]), (begun_, labels[0])]:
            stage.does(case, "review", label, sheet=selecting.a_sheet(stage, case, 80, mode))


def before_the_draw(stage: Stage, contests: list[Contest], people_: Applicants) -> None:
    """Grouped: the draw operator freezes the draw, and supervision seals."""
    stage.on_day(153)
    officer = stage.region.execution["institution_officer"][1]
    for contest in contests:
        stage.all_do("group", [(c, officer, {"group": "第01组"}) for c in contest.refreshed("admitted")])


def one_copies(stage: Stage, contest: Contest, people_: Applicants) -> None:
    """Everything is handed in, the last half copied from the first and half reworded: the comparison has something to show."""
    stage.say(f"{contest.plan.title}：申报 applications", 0)
    stage.on_day(90)
    selecting.drafted(stage, contest, people_.take(contest.plan, contest.applied))
    applying.copied_into(stage, contest.cases[-1], contest.cases[0], told=disguised)
    selecting.handed_in(stage, contest.cases)


REWORDED = str.maketrans("以测定随按比得受改用验报查建试记", "用量订跟照较获为换拿检呈看设做录")


def disguised(text: str) -> str:
    """The later half of a text first, as it stands, then the earlier half in other words; as long as it was."""
    sentences = re.findall("[^。]+。?", text)
    half = len(sentences) // 2
    return "".join([*sentences[half:], *(one.translate(REWORDED) for one in sentences[:half])])


def half_checked(stage: Stage, contests: list[Contest], people_: Applicants) -> None:
    """In formal check: some wait for the officer, some for the one who admits."""
    stage.on_day(126)
    for contest in contests:
        cases = contest.refreshed("formal_check")
        selecting.checked(stage, cases[: len(cases) // 2])


def handing_in(stage: Stage, contest: Contest, people_: Applicants) -> None:
    """Drafts, one of them before its member's consent; some with the unit, some with the recommender, one handed in."""
    stage.say(f"{contest.plan.title}：申报 applications", 0)
    stage.on_day(90)
    home = stage.region.home if contest.plan.programme == AT_HOME else None
    selecting.drafted(stage, contest, people_.take(contest.plan, contest.applied))
    drafts = contest.cases
    before_consent(stage, contest, people_, home)
    selecting.handed_in(stage, drafts[:1])
    on_the_way = drafts[1 : 1 + len(drafts) // 2]
    if home is not None:
        selecting.drafted(stage, contest, people_.of(home, 3))
        on_the_way = [*contest.cases[-3:], *on_the_way]
    stage.all_do("submit_to_unit", [(c, c.leader, {"promise": SEAL}) for c in on_the_way])
    for case in on_the_way[1:]:
        unit = stage.region.unit_of(case.applicant.pid)
        stage.does(case, "unit_check", unit.research, opinion="同意申报，材料属实")
    for case in on_the_way[2:]:
        stage.does(case, "endorse", stage.region.unit_of(case.applicant.pid).head, seal=SEAL, truth=True)


def before_consent(stage: Stage, contest: Contest, people_: Applicants, home: Unit | None) -> None:
    """A draft, written, whose member has not agreed; at home by the leader whose task book waits, with a colleague."""
    if home is None:
        unit, leader, member = next(people_.take(contest.plan, 1))
    else:
        (unit, member, _), waiting = people_.of(home, 1)[0], Case.objects.filter(state="funded", parent=None)
        leader = waiting.filter(applicant=home.party).order_by("pk")[0].leader
    alone = applying.opened(stage, contest, leader)
    applying.written(alone, contest.plan, unit, leader, member, rng=stage.rng, year=stage.year)


def in_preparation(stage: Stage) -> None:
    """Next year's calls: of one demands are collected, one is before the law and the co-funders, one before its freezing."""
    by_code = {plan.programme: plan for plan in PLANS}
    calls.collecting(stage, by_code["basic-research"], 3, calls.NEXT)
    vetted = calls.before_the_law(stage, by_code["nsf-joint"], 3, calls.NEXT)
    assert vetted.state == "vetting"
    ready = calls.before_the_law(stage, by_code["nsf-youth"], 3, calls.NEXT)
    calls.opinions(stage, ready)


def beside_cases(stage: Stage) -> None:
    """A unit for its recommender, an account for its unit, an entry for the pool, an amount for the checker."""
    region, on, make = stage.region, stage.now, stage.region.make
    first = region.home or region.units[0]
    said = make.office("示例待确认单位", "university", "150102")
    registrant = make.person(name="示例登记人", field="单位科研管理")
    people.register_unit({**said, "recommender": first.party.recommender}, by=registrant, on=on, key=stage.key("unit"))
    make.person(unit=first.party, name="示例待确认人员")
    researcher: Person = first.researchers[-1]
    pool.enter(researcher, kind="technical", fields=["A0102"], keywords=["草原碳汇"], on=on, key=stage.key("enter"))
    paper = {
        "plan": "basic-research",
        "year": stage.year,
        "fen": 10**10,
        "document_no": "内财教〔示例〕追加1号",
        "day": day_of(on),
    }
    entries.enter("appropriation", paper, by=region.office("fund_clerk"), on=on, key=stage.key("enter"))
