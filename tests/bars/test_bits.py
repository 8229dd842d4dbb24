"""A bit of any record turned over at random, in the database itself: each is found, by the audit that `verify` runs."""

from __future__ import annotations

from random import Random

import pytest
from django.db import IntegrityError, connection, transaction

from kechuang.casework import inspection
from kechuang.casework.models import Record
from tests.bars.installation import LONG
from tests.casework.sealed import a_round, folders, sealed, written

pytestmark = [pytest.mark.django_db, pytest.mark.bar]
FLIPS = 1000 if LONG else 120
COLUMNS = ("subject_kind", "subject", "body", "digest", "previous", "act", "actor", "role", "key")


def turned(content: bytes, rng: Random) -> bytes:
    """The same bytes with one bit the other way round."""
    bit = rng.randrange(len(content) * 8)
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_single_bit_that_turns_is_found_and_leads_to_its_record(settings, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL itself refuses a text that is no UTF-8")
    folders(settings, tmp_path)
    written(a_round(), 25)
    sealed()
    assert inspection.inspect().faults == ()
    rng, pks, missed, misled = Random(1), list(Record.objects.values_list("pk", flat=True)), [], []
    for number in range(FLIPS):
        pk, column = rng.choice(pks), rng.choice(COLUMNS)
        with connection.cursor() as cursor:
            was = cursor.execute(f"SELECT CAST({column} AS BLOB) FROM casework_record WHERE id = {pk}").fetchone()[0]
            if not was:
                continue
            now = turned(was, rng)
            try:
                with transaction.atomic():
                    cursor.execute(f"UPDATE casework_record SET {column} = CAST(%s AS TEXT) WHERE id = %s", [now, pk])
            except IntegrityError:
                continue  # another record has these words already: the database itself refuses them
            faults = inspection.inspect().faults
            missed += [] if faults else [(number, column, was, now)]
            named = {fault.record for fault in faults} | {fault.subject for fault in faults}
            misled += [] if str(pk) in named or column.startswith("subject") else [(number, column, faults)]
            cursor.execute(f"UPDATE casework_record SET {column} = CAST(%s AS TEXT) WHERE id = %s", [was, pk])
    assert (missed, misled) == ([], [])
    assert inspection.inspect().faults == ()
