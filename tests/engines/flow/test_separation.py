"""Planning, execution and supervision apart; maker and checker apart: when granted and when used."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

import kechuang
from kechuang.engines.flow.separation import audit_roles, clashes, conflicts

TEXT = (Path(kechuang.__file__).parent / "book/roles.yaml").read_text("utf-8")
PAGE = yaml.safe_load(TEXT)


def rules(reasons) -> list[str]:
    return [reason.values["rule"] for reason in reasons]


def granting(held, new) -> list[str]:
    return rules(conflicts(PAGE, held, new))


def test_planning_and_supervision_are_never_held_by_one_person():
    assert granting([("planner", "programme", "nsf")], ("supervisor", "region", "")) == ["plan-supervise"]
    assert granting([("supervisor", "region", "")], ("planner", "programme", "nsf")) == ["plan-supervise"]


def test_a_reason_carries_the_words_of_the_page():
    reason = conflicts(PAGE, [("planner", "programme", "nsf")], ("supervisor", "region", ""))[0]

    assert (reason.code, reason.values["en"], reason.values["held"], reason.values["wanted"]) == (
        "roles_apart",
        "Planning and supervision are apart",
        "planner",
        "supervisor",
    )


def test_a_pair_apart_only_within_a_case_may_be_held():
    assert granting([("planner", "programme", "nsf")], ("institution_officer", "round", "r1")) == []
    assert granting([("institution_officer", "round", "r1")], ("institution_chief", "round", "r1")) == []


def test_a_pair_apart_within_a_round_is_refused_for_the_same_round_only():
    held = [("institution_officer", "round", "r1")]

    assert granting(held, ("draw_operator", "round", "r1")) == ["draw-officer"]
    assert granting(held, ("draw_operator", "round", "r2")) == []
    assert granting([("institution_officer", "round", "")], ("draw_operator", "round", "")) == []


def test_staff_of_the_whole_region_never_review():
    assert granting([("leadership", "region", "")], ("expert", "label", "")) == ["staff-expert"]
    assert granting([("planner", "programme", "nsf")], ("expert", "label", "")) == []


def test_staff_do_not_apply_and_administrators_hold_no_business():
    assert granting([("fund_clerk", "programme", "nsf")], ("leader", "case", "c1")) == ["staff-applicant"]
    assert granting([("audit_admin", "none", "")], ("leader", "case", "c1")) == ["admin-business"]


def test_every_rule_that_is_broken_is_told_once():
    held = [("system_admin", "none", ""), ("security_admin", "none", "")]

    assert granting(held, ("audit_admin", "none", "")) == ["admins-system-audit", "admins-security-audit"]


@pytest.mark.parametrize("said", PAGE["examples"], ids=[said["name"] for said in PAGE["examples"]])
def test_the_example_of_the_page_holds_at_the_act(said):
    first, second = said["holds"]

    found = rules(clashes(PAGE, [(first, said["within"])], second))

    assert (found or ["none"])[0] == said["refused"]


def test_the_officer_of_a_case_does_not_check_it_but_may_check_another():
    assert rules(clashes(PAGE, [("institution_officer", "case")], "institution_chief")) == ["maker-checker-execution"]
    assert rules(clashes(PAGE, [("institution_officer", "round")], "institution_chief")) == []


def test_what_is_apart_in_the_whole_system_is_apart_on_a_case():
    assert rules(clashes(PAGE, [("supervisor", "case")], "leadership")) == ["decide-supervise"]


def test_the_same_role_twice_is_no_clash_and_an_unknown_one_neither():
    assert clashes(PAGE, [("planner", "case"), ("planner", "round")], "planner") == []
    assert clashes(PAGE, [("stranger", "case")], "planner") == []


def test_who_used_nothing_clashes_with_nothing():
    assert clashes(PAGE, [], "leadership") == []


def test_the_page_of_the_first_edition_is_sound():
    assert [str(fault) for fault in audit_roles(PAGE)] == []


@pytest.mark.parametrize(
    ("way", "value", "expected"),
    [
        (("roles", "planner", "power"), "might", ("roles.planner", "no power 'might'")),
        (("roles", "planner", "scope"), "moon", ("roles.planner", "no scope 'moon'")),
        (("roles", "planner", "en"), "", ("roles.planner", "the title lacks Chinese or English")),
        (("roles", "planner", "sees", "cases"), "some", ("roles.planner.sees", "cases: 'some' is no way to see it")),
        (
            ("incompatible", 0, "within"),
            "town",
            ("roles.incompatible.plan-execute", "within 'town' reaches nowhere"),
        ),
        (("incompatible", 0, "one"), {"role": "ghost"}, ("roles.incompatible.plan-execute", "no role 'ghost'")),
        (("incompatible", 0, "other"), {"power": "ghost"}, ("roles.incompatible.plan-execute", "no power 'ghost'")),
        (("incompatible", 0, "among"), "x", ("roles.incompatible.plan-execute", "the rule is not understood")),
        (("incompatible", 1, "code"), "plan-execute", ("roles.incompatible.plan-execute", "two rules of one code")),
        (
            ("examples", 0, "refused"),
            "none",
            ("roles.examples.0", "refused by ['draw-officer'], not []"),
        ),
    ],
)
def test_a_planted_fault_in_the_roles_is_found(way, value, expected):
    page = deepcopy(PAGE)
    place = page
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value

    assert [(fault.path, fault.why) for fault in audit_roles(page)] == [expected]
