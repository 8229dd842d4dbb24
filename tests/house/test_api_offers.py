"""Whatever a page lets somebody do, the API lets them do too; what it leaves to the pages is named here with its reason."""

from __future__ import annotations

from pathlib import Path

from django.shortcuts import redirect
from django.urls import path

from kechuang.faces.access import needs
from kechuang.faces.api import urls
from tests.house.posting import writing
from tests.house.routes import routes

# The page that posts → the operations of the API by which the same is done.
OFFERED = {
    "apply": ["start"], "form_section": ["draft", "attach"], "act": ["act", "attach"], "bulk": ["act"], "money_many": ["act"],
    "group_many": ["act"], "propose": ["act"], "open_child": ["open_child"], "report": ["report", "attach"],
    "rectify": ["ask_to_rectify"], "confirm_rectify": ["confirm_rectify"],
    "compare_again": ["compare_anew"], "findings": ["findings"], "settle_finding": ["judge"],
    "open_round": ["open_round"], "round_act": ["act_on_round"], "draw": ["possible_on_round"], "draw_step": ["act_on_round"],
    "draw_all": ["draw_all"], "lone_draw": ["draw_alone"], "witness": ["act_on_round"], "stop_payment": ["act"],
    "new_batch": ["make_batch"], "quotas": ["enter_quota"], "appropriations": ["enter_money"], "budgets": ["enter_money"],
    "contributions": ["enter_money"], "check_entry": ["confirm_entry", "return_entry"], "review_fees": ["pay_fees"],
    "open_office": ["open_office"], "engage": ["engage"], "unit": ["keep_unit"], "host_unit": ["host_unit"],
    "confirm_unit": ["confirm_unit", "return_unit"], "confirm_person": ["confirm_person", "return_person"],
    "merge": ["ask_merge"], "settle_merge": ["settle_merge"], "move_person": ["ask_move"], "come_over": ["answer_move"],
    "give_role": ["give_role"], "end_role": ["end_role"], "reset_password": ["reset_password"],
    "deputies": ["name_deputy"], "end_deputy": ["end_deputy"],
    "register_person": ["register_person"], "register_unit": ["register_unit"],
    "institutions": ["enter_institution"], "confirm_institution": ["confirm_institution"],
    "own_entry": ["enter_pool"], "own_tie": ["declare_tie"], "confirm_expert": ["confirm_entry_of_pool"],
    "set_credit": ["credit"], "seat_by_hand": ["seat_by_hand"],
    "review_answer": ["promise", "decline"], "review": ["file_sheet"], "review_draft": ["sheet_draft"], "review_report": ["influence"],
    "screen_clue": ["screen_clue"], "new_inquiry": ["open_inquiry"], "inquiry": ["act_on_inquiry", "attach_to_inquiry"],
    "inquiry_decision": ["decide_inquiry"],
    "register": ["enter_rows"], "confirm_rows": ["confirm_row"], "settle_row": ["confirm_row", "cancel_row"],
    "object": ["object_to"], "unsigned": ["tell_unsigned"], "objection": ["follow_objection", "take_back_objection"],
}  # fmt: skip
# The page that posts → why a machine does without.
LEFT = {
    "signin": "a session begins with a person at the page; the API goes by its cookie",
    "signout": "a session ends where it began",
    "password": "a password is typed by its owner alone",
    "switch": "language and colours of the pages",
    "form_copy": "a help in typing: a machine sends what it has as drafts",
    "recommendation": "a letter drawn to be printed and stamped; the recommending is an act of each case",
    "panel": "who sits in a panel is looked at by supervision at the page, and not carried away by a machine",
    "full_certificate": "as the panel: every look is a person's, and on record",
    "imports": "a table looked over by an officer; machines use the command `kechuang import`",
    "share": "a calculator; its policy is computed by `evaluate`, its paper is signed",
    "keep_reform": "a name for what stands on the simulator's page; a machine keeps the result of `simulate` itself",
    "lay_aside_reform": "as keep_reform",
}
READ_ONLY = {
    "import_template",
    "register_template",
    "register_row",
}  # name a function of a page that posts, and only read


def operations() -> dict[str, str]:
    """The operations of the API by name, with their method."""
    return {one.view_func.__name__: next(iter(one.methods)) for pattern in urls._patterns for one in urls._operations(pattern)}  # fmt: skip


def unanswered(names: set[str]) -> set[str]:
    """Pages that post without an operation of the API and without a reason."""
    return names - set(OFFERED) - set(LEFT) - READ_ONLY


def test_every_page_that_writes_has_an_operation_of_the_api_or_a_reason():
    posting = {route.name for route in writing(routes())}
    assert unanswered(posting) == set()
    assert (set(OFFERED) | set(LEFT) | READ_ONLY) - posting == set()


def test_every_operation_that_is_named_is_there_and_every_one_that_writes_is_named():
    there, named = operations(), {name for names in OFFERED.values() for name in names}
    assert named - set(there) == set()
    assert {name for name, method in there.items() if method != "GET"} - named == {"evaluate", "simulate"}


def test_a_page_that_writes_and_is_forgotten_is_found():
    @needs("person")
    def forgotten(request):
        return redirect("home") if request.method == "POST" else None

    reading = needs("person")(lambda request: None)
    planted = [path("forgotten/", forgotten, name="forgotten"), path("reading/", reading, name="reading")]
    found = {route.name for route in writing(routes(planted), room=__name__)}
    assert (found, unanswered(found)) == ({"forgotten"}, {"forgotten"})


def test_an_operation_needs_what_the_page_needs_or_more():
    """What a page asks of a power, its operation asks too; acts are asked for by the flow itself."""
    known, api = (
        {route.name: route.needs for route in routes()},
        {one.name: one.callback.needs for one in urls._patterns},
    )
    through = {"act", "act_on_round", "possible_on_round", "findings"}  # the door asks who may do which act
    loose = {
        (page, name) for page, names in OFFERED.items() for name in names
        if name not in through and api.get(name, known[page]) != known[page] and known[page] != "person"
    }  # fmt: skip
    assert loose == set()


def _texted(answers: dict[object, dict]) -> dict[str, dict]:
    return {str(code): one for code, one in answers.items()}


def test_every_operation_says_in_the_schema_what_it_does_and_how_it_refuses():
    told = urls.api.get_openapi_schema()["paths"]
    every = [(f"{method} {at}", said) for at, methods in told.items() for method, said in methods.items()]
    mute = [name for name, said in every if not said.get("description") or not said.get("tags")]
    loose = [
        name for name, said in every if "security" in said
        and {code for code, one in _texted(said["responses"]).items() if "application/problem+json" in one.get("content", {})} != {"401", "403", "404", "409", "422"}
    ]  # fmt: skip
    keyless = [name for name, said in every if "security" in said and name.startswith("post") and "requestBody" not in said]  # fmt: skip
    assert (len(every) > 80, mute, loose, keyless) == (True, [], [], [])


def test_the_list_of_what_is_left_stands_in_the_docs():
    told = Path("docs/api.md").read_text(encoding="utf-8")
    assert [name for name in LEFT if f"`{name}`" not in told] == []


def test_the_docs_name_only_addresses_that_are_there():
    told = Path("docs/api.md").read_text(encoding="utf-8")
    named = {word.split()[1] for word in told.split("`") if word.startswith(("GET /api/", "POST /api/", "PUT /api/"))}
    methods = {f"/api/{one.pattern}".replace("<", "{").replace(">", "}"): one for one in urls._patterns}
    assert (len(named) > 20, sorted(named - set(methods))) == (True, [])
