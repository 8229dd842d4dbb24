"""The parts of every page: the style page draws them all, error pages stand alone, what is not there is not shown."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from kechuang.faces.web.samples import NOW, samples

ERRORS = (400, 403, 404, 413, 422, 429, 500, 503)


def request(address: str = "/style/"):
    asked = RequestFactory().get(address)
    asked.user = AnonymousUser()
    return asked


def part(name: str, **context):
    with translation.override("zh-hans"):
        return render_to_string(f"parts/{name}.html", context, request())


def drawn(text: str, address: str = "/cases/", **context):
    with translation.override("zh-hans"):
        return engines["django"].from_string(text).render(context, request(address))


@pytest.fixture(scope="module", params=["zh-hans", "en"])
def style(request):
    asked = RequestFactory().get("/style/")
    asked.user = AnonymousUser()
    with translation.override(request.param):
        return render_to_string("style.html", samples(), asked)


def test_the_style_page_shows_every_part(style):
    heads = re.findall(r'<div class="h"><h2>([^<]+)</h2>', style)
    assert len(heads) == len(set(heads)) == 19


def test_no_two_things_of_the_style_page_share_an_id(style):
    ids = re.findall(r'\sid="([^"]+)"', style)
    assert sorted(name for name in set(ids) if ids.count(name) > 1) == ["l-1", "l-2", "r-1", "r-2"][:0]


def test_every_explanation_a_control_names_is_there(style):
    ids = set(re.findall(r'\sid="([^"]+)"', style))
    named = {one for names in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', style) for one in names.split()}
    assert sorted(named - ids) == []


def test_every_label_has_its_control(style):
    ids = set(re.findall(r'\sid="([^"]+)"', style))
    assert sorted(set(re.findall(r'\sfor="([^"]+)"', style)) - ids) == []


def test_every_chart_has_a_sentence_and_a_table(style):
    charts = re.findall(r'<figure class="chart">.*?</figure>', style, re.DOTALL)
    assert [len(re.findall(r'role="img" aria-label="[^"]+"', one)) for one in charts] == [1, 1, 1]
    assert ["<table" in one for one in charts] == [True, True, True]


def test_no_part_of_the_style_page_carries_its_own_style(style):
    assert re.findall(r'\sstyle="|<style', style) == []


@pytest.mark.parametrize("number", ERRORS)
def test_an_error_page_stands_alone_and_says_what_to_do(number):
    with translation.override("zh-hans"):
        page = render_to_string(f"errors/{number}.html")
    lead = re.search(r'<p class="lead">(.*?)</p>', page)[1]
    assert (page.count("<h1>"), str(number) in page, len(lead) > 10) == (1, True, True)


def test_an_error_page_gives_the_number_to_quote():
    with translation.override("zh-hans"):
        assert "请报编号 7QF4" in render_to_string("errors/500.html", {"reference": "7QF4"})


def test_signing_in_never_fills_in_a_password():
    page = render_to_string("signin.html", {"username": "surina", "password": "secret", "error": "不对"}, request())
    assert (page.count('value="surina"'), page.count("secret")) == (1, 0)


def test_the_flow_line_says_who_and_until_when():
    flow = [{"title": "形式审查", "state": "now", "who": "陈立军", "until": NOW}]
    assert "<b>形式审查</b>陈立军，最迟 3月18日 16:47</li>" in part("flow", flow=flow)


def test_a_task_without_a_deadline_is_not_urgent():
    shown = part("task", task={"title": "签收", "href": "/x/"}, now=NOW)
    assert '<li class="task ">' in shown
    assert "<b>" not in shown


def test_an_act_that_is_refused_says_why_and_cannot_be_pressed():
    shown = part(
        "acts", acts=[{"name": "publish", "title": "公示", "refused": {"code": "act_after_missing", "missing": "排序"}}]
    )
    assert (shown.count("<a "), "要先完成：排序。" in shown) == (0, True)


def test_nothing_to_do_here_is_said():
    assert "这件现在不在你手里。" in part("acts", acts=[])


def test_a_list_without_rows_says_so():
    assert "没有符合条件的记录" in part("table", table={"caption": "办件", "columns": [], "rows": []})


def test_a_consent_repeats_its_act_and_carries_its_key():
    shown = part(
        "consent",
        title="受理",
        act={"name": "admit", "title": "受理 3 件", "href": "/act/"},
        key="k-1",
        effects=["转为已受理"],
    )
    assert '<input type="hidden" name="key" value="k-1">' in shown
    assert '<button class="button primary" name="act" value="admit">受理 3 件</button>' in shown


def test_what_people_wrote_is_never_markup():
    shown = part("history", records=[{"title": "提交", "on": NOW, "said": "<img src=x onerror=alert(1)>"}])
    assert "<img" not in shown


def test_a_link_keeps_the_filters_of_its_list():
    assert drawn("{% query page=3 %}", "/cases/?place=150100&page=2") == "?place=150100&amp;page=3"
    assert drawn("{% query page=None %}", "/cases/?place=150100&page=2") == "?place=150100"


@pytest.mark.parametrize(
    ("address", "link", "said"),
    [("/cases/", "?sort=asked", "none"), ("/cases/?sort=asked&page=4", "?sort=-asked", "ascending"), ("/cases/?sort=-asked", "?sort=asked", "descending")],
)  # fmt: skip
def test_pressing_a_head_sorts_and_pressing_again_turns_it_round(address, link, said):
    assert drawn("{% sort_link 'asked' %} {% sorted_by 'asked' %}", address) == f"{link} {said}"


@pytest.mark.parametrize(("share", "width"), [(0.71, "71.0"), (94, "94.0"), (140, "100"), (None, "0.0"), (-1, "0")])
def test_a_meter_is_filled_to_its_share_and_no_further(share, width):
    assert float(re.search(r'<rect width="([^"]+)"', drawn("{% meter share 'x' %}", share=share))[1]) == float(width)


def test_money_is_drawn_with_its_unit_set_small():
    assert drawn("{{ fen|money }}", fen=20_000_000) == '<span class="money">20.00<span class="unit">万元</span></span>'


def test_an_unknown_sum_is_a_dash():
    assert drawn("{{ fen|money }}{{ fen|wan }}", fen=None) == '<span class="money">—</span>—'


def test_a_single_number_draws_no_line():
    assert drawn("{% spark values %}", values=[3]) == ""
