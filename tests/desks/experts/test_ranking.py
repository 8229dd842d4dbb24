"""The ranking of a round: one scale for each reviewer in each mode, the page's weights, quotas, and the exact cut."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kechuang.casework.models import Answer, Case, Round
from kechuang.desks.experts import ranking
from kechuang.desks.experts.models import Draw, Expert, Review, Score, Seat, Watch
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


OPINION = "立题依据充分，技术路线清楚，但样本量偏小，建议补充对照试验并说明数据来源与质量控制的办法。"
OTHER = "选题面向产业需求，团队分工合理；经费测算过粗，考核指标缺少基线，需要补充可核验的数值和来源。"


def worded(marked: Marked, *texts: dict[str, str]) -> list[Case]:
    """The opinions of each case, by label, in the order of the cases."""
    cases = list(Case.objects.filter(round=marked.round).order_by("pk"))
    for case, said in zip(cases, texts, strict=True):
        for label, text in said.items():
            Review.objects.filter(case=case, label=label).update(reasons={"novelty": text})
    return cases


def test_who_says_the_same_of_two_cases_is_noted_for_supervision_and_no_mark_changes(client):
    marked = Marked([{"a": 80, "b": 70}, {"a": 90, "b": 75}], budget=2)
    first, second = sorted(
        worded(marked, {"a": OPINION, "b": OTHER}, {"a": OPINION + "同意。"}), key=lambda c: c.number
    )
    before = list(Review.objects.order_by("pk").values_list("points", flat=True))
    marked.ranked()
    watch = Watch.objects.get(round=marked.round)
    assert (watch.kind, watch.case, watch.evidence["repeats"]) == ("repeated_text", first, [["a", second.number, "1"]])
    assert list(Review.objects.order_by("pk").values_list("points", flat=True)) == before
    client.force_login(a_person(("supervisor", "")))
    page = client.get("/alerts/").content.decode()
    assert f"a 在本件与 {second.number} 的评语相同 100%" in page.replace("100.0%", "100%")


def test_who_says_the_same_and_who_marks_far_off_is_noted_case_by_case(client):
    marked = Marked([{"a": 80, "b": 81, "c": 82, "d": 20}], budget=1)
    (case,) = worded(marked, {"a": OPINION, "b": OPINION, "c": OTHER})
    ranking.watch(case, START)
    found = {row.kind: row.evidence for row in Watch.objects.filter(case=case)}
    assert found == {
        "outlier_score": {"labels": ["d"], "points": ["20"]},
        "identical_text": {"pairs": [["a", "b", "1"]]},
    }
    client.force_login(a_person(("supervisor", "")))
    page = client.get("/alerts/").content.decode()
    assert ["d 给 20 分，远离同组中位数" in page, "a 与 b 相同" in page] == [True, True]


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


@pytest.mark.parametrize(
    ("programme", "number", "called"),
    [("central-guidance", 1, [True] * 3), ("key-technology", 1, [True, True, False]), ("key-technology", None, [None] * 3), ("nsf-general", 1, [None] * 3)],
)  # fmt: skip
def test_who_comes_before_the_panel_is_as_the_page_says(programme, number, called):
    region = Region()
    round_ = an_open_round(region, programme, topics=[{"code": "T1", "title": "方向", "number": number}])
    cases = [a_case(region, round_) for _ in range(3)]
    for case, points in zip(cases, (90, 80, 70), strict=True):
        case.answers = {"topic": "T1"}
        case.save()
        Answer.objects.create(case=case, name="topic", kind="choice", value="T1")
        Review.objects.create(
            case=case, mode="mail", label=f"L{case.pk}", points=points, marks={}, reasons={}, filed_at=START
        )
    assert [ranking.called(case) for case in cases] == called
