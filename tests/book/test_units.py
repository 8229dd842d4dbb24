"""Faults of units planted into the packaged book: money beside a bare number, days beside years, a code nobody can choose."""

from __future__ import annotations

import pytest

from tests.book.test_planted import place, planted

WRITE = (
    "write the amount as a parameter with its unit, `params: {most: {value: {2018-01-01: 300 万元}}}`, and name it here"
)


def test_money_beside_a_bare_number_is_told_with_file_line_and_what_to_write():
    told = planted("programmes/central-guidance.yaml", "when: asked <= amount_most,", "when: asked <= 200,")
    assert told == [
        f"{place('programmes/central-guidance.yaml', 'asked <= amount_most,')}: in «asked <= 200» at column 1: "
        f"cannot compare money and a bare number ({WRITE})"
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("parts/closing.yaml", "granted >= audit_from", "granted >= 500000", "cannot compare money and a bare number"),
        ("parts/unit.yaml", "max(ratio_over_least, sum(row.assets", "max(1, sum(row.assets", "cannot choose between a bare number and money"),
        ("parts/budget.yaml", "row.price < big_equipment", "row.price < 500000", "cannot compare money and a bare number"),
        ("programmes/key-technology.yaml", "own_funds >= asked * pick", "own_funds >= asked + pick", "cannot add money and a bare number"),
        ("programmes/central-guidance.yaml", "amount: min(asked, panel_amount, amount_most)", "amount: amount_most / asked", "is a bare number, not money"),
        ("parts/gates.yaml", "leader_age <= leader_age_most", "leader_age <= unit_age_least", "cannot compare year and day"),
        ("programmes/results-conversion.yaml", "track == 'county'", "track == 'country'", "no such code 'country'"),
        ("parts/gates.yaml", "when: leader_employed,", "when: leader_age,", "is year, not true/false"),
    ],
)  # fmt: skip
def test_what_cannot_stand_together_is_found_in_every_kind_of_expression(file, old, new, why):
    told = planted(file, old, new)
    assert [bad for bad in told if bad.startswith(f"{file}:") and why in bad] != []


def test_money_may_be_compared_with_nothing_at_all():
    assert planted("parts/gates.yaml", "when: refund_due == 0", "when: refund_due <= 0") == []
