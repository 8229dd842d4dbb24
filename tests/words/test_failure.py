"""What a log may hold of a failure: its kind and its place, never its words."""

from __future__ import annotations

from kechuang.words.failure import told


def failed(name: str) -> Exception:
    try:
        try:
            int(name)
        except ValueError as error:
            raise LookupError(f"{name} is unknown") from error
    except LookupError as error:
        return error


def test_kind_and_place_are_told_and_not_whom_it_was_about():
    said = told(failed("巴图"))

    assert said.startswith("LookupError at words/test_failure.py:") and " failed from ValueError at " in said
    assert "巴图" not in said


def test_nothing_failed_says_nothing():
    assert told(None) == ""
