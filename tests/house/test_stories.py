"""The stories in a browser wait for the page that a press leads to: one that does not fails on a slow day and nowhere else."""

from __future__ import annotations

import ast
from pathlib import Path

STORIES = Path(__file__).parents[1] / "journeys"


def bare(source: str) -> list[int]:
    """Lines that click on their own."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("click", "tap")
    ]


def test_no_story_clicks_but_by_the_words_that_wait():
    files = list(STORIES.glob("test_*.py"))
    assert files != []
    assert {file.name: lines for file in files if (lines := bare(file.read_text("utf-8")))} == {}


def test_a_bare_click_is_seen():
    assert bare('press(page, "保存")\npage.get_by_role("link", name="受理").click()\npage.click("text=受理")') == [2, 3]
