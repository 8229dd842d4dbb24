"""A round keeps the pages it was opened with."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from kechuang.casework import book

from .a_book import PART, a_book


def test_a_closure_has_the_programme_its_flows_and_their_letters():
    whole = json.loads(book.freeze(a_book(), "small")["text"])
    assert sorted(whole["flows"]) == ["protest", "round", "way"]
    assert sorted(whole["letters"]) == ["answered", "told"]
    assert whole["policies"] == {}
    assert whole["vocabulary"] == {}


def test_the_digest_is_the_sha256_of_the_text_and_the_same_each_time():
    frozen = book.freeze(a_book(), "small")
    assert frozen["digest"] == hashlib.sha256(frozen["text"].encode()).hexdigest()
    assert frozen == book.freeze(a_book(), "small")
    assert frozen["digest"] != book.freeze(a_book(part=PART.replace("50 %", "60 %")), "small")["digest"]


def test_thawing_gives_back_exactly_the_page_that_was_frozen():
    shelf = a_book()
    thawed = book.thaw(book.freeze(shelf, "small"))
    assert thawed.programme == shelf.programme("small").body
    assert list(thawed.programme) == list(shelf.programme("small").body)
    assert date(2020, 1, 1) in thawed.programme["params"]["own_least"]["value"]


def test_thawed_pages_are_engine_values():
    thawed = book.thaw(book.freeze(a_book(), "small"))
    assert thawed.flow.code == "way"
    assert list(thawed.form.fields) == ["title", "asked", "own"]
    assert list(thawed.sheets) == ["mail"]
    assert list(thawed.tables["midterm"].fields) == ["report"]
    assert thawed.round_flow.of == "round"
    assert thawed.flows["protest"].parent.flows == ("way",)


def test_pages_are_thawed_once_for_each_digest():
    frozen = book.freeze(a_book(), "small")
    first = book.thaw(frozen)

    def never() -> str:
        raise AssertionError("fetched again")

    assert book.thawed(frozen["digest"], never) is first


def test_a_text_that_was_changed_is_refused():
    frozen = book.freeze(a_book(), "small")
    changed = frozen["text"].replace("小计划", "大计划")
    with pytest.raises(ValueError, match="not those of the digest"):
        book.thaw({"text": changed, "digest": "0" * 64})


def test_a_missing_letter_stops_the_freezing():
    shelf = a_book()
    sources = {path: text for path, text in shelf.sources.items() if path != "letters/told.yaml"}
    with pytest.raises(LookupError, match=r"letters/told\.yaml"):
        book.freeze(book.read(sources), "small")


def test_a_folder_is_read_by_path(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "money.yaml").write_text(PART, "utf-8")
    (tmp_path / "roles.yaml").write_text("format: 1\n", "utf-8")
    (tmp_path / "notes.txt").write_text("no page", "utf-8")
    assert sorted(book.sources_in(tmp_path)) == ["parts/money.yaml", "roles.yaml"]
    assert book.read(book.sources_in(tmp_path)).page("roles").kind == "roles"
