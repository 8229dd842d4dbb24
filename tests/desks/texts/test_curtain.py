"""The search is written from what lies before the curtain: no entry joins a drawn expert with what is reviewed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import curtain
from kechuang.desks.texts import indexing
from kechuang.desks.texts.models import Found
from tests.house.test_curtain import Rehearsed, Scan

pytestmark = pytest.mark.django_db


def test_no_entry_of_the_search_joins_a_reviewer_with_a_case_a_round_or_a_label(settings, tmp_path):
    settings.DATA = tmp_path
    panel = Rehearsed()
    curtain.draw()
    try:
        indexing.bring_up(panel.on + timedelta(1))
    finally:
        curtain.lift()
    assert Found.objects.filter(kind="expert").count() > 3
    assert "texts_found" not in Scan().joins()
