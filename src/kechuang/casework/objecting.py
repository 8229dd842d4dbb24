"""Objections by the public: raised with their evidence, found and taken back by the code that only the objector has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kechuang.casework import files
from kechuang.casework.actor import Actor
from kechuang.casework.acts import act, open_case
from kechuang.casework.models import Attachment, Case, Record
from kechuang.engines.ledger import canonical
from kechuang.parties.secrets import coded

LONG = 16  # characters of the code by which an objection is followed: nobody guesses it
MOST_EVIDENCE = 10 * 1024 * 1024
Upload = tuple[str, Iterable[bytes]]  # the name of a file and its content in pieces


def code_of(*said: Any) -> str:
    """The code for what was said under a key: the same request again gets the same, nobody else can make it."""
    return coded(canonical(list(said)).decode(), LONG)


@transaction.atomic
def objected(case: Case, typed: Mapping[str, Any], evidence: Iterable[Upload], *, on: datetime, key: str) -> tuple[Case, str]:  # fmt: skip
    """The objection as a child of the case, and the code by which it is followed; raised once however often it is sent.

    Its evidence lies with it, where the side objected to does not see it.
    """
    kept = [files.keep(case, "evidence", name, pieces, by=None, on=on, most=MOST_EVIDENCE) for name, pieces in evidence]
    own = code_of(key, case.number, typed, [one.digest for one in kept])
    data = {**typed, **({"evidence": [one.digest for one in kept]} if kept else {})}
    child = open_case(case.round, flow="objection", parent=case, by=Actor.public(own), on=on, key=key, data=data)
    Attachment.objects.filter(pk__in=[one.pk for one in kept]).update(case=child)
    return child, own


def found_by(code: str) -> Case | None:
    """The objection that was raised under this code."""
    opened = Record.objects.filter(subject_kind="case", act="object", actor=f"public:{code}").first() if code else None
    rows = Case.objects.select_related("round__frozen", "parent", "parent__round")
    return rows.filter(number=opened.subject).first() if opened else None


def take_back(case: Case, reason: Any, *, code: str, on: datetime, key: str) -> Record:
    """The objector's word that nothing more is to be looked into."""
    return act(case, "take_back", by=Actor.public(code), on=on, key=key, data={"reason": reason})
