"""The audit finds each kind of fault when it is planted, and nothing in a sound page."""

from __future__ import annotations

import pytest

from kechuang.engines.flow import audit
from kechuang.engines.flow.audit import edges, possible
from kechuang.engines.flow.walks import replayed, walked
from tests.engines.flow.pages import a_flow, an_act, both

ROLES = {"leader", "officer", "chief", "clock"}
SOUND = {"acts__give_in": ..., "acts__appeal__limit": {"within": "appeal_days", "from": "refuse"}}


def faults(**changes) -> list[tuple[str, str]]:
    flow = a_flow(**(SOUND | changes))
    return [(fault.path.removeprefix("flows/errand."), fault.why) for fault in audit(flow, roles=ROLES)]


def test_a_sound_page_has_no_fault():
    assert faults() == []


PLANTED = {
    "an act from a state that is not there": (
        {"acts__grant__from": ["checked", "limbo"]},
        [("acts.grant", "no state 'limbo'")],
    ),
    "an act to a state that is not there": ({"acts__grant__to": "limbo"}, [("acts.grant", "no state 'limbo'")]),
    "an opening that leads nowhere": (
        {"acts__open__to": "same"},
        [("acts.open", "a case that does not exist yet stands nowhere")],
    ),
    "an act of nobody": ({"acts__grant__by": "ghost"}, [("acts.grant", "no role 'ghost': nobody may do this")]),
    "a second nobody": ({"acts__grant__seconded_by": "ghost"}, [("acts.grant", "no role 'ghost': nobody may do this")]),
    "a second of the same role": (
        {"acts__grant__seconded_by": "chief"},
        [("acts.grant", "the second person is of the same role")],
    ),
    "after an act that is not there": ({"acts__grant__after": ["peek"]}, [("acts.grant.after", "no act 'peek'")]),
    "after any act that is not there": (
        {"acts__refuse__after_any": ["peek"]},
        [("acts.refuse.after_any", "no act 'peek'")],
    ),
    "apart from an act that is not there": (
        {"acts__grant__never_with": ["peek"]},
        [("acts.grant.never_with", "no act 'peek'")],
    ),
    "an act of a parent where there is none": (
        {"acts__grant__never_with": ["parent.look"]},
        [("acts.grant.never_with", "no act 'parent.look'")],
    ),
    "a condition on nothing known": (
        {"acts__grant__when": "sum_asked > least"},
        [("acts.grant.when", "'sum_asked' is neither a fact nor a parameter")],
    ),
    "a choice without options": (
        {"acts__grant__inputs": {"how": {**both("how"), "kind": "choice"}}},
        [("acts.grant.inputs.how", "a choice without anything to choose")],
    ),
    "a limit without its parameter": (
        {"acts__grant__limit": {"within": "days", "from": "submit", "alert": "officer"}},
        [("acts.grant.limit", "no parameter 'days'")],
    ),
    "a limit by an amount": (
        {"acts__grant__limit": {"within": "least", "from": "submit", "alert": "officer"}},
        [
            (
                "acts.grant.limit",
                "least: '20 万元' is no term: write a whole number and one of 工作日, 日, 周, 月, 年, 小时, 分钟",
            )
        ],
    ),
    "a limit from an act that is not there": (
        {"acts__grant__limit__from": "peek"},
        [("acts.grant.limit", "no act or moment 'peek'")],
    ),
    "a limit that sends a person": (
        {"acts__grant__limit": {"within": "check_days", "from": "submit", "then": "refuse"}},
        [("acts.grant.limit", "'refuse' is no act of the clock")],
    ),
    "an alert to nobody": ({"acts__grant__limit__alert": "ghost"}, [("acts.grant.limit", "no role 'ghost'")]),
    "a notice of no length": (
        {"acts__grant__public": {"what": both("list"), "within": "days"}},
        [("acts.grant.public", "no parameter 'days'")],
    ),
    "a stage that is not there": ({"states__draft__stage": "dusk"}, [("states.draft", "no stage 'dusk'")]),
    "a clock that rests for nothing": (
        {"states__waiting__clock_stopped": ["days"]},
        [("states.waiting", "no parameter 'days'")],
    ),
    "two states that look alike": ({"states__waiting__zh": "checked"}, [("states.waiting", "shown like checked")]),
    "a state no walk comes to": (
        {"states__lost": {**both("lost"), "stage": "end", "end": True}},
        [("states.lost", "no walk comes here")],
    ),
    "a dead end": ({"acts__answer": ...}, [("states.waiting", "a dead end: nothing leads out")]),
    "a ring without a way out": (
        {"acts__answer": an_act(["waiting"], "limbo", "leader"), "acts__sway": an_act(["limbo"], "waiting", "leader")}
        | {"states__limbo": {**both("limbo"), "stage": "decide"}},
        [("states.waiting", "no way from here comes to an end"), ("states.limbo", "no way from here comes to an end")],
    ),
    "a way out that wears off": (
        {"acts__answer__times": 1},
        [("states.waiting", "every way out is limited by times: on a second visit it is a dead end")],
    ),
    "a way out of an end": (
        {"acts__revive": an_act(["refused"], "checked", "chief")},
        [("states.refused", "revive leads out of an end")],
    ),
    "an act whose first act cannot come first": (
        {"acts__refuse__after_any": ["answer"]},
        [
            ("states.refused", "no walk comes here"),
            ("acts.refuse", "can never be done in 'checked': what must come first cannot"),
        ],
    ),
    "two acts that wait for each other": (
        {"acts__look__after": ["peek"], "acts__peek": an_act(["checked"], "same", "officer", after=["look"])}
        | {"acts__refuse__after_any": ..., "acts__ask__after": ..., "examples": []},
        [
            ("states.granted", "no walk comes here"),
            ("acts.look", "can never be done in 'checked': what must come first cannot"),
            ("acts.grant", "can never be done in 'checked': what must come first cannot"),
            ("acts.peek", "can never be done in 'checked': what must come first cannot"),
        ],
    ),
    "an act after one that leads away": (
        {"acts__refuse__after_any": ["ask"]},
        [
            ("states.refused", "no walk comes here"),
            ("acts.refuse", "can never be done in 'checked': what must come first cannot"),
        ],
    ),
    "money where the state does not pay": (
        {"acts__pay": an_act(["checked"], "same", "chief")},
        [("states.checked", "pay and pays: disagree")],
    ),
    "a state that pays without the act": (
        {"acts__pay": an_act(["checked"], "same", "chief"), "states__checked__pays": True, "states__draft__pays": True},
        [("states.draft", "pay and pays: disagree")],
    ),
    "an appeal against nothing": (
        {"appeals": [{"against": "peek", "within": "appeal_days", "by": "leader", "decided_by": "chief"}]},
        [("appeals.0", "no act 'peek'")],
    ),
    "an appeal of no term, to nobody": (
        {"appeals": [{"against": "refuse", "within": "days", "by": "leader", "decided_by": "ghost"}]},
        [("appeals.0", "no parameter 'days'"), ("appeals.0", "no role 'ghost'")],
    ),
    "a change decided by nobody known": (
        {"changes": {"goals": {"decides": "ghost"}, "fee": {"decides": "nobody"}}},
        [("changes.goals", "no role 'ghost'")],
    ),
    "a change that asks for what no act asks for": (
        {"changes": {"goals": {"decides": "chief", "fields": ["new_goals"]}}},
        [("changes.goals", "no act asks for new_goals")],
    ),
    "a walk that ends elsewhere": (
        {"examples": [{"name": "x", "path": ["open"], "ends": "granted"}]},
        [("examples.0", "the walk ends in 'draft', not in 'granted'")],
    ),
    "a walk that is stopped": (
        {"examples": [{"name": "x", "path": ["open", "grant"], "ends": "granted"}]},
        [("examples.0", "grant is refused in 'draft': act_not_here")],
    ),
    "a refusal that does not happen": (
        {"examples": [{"name": "x", "start": "checked", "refused": "look"}]},
        [("examples.0", "look is allowed in 'checked', but the walk says refused")],
    ),
    "a refusal for another cause": (
        {"examples": [{"name": "x", "start": "checked", "refused": "grant", "because": "never_with"}]},
        [("examples.0", "grant is refused by act_after_missing, not by same_person")],
    ),
    "a walk nobody understands": (
        {"examples": [{"name": "x", "start": "limbo", "ends": "granted"}]},
        [("examples.0", "the walk is not understood: {'name': 'x', 'start': 'limbo', 'ends': 'granted'}")],
    ),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_fault_is_found(kind):
    changes, expected = PLANTED[kind]

    assert faults(**changes) == expected


def test_a_page_that_opens_no_case_and_never_ends_is_told_so():
    found = faults(acts__open=..., states__granted__end=False, states__refused__end=False)

    assert found == [("acts", "no act opens a case"), ("states", "no state is an end")]


def child(**changes):
    given = {
        "code": "appeal",
        "parent": {"flows": ["errand"], "states": ["refused"]},
        "acts__give_in": ...,
        "acts__grant__parent": "give_in",
    }
    return a_flow(**(given | changes))


def family_faults(flow, *others) -> list[tuple[str, str]]:
    flows = {one.code: one for one in (flow, *others)}
    return [(fault.path, fault.why) for fault in audit(flow, roles=ROLES, flows=flows)]


def test_a_sound_child_and_its_parent_have_no_fault():
    assert family_faults(child(), a_flow()) == []
    assert family_faults(a_flow(), child()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"parent__flows": ["errand", "lost"]}, [("flows/appeal.parent", "no flow 'lost'")]),
        ({"parent__states": ["refused", "lost"]}, [("flows/appeal.parent", "no parent has a state 'lost'")]),
        ({"acts__grant__parent": "look"}, [("flows/appeal.acts.grant", "no parent hands 'look' to this flow")]),
        ({"acts__grant__never_with": ["parent.peek"]}, [("flows/appeal.acts.grant", "no parent has an act 'peek'")]),
    ],
)
def test_a_child_that_names_what_its_parent_has_not_is_found(changes, expected):
    assert family_faults(child(**changes), a_flow()) == expected


def test_an_act_handed_to_a_child_must_be_carried_by_it_where_it_hangs():
    idle, elsewhere = child(acts__grant__parent=...), child(parent__states=["checked"])

    assert family_faults(a_flow(), idle) == [("flows/errand.acts.give_in", "no act of 'appeal' carries it")]
    assert family_faults(a_flow(), elsewhere) == [("flows/errand.acts.give_in", "'appeal' never hangs on refused")]
    assert family_faults(a_flow()) == [("flows/errand.acts.give_in", "no act of 'appeal' carries it")]


def test_what_a_round_carries_along_must_be_an_act_of_a_case():
    good = a_flow(code="round", of="round", acts__give_in=..., acts__look__cases={"answer": ["waiting"]})
    bad = a_flow(code="round", of="round", acts__give_in=..., acts__look__cases={"answer": ["waiting", "draft"]})

    assert family_faults(good, a_flow()) == []
    assert family_faults(bad, a_flow()) == [
        ("flows/round.acts.look.cases", "no flow has an act 'answer' from draft"),
    ]


def test_a_return_to_the_state_before_leads_wherever_one_came_from():
    flow = a_flow(acts__answer__to="previous")

    assert edges(possible(flow, ROLES))["waiting"] == {"checked"}


def test_a_walk_comes_through_the_states_it_names():
    assert walked(a_flow(), a_flow().examples[0]) == ("", "draft", "checked", "granted")


def test_a_walk_waits_for_what_must_not_come_early():
    flow = a_flow(acts__refuse__limit={"not_before": "appeal_days", "from": "look"})
    said = {"name": "x", "start": "checked", "path": ["look", "refuse"], "ends": "refused"}

    assert list(replayed(flow, said, "x")) == []


def test_a_walk_may_give_facts_and_then_conditions_are_in_earnest():
    flow = a_flow()
    poor = {"name": "x", "start": "checked", "path": ["look"], "facts": {"amount": 1}, "refused": "grant"}
    rich = {"name": "x", "start": "checked", "path": ["look", "grant"], "facts": {"amount": 20_000_000}}

    assert list(replayed(flow, {**poor, "because": "when"}, "x")) == []
    assert list(replayed(flow, {**rich, "ends": "granted"}, "x")) == []


def test_the_act_that_leads_into_a_state_is_not_done_in_it():
    flow = a_flow(acts__refuse__after_any=["submit"])
    said = {"name": "x", "path": ["open", "submit"], "refused": "refuse", "because": "after"}

    assert list(replayed(flow, said, "x")) == []


def test_what_was_done_before_the_case_left_its_state_must_be_done_anew():
    said = {"name": "x", "start": "checked", "path": ["look", "ask", "answer"], "refused": "grant", "because": "after"}

    assert list(replayed(a_flow(), said, "x")) == []
