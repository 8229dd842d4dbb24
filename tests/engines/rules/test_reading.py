"""Pages of policies that are misshapen are answered with where, what and how to mend it."""

from datetime import date

import pytest

from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.vocabulary import vocabulary_from
from kechuang.words.outcome import BadPage
from tests.engines.rules.shelf import TRADE, house_rules, read, rules_of


def _refusal(page):
    with pytest.raises(BadPage) as bad:
        policy_from(read(page), house_rules().vocabulary)
    return (bad.value.path, bad.value.why, bad.value.mend)


def _changed(old, new):
    assert old in TRADE
    return _refusal(TRADE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "path", "why"),
    [
        ("subject: trade", "subject: trad", "subject", "unknown entity 'trad'"),
        ("payee:", "payyee:", "payyee", "unknown key 'payyee'"),
        ("effective: {from: 2019-01-01}", "effective: {until: 2019-01-01}", "effective", "no day from which it holds"),
        ("rate: {2019-01-01: 10 %}", "rate: 10 %", "params.rate", "a parameter has either value or spans"),
        ("rate: {2019-01-01: 10 %}", "rate: {2019-01-01: 10 折}", "params.rate.value.2019-01-01", "unknown unit '折'"),
        ("200 万元", "200.00000001 万元", "params.cap.value.2019-01-01", "'200.00000001 万元' is finer than a fen"),
        ("rate: {2019-01-01: 10 %}", "rate: {2019-01-01: 10 %, 2020-01-01: 5 人}", "params.rate", "rate changes its unit"),
        ("amount: {expr: trade.technical_paid * rate, round: floor fen}", "let: {a: 1}", "", "a policy without a result"),
        (", round: floor fen", "", "amount", "an amount that is not rounded"),
        ("floor fen", "down fen", "amount.round", "'down' cannot stand here"),
        ("floor fen", "floor cent", "amount.round", "unknown unit 'cent'"),
    ],
)  # fmt: skip
def test_a_misshapen_page_is_told_where_and_what(old, new, path, why):
    assert _changed(old, new)[:2] == (path, why)


@pytest.mark.parametrize(
    ("cap", "path", "why"),
    [
        ("{limit: cap, per: [trade.buyer, year], allocate: first_come}", "cap.order", "a cap without an order"),
        ("{limit: cap, allocate: highest}", "cap.per", "a cap without its group"),
        ("{limit: cap, per: [year], allocate: lottery}", "cap.allocate", "'lottery' cannot stand here"),
    ],
)
def test_a_cap_says_its_group_and_its_order(cap, path, why):
    assert _refusal(f"{TRADE}cap: {cap}\n")[:2] == (path, why)


def test_a_misspelt_key_is_answered_with_the_nearest():
    assert _changed("payee:", "paye:")[2] == "did you mean payee?"


SPANS = "rate: {{spans: [{{from: 2019-01-01, until: 2019-12-31, value: 10 %}}, {{from: {}, value: 5 %}}]}}"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2019-12-01", "begins on 2019-12-01, while another holds until 2019-12-31"),
        ("2020-02-01", "begins on 2020-02-01, but the one before ends on 2019-12-31"),
    ],
)
def test_spans_neither_overlap_nor_leave_a_gap(day, why):
    refusal = _changed("rate: {2019-01-01: 10 %}", SPANS.format(day))
    assert refusal[:2] == ("params.rate.spans.1", why)


def test_each_dated_value_holds_until_the_day_before_the_next():
    rules = rules_of(TRADE.replace("rate: {2019-01-01: 10 %}", "rate: {2019-01-01: 10 %, 2020-01-01: 5 %}"))
    spans = rules["deal"].params["rate"].spans
    assert [(span.first, span.last) for span in spans] == [
        (date(2019, 1, 1), date(2019, 12, 31)), (date(2020, 1, 1), date(9999, 12, 31)),
    ]  # fmt: skip


WORDS = """
format: 1
units: {元: {of: money, times: 100}, 人: {of: person, times: 1}}
entities:
  firm: {key: no, reverse: {deals: {entity: deal, by: firm}}, fields: {staff: {type: int, unit: 人}}}
  deal: {key: no, links: {firm: {entity: firm}}, fields: {paid: {type: money, unit: 元}}}
"""


@pytest.mark.parametrize(
    ("old", "new", "path", "why"),
    [
        ("type: int", "type: integer", "entities.firm.fields.staff.type", "unknown type 'integer'"),
        ("unit: 人}", "unit: 个}", "entities.firm.fields.staff.unit", "unknown unit '个'"),
        ("{entity: firm}", "{entity: farm}", "entities.deal", "firm leads to no entity 'farm'"),
        ("by: firm", "by: buyer", "entities.firm.reverse.deals", "deal.buyer does not lead here"),
        ("firm: {key: no,", "firm: {", "entities.firm", "firm has no key"),
        ("paid: {", "firm: {", "entities.deal", "firm means two things"),
    ],
)
def test_a_vocabulary_that_does_not_hold_together_is_refused(old, new, path, why):
    assert old in WORDS
    with pytest.raises(BadPage) as bad:
        vocabulary_from(read(WORDS.replace(old, new)))
    assert (bad.value.path, bad.value.why) == (path, why)


MISSHAPEN = [
    ("amount: trade.technical_paid", "amount", "amount is no mapping"),
    ("examples: {a: 1}", "examples", "examples is no list"),
    ("examples: [a]", "examples.0", "'a' cannot stand here"),
    ("eligible: {ok: trade.invoice_ok}", "eligible", "eligible is no list"),
    ("eligible: [trade.invoice_ok]", "eligible.0", "'trade.invoice_ok' cannot stand here"),
    ("uses: other", "uses", "uses is no list"),
    ("uses: [{ended: zero}]", "uses.0", "{'ended': 'zero'} names no policy"),
    ("cap: {limit: cap, per: trade.buyer, allocate: highest}", "cap.per", "per is no list"),
    ("cap: {limit: cap, per: [trade.buyer], allocate: first_come, order: trade.paid_on}", "cap.order", "order is no list"),
    ("cap: {per: [trade.buyer], allocate: highest}", "cap", "a cap without its limit"),
    ("budget: {scale: proportional}", "budget", "a budget without its limit"),
    ("allot: {pot: cap, order: [trade.trade_no]}", "allot", "an allotment without by"),
    ("branches: {combine: highest, of: []}", "branches", "branches without a branch"),
    ("branches: {combine: highest, of: [{expr: cap}]}", "branches.of.0", "a branch without its code or expression"),
    ("let: {a: [1]}", "let.a.expr", "[1] is no expression"),
    ("let: {a: {forms: []}}", "let.a.forms", "forms is no list"),
    ("let: {a: {forms: [{expr: cap}]}}", "let.a.forms.0", "a row without from"),
    ("let: {a: {expr: cap, round: floor %}}", "let.a.round", "% is no whole unit to round to"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "path", "why"), MISSHAPEN)
def test_whatever_a_page_is_shaped_like_it_is_answered(told, path, why):
    name = told.partition(":")[0]
    lines = [line for line in TRADE.splitlines() if not line.startswith(f"{name}:")]
    assert _refusal("\n".join([*lines, told]))[:2] == (path, why)


def test_a_policy_does_not_end_before_it_begins():
    assert _changed("{from: 2019-01-01}", "{from: 2019-01-01, until: 2018-12-31}")[:2] == (
        "effective.until", "ends on 2018-12-31, before it begins on 2019-01-01",
    )  # fmt: skip


def test_two_rows_of_levels_do_not_begin_at_one_threshold():
    rows = "rate: {2019-01-01: [[5 元, 1 %], [5 元, 2 %]]}"
    assert _changed("rate: {2019-01-01: 10 %}", rows)[:2] == (
        "params.rate.value.2019-01-01.1",
        "two rows begin at 5 元",
    )


def test_what_is_to_be_confirmed_is_said_by_true_or_false():
    assert _changed("cap: {2019-01-01: 200 万元}", "cap: {value: {2019-01-01: 200 万元}, confirm: maybe}")[:2] == (
        "params.cap.confirm", "'maybe' is not true or false",
    )  # fmt: skip


def test_a_bare_number_or_truth_value_is_an_expression():
    rules = rules_of(TRADE + "let: {none: 0, always: true}\n")
    assert [rules["deal"].let[name].forms[0].expression.text for name in ("none", "always")] == ["0", "true"]
