"""The steps that journeys are told with: an application filled in, passed on, checked, reviewed, decided, run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from kechuang.casework import answers, outbox
from kechuang.casework.actor import CLOCK, Actor
from kechuang.casework.acts import act, open_case
from kechuang.casework.clock import tick
from kechuang.casework.findings import settle_finding
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.experts import solver  # noqa: F401  loaded here, it is asked here and not in a process of its own
from kechuang.desks.experts.models import Expert, Seat
from kechuang.desks.experts.sheets import form_of
from kechuang.desks.funds.models import QuotaDocument
from kechuang.engines.panel.ceremony import commitment
from kechuang.faces.rehearsal.filling import filled, long_text, term_of, title_of
from tests.factories import START, Region, a_person, a_unit, done

SEAL = "agreed"
MINUTES = {"minutes": "厅务会纪要〔2018〕1号"}


OUTSIDE = ("110101", "310101", "610101", "120101")
INSIDE = ("150200", "150100", "150400", "150600")


def a_pool(count: int = 24) -> list[Expert]:
    """Experts of units of their own, half of them from four provinces outside the region."""
    found = []
    for number in range(count):
        outside = number % 2 == 0
        unit = a_unit("institute", place=(OUTSIDE if outside else INSIDE)[number // 2 % 4], host_unit=False)
        person = a_person(unit=unit)
        found.append(Expert.objects.create(
            person=person, kind=("finance" if number % 6 == 5 else "industry" if number % 6 == 4 else "technical"),
            fields=["A0102", "2101020"], place=unit.place, standing="active", entered_on=date(2017, 1, 1),
        ))  # fmt: skip
    return found


def filled_in(case: Case, region: Region, *, member=None, **given) -> Case:
    """The draft with every required answer, and the member's own consent."""
    rng = Random(1)
    member = member or a_person(unit=region.unit, identity="15010219850505001X")
    pages = pages_of(case.round)
    start, end = term_of(case.opened_at.date() + timedelta(120), 36)
    said = {
        "title": title_of(rng, case.pk), "topic": "T1", "track": next(iter(pages.programme["tracks"])), "start": start,
        "end": end, "asked": "10", "recommender": region.recommender.pid, "unit_code": "91110000802100433B",
        "leader_id": "150102198606060022", **given,
    }  # fmt: skip
    typed = filled(pages.form, leader=region.leader, team=[member], rng=rng, given=said)
    typed["team"][0]["identity"] = "15010219850505001X"
    answers.save_draft(case, "all", typed, version=0, by=region.leader, on=case.opened_at)
    act(case, "consent", by=member, on=case.opened_at, key=f"consent-{case.number}", data={"promise": SEAL})
    return case


def passed_on(case: Case, region: Region, on: datetime) -> Case:
    """Leader, unit and recommender hand the application on, each with a record of its own."""
    done(case, "submit_to_unit", region.leader, on=on, promise=SEAL)
    done(case, "unit_check", region.research, on=on, opinion="同意申报，材料属实")
    done(case, "endorse", region.head, on=on, seal=SEAL, truth=True)
    done(case, "recommend", region.signatory, on=on, letter=SEAL)
    return case


def an_application(region: Region, round_: Round, *, on: datetime = START, **given) -> Case:
    case = open_case(round_, by=region.leader, on=on, key=f"open-{round_.code}-{given.get('title', '')}")
    return passed_on(filled_in(case, region, **given), region, on)


def sitting(case: Case, mode: str = "mail") -> list[Actor]:
    """The experts of a case's panel as the record knows them: by label."""
    groups = [case.group, case.number]
    seats = Seat.objects.filter(
        draw__round=case.round, draw__group__in=groups, draw__mode=mode, state__in=["invited", "accepted"]
    )
    return [Actor.labelled(seat.label) for seat in seats.order_by("position")]


def closed(round_: Round, on: datetime) -> Round:
    """The clock closes the round to units, then to recommenders; the jobs that follow are done."""
    for moment in (round_.units_close_at, round_.closes_at):
        Round.objects.filter(pk=round_.pk).update(due_at=moment)
        tick(moment)
    outbox.work(round_.closes_at)
    round_.refresh_from_db()
    return round_


def admitted(case: Case, region: Region, on: datetime) -> Case:
    """One officer goes through the checklist, another judges what the checks found and admits."""
    items = [{"item": item, "verdict": "pass"} for item in pages_of(case.round).choices("checklist")]
    done(case, "record_check", region.officer, on=on, items=items)
    for found in case.findings.filter(settled_by=None).exclude(verdict="pass"):
        settle_finding(found, "已核实，不影响受理", by=region.chief, on=on, key=f"settle-{found.pk}")
    done(case, "admit", region.chief, on=on)
    return case


DICE = "83920174650293847561"


def commitments() -> list[dict[str, str]]:
    """Three parties' commitments, one of them supervision's."""
    return [{"by": party, "digest": commitment(party, party * 20)} for party in ("执行方", "监督处", "公证处")]


def ceremony(round_: Round, region: Region, on: datetime) -> None:
    """All that comes before the draw of a round: frozen, sealed by three parties, witnessed, cast and revealed."""
    sealed = commitments()
    done(round_, "freeze_draw", region.operator, on=on)
    done(
        round_, "seal_commitments", region.operator, on=on, commitments=[one for one in sealed if one["by"] != "监督处"]
    )
    done(round_, "seal_supervision", region.supervisor, on=on, digest=commitment("监督处", "监督处" * 20))
    done(round_, "second:draw", region.supervisor, on=on)
    done(round_, "cast_dice", region.operator, on=on, dice=DICE)
    for party in ("执行方", "公证处"):
        done(round_, "reveal_secret", region.operator, on=on, party=party, secret=party * 20)
    done(round_, "reveal_supervision", region.supervisor, on=on, secret="监督处" * 20)


def drawn(case: Case, region: Region, on: datetime, group: str = "A组") -> Case:
    """Grouped, witnessed and drawn; everyone drawn promises and the review begins."""
    done(case, "group", region.officer_two, on=on, group=group)
    ceremony(case.round, region, on)
    done(case, "draw", region.operator, on=on)
    for label in sitting(case):
        done(case, "promise", label, on=on, promise=SEAL)
    done(case, "begin_mail_review", CLOCK, on=on)
    return case


def reviewed(case: Case, region: Region, on: datetime, marks: int = 85) -> Case:
    """Every expert fills in a sheet; the secretary closes the review."""
    mode = "mail"
    form = form_of(case, mode)
    for number, label in enumerate(sitting(case)):
        done(case, "review", label, on=on, sheet=a_sheet(form, marks + number))
    done(case, "close_mail_review", region.secretary, on=on)
    return case


def a_sheet(form, marks: int) -> dict[str, object]:
    """A sheet filled in: the same mark for every criterion, reasons long enough, the best grade and verdict."""
    typed: dict[str, object] = {}
    for section in form.sections:
        for one in section.fields:
            if one.kind in ("integer", "decimal"):
                typed[one.code] = str(marks)
            elif one.code.endswith("_why") and one.code != "veto_why":
                typed[one.code] = long_text(int(one.least or 20), Random(marks))
            elif one.kind == "choice":
                typed[one.code] = next(iter(one.options))
    return typed


def decided(case: Case, region: Region, on: datetime, amount: str = "10") -> Case:
    """Proposed, checked, selected, noticed for five working days, funded."""
    done(case, "propose", region.planner, on=on, advice="fund", amount=amount)
    done(case, "confirm_proposal", region.planning_chief, on=on)
    done(case, "select", region.leadership, on=on, **MINUTES)
    done(case, "publish_list", region.planner, on=on)
    done(case, "fund", region.leadership, on=on + timedelta(15), **MINUTES, document_no="内科发基字〔2018〕1号")
    return case


def signed(case: Case, region: Region, on: datetime) -> Case:
    """The task book drafted, signed by leader and unit, countersigned: the project runs."""
    done(case, "draft_task_book", region.leader, on=on)
    done(case, "sign_leader", region.leader, on=on, signature=SEAL)
    done(case, "sign_unit", region.head, on=on, seal=SEAL)
    done(case, "countersign", region.chief, on=on)
    return case


def paid(case: Case, region: Region, on: datetime, instalment: str = "once", amount: str = "10") -> Case:
    """Prepared by one, paid by another, confirmed by the unit."""
    QuotaDocument.objects.get_or_create(number="内财教〔2018〕1号", defaults={"fen": 10**10, "on": on.date()})
    done(case, "prepare_payment", region.fund_clerk, on=on, instalment=instalment, quota_document="内财教〔2018〕1号")
    done(case, "pay", region.treasurer, on=on)
    done(
        case,
        "confirm_receipt",
        region.finance,
        on=on + timedelta(5),
        amount=amount,
        date=(on + timedelta(5)).date().isoformat(),
    )
    return case
