"""Normalised scores, outliers, and what supervision is shown."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.panel.scores import (
    Normal,
    Outlier,
    Review,
    in_points,
    mean_and_deviation,
    median,
    normalised,
    outliers,
    project_means,
)
from kechuang.engines.panel.watch import Alike, Favour, Text, dense_links, favours, look_alikes, rings

F = Fraction


def rows(expert: str, *scores: int) -> list[Review]:
    return [Review(f"p{n}", expert, F(score)) for n, score in enumerate(scores)]


def test_a_harsh_and_a_mild_reviewer_who_agree_come_to_the_same_scores():
    harsh, mild = rows("harsh", 40, 50, 60), rows("mild", 80, 85, 90)
    result = normalised([*harsh, *mild])
    by_expert = {e: [r.normal for r in result if r.expert == e] for e in ("harsh", "mild")}
    assert by_expert["harsh"] == by_expert["mild"]


def test_raw_scores_are_kept_beside():
    assert [r.raw for r in normalised(rows("a", 40, 50, 60))] == [40, 50, 60]


def test_a_worked_case_to_the_last_digit():
    result = normalised([*rows("a", 0, 30, 60), *rows("b", 60, 60, 90)])
    assert [r.normal for r in result] == [15, 50, 85, F(65, 2), F(65, 2), 85]


def test_a_reviewer_of_two_projects_keeps_his_raw_scores_and_it_is_said():
    assert normalised(rows("a", 10, 90)) == (
        Normal("p0", "a", F(10), F(10), True),
        Normal("p1", "a", F(90), F(90), True),
    )


def test_a_reviewer_who_gives_everyone_the_same_says_nothing():
    result = normalised([*rows("flat", 70, 70, 70), *rows("b", 50, 60, 70)])
    assert [r.normal for r in result[:3]] == [65, 65, 65]


def test_no_reviews_give_no_rows():
    assert normalised([]) == ()


scores = st.lists(st.integers(0, 100).map(F), min_size=3, max_size=6)


@given(scores, st.integers(1, 5), st.integers(-20, 20))
def test_changing_a_reviewers_yardstick_changes_nothing_but_the_common_scale(given_scores, stretch, shift):
    plain = [Review(f"p{n}", "a", s) for n, s in enumerate(given_scores)]
    moved = [Review(r.project, "b", r.score * stretch + shift) for r in plain]
    result = normalised([*plain, *moved])
    assert [r.normal for r in result[: len(plain)]] == [r.normal for r in result[len(plain) :]]


@given(scores)
def test_the_mean_of_all_stays_where_it_was(given_scores):
    reviews = [Review(f"p{n}", "a", s) for n, s in enumerate(given_scores)]
    assert mean_and_deviation([r.normal for r in normalised(reviews)])[0] == mean_and_deviation(given_scores)[0]


def test_the_ranking_takes_the_mean_of_each_project():
    assert project_means(normalised([*rows("a", 10, 20), *rows("b", 30, 20)])) == {"p0": 20, "p1": 20}


def test_points_are_rounded_half_up_once():
    assert (in_points(F(2, 3)), in_points(F(1, 20000))) == (6667, 1)


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two():
    assert (median([F(3), F(1)]), median([F(5), F(1), F(2)])) == (2, 2)


def test_a_score_far_from_the_others_is_shown():
    given_reviews = [r for e, s in (("a", 80), ("b", 82), ("c", 81), ("d", 20)) for r in rows(e, s, s)]
    assert outliers(given_reviews) == (Outlier("p0", "d", F(20), F(81)), Outlier("p1", "d", F(20), F(81)))


def test_two_reviews_are_too_few_to_call_one_an_outlier():
    assert outliers([*rows("a", 10), *rows("b", 90)]) == ()


LONG = "该项目研究基础扎实，技术路线清晰，团队结构合理，预期成果明确，建议优先给予资助支持。"


def test_copied_opinions_are_found_although_the_punctuation_was_changed():
    copied = LONG.replace("，", " ; ")
    assert look_alikes([Text("p1", "a", LONG), Text("p1", "b", copied)]) == (Alike(("p1", "a"), ("p1", "b"), F(1)),)


def test_short_and_different_opinions_are_left_alone():
    other = "申报书对国内外现状了解不足，经费预算偏高，实验方案缺少对照，建议修改完善后再次申报并补充数据。"
    assert (
        look_alikes([Text("p1", "a", "同意"), Text("p1", "b", "同意"), Text("p2", "a", LONG), Text("p2", "b", other)])
        == ()
    )


def test_a_score_above_the_others_is_a_favour_from_unit_to_unit():
    given_rows = [("p1", "a", F(95)), ("p1", "b", F(70)), ("p1", "c", F(60))]
    found = favours(given_rows, unit_of={"a": "U", "b": "V"}, applicant_of={"p1": "W"}, above=F(20))
    assert found == (Favour("U", "W", "p1", F(30)),)


def test_units_that_favour_one_another_in_a_circle_are_a_ring():
    circle = [Favour("A", "B", "p", F(1)), Favour("B", "C", "q", F(1)), Favour("C", "A", "r", F(1))]
    assert rings([*circle, Favour("A", "D", "s", F(1)), Favour("D", "D", "t", F(1))]) == (("A", "B", "C"),)


def test_an_expert_who_meets_a_unit_often_is_a_dense_link():
    assert dense_links([("a", "U")] * 3 + [("a", "V")] * 2) == (("a", "U", 3),)
