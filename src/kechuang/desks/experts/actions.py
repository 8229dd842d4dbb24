"""What the draw operator does before a draw, beside the acts of the cases: the parties' commitments are recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from kechuang.casework.acts import note
from kechuang.casework.models import Record, Round
from kechuang.casework.pages import day_of
from kechuang.desks.experts.models import Pool
from kechuang.desks.experts.queries import PREPARED
from kechuang.engines.panel.ceremony import LEAST_PARTIES
from kechuang.parties.models import Person
from kechuang.parties.permissions import appointments, roles
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

OPERATOR = "draw_operator"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@transaction.atomic
def prepare_draw(
    round_: Round, commitments: Iterable[Mapping[str, str]], *, by: Person, on: datetime, key: str
) -> Record:
    """Record what each party has sealed, before any dice are cast: the digests go into the log with their time.

    Refused for anyone but the draw operator of this round, before the pool is frozen, for fewer than three parties,
    for a digest that is none, and where two parties sealed the same.
    """
    if OPERATOR not in roles(appointments(by, day_of(on)), round_):
        raise Refused(Reason("act_for_another", act=PREPARED, role=OPERATOR))
    if not Pool.objects.filter(round=round_).exists():
        raise Refused(Reason("pool_not_frozen"))
    given = sealed(commitments)
    tells = {f"commitment{n}": one["digest"] for n, one in enumerate(given)}
    return note(round_, PREPARED, by=by, on=on, key=key, role=OPERATOR, data={"commitments": given}, tells=tells)


def sealed(commitments: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """The commitments as they are kept, by party; Refused where they bind nobody."""
    given = [
        {"by": str(c.get("by", "")).strip(), "digest": str(c.get("digest", "")).strip().lower()} for c in commitments
    ]
    given = sorted((c for c in given if c["by"] or c["digest"]), key=lambda c: c["by"])
    bad = [c["by"] or "?" for c in given if not c["by"] or not _DIGEST.fullmatch(c["digest"])]
    if bad:
        raise Refused(Reason("commitment_is_no_digest", parties=bad))
    if len({c["by"] for c in given}) < LEAST_PARTIES or len({c["digest"] for c in given}) < len(given):
        raise Refused(Reason("commitments_too_few", least=LEAST_PARTIES))
    return given
