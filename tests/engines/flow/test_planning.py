"""Planning an act: every reason that stands against it is told, and nothing else."""

from __future__ import annotations

import pytest

from kechuang.engines.flow import of_parent, offered, opened_on, plan, possible, seconded, target
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason
from tests.engines.flow.pages import a_flow, an_act, at, both, done, situation


def refused(flow, state, name, here, **more) -> list[str]:
    with pytest.raises(Refused) as refusal:
        plan(flow, state, name, situation=here, **more)
    return refusal.value.codes


def test_an_act_of_this_state_and_role_is_planned():
    flow = a_flow()

    act = plan(flow, "draft", "submit", situation=situation("leader"))

    assert (act.name, act.to, act.by) == ("submit", "checked", "leader")


def test_a_case_is_opened_where_none_exists_and_nowhere_else():
    flow = a_flow()

    assert plan(flow, "", "open", situation=situation("leader")).to == "draft"
    assert refused(flow, "draft", "open", situation("leader")) == ["act_not_here"]
    assert refused(flow, "", "submit", situation("leader")) == ["act_not_here"]


def test_an_unknown_act_is_not_here():
    assert refused(a_flow(), "draft", "fly", situation("leader")) == ["act_not_here"]


def test_an_act_of_another_role_is_refused_alone_and_names_the_role():
    with pytest.raises(Refused) as refusal:
        plan(a_flow(), "checked", "grant", situation=situation("leader", round_state="closed"))

    assert [(r.code, r.values["role"]) for r in refusal.value.reasons] == [("act_for_another", "chief")]


def test_a_closed_round_refuses_what_needs_an_open_one():
    assert refused(a_flow(), "draft", "submit", situation("leader", round_state="closed")) == ["round_not_open"]


def test_a_check_that_is_known_to_fail_shuts_every_act_that_asks_for_it_with_its_reason():
    flow = a_flow(acts__look__checks=["house.goes_on"])
    here = situation("officer", failing={"house.goes_on": Reason("house_stands")})

    assert refused(flow, "checked", "look", here) == ["house_stands"]
    act, whys = offered(flow, "checked", situation=here)[0]
    assert (act.name, [why.code for why in whys]) == ("look", ["house_stands"])
    assert plan(flow, "checked", "look", situation=situation("officer")).name == "look"


def test_what_must_come_first_must_have_been_done_since_the_case_came_here():
    flow = a_flow()
    stale = (done("look", fresh=False),)

    assert refused(flow, "checked", "grant", situation("chief", did=stale)) == ["act_after_missing"]
    assert plan(flow, "checked", "grant", situation=situation("chief", did=(done("look"),))).name == "grant"


def test_one_of_several_first_acts_is_enough():
    flow = a_flow()

    assert refused(flow, "checked", "refuse", situation("chief")) == ["act_after_missing"]
    assert plan(flow, "checked", "refuse", situation=situation("chief", did=(done("look"),))).name == "refuse"


def test_whoever_looked_does_not_grant_even_after_a_return():
    own = (done("look", "li", fresh=False), done("look", "wang"))

    assert refused(a_flow(), "checked", "grant", situation("chief", did=own)) == ["same_person"]


def test_an_act_is_done_no_more_often_than_its_times_over_the_whole_case():
    twice = (done("look", fresh=False), done("look"))

    assert refused(a_flow(), "checked", "look", situation("officer", did=twice)) == ["act_already_done"]


def test_a_false_condition_and_an_unknown_fact_both_mean_not_now():
    flow, did = a_flow(), (done("look"),)

    poor = situation("chief", did=did, fact={"funds.granted": 19_999_999}.get)
    unknown = situation("chief", did=did, fact={}.get)

    assert refused(flow, "checked", "grant", poor) == ["not_now"]
    assert refused(flow, "checked", "grant", unknown) == ["not_now"]


def test_a_condition_that_cannot_be_worked_out_is_a_refusal_too():
    wrong = situation("chief", did=(done("look"),), fact={"funds.granted": "much"}.get)

    assert refused(a_flow(), "checked", "grant", wrong)[0] == "not_now"


def test_a_fact_is_asked_only_where_a_condition_needs_it():
    asked = []

    possible(a_flow(), "draft", situation=situation("leader", fact=asked.append))

    assert asked == []


def test_reasons_are_told_together():
    here = situation("chief", did=(done("look", "li", fresh=False),), fact={}.get)

    assert refused(a_flow(), "checked", "grant", here) == ["act_after_missing", "same_person", "not_now"]


def test_an_appeal_after_its_term_is_too_late_and_on_its_last_day_is_not():
    flow, did = a_flow(), (done("refuse", on="2019-03-04 15:00"),)

    last = situation("leader", did=did, on="2019-03-19 23:59")
    over = situation("leader", did=did, on="2019-03-20 00:00")

    assert plan(flow, "refused", "appeal", situation=last).name == "appeal"
    assert refused(flow, "refused", "appeal", over) == ["too_late"]


def test_a_promised_term_that_only_alerts_never_refuses_the_officer():
    late = situation("chief", did=(done("submit", fresh=False), done("look")), on="2019-12-02 09:00")

    assert plan(a_flow(), "checked", "grant", situation=late).name == "grant"


def test_an_act_with_a_waiting_term_is_too_early_before_its_end():
    waits = {"not_before": "appeal_days", "from": "look"}
    flow = a_flow(acts__refuse__limit=waits)

    early = situation("chief", did=(done("look"),), on="2019-03-19 23:59")
    ripe = situation("chief", did=(done("look"),), on="2019-03-20 00:00")

    assert refused(flow, "checked", "refuse", early) == ["too_early"]
    assert plan(flow, "checked", "refuse", situation=ripe).name == "refuse"


def test_a_limit_from_a_moment_outside_is_judged_only_when_the_moment_is_given():
    flow = a_flow(acts__appeal__limit={"within": "appeal_days", "from": "round.close"})
    late = situation("leader", on="2019-06-03 09:00")

    assert plan(flow, "refused", "appeal", situation=late).name == "appeal"
    assert refused(flow, "refused", "appeal", late, anchors={"round.close": at("2019-03-04 00:00")}) == ["too_late"]


def test_an_act_of_a_child_is_never_done_directly():
    flow = a_flow()

    assert refused(flow, "refused", "give_in", situation("chief")) == ["act_through_child"]
    assert refused(flow, "refused", "give_in", situation("chief", through="other")) == ["act_through_child"]
    assert plan(flow, "refused", "give_in", situation=situation("chief", through="appeal")).to == "checked"
    assert offered(flow, "refused", situation=situation("chief")) == ()


def test_a_child_carries_its_act_along_by_its_own_power():
    here = situation("leader", through="appeal")

    assert plan(a_flow(), "refused", "give_in", situation=here).by == "chief"


def test_possible_lists_what_this_person_can_do_in_the_order_of_the_page():
    flow = a_flow()

    officer = [act.name for act in possible(flow, "checked", situation=situation("officer", did=(done("look"),)))]
    chief = [act.name for act in possible(flow, "checked", situation=situation("chief", did=(done("look"),)))]

    assert officer == ["look", "ask"]
    assert chief == ["grant", "refuse"]


def test_offered_says_beside_each_act_why_not():
    said = offered(a_flow(), "checked", situation=situation("chief", did=(done("look", "li"),)))

    assert [(act.name, [r.code for r in why]) for act, why in said] == [("grant", ["same_person"]), ("refuse", [])]


def test_same_and_previous_are_resolved_where_the_case_stands():
    flow = a_flow(acts__answer__to="previous")

    assert target(flow.acts["look"], "checked", "draft") == "checked"
    assert target(flow.acts["answer"], "waiting", "checked") == "checked"
    assert target(flow.acts["grant"], "checked", "draft") == "granted"


def test_a_child_case_opens_only_on_its_parents_flow_and_state():
    child = a_flow(code="appeal", parent={"flows": ["errand"], "states": ["refused"]})
    parent = a_flow()

    assert opened_on(child, parent, "refused") is None
    for where, state in ((parent, "draft"), (child, "refused")):
        with pytest.raises(Refused) as refusal:
            opened_on(child, where, state)
        assert refusal.value.codes == ["parent_not_here"]


def test_who_refused_the_parent_does_not_judge_its_appeal():
    child = a_flow(
        code="appeal",
        parent={"flows": ["errand"], "states": ["refused"]},
        acts__grant=an_act(["checked"], "granted", "chief", never_with=["parent.refuse"]),
    )
    did = of_parent((done("refuse", "li"),))

    assert refused(child, "checked", "grant", situation("chief", did=did)) == ["same_person"]
    assert plan(child, "checked", "grant", situation=situation("chief", did=did, actor="zhao")).name == "grant"


@pytest.mark.parametrize(
    ("second", "roles", "code"),
    [("", ["supervisor"], "second_missing"), ("li", ["supervisor"], "same_person"), ("bai", [], "second_for_another")],
)
def test_a_second_person_of_the_named_role_must_stand_beside(second, roles, code):
    act = a_flow(acts__look__seconded_by="supervisor").acts["look"]

    with pytest.raises(Refused) as refusal:
        seconded(act, actor="li", second=second, roles=roles)

    assert refusal.value.codes == [code]


def test_a_proper_second_is_accepted_and_none_is_asked_where_none_is_named():
    flow = a_flow(acts__look__seconded_by="supervisor")

    assert seconded(flow.acts["look"], actor="li", second="bai", roles={"supervisor"}) is None
    assert seconded(flow.acts["grant"], actor="li", second="", roles=()) is None


def test_a_reason_carries_titles_fit_to_show():
    with pytest.raises(Refused) as refusal:
        plan(a_flow(), "draft", "grant", situation=situation("chief"))

    assert refusal.value.reasons[0].to_json() == {"code": "act_not_here", "act": both("act"), "state": both("draft")}


def test_the_act_that_brought_the_parent_here_counts_as_fresh_and_an_older_one_does_not():
    older = (done("refuse", fresh=False), done("give_in", fresh=False), done("grant", fresh=False), done("look"))

    told = of_parent(older)

    assert [(one.act, one.since_entry) for one in told] == [
        ("parent.refuse", False),
        ("parent.give_in", False),
        ("parent.grant", True),
        ("parent.look", True),
    ]


def test_a_child_hangs_on_the_act_that_stands_not_on_one_long_undone():
    child = a_flow(
        code="appeal",
        parent={"flows": ["errand"], "states": ["refused"]},
        acts__open__after_any=["parent.refuse"],
    )
    standing = of_parent((done("submit", fresh=False), done("refuse", fresh=False)))
    undone = of_parent((done("refuse", fresh=False), done("grant", fresh=False)))

    assert plan(child, "", "open", situation=situation("leader", did=standing)).name == "open"
    assert refused(child, "", "open", situation("leader", did=undone)) == ["act_after_missing"]


def test_a_term_back_from_a_moment_refuses_nobody():
    flow = a_flow(acts__look__limit={"within": "appeal_days", "before": "round.review"})
    after = {"round.review": at("2019-03-05 00:00")}

    assert plan(flow, "checked", "look", situation=situation("officer"), anchors=after).name == "look"
