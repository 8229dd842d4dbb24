"""The checker: a sound book has no fault, and every planted fault is found with its place and its remedy."""

from __future__ import annotations

import pytest

from kechuang.casework import book
from kechuang.words.offers import Offer

from .a_book import CHILD, LETTER, PART, PROGRAMME, SOURCES, a_book

ROLES = "format: 1\ncode: roles\nroles: {leader: {zh: 负责人, en: Leader}, officer: {zh: 经办人, en: Officer}}\n"
OWED = Offer("fact", "funds.refund_due", len, unit="元")


def faults(*, offers: tuple[Offer, ...] = (OWED,), **changes: str) -> list[str]:
    shelf = book.read({**a_book(**changes).sources, "roles.yaml": ROLES})
    return [str(bad) for bad in book.check(shelf, offers)]


def programme(old: str, new: str) -> list[str]:
    assert old in PROGRAMME
    return faults(programme=PROGRAMME.replace(old, new))


def test_a_sound_book_has_no_fault():
    assert faults() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format: 1", "format: 2", "programmes/small.yaml:2:9: format 2 is not read here (write format: 1)"),
        ("code: small", "code: smal", "programmes/small.yaml:3:7: the page calls itself 'smal', its file 'small' (let them agree)"),
        ("{zh: 小计划, en: Small}", "Small", "programmes/small.yaml:4:8: no title in both languages (write title: {zh: …, en: …})"),
        (", clause: 一", "", "programmes/small.yaml:5:9: no source names its clause (write {doc: …, clause: …})"),
        ("flow: way", "flow: road", "programmes/small.yaml:6:7: there is no flow road (see the folder flows/)"),
        ("kind: text,", "kind: txt,", "programmes/small.yaml:14:11: there is no kind 'txt' (did you mean text?)"),
        (
            "when: asked <= most",
            "when: asked <= mots",
            "programmes/small.yaml:18:26: nothing is called mots (declare it as a field, under facts or params; "
            "or leave this out by name where a part brings it)",
        ),
        (
            "level: block, at", "needs: 不超, level: block, at",
            "programmes/small.yaml:18:48: what has to hold is not said in both languages (write needs: {zh: …, en: …})",
        ),
        ("level: block, at", "level: bloc, at", "programmes/small.yaml:18:48: the level bloc is not known (write block or warn)"),
        (
            "at: [submit]",
            "at: [send]",
            "programmes/small.yaml:18:60: there is no stage send (one of open, submit, recommend, admit, select, countersign)",
        ),
        ("most: {zh: 上限, en: Most, value: {2018-01-01: 80 万元}}", "most: {zh: 上限, en: Most, value: 80 万元}",
         "programmes/small.yaml:19:42: a value without its day (write value: {2018-01-01: 20 万元})"),
        ("weight: 100", "weight: 90", "programmes/small.yaml:22:40: the weights come to 90 (let them come to 100)"),
        ("combine: {mail: 100}", "combine: {mail: 60}", "programmes/small.yaml:23:10: the modes come to 60 (let them come to 100)"),
        (
            "combine: {mail: 100}",
            "combine: {panel: 100}",
            "programmes/small.yaml:23:10: one has 0 sheets of the mode panel (give it one)",
        ),
        ("share: 100 %", "share: 90 %", "programmes/small.yaml:25:3: the shares of one come to 90 % (let them come to 100 %)"),
        ("upon: finish", "upon: end", "programmes/small.yaml:25:56: no act is called end (name the act that frees it)"),
        (
            "combine: {mail: 100}\n",
            "combine: {mail: 100}\ncombined: {one: {zh: 一, en: One}}\n",
            "programmes/small.yaml:24:11: nobody reads combined of the page (did you mean combine?)",
        ),
        ("refused: [titled]", "refused: []", "programmes/small.yaml:30:47: refused by ['titled'] (mend the example or the condition)"),
        ("expect: 80", "expect: 81", "programmes/small.yaml:33:36: the award comes to 80 万元 (mend the example or the rule)"),
    ],
)  # fmt: skip
def test_a_fault_of_a_programme_is_told_with_its_place_and_remedy(old, new, told):
    assert programme(old, new) == [told]


@pytest.mark.parametrize("name", ["论文数量", "影响因子", "获奖情况", "学历职称", "人才帽子"])
def test_no_criterion_counts_papers_titles_degrees_or_prizes(name):
    assert [told.partition(": ")[2] for told in programme("zh: 价值", f"zh: {name}")] == [
        f"a criterion may not count {book_word(name)!r} (ask for the quality, effect or contribution instead (破四唯))"
    ]


def book_word(name: str) -> str:
    return next(word for word in ("论文", "影响因子", "获奖", "学历", "帽子") if word in name)


def test_a_help_may_name_papers_to_rule_them_out_and_only_then():
    criterion = "weight: 100}"
    assert programme(criterion, "weight: 100, help: {zh: 不看论文数量。, en: Not the number of papers.}}") == []
    told = programme(criterion, "weight: 100, help: {zh: 看论文数量。, en: The number of papers.}}")
    assert [one.partition(": ")[2].partition(" (")[0] for one in told] == ["a criterion may not count '论文'"]


def test_a_rule_of_a_field_left_out_must_be_left_out_by_name():
    told = programme("[spare, spare_small]", "[spare]")
    assert told == [
        "parts/money.yaml:13:5: nothing is called 'spare' (declare it as a field, under facts or under params)"
    ]


def test_a_text_in_one_language_is_told():
    assert faults(letter=LETTER.replace("zh: 单位, en: Unit", "zh: 单位")) == [
        "letters/told.yaml:5:16: '单位' is not told in en (add en: …)"
    ]


def test_a_text_of_the_screen_in_chinese_alone_is_told():
    told = faults(programme=PROGRAMME.replace("kind: text,", "kind: text, help: 写清楚,"))
    assert [one.partition(": ")[2] for one in told] == ["'写清楚' is told in Chinese alone (write {zh: …, en: …})"]


def test_placeholders_of_a_letter_are_its_fields_and_every_field_is_used():
    told = faults(letter=LETTER.replace("{{ unit }}", "{{ untt }}"))
    assert [one.partition(": ")[2] for one in told] == [
        "stands nowhere in the letter (use it, or leave it out)",
        "{{ untt }} is no field of the letter (declare it under fields)",
    ]


def test_a_letter_that_an_act_sends_must_be_there():
    sources = {**SOURCES, "roles.yaml": ROLES}
    del sources["letters/answered.yaml"]
    assert [str(bad) for bad in book.check(book.read(sources))] == [
        "flows/protest.yaml:11:86: there is no letter answered (see the folder letters/)"
    ]


def test_a_fault_of_a_flow_is_told_with_its_place():
    told = faults(**{"flows/protest.yaml": CHILD.replace("from: [made], to: over", "from: [made], to: ovr")})
    assert told[0].startswith("flows/protest.yaml:11:")


def test_an_offer_that_no_desk_makes_is_told_where_it_is_asked_for():
    assert faults(offers=()) == [
        "parts/money.yaml:5:22: no desk offers the fact funds.refund_due (write refund_due in funds/offers.py, or mend the name)"
    ]


def test_an_offer_of_another_kind_or_unit_is_told():
    check = Offer("check", "funds.refund_due", len)
    assert faults(offers=(check,)) == [
        "parts/money.yaml:5:22: funds.refund_due is offered as a check, asked for as a fact (agree on one)"
    ]
    days = Offer("fact", "funds.refund_due", len, unit="日")
    assert faults(offers=(days,)) == [
        "parts/money.yaml:5:22: funds.refund_due is offered in 日, asked for in 万元 (agree on one)"
    ]


def test_a_page_may_await_a_desk_but_not_once_it_is_there():
    awaiting = PROGRAMME.replace("flow: way", "awaits: {zh: 待接入, en: awaits a desk}\nflow: way")
    assert faults(programme=awaiting, offers=()) == []
    assert faults(programme=awaiting) == [
        "programmes/small.yaml:6:9: everything the page asks for is offered (leave `awaits` off)"
    ]


def test_a_part_computes_its_examples():
    field = "  - {code: half, zh: 一半, en: Half, kind: computed, unit: 万元, formula: asked * own_least}\n"
    example = "examples:\n  - {name: 一半, given: {asked: 80, day: 2019-01-01}, value: {half: 40}}\n"
    sound = PART.replace("rules:\n", field + "rules:\n") + example
    assert faults(part=sound) == []
    assert faults(part=sound.replace("half: 40", "half: 41")) == [
        "parts/money.yaml:23:67: comes to 40000000 in base units (mend the example or the formula)"
    ]


def test_pages_that_cannot_be_read_are_all_told_and_nothing_else():
    told = faults(programme=PROGRAMME.replace("flow: way", "flow:"), letter=LETTER + "code: again\n")
    assert [one.partition(" (")[0] for one in told] == [
        "letters/told.yaml:7:1: the key code stands twice",
        "programmes/small.yaml:6:1: the key flow has no value",
    ]


def test_a_page_in_no_place_of_the_book_is_told():
    told = faults(**{"notes/aside.yaml": "format: 1\n"})
    assert [one.partition(" (")[0] for one in told] == ["notes/aside.yaml:1:1: the book has no such place"]


def test_the_report_counts_what_was_looked_at():
    found = book.report(a_book(), (OWED,))
    assert (found.pages["programmes"], found.pages["letters"], found.examples) == (1, 2, 7)
    assert found.asked_names == {"funds.refund_due"}
