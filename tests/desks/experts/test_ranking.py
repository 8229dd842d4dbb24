"""The ranking of a round: one scale for each reviewer in each mode, the page's weights, quotas, and the exact cut."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kechuang.casework.models import Case, Round
from kechuang.desks.experts import ranking
from kechuang.desks.experts.models import Draw, Expert, Review, Score, Seat
from tests.factories import START, Region, a_case, a_person, an_open_round
from tests.journeys import story

pytestmark = pytest.mark.django_db


class Marked:
    """Cases with their marks by reviewer; 100,000 yuan each."""

    def __init__(self, marks, *, budget: int, programme: str = "nsf-general", groups=(), **given) -> None:
        region = Region()
        self.round = an_open_round(region, programme, budget_fen=budget * 10_000_000, **given)
        for n, row in enumerate(marks):
            case = a_case(region, self.round, leader=a_person(unit=region.unit))
            group = groups[n] if groups else "A组"
            Case.objects.filter(pk=case.pk).update(state="ranked", group=group, asked_fen=10_000_000)
            for label, points in row.items():
                mode = "panel" if label.startswith("p") else "mail"
                Review.objects.create(case=case, label=label, mode=mode, points=points * 10_000, filed_at=START)
            raw = ranking.combined(list(Review.objects.filter(case=case)), {"combine": {"mail": 60, "panel": 40}})
            Score.objects.create(case=case, raw=int(raw * 10_000), normal=0, sheets=len(row))

    def ranked(self) -> list[tuple[int, bool]]:
        ranking.rank(self.round, START)
        return list(Case.objects.filter(round=self.round).order_by("pk").values_list("rank", "above_line"))


def test_a_harsh_and_a_mild_reviewer_are_brought_to_one_scale_and_raw_marks_stay():
    marked = Marked([{"h": 50, "m": 91}, {"h": 60, "m": 92}, {"h": 70, "m": 93}], budget=2)
    before = list(Score.objects.order_by("pk").values_list("raw", flat=True))
    assert marked.ranked() == [(3, False), (2, True), (1, True)]
    normal = list(Score.objects.order_by("pk").values_list("normal", flat=True))
    assert (list(Score.objects.order_by("pk").values_list("raw", flat=True)), normal[1]) == (before, 760_000)
    assert normal[2] - normal[1] == normal[1] - normal[0]
    assert set(Score.objects.values_list("method", flat=True)) == {ranking.METHOD}


def test_who_sits_in_two_groups_is_one_reviewer():
    marked = Marked([{"a": 80}, {"a": 90}, {"b": 70}], budget=3, groups=("A组", "A组", "B组"))
    expert = story.a_pool(1)[0]
    for group, label in (("A组", "a"), ("B组", "b")):
        draw = Draw.objects.create(round=marked.round, group=group, seats=1, dice="", seed="", pool_digest="", on=START)
        Seat.objects.create(
            draw=draw, label=label, expert=Expert.objects.get(pk=expert.pk), position=0, state="accepted"
        )
    who = ranking.reviewers(marked.round)
    assert (len(who), len(set(who.values()))) == (2, 1)


def test_modes_are_weighed_as_the_page_says():
    said = {"combine": {"mail": 60, "panel": 40}}
    by_mode = {"mail": [Fraction(80), Fraction(90)], "panel": [Fraction(60)]}
    assert ranking.weighed(by_mode, said) == Fraction(75)
    assert ranking.weighed({"panel": [Fraction(60)]}, said) == 60
    assert ranking.weighed({"other": [Fraction(50)]}, said) == 50
    assert ranking.weighed({}, said) == 0


def test_places_go_to_the_groups_by_the_number_of_admitted_applications():
    groups = ("A组",) * 4 + ("B组",) * 2
    marked = Marked([{"r": 99}, {"r": 98}, {"r": 97}, {"r": 96}, {"r": 50}, {"r": 40}], budget=3, groups=groups)
    above = [line for _, line in marked.ranked()]
    assert above == [True, True, False, False, True, False]


def test_a_topic_funds_no_more_than_its_number():
    topics = [{"code": "T1", "title": "方向", "number": 1}]
    marked = Marked([{"r": 90}, {"r": 80}], budget=2, programme="key-technology", topics=topics)
    for case in Case.objects.all():
        case.answers = {"topic": "T1"}
        case.save(update_fields=["answers"])
    assert [line for _, line in marked.ranked()] == [True, False]


def test_below_the_least_mark_nothing_stands_above_the_line():
    marked = Marked([{"p1": 90}, {"p1": 60}], budget=2, programme="major-special")
    assert marked.ranked() == [(1, True), (2, False)]
    assert Round.objects.get().budget_fen == 20_000_000
