"""The search finds what the person may open and keeps silent about the rest; what is hidden moves not one letter of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from kechuang.casework.models import Case, Document, Letter, Notice, Record, Round
from kechuang.casework.queries import visible_to
from kechuang.desks.experts.models import Expert
from kechuang.desks.texts import audience, entries, indexing, searching, shelf
from kechuang.desks.texts.models import Found
from kechuang.desks.texts.searching import Wanted, search
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round
from tests.journeys import story

pytestmark = [pytest.mark.django_db, pytest.mark.long]
ON = START + timedelta(1)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


def titled(region: Region, title: str, leader=None, round_=None, **changes) -> Case:
    case = a_case(region, round_ or an_open_round(region), leader=leader or region.leader)
    Case.objects.filter(pk=case.pk).update(title=title, **changes)
    case.refresh_from_db()
    return case


def found(words: str, person=None, **given) -> list[tuple[str, str]]:
    answer = search(Wanted(words, **given), person=person, on=ON)
    return [(hit.kind, hit.id) for hit in answer.hits]


def test_a_case_is_found_by_its_people_and_by_nobody_else():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    indexing.bring_up(ON)
    stranger = a_person(unit=a_unit())
    told = [("case", case.number) in found("小麦", who) for who in (region.leader, region.research, stranger, None)]
    assert told == [True, True, False, False]


def test_every_key_agrees_with_what_each_person_may_open():
    region = Region()
    round_ = an_open_round(region)
    cases = [
        titled(region, "草稿", round_=round_),
        titled(region, "已交单位", round_=round_, state="with_unit", recommender=region.recommender),
        titled(region, "待推荐", round_=round_, state="with_recommender", recommender=region.recommender),
        titled(region, "已受理", round_=round_, state="submitted", received_at=START, place="150102"),
        titled(region, "外地", round_=an_open_round(region), state="submitted", received_at=START, place="150221"),
        titled(region, "撤回", round_=round_, state="withdrawn", recommender=region.recommender),
    ]
    bureau = a_person(("county_bureau", "150102"))
    league = a_person(("county_bureau", "150200"))
    one_round = a_person(("institution_officer", round_.code))
    plan = a_person(("planner", round_.plan))
    people = [one for one in vars(region).values() if hasattr(one, "appointments")] + [bureau, league, one_round, plan]
    for person in people:
        keys = set(audience.of_reader(person, ON))
        by_key = {c.number for c in cases if keys & {k for part in audience.of_case(c) for k in part}}
        blind = {c.number for c in cases if keys & {audience.MASKED + k for k in audience.of_case(c)[1]}}
        assert by_key | blind == set(visible_to(person, ON).values_list("number", flat=True))


def test_a_blind_review_finds_the_case_but_not_by_the_names_of_its_people():
    region = Region()
    leader = a_person(unit=a_unit(name="辽河学院"), name="欧阳修远")
    case = titled(region, "耐盐小麦选育", leader, state="submitted", received_at=START)
    secretary = a_person(("review_secretary", case.round.code))
    indexing.bring_up(ON)
    told = [found(words, secretary, kind="case") for words in ("小麦", "欧阳修远", "辽河学院")]
    assert told == [[("case", case.number)], [], []]
    assert found("辽河学院", region.officer, kind="case") == [("case", case.number)]


def test_what_hidden_rows_hold_changes_not_one_byte_of_an_answer():
    region = Region()
    round_, secret = an_open_round(region, title="草原批次"), an_open_round(region)
    Round.objects.filter(pk=secret.pk).update(published_at=None)
    for number in range(3):
        titled(region, f"草原监测方法研究{number}", round_=round_)
    indexing.bring_up(ON)
    readers = (region.leader, region.research, None)
    asked = [Wanted(words, typing=typing) for words in ("草原 监测", "草", "grass", "方法") for typing in (True, False)]
    before = [repr(search(one, person=who, on=ON)) for one in asked for who in readers]
    stranger = a_person(unit=a_unit())
    for number in range(8):
        title = "草原草地草莓监测 grassland 方法" * (number + 1)
        titled(region, title, leader=stranger, round_=round_, applicant=stranger.unit)
    Round.objects.filter(pk=secret.pk).update(title="草原草莓秘密批次")
    indexing.keep([("round", secret.code)])
    indexing.bring_up(ON)
    assert Found.objects.filter(title__contains="草莓").count() == 17
    assert [repr(search(one, person=who, on=ON)) for one in asked for who in readers] == before


def test_a_planted_leak_is_seen(monkeypatch):
    region = Region()
    titled(region, "草原监测方法研究")
    indexing.bring_up(ON)
    before = repr(search(Wanted("草原"), person=None, on=ON))
    monkeypatch.setattr(entries.audience, "of_case", lambda case: (("*",), ()))
    stranger = a_person(unit=a_unit())
    case = titled(region, "草原草地", leader=stranger, applicant=stranger.unit)
    indexing.bring_up(ON)
    assert found("草原") == []  # the last check asks `visible_to`: even a wrong key shows nothing
    monkeypatch.setattr(searching, "_known", lambda row, may: True)
    assert ("case", case.number) in found("草原")
    assert repr(search(Wanted("草原"), person=None, on=ON)) != before


def test_who_loses_a_role_finds_nothing_more_without_any_new_indexing():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    indexing.bring_up(ON)
    assert found("小麦", region.research) == [("case", case.number)]
    region.research.appointments.update(until=date(2011, 1, 1))
    assert found("小麦", region.research) == []


def test_a_funded_case_is_open_to_everyone_by_its_card_and_its_people_see_the_case():
    region = Region()
    case = titled(region, "耐盐小麦选育", state="submitted", received_at=START)
    notice = Notice.objects.create(round=case.round, what="公示", digest="0" * 64, first_day=ON.date(), on=ON)
    notice.cases.add(case)
    indexing.bring_up(ON)
    told = [found("小麦", who) for who in (None, region.leader, region.officer)]
    assert told == [[("project", case.number)], [("case", case.number)], [("case", case.number)]]


def test_experts_exist_for_supervision_and_for_themselves():
    region = Region()
    Expert.objects.create(person=region.field, fields=["A0102"], keywords=["羊草"], entered_on=date(2017, 1, 1))
    indexing.bring_up(ON)
    told = [found("羊草", who) for who in (region.supervisor, region.field, region.officer, region.leader, None)]
    mine = [("expert", region.field.pid)]
    assert told == [mine, mine, [], [], []]


def test_a_round_in_preparation_is_found_by_those_who_prepare_it():
    region = Region()
    round_ = an_open_round(region, title="稀土材料专项")
    Round.objects.filter(pk=round_.pk).update(published_at=None)
    indexing.bring_up(ON)
    told = [found("稀土材料", who, kind="round") for who in (region.planner, region.leader, None)]
    assert told == [[("round", round_.code)], [], []]
    Round.objects.filter(pk=round_.pk).update(published_at=START)
    indexing.keep([("round", round_.code)])
    indexing.bring_up(ON)
    assert found("稀土材料", kind="round") == [("round", round_.code)]


def test_pages_of_the_book_are_found_in_both_languages_and_by_synonyms():
    indexing.bring_up(ON)
    assert found("大型科学仪器使用补贴")[0] == ("page", "policies/instrument-use")
    assert found("instrument user subsidy")[0] == ("page", "policies/instrument-use")
    assert ("page", "policies/instrument-use") in found("大仪")


def test_filters_narrow_by_kind_year_and_place():
    region = Region()
    here = titled(region, "小麦一", state="submitted", received_at=START, place="150102")
    there = titled(region, "小麦二", state="submitted", received_at=START.replace(year=2019), place="150221")
    indexing.bring_up(ON)
    who = region.supervisor
    assert found("小麦", who, kind="round") == []
    assert found("小麦", who, years=(2019, 2019)) == [("case", there.number)]
    assert found("小麦", who, place="1501") == [("case", here.number)]


def test_what_an_address_asks_is_read_or_left_out():
    given = {"q": " 小麦 ", "kind": "case", "year": "2019-2015", "place": "150100"}
    assert Wanted.of(given) == Wanted("小麦 ", "case", (2015, 2019), "1501")
    assert Wanted.of({"q": "x" * 300, "kind": "seat", "year": "soon", "place": "不"}) == Wanted("x" * 100)


def test_a_record_is_found_by_its_digest_by_who_may_open_its_case():
    region = Region()
    case = story.an_application(region, an_open_round(region))
    record = Record.objects.filter(subject=case.number).first()
    indexing.bring_up(ON)
    assert found(record.digest[:12], region.leader)[0] == ("record", record.digest)
    hit = search(Wanted(record.digest[:12]), person=region.leader, on=ON).hits[0]
    assert (hit.title.text, hit.snippet.marks) == (f"{case.number} · 新建申报", ((0, 12),))
    assert found(record.digest[:12], a_person(unit=a_unit())) == []


def test_the_worker_follows_the_records_and_takes_in_only_what_changed():
    region = Region()
    first = indexing.bring_up(ON)
    case = story.an_application(region, an_open_round(region), title="耐盐小麦选育示范")
    second = indexing.bring_up(ON + timedelta(hours=1))
    third = indexing.bring_up(ON + timedelta(hours=2))
    assert (first > 30, 0 < second < first, third) == (True, True, 0)
    answer = search(Wanted("小麦选育"), person=region.leader, on=ON)
    assert (answer.hits[0].id, answer.as_of) == (case.number, ON + timedelta(hours=2))


def test_nobody_who_hands_in_waits_until_the_texts_were_read(monkeypatch):
    titled(Region(), "草原")
    depth, deeper, made = len(connection.atomic_blocks), [], indexing.made
    monkeypatch.setattr(
        indexing, "made", lambda some: deeper.append(len(connection.atomic_blocks) - depth) or made(some)
    )

    indexing.bring_up(ON)

    assert set(deeper) == {0}


def test_many_small_changes_are_merged_and_what_is_gone_is_not_found():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    indexing.bring_up(ON)
    for number in range(indexing.PARTS_AT_MOST + 2):
        Case.objects.filter(pk=case.pk).update(title=f"耐盐小麦选育{number}")
        indexing.keep([("case", case.number)])
        indexing.bring_up(ON)
    assert len(shelf.state().parts) <= indexing.PARTS_AT_MOST
    assert found("小麦", region.leader) == [("case", case.number)]
    Case.objects.filter(pk=case.pk).update(leader=None, applicant=None)
    Found.objects.filter(name=f"case:{case.number}").update(gone=True, stale=True)
    indexing.bring_up(ON)
    assert (found("小麦", region.leader), Found.objects.filter(name=f"case:{case.number}").count()) == ([], 0)


def test_long_numbers_of_people_never_enter_an_entry():
    said = entries.made("case:x", "case", "题目", "身份证15010219860606002X 电话13912345678 2018年")
    assert said.text == "身份证 电话 2018年"


def test_without_arrays_nothing_is_found_and_nothing_breaks():
    assert (found("小麦"), shelf.opened()[1]) == ([], shelf.NOTHING)


def test_everything_can_be_written_anew():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    indexing.bring_up(ON)
    count = Found.objects.count()
    assert indexing.rebuild(ON) == count
    assert found("小麦", region.leader) == [("case", case.number)]


def test_the_first_look_goes_on_turn_by_turn_until_everything_was_seen():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    turns = 0
    while shelf.state().sweep is not None:
        indexing.bring_up(ON, most=1)
        turns += 1
    assert (turns > 3, found("小麦", region.leader)) == (True, [("case", case.number)])


def test_a_new_folder_and_the_folder_of_another_database_are_begun_again(settings, tmp_path):
    region = Region()
    case = titled(region, "耐盐小麦选育")
    indexing.bring_up(ON)
    settings.DATA = tmp_path / "new"
    indexing.bring_up(ON)
    assert found("小麦", region.leader) == [("case", case.number)]
    other = shelf.state()
    shelf.publish(replace(other, record=other.record + 1_000_000, sweep=None))
    indexing.bring_up(ON)
    assert (found("小麦", region.leader), shelf.state().record < 1_000_000) == ([("case", case.number)], True)


def test_a_letter_is_found_by_whom_it_was_sent_to_and_an_invitation_to_review_by_nobody():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    for kind in ("receipt", "review-invitation"):
        row = Document.objects.create(
            kind=kind, title="通知文书", number="内科发〔2018〕7号", case=case, digest="0" * 64, on=START
        )
        Letter.objects.create(document=row, person=region.leader, on=START)
    indexing.bring_up(ON)
    assert [kind for kind, _ in found("通知文书", region.leader, kind="record")] == ["document"]
    assert [hit for hit in found("通知文书", region.officer) if hit[0] == "document"] == []
    assert [kind for kind, _ in found("收件回执", region.leader, kind="record")] == ["document"]
    assert [kind for kind, _ in found("receipt", region.leader, kind="record")] == ["document"]
    assert [one.name for one in Found.objects.filter(kind="document")] == [
        f"document:{Document.objects.get(kind='receipt').code}"
    ]


def test_a_paper_says_what_it_is_about_where_it_went_to_people_of_the_case_alone():
    region = Region()
    case = titled(region, "耐盐小麦选育", project_no="2018MS0042")
    stranger = a_person(unit=a_unit())
    for number, people in enumerate(
        [(region.leader,), (region.leader, region.research), (region.leader, stranger), (stranger,)]
    ):
        row = Document.objects.create(
            kind="receipt", title="通知", number=f"第{number}号", case=case, digest=f"{number:064}", on=START
        )
        for person in people:
            Letter.objects.create(document=row, person=person, on=START)
    indexing.bring_up(ON)
    told = [
        ("小麦" in one.text, case.number in one.text, "2018MS0042" in one.text)
        for one in Found.objects.filter(kind="document").order_by("subject")
    ]
    by_code = dict(zip(sorted(Document.objects.values_list("code", flat=True)), told, strict=True))
    assert [by_code[row.code] for row in Document.objects.order_by("digest")] == [
        (True,) * 3,
        (True,) * 3,
        (False,) * 3,
        (False,) * 3,
    ]
    assert [
        len([hit for hit in found("小麦", who, kind="record") if hit[0] == "document"])
        for who in (region.leader, region.research, stranger)
    ] == [2, 1, 0]


def test_what_an_earlier_release_read_is_looked_at_again_while_it_answers():
    region = Region()
    case = titled(region, "耐盐小麦选育")
    indexing.bring_up(ON)
    shelf.publish(replace(shelf.state(), reading=0, sweep=None))
    Found.objects.filter(name=f"case:{case.number}").update(digest="of an earlier release")
    indexing.bring_up(ON, most=1)
    assert (shelf.state().sweep is not None, found("小麦", region.leader)) == (True, [("case", case.number)])
    while shelf.state().sweep is not None:
        indexing.bring_up(ON, most=1)
    assert Found.objects.filter(digest="of an earlier release").count() == 0
    assert indexing.bring_up(ON) == 0
