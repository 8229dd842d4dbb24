"""Appeals and objections on claims and titles: evidence goes back and comes again, a list is settled without what was objected to."""

from __future__ import annotations

import pytest

from kechuang.casework import outbox
from kechuang.casework.actor import Actor
from kechuang.casework.acts import Refused, open_case
from kechuang.casework.models import Letter
from kechuang.desks.claims.models import Computation, Evidence
from kechuang.desks.claims.settling import left
from kechuang.desks.enterprises.models import Title
from tests.desks.claims.steps import FILED, WAN, Firms, a_round, a_trade, computed, filed, listed
from tests.desks.claims.test_titles import NOTICE_OVER, recognised
from tests.factories import a_person, done

pytestmark = pytest.mark.django_db
WHY = "合同附件与登记不一致，需要进一步核实后再作决定，现不予支持。"
FACTS = "合同附件为登记后的补充协议，已随本申请提交，金额与登记一致。"
MEETING = {"minutes": "厅务会纪要〔2019〕7号"}


def refused(region, round_):
    trade = a_trade(region, 500 * WAN)
    case = computed(filed(region, round_, [trade.number]), region)
    done(case, "refuse", region.chief, on=FILED, reason=WHY)
    return case, trade


def an_appeal(region, case):
    return open_case(
        case.round, by=region.claimant, on=FILED, key="appeal", flow="appeal", name="appeal_claim", parent=case, data={"facts": FACTS}
    )  # fmt: skip


def test_a_refused_claim_that_is_reopened_takes_its_evidence_again_and_is_computed_again():
    region = Firms()
    case, trade = refused(region, a_round(region, "claim-technology-trade"))
    free = Evidence.objects.filter(released_at=None).count()
    other = a_person(("institution_chief", region.institution.pid), unit=region.institution)
    done(an_appeal(region, case), "reopen", other, on=FILED, reason="补充协议属实，恢复审核，请经办人重新核对凭证。")
    case.refresh_from_db()
    held = list(Evidence.objects.filter(released_at=None).values_list("case", "key"))
    computed(case, region)
    assert (free, case.state, held) == (0, "computed", [(case.pk, trade.number)])
    assert Computation.objects.filter(case=case).count() == 2


def test_evidence_that_another_claim_took_meanwhile_keeps_the_refused_one_closed():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    case, trade = refused(region, round_)
    filed(region, round_, [trade.number])
    other = a_person(("institution_chief", region.institution.pid), unit=region.institution)
    with pytest.raises(Refused) as refusal:
        done(
            an_appeal(region, case), "reopen", other, on=FILED, reason="补充协议属实，恢复审核，请经办人重新核对凭证。"
        )
    case.refresh_from_db()
    assert (refusal.value.codes, case.state) == (["evidence_used"], "rejected")


def test_an_objection_that_holds_ends_the_claim_and_gives_its_share_back_to_the_round():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade", budget=100 * WAN)
    case = listed(filed(region, round_, [a_trade(region, 500 * WAN).number]), region)
    done(case, "publish_list", region.planning_chief, on=FILED)
    before = left(round_)
    said = {"ground": "facts", "text": "该笔付款对应的技术交易没有实际发生，请予核查，证据随附。", "name": {"name": "巴图", "identity": "15262619700101001X", "phone": "13847112345"}}  # fmt: skip
    objection = open_case(
        round_, by=Actor.public("k"), on=FILED, key="o", flow="objection", name="object", parent=case, data=said
    )
    done(
        objection,
        "report_objection",
        region.supervisor,
        on=FILED,
        finding="holds",
        report="经核查，付款凭证对应的交易没有实际发生。",
    )
    done(objection, "uphold_objection", region.leadership, on=FILED, **MEETING)
    case.refresh_from_db()
    assert (before, case.state, left(round_)) == (50 * WAN, "rejected", 100 * WAN)
    assert Evidence.objects.filter(released_at=None).count() == 0


def test_a_title_that_was_withdrawn_is_given_back_with_its_number():
    region = Firms()
    case = recognised(region)
    done(case, "withdraw_title", region.leadership, on=NOTICE_OVER, ground="failed", from_date="2019-12-05")
    appeal = open_case(case.round, by=region.claimant, on=NOTICE_OVER, key="a", flow="appeal", name="appeal_title", parent=case, data={"facts": FACTS})  # fmt: skip
    done(appeal, "restore_title", region.leadership, on=NOTICE_OVER, **MEETING)
    case.refresh_from_db()
    title = Title.objects.get(case=case)
    assert (case.state, title.withdrawn_from, title.number) == ("recognised", None, "20191501000001")


def test_who_claimed_is_told_by_letter_of_the_answer_to_an_appeal():
    region = Firms()
    case, _trade = refused(region, a_round(region, "claim-technology-trade"))
    other = a_person(("institution_chief", region.institution.pid), unit=region.institution)
    done(
        an_appeal(region, case),
        "uphold_refusal",
        other,
        on=FILED,
        reason="复核认为原决定事实清楚、依据充分，维持不予支持。",
    )
    outbox.work(FILED)
    kinds = list(Letter.objects.filter(person=region.claimant).values_list("document__kind", flat=True))
    assert "appeal-answer" in kinds
