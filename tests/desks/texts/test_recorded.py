"""Records are found by case, act and day; by nobody who may not open the case, and what reviewers did by nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import current
from kechuang.desks.texts import indexing, recorded
from kechuang.desks.texts.recorded import Asked
from kechuang.desks.texts.searching import Wanted, search
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round, done
from tests.journeys import story

pytestmark = [pytest.mark.django_db, pytest.mark.long]
ON = START + timedelta(1)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


def an_application(region: Region, title: str = "耐盐小麦选育示范", round_: Round | None = None) -> Case:
    """A case with two acts of its own: opened, and given to the unit."""
    case = story.an_application(region, round_ or an_open_round(region), title=title)
    Case.objects.filter(pk=case.pk).update(project_no="2018MS0042")
    return case


def a_draft(region: Region, title: str, round_: Round | None = None) -> Case:
    """A case with one act: it was opened."""
    case = a_case(region, round_ or an_open_round(region))
    Case.objects.filter(pk=case.pk).update(title=title)
    return case


def acts(words: str, person, **given) -> list[str]:
    """The acts of the records found, as they are named in the chain."""
    hits = search(Wanted(words, **given), person=person, on=ON).hits
    return [Record.objects.get(digest=hit.id).act for hit in hits if hit.kind == "record"]


def of(case: Case | Round) -> list[str]:
    rows = Record.objects.filter(subject=case.pid).exclude(actor__startswith="label:").order_by("-pk")
    return list(rows.values_list("act", flat=True))


@pytest.mark.parametrize(("text", "asked"), [
    ("2018MS0042 2018-03-01", Asked(day=date(2018, 3, 1), numbers=("2018ms0042",), words=("2018ms0042",))),
    ("小麦 新建申报", Asked(acts=("新建申报",), names=frozenset({"open"}), words=("小麦",))),
    ("wheat 2018年3月1日", Asked(day=date(2018, 3, 1), words=("wheat",))),
    ("2018/3/1", Asked(day=date(2018, 3, 1))), ("2018.03.01", Asked(day=date(2018, 3, 1))),
    ("of 1 验", Asked(words=("of", "1", "验"))), ("", Asked()),
    ("2018-02-30", Asked(numbers=("2018-02-30",), words=("2018-02-30",))),
    ("0001-01-01", Asked(numbers=("0001-01-01",), words=("0001-01-01",))),
])  # fmt: skip
def test_what_was_typed_is_taken_apart(text, asked):
    assert Asked.of(text, closely=False) == asked


def test_one_word_is_taken_apart_only_where_records_alone_are_asked_for():
    assert [(one.acts, one.words) for one in (Asked.of("小麦验收", closely=closely) for closely in (True, False))] == [
        (("验收",), ("小麦",)),
        ((), ("小麦验收",)),
    ]


def test_the_records_of_a_case_are_found_by_its_number_and_by_that_of_its_project():
    region = Region()
    case = an_application(region)
    a_draft(region, "另一个题目")
    indexing.bring_up(ON)
    for words in (case.number, case.number.lower(), "2018ms0042"):
        assert acts(words, region.leader, kind="record") == of(case)
    assert len(of(case)) > 1


def test_beside_other_things_only_the_latest_of_a_number_are_told_and_a_title_tells_its_case_alone():
    region = Region()
    case = an_application(region)
    indexing.bring_up(ON)
    hits = search(Wanted(case.number), person=region.leader, on=ON).hits
    assert hits[0].kind == "case"
    assert acts(case.number, region.leader) == of(case)[:3]
    assert acts("小麦选育", region.leader) == []
    assert set(acts("小麦选育", region.leader, kind="record")) == set(of(case))


@pytest.mark.parametrize("words", ["小麦 新建申报", "小麦 新建", "wheat 新建申报", "新建申报 小麦"])
def test_a_title_and_an_act_find_the_record_wherever_it_is_asked_for(words):
    region = Region()
    an_application(region, "耐盐小麦 wheat 选育")
    indexing.bring_up(ON)
    assert [acts(words, region.leader, kind=kind) for kind in ("", "record")] == [["open"], ["open"]]


def test_an_act_is_found_by_its_english_title_and_shown_by_it():
    region = Region()
    case = an_application(region)
    indexing.bring_up(ON)
    flow_title = next(en for name, zh, en in recorded._titles(current().digest) if name == "open" and "新建申报" in zh)
    (hit,) = [
        hit
        for hit in search(Wanted(f"小麦 {flow_title}", "record"), person=region.leader, on=ON).hits
        if hit.kind == "record"
    ]
    assert hit.title.text.casefold() == f"{case.number} · {flow_title}".casefold()
    assert hit.snippet.text.startswith("耐盐小麦选育示范 · 2018-03-01 ")


def test_an_act_alone_finds_the_latest_and_one_word_may_hold_act_and_title():
    region = Region()
    an_application(region)
    a_draft(region, "羊草繁育")
    indexing.bring_up(ON)
    assert acts("新建申报", region.leader, kind="record") == ["open", "open"]
    assert acts("小麦新建", region.leader, kind="record") == ["open"]
    assert acts("新建申报", region.leader) == []


def test_a_day_finds_what_was_done_on_it_and_narrows_other_words():
    region = Region()
    case = an_application(region)
    done(case, "withdraw", region.leader, on=START + timedelta(3), reason="研究条件有变，明年再申请。")
    indexing.bring_up(START + timedelta(4))
    later = (START + timedelta(3)).date().isoformat()
    assert acts(later, region.leader) == ["withdraw"]
    assert acts(f"{case.number} {later}", region.leader, kind="record") == ["withdraw"]
    assert acts(f"小麦 {later}", region.leader) == ["withdraw"]
    assert acts("2017-01-01", region.leader) == []


def test_years_and_places_narrow_records():
    region = Region()
    case = an_application(region)
    Case.objects.filter(pk=case.pk).update(place="150102")
    indexing.bring_up(ON)
    told = [acts(case.number, region.leader, kind="record", **given) for given in (
        {"years": (2018, 2018)}, {"years": (0, 9999)}, {"years": (2016, 2017)}, {"place": "1501"}, {"place": "1502"})]  # fmt: skip
    assert [bool(one) for one in told] == [True, True, False, True, False]


@pytest.mark.parametrize("words", ["{number}", "2018MS0042", "小麦选育 新建申报", "小麦选育", "2018-03-01", "新建申报"])
def test_who_may_not_open_a_case_learns_nothing_of_its_records(words):
    region, other = Region(), Region()
    mine = an_application(other, "草原监测")
    Case.objects.filter(pk=mine.pk).update(project_no="")
    indexing.bring_up(ON)
    asked = [Wanted(words.format(number="ZZ23456789"), kind) for kind in ("", "record")]
    strangers = (other.leader, other.research, a_person(unit=a_unit()), None)
    before = [repr(search(one, person=who, on=ON)) for one in asked for who in strangers]
    case = an_application(region)
    for number in range(15):
        a_draft(region, f"耐盐小麦选育示范{number}")
    indexing.bring_up(ON)
    asked = [Wanted(words.format(number=case.number), kind) for kind in ("", "record")]
    assert [repr(search(one, person=who, on=ON)) for one in asked for who in strangers] == before
    # The test can fail: the leader of the case finds them.
    assert acts(words.format(number=case.number), region.leader, kind="record")


def test_what_reviewers_did_is_found_by_nobody():
    region = Region()
    case = an_application(region)
    indexing.bring_up(ON)
    number = len(of(case))
    Record.objects.filter(subject=case.number, act="open").update(actor="label:甲")
    for person in (region.leader, region.supervisor):
        found = acts(case.number, person, kind="record")
        assert "open" not in found
    assert len(acts(case.number, region.leader, kind="record")) == number - 1


def test_the_records_of_a_round_are_for_the_offices_that_may_open_it():
    region = Region()
    round_ = an_open_round(region, title="草原专项")
    Record.objects.create(
        subject_kind="round", subject=round_.code, position=1, act="publish", actor="p:x", on=START, key="k",
        data_digest="0" * 64, body="{}", previous="", digest="a" * 64,
    )  # fmt: skip
    indexing.bring_up(ON)
    told = [acts(round_.code, who, kind="record") for who in (region.planner, region.leader, None)]
    assert told == [["publish"], [], []]
    assert acts("草原专项", region.planner, kind="record") == ["publish"]


def test_more_records_cost_no_more_queries():
    region = Region()
    case = an_application(region)
    indexing.bring_up(ON)
    asked = [
        Wanted("小麦 新建申报"),
        Wanted(case.number, "record"),
        Wanted("2018-03-01"),
        Wanted("新建申报", "record"),
        Wanted("小麦", "record"),
        Wanted("小麦"),
    ]
    before = [queries(one, region.leader) for one in asked]
    for number in range(3):
        a_draft(region, f"耐盐小麦选育{number}", case.round)
    indexing.bring_up(ON)
    assert [queries(one, region.leader) for one in asked] == before
    assert max(before) <= 14


def queries(wanted: Wanted, person) -> int:
    search(wanted, person=person, on=ON)
    with CaptureQueriesContext(connection) as seen:
        search(wanted, person=person, on=ON)
    return len(seen)


def test_a_case_without_any_right_to_it_is_not_told_by_a_draft_number():
    region = Region()
    case = a_case(region)
    indexing.bring_up(ON)
    assert acts(case.number, region.officer, kind="record") == []
