"""Findings and the officer's word on them: the system points, a person judges, and the judgement is a record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kechuang.casework.acts import note
from kechuang.casework.models import Case, Finding, Record
from kechuang.casework.pages import day_of, roles_page
from kechuang.parties.models import Person
from kechuang.parties.permissions import appointments, roles
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

LEAST_WORD = 5
JUDGING = ("execution", "planning")


def judging_role(case: Case, person: Person, on: datetime) -> str:
    """The role in which this person may judge findings of the case, '' if in none: those who check or plan it."""
    held = sorted(roles(appointments(person, day_of(on)), case))
    return next((role for power in JUDGING for role in held if roles_page().power(role) == power), "")


@transaction.atomic
def settle_finding(finding: Finding, word: str, *, by: Person, on: datetime, key: str) -> Record:
    """An officer's judgement of what a check has found; Refused for anyone else, without words, or where it is settled."""
    role = judging_role(finding.case, by, on)
    if not role:
        raise Refused(Reason("act_for_another", act=finding.check_name, role="institution_officer"))
    said = word.strip()
    if len(said) < LEAST_WORD:
        raise Refused(Reason("word_too_short", least=LEAST_WORD))
    held = Finding.objects.select_for_update().get(pk=finding.pk)
    told = {"check": held.check_name, "word": said}
    if held.settled_by_id and held.settled_word != said:
        raise Refused(Reason("finding_settled"))
    held.settled_by, held.settled_word = by, said
    held.save(update_fields=["settled_by", "settled_word"])
    return note(finding.case, "settle_finding", by=by, on=on, key=key, role=role, data=told, tells={"check": held.check_name})  # fmt: skip
