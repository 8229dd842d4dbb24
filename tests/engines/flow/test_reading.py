"""Reading a flow page: what stands there is kept, and what cannot be read is told by path and reason."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.engines.flow import Limit, Parent, asked, flow_from
from kechuang.words.outcome import BadPage
from tests.engines.flow.pages import PAGE, a_flow, a_page, both


def test_a_page_is_read_as_it_stands():
    flow = a_flow()

    assert (flow.code, flow.title, flow.of) == ("errand", both("errand"), "case")
    assert list(flow.states) == ["draft", "checked", "waiting", "granted", "refused"]
    assert list(flow.acts) == list(PAGE["acts"])
    assert flow.facts == {"amount": "funds.granted"}


def test_an_act_keeps_what_the_page_says_of_it():
    grant = a_flow(acts__grant__checks=["funds.prepared"], acts__grant__locks=["budget"]).acts["grant"]

    assert (grant.start, grant.to, grant.by, grant.after) == (("checked",), "granted", "chief", ("look",))
    assert grant.limit == Limit(within="check_days", since=("submit",), alert="officer")
    assert (grant.checks, grant.locks) == (("funds.prepared",), ("budget",))
    assert grant.when is not None and grant.when.text == "amount >= least"


def test_a_parameter_reads_days_as_text_and_as_dates():
    value = {date(2018, 1, 1): "5 工作日", "2020-01-01": ["90 日", "7 日"]}
    param = a_flow(params__check_days__value=value).params["check_days"]

    assert param.on(date(2017, 12, 31)) == ()
    assert param.on(date(2019, 12, 31)) == ("5 工作日",)
    assert param.on(date(2020, 1, 1)) == ("90 日", "7 日")


def test_a_child_page_says_what_it_hangs_on():
    flow = a_flow(parent={"flows": ["grant"], "states": ["running"], "stops_payment": True})

    assert flow.parent == Parent(("grant",), ("running",), stops_payment=True)


def test_one_name_alone_is_a_list_of_one():
    assert a_flow(acts__look__from="checked").acts["look"].start == ("checked",)


def test_an_act_of_a_round_says_which_acts_it_carries_to_which_cases():
    flow = a_flow(acts__look__cases={"lapse": ["draft", "waiting"]})

    assert flow.acts["look"].cases == {"lapse": ("draft", "waiting")}


def test_every_offer_asked_for_is_listed_once():
    flow = a_flow(
        acts__look__checks=["funds.prepared", "funds.prepared"],
        acts__ask__checks=["funds.prepared"],
        acts__ask__effects=["funds.stop"],
    )

    assert asked(flow) == (("check", "funds.prepared"), ("effect", "funds.stop"), ("fact", "funds.granted"))


FAULTS = {
    "no title": ({"title": ...}, "flows/errand", "the page has no title"),
    "no acts": ({"acts": {}}, "flows/errand", "the page has no acts"),
    "an unknown key": ({"colour": "red"}, "flows/errand.colour", "the engine knows no such key"),
    "an empty key": ({"params": None}, "flows/errand.params", "nothing is said here"),
    "acts as a list": ({"acts": ["open"]}, "flows/errand.acts", "must be a mapping of names"),
    "a title in one language": (
        {"acts__grant__title": {"zh": "批准"}},
        "flows/errand.acts.grant.title",
        "the text lacks Chinese or English",
    ),
    "a state in one language": (
        {"states__draft__en": ...},
        "flows/errand.states.draft",
        "the text lacks Chinese or English",
    ),
    "an act without a role": ({"acts__grant__by": ...}, "flows/errand.acts.grant", "the act has no by"),
    "an act that says too much": (
        {"acts__grant__colour": "red"},
        "flows/errand.acts.grant.colour",
        "the engine knows no such key",
    ),
    "an act that is only a text": ({"acts__grant": "yes"}, "flows/errand.acts.grant", "'yes' is no mapping"),
    "a list of numbers": (
        {"acts__grant__after": [1]},
        "flows/errand.acts.grant.after",
        "[1] is no list of names",
    ),
    "two limits in one": (
        {"acts__grant__limit__not_before": "check_days"},
        "flows/errand.acts.grant.limit",
        "a limit says one of within, not_before and at",
    ),
    "a limit from nothing": (
        {"acts__grant__limit__from": ...},
        "flows/errand.acts.grant.limit",
        "a term is counted from something, or back from something",
    ),
    "a limit from both ends": (
        {"acts__grant__limit__before": "project.end"},
        "flows/errand.acts.grant.limit",
        "a term is counted from something, or back from something",
    ),
    "an option in one language": (
        {"acts__grant__inputs": {"how": {**both("how"), "kind": "choice", "options": {"a": "甲"}}}},
        "flows/errand.acts.grant.inputs.how.options.a",
        "the text lacks Chinese or English",
    ),
    "options as a list": (
        {"acts__grant__inputs": {"how": {**both("how"), "kind": "choice", "options": ["a"]}}},
        "flows/errand.acts.grant.inputs.how.options",
        "options are texts by code",
    ),
    "an input of no kind": (
        {"acts__grant__inputs": {"how": both("how")}},
        "flows/errand.acts.grant.inputs.how",
        "the field has no kind",
    ),
    "inputs as a list": (
        {"acts__grant__inputs": ["how"]},
        "flows/errand.acts.grant.inputs",
        "inputs are fields by name",
    ),
    "a parameter of one value": (
        {"params__check_days__value": "5 工作日"},
        "flows/errand.params.check_days.value",
        "a parameter holds from a day on",
    ),
    "a day that is none": (
        {"params__check_days__value": {"2018-13-01": "5 工作日"}},
        "flows/errand.params.check_days.value",
        "'2018-13-01' is no day",
    ),
    "a child of nothing": (
        {"parent": {"flows": ["grant"]}},
        "flows/errand.parent",
        "a child names the flows and states of its parent",
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_page_that_cannot_be_read_is_told_where_and_why(kind):
    changes, path, why = FAULTS[kind]

    with pytest.raises(BadPage) as told:
        flow_from(a_page(**changes))

    assert (told.value.path, told.value.why) == (path, why)


def test_a_condition_that_is_no_expression_is_told_by_its_path():
    with pytest.raises(BadPage) as told:
        flow_from(a_page(acts__grant__when="amount >="))

    assert told.value.path == "flows/errand.acts.grant.when"
