"""Whom a ceiling bites is counted over payees exactly as single cases say, today and under a reform."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pyarrow as pa
import pytest

from kechuang.casework.bulk import Population
from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import key_of
from kechuang.engines.rules.spread import Bite, bites, bitten
from kechuang.engines.rules.synthetic import region
from tests.engines.rules.shelf import house_rules

RULES, YEAR, FIRMS = house_rules(), 2019, 1000
REFORM = {"technology-trade": "100 万元", "instrument-use": "5 万元"}


@pytest.fixture(scope="module")
def tables():
    return {name: pa.table(dict(columns)) for name, columns in region(RULES.vocabulary, firms=FIRMS, seed=3, year=YEAR)}


def population(tables):
    found = Population(threads=1)
    for name, table in tables.items():
        found.add_table(name, table)
    return found


def records(tables, subject):
    """The rows of a subject with their links and reverse links left out: enough for policies that read no rows."""
    entities = RULES.vocabulary.entities

    def linked(code, key, deep):
        entity = entities[code]
        row = by_key[code].get(key)
        if row is None:
            return None
        found = {entity.key: key} | {
            name: _value(row[one.column], one)
            for name, one in entity.fields.items()
            if one.formula is None and one.column in row
        }
        return found | {
            name: linked(link.entity, row[link.column], deep - 1) if deep else None
            for name, link in entity.links.items()
        }

    def _value(value, one):
        return Fraction(value, one.scale) if one.kind == "ratio" else value

    by_key = {code: {row[entity.key]: row for row in tables[code].to_pylist()} for code, entity in entities.items()}
    return [linked(subject, key, 2) for key in by_key[subject]]


def by_hand(tables, variants, code):
    """The same, case by case."""
    policy = RULES[code]
    sums = []
    for rules in variants:
        found, amounts = entitle(rules, code, records(tables, policy.subject), year=YEAR)
        before, after = defaultdict(int), defaultdict(int)
        for one, amount in zip(found, amounts, strict=True):
            payee = key_of(RULES.vocabulary, policy, one.record, policy.payee)
            before[payee] += one.entitled or 0
            after[payee] += amount or 0
        sums.append((before, after))
    today = sums[0][1]
    return [
        Bite(
            sum(before[payee] > after[payee] for payee in before), sum(before[payee] - after[payee] for payee in before),
            sum(max(after[payee] - today[payee], 0) for payee in before), sum(max(today[payee] - after[payee], 0) for payee in before),
        )
        for before, after in sums
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["technology-trade", "instrument-use"])
def test_payees_at_their_ceiling_and_what_it_takes_are_those_of_the_single_cases(tables, code):
    variants = [RULES, with_set(RULES, {f"{code}.cap": REFORM[code]})]
    found = bitten(population(tables).run(bites(variants, code, Moment(year=YEAR))), len(variants))
    assert found == by_hand(tables, variants, code)
    assert found[0].capped > 0 and found[1].capped > found[0].capped and found[1].lost > 0


def test_today_against_today_gives_and_takes_nothing(tables):
    found = bitten(population(tables).run(bites([RULES], "technology-trade", Moment(year=YEAR))), 1)
    assert (found[0].gained, found[0].lost) == (0, 0)
