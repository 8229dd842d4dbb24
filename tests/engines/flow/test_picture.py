"""A flow drawn: stages and arrows, the line of one case, and the times it promises."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.engines.flow import line, picture, promised
from tests.engines.flow.pages import a_flow, both


def marks(steps) -> list[tuple[str, str]]:
    return [(step.state, step.mark) for step in steps]


def test_states_stand_in_their_stages_in_the_order_of_the_page():
    drawn = picture(a_flow())

    assert [(stage.code, [state.name for state in stage.states]) for stage in drawn.stages] == [
        ("apply", ["draft"]),
        ("decide", ["checked", "waiting"]),
        ("end", ["granted", "refused"]),
    ]


def test_a_flow_without_stages_is_one_stage():
    drawn = picture(a_flow(stages={}))

    assert [(stage.title, len(stage.states)) for stage in drawn.stages] == [(both("errand"), 5)]


def test_an_arrow_names_its_acts_and_knows_whether_it_leads_back():
    arrows = {(arrow.start, arrow.to): arrow for arrow in picture(a_flow()).arrows}

    assert {way: (arrow.acts, arrow.back) for way, arrow in arrows.items()} == {
        ("", "draft"): (("open",), False),
        ("draft", "checked"): (("submit",), False),
        ("checked", "waiting"): (("ask",), False),
        ("waiting", "checked"): (("answer",), True),
        ("checked", "granted"): (("grant",), False),
        ("checked", "refused"): (("refuse",), False),
        ("refused", "checked"): (("give_in",), True),
    }


def test_an_arrow_that_only_time_draws_is_the_clocks():
    mixed = {"title": both("more"), "from": ["checked"], "to": "refused", "by": "clock"}
    arrows = picture(a_flow(acts__ask__by="clock", acts__fade=mixed)).arrows

    assert [(arrow.start, arrow.to) for arrow in arrows if arrow.clock] == [("checked", "waiting")]


def test_the_main_line_is_the_first_walk_of_the_page():
    assert picture(a_flow()).main == ("draft", "checked", "granted")
    assert picture(a_flow(examples=[])).main == ()
    assert picture(a_flow(examples=[{"name": "x", "path": ["grant"], "ends": "granted"}])).main == ()


@pytest.mark.parametrize(
    ("visited", "now", "expected"),
    [
        (["draft"], "draft", [("draft", "now"), ("checked", ""), ("granted", "")]),
        (["draft", "checked"], "checked", [("draft", "done"), ("checked", "now"), ("granted", "")]),
        (
            ["draft", "checked", "waiting"],
            "waiting",
            [("draft", "done"), ("checked", "done"), ("waiting", "now"), ("granted", "")],
        ),
        (
            ["draft", "checked", "waiting", "checked"],
            "checked",
            [("draft", "done"), ("waiting", "done"), ("checked", "now"), ("granted", "")],
        ),
        (
            ["draft", "checked", "waiting", "checked", "refused"],
            "refused",
            [("draft", "done"), ("waiting", "done"), ("checked", "done"), ("refused", "no")],
        ),
        (["draft", "checked", "granted"], "granted", [("draft", "done"), ("checked", "done"), ("granted", "done")]),
        (["draft", "checked", "refused"], "refused", [("draft", "done"), ("checked", "done"), ("refused", "no")]),
    ],
)
def test_the_line_says_what_is_done_where_it_stands_and_what_comes(visited, now, expected):
    assert marks(line(a_flow(), visited, now)) == expected


def test_a_step_carries_the_title_to_show():
    assert line(a_flow(), ["draft"], "draft")[0].title == both("draft")


def test_a_promise_is_told_with_the_term_that_holds_on_the_day():
    old = promised(a_flow(), on=date(2019, 6, 1))
    new = promised(a_flow(), on=date(2020, 6, 1))

    assert [(p.act, p.kind, p.terms, p.since, p.alert) for p in old] == [
        ("grant", "within", ("10 工作日",), ("submit",), "officer"),
        ("appeal", "within", ("15 日",), ("refuse",), ""),
    ]
    assert [p.terms for p in new] == [("20 工作日",), ("15 日",)]


@pytest.mark.parametrize(
    ("limit", "kind", "since"),
    [
        ({"not_before": "appeal_days", "from": "look"}, "not_before", ("look",)),
        ({"within": "appeal_days", "before": "project.end"}, "before", ("project.end",)),
        ({"at": "project.end"}, "at", ("project.end",)),
    ],
)
def test_every_kind_of_limit_is_told(limit, kind, since):
    told = promised(a_flow(acts__grant__limit=limit), on=date(2019, 6, 1))[0]

    assert (told.kind, told.since) == (kind, since)
