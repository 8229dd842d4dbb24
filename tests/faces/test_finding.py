"""The search box on every page, its page and the API: one answer for the same reader, nothing about what is hidden."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from kechuang.casework.models import Case, Round
from kechuang.desks.experts.models import Expert
from kechuang.desks.texts import indexing
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round

pytestmark = pytest.mark.django_db
ON = START + timedelta(1)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


def titled(region: Region, title: str, **changes) -> Case:
    case = a_case(region, an_open_round(region))
    Case.objects.filter(pk=case.pk).update(title=title, **changes)
    return case


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_every_page_has_the_box_and_it_works_without_scripts():
    region = Region()
    for client, address in (
        (Client(), "/"),
        (signed_in(region.leader), "/todo/"),
        (signed_in(region.officer), "/cases/"),
    ):
        page = client.get(address).content.decode()
        assert ('<form class="find-box" action="/search/"' in page, 'name="q"' in page) == (True, True)


def test_a_person_finds_the_own_case_with_its_words_marked_and_a_link_to_it():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    indexing.bring_up(ON)
    page = signed_in(region.leader).get("/search/?q=小麦").content.decode()
    assert f'<a href="/cases/{case.number}/">耐盐<mark>小麦</mark>选育</a>' in page
    assert "选育" not in Client().get("/search/?q=小麦").content.decode()


def test_as_one_types_only_the_hits_come_and_the_last_word_may_go_on():
    region = Region()
    titled(region, "Lactobacillus strains")
    indexing.bring_up(ON)
    client = signed_in(region.leader)
    answer = client.get("/search/?q=lacto", headers={"HX-Request": "true", "HX-Target": "found"}).content.decode()
    assert ("<html" in answer, answer.count('class="hit"'), "<mark>Lacto</mark>bacillus" in answer) == (False, 2, True)
    assert 'class="hit"' not in client.get("/search/?q=lacto").content.decode()


def test_every_kind_of_hit_opens_for_whoever_finds_it():
    region = Region()
    Expert.objects.create(person=region.field, fields=["A0102"], keywords=["稀土"], entered_on=date(2017, 1, 1))
    round_ = an_open_round(region, title="稀土专项")
    Round.objects.filter(pk=an_open_round(region, title="稀土筹备批次").pk).update(published_at=None)
    case = titled(region, "稀土钢轨", state="submitted", received_at=START)
    a_unit(name="稀土研究院")
    indexing.bring_up(ON)
    kinds = set()
    for person in (region.leader, region.planner, region.supervisor, region.field):
        client = signed_in(person)
        for hit in client.get("/api/search?q=稀土&limit=50").json()["hits"]:
            kinds.add(hit["kind"])
            assert client.get(hit["href"]).status_code == 200, hit
    assert kinds == {"case", "round", "unit", "expert"}
    assert (round_.code, case.number) != ("", "")


def test_pages_of_the_book_open_as_they_stand_and_no_other_file_does():
    indexing.bring_up(ON)
    hit = Client().get("/api/search?q=大型科学仪器使用补贴&kind=page").json()["hits"][0]
    page = Client().get(hit["href"])
    assert (page.status_code, "按照50%的比例进行后补贴" in page.content.decode()) == (200, True)
    assert [Client().get(f"/rules/{name}/").status_code for name in ("letters/receipt", "policies/none")] == [404, 404]


def test_the_title_of_a_page_of_the_book_is_said_in_the_readers_language_alone_and_marked():
    indexing.bring_up(ON)
    for language, asked, other in (("zh-hans", "大型科学仪器使用补贴", "Subsid"), ("en", "subsidy", "补贴")):
        client = Client()
        client.cookies["kechuang_language"] = language
        hits = client.get(f"/search/?q={asked}&kind=page").context["hits"]
        titles = ["".join(text for text, _ in hit["title"]) for hit in hits]
        assert titles
        assert [title for title in titles if other in title] == []
        assert any(marked for hit in hits for _, marked in hit["title"])


def test_an_experts_card_is_for_those_who_see_experts_by_name():
    region = Region()
    Expert.objects.create(person=region.field, fields=["A0102"], entered_on=date(2017, 1, 1))
    indexing.bring_up(ON)
    auditor = a_person(("auditor", ""))
    address = f"/search/experts/{region.field.pid}/"
    told = [signed_in(who).get(address).status_code for who in (region.supervisor, auditor)]
    assert (told, signed_in(region.officer).get(address).status_code in (403, 404)) == ([200, 404], True)


def test_the_api_answers_the_page_and_narrows():
    region = Region()
    case = titled(region, "耐盐小麦选育", place="150102", state="submitted", received_at=START)
    indexing.bring_up(ON)
    client = signed_in(region.leader)
    answer = client.get("/api/search?q=小麦&kind=case&year=2018&place=150100").json()
    assert [(hit["id"], hit["title"][slice(*hit["title_marks"][0])]) for hit in answer["hits"]] == [
        (case.number, "小麦")
    ]
    assert client.get("/api/search?q=小麦&year=2017").json()["hits"] == []
    assert client.get("/api/search?q=小麦&limit=99").status_code == 422


def test_the_number_of_queries_does_not_grow_with_the_hits(django_assert_max_num_queries):
    region = Region()
    titled(region, "小麦一")
    indexing.bring_up(ON)
    client = signed_in(region.leader)
    client.get("/search/?q=小麦")
    with django_assert_max_num_queries(40) as one:
        client.get("/search/?q=小麦")
    titled(region, "小麦二")
    titled(region, "小麦三")
    indexing.rebuild(ON)
    with django_assert_max_num_queries(40) as three:
        assert client.get("/search/?q=小麦").content.decode().count("<h3>") == 3
    assert len(three) == len(one)


def test_whatever_is_typed_is_answered():
    indexing.bring_up(ON)
    for words in ("", "   ", "'\"<script>", "%", "。。", "a" * 500, "NaN", "0x", "\u0000", "🐑"):
        answer = Client().get("/search/", {"q": words, "year": "9999999999", "place": "9", "kind": "no"})
        assert (answer.status_code, b"<script>'" in answer.content) == (200, False)
