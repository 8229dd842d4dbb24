"""Prepared statements say what the ORM's own would, and refuse what they cannot hold."""

from copy import copy
from datetime import date

import pytest
from django.db import connection
from django.utils.safestring import mark_safe

from kechuang.casework.models import Answer, Case, Duty, Finding, Record
from kechuang.casework.records import expect
from kechuang.parties.models import Appointment, Organisation
from kechuang.parties.prepared import Prepared, insert, insert_all, insert_many, update
from kechuang.parties.steady import once, steady
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


def kept(row):
    """The columns of a row as they lie in the table, but for its key."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{row._meta.db_table}" WHERE id = %s', [row.pk])
        return cursor.fetchone()[1:]


@pytest.mark.parametrize("given", [{}, {"asked_fen": "500", "taken_over": 1, "title": mark_safe("题目"), "rank": True}])
def test_what_is_inserted_lies_there_as_the_orm_would_have_laid_it(case, given):
    """Whatever type a value has: what is not plain goes the way of its field. A cipher is another each time."""
    pairs = []
    for way in (insert, lambda row: row.save(force_insert=True)):
        row = copy(Case.objects.get(pk=case.pk))
        row.pk, row.number = None, f"N{len(pairs)}"
        row.__dict__.update(given)
        way(row)
        pairs.append([value for value in kept(row) if value not in ("N0", "N1") and type(value) is not bytes])
    assert pairs[0] == pairs[1]


def test_many_rows_are_inserted_with_their_keys_in_their_order(case):
    rows = insert_all(Organisation(name=f"示例单位{n}", kind="firm", place="150100") for n in range(3))
    assert [Organisation.objects.get(pk=row.pk).name for row in rows] == ["示例单位0", "示例单位1", "示例单位2"]
    assert insert_all(iter(())) == []


def test_an_update_changes_the_named_columns_of_that_row_alone(case):
    case.title, case.track = "新题目", "no"
    update(case, "title")
    kept = Case.objects.get(pk=case.pk)
    assert (kept.title, kept.track == "no") == ("新题目", False)


def test_an_appointment_holds_on_the_very_days_the_database_says(case):
    day = date(2018, 6, 1)
    rows = Appointment.objects.all()
    assert {a.pk for a in rows if a.holds_on(day)} == set(rows.in_force(day).values_list("pk", flat=True))


def test_what_a_row_points_at_is_the_row_the_orm_gives_by_one_query(case, django_assert_num_queries):
    plain = columns(Organisation.objects.get(pk=case.applicant_id))
    fresh = Case.objects.get(pk=case.pk)
    with django_assert_num_queries(1):
        assert (columns(fresh.applicant), fresh.applicant is fresh.applicant) == (plain, True)


def test_what_a_row_points_at_and_is_gone_is_said_as_the_orm_says_it(case):
    lost = Case.objects.get(pk=case.pk)
    lost.applicant_id = 10**9
    with pytest.raises(Organisation.DoesNotExist):
        lost.applicant


def test_a_relation_that_is_empty_or_given_is_not_asked_for(case, django_assert_num_queries):
    fresh, unit = Case.objects.select_related("round").get(pk=case.pk), case.applicant
    fresh.applicant = unit
    with django_assert_num_queries(0):
        assert (fresh.parent, fresh.round.pk, fresh.applicant) == (None, case.round_id, unit)


def test_many_rows_are_written_as_one_by_one(case):
    insert_many(
        Answer,
        ("case_id", "name", "kind", "value", "number"),
        [(case.pk, "p", "money", "7", 7), (case.pk, "q", "text", "甲", None)],
    )
    rows = Answer.objects.filter(case=case, name__in="pq").order_by("name").values_list("kind", "value", "number")
    assert list(rows) == [("money", "7", 7), ("text", "甲", None)]


def test_a_finding_is_kept_once_a_check_and_says_what_was_said_last(case):
    for verdict in ("warn", "pass"):
        Finding.keep(case, "a.check", verdict=verdict, reasons=[], on=case.opened_at)
    kept = Finding.objects.filter(case=case, check_name="a.check").values_list("verdict", "answers_digest")
    assert list(kept) == [("pass", case.answers_digest)]


def test_keys_that_somebody_has_used_are_known_by_whom(case):
    told = Record.objects.order_by("pk").last()
    with steady():
        expect({(told.actor, told.key), (told.actor, "new"), ("person:nobody", told.key)})
        waiting = once("keys", lambda: None)
    assert waiting == {(told.actor, "new"), ("person:nobody", told.key)}
