"""A suspended round decides no claim and no title; a cancelled one ends them; what comes after the closing is late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import outbox, todo
from kechuang.casework.clock import tick
from kechuang.casework.models import Attempt, Case, Round
from kechuang.casework.pages import pages_of
from kechuang.words.outcome import Refused
from tests.desks.claims.steps import FILED, SEAL, WAN, Firms, a_round, a_trade, computed, filed
from tests.desks.claims.test_titles import an_sme, checked
from tests.factories import done

pytestmark = pytest.mark.django_db
WHY = "有关部门要求核查，暂停本批次办理，另行通知恢复时间"


def stopped(case, region):
    done(case.round, "suspend", region.leadership, on=FILED, reason=WHY)
    case.refresh_from_db()


def waits(case, name, by, **data):
    with pytest.raises(Refused) as refused:
        done(case, name, by, on=FILED, **data)
    assert refused.value.codes == ["round_suspended"], name


def gone_on(case, region, on):
    new = {"new_close": (on + timedelta(30)).isoformat()}
    done(case.round, "resume", region.leadership, on=on, text="恢复办理", **new)
    outbox.work(on)
    case.refresh_from_db()


def test_a_claim_is_neither_checked_nor_computed_nor_confirmed_until_the_round_goes_on():
    region = Firms()
    case = filed(region, a_round(region, "claim-technology-trade"), [a_trade(region, 3000 * WAN).number])
    stopped(case, region)
    items = [{"item": one["code"], "verdict": "pass"} for one in pages_of(case.round).programme["evidence"]]
    waits(case, "check_evidence", region.officer, items=items)
    assert [task for task in todo.desk(region.officer, FILED).tasks if task.subject == case] == []
    gone_on(case, region, FILED)
    case = computed(case, region)
    done(case, "send_to_league", region.chief, on=FILED)
    stopped(case, region)
    waits(case, "league_confirm", region.signatory, letter=SEAL)
    done(case, "withdraw", region.claimant, on=FILED)
    assert case.state == "withdrawn"


def test_the_term_of_a_correction_is_not_told_to_have_run_out_while_the_round_is_suspended():
    region = Firms()
    case = filed(region, a_round(region, "claim-technology-trade"), [a_trade(region, 3000 * WAN).number])
    done(case, "request_correction", region.officer, on=FILED, reason="凭证不清晰，请补充原件扫描件")
    stopped(case, region)
    later = FILED + timedelta(15)
    Case.objects.filter(pk=case.pk).update(due_at=later - timedelta(1))
    tick(later)
    case.refresh_from_db()
    assert (case.state, Attempt.objects.filter(actor="clock").count()) == ("correction", 0)
    gone_on(case, region, later)
    tick(later + timedelta(minutes=1))
    case.refresh_from_db()
    assert case.state == "evidence_check"


def test_a_title_is_not_given_in_a_suspended_round_and_goes_on_after_it():
    region = Firms()
    case = checked(an_sme(region), region)
    stopped(case, region)
    waits(case, "compute", region.officer)
    gone_on(case, region, FILED)
    done(case, "compute", region.officer, on=FILED)
    stopped(case, region)
    waits(case, "confirm_score", region.chief)


def test_a_recognition_is_not_handed_in_after_the_closing_and_lapses_as_a_draft():
    region = Firms()
    case = an_sme(region)
    late = case.round.closes_at + timedelta(hours=1)
    with pytest.raises(Refused) as refused:
        done(case, "submit", region.claimant, on=late, promise=SEAL)
    assert refused.value.codes == ["round_not_open"]
    for moment in (case.round.units_close_at, case.round.closes_at):
        Round.objects.filter(pk=case.round.pk).update(due_at=moment)
        tick(moment)
    outbox.work(late)
    tick(late)
    case.refresh_from_db()
    assert (case.round.state, case.state) == ("closed", "withdrawn")


def test_a_cancelled_round_ends_its_recognitions_wherever_they_stand():
    region = Firms()
    case = checked(an_sme(region), region)
    done(case.round, "cancel", region.leadership, on=FILED, reason=WHY, minutes="纪要1号")
    outbox.work(FILED)
    case.refresh_from_db()
    assert (case.state, Attempt.objects.count()) == ("withdrawn", 0)
