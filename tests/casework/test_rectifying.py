"""What was typed wrongly is put right by two, and stays to be read where it was typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from kechuang.casework import documents, rectifying
from kechuang.casework.models import Award, Case, Record
from kechuang.casework.queries import history
from kechuang.faces import access
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_person, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
LATER = START + timedelta(3)
WHY = "键入时漏写了一个字，与原件核对后更正。"


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    """An application whose unit has written its opinion."""
    found = story.filled_in(story.open_case(an_open_round(region), by=region.leader, on=START, key="k"), region)
    done(found, "submit_to_unit", region.leader, promise="agreed")
    done(found, "unit_check", region.research, opinion="同意申暴，材料属实")
    return found


def the_check(case) -> Record:
    return history(case).select_related("told").get(act="unit_check")


def asked(case, region, text="同意申报，材料属实", key="ask"):
    return rectifying.ask(case, the_check(case), "opinion", text, WHY, by=region.research, on=LATER, key=key)


def codes(action) -> list[str]:
    with pytest.raises(Refused) as refusal:
        action()
    return list(refusal.value.codes)


def test_asking_changes_nothing_until_another_confirms(case, region):
    ask = asked(case, region)
    assert rectifying.put_right(history(case).select_related("told")) == {}
    assert [(one.old, one.new) for one in rectifying.waiting(case)] == [("同意申暴，材料属实", "同意申报，材料属实")]

    rectifying.confirm(case, ask.digest, by=region.head, on=LATER, key="yes")
    stands = rectifying.put_right(history(case).select_related("told"))
    assert stands == {the_check(case).digest: {"opinion": [("同意申报，材料属实", LATER)]}}
    assert the_check(case).told.data["opinion"] == "同意申暴，材料属实"
    assert rectifying.waiting(case) == []


def test_whoever_asked_cannot_confirm_and_the_other_side_can_neither_ask_nor_confirm(case, region):
    ask = asked(case, region)
    assert codes(lambda: rectifying.confirm(case, ask.digest, by=region.research, on=LATER, key="a")) == ["rectify_needs_another"]  # fmt: skip
    assert codes(lambda: rectifying.confirm(case, ask.digest, by=region.officer, on=LATER, key="b")) == ["rectify_needs_another"]  # fmt: skip
    given = {"by": region.officer, "on": LATER, "key": "c"}
    assert codes(lambda: rectifying.ask(case, the_check(case), "opinion", "别的话", WHY, **given)) == ["not_yours_to_rectify"]  # fmt: skip


def test_a_refused_correction_leaves_the_words_and_can_be_asked_again(case, region):
    ask = asked(case, region)
    rectifying.confirm(case, ask.digest, by=region.head, on=LATER, key="no", agree=False)
    assert (rectifying.put_right(history(case).select_related("told")), rectifying.waiting(case)) == ({}, [])
    asked(case, region, key="again")
    assert len(rectifying.waiting(case)) == 1


def test_a_reason_and_other_words_are_wanted_and_one_correction_waits_at_a_time(case, region):
    given = {"by": region.research, "on": LATER}
    check = the_check(case)
    assert codes(lambda: rectifying.ask(case, check, "opinion", "同意", "短", **given, key="a")) == ["too_short"]
    assert codes(lambda: rectifying.ask(case, check, "opinion", "同意申报项目", "短", **given, key="a")) == ["say_why_to_rectify"]  # fmt: skip
    assert codes(lambda: rectifying.ask(case, check, "opinion", "同意申暴，材料属实", WHY, **given, key="b")) == ["rectified_is_the_same"]  # fmt: skip
    asked(case, region)
    assert codes(lambda: rectifying.ask(case, check, "opinion", "同意申报项目", WHY, **given, key="d")) == ["rectify_already_asked"]  # fmt: skip


def test_signatures_amounts_and_choices_are_not_words(case, region):
    submitted = history(case).select_related("told").get(act="submit_to_unit")
    assert rectifying.fields_of(rectifying.pages_of(case.round), case.flow, submitted) == []


def test_a_repeated_key_writes_one_record(case, region):
    first, again = asked(case, region), asked(case, region)
    assert (first.pk, Record.objects.filter(act="ask_rectify").count()) == (again.pk, 1)


def test_a_document_number_put_right_stands_in_the_award(case, region):
    Award.objects.create(case=case, fen=1, document_no="内科发〔2018〕2号", on=START)
    case.state = "public_notice"
    case.save()
    record = rectifying.records.write(case, rectifying.records.Entry("fund", "public_notice", "funded", rectifying.Actor.of(region.leadership), "leadership", START, "f", {"minutes": "纪要1号", "document_no": "内科发〔2018〕2号"}, {}))  # fmt: skip
    ask = rectifying.ask(
        case, record, "document_no", "内科发〔2018〕12号", WHY, by=region.leadership, on=LATER, key="a"
    )
    other = a_person(("leadership", ""))
    rectifying.confirm(case, ask.digest, by=other, on=LATER, key="y")
    assert Award.objects.get().document_no == "内科发〔2018〕12号"


def test_the_page_shows_old_and_new_and_the_second_person_finds_it_in_the_to_do_list(case, region, monkeypatch):
    monkeypatch.setattr(access.timezone, "now", lambda: LATER)
    mine, other = Client(), Client()
    mine.force_login(region.research)
    other.force_login(region.head)
    where = f"/cases/{case.number}/rectify/{the_check(case).position}/"
    wrong = mine.post(where, {"key": "k1", "field": "opinion", "text": "同意申报，材料属实", "why": "短"})
    assert (wrong.status_code, "同意申报，材料属实" in wrong.content.decode()) == (422, True)
    mine.post(where, {"key": "k2", "field": "opinion", "text": "同意申报，材料属实", "why": WHY})
    assert "1 处更正等你确认" in other.get("/todo/").content.decode()
    digest = Record.objects.get(act="ask_rectify").digest
    assert (
        "<del>同意申暴，材料属实</del> → <ins>同意申报，材料属实</ins>"
        in other.get(f"/cases/{case.number}/").content.decode()
    )
    other.post(f"/cases/{case.number}/rectify/{digest}/confirm/", {"key": "k3"})
    page = mine.get(f"/cases/{case.number}/").content.decode()
    assert "审核意见：同意申暴，材料属实（2018年3月4日更正为：同意申报，材料属实）" in page


def test_what_is_nearly_right_stands_in_the_box_to_be_mended(case, region, monkeypatch):
    monkeypatch.setattr(access.timezone, "now", lambda: LATER)
    client = Client()
    client.force_login(region.research)
    page = client.get(f"/cases/{case.number}/rectify/{the_check(case).position}/").content.decode()
    assert (">同意申暴，材料属实</textarea>" in page, "日期写成" in page) == (True, False)


def corrected(case, region, text: str, key: str) -> None:
    ask = asked(case, region, text, key=f"ask-{key}")
    rectifying.confirm(case, ask.digest, by=region.head, on=LATER, key=key)


def test_what_was_put_right_wrongly_is_put_right_again_and_every_wording_stays(case, region, monkeypatch):
    corrected(case, region, "同意申报，材料真实", "one")
    again = codes(lambda: asked(case, region, "同意申报，材料真实", key="same"))
    corrected(case, region, "同意申暴，材料属实", "back")
    assert again == ["rectified_is_the_same"]
    assert rectifying.standing(the_check(case), "opinion", rectifying.put_right(history(case).select_related("told"))) == "同意申暴，材料属实"  # fmt: skip
    monkeypatch.setattr(access.timezone, "now", lambda: LATER)
    client = Client()
    client.force_login(region.research)
    told = "审核意见：同意申暴，材料属实（2018年3月4日更正为：同意申报，材料真实）（2018年3月4日更正为：同意申暴，材料属实）"
    assert told in client.get(f"/cases/{case.number}/").content.decode()


def decided(case, region, **said) -> Record:
    entry = rectifying.records.Entry("fund", case.state, "funded", rectifying.Actor.of(region.leadership), "leadership", START, "f", said, {})  # fmt: skip
    return rectifying.records.write(case, entry)


def test_a_document_number_that_is_put_right_twice_stands_in_the_award(case, region):
    Award.objects.create(case=case, fen=1, document_no="内科发〔2018〕2号", on=START)
    record, other = (
        decided(case, region, minutes="纪要1号", document_no="内科发〔2018〕2号"),
        a_person(("leadership", "")),
    )
    for number in ("内科发〔2018〕21号", "内科发〔2018〕12号"):
        ask = rectifying.ask(case, record, "document_no", number, WHY, by=region.leadership, on=LATER, key=f"a{number}")
        rectifying.confirm(case, ask.digest, by=other, on=LATER, key=f"y{number}")
    assert Award.objects.get().document_no == "内科发〔2018〕12号"


def test_what_an_effect_has_used_is_no_slip_of_the_pen(case, region):
    """The day on which money came and the dice of a draw moved something: only the words beside them can be put right."""
    pages = rectifying.pages_of(case.round)
    for name, said, left in (
        ("confirm_receipt", {"date": "2018-03-02"}, []),
        ("draw_acceptance", {"dice": "83920174650293847561"}, []),
        ("check_site", {"date": "2018-03-02"}, ["date"]),
        ("fund", {"minutes": "纪要1号", "document_no": "内科发〔2018〕2号"}, ["minutes", "document_no"]),
    ):
        entry = rectifying.records.Entry(name, case.state, case.state, rectifying.Actor.of(region.officer), "institution_officer", START, name, said, {})  # fmt: skip
        record = rectifying.records.write(case, entry)
        assert [one.code for one in rectifying.fields_of(pages, "grant", record)] == left


def test_a_paper_whose_words_were_put_right_or_whose_project_was_revoked_says_so_to_whoever_checks_it(case, region, client):  # fmt: skip
    Award.objects.create(case=case, fen=1, document_no="内科发〔2018〕2号", on=START)
    record = decided(case, region, minutes="纪要1号", document_no="内科发〔2018〕2号")
    paper = documents.issue("award-decision", "立项通知", {"text": "同意立项。"}, on=START, case=case, record=record, public=True)  # fmt: skip
    Case.objects.filter(pk=case.pk).update(state="revoked")
    client.force_login(region.leadership)

    def read() -> list[bool]:
        seen = [client.get(f"/check/?code={paper.code}"), client.get(f"/documents/{paper.code}/")]
        return ["现在的状态：撤销" in seen[0].content.decode(), *["有更正" in one.content.decode() for one in seen]]

    before = read()
    ask = rectifying.ask(
        case, record, "document_no", "内科发〔2018〕12号", WHY, by=region.leadership, on=LATER, key="a"
    )
    rectifying.confirm(case, ask.digest, by=a_person(("leadership", "")), on=LATER, key="y")
    assert (before, read()) == ([True, False, False], [True, True, True])
