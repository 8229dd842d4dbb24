"""The recusal graph: each reason, how far back it reaches, and what it does not touch."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.engines.panel.recusal import CODES, Edge, Expert, Facts, Project, Rule, Tie, edges, hard, rules_from
from kechuang.words.outcome import BadPage

ON = date(2018, 6, 1)
RULES = {code: Rule(code) for code in CODES} | {"worked_there": Rule("worked_there", 2)}
EXPERT = Expert("e1", "ann", frozenset({"inst"}))
PROJECT = Project("p1", frozenset({"firm"}), frozenset({"bob"}))


def found(*, project=PROJECT, expert=EXPERT, **facts) -> tuple[Edge, ...]:
    return edges([project], [expert], facts=Facts(**facts), rules=RULES, on=ON)


def test_strangers_may_meet():
    assert found() == ()


def test_an_expert_of_the_applying_unit_steps_aside():
    assert found(project=PROJECT._replace(units=frozenset({"inst"}))) == (
        Edge("p1", "e1", "same_legal_person", "hard", "inst"),
    )


@pytest.mark.parametrize("code", ["relative", "coauthor", "joint_project", "mentor", "interest"])
def test_a_tie_to_a_member_of_the_team_is_an_edge(code):
    assert found(ties=[Tie("e1", "bob", code)]) == (Edge("p1", "e1", code, "hard", "bob"),)


@pytest.mark.parametrize(("left", "edges_found"), [(date(2016, 6, 1), 1), (date(2016, 5, 31), 0), (None, 1)])
def test_a_former_post_counts_to_the_day_two_years_later(left, edges_found):
    assert len(found(ties=[Tie("e1", "firm", "worked_there", left)])) == edges_found


def test_who_applies_in_the_round_reviews_nothing_in_it():
    other = Project("p2", people=frozenset({"ann"}))
    graph = edges([PROJECT, other], [EXPERT], facts=Facts(), rules=RULES, on=ON)
    assert hard(graph) == {("p1", "e1"), ("p2", "e1")}
    assert {e.code for e in graph} == {"same_round"}


def test_named_and_declared_pairs_are_edges_of_that_project_only():
    assert found(named=[("p1", "e1")], declared=[("p1", "e1")]) == (
        Edge("p1", "e1", "declared"),
        Edge("p1", "e1", "named_by_applicant"),
    )


@pytest.mark.parametrize(("until", "blocks"), [(date(2018, 6, 1), True), (date(2018, 5, 31), False), (None, True)])
def test_a_sanction_stops_blocking_the_day_after_its_last(until, blocks):
    assert bool(found(sanctions={"e1": until})) == blocks


def test_a_code_without_a_rule_makes_no_edge():
    assert edges([PROJECT], [EXPERT], facts=Facts(ties=[Tie("e1", "bob", "mentor")]), rules={}, on=ON) == ()


def test_a_warning_is_shown_but_does_not_bar():
    graph = edges(
        [PROJECT],
        [EXPERT],
        facts=Facts(declared=[("p1", "e1")]),
        rules={"declared": Rule("declared", None, "warn")},
        on=ON,
    )
    assert (len(graph), hard(graph)) == (1, frozenset())


def test_an_expert_outside_the_pool_makes_no_edge():
    assert found(declared=[("p1", "stranger")]) == ()


def test_rules_are_read_from_the_rows_of_a_page():
    rows = [{"code": "mentor", "level": "hard"}, {"code": "coauthor", "years": 3, "level": "warn"}]
    assert rules_from(rows) == {"mentor": Rule("mentor"), "coauthor": Rule("coauthor", 3, "warn")}


@pytest.mark.parametrize("row", [{"code": "neighbour"}, {"code": "mentor", "level": "soft"}])
def test_an_unknown_reason_or_level_is_a_fault_of_the_page(row):
    with pytest.raises(BadPage):
        rules_from([row])
