"""What holds for every amount: more of the base never gives less, nobody is above a ceiling, and every kink is where the page says."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.rules.examples import cast_of
from kechuang.engines.rules.shares import entitle
from tests.engines.rules.region import YEAR, bench_rules

MONEY = st.integers(0, 10**13)
# policy → the base, and the ceiling of one record's payee in fen (none where the page has none)
BASES = [
    ("r1", "amount", 200_000_000), ("r2", "fee", 20_000_000), ("r8", "rnd_core", None), ("r8", "rnd_other", None),
    ("r8", "ent_dom", None), ("r9", "profit", None), ("r10", "rnd_staff", None), ("r10", "ip2", None),
]  # fmt: skip
FEW = settings(max_examples=60, deadline=None)


@cache
def _usual(code):
    """A record of the policy's subject with the usual values of its vocabulary."""
    plural = bench_rules().vocabulary.entities[bench_rules()[code].subject].plural
    return cast_of(bench_rules(), code, {plural: [{}]}, code).subjects[0]


def _got(code, *records):
    """What each of the records gets, beside one another; for a recognition 1 or 0."""
    assessed, amounts = entitle(bench_rules(), code, [{**_usual(code), **record} for record in records], year=YEAR)
    if bench_rules()[code].verdict is not None:
        return [int(one.verdict == "pass") for one in assessed]
    return amounts


@FEW
@given(MONEY, MONEY, st.data())
def test_more_of_the_base_never_gives_less_and_nothing_passes_the_ceiling(one, two, data):
    code, base, ceiling = data.draw(st.sampled_from(BASES))
    if base in ("rnd_staff", "ip2"):
        one, two = one % 101, two % 101
    less, more = (_got(code, {base: value})[0] for value in sorted((one, two)))
    assert 0 <= less <= more
    assert ceiling is None or more <= ceiling


@FEW
@given(st.lists(MONEY, min_size=1, max_size=8), st.sampled_from([("r1", "amount"), ("r2", "fee")]))
def test_the_records_of_one_payee_share_one_ceiling(bases, which):
    code, base = which
    key = bench_rules().vocabulary.entities[bench_rules()[code].subject].key
    parts = _got(code, *({base: value, key: n} for n, value in enumerate(bases)))
    rate, ceiling = {"r1": (10, 200_000_000), "r2": (2, 20_000_000)}[code]
    owed = [value // rate for value in bases]
    assert all(part <= due for part, due in zip(parts, owed, strict=True))
    whole = min(sum(owed), ceiling)
    lost = 0 if code == "r1" else len(parts)  # a proportional part is floored to the fen
    assert whole - lost <= sum(parts) <= whole


@pytest.mark.parametrize(
    ("code", "base", "values", "amounts"),
    [
        ("r1", "amount", [9, 10, 1_999_999_999, 2_000_000_000, 2_000_000_010], [0, 1, 199_999_999, 200_000_000, 200_000_000]),
        ("r2", "fee", [1, 2, 39_999_999, 40_000_000, 40_000_001], [0, 1, 19_999_999, 20_000_000, 20_000_000]),
        ("r9", "profit", [-1, 0, 3, 4, 7, 8], [0, 0, 0, 1, 1, 2]),
        ("r8", "rnd_core", [0, 1, 2, 3, 4], [0, 0, 1, 2, 3]),
    ],
)  # fmt: skip
def test_an_amount_is_exact_on_both_sides_of_every_kink(code, base, values, amounts):
    assert [_got(code, {base: value})[0] for value in values] == amounts


@pytest.mark.parametrize(("rnd_other", "amount"), [(0, 675), (99, 749), (100, 750), (101, 750), (10**12, 750)])
def test_other_costs_count_up_to_a_ninth_of_the_core_costs(rnd_other, amount):
    assert _got("r8", {"rnd_core": 900, "rnd_other": rnd_other}) == [amount]


@pytest.mark.parametrize(("rnd_staff", "passes"), [(0, 0), (10, 0), (25, 0), (29, 0), (30, 1), (31, 1)])
def test_a_score_turns_exactly_at_the_threshold_of_its_level(rnd_staff, passes):
    firm = {"staff": 100, "rnd_staff": rnd_staff, "revenue": 1_000, "cost": 1_000, "rnd_core": 40, "ip2": 2}
    assert (_got("r10", firm), _got("r10", {**firm, "rnd_core": 39})) == ([passes], [0])
