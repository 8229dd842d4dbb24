"""Every letter of the first edition: it reaches whoever asked, and names nothing that one of its readers may not see."""

from __future__ import annotations

import re

import pytest

from tests.book.test_flows import BOOK, FLOWS, ROLES, read

LETTERS = {path.stem: read(path) for path in sorted((BOOK / "letters").glob("*.yaml"))}
SEES = {name: role.get("sees", {}) for name, role in ROLES["roles"].items()}
HIDDEN = {
    "expert",
    "judge",
    "panel_chair",
    "public",
    "objector",
}  # who is named to nobody, and whose words no letter carries
IDENTITY = {"unit", "title", "leader", "who", "case_number", "project_no", "number", "received_at", "period", "certificate", "about"}  # fmt: skip
MONEY = {"amount", "sum", "steps", "money_source", "new_total", "new_own", "instalment", "quota_document"}
NAMING = {"real_name", "account", "party", "person"}  # kinds of inputs that name somebody
NAMES_SOMEBODY = {
    ("change-answer", "new_leader"),
    ("change-answer", "new_unit"),
}  # what was asked for, to who asked for it
ELSEWHERE = {"notice-list": "the public", "review-invitation": "the experts drawn", "mid-term-reminder": "who reports, not the officer who opens"}  # fmt: skip
ASKS = {"leader", "claimant", "entrant", "platform_manager", "unit_research", "unit_head", "accused"}


def fields_of(letter) -> set[str]:
    """What a letter fills in, wherever it stands on the paper."""
    texts = (letter["body"], letter.get("relief", ""), letter["signed"]["body"])
    return {name for text in texts for name in re.findall(r"\{\{\s*(\w+)", text)}


def acts_of(code):
    """The acts whose words a letter may carry: those it follows and those it recalls in their flows."""
    follows = [(flow, act) for flow in FLOWS.values() for act in flow.acts.values() if act.letter == code]
    recalled = LETTERS[code].get("recalls") or ()
    return [*(act for _, act in follows), *(f.acts[n] for f, _ in follows for n in recalled if n in f.acts)]


def test_every_letter_follows_from_an_act_and_every_act_sends_a_letter_that_there_is():
    sent = {act.letter for flow in FLOWS.values() for act in flow.acts.values() if act.letter}
    assert sent == set(LETTERS)


@pytest.mark.parametrize("code", LETTERS)
def test_who_reads_a_letter_may_see_whose_case_it_is_and_the_money_it_names(code):
    letter, told = LETTERS[code], fields_of(LETTERS[code])
    readers = letter["addressed_to"]
    blind = [role for role in readers if SEES[role].get("applicant_identity") != "full"]
    poor = [role for role in readers if SEES[role].get("money", "none") == "none"]
    assert (blind if told & IDENTITY else [], poor if told & MONEY else []) == ([], [])


@pytest.mark.parametrize("code", LETTERS)
def test_no_letter_carries_the_words_or_the_name_of_an_expert_or_an_objector(code):
    acts, told = acts_of(code), fields_of(LETTERS[code])
    kinds = {(name, said["kind"]) for act in acts for name, said in act.inputs.items() if name in told}
    named = {(code, name) for name, kind in kinds if kind in NAMING}
    assert ({act.name for act in acts if act.by in HIDDEN} - {"answer"}, named - NAMES_SOMEBODY) == (set(), set())


def test_an_invitation_names_the_round_and_nothing_of_any_application():
    assert fields_of(LETTERS["review-invitation"]) == {"round_title", "institution"}


def asking(flow) -> set[str]:
    """The roles that open a case of this flow, those that send it in or report in it, and, of a project, its leader."""
    return {act.by for act in flow.acts.values() if act.opens or act.name in ("submit", "begin")} & ASKS


def test_who_asked_is_told_by_every_letter_of_their_case():
    untold = {
        (letter, flow.code, role)
        for flow in FLOWS.values()
        for act in flow.acts.values()
        if (letter := act.letter) and letter not in ELSEWHERE
        for role in asking(flow) - set(LETTERS[letter]["addressed_to"])
    }
    assert untold == set()
