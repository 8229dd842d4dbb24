"""What is not enough for all is shared to the fen: under a cap of a group, a year's budget, an allotment."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.rules.examples import DAY, cast_of
from kechuang.engines.rules.shares import _share, entitle, everything, scaled, settle
from kechuang.formula import FormulaError
from tests.engines.rules.shelf import TRADE, house_rules, rules_of

OWED = st.lists(st.integers(0, 10**12), min_size=1, max_size=30)


@given(
    OWED,
    st.integers(0, 10**12),
    st.sampled_from(["first_come", "proportional", "highest"]),
    st.sampled_from(["floor", "largest_remainder"]),
)
def test_nobody_gets_more_than_owed_and_a_group_never_more_than_its_limit(owed, limit, allocate, residue):
    parts = _share(allocate, residue, owed, limit)
    assert all(0 <= part <= value for part, value in zip(parts, owed, strict=True))
    assert sum(parts) <= limit


@given(OWED, st.integers(0, 10**12))
def test_first_come_and_largest_remainder_leave_nothing_over(owed, limit):
    whole = min(sum(owed), limit)
    assert (sum(_share("first_come", "floor", owed, limit)), sum(scaled(owed, limit, "largest_remainder"))) == (
        whole,
        whole,
    )


@given(OWED, st.integers(0, 10**12))
def test_a_floored_proportion_is_exact_to_less_than_a_fen(owed, limit):
    total = sum(owed)
    for part, value in zip(scaled(owed, limit, "floor"), owed, strict=True):
        exact = Fraction(value * limit, total) if total > limit else Fraction(value)
        assert 0 <= exact - part < 1


def _settled(budget, paid, **more):
    rules = rules_of(TRADE + f"budget: {budget}\n")
    trades = [{"trade_no": str(n), "technical_paid": f"{yuan} 元", **more} for n, yuan in enumerate(paid)]
    found, amounts = entitle(rules, "deal", cast_of(rules, "deal", {"trades": trades}, "x").subjects)
    return amounts, settle(rules, "deal", found, amounts)


@pytest.mark.parametrize(
    ("budget", "settled"),
    [
        ("{limit: cap / 10000, scale: proportional}", [3333, 6666, 10000]),
        (
            "{limit: cap / 10000, scale: proportional, residue: largest_remainder, order: [trade.trade_no]}",
            [3333, 6667, 10000],
        ),
        ("{limit: cap / 10000, scale: cut_off, order: [trade.trade_no]}", [10000, 0, 0]),
        ("{limit: cap, scale: proportional}", [10000, 20000, 30000]),
    ],
)
def test_a_budget_is_a_second_step_after_the_entitlement(budget, settled):
    amounts, left = _settled(budget, [1000, 2000, 3000])
    assert (amounts, left) == ([10000, 20000, 30000], settled)


def test_an_amount_that_is_not_known_leaves_its_group_unknown():
    house = house_rules()
    subjects = cast_of(
        house, "technology-trade", {"trades": [{"technical_paid": "1 元"}, {"buyer": "乙"}]}, "x"
    ).subjects
    other = {**subjects[0], "technical_paid": None, "trade_no": "9"}
    _, amounts = entitle(house, "technology-trade", [subjects[0], other, subjects[1]])
    assert amounts == [None, None, 0]


def test_everything_a_firm_can_get_is_computed_at_once():
    house = house_rules()
    cast = cast_of(house, "technology-trade", {"trades": [{"technical_paid": "100 万元"}]}, "x")
    broken = {**cast.subjects[0], "paid_on": None}
    assert everything(house, {"trade": cast.subjects}, day=DAY)["technology-trade"][0][1] == 10_000_000
    assert everything(house, {"trade": [broken]}, day=DAY)["technology-trade"].reason.code == "no_reference_date"
    assert list(everything(house, {"trade": cast.subjects}, day=DAY)) == ["technology-trade"]


def allotted(*people: int) -> list[int | None]:
    """The pot by the people of so many leagues, every other factor alike."""
    book, code = house_rules(), "league-factor-allotment"
    leagues = [{"league_code": f"15{n:02}"} for n in range(1, len(people) + 1)]
    subjects = cast_of(book, code, {"leagues": leagues}, "x").subjects
    return entitle(book, code, [{**one, "population": n} for one, n in zip(subjects, people, strict=True)], year=2019)[
        1
    ]


def test_a_league_with_a_factor_of_nothing_gets_nothing_for_it_and_equals_get_the_same():
    parts = allotted(0, 3, 3)
    assert (sum(parts), parts[1], parts[0] < parts[1]) == (20_000 * 10**6, parts[2], True)


def test_a_share_below_nothing_is_refused_and_takes_nothing_from_the_others():
    with pytest.raises(FormulaError) as refused:
        allotted(-5, 3, 3)
    assert refused.value.reason.code == "nothing_to_share_by"
