"""What is missing is never zero, in a query as little as in a case; and bulk refuses what it cannot do exactly."""

import pytest

from kechuang.casework.bulk import Population
from kechuang.engines.rules.query import rows
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import assess
from kechuang.engines.rules.tables import columns_of, out_of_bounds
from kechuang.formula import FormulaError
from tests.engines.rules.shelf import rules_of

WORDS = """
format: 1
units: {元: {of: money, times: 100}, 人: {of: person, times: 1}, "%": {of: ratio, per: 100}, 分: {of: point, times: 1}}
entities:
  firm: {key: no, reverse: {deals: {entity: deal, by: firm}}, fields: {staff: {type: int, unit: 人}, part: {type: int, unit: 人}, good: {type: bool}, loss: {type: money, unit: 元, signed: true}}}
  deal: {key: no, links: {firm: {entity: firm}}, fields: {paid: {type: money, unit: 元}, ok: {type: bool}}}
"""
HEAD = """
format: 1
code: p
title: {zh: 试, en: Try}
effective: {from: 2019-01-01}
subject: firm
"""
FULL = {"no": "1", "staff": 10, "part": 3, "good": True, "loss": -1000}


def _both(page, firm, deals=()):
    """The amount of one firm as a case and as a query."""
    rules = rules_of(HEAD + page, words=WORDS)
    record = {**firm, "deals": list(deals)}
    case = assess(rules, "p", record, year=2019)
    population = Population(threads=1)
    tables = {"firm": [firm], "deal": [{"no": str(n), "firm": firm["no"], **deal} for n, deal in enumerate(deals)]}
    for name, listed in tables.items():
        population.add_rows(name, listed, columns_of(rules.vocabulary.entities[name]))
    return case.entitled, population.run(rows(rules, "p", Moment(year=2019)))[0]["entitled"]


LEVEL = 'params: {t: {2019-01-01: [[30 %, 20 元], [10 %, 5 元]]}}\namount: {expr: "level(firm.part / firm.staff, t)", round: floor fen}\n'
SUM = 'amount: {expr: "sum(d.paid for d in firm.deals if d.ok)", round: floor fen}\n'
MOST = 'params: {m: {2019-01-01: 5 元}}\namount: {expr: "max(min(firm.loss, m), 0)", round: floor fen}\n'
GATE = "params: {m: {2019-01-01: 5 元}}\neligible: [{when: firm.good, zh: 否}]\namount: {expr: m, round: floor fen}\n"


@pytest.mark.parametrize(
    ("page", "firm", "deals", "amount"),
    [
        (LEVEL, {}, (), 2000), (LEVEL, {"part": None}, (), None), (LEVEL, {"part": 0}, (), 0),
        (SUM, {}, (), 0), (SUM, {}, ({"paid": 5, "ok": True}, {"paid": 7, "ok": False}), 5),
        (SUM, {}, ({"paid": None, "ok": True},), None), (SUM, {}, ({"paid": None, "ok": False},), 0),
        (SUM, {}, ({"paid": 5, "ok": None},), None),
        (MOST, {}, (), 0), (MOST, {"loss": 700}, (), 500), (MOST, {"loss": None}, (), None),
        (GATE, {}, (), 500), (GATE, {"good": False}, (), 0), (GATE, {"good": None}, (), None),
    ],
)  # fmt: skip
def test_a_case_and_a_query_agree_on_what_is_missing(page, firm, deals, amount):
    assert _both(page, {**FULL, **firm}, deals) == (amount, amount)


def test_a_zero_denominator_is_an_error_of_the_case_and_missing_in_the_query():
    rules = rules_of(HEAD + LEVEL, words=WORDS)
    with pytest.raises(FormulaError) as fault:
        assess(rules, "p", {**FULL, "staff": 0}, year=2019)
    assert fault.value.reason.code == "zero_denominator"
    population = Population(threads=1)
    population.add_rows("firm", [{**FULL, "staff": 0}], columns_of(rules.vocabulary.entities["firm"]))
    assert population.run(rows(rules, "p", Moment(year=2019)))[0]["entitled"] is None


@pytest.mark.parametrize(
    ("how", "loss", "amount"),
    [("floor", 1001, 333), ("ceil", 1001, 334), ("half_up", 1001, 334), ("half_up", 1000, 333), ("floor", -1001, -334), ("ceil", -1001, -333), ("half_up", -1001, -334)],
)  # fmt: skip
def test_rounding_is_the_same_on_both_sides_of_zero(how, loss, amount):
    page = f"let: {{x: {{expr: firm.loss / 3, round: {how} fen}}}}\nparams: {{m: {{2019-01-01: 1000 元}}}}\namount: {{expr: m + x, round: floor fen}}\n"
    assert _both(page, {**FULL, "loss": loss}) == (100_000 + amount, 100_000 + amount)


@pytest.mark.parametrize(
    "amount",
    ["max(d.paid for d in firm.deals)", "sum(d.paid * firm.part for d in firm.deals) / 1", "total(firm.loss)"],
)
def test_what_bulk_cannot_do_exactly_it_refuses(amount):
    rules = rules_of(HEAD + f'amount: {{expr: "{amount}", round: floor fen}}\n', words=WORDS)
    with pytest.raises(FormulaError) as fault:
        rows(rules, "p", Moment(year=2019))
    assert fault.value.reason.code == "not_in_bulk"


def test_numbers_too_wide_for_128_bits_are_refused_before_they_are_run():
    amount = "firm.loss * firm.loss * firm.loss * firm.loss / firm.loss / firm.loss / firm.loss"
    rules = rules_of(HEAD + f'amount: {{expr: "{amount}", round: floor fen}}\n', words=WORDS)
    with pytest.raises(FormulaError) as fault:
        rows(rules, "p", Moment(year=2019))
    assert fault.value.reason.code == "too_wide_for_bulk"


def test_data_outside_what_the_vocabulary_declares_are_refused_before_they_are_computed():
    vocabulary = rules_of(
        HEAD + LEVEL, words=WORDS.replace("part: {type: int,", "part: {type: int, most: 5 人,")
    ).vocabulary
    population = Population(threads=1)
    population.add_rows(
        "firm", [{**FULL, "staff": -1, "part": 6}, {**FULL, "no": "2"}], columns_of(vocabulary.entities["firm"])
    )
    found = out_of_bounds(vocabulary, population.bounds(["firm", "deal"]))
    assert [(bad.path, bad.why) for bad in found] == [
        ("firm.staff", "holds -1, below what staff may be"), ("firm.part", "holds 6, more than 5"),
    ]  # fmt: skip
