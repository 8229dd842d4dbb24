"""Prepared statements say what the ORM's own would, and refuse what they cannot hold."""

from datetime import date

import pytest

from kechuang.casework.models import Case, Duty, Record
from kechuang.parties.models import Appointment
from kechuang.parties.prepared import Prepared, insert, update
from tests.factories import Region, a_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    region = Region()
    return a_case(region)


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_prepared_row_is_the_row_the_orm_gives(case):
    ask = Prepared[Case](lambda pk: Case.objects.filter(pk=pk))
    assert columns(ask.one(case.pk)) == columns(Case.objects.get(pk=case.pk))


def test_it_is_compiled_once_and_asked_with_every_value(case):
    asked = []

    def query(kind, subject):
        asked.append(subject)
        return Record.objects.filter(subject_kind=kind, subject=subject).order_by("position").values_list("act")

    ask = Prepared[tuple[str]](query)
    plain = list(
        Record.objects.filter(subject_kind="case", subject=case.number).order_by("position").values_list("act")
    )
    assert (ask.rows("case", case.number), ask.rows("case", "nobody"), len(asked)) == (plain, [], 1)


def test_values_keep_their_places_whatever_order_the_orm_writes_them_in(case):
    held = Appointment.objects.order_by("pk").first()
    ask = Prepared[Appointment](lambda target, role: Appointment.objects.filter(role=role, target=target))
    assert held in ask.rows(held.target, held.role)


def test_a_deferred_column_is_read_when_it_is_asked_for(case, django_assert_num_queries):
    found = Prepared[Case](lambda pk: Case.objects.defer("answers").filter(pk=pk)).one(case.pk)
    with django_assert_num_queries(1):
        assert found.answers == case.answers


def test_a_value_that_the_query_would_change_is_refused(case):
    ask = Prepared[Case](lambda title: Case.objects.filter(title__startswith=title))
    with pytest.raises(ValueError, match="as they stand"):
        ask.one("甲")


def test_relations_are_not_joined(case):
    with pytest.raises(ValueError, match="no relations"):
        Prepared[Case](lambda pk: Case.objects.select_related("round").filter(pk=pk)).one(case.pk)


def test_an_inserted_row_has_its_key_and_stands_in_the_table(case):
    duty = Duty(case=case, person=case.leader, power="planning")
    insert(duty)
    assert columns(Duty.objects.get(pk=duty.pk)) == columns(duty)


def test_an_update_changes_the_named_columns_of_that_row_alone(case):
    case.title, case.track = "新题目", "no"
    update(case, "title")
    kept = Case.objects.get(pk=case.pk)
    assert (kept.title, kept.track == "no") == ("新题目", False)


def test_an_appointment_holds_on_the_very_days_the_database_says(case):
    day = date(2018, 6, 1)
    rows = Appointment.objects.all()
    assert {a.pk for a in rows if a.holds_on(day)} == set(rows.in_force(day).values_list("pk", flat=True))
