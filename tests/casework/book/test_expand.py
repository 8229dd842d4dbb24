"""Programmes with their parts in place."""

from __future__ import annotations

import pytest

from kechuang.casework import book
from kechuang.words.outcome import BadPage

from .a_book import PART, PROGRAMME, a_book


def fault(**changes: str) -> str:
    with pytest.raises(BadPage) as refusal:
        a_book(**changes).programme("small")
    return str(refusal.value)


def test_a_section_takes_the_fields_and_rules_of_its_part_without_those_left_out():
    section = a_book().programme("small").body["form"]["sections"][1]
    assert section["code"] == "money"
    assert section["title"] == {"zh": "经费", "en": "Money"}
    assert [field["code"] for field in section["fields"]] == ["asked", "own"]
    assert [rule["code"] for rule in section["rules"]] == ["own_enough"]


def test_conditions_of_a_part_stand_where_it_is_used():
    codes = [condition["code"] for condition in a_book().programme("small").body["eligibility"]]
    assert codes == ["owes_nothing", "late", "titled"]


def test_facts_and_parameters_of_a_part_stand_at_the_top():
    page = a_book().programme("small").body
    assert sorted(page["params"]) == ["most", "own_least"]
    assert sorted(page["facts"]) == ["owed"]


def test_a_table_of_a_part_is_taken_by_name():
    midterm = a_book().programme("small").body["midterm"]
    assert sorted(midterm) == ["at", "fields"]
    assert [field["code"] for field in midterm["fields"]] == ["report"]


def test_a_spliced_node_still_knows_its_own_file():
    page = a_book().programme("small")
    assert book.where(page, "form.sections.1.fields.1.kind").file == "parts/money.yaml"
    assert book.where(page, "form.sections.1.fields.1.kind").line == 9
    assert book.where(page, "eligibility.2.when").file == "programmes/small.yaml"
    assert book.where(page, "params.own_least.value.2018-01-01").file == "parts/money.yaml"


def test_every_node_of_a_whole_page_has_a_mark():
    page = a_book().programme("small")

    def paths(node: object, path: str) -> list[str]:
        below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        return [path, *(p for name, value in below for p in paths(value, f"{path}.{name}" if path else str(name)))]

    assert [path for path in paths(page.body, "") if path not in page.marks] == []


def test_an_unknown_part_is_told_where_it_is_used():
    told = fault(programme=PROGRAMME.replace("{use: money, without: [spare, spare_small]}", "{use: moeny}"))
    assert told == "programmes/small.yaml:15:13: there is no part moeny (see the folder parts/)"


def test_leaving_out_what_is_not_there_is_told():
    told = fault(programme=PROGRAMME.replace("[spare, spare_small]", "[spare, sparse]"))
    assert told == "programmes/small.yaml:15:37: the part money has no sparse to leave out (see parts/money.yaml)"


def test_a_parameter_may_not_be_declared_twice_in_two_ways():
    told = fault(part=PART.replace("own_least:", "most:").replace("own_least}", "most}"))
    assert told.endswith("params.most is declared here and otherwise in parts/money.yaml (keep one of the two)")


def test_a_programme_that_is_not_there_is_a_lookup_error():
    with pytest.raises(LookupError):
        a_book().programme("large")


def test_flows_hang_on_flows():
    assert a_book().children("way") == ("protest",)


def test_the_digest_names_the_edition():
    assert a_book().digest == a_book().digest
    assert a_book().digest != a_book(part=PART + "\n").digest
