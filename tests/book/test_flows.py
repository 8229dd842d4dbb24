"""The flow pages and the roles of the first edition: sound, complete in both languages, and every walk goes as told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import kechuang
from kechuang.casework.shelf.reader import read_page
from kechuang.engines.flow import Done, Flow, Situation, audit, flow_from, possible, promised, target
from kechuang.engines.flow.walks import replayed
from kechuang.words.period import ZONE

BOOK = Path(kechuang.__file__).parent / "book"
CHILDREN = {"objection", "appeal", "change", "midterm", "subproject"}
TARGETS = {"round", "grant", "subsidy", "recognition", "evaluation", "contest", "inquiry", "investment"}


def read(path: Path) -> dict:
    return read_page(str(path.relative_to(BOOK)), path.read_text("utf-8")).body


PAGES = {path.stem: read(path) for path in sorted((BOOK / "flows").glob("*.yaml"))}
FLOWS: dict[str, Flow] = {code: flow_from(page) for code, page in PAGES.items()}
ROLES = read(BOOK / "roles.yaml")


def untold(node: object, way: str) -> Iterator[str]:
    """Texts that have Chinese without English."""
    if isinstance(node, dict):
        if node.get("zh") and not node.get("en"):
            yield way
        for key, value in node.items():
            yield from untold(value, f"{way}.{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from untold(value, f"{way}[{i}]")


def test_every_flow_of_the_house_has_its_page_under_its_own_code():
    assert set(PAGES) == CHILDREN | TARGETS
    assert {code: flow.code for code, flow in FLOWS.items() if code != flow.code} == {}


@pytest.mark.parametrize("code", sorted(FLOWS))
def test_the_page_is_sound(code):
    assert [str(fault) for fault in audit(FLOWS[code], roles=ROLES["roles"], flows=FLOWS)] == []


@pytest.mark.parametrize(
    ("code", "said"),
    [(code, said) for code, flow in FLOWS.items() for said in flow.examples],
    ids=[f"{code}: {said['name']}" for code, flow in FLOWS.items() for said in flow.examples],
)
def test_the_walk_goes_as_the_page_says(code, said):
    assert [str(fault) for fault in replayed(FLOWS[code], said, code)] == []


@pytest.mark.parametrize("code", sorted(PAGES))
def test_every_text_of_the_page_is_in_both_languages(code):
    assert list(untold(PAGES[code], code)) == []


def test_every_text_of_the_roles_is_in_both_languages():
    assert list(untold(ROLES, "roles")) == []


def test_only_child_flows_hang_on_a_parent():
    assert {code for code, flow in FLOWS.items() if flow.parent} == CHILDREN


def test_only_the_round_moves_a_round():
    assert {code for code, flow in FLOWS.items() if flow.of == "round"} == {"round"}


def test_the_grant_keeps_all_states_of_the_lifecycle_but_those_of_its_children():
    codes = {state.code for state in FLOWS["grant"].states.values()}

    assert codes == {f"P{n:02}" for n in range(1, 37)} - {"P19", "P23", "P25"}


def test_supervision_never_moves_a_case_of_another_office():
    supervision = {name for name, role in ROLES["roles"].items() if role["power"] == "supervision"}
    moved = {
        f"{code}.{act.name}"
        for code, flow in FLOWS.items()
        if code not in CHILDREN | {"inquiry"}
        for act in flow.acts.values()
        if act.by in supervision and act.to != "same"
    }

    assert moved == set()


def test_the_clock_never_refuses_fails_or_ends_a_case_but_by_the_lapse_of_its_own_term_or_with_its_round_or_project():
    ended = {
        f"{code}.{act.name}"
        for code, flow in FLOWS.items()
        for act in flow.acts.values()
        if act.by == "clock" and act.to in flow.states and flow.states[act.to].end
    }

    assert ended == {
        "change.end_with_parent",
        "contest.end_with_round",
        "contest.lapse",
        "evaluation.end_with_round",
        "grant.end_with_round",
        "grant.lapse",
        "grant.release_reserve",
        "investment.end_with_round",
        "investment.lapse",
        "midterm.end_with_parent",
        "objection.end_with_parent",
        "recognition.end_with_round",
        "recognition.expire",
        "recognition.lapse",
        "subproject.end_with_parent",
        "subsidy.close",
        "subsidy.lapse",
        "subsidy.end_claim_with_round",
    }


def test_money_never_moves_while_a_child_case_stops_it():
    paying = {
        f"{code}.{act.name}"
        for code, flow in FLOWS.items()
        for act in flow.acts.values()
        if set(act.effects) & {"funds.pay", "funds.pay_in_stake"} and "casework.no_stopping_child" not in act.checks
    }

    assert paying == set()


def test_every_award_and_title_waits_for_the_objections_to_its_list():
    waiting = {
        code: sorted(act.name for act in flow.acts.values() if "casework.no_open_objection" in act.checks)
        for code, flow in FLOWS.items()
        if "public_notice" in flow.states
    }

    assert waiting == {
        "contest": ["prize"],
        "evaluation": ["decide"],
        "grant": ["fund"],
        "investment": ["approve"],
        "recognition": ["recognise"],
        "subsidy": ["approve"],
    }


def test_every_letter_that_an_act_sends_is_a_page_of_the_book():
    letters = {path.stem for path in (BOOK / "letters").glob("*.yaml")}
    if not letters:
        pytest.skip("the letters are not in this book")

    assert {act.letter for flow in FLOWS.values() for act in flow.acts.values() if act.letter} - letters == set()


def test_every_promise_of_the_first_edition_has_its_term_today():
    today, outside = date(2024, 3, 1), ("at",)
    empty = {
        f"{code}.{told.act}"
        for code, flow in FLOWS.items()
        for told in promised(flow, on=today)
        if told.kind not in outside and not told.terms
    }

    assert empty == set()


ROUND_STATES = ("open", "closing", "closed", "in_review")


def open_ways(flow: Flow, state: str, done: tuple[Done, ...], on: datetime) -> list[str]:
    """What anybody at all could do here, at once or in time, in any state of the round."""
    everyone = frozenset(ROLES["roles"])
    ways = [
        act.name
        for round_state in ROUND_STATES
        for moment in (on, on + timedelta(400))
        for act in possible(
            flow,
            state,
            situation=Situation(f"person {len(done)}", everyone, done, moment, round_state, lambda name: None),
        )
    ]
    return sorted(set(ways))


@pytest.mark.parametrize("code", ["grant", "subsidy", "contest", "inquiry", "investment", "objection", "midterm"])
@settings(max_examples=15, deadline=None)
@given(data=some.data())
def test_however_a_case_is_led_somebody_can_always_go_on_until_its_end(code, data):
    flow, before, done = FLOWS[code], "", ()
    state = data.draw(some.sampled_from(["", *flow.states]))
    on = datetime(2024, 3, 1, 9, tzinfo=ZONE)

    for _ in range(40):
        ways = open_ways(flow, state, done, on)
        if state and flow.states[state].end:
            return
        assert ways, f"nobody can do anything in {state} after {[one.act for one in done]}"
        act = flow.acts[data.draw(some.sampled_from(ways))]
        to = target(act, state, before)
        if to != state:
            before, state = state, to
            done = tuple(replace(one, since_entry=False) for one in done)
        on += timedelta(400)
        done = (*done, Done(act.name, f"person {len(done)}", on, since_entry=act.to == "same"))
