"""Points of an expert for a group: codes, keywords, and the likeness of texts where a page names a fact for it."""

from __future__ import annotations

from types import SimpleNamespace

from kechuang.desks.experts import matching, terms


def a_case(number: str, field: str = "", title: str = "", keywords=()):
    return SimpleNamespace(number=number, field=field, title=title, answers={"keywords": list(keywords)})


def an_expert(pid: str, fields=(), keywords=()):
    return SimpleNamespace(pid=pid, fields=list(fields), keywords=list(keywords))


def test_the_nearest_code_counts_by_the_part_both_begin_with():
    assert [matching.code_points(codes, "A0102") for codes in (("A0102",), ("A0103", "B01"), ("B01",), ())] == [
        600,
        480,
        0,
        0,
    ]
    assert matching.code_points(("A0102",), "") == 0


def test_keywords_count_by_the_part_of_title_and_keywords_that_they_hold():
    case = a_case("1", title="草原碳汇", keywords=["碳汇"])
    found = matching.points(
        {"g": [case]}, [an_expert("a", keywords=["草原碳汇"]), an_expert("b", keywords=["煤化工"])], {}
    )
    assert found == {"g": [225, 0]}  # three of the four pieces: the keyword runs on from the title


def test_a_group_counts_the_mean_over_its_cases_and_texts_are_added_where_they_are_known():
    cases = [a_case("1", "A0102"), a_case("2", "B0301")]
    expert = an_expert("a", ["A0102"])
    assert matching.points({"g": cases}, [expert], {}) == {"g": [300]}
    assert matching.points({"g": cases}, [expert], {("1", "a"): 500, ("2", "b"): 900}) == {"g": [550]}
    assert matching.affinities("", None, None) == {}


def test_a_chance_is_taken_only_as_a_part_of_a_power_of_two():
    assert terms.binary(terms.Fraction(5, 8)) == (3, 5)
    assert terms.binary(terms.Fraction(1)) == (0, 1)


def test_seats_that_no_kind_names_go_to_the_kind_that_has_most_and_a_kind_given_up_hands_on_its_seats():
    page = {"panel": {"mail": {"size": 5, "mix": {"technical": 2, "finance": 1, "outside_region": 2}}}}
    made = terms.make_up(page, "mail")
    assert (dict(made.kinds), made.outside, dict(terms.without(made, "finance").kinds)) == ({"technical": 4, "finance": 1}, 2, {"technical": 5})  # fmt: skip
    assert terms.without(made, "outside").outside == 0
    assert terms.make_up({}, "acceptance") == terms.MakeUp(3, {"": 3}, 0)
    assert [terms.make_up(page, "mail", least_outside=n).outside for n in (1, 3, 9)] == [2, 3, 5]


def test_a_page_says_how_each_panel_is_drawn_and_mail_and_meeting_are_certified_without_a_word():
    said = {"panel": {"draw": {"method": {"mail": "simple"}}}}
    assert [terms.method_of(said, mode) for mode in ("mail", "panel", "acceptance")] == [
        "simple",
        "certified",
        "simple",
    ]
