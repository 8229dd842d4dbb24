"""Experts see what they may; promoted answers come with their kind."""

from __future__ import annotations

from kechuang.engines.forms import fields, for_experts, masked, promoted, public_values
from tests.engines.forms.samples import FORM, a_form
from tests.engines.forms.test_storing import good_values


def test_promoted_answers_have_a_name_a_kind_and_a_value():
    assert promoted(FORM, good_values()) == (
        ("title", "text", "高比例风光接入弱电网的协调控制"),
        ("track", "choice", "general"),
        ("place", "place", "150102"),
        ("term_months", "number", 36),
        ("unit", "party", "org-7"),
        ("asked", "money", 20_000_000),
        ("total", "money", 20_000_000),
    )


def test_several_that_were_picked_are_promoted_one_by_one():
    form = a_form(
        {"code": "x", "kind": "choices", "promoted": True, "options": {"a": "甲", "b": "乙"}},
        {"code": "late", "kind": "computed", "promoted": True, "formula": "1 > 0"},
        {"code": "bank", "kind": "account", "promoted": True},
    )
    values = {"x": ("a", "b"), "late": True, "bank": {"bank": "中行"}}
    assert promoted(form, values) == (("x", "choice", "a"), ("x", "choice", "b"), ("late", "bool", True))


def test_a_blind_expert_sees_neither_names_nor_numbers_of_people():
    seen = masked(FORM, good_values(), blind=True)
    assert sorted(set(good_values()) - set(seen)) == [
        "leader",
        "leader_id",
        "leader_phone",
        "unit",
        "unit_bank",
        "unit_code",
    ]
    assert seen["team"] == ({"months": 6, "main": True, "consent": True},)


def test_an_expert_who_is_not_blind_sees_names_but_no_numbers():
    seen = masked(FORM, good_values(), blind=False)
    assert sorted(set(good_values()) - set(seen)) == ["leader_id", "leader_phone", "unit_bank", "unit_code"]
    assert seen["team"] == ({"person": "person-2", "months": 6, "main": True, "consent": True},)


def test_the_form_for_experts_has_no_question_they_may_not_see():
    paths = {path for path, _ in fields(for_experts(FORM, blind=True))}
    assert paths & {"leader", "leader_id", "unit", "unit_code", "unit_bank", "team.person", "team.born"} == set()
    assert {"team.months", "title", "asked"} <= paths


def test_numbers_of_people_are_hidden_where_the_page_says_nothing():
    kinds = ("identity", "phone", "email", "account", "real_name", "person", "persons", "party", "text")
    form = a_form(*({"code": kind, "kind": kind} for kind in kinds))
    assert {code: field.expert for code, field in form.fields.items()} == {
        "identity": "hidden", "phone": "hidden", "email": "hidden", "account": "hidden", "real_name": "hidden",
        "person": "masked", "persons": "masked", "party": "masked", "text": "shown",
    }  # fmt: skip


def test_a_page_may_show_what_is_hidden_as_a_rule():
    form = a_form({"code": "contact", "kind": "phone", "expert": "shown"})
    assert masked(form, {"contact": "4008001234", "stray": 1}, blind=True) == {"contact": "4008001234"}


def test_what_a_page_makes_public_is_public():
    assert list(public_values(FORM, good_values())) == ["abstract"]


def test_a_part_of_an_answer_may_be_hidden_alone():
    form = a_form({"code": "who", "kind": "real_name", "expert": "shown"})
    assert masked(form, {"who": {"name": "巴图", "identity": "x", "phone": "y"}}, blind=False) == {
        "who": {"name": "巴图"}
    }
