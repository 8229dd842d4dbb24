"""`python -m bench.country DIR`: the tests of OpenFisca's country template (its folder `tests`) run against pages of ours.

DIR is the package openfisca_country_template as PyPI ships it. Prints each test that does not pass, and the count.
A reform that sets values is a reform of ours; one that adds a variable is another edition of the book: the same pages, the
words it adds and a page that says them, in `bench/country_reforms/NAME`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from kechuang.casework.shelf.book import Book, read, sources_in
from kechuang.engines.rules.examples import Cast, cast_of, with_set
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.single import Rules, assess
from kechuang.engines.rules.vocabulary import vocabulary_from
from kechuang.faces.cli.policies import rules_in
from kechuang.formula import evaluate, parse

BOOK, EDITIONS = Path(__file__).parent / "country_book", Path(__file__).parent / "country_reforms"
CENT = Fraction(1, 100)
MONEY = ("salary", "capital_returns", "rent")
REFORMS: Mapping[str, dict[str, Any]] = {
    "modify_social_security_taxation": {
        "social-security-contribution.scale": [["6000 EUR", "16 %"], ["12400 EUR", "12 %"], ["40000 EUR", "40 %"]]
    },
    "add_new_tax": {},
}


def main() -> None:
    """Runs every test there is."""
    rules, passed, all_ = rules_in(BOOK), 0, 0
    for path in sorted((Path(sys.argv[1]) / "tests").rglob("*.yaml")):
        for told in yaml.safe_load(path.read_text("utf-8")):
            all_ += 1
            wrong = _wrong(rules, told)
            passed += not wrong
            if wrong:
                print(f"{path.name}: {told['name']}: {wrong}")
    print(f"{passed} of {all_} tests of the country template pass")


def _wrong(rules: Rules, told: Mapping[str, Any]) -> str:
    """What does not come out as the test says; empty where all does."""
    reform = str(told.get("reforms", "")).rpartition(".")[2]
    if reform and reform not in REFORMS:
        rules = edition(reform)
    rules = with_set(rules, REFORMS[reform]) if REFORMS.get(reform) else rules
    for name, written in _parameters(told.get("parameters", {})):
        rules = with_set(rules, {name: written})
    for case in _spread(told):
        for name, when, who, wanted in _expected(case):
            got = _got(rules, case, name, when, who)
            if abs(got - wanted) > Fraction(str(case.get("absolute_error_margin", 0))) + CENT * (wanted != int(wanted)):
                return f"{name} on {when} is {got}, not {wanted}"
    return ""


def edition(reform: str) -> Rules:
    """The rules of the template with the words and pages that a reform adds."""
    added = read(sources_in(EDITIONS / reform))
    whole = Book({**sources_in(BOOK), **added.sources})
    body = read(sources_in(BOOK)).page("vocabulary").body
    entities = {code: {**told, "fields": dict(told["fields"])} for code, told in body["entities"].items()}
    for code, told in added.page("vocabulary").body["entities"].items():
        entities[code]["fields"] |= told["fields"]
    words = vocabulary_from({**body, "entities": entities})
    return Rules(
        words, {code: policy_from(whole.page("policies", code).body, words) for code in whole.codes("policies")}
    )


def _parameters(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in told.get("benefits", {}).items():
        for one in values["values"].values():
            yield f"{name.replace('_', '-')}.share", f"{Fraction(str(one['value']))}"


def _spread(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A test whose inputs are lists is one test an entry."""
    lists = [value for value in told.get("input", {}).values() if isinstance(value, list)]
    if not lists:
        return [dict(told)]
    return [
        {
            **told,
            "input": {k: v[n] for k, v in told["input"].items()},
            "output": {k: v[n] for k, v in told["output"].items()},
        }
        for n in range(len(lists[0]))
    ]


def _day(period: Any) -> date:
    year, _, month = str(period).partition("-")
    return date(int(year), int(month or 1), 1)


def _expected(case: Mapping[str, Any]) -> Iterator[tuple[str, date, str, Fraction]]:
    """(variable, first day of the period, person, value)"""
    output = dict(case["output"])
    people = output.pop("persons", {})
    for name, values in {**output.pop("household", {}), **output}.items():
        yield from ((name, when, "", value) for when, value in _dated(values, case["period"]))
    for person, told in people.items():
        for name, values in told.items():
            yield from ((name, when, person, value) for when, value in _dated(values, case["period"]))


def _dated(values: Any, period: Any) -> Iterator[tuple[date, Fraction]]:
    for when, value in values.items() if isinstance(values, dict) else [(period, values)]:
        if value in ("tenant", "owner"):
            continue
        yield _day(when), Fraction(evaluate(parse(str(value)), {}))


def _got(rules: Rules, case: Mapping[str, Any], name: str, when: date, who: str) -> Fraction:
    code = name.replace("_", "-")
    subject, cast = rules[code].subject, _cast(rules, case, when)
    households = cast.rows["household"]
    records = households if subject == "household" else cast.rows["person"]
    record = next((one for one in records if one.get("person_id") == who), records[0])
    found = assess(rules, code, record, day=when)
    if name == "age":
        return Fraction(found.values["age"])
    if rules[code].amount is None:
        return Fraction(found.verdict == "pass")
    return Fraction(found.entitled or 0, 100)


def _cast(rules: Rules, case: Mapping[str, Any], when: date) -> Cast:
    """The household of a test, as its inputs stand on `when`."""
    told = dict(case.get("input", {}))
    people, household = told.pop("persons", {}), dict(told.pop("household", {}))
    adults, children = household.pop("adults", []), household.pop("children", [])
    flat = {name: _on(value, when) for name, value in told.items()}
    if not people:
        people, adults = (
            {
                "one": {
                    k: v for k, v in flat.items() if k not in ("rent", "accommodation_size", "housing_occupancy_status")
                }
            },
            ["one"],
        )
    house = {
        k: _on(v, when)
        for k, v in {**household, **flat}.items()
        if k in ("rent", "accommodation_size", "housing_occupancy_status")
    }
    members = [
        {"person_id": name, "role": "child" if name in children else "adult", **_person(people.get(name, {}), when)}
        for name in (*adults, *children)
    ]
    return cast_of(rules, "housing-tax", {"households": [{**_units(house), "members": members}]}, "test")


def _person(told: Mapping[str, Any], when: date) -> dict[str, Any]:
    values = {name: _on(value, when) for name, value in told.items()}
    if "household_income" in values:
        values["salary"] = values.pop("household_income")
    if "age" in values:
        values["birth"] = date(when.year - int(values.pop("age")), when.month, 1)
    return _units(values)


def _units(values: Mapping[str, Any]) -> dict[str, Any]:
    suffix = {**dict.fromkeys(MONEY, " EUR"), "accommodation_size": " m2"}
    return {
        name: f"{value}{suffix[name]}" if name in suffix else value
        for name, value in values.items()
        if value is not None
    }


def _on(value: Any, when: date) -> Any:
    """The value of an input on a day; a year's 0 counts for each of its months."""
    if not isinstance(value, dict):
        return value
    by_text = {str(key): one for key, one in value.items()}
    return by_text.get(f"{when:%Y-%m}", by_text.get(f"{when:%Y}"))


if __name__ == "__main__":
    main()
