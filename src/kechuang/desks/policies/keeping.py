"""Reforms kept to be compared: who may keep one, what it holds, and that it is laid aside and never lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Record
from kechuang.casework.pages import current, day_of
from kechuang.desks.policies.models import Reform
from kechuang.desks.policies.reading import rules_in_force
from kechuang.engines.rules.examples import with_set
from kechuang.parties.models import Person
from kechuang.parties.permissions import appointments
from kechuang.words.outcome import BadPage, Refused
from kechuang.words.reason import Reason

POWERS = ("planning", "decision")
LONGEST, MOST_KEPT = 60, 200


def role_of(who: Person, on: datetime) -> str:
    """The role in which somebody may try and keep reforms; Refused without one."""
    role = next((one.role for one in appointments(who, day_of(on)) if one.power in POWERS), None)
    if role is None:
        raise Refused(Reason("act_for_another", role=POWERS[0]))
    return role


def full(policy: str, values: Mapping[str, str]) -> dict[str, str]:
    """The values under their full names: `technology-trade.cap`, `contest-award.award.first`."""
    return {f"{policy}.{name}": value for name, value in values.items()}


def kept(policy: str) -> QuerySet[Reform]:
    """The reforms of a policy that stand, newest first."""
    return Reform.objects.filter(policy=policy, laid_aside=False).select_related("by")


@transaction.atomic
def keep(policy: str, title: str, values: Mapping[str, str], figures: Mapping[str, Any], *, why: str = "", by: Person, on: datetime, key: str) -> Reform:  # fmt: skip
    """Keep other values of a policy's parameters under a name; the same key gives the first one again.

    Refused without the power, without a name, without any other value, or where a value has not the parameter's unit.
    """
    role, title = role_of(by, on), title.strip()
    asked = {"policy": policy, "title": title, "values": dict(values), "why": why}
    if told := records.already(Actor.of(by), key, "keep_reform", None, asked):
        return Reform.objects.get(pid=told.told.data["reform"])
    if not title or len(title) > LONGEST:
        raise Refused(Reason("reform_needs_name", most=LONGEST))
    if not values:
        raise Refused(Reason("reform_changes_nothing"))
    try:
        with_set(rules_in_force(), full(policy, values))
    except BadPage as bad:
        raise Refused(Reason("reform_value_wrong", what=bad.path)) from None
    row = Reform(policy=policy, title=title, values=dict(values), why=why.strip()[:300], by=by, on=on, edition=current().digest, figures=dict(figures))  # fmt: skip
    data = {"reform": row.pid, "policy": policy, "values": dict(values)}
    note(
        by,
        "keep_reform",
        by=by,
        on=on,
        key=key,
        role=role,
        data=data,
        tells={"reform": row.pid, "policy": policy},
        asked=asked,
    )
    row.save()
    return row


@transaction.atomic
def lay_aside(row: Reform, *, by: Person, on: datetime, key: str) -> Record:
    """Take a reform from the list of those kept; only whoever kept it."""
    role = role_of(by, on)
    if row.by_id != by.pk:
        raise Refused(Reason("act_for_another", role=role))
    Reform.objects.filter(pk=row.pk).update(laid_aside=True)
    return note(
        by, "lay_aside_reform", by=by, on=on, key=key, role=role, data={"reform": row.pid}, tells={"reform": row.pid}
    )
