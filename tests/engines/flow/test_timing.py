"""Terms of acts and the acts of the clock, at the edges of days, by the official calendar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kechuang.engines.flow import due, stations, timed
from kechuang.formula import parse
from kechuang.words.reason import Reason
from tests.engines.flow.pages import a_flow, an_act, at, both, done, situation


def clock_flow(**changes):
    """A flow in which the clock expires, reminds and lapses."""
    params = {
        "answer_days": {**both("answer"), "value": {"2018-01-01": "5 工作日"}},
        "warn": {**both("warn"), "value": {"2018-01-01": ["90 日", "30 日", "7 日"]}},
        "hours": {**both("hours"), "value": {"2018-01-01": "24 小时"}},
    }
    acts = {
        "ask": an_act(
            ["checked"], "waiting", "officer", limit={"within": "answer_days", "from": "ask", "then": "expire"}
        ),
        "expire": an_act(["waiting"], "checked", "clock"),
        "remind": an_act(["checked"], "same", "clock", limit={"within": "warn", "before": "project.end"}),
        "lapse": an_act(["draft"], "refused", "clock", round=["closed"]),
        "end": an_act(["checked"], "granted", "clock", limit={"at": "project.end"}),
        "next": an_act(["waiting"], "same", "clock", limit={"not_before": "hours", "from": ["ask", "next"]}),
    }
    given = {f"acts__{name}": act for name, act in acts.items()} | {f"params__{name}": p for name, p in params.items()}
    return a_flow(**(given | changes))


def names(found):
    return [(act.name, moment) for act, moment in found]


def test_a_term_of_working_days_ends_at_midnight_after_its_last_day():
    flow = a_flow()

    moment = due(flow, flow.acts["grant"], situation(did=(done("submit", on="2019-03-04 16:00"),)))

    assert moment == at("2019-03-19 00:00")


def test_a_term_is_the_one_in_force_when_it_began():
    flow = a_flow()

    moment = due(flow, flow.acts["grant"], situation(did=(done("submit", on="2020-06-01 16:00"),)))

    assert moment == at("2020-07-01 00:00")  # 20 working days, the Dragon Boat holiday left out and 28 June worked


def test_before_its_first_day_a_parameter_sets_no_limit():
    flow = a_flow()

    assert due(flow, flow.acts["grant"], situation(did=(done("submit", on="2017-06-01 16:00"),))) is None


@pytest.mark.parametrize("name", ["open", "grant", "appeal"])
def test_without_a_limit_or_a_start_nothing_is_due(name):
    flow = a_flow()

    assert due(flow, flow.acts[name], situation()) is None


def test_the_clock_rests_while_the_case_waits_for_the_applicant():
    flow = a_flow()
    did = (
        done("submit", on="2019-03-04 16:00"),
        done("ask", on="2019-03-06 10:00"),
        done("answer", on="2019-03-11 10:00"),
    )

    moment = due(flow, flow.acts["grant"], situation(did=did, on="2019-03-12 09:00"))

    assert moment == at("2019-03-22 00:00")  # 7, 8 and 11 March did not count


def test_a_rest_that_goes_on_is_counted_up_to_now():
    flow = a_flow()
    did = (done("submit", on="2019-03-04 16:00"), done("ask", on="2019-03-06 10:00"))

    moment = due(flow, flow.acts["grant"], situation(did=did, on="2019-03-07 09:00"))

    assert moment == at("2019-03-20 00:00")


def test_a_rest_of_calendar_days_moves_a_term_of_calendar_days():
    flow = a_flow(params__check_days__value={"2018-01-01": "45 日"})
    did = (
        done("submit", on="2019-03-04 16:00"),
        done("ask", on="2019-03-06 10:00"),
        done("answer", on="2019-03-11 10:00"),
    )

    moment = due(flow, flow.acts["grant"], situation(did=did, on="2019-03-12 09:00"))

    assert moment == at("2019-04-24 00:00")  # 18 April and five days


def test_the_clock_owes_what_a_limit_names_when_it_runs_out():
    did = (done("ask", on="2019-03-04 10:00"),)

    found = timed(clock_flow(), "waiting", situation=situation("clock", did=did))

    assert names(found) == [("next", at("2019-03-05 10:00")), ("expire", at("2019-03-12 00:00"))]


def test_a_deed_that_came_in_time_leaves_the_clock_nothing_to_do():
    sends = {"within": "answer_days", "from": "ask", "then": "scold"}
    flow = clock_flow(
        acts__hear=an_act(["waiting"], "same", "leader", limit=sends),
        acts__scold=an_act(["waiting"], "same", "clock"),
        acts__next=...,
        acts__expire=...,
        acts__ask=an_act(["checked"], "waiting", "officer"),
    )
    asked, heard = done("ask", on="2019-03-04 10:00"), done("hear", on="2019-03-05 10:00")

    assert names(timed(flow, "waiting", situation=situation("clock", did=(asked,)))) == [
        ("scold", at("2019-03-12 00:00"))
    ]
    assert timed(flow, "waiting", situation=situation("clock", did=(asked, heard))) == ()
    assert timed(flow, "waiting", situation=situation("clock", did=(asked, done("hear", on="2019-03-04 10:00")))) == ()


def test_what_the_clock_has_done_in_place_is_not_owed_again_for_the_same_hour():
    first = (done("ask", on="2019-03-04 10:00"), done("next", on="2019-03-05 10:01"))

    found = timed(clock_flow(), "waiting", situation=situation("clock", did=first))

    assert names(found) == [("next", at("2019-03-06 10:01")), ("expire", at("2019-03-12 00:00"))]


def test_an_act_of_the_clock_without_a_limit_is_due_at_once_when_its_round_is():
    flow, did = clock_flow(), (done("open", on="2019-03-04 10:00"),)

    open_ = timed(flow, "draft", situation=situation("clock", did=did))
    closed = timed(flow, "draft", situation=situation("clock", did=did, round_state="closed"))

    assert open_ == ()
    assert names(closed) == [("lapse", at("2019-03-04 10:00"))]


def test_the_clock_does_not_try_what_a_check_is_known_to_refuse():
    flow, did = clock_flow(acts__lapse__checks=["house.goes_on"]), (done("open", on="2019-03-04 10:00"),)
    shut = {"house.goes_on": Reason("house_stands")}

    assert timed(flow, "draft", situation=situation("clock", did=did, round_state="closed", failing=shut)) == ()
    assert [act.name for act, _on in timed(flow, "draft", situation=situation("clock", did=did, round_state="closed"))] == ["lapse"]  # fmt: skip


@pytest.mark.parametrize(("granted", "owed"), [(None, []), (0, []), (1, ["lapse"])])
def test_an_act_of_the_clock_that_would_be_due_at_once_waits_for_its_condition(granted, owed):
    """A fact that nobody knows is no condition that holds: the clock would try, be refused and leave an attempt every time."""
    flow, did = clock_flow(), (done("open", on="2019-03-04 10:00"),)
    lapse = replace(flow.acts["lapse"], when=parse("granted > 0"))
    flow = replace(flow, acts={**flow.acts, "lapse": lapse}, facts={**flow.facts, "granted": "funds.granted"})

    found = timed(flow, "draft", situation=situation("clock", did=did, round_state="closed", fact=lambda name: granted))

    assert [act.name for act, _ in found] == owed


@pytest.mark.parametrize(
    ("now", "given", "expected"),
    [
        ("2019-01-05 09:00", [], "2019-04-03 00:00"),
        ("2019-04-05 09:00", [], "2019-04-03 00:00"),
        ("2019-04-05 09:00", ["2019-04-03 00:01"], "2019-06-02 00:00"),
        ("2019-04-05 09:00", ["2019-04-03 00:00"], "2019-06-02 00:00"),
        ("2019-06-26 09:00", ["2019-04-03 00:00"], "2019-06-25 00:00"),
        ("2019-06-30 09:00", [], "2019-06-25 00:00"),
        ("2019-06-30 09:00", ["2019-06-25 00:01"], None),
    ],
)
def test_reminders_come_one_by_one_and_missed_ones_are_not_piled_up(now, given, expected):
    flow, anchors = clock_flow(acts__end=...), {"project.end": at("2019-07-02 00:00")}
    did = tuple(done("remind", "clock", on) for on in given)

    found = timed(flow, "checked", situation=situation("clock", did=did, on=now), anchors=anchors)

    assert names(found) == ([("remind", at(expected))] if expected else [])


def test_a_moment_outside_the_flow_is_met_at_that_moment_and_unknown_never():
    flow, end = clock_flow(acts__remind=...), at("2019-07-02 00:00")

    assert names(timed(flow, "checked", situation=situation("clock"), anchors={"project.end": end})) == [("end", end)]
    assert timed(flow, "checked", situation=situation("clock")) == ()


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("3 月", "2019-04-02 00:00"),
        ("1 年", "2018-07-02 00:00"),
        ("2 周", "2019-06-18 00:00"),
        ("3 工作日", "2019-06-27 00:00"),
        ("24 小时", "2019-07-01 00:00"),
    ],
)
def test_a_term_is_counted_back_from_an_end(term, expected):
    flow = clock_flow(params__warn__value={"2018-01-01": term})

    moment = due(flow, flow.acts["remind"], situation(), anchors={"project.end": at("2019-07-02 00:00")})

    assert moment == at(expected)


def test_the_latest_start_counts_when_a_term_begins_anew():
    flow = a_flow()
    twice = (done("submit", on="2019-03-04 16:00"), done("submit", on="2019-03-05 16:00"))

    assert due(flow, flow.acts["grant"], situation(did=twice)) == at("2019-03-20 00:00")


def test_stations_are_read_from_what_was_done_and_a_return_finds_its_way_back():
    flow = a_flow(acts__answer__to="previous")
    did = tuple(done(name) for name in ("open", "submit", "look", "ask", "answer"))

    assert [state for _, state in stations(flow, did)] == ["draft", "checked", "waiting", "checked"]


def test_the_clock_is_not_asked_for_what_still_waits_for_a_person():
    flow = clock_flow(acts__lapse=an_act(["draft"], "refused", "clock", after=["look"], after_any=["ask", "look"]))
    looked = done("look", on="2019-03-04 10:00")

    assert timed(flow, "draft", situation=situation("clock", did=(done("open"),))) == ()
    assert names(timed(flow, "draft", situation=situation("clock", did=(looked,)))) == [("lapse", looked.on)]


def test_the_clock_never_does_by_itself_what_a_child_carries_along():
    flow = clock_flow(acts__lapse=an_act(["draft"], "refused", "clock", through=["appeal"]))

    assert timed(flow, "draft", situation=situation("clock")) == ()


def test_a_moment_met_before_is_met_again_when_the_case_has_come_back():
    flow = clock_flow(acts__remind=..., acts__end=an_act(["checked"], "waiting", "clock", limit={"at": "project.end"}))
    did = (done("end", on="2019-07-02 00:01", fresh=False), done("answer", on="2019-07-03 09:00", fresh=False))
    end = at("2019-07-02 00:00")

    found = timed(flow, "checked", situation=situation("clock", did=did), anchors={"project.end": end})

    assert names(found) == [("end", end)]


def test_of_two_terms_that_send_the_clock_the_earlier_one_counts():
    sends = {"within": "appeal_days", "from": "ask", "then": "expire"}
    flow = clock_flow(acts__next=..., acts__answer__limit=sends)

    found = timed(flow, "waiting", situation=situation("clock", did=(done("ask", on="2019-03-04 10:00"),)))

    assert names(found) == [("expire", at("2019-03-12 00:00"))]


def test_a_rest_before_the_term_began_does_not_count():
    flow = a_flow()
    did = (
        done("submit", on="2019-02-18 09:00"),
        done("ask", on="2019-02-20 09:00"),
        done("submit", on="2019-03-04 16:00"),
    )

    assert due(flow, flow.acts["grant"], situation(did=did)) == at("2019-03-19 00:00")


def test_hours_run_on_while_the_clock_of_days_rests():
    flow = a_flow(params__check_days__value={"2018-01-01": "24 小时"})
    did = (
        done("submit", on="2019-03-04 16:00"),
        done("ask", on="2019-03-04 17:00"),
        done("answer", on="2019-03-06 10:00"),
    )

    assert due(flow, flow.acts["grant"], situation(did=did)) == at("2019-03-05 16:00")
