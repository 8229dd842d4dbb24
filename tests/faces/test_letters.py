"""The inbox: one's own letters with what is unread, each to read and to keep, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from kechuang.casework import documents, letters, records
from kechuang.casework.actor import Actor
from kechuang.casework.models import Award, Document, Letter
from tests.faces.test_officer import queries_of, signed_in
from tests.factories import START, Region, a_person, an_open_round
from tests.journeys.story import an_application

pytestmark = pytest.mark.django_db


def a_letter(person, title: str = "立项通知书", *, day: int = 0) -> Letter:
    on = START + timedelta(day)
    body = {"text": "同意立项。\n请按期签订任务书。", "signed": "示例科学技术厅"}
    kept = documents.issue("award-letter", title, body, on=on, number="内科发〔2018〕1号")
    return Letter.objects.create(document=kept, person=person, on=on)


def test_an_inbox_shows_ones_own_letters_newest_first_with_what_is_unread():
    me, other = a_person(), a_person()
    old, new = a_letter(me, "受理通知书"), a_letter(me, "立项通知书", day=3)
    a_letter(other, "别人的函")
    Letter.objects.filter(pk=old.pk).update(read_at=START)

    page = signed_in(me).get("/letters/")

    rows = [[cell.get("text") or cell.get("chip") for cell in row["cells"]] for row in page.context["table"]["rows"]]
    assert [(row[0], row[4]) for row in rows] == [("立项通知书", "未读"), ("受理通知书", "已读")]
    assert page.context["title"] == "1 封函件没有读"
    assert (f"/documents/{new.document.code}.pdf" in page.content.decode(), "别人的函" in page.content.decode()) == (
        True,
        False,
    )


def test_receipts_of_one_case_are_told_apart_by_their_acts():
    region = Region()
    case = an_application(region, an_open_round(region))
    for kept in Document.objects.filter(case=case, kind="receipt"):
        Letter.objects.get_or_create(document=kept, person=region.leader, defaults={"on": START})
    for language in ("zh-hans", "en"):
        client = signed_in(region.leader)
        client.cookies["kechuang_language"] = language
        rows = client.get("/letters/").context["table"]["rows"]
        titles = [row["cells"][0]["text"] for row in rows]
        assert len(titles) == len(set(titles)) == 3
        marked = [title.startswith("Receipt: ") if language == "en" else title.endswith("的回执") for title in titles]
        assert marked == [True] * 3
        beside = [row["title"] for row in client.get("/todo/").context["letters"]]
        assert [title for title in beside if title in titles] == titles


def test_a_receipt_shows_its_facts_wherever_it_is_opened():
    region = Region()
    case = an_application(region, an_open_round(region))
    kept = Document.objects.filter(case=case, kind="receipt").order_by("pk").first()
    Letter.objects.get_or_create(document=kept, person=region.leader, defaults={"on": START})
    client = signed_in(region.leader)
    for address in (f"/letters/{kept.code}/", f"/documents/{kept.code}/"):
        page = client.get(address).content.decode()
        assert all(one in page for one in ("提交", case.number, case.title, "SHA-256", "（北京时间）")), address


def test_reading_a_letter_marks_it_and_a_second_reading_keeps_the_first_moment():
    me = a_person()
    letter = a_letter(me)
    client = signed_in(me)

    page = client.get(f"/letters/{letter.document.code}/").content.decode()
    letter.refresh_from_db()
    first = letter.read_at
    client.get(f"/letters/{letter.document.code}/")
    letter.refresh_from_db()

    assert [word in page for word in ("同意立项。", "请按期签订任务书。", "内科发〔2018〕1号", "示例科学技术厅")] == [
        True
    ] * 4
    assert (first is None, letter.read_at) == (False, first)


def test_a_letter_of_someone_else_is_as_absent_as_one_that_does_not_exist():
    letter = a_letter(a_person())
    client = signed_in(a_person())
    assert [client.get(f"/letters/{code}/").status_code for code in (letter.document.code, "nothing")] == [404, 404]
    letter.refresh_from_db()
    assert letter.read_at is None


def test_who_is_not_signed_in_is_asked_to_sign_in():
    assert Client().get("/letters/").url == "/signin/?next=/letters/"


def test_an_empty_inbox_says_what_will_come():
    page = signed_in(a_person()).get("/letters/")
    assert (page.context["title"], page.context["table"]) == ("还没有函件", None)


def test_one_letter_and_three_take_the_same_number_of_queries():
    one, three = a_person(), a_person()
    a_letter(one)
    for day in range(3):
        a_letter(three, day=day)
    signed_in(one).get("/letters/")  # the edition in force is asked for once a process
    assert queries_of(signed_in(one), "/letters/") == queries_of(signed_in(three), "/letters/")


def test_a_letter_bears_the_number_typed_in_with_its_act_and_never_that_of_another_paper():
    region = Region()
    round_ = an_open_round(region, document_no="内科发〔2018〕1号")
    case = an_application(region, round_)
    Award.objects.create(case=case, fen=1, document_no="内科发〔2018〕2号", on=START)
    for name, said in (("not_fund", {}), ("fund", {"document_no": "内科发〔2018〕3号"})):
        entry = records.Entry(name, case.state, case.state, Actor.of(region.leadership), "leadership", START, name, said, {})  # fmt: skip
        record = records.write(case, entry)
        letters.write_letter({"record": record.pk, "letter": "award-decision"}, START)
    told = Document.objects.filter(kind="award-decision").order_by("pk").values_list("number", flat=True)
    assert list(told) == ["", "内科发〔2018〕3号"]
