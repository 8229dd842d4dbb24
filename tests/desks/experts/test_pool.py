"""The pool: who comes in, by whose word; what binds them; and seats given by hand only where the page allows it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from kechuang.casework.models import Attempt, Record
from kechuang.desks.experts import drawing, pool
from kechuang.desks.experts.models import Coauthorship, Draw, Expert, Seat
from kechuang.parties.models import Tie
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_person, a_unit, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
REASON = "抽取两次均因回避人数不足而失败，经会商指定"


def codes(refusal) -> list[str]:
    return [reason.code for reason in refusal.value.reasons]


def an_entry(person=None) -> Expert:
    person = person or a_person(unit=a_unit())
    return pool.enter(person, kind="technical", fields=["a0102"], keywords=["草原"], on=START, key=f"e{person.pk}")


def test_an_entry_waits_for_the_institution_and_is_counted_as_waiting():
    row = an_entry()
    assert (row.standing, row.fields, pool.counts().active, pool.counts().pending) == ("pending", ["A0102"], 0, 1)


def test_the_institution_confirms_and_its_record_names_the_person_alone():
    region, row = Region(), an_entry()
    pool.confirm(row, by=region.chief, on=START, key="k")
    record = Record.objects.get(act="enter_pool")
    assert (row.standing, record.subject_kind, record.subject) == ("active", "party", row.person.pid)


def test_nobody_confirms_oneself_and_no_entry_twice():
    region = Region()
    own, other = an_entry(region.chief), an_entry()
    with pytest.raises(Refused) as refusal:
        pool.confirm(own, by=region.chief, on=START, key="k1")
    assert codes(refusal) == ["same_person"]
    pool.confirm(other, by=region.chief, on=START, key="k2")
    with pytest.raises(Refused) as refusal:
        pool.confirm(other, by=region.chief, on=START, key="k3")
    assert codes(refusal) == ["not_pending"]


def test_an_officer_without_the_word_of_the_institution_confirms_nobody():
    region, row = Region(), an_entry()
    with pytest.raises(Refused) as refusal:
        pool.confirm(row, by=region.planner, on=START, key="k")
    assert codes(refusal) == ["act_for_another"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "friend"}, "unknown_kind"),
        ({"fields": []}, "bad_field_codes"),
        ({"fields": ["<b>"]}, "bad_field_codes"),
    ],
)
def test_an_entry_that_says_too_little_is_refused(given, code):
    values = {"kind": "technical", "fields": ["A01"], "keywords": [], **given}
    with pytest.raises(Refused) as refusal:
        pool.enter(a_person(), **values, on=START, key="k")
    assert codes(refusal) == [code]


def test_an_account_not_confirmed_and_one_that_is_barred_do_not_enter():
    with pytest.raises(Refused) as refusal:
        an_entry(a_person(standing="pending"))
    assert codes(refusal) == ["account_not_confirmed"]
    row = an_entry()
    Expert.objects.filter(pk=row.pk).update(credit="barred")
    with pytest.raises(Refused) as refusal:
        an_entry(row.person)
    assert codes(refusal) == ["barred_from_pool"]


def test_credit_is_changed_with_a_reason_and_keeps_someone_out_of_the_next_pool():
    region = Region()
    row = story.a_pool(1)[0]
    with pytest.raises(Refused) as refusal:
        pool.set_credit(row, "watch", reason="迟交", by=region.chief, on=START, key="k1")
    assert codes(refusal) == ["text_too_short"]
    with pytest.raises(Refused) as refusal:
        pool.set_credit(row, "best", reason=REASON, by=region.chief, on=START, key="k2")
    assert codes(refusal) == ["unknown_credit"]
    pool.set_credit(row, "watch", reason=REASON, by=region.chief, on=START, key="k3")
    assert Expert.objects.filter(standing="active", credit="good").count() == 0


def test_a_declared_tie_is_one_row_and_of_nobody_is_none():
    one, other = a_person(), a_person()
    for key in ("k1", "k2"):
        pool.declare_tie(one, kind="mentor", other=other.pid, on=START, key=key)
    with pytest.raises(Refused) as refusal:
        pool.declare_tie(one, kind="mentor", other=one.pid, on=START, key="k3")
    assert (codes(refusal), Tie.objects.count()) == (["nobody_named"], 1)


def test_works_published_together_count_for_the_years_of_the_page_and_no_longer():
    """Years of recusal for co-authors: three, by book/parts/recusal.yaml."""
    one, other = a_person(), a_person()
    for key, year in (("k1", 2015), ("k2", 2016), ("k2", 2016)):
        row = pool.declare_tie(one, kind="coauthor", other=other.pid, on=START, key=key, year=year)
    assert (row.until, Coauthorship.objects.count(), Tie.objects.count()) == (date(2016, 12, 31), 1, 0)
    expert = Expert.objects.create(
        person=one, kind="technical", fields=["A01"], place="150100", entered_on=START.date()
    )
    assert [(tie.other, tie.code, tie.until) for tie in drawing._ties(expert)] == [(other.pid, "coauthor", row.until)]
    for kind, year, who in (("mentor", 2016, other), ("coauthor", 2019, other), ("coauthor", 1900, other)):
        with pytest.raises(Refused) as refusal:
            pool.declare_tie(one, kind=kind, other=who.pid, on=START, key=f"{kind}{year}", year=year)
        assert codes(refusal) == ["year_of_coauthors"]


def a_failed_draw(region: Region):
    experts = story.a_pool(2)
    round_ = an_open_round(region)
    case = story.an_application(region, round_, on=START)
    round_ = story.closed(round_, START)
    case.refresh_from_db()
    on = round_.closes_at
    story.admitted(case, region, on)
    done(round_, "begin_review", region.officer, on=on)
    done(case, "group", region.officer_two, on=on, group="A组")
    done(case, "second:draw", region.supervisor, on=on)
    with pytest.raises(Refused):
        done(case, "draw", region.operator, on=on, dice=story.DICE, commitments=story.commitments())
    return case, experts, on


def test_after_a_draw_that_failed_experts_are_seated_by_hand_and_only_the_reason_is_public():
    region = Region()
    case, experts, on = a_failed_draw(region)
    assert Attempt.objects.filter(act="draw").count() == 1
    draw = pool.seat_by_hand(case, "mail", [e.pid for e in experts], reason=REASON, by=region.chief, on=on, key="k")
    record = Record.objects.get(act="seat_by_hand")
    assert (Draw.objects.get().by_hand, Seat.objects.filter(draw=draw, state="invited").count()) == (REASON, 2)
    assert [e.pid in record.body for e in experts] == [False, False]


def test_by_hand_is_refused_without_a_reason_without_a_witness_and_for_anyone_unknown():
    region = Region()
    case, experts, on = a_failed_draw(region)
    pids = [e.pid for e in experts]
    wrong = [
        ({"reason": "太少"}, "text_too_short"), ({"pids": ["nobody"]}, "not_in_pool"),
        ({"by": region.planner}, "act_for_another"),
    ]  # fmt: skip
    for number, (given, code) in enumerate(wrong):
        values = {"pids": pids, "reason": REASON, "by": region.chief, **given}
        with pytest.raises(Refused) as refusal:
            pool.seat_by_hand(
                case, "mail", values["pids"], reason=values["reason"], by=values["by"], on=on, key=f"k{number}"
            )
        assert codes(refusal) == [code]
    Record.objects.filter(act="second:draw").update(act="second:other")
    with pytest.raises(Refused) as refusal:
        pool.seat_by_hand(case, "mail", pids, reason=REASON, by=region.chief, on=on, key="k9")
    assert codes(refusal) == ["second_person_missing"]


def test_by_hand_is_refused_where_no_draw_has_failed_and_the_page_names_no_such_panel():
    region = Region()
    experts = story.a_pool(2)
    case = story.an_application(region, an_open_round(region), on=START)
    with pytest.raises(Refused) as refusal:
        pool.seat_by_hand(case, "mail", [e.pid for e in experts], reason=REASON, by=region.chief, on=START, key="k")
    assert codes(refusal) == ["by_hand_not_allowed"]


def test_someone_with_a_tie_to_the_team_is_not_seated_by_hand_either():
    region = Region()
    case, experts, on = a_failed_draw(region)
    pool.declare_tie(experts[0].person, kind="relative", other=region.leader.pid, on=on, key="t")
    with pytest.raises(Refused) as refusal:
        pool.seat_by_hand(case, "mail", [experts[0].pid], reason=REASON, by=region.chief, on=on, key="k")
    assert codes(refusal) == ["recused"]


def test_the_pages_of_the_pool_count_for_officers_and_show_ones_own_entry():
    region = Region()
    story.a_pool(3)
    row = an_entry()
    client = Client()
    client.force_login(row.person)
    own = client.get("/account/expert/").content.decode()
    client.force_login(region.chief)
    page = client.get("/experts/").content.decode()
    client.post(f"/experts/{row.pid}/confirm/", {"key": "k"})
    row.refresh_from_db()
    assert ["等专业机构确认" in own, "专家库 3 人" in page, row.person.name in page, row.standing] == [
        True,
        True,
        True,
        "active",
    ]


def test_a_person_declares_and_enters_at_the_browser_and_faults_are_told():
    person = a_person(unit=a_unit())
    client = Client()
    client.force_login(person)
    bad = client.post("/account/expert/", {"kind": "technical", "fields": "", "key": "k1"})
    good = client.post("/account/expert/", {"kind": "technical", "fields": "A0102、A0103", "key": "k2"})
    old = a_person(unit=a_unit(name="示例草原大学"), name="示例导师")
    tie = client.post("/account/expert/ties/", {"kind": "mentor", "other": "示例导师 示例草原大学", "key": "k3"})
    unit = client.post("/account/expert/ties/", {"kind": "interest", "other": "示例草原大学", "key": "k4"})
    wrong = client.post("/account/expert/ties/", {"kind": "interest", "other": "没有这个人", "key": "k5"})
    assert (Tie.objects.get(kind="mentor").other, Tie.objects.get(kind="interest").organisation) == (old, old.unit)
    assert (unit.status_code, wrong.status_code) == (302, 422)
    assert [bad.status_code, good.status_code, tie.status_code] == [422, 302, 302]
    assert (Expert.objects.get(person=person).fields, Tie.objects.count()) == (["A0102", "A0103"], 2)
