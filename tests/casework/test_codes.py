"""Places and code systems come from the book: what it lists is offered, what it does not list is held to its class and shape."""

from __future__ import annotations

from kechuang.casework import book, codes
from kechuang.casework.book.checking import check
from kechuang.engines.forms import clean, form_from

BOOK = book.packaged()


def listed(source):
    return codes.choices(BOOK, source)


def read(kind, raw, **more):
    field = {"code": "x", "zh": "问题", "en": "Question", "kind": kind, **more}
    form = form_from({"code": "f", "title": {"zh": "表", "en": "Form"}, "fields": [field]})
    cleaned = clean(form, {"x": raw}, stage="submit", choices=listed)
    return cleaned.values.get("x") or [reason.code for reason in cleaned.errors["x"]]


def test_twelve_leagues_and_a_hundred_and_three_counties_stand_in_the_book():
    places = listed("places")
    assert sum(code.endswith("00") for code in places) == 12
    assert sum(not code.endswith("00") for code in places) == 103
    assert {code[:4] + "00" for code in places} == {code for code in places if code.endswith("00")}


def test_a_county_that_does_not_exist_is_refused():
    assert read("place", "150105", level="county") == "150105"
    assert read("place", "150109", level="county") == ["not_a_place_but_near"]
    assert read("place", "150201", level="county") == ["not_a_place_but_near"]  # all districts together are no place


def test_a_subject_below_the_listed_classes_is_held_to_its_class_and_digits():
    assert read("code", "2101020", of="GB/T 13745", levels=3) == "2101020"
    assert read("code", "9901020", of="GB/T 13745", levels=3) == ["not_a_code_but_near"]
    assert read("code", "210102", of="GB/T 13745", levels=3) == ["not_a_code_but_near"]
    assert read("code", "21010", of="GB/T 13745", levels=3) == ["code_too_short"]


def test_an_industry_and_a_fund_code_are_held_to_their_first_class():
    assert read("code", "2614", of="GB/T 4754", levels=3) == "2614"
    assert read("code", "9901", of="GB/T 4754", levels=3) == ["not_a_code_but_near"]
    assert read("code", "A0102", of="nsfc", levels=3) == "A0102"
    assert read("code", "Z0102", of="nsfc", levels=3) != "Z0102"


def test_a_code_below_a_listed_one_is_called_after_it():
    assert listed("GB/T 13745")["2101020"] == {"zh": "农学", "en": "Agronomy", "level": 3}
    assert len(listed("GB/T 13745")) == 62


def test_what_the_book_does_not_list_has_no_list():
    assert listed("GB/T 9999") is None


def planted(file, old, new):
    assert old in BOOK.sources[file]
    sources = {**BOOK.sources, file: BOOK.sources[file].replace(old, new, 1)}
    return [str(bad) for bad in check(book.read(sources)) if str(bad).startswith(f"{file}:")]


def test_a_county_of_no_league_and_a_code_of_no_length_are_faults_of_the_book():
    assert ["no league 153100" in bad for bad in planted("places.yaml", '{code: "152921"', '{code: "153121"')][:1] == [
        True
    ]
    assert [
        "2 counties" in bad or "stands twice" in bad
        for bad in planted("places.yaml", '{code: "150103"', '{code: "150102"')
    ][:1] == [True]
    assert ["1100 has none of the lengths" in bad for bad in planted("codes/gbt-13745.yaml", '"110"', '"1100"')][
        :1
    ] == [True]
