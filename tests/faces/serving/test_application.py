"""What the application has read before its workers are forked."""

from __future__ import annotations

import pytest

from kechuang.casework.pages import current
from kechuang.casework.shelf.reader import read_page
from kechuang.desks.texts import recorded
from kechuang.faces.serving.application import read_ahead


@pytest.mark.django_db
def test_the_first_key_in_the_search_box_reads_no_page_of_the_book():
    edition = current().digest
    read_page.cache_clear()
    read_ahead()
    before = read_page.cache_info().misses
    for cache in (recorded.titled, recorded._titles):
        cache.cache_clear()
    assert "open" in recorded.titled(edition, ("新建",))
    assert (before > 5, read_page.cache_info().misses) == (True, before)
