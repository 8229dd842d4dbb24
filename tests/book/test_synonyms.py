"""The table of synonyms is a page of the book, and faults planted into it are found at their place."""

from __future__ import annotations

import pytest

from kechuang.casework import book

BOOK = book.packaged()
PAGE = "synonyms.yaml"


def found(old: str, new: str) -> list[tuple[str, str]]:
    """What the checker says of the table once `old` stands as `new`: the row and why."""
    assert BOOK.sources[PAGE].count(old) == 1
    sources = {**BOOK.sources, PAGE: BOOK.sources[PAGE].replace(old, new)}
    return [(bad.path, bad.why) for bad in book.check(book.read(sources)) if bad.path.startswith(PAGE)]


def test_the_packaged_table_is_sound():
    assert found("[草原, 草地, grassland]", "[草原, 草地, grassland]") == []


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("[草原]", "a row is a list of words"),
        ("草原", "a row is a list of words"),
        ("[草原, 草地, Dairy]", "dairy stands in row 14 already"),
        ("[草原, 草原]", "草原 stands in row 14 already"),
    ],
)
def test_a_row_that_is_none_and_a_word_in_two_rows_are_found(new, why):
    assert [said for _, said in found("[草原, 草地, grassland]", new)] == [why]
