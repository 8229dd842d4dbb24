"""The pages of the country template are sound and their examples hold; a planted fault in one is seen."""

from pathlib import Path

import pytest
from bench.country import edition

from kechuang.engines.rules.check import check
from kechuang.engines.rules.examples import differences, with_set
from kechuang.faces.cli.policies import rules_in
from kechuang.words.outcome import BadPage

BOOK = Path(__file__).resolve().parents[3] / "bench" / "country_book"
RULES = rules_in(BOOK)


@pytest.mark.parametrize("code", RULES.policies)
def test_every_page_is_sound_and_its_examples_hold(code):
    assert check(RULES, code) == []
    for n, example in enumerate(RULES[code].examples):
        assert list(differences(RULES, code, example, f"examples.{n}")) == []


def test_a_reform_that_adds_a_word_is_another_edition():
    reformed = edition("add_dynamic_variable")
    assert check(reformed, "goes-to-school") == []
    for example in reformed["goes-to-school"].examples:
        assert list(differences(reformed, "goes-to-school", example, "examples")) == []
    with pytest.raises(BadPage, match="person has no 'goes_to_school'"):
        list(differences(RULES, "age", {"persons": [{"goes_to_school": True}], "expect": []}, "examples"))


def test_another_amount_is_seen():
    changed = with_set(RULES, {"basic-income.basic": "601 EUR"})
    found = list(differences(changed, "basic-income", RULES["basic-income"].examples[0], "examples.0"))
    assert [bad.why for bad in found] == ["expected [60000], came to [60100]"]
