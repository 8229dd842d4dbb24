"""The rows of a table say what is in their cells, in the classes the style knows, and nothing of it is taken for markup."""

import pytest
from django.template import engines

from kechuang.faces.web import rows


def drawn(row, pick=False):
    template = engines["django"].from_string("{% table_row row pick %}")
    return template.render({"row": row, "pick": pick})


def cell(**said):
    return drawn({"cells": [said]}).removeprefix("<tr><td ").removesuffix("</td></tr>")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"text": "题目"}, 'class="">题目'),
        ({"text": ""}, 'class="">—'),
        ({}, 'class="">—'),
        ({"fen": 0}, 'class="">0.00'),
        ({"fen": 1_000_000_00, "num": True}, 'class=" num">100.00'),
        ({"text": {"zh": "甲", "en": "A"}, "href": "/cases/A/", "lead": True, "wide": True}, 'class="lead-cell wide"><a class="title" href="/cases/A/">甲</a>'),
        ({"chip": "在审", "tone": "way"}, 'class=""><span class="chip way">在审</span>'),
        ({"text": "3 天", "tone": "clay", "small": "用了 2 天", "nowrap": True}, 'class=" nowrap in-clay">3 天<small>用了 2 天</small>'),
        ({"text": "x", "label": "题目", "hide": True}, 'class=" hide-s" data-l="题目">x'),
        ({"text": "<b>"}, 'class="">&lt;b&gt;'),
        ({"text": "x", "href": '"><script>'}, 'class=""><a class="title" href="&quot;&gt;&lt;script&gt;">x</a>'),
    ],
)  # fmt: skip
def test_a_cell_shows_what_it_was_given(said, shown):
    assert cell(**said) == shown


def test_a_share_is_a_bar_with_its_number_beside_it():
    assert cell(share=0.25, name="进度").count('aria-valuenow="25" aria-label="进度"') == 1


@pytest.mark.parametrize(
    ("more", "head"),
    [
        ({}, "<tr>"),
        ({"over": True, "focus": True}, '<tr class="over">'),
        ({"focus": True, "selected": True}, '<tr class="focus" aria-selected="true">'),
        ({"href": "/a/"}, '<tr data-href="/a/">'),
    ],
)
def test_a_row_tells_where_it_leads_and_how_it_stands(more, head):
    assert drawn({"cells": [], **more}) == f"{head}</tr>"


def test_a_row_that_can_be_picked_has_a_box_that_carries_its_key_and_its_sum():
    box = drawn({"key": "K1", "sum": 500, "cells": []}, pick=True)
    assert (
        box
        == '<tr><td class="alone"><input type="checkbox" name="pick" value="K1" data-sum="500" aria-label="选 K1"></td></tr>'
    )


def test_the_head_of_a_group_spans_the_table():
    assert drawn({"group": "呼和浩特"}) == '<tr class="group"><td colspan="99">呼和浩特</td></tr>'


def test_the_line_of_the_budget_is_drawn_by_its_own_template():
    assert 'class="cut' in drawn({"cut": {"title": "预算", "fen": 1}})


def test_a_meter_stops_at_its_ends_and_marks_its_limit():
    assert [
        rows.meter(share, "x").count(f'width="{width}"') for share, width in ((2, "2.0"), (130, "100"), (-1, "0"))
    ] == [1, 1, 1]
    assert rows.meter(0.5, "x", limit=0.8).count('class="limit" x="80.0"') == 1
