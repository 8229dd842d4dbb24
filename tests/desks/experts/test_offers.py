"""What the experts desk refuses at the door, and whom it lets sit: draws, replacements, promises, sheets, second panels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.actor import CLOCK, Actor
from kechuang.casework.models import Case, Member, Record
from kechuang.desks.experts import drawing, fees, offers, seating
from kechuang.desks.experts.models import Conflict, Draw, Expert, Fee, Opinion, Pool, PoolMembers, Review, Seat
from kechuang.parties.models import Tie
from kechuang.words.outcome import Refused
from kechuang.words.period import Term
from tests.faces.panels import Panel, posted
from tests.factories import a_person, done
from tests.journeys import story

pytestmark = pytest.mark.django_db


def refused(subject, name, by, **given) -> list[str]:
    """The codes an act is refused with."""
    with pytest.raises(Refused) as refusal:
        done(subject, name, by, **given)
    return [reason.code for reason in refusal.value.reasons]


def test_a_draw_needs_a_frozen_pool_and_one_that_is_large_enough():
    panel = Panel()
    case = panel.cases[0]
    Draw.objects.update(aborted_at=panel.on)
    Case.objects.filter(pk=case.pk).update(state="grouped")
    done(case, "second:draw", panel.region.supervisor, on=panel.on)
    PoolMembers.objects.all().delete()
    Pool.objects.all().delete()
    given = {"on": panel.on, "dice": story.DICE, "commitments": story.commitments()}
    assert "pool_not_frozen" in refused(case, "draw", panel.region.operator, **given)


def test_a_stranger_under_a_label_of_another_round_is_not_seated_here():
    one, other = Panel(), Panel(first=5)
    label = Seat.objects.filter(draw__round=other.round, state="invited").first().label
    act = {"on": one.on, "promise": "agreed"}
    assert refused(one.cases[0], "promise", Actor.labelled(label), **act) == ["not_seated"]
    assert refused(one.cases[0], "decline", Actor.labelled(label), on=one.on, why="time") == ["not_seated"]


def test_who_is_tied_to_the_team_after_the_draw_cannot_promise():
    panel = Panel()
    seat = panel.seat
    Tie.objects.create(person=seat.expert.person, other=panel.region.leader, kind="relative", on=panel.on.date())
    assert refused(panel.cases[0], "promise", Actor.labelled(seat.label), on=panel.on, promise="agreed") == ["recused"]


def test_nobody_who_applies_in_the_round_is_left_in_the_graph_even_outside_the_group():
    panel = Panel(count=2)
    expert = Expert.objects.filter(pk=panel.seat.expert_id).select_related("person", "person__unit").get()
    Member.objects.create(case=panel.cases[1], person=expert.person)
    alone = drawing.Group(panel.round, "A组", "mail", (panel.cases[0],))
    found = drawing.recused(alone, [expert], panel.on)
    assert [(e.project, e.expert, e.code) for e in found] == [(panel.cases[0].number, expert.pid, "same_round")]


def test_silent_experts_are_replaced_once_for_the_whole_group():
    panel = Panel(count=2)
    late = panel.on + timedelta(hours=25)
    draw = Draw.objects.get()
    first = set(Seat.objects.filter(draw=draw, state="invited").values_list("label", flat=True))
    counted = [seating.replace_silent(draw, reply=Term.parse("24 小时"), on=late) for _ in panel.cases]
    now = set(Seat.objects.filter(draw=draw, state="invited").values_list("label", flat=True))
    assert (counted, len(now), first & now) == ([5, 0], 5, set())


def test_a_review_does_not_begin_before_everyone_has_promised():
    panel = Panel()
    case = panel.cases[0]
    done(case, "promise", Actor.labelled(panel.seat.label), on=panel.on, promise="agreed")
    assert refused(case, "begin_mail_review", CLOCK, on=panel.on) == ["promises_missing"]


def test_a_declared_conflict_is_kept_and_bars_the_expert_from_that_case():
    panel = Panel()
    seat = panel.seat
    done(panel.cases[0], "decline", Actor.labelled(seat.label), on=panel.on, why="conflict")
    expert = Expert.objects.select_related("person", "person__unit").get(pk=seat.expert_id)
    group = drawing.Group(panel.round, "A组", "mail", (panel.cases[0],))
    assert Conflict.objects.get().why == "conflict"
    assert [e.code for e in drawing.recused(group, [expert], panel.on)] == ["declared"]


def test_a_review_closes_only_with_enough_sheets_and_each_label_files_one():
    panel = Panel()
    _client, seat = panel.reading()
    case = panel.cases[0]
    by = Actor.labelled(seat.label)
    done(case, "review", by, on=panel.on, sheet=posted(case))
    assert refused(case, "review", by, on=panel.on, sheet=posted(case)) == ["sheet_already_filed"]
    assert refused(case, "close_mail_review", panel.region.secretary, on=panel.on) == ["sheets_missing"]
    assert refused(panel.round, "rank", panel.region.chief, on=panel.on) == ["groups_open"]


def test_an_empty_sheet_is_refused_with_every_item_that_is_missing():
    panel = Panel()
    _client, seat = panel.reading()
    with pytest.raises(Refused) as refusal:
        done(panel.cases[0], "review", Actor.labelled(seat.label), on=panel.on, sheet={"outcome": "80"})
    missing = {str(reason.values["path"]) for reason in refusal.value.reasons}
    assert missing == {"value_novelty", "content_method", "ability", "value_novelty_why", "content_method_why", "ability_why", "outcome_why", "grade", "verdict"}  # fmt: skip


def test_opinions_are_released_from_three_sheets_on_without_label_or_mark():
    panel = Panel()
    panel.reading()
    case = panel.cases[0]
    for number, label in enumerate(story.sitting(case)):
        offers.release_opinions(case, type("At", (), {"on": panel.on})())
        assert Opinion.objects.count() == 0
        done(case, "review", label, on=panel.on, sheet=posted(case, 80 + number))
        if number == 2:
            break
    offers.release_opinions(case, type("At", (), {"on": panel.on})())
    labels = set(Seat.objects.values_list("label", flat=True))
    assert [o.label for o in Opinion.objects.order_by("pk")] == ["A", "B", "C"]
    assert not any(label in opinion.text for label in labels for opinion in Opinion.objects.all())


def test_fees_are_owed_for_filed_sheets_by_the_rate_and_told_only_after_the_award():
    panel = Panel()
    _client, seat = panel.reading()
    done(panel.cases[0], "review", Actor.labelled(seat.label), on=panel.on, sheet=posted(panel.cases[0]))
    assert fees.settle(panel.round, panel.on) == 20_000
    with pytest.raises(Refused) as refusal:
        fees.payable(panel.round)
    assert [r.code for r in refusal.value.reasons] == ["names_after_award"]
    panel.round.state = "decided"
    assert [(row.person, row.sheets, row.fen) for row in fees.payable(panel.round)] == [(seat.expert.person, 1, 20_000)]


def test_fees_are_paid_once_and_only_under_a_number():
    panel = Panel()
    _client, seat = panel.reading()
    done(panel.cases[0], "review", Actor.labelled(seat.label), on=panel.on, sheet=posted(panel.cases[0]))
    fees.settle(panel.round, panel.on)
    panel.round.state = "decided"
    by = panel.region.treasurer
    for document, key, code in (
        ("", "k1", "document_missing"),
        ("拨付1号", "k2", ""),
        ("拨付2号", "k3", "nothing_to_pay"),
    ):
        try:
            fees.pay(panel.round, document=document, by=by, on=panel.on, key=key)
            told = ""
        except Refused as refusal:
            told = refusal.reasons[0].code
        assert told == code
    record = Record.objects.get(act="pay_fees")
    assert (Fee.objects.get().paid_at, seat.expert.person.pid in record.body) == (panel.on, False)
    assert fees.settle(panel.round, panel.on) == 0


def test_a_case_that_is_reviewed_again_gets_a_group_of_its_own_and_none_of_the_former_panel():
    panel = Panel()
    case = panel.cases[0]
    before = set(Seat.objects.exclude(state="reserve").values_list("expert__pid", flat=True))
    context = type("Again", (), {"on": panel.on, "act": type("Act", (), {"name": "review_again"})()})()
    offers.exclude_former_panel(case, context)
    assert (case.group, offers.former_panel(case), offers.draw_of(case, "mail")) == (case.number, before, None)


def test_a_second_panel_of_a_case_that_had_its_own_draw_is_drawn_anew():
    panel = Panel()
    case = panel.cases[0]
    Case.objects.filter(pk=case.pk).update(state="acceptance")
    case.refresh_from_db()
    Draw.objects.create(
        round=case.round, group=case.number, mode="acceptance", seats=3, dice="", seed="", pool_digest="", on=panel.on
    )
    context = type("Again", (), {"on": panel.on, "act": type("Act", (), {"name": "second_group"})()})()
    offers.exclude_former_panel(case, context)
    assert offers.draw_of(case, "acceptance") is None


def a_midterm(panel: Panel) -> Case:
    """The mid-term of a running project, reported and waiting for its panel."""
    parent = panel.cases[0]
    Case.objects.filter(pk=parent.pk).update(state="running")
    parent.refresh_from_db()
    return Case.objects.create(
        round=parent.round, parent=parent, flow="midterm", state="reported", entered_at=panel.on, opened_at=panel.on,
        leader=parent.leader, applicant=parent.applicant, title=parent.title,
    )  # fmt: skip


def test_a_midterm_is_judged_by_a_panel_drawn_for_it_with_the_recusals_of_its_project():
    panel = Panel()
    child, parent = a_midterm(panel), panel.cases[0]
    friend = Expert.objects.exclude(pk__in=Seat.objects.values("expert")).first() or Expert.objects.first()
    Tie.objects.create(person=friend.person, other=parent.leader, kind="mentor", on=panel.on.date())
    done(child, "second:draw_midterm", panel.region.supervisor, on=panel.on)
    done(child, "draw_midterm", panel.region.operator, on=panel.on, dice=story.DICE, commitments=story.commitments())
    seats = Seat.objects.filter(draw__mode="midterm")
    by = Actor.labelled(seats.filter(state="invited").first().label)
    done(child, "review_midterm", by, on=panel.on, opinion="进展符合任务书，建议继续支持。" * 5, grade="go")
    assert (seats.filter(state="invited").count(), seats.filter(expert=friend).count()) == (3, 0)


def test_whoever_has_no_seat_gives_no_opinion_on_a_midterm():
    panel = Panel()
    parent = panel.cases[0]
    child = Case.objects.create(
        round=parent.round, parent=parent, flow="midterm", state="reported", entered_at=panel.on, opened_at=panel.on,
        leader=parent.leader, applicant=parent.applicant,
    )  # fmt: skip
    told = refused(
        child, "review_midterm", Actor.labelled(panel.seat.label), on=panel.on, opinion="很好" * 40, grade="go"
    )
    assert (told, Review.objects.count()) == (["not_seated"], 0)


def test_leaders_who_sit_in_the_round_are_told_apart_without_a_name():
    panel = Panel()
    case = panel.cases[0]
    before = offers.expert_of_round(case, panel.on)
    case.leader = panel.seat.expert.person
    nobody = Case(round=panel.round, leader=None)
    assert (before, offers.expert_of_round(case, panel.on), offers.expert_of_round(nobody, panel.on)) == (
        False,
        True,
        False,
    )
    assert offers.in_pool(a_person().pk) is None
