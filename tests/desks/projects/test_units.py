"""A project that moves to another unit: both consent, the new one can carry it, and no money moves silently."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import outbox
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Document, Joining, Letter, Notice, Record
from kechuang.casework.queries import visible_to
from kechuang.desks.funds.actions import order
from kechuang.desks.funds.models import Account, Grant, Handover, Transfer
from kechuang.desks.integrity.models import Sanction
from kechuang.desks.projects import limits
from kechuang.desks.projects.models import Change
from kechuang.faces.rehearsal.invariants import checked
from kechuang.words.outcome import Refused
from tests.desks.funds import funded
from tests.desks.funds.funded import LATER, running
from tests.desks.projects.test_members import refusal
from tests.desks.projects.test_partners import recused_units, waiting
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_person, a_unit, an_open_round, done

pytestmark = pytest.mark.django_db
TEXT = "负责人调入新单位，项目由新单位继续承担，目标和指标不变"
DAY = LATER.date().isoformat()
WAN = 1_000_000


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def new(region):
    return a_unit(
        name="示例承接单位", place="150400", recommender=a_unit("recommender"), bank_account="6222000012345678"
    )


@pytest.fixture
def office(new):
    return a_person(("unit_research", new.pid), unit=new)


@pytest.fixture
def treasurer(new):
    return a_person(("unit_finance", new.pid), unit=new)


@pytest.fixture
def heir(new):
    return a_person(unit=new, name="示例接任人")


@pytest.fixture
def case(region):
    found = running(region, an_open_round(region, "key-technology"))
    Case.objects.filter(pk=found.pk).update(project_no="2018KEY0001", received_at=LATER)
    return Case.objects.get(pk=found.pk)


def asked(case, unit, leader=None, kind="lead_unit"):
    given = {"by": case.leader, "on": LATER, "key": f"ask-{Case.objects.count()}", "flow": "change", "parent": case}
    child = open_case(case.round, data={"change": kind}, name="open", **given)
    who = {name: one.pid for name, one in (("new_unit", unit), ("new_leader", leader)) if one}
    done(child, "request_change", case.leader, on=LATER, text=TEXT, reason=TEXT, **who)
    return child


def decided(child, region, office, name="grant_change_by_institution"):
    done(child, "consent_as_unit", office, on=LATER, seal="agreed")
    for member in child.members.select_related("person"):
        done(child, "consent_to_change", member.person, on=LATER, promise="agreed")
    done(child, "agree_change", region.research, on=LATER, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
    done(child, name, region.chief, on=LATER)


def sees(person, case):
    return visible_to(person, LATER).filter(pk=case.pk).exists()


def with_money(region, case, spent="2"):
    """The first instalment in the account of the unit; some of it spent."""
    funded.a_quota()
    first = case.grant.instalments.order_by("position").first()
    done(case, "prepare_payment", region.fund_clerk, on=LATER, instalment=first.code, quota_document="文")
    done(case, "pay", region.treasurer, on=LATER)
    done(case, "confirm_receipt", region.finance, on=LATER, amount=str(first.fen // WAN), date=DAY)
    done(case, "report_spending", region.finance, on=LATER, spending=[{"kind": "operation", "fen": spent}])
    return first.fen


def test_both_units_consent_and_the_project_moves(case, region, new, office, heir):
    child = asked(case, new, heir)
    assert waiting(office) == [("consent_as_unit", child.pk)]
    page = signed_in(office).get(f"/cases/{child.number}/").content.decode()
    assert ("承担单位、负责人变更" in page, "示例接任人" in page) == (True, True)
    before = (sees(region.research, case), sees(office, case))
    decided(child, region, office)
    case = Case.objects.get(pk=case.pk)
    assert (case.applicant, case.leader, case.recommender, case.place) == (new, heir, new.recommender, "150400")
    assert before == (True, False)
    assert (sees(region.research, case), sees(office, case)) == (False, True)
    assert sees(region.research, child)
    change = Change.objects.get(case=case)
    assert change.before == {"applicant": region.unit.pid, "leader": child.leader.pid}
    body = Record.objects.get(subject=child.number, act="grant_change_by_institution").body
    assert (f'"unit":"{new.pid}"' in body, f'"unit_before":"{region.unit.pid}"' in body) == (True, True)
    page = signed_in(office).get(f"/cases/{case.number}/").content.decode()
    assert ("承担单位、负责人变更" in page, region.unit.name in page, new.name in page) == (True, True, True)


def test_without_the_word_of_either_unit_nothing_is_granted(case, region, new, office, heir):
    child = asked(case, new, heir)
    assert refusal(done, child, "advise_change", region.officer, on=LATER, opinion="建议同意") == ["act_not_here"]
    done(child, "agree_change", region.research, on=LATER, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
    assert refusal(done, child, "grant_change_by_institution", region.chief, on=LATER) == [
        "members_not_consented",
        "units_not_consented",
    ]
    done(child, "decline_as_unit", office, on=LATER, reason="本单位没有相应的试验条件")
    assert Case.objects.get(pk=case.pk).applicant == region.unit


def test_the_new_unit_is_confirmed_another_no_partner_and_the_leader_is_one_of_its_people(case, region, new, heir):
    assert refusal(asked, case, region.unit) == ["change_needs_new_unit"]
    assert refusal(asked, case, region.institution) == ["change_needs_new_unit"]
    assert refusal(asked, case, new) == ["leader_not_of_new_unit"]
    assert refusal(asked, case, new, region.leader) == ["leader_not_of_new_unit"]
    case.answers = {**case.answers, "partners": [{"party": new.pid, "share_fiscal": "1"}]}
    case.save()
    assert refusal(asked, case, new, heir) == ["new_unit_is_partner"]
    assert refusal(asked, case, new, kind="goals") == ["asked_by_another_kind"]
    assert refusal(asked, case, None, heir, kind="goals") == ["asked_by_another_kind"]
    type(new).objects.filter(pk=new.pk).update(standing="pending")
    assert refusal(asked, case, new, heir) == ["change_needs_new_unit"]


def test_sanctions_on_the_new_unit_or_leader_and_the_conditions_of_the_page_hold(case, region, new, heir):
    far = a_unit(name="示例区外单位", place="110101", taxed_here=False)
    assert refusal(asked, case, far, a_person(unit=far)) == ["in_region"]
    ban = {"scope": "all", "since": LATER.date(), "level": "serious", "decision_no": "文1号"}
    on_unit = Sanction.objects.create(organisation=new, **ban)
    assert refusal(asked, case, new, heir) == ["unit_under_sanction"]
    on_unit.delete()
    Sanction.objects.create(person=heir, **ban)
    assert refusal(asked, case, new, heir) == ["person_under_sanction"]


def test_recusal_sees_the_new_unit_and_keeps_the_former_one(case, region, new, office, heir):
    decided(asked(case, new, heir), region, office)
    assert recused_units(Case.objects.get(pk=case.pk)) == {region.unit.pid, new.pid}


def test_nothing_is_granted_while_a_payment_is_on_its_way(case, region, new, office, heir):
    funded.a_quota()
    first = case.grant.instalments.order_by("position").first()
    done(case, "prepare_payment", region.fund_clerk, on=LATER, instalment=first.code, quota_document="文")
    done(case, "pay", region.treasurer, on=LATER)
    assert refusal(decided, asked(case, new, heir), region, office) == ["payment_not_confirmed"]


def test_what_is_left_is_stated_handed_over_and_confirmed_before_the_new_unit_spends(
    case, region, new, office, heir, treasurer
):
    came = with_money(region, case)
    child = asked(case, new, heir)
    assert refusal(decided, child, region, office) == ["not_now"]
    done(child, "grant_move_by_institution", region.chief, on=LATER)
    rest, case = came - 2 * WAN, Case.objects.get(pk=case.pk)
    assert (child.state, case.applicant, Handover.objects.get().rest_fen) == ("handing_over", new, rest)
    paper = Document.objects.get(kind="handover")
    assert ["应移交结余", f"{rest / WAN:.2f} 万元"] in paper.body["facts"]
    told = set(Letter.objects.filter(document=paper).values_list("person", flat=True))
    assert {region.finance.pk, region.head.pk, treasurer.pk, office.pk} <= told
    spends = {"on": LATER, "spending": [{"kind": "labour", "fen": "1"}]}
    assert refusal(done, case, "report_spending", treasurer, **spends) == ["rest_not_arrived"]
    assert refusal(done, case, "report_spending", region.finance, **spends) == ["act_for_another"]
    assert refusal(done, case, "prepare_payment", region.fund_clerk, on=LATER, instalment="x", quota_document="文")
    assert (waiting(region.finance), waiting(treasurer)) == ([("hand_over_rest", child.pk)], [])
    sent = {"on": LATER, "amount": str(rest / WAN), "date": DAY, "voucher": "凭0001"}
    assert refusal(done, child, "hand_over_rest", region.finance, **{**sent, "amount": "0.5"}) == ["rest_not_all"]
    assert refusal(done, child, "confirm_rest", treasurer, on=LATER, amount=sent["amount"], date=DAY) == ["act_after_missing"]  # fmt: skip
    done(child, "hand_over_rest", region.finance, **sent)
    assert Transfer.objects.filter(what="hand_over").count() == 0
    assert waiting(treasurer) == [("confirm_rest", child.pk)]
    assert refusal(done, child, "confirm_rest", treasurer, on=LATER, amount="0.1", date=DAY) == ["rest_differs"]
    done(child, "confirm_rest", treasurer, on=LATER, amount=sent["amount"], date=DAY)
    moved = Transfer.objects.get(what="hand_over")
    assert (moved.debit.code, moved.credit.code, moved.fen) == (f"unit:{case.number}", f"unit:{case.number}:{new.pid}", rest)  # fmt: skip
    assert Case.objects.get(pk=child.pk).state == "granted"
    done(case, "report_spending", treasurer, **spends)
    assert Grant.objects.get(case=case).spent_fen == 3 * WAN
    assert [one.name for one in checked() if one.broken and one.name != "three_sheets_at_least"] == []


def test_further_instalments_are_paid_to_the_account_of_the_new_unit(case, region, new, office, heir, treasurer):
    funded.a_quota()
    decided(asked(case, new, heir), region, office)
    case = Case.objects.get(pk=case.pk)
    first = case.grant.instalments.order_by("position").first()
    done(case, "prepare_payment", region.fund_clerk, on=LATER, instalment=first.code, quota_document="文")
    done(case, "pay", region.treasurer, on=LATER)
    row = order(1, case.grant.payments.select_related("grant__case__applicant", "quota", "instalment").get())
    assert (row["payee"], row["account"]) == (new.name, new.bank_account)
    done(case, "confirm_receipt", treasurer, on=LATER, amount=str(first.fen // WAN), date=DAY)
    assert Account.objects.get(code=f"unit:{case.number}:{new.pid}").balance_fen == first.fen


def test_what_may_lie_with_partners_need_not_be_handed_over(case, region, new, office, heir):
    came = with_money(region, case)
    Grant.objects.filter(case=case).update(passed_fen=WAN)
    child = asked(case, new, heir)
    refusal(decided, child, region, office)
    done(child, "grant_move_by_institution", region.chief, on=LATER)
    less = str((came - 3 * WAN) / WAN)
    done(child, "hand_over_rest", region.finance, on=LATER, amount=less, date=DAY, voucher="凭0001")


def test_the_change_of_unit_shows_its_money_on_its_page(case, region, new, office, heir):
    with_money(region, case)
    child = asked(case, new, heir)
    refusal(decided, child, region, office)
    done(child, "grant_move_by_institution", region.chief, on=LATER)
    page = signed_in(region.finance).get(f"/cases/{child.number}/").content.decode()
    assert ("结余经费移交" in page, "登记移交结余经费" in page) == (True, True)
    assert Joining.objects.get(case=child).unit == new


def test_what_hangs_on_a_project_follows_a_new_leader(case, region):
    child = asked_leader(case, region)
    other = Case.objects.exclude(pk=child.pk).get(parent=case)
    colleague = a_person(unit=region.unit)
    done(child, "request_change", case.leader, on=LATER, text=TEXT, reason=TEXT, new_leader=colleague.pid)
    done(child, "consent_to_change", colleague, on=LATER, promise="agreed")
    done(child, "agree_change", region.research, on=LATER, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
    done(child, "grant_change_by_institution", region.chief, on=LATER)
    assert (Case.objects.get(pk=case.pk).leader, Case.objects.get(pk=other.pk).leader) == (colleague, colleague)


def asked_leader(case, region):
    given = {"by": case.leader, "on": LATER, "flow": "change", "parent": case, "name": "open"}
    open_case(case.round, data={"change": "route"}, key="another-change", **given)
    return open_case(case.round, data={"change": "leader"}, key="leader-change", **given)


def test_while_the_rest_is_handed_over_another_leader_may_come_and_no_second_move(case, region, new, office, heir):
    with_money(region, case)
    second, child = a_unit(name="示例第三单位"), asked(case, new, heir)
    other = a_person(("unit_research", second.pid), unit=second)
    successor = a_person(unit=new, name="示例再接任人")
    waiting_move = asked(case, second, a_person(unit=second))
    decided(child, region, office, "grant_move_by_institution")
    case = Case.objects.get(pk=case.pk)
    given = {"by": heir, "on": LATER, "flow": "change", "parent": case, "name": "open"}
    change = open_case(case.round, data={"change": "leader"}, key="leader-again", **given)
    done(change, "request_change", heir, on=LATER, text=TEXT, reason=TEXT, new_leader=successor.pid)
    done(change, "consent_to_change", successor, on=LATER, promise="agreed")
    done(change, "agree_change", office, on=LATER, opinion="同意调整，情况属实")
    done(change, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
    done(change, "grant_change_by_institution", region.chief, on=LATER)
    with pytest.raises(Refused) as refused:
        waiting_move.refresh_from_db()
        done(waiting_move, "consent_as_unit", other, on=LATER, seal="agreed")
        for member in waiting_move.members.select_related("person"):
            done(waiting_move, "consent_to_change", member.person, on=LATER, promise="agreed")
        done(waiting_move, "agree_change", office, on=LATER, opinion="同意调整，情况属实")
        done(waiting_move, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
        done(waiting_move, "grant_move_by_institution", region.chief, on=LATER)
    assert refused.value.codes == ["rest_not_arrived"]
    rest = Handover.objects.get(child=child).rest_fen
    done(child, "hand_over_rest", region.finance, on=LATER, amount=str(rest // WAN), date=DAY, voucher="凭1号")
    assert Case.objects.get(pk=case.pk).leader == successor


def test_a_project_that_moved_was_won_by_the_unit_that_applied_and_counts_once(case, region, new, office, heir):
    year, programme = case.round.year + 1, case.round.programme

    def won():
        return [limits.awarded_by_year(unit, programme, year)[-1] for unit in (region.unit, new)]

    assert won() == [1, 0]
    decided(asked(case, new, heir), region, office)
    assert won() == [1, 0]


def test_a_list_that_was_published_names_the_unit_and_leader_that_were_on_it(case, region, new, office, heir, client):
    leader, notice = case.leader, Notice.objects.get(cases=case, body__act="fund")
    child = asked(case, new, heir)
    decided(child, region, office)
    Change.objects.filter(case=case).update(on=LATER + timedelta(1))
    page = client.get(f"/notices/{notice.code}/").content.decode()
    assert [name in page for name in (region.unit.name, leader.name, new.name, heir.name)] == [True, True, False, False]
    now = client.get(f"/projects/{case.number}/").content.decode()
    assert (new.name in now, region.unit.name in now) == (True, False)


def test_who_gave_a_project_up_keeps_the_papers_that_were_theirs_and_sees_nothing_new_of_it(
    case, region, new, office, heir
):
    leader = case.leader
    with_money(region, case)
    outbox.work(LATER)
    child = asked(case, new, heir)
    decided(child, region, office, "grant_move_by_institution")
    outbox.work(LATER)
    for who in (leader, region.research, region.finance, region.head):
        client = signed_in(who)
        assert client.get(f"/cases/{case.number}/").status_code == 404
        assert client.get(f"/cases/{child.number}/").status_code == 200
        codes = list(Letter.objects.filter(person=who).values_list("document__code", flat=True))
        assert codes
        assert {client.get(f"/letters/{code}/").status_code for code in codes} == {200}
