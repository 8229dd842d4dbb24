"""The pool is built from a table in portions: others may write between them, and what a broken run left is taken the next time."""

import pytest

from kechuang.casework.takeover import OPERATOR, Taken
from kechuang.desks.experts import taking_in
from kechuang.desks.experts.models import Expert
from tests.factories import START

pytestmark = pytest.mark.django_db
ROWS = [{"leader": f"示例专家{n}", "unit": f"示例大学{n % 2}", "title": "草原生态", "field": "C03"} for n in range(5)]


def test_people_are_entered_in_portions_and_each_is_told(monkeypatch):
    monkeypatch.setattr(taking_in, "SIZE", 2)
    told = []
    taken = taking_in.take_in([*ROWS, ROWS[0]], by=OPERATOR, on=START, told=told.append)
    assert (taken, told, Expert.objects.count()) == (Taken(5, 0), [2, 4, 5], 5)


def test_after_a_run_that_broke_off_the_rest_is_taken(monkeypatch):
    monkeypatch.setattr(taking_in, "SIZE", 2)

    def breaks_off(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taking_in.take_in(ROWS, by=OPERATOR, on=START, told=breaks_off)
    assert taking_in.take_in(ROWS, by=OPERATOR, on=START) == Taken(3, 2)
