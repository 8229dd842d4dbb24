"""The list of parts shows what is done, what is missing and what is wrong."""

from __future__ import annotations

from kechuang.engines.forms import clean, progress
from tests.engines.forms.samples import FORM, KNOWN, choices, good_answers


def parts(answers, stage="draft"):
    cleaned = clean(FORM, answers, stage=stage, known=KNOWN, choices=choices)
    found = progress(FORM, cleaned.values, cleaned.errors, known=KNOWN)
    return {one.section.code: one for one in found}


def test_a_full_form_is_in_order_everywhere():
    found = parts(good_answers(), "submit")
    assert {code: one.state for code, one in found.items()} == dict.fromkeys(found, "ok")
    assert (found["basics"].done, found["basics"].asked) == (8, 10)


def test_an_empty_form_is_empty_and_says_what_is_missing():
    found = parts({})
    assert {one.state for one in found.values()} == {"empty"}
    assert found["promises"].missing == ("ethics", "promise")
    assert found["money"].missing == ("asked", "operation")


def test_a_part_that_is_begun_is_open():
    found = parts({"asked": "20"})["money"]
    assert (found.state, found.done, found.missing) == ("open", 1, ("operation",))


def test_conditions_decide_what_is_missing():
    answers = {**good_answers(), "ethics": ["human"]}
    assert parts(answers)["promises"].missing == ("opinion",)


def test_a_wrong_answer_is_wrong_and_not_missing():
    found = parts({**good_answers(), "asked": "many"})["money"]
    assert (found.state, found.wrong, found.missing) == ("wrong", ("asked",), ())


def test_missing_cells_and_broken_rules_are_told_after_submission():
    answers = good_answers()
    answers["operation"][0]["basis"] = ""
    answers["asked"] = "19"
    found = parts(answers, "submit")["money"]
    assert (found.missing, found.wrong) == (("operation.0.basis",), ("money/adds_up",))


def test_a_statement_that_was_not_agreed_to_is_missing():
    assert parts({**good_answers(), "promise": "false"})["promises"].missing == ("promise",)


def test_parts_count_characters_rows_and_files():
    answers = {**good_answers(), "opinion": ["a" * 64]}
    found = parts(answers)
    assert found["basics"].characters == len(answers["title"]) + len(answers["abstract"])
    assert (found["people"].rows, found["money"].rows, found["promises"].files) == (1, 2, 1)
