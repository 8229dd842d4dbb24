"""How numbers, money, days and digests are said, in both languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.utils import translation

from kechuang.faces.web import wording
from kechuang.faces.web.samples import NOW
from kechuang.faces.web.sentences import sentence
from kechuang.words.money import Money
from kechuang.words.period import ZONE, end_of
from kechuang.words.reason import Reason


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (986_050, ("9,860.50", "元")),
        (999_999, ("9,999.99", "元")),
        (1_000_000, ("1.00", "万元")),
        (Money(2_000_000_001), ("2,000.000001", "万元")),
        (33_400_000_000, ("3.34", "亿元")),
        (-3_000_000, ("−3.00", "万元")),
        (None, ("—", "")),
        (True, ("—", "")),
    ],
)
def test_a_sum_takes_the_unit_of_its_size_and_loses_no_fen(fen, shown):
    assert wording.amount(fen) == shown


@pytest.mark.parametrize(
    ("fen", "shown"), [(20_000_000, "20.00"), (12_345_678_900, "12,345.6789"), (-1_000_000, "−1.00"), ("x", "—")]
)
def test_a_column_in_ten_thousands_agrees_with_its_sum(fen, shown):
    assert wording.ten_thousands(fen) == shown


def test_a_sum_in_english_is_in_yuan():
    with translation.override("en"):
        assert [wording.amount(20_000_000), wording.amount(-150)] == [("¥200,000.00", ""), ("−¥1.50", "")]


def test_a_sum_stands_in_words_on_legal_papers():
    assert [wording.in_words(20_000_000), wording.in_words(986_050)] == ["贰拾万元整", "玖仟捌佰陆拾元伍角"]


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [(2214, None, "2,214"), (-3, 2, "−3.00"), (Fraction(1, 3), 2, "0.33"), (None, None, "—"), ("", None, "—")],
)
def test_a_number_is_grouped_and_its_minus_is_true(value, places, shown):
    assert wording.number(value, places) == shown


def test_a_share_is_a_percentage():
    assert [wording.percent(Fraction(192, 1000), 1), wording.percent(0.5), wording.percent(None)] == [
        "19.2%",
        "50%",
        "—",
    ]


def test_days_stand_without_gaps():
    said = [wording.day(NOW), wording.day_long(NOW), wording.day_in_words(NOW), wording.moment(NOW, seconds=True)]
    assert said == ["3月18日", "2026年3月18日", "二〇二六年三月十八日", "3月18日 16:47:05"]


@pytest.mark.parametrize(("day", "words"), [(10, "十"), (20, "二十"), (31, "三十一"), (1, "一")])
def test_the_date_of_a_document_is_in_words(day, words):
    assert wording.day_in_words(date(2026, 10, day)) == f"二〇二六年十月{words}日"


def test_midnight_belongs_to_the_day_before():
    assert [wording.deadline(end_of(date(2026, 3, 31))), wording.deadline(NOW)] == ["3月31日 24:00", "3月18日 16:47"]


def test_a_moment_is_told_on_the_clock_of_the_house():
    from_afar = datetime.fromisoformat("2026-03-18T20:30:00+00:00")
    assert wording.moment(from_afar) == "3月19日 04:30"


@pytest.mark.parametrize(
    ("until", "left", "urgency"),
    [
        (NOW + timedelta(23), "还有 23 天", ""),
        (NOW + timedelta(5), "还有 5 天", "soon"),
        (NOW + timedelta(hours=2), "今天截止", "soon"),
        (date(2026, 3, 18), "今天截止", "soon"),
        (NOW - timedelta(hours=1), "今天已截止", "late"),
        (NOW - timedelta(2), "已过 2 天", "late"),
        (end_of(date(2026, 3, 17)), "已过 1 天", "late"),
        (None, "", ""),
    ],
)
def test_days_left_are_said_in_words(until, left, urgency):
    assert (wording.days_left(until, NOW), wording.urgency(until, NOW)) == (left, urgency)


def test_english_counts_one_day_and_many():
    with translation.override("en"):
        said = [wording.days_left(NOW + timedelta(n), NOW) for n in (1, 2)]
    assert said == ["1 day left", "2 days left"]


def test_working_days_leave_out_the_weekend():
    assert wording.workdays_left(datetime(2026, 3, 25, 17, tzinfo=ZONE), NOW) == "还有 5 个工作日"


def test_how_long_someone_has_had_it():
    said = [wording.days_since(NOW - timedelta(9), NOW), wording.days_since(NOW, NOW), wording.days_since(None, NOW)]
    assert said == ["9 天", "今天", "—"]


@pytest.mark.parametrize(
    ("state", "mine", "tone"),
    [
        ("draft", True, "draft"),
        ("mail_review", False, "way"),
        ("correction", True, "you"),
        ("correction", False, "way"),
        ("objection", False, "hold"),
        ("funded", False, "done"),
        ("not_admitted", False, "no"),
        ("withdrawn", True, "past"),
    ],
)
def test_a_state_wears_the_chip_of_its_reader(state, mine, tone):
    assert wording.tone(state, mine=mine) == tone


def test_a_digest_is_shown_by_its_ends_or_in_fours():
    digest = "c7d1" + "0" * 56 + "90ae"
    assert (wording.short(digest), wording.grouped("c7d190ae"), wording.short("")) == ("c7d1…90ae", "c7d1 90ae", "—")


def test_a_text_of_the_book_follows_the_reader():
    title = {"zh": "提交", "en": "Submit"}
    with translation.override("en"):
        english = [wording.text(title), wording.text({"zh": "提交"}), wording.text(None)]
    assert [wording.text(title), *english] == ["提交", "Submit", "提交", ""]


@pytest.mark.parametrize(("octets", "shown"), [(300, "300 B"), (2048, "2 KB"), (2_202_009, "2.1 MB"), (None, "—")])
def test_a_file_has_a_size(octets, shown):
    assert wording.size(octets) == shown


def test_a_reason_is_a_sentence_in_the_readers_language():
    reason = Reason("same_person", act={"zh": "推荐", "en": "Recommend"})
    with translation.override("en"):
        english = sentence(reason)
    assert sentence(reason) == "前面的“推荐”由你办理，这一步须由另一人办理。"
    assert english == "You did “Recommend” before this; this step needs another person."


def test_a_pages_own_sentence_goes_first():
    assert sentence(Reason("own", zh="不在自治区注册", en="not of the region")) == "不在自治区注册"


def test_a_reason_kept_as_json_says_the_same():
    reason = Reason("too_late", until="3月18日")
    assert sentence(reason.to_json()) == sentence(reason) == "已过期限：3月18日截止。"


def test_a_missing_value_is_a_dash_and_an_unknown_code_stands_as_it_is():
    assert [sentence(Reason("act_for_another")), sentence(Reason("never_heard"))] == ["这一步由—办理。", "never_heard"]


def test_the_reasons_of_forms_are_worded_by_forms():
    assert sentence(Reason("required")) == sentence({"code": "required"})
    assert sentence(Reason("required")) != "required"


def test_what_a_page_does_not_know_is_a_dash_and_never_a_fault():
    said = [
        wording.day(""),
        wording.deadline(""),
        wording.days_since("", NOW),
        wording.urgency("", NOW),
        wording.text(0),
    ]
    assert said == ["—", "—", "—", "", "0"]


def test_a_step_of_one_day_took_less_than_a_day_and_what_stands_in_a_row_takes_the_points_of_the_language():
    assert (wording.days_taken(NOW, NOW), wording.days_taken(NOW - timedelta(3), NOW)) == ("不到一天", "3 天")
    assert (wording.joined(["甲", "乙"]), wording.with_unit("金额", "万元"), wording.with_unit("题目", "")) == (
        "甲；乙",
        "金额（万元）",
        "题目",
    )
    with translation.override("en"):
        assert (wording.joined(["A", "B"]), wording.with_unit("Amount", "yuan")) == ("A; B", "Amount (yuan)")
        assert (wording.cases(1), wording.cases(2)) == ("case", "cases")
