"""The demonstration leaves something to do for every role that acts; it can be started again beside nothing real."""

from __future__ import annotations

import pytest
from django.utils import timezone

from kechuang.casework import todo
from kechuang.casework.models import Attempt, Case, Document, Finding, Round
from kechuang.casework.pages import day_of
from kechuang.desks.experts.models import Seat
from kechuang.desks.funds import actions, queries
from kechuang.desks.funds.models import Batch
from kechuang.faces.rehearsal import demonstration, leaving, year
from kechuang.faces.web import beside
from kechuang.parties.models import Person
from kechuang.parties.permissions import appointments

READERS = {"auditor", "discipline", "finance_department", "system_admin", "security_admin", "audit_admin"}


@pytest.mark.journey
@pytest.mark.django_db
def test_every_login_but_those_that_only_read_finds_something_to_do():
    now = timezone.now()
    logins = demonstration.demonstrate(today=now, seed=1, say=lambda _what, _count: None)
    people = {name.removeprefix("demo-"): Person.objects.get(username=name) for name, _ in logins}
    expert = people.pop("expert")

    idle = {
        role
        for role, person in people.items()
        if todo.count(person, now) + len(beside.waiting(appointments(person, day_of(now)))) == 0
    }
    year.refuse_real_data()

    assert idle == READERS
    assert Seat.objects.filter(expert__person=expert, state="accepted", draw__round__state="in_review").exists()
    assert (Case.objects.filter(synthetic=False).count(), Attempt.objects.count()) == (0, 0)
    (found,) = Finding.objects.filter(check_name="texts.compare", verdict="warn", settled_by=None)
    (like,) = found.evidence["nearest"]
    assert (found.case.state, like["share"] > 30, like["rewritten"] > 0) == ("formal_check", True, True)
    (batch,) = Batch.objects.all()
    listed = Document.objects.get(kind=actions.PAYMENT_LIST)
    assert (len(actions.orders(batch)), listed.body["batch"], queries.unbatched().count()) == (2, batch.code, 1)
    assert {"collecting", "vetting", "open", "closed", "in_review", "decided"} <= set(
        Round.objects.values_list("state", flat=True)
    )


def test_a_disguised_copy_is_as_long_as_what_it_was_copied_from_and_half_of_it_stands_there():
    text = "先查样点，再建模型。以土壤为基因，测养分。由水分到菌群。每户记一次"
    told = leaving.disguised(text)
    assert told == "由水分到菌群。每户记一次先看样点，再设模型。用土壤为基因，量养分。"
    assert len(told) == len(text)
