"""Who a person is by their number: shape, birthday and check digit; never the county, which changes with the years."""

from __future__ import annotations

from datetime import date

import pytest
from stdnum.cn import ric

from kechuang.casework.people import identity_fields
from kechuang.words.outcome import Refused


def numbered(body: str) -> str:
    return body + ric.calc_check_digit(f"{body}0")


@pytest.mark.parametrize(
    ("body", "born", "sex"),
    [
        ("11011019930914242", date(1993, 9, 14), "F"),  # a county that had another number by then
        ("11000119800101151", date(1980, 1, 1), "M"),  # one that the library's table does not know
    ],
)
def test_a_number_is_taken_whatever_has_become_of_its_county(body, born, sex):
    fields = identity_fields(numbered(body).lower())
    assert (fields["born"], fields["sex"]) == (born, sex)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1101", "bad_identity"),
        ("110101198013011005", "bad_identity_birthday"),
        ("110101198001011006", "bad_identity_check"),
    ],
)
def test_a_number_that_is_none_is_refused_with_what_is_wrong(number, code):
    with pytest.raises(Refused) as refusal:
        identity_fields(number)
    assert refusal.value.codes == [code]
