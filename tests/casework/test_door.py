"""The one door: acts, refusals, keys, records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.acts import InputRefused, act, open_case
from kechuang.casework.models import Attempt, Record
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db


def test_opening_a_case_leaves_a_record_and_a_draft():
    region = Region()
    case = a_case(region)

    assert (case.state, case.applicant, case.recommender) == ("draft", region.unit, region.recommender)
    assert [r.act for r in Record.objects.all()] == ["open"]


def test_the_same_request_twice_gives_the_first_record_though_it_was_cleaned():
    region = Region()
    case = a_case(region)
    told = [
        act(case, "withdraw", by=region.leader, on=START, key="same", data={"reason": "  不再申报 "}) for _ in range(2)
    ]
    assert told[0].pk == told[1].pk


@pytest.mark.parametrize(("first", "second"), [("不再申报", "别的理由"), ("改投 NSFC", "改投 nsfc")])
def test_the_same_key_with_other_data_is_refused_and_changes_nothing(first, second):
    """Other in a letter's case alone is other too."""
    region = Region()
    case = a_case(region)
    act(case, "withdraw", by=region.leader, on=START, key="same", data={"reason": first})
    with pytest.raises(Refused) as refusal:
        act(case, "withdraw", by=region.leader, on=START, key="same", data={"reason": second})
    assert refusal.value.codes == ["key_used_for_other_data"]


def test_the_same_key_for_another_act_or_another_case_is_refused_though_nothing_else_differs():
    region = Region()
    case, other = a_case(region), a_case(region)
    act(case, "withdraw", by=region.leader, on=START, key="same", data={"reason": "不再申报"})
    for subject, name in ((other, "withdraw"), (case, "submit")):
        with pytest.raises(Refused) as refusal:
            act(subject, name, by=region.leader, on=START, key="same", data={"reason": "不再申报"})
        assert refusal.value.codes == ["key_used_for_other_data"]
    other.refresh_from_db()
    assert other.state == "draft"


def test_an_act_of_another_leaves_nothing_but_an_attempt():
    region = Region()
    case = a_case(region)
    with pytest.raises(Refused) as refusal:
        done(case, "withdraw", region.planner, reason="不再申报")
    assert refusal.value.codes == ["act_for_another"]
    assert (Record.objects.count(), Attempt.objects.count(), case.state) == (1, 1, "draft")


def test_a_wrong_input_is_told_by_its_path_and_nothing_moves():
    region = Region()
    case = a_case(region)
    with pytest.raises(InputRefused) as refusal:
        done(case, "withdraw", region.leader)
    assert list(refusal.value.errors) == ["reason"]
    assert case.state == "draft"


def test_after_the_deadline_nothing_is_opened_though_the_clock_has_not_come_round():
    region = Region()
    round_ = an_open_round(region)
    with pytest.raises(Refused) as refusal:
        open_case(round_, by=region.leader, on=round_.units_close_at, key="late")
    assert refusal.value.codes == ["round_not_open"]
    assert (
        open_case(round_, by=region.leader, on=round_.units_close_at - timedelta(milliseconds=1), key="in time").state
        == "draft"
    )


def test_a_signature_is_ones_own_name_a_scan_or_a_machines_yes():
    region = Region()
    case = story.filled_in(open_case(an_open_round(region), by=region.leader, on=START, key="k"), region)
    for typed in ("别人", "x"):
        with pytest.raises(InputRefused) as refused:
            done(case, "submit_to_unit", region.leader, promise=typed)
        assert [reason.code for reason in refused.value.errors["promise"]] == ["sign_own_name"]
    done(case, "submit_to_unit", region.leader, promise=f" {region.leader.name[:2]} {region.leader.name[2:]}")
    assert case.state == "with_unit"
