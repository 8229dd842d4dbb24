"""Integrity at the gates: who is barred, since when and until when; how an inquiry ends in a sanction or a clear name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kechuang.casework.actor import CLOCK, Actor
from kechuang.casework.clock import tick
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import day_of
from kechuang.desks.integrity import actions, inquiries, offers, trails
from kechuang.desks.integrity.models import Clue, Sanction
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case, a_person, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
TEXT = "网上有人反映其论文数据与他人雷同"
FACTS = "经调查，所列论文中三组数据与他人已发表论文相同，申请人未能提供原始记录；拟认定为数据造假，拟取消申报资格并公开通报。"


def refused(subject, name, by, **given) -> list[str]:
    with pytest.raises(Refused) as refusal:
        done(subject, name, by, **given)
    return [reason.code for reason in refusal.value.reasons]


def a_sanction(person: Person | None = None, unit=None, **given) -> Sanction:
    values = {"scope": "apply", "level": "medium", "decision_no": "诚信〔2018〕1号", "since": date(2018, 1, 1), **given}
    return Sanction.objects.create(person=person, organisation=unit, **values)


def an_inquiry(region: Region, accused: Person, *, key: str = "k") -> Case:
    about = {"person": accused.pid}
    return inquiries.open_inquiry(source="report", text=TEXT, about=about, by=region.supervisor, on=START, key=key)


def decided(region: Region, accused: Person, *, level: str = "medium", end: str = "2020-03-31") -> Case:
    """An inquiry up to the decision of the meeting, each act by the hand the page asks for."""
    case = an_inquiry(region, accused)
    done(case, "screen", region.supervisor)
    done(case, "take_up", region.supervision_chief, body="department")
    done(case, "report", region.supervisor, finding="breach", level=level, report="a" * 64)
    done(case, "announce", region.supervision_chief, facts=FACTS)
    later = START + timedelta(15)
    done(case, "decide", region.leadership, on=later, level=level, measures=["ban_apply"], start="2018-04-01", end=end, minutes="厅务会纪要〔2018〕9号")  # fmt: skip
    return case


def test_an_applicant_under_sanction_cannot_hand_in_until_it_has_ended():
    region = Region()
    case = story.filled_in(a_case(region, an_open_round(region)), region)
    row = a_sanction(region.leader)
    assert "person_under_sanction" in refused(case, "submit_to_unit", region.leader, promise="agreed")
    Sanction.objects.filter(pk=row.pk).update(until=day_of(START) - timedelta(1))
    done(case, "submit_to_unit", region.leader, promise="agreed")
    assert case.state == "with_unit"


def test_a_unit_under_sanction_does_not_seal_and_only_reviewing_is_barred_by_that_scope():
    region = Region()
    case = story.filled_in(a_case(region, an_open_round(region)), region)
    row = a_sanction(unit=region.unit)
    assert "unit_under_sanction" in refused(case, "submit_to_unit", region.leader, promise="agreed")
    Sanction.objects.filter(pk=row.pk).update(scope="review")
    done(case, "submit_to_unit", region.leader, promise="agreed")
    assert case.state == "with_unit"


def test_facts_of_the_form_say_who_is_clean_and_do_not_know_where_nobody_is_named():
    region = Region()
    case = a_case(region)
    told = [fact(case, START) for fact in (offers.unit_is_clean, offers.leader_is_clean, offers.team_is_clean)]
    a_sanction(region.leader)
    after = offers.leader_is_clean(case, START)
    nobody = Case(round=case.round)
    assert (told, after) == ([True, True, True], False)
    assert [offers.unit_is_clean(nobody, START), offers.leader_is_clean(nobody, START)] == [None, None]


def test_an_inquiry_lives_in_a_standing_round_that_nobody_else_sees():
    region = Region()
    case = an_inquiry(region, region.leader)
    again = an_inquiry(region, region.leader)
    assert (case.pk, case.round.published_at, case.flow) == (again.pk, None, "inquiry")
    assert inquiries.inquiries().count() == 1


def test_an_inquiry_about_nobody_is_refused_and_leaves_no_case():
    region = Region()
    with pytest.raises(Refused) as refusal:
        inquiries.open_inquiry(
            source="report", text=TEXT, about={"person": "x"}, by=region.supervisor, on=START, key="k"
        )
    assert ([r.code for r in refusal.value.reasons], Case.objects.count()) == (["nobody_named"], 0)


def test_taking_up_bars_applications_and_clearing_opens_the_gates_again():
    region = Region()
    case = an_inquiry(region, region.leader)
    done(case, "screen", region.supervisor)
    done(case, "take_up", region.supervision_chief, body="department")
    assert offers.leader_is_clean(Case(round=case.round, leader=region.leader), START) is False
    done(case, "report", region.supervisor, finding="none", report="a" * 64)
    assert refused(case, "announce", region.supervision_chief, facts=FACTS) == ["not_now"]
    done(case, "clear", region.leadership, minutes="厅务会纪要〔2018〕2号")
    assert offers.leader_is_clean(Case(round=case.round, leader=region.leader), START) is True


def test_a_decision_that_nobody_appealed_is_put_in_force_as_it_was_decided():
    region = Region()
    accused = a_person(unit=region.unit)
    case = decided(region, accused)
    on = START + timedelta(16)
    done(case, "notify", region.supervisor, on=on)
    done(case, "take_effect", CLOCK, on=on + timedelta(40))
    row = Sanction.objects.get(inquiry=case, lifted_on=None)
    told = (row.person, row.scope, row.level, row.since, row.until, row.decision_no)
    assert told == (accused, "apply", "medium", date(2018, 4, 1), date(2020, 3, 31), "厅务会纪要〔2018〕9号")


def test_a_sanction_ends_by_the_clock_the_day_after_its_last():
    region = Region()
    case = decided(region, a_person(unit=region.unit), end="2018-06-30", level="light")
    on = START + timedelta(16)
    done(case, "notify", region.supervisor, on=on)
    done(case, "take_effect", CLOCK, on=on + timedelta(40))
    tick(case.entered_at + timedelta(200))
    case.refresh_from_db()
    assert (case.state, Sanction.objects.in_force(date(2018, 6, 30)).count()) == ("expired", 0)


@pytest.mark.parametrize(
    ("level", "end", "code"),
    [("light", "2020-03-31", "term_beyond_level"), ("medium", "", "term_without_end"), ("light", "2018-03-31", "term_runs_backwards"),
     ("grave", "2020-03-31", "term_below_level")],
)  # fmt: skip
def test_a_term_that_its_level_does_not_allow_is_refused(level, end, code):
    with pytest.raises(Refused) as refusal:
        decided(Region(), a_person(), level=level, end=end)
    assert [r.code for r in refusal.value.reasons] == [code]


def test_a_project_is_revoked_only_upon_a_decision_in_force_about_its_own_people():
    region = Region()
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(state="running")
    given = {"inquiry": "诚信〔2018〕1号", "minutes": "厅务会纪要〔2018〕3号"}
    a_sanction(a_person())
    assert refused(case, "revoke", region.leadership, **given) == ["no_decision_in_force"]


def test_one_appeal_is_free_and_a_second_is_refused():
    region = Region()
    accused = a_person()
    case = decided(region, accused)
    done(case, "notify", region.supervisor, on=START + timedelta(16))
    by = Actor(accused.actor_id, None, frozenset({"accused"}))
    done(case, "appeal", by, on=START + timedelta(17), facts="原始记录保存在实验室，现补充提交，请复查认定。")
    done(case, "uphold", region.leadership, on=START + timedelta(30))
    assert case.state == "in_force"
    assert offers.appeal_not_used(case, None).verdict == "fail"


def test_a_report_of_wrongdoing_is_told_once_a_key_and_not_in_a_word():
    region = Region()
    case = a_case(region)
    by = Actor.labelled("LABEL1")
    for _ in range(2):
        actions.report(case, "influence", "有人打电话请求给高分", by=by, on=START, key="k")
    with pytest.raises(Refused):
        actions.report(case, "influence", "短", by=by, on=START, key="k2")
    assert (Clue.objects.count(), Record.objects.get(act="report_clue").actor) == (1, "label:LABEL1")


def test_a_trail_tells_a_changed_record_and_a_missing_one_apart():
    region = Region()
    case = a_case(region)
    done(case, "withdraw", region.leader, reason="条件变化，撤回申报")
    assert [(link.whole, link.joined) for link in trails.trail_of(case)] == [(True, True), (True, True)]
    Record.objects.filter(subject=case.number, position=2).update(previous="0" * 64)
    assert [(link.whole, link.joined) for link in trails.trail_of(case)] == [(True, True), (False, False)]


def test_the_spot_check_follows_from_the_number_alone():
    chosen = [offers.chosen_for_spot_check(Case(number=f"N{n:04}"), START) for n in range(1000)]
    assert chosen == [sum(f"N{n:04}".encode()) % 10 == 0 for n in range(1000)]
