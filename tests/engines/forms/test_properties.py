"""Whatever is sent, cleaning answers; what it answers can be stored, typed again and told in words."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kechuang.engines.forms import (
    answers_of,
    clean,
    differences,
    masked,
    printed,
    progress,
    promoted,
    sentence,
    stored,
    typed,
    unflatten,
)
from kechuang.engines.forms.kinds import NAMES
from kechuang.engines.forms.kinds.numbers import decimal_text
from kechuang.words.money import FEN
from tests.engines.forms.samples import FILE, FORM, KNOWN, a_form, choices

MORE = {
    "choice": {"options": {"a": "甲", "1": "一"}}, "choices": {"options": {"a": "甲", "1": "一"}}, "code": {"of": "GB/T 13745", "levels": 3},
    "computed": {"formula": "1 + 1"}, "sheet": {"of": "s"}, "checklist": {"items": "places"}, "money": {"unit": "万元"},
    "table": {"columns": [{"code": "n", "zh": "数", "kind": "integer"}, {"code": "m", "zh": "额", "kind": "money", "required": True}]},
    "text": {"max": 5}, "words": {"min": 2, "max": 3}, "reference": {"of": "table"},
}  # fmt: skip
# One field of every kind there is, and a sum over the rows.
EVERY = a_form(
    *({"code": kind, "kind": kind, "promoted": True, **MORE.get(kind, {})} for kind in sorted(NAMES)),
    {"code": "rows_sum", "kind": "computed", "unit": "万元", "formula": "sum(row.m for row in table) / integer"},
    rules=({"code": "small", "when": "money <= rows_sum and count(words) > 1", "zh": "不符"},),
)
LIKELY = st.sampled_from(
    ["a", "1", "on", "false", "12.5", "-3", "20万元", "2019-03-01", "1990年5月", "2018", "2018-03-31T17:00", "110.14.15", "150102",
     "15262619700101001x", "91110000600037341L", "0471-6281234", "a@b.cn", "中行 12345678", "甲、乙、丙", FILE, "\x00", "\ud800", "ＮａＮ",
     "1e400", "²", "٣", "9" * 30]
)  # fmt: skip
ATOMS = st.one_of(
    LIKELY,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.binary(max_size=4),
    st.text(max_size=20),
)
CODES = st.sampled_from(
    [
        *EVERY.fields,
        "n",
        "m",
        "bank",
        "number",
        "name",
        "identity",
        "by",
        "digest",
        "verdict",
        "remark",
        "0",
        "1",
        "150102",
    ]
)
KEYS = st.one_of(CODES, st.none(), st.booleans(), st.integers(), st.text(max_size=5))
JUNK = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)
TYPED = st.dictionaries(st.sampled_from(list(EVERY.fields)), JUNK, max_size=len(EVERY.fields))
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@RELAXED
@given(JUNK)
def test_cleaning_never_falls_over_junk(junk):
    for form in (EVERY, FORM):
        cleaned = clean(form, junk, stage="submit", known=KNOWN, choices=choices)
        for reasons in cleaned.errors.values():
            assert all(sentence(reason, language) for reason in reasons for language in ("zh", "en"))


@RELAXED
@given(TYPED)
def test_a_draft_and_its_submission_have_the_same_values_and_the_draft_has_no_more_errors(answers):
    draft = clean(EVERY, answers, stage="draft", choices=choices)
    submitted = clean(EVERY, answers, stage="submit", choices=choices)
    assert draft.values == submitted.values
    assert draft.typed == submitted.typed or "nan" in repr(draft.typed).lower()
    assert {path: submitted.errors[path][: len(reasons)] for path, reasons in draft.errors.items()} == draft.errors


@RELAXED
@given(TYPED)
def test_values_come_back_from_json_and_errors_can_be_kept(answers):
    cleaned = clean(EVERY, answers, stage="submit", choices=choices)
    kept = json.dumps(stored(EVERY, cleaned.values), allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert typed(EVERY, json.loads(kept)) == cleaned.values
    errors = {path: [reason.to_json() for reason in reasons] for path, reasons in cleaned.errors.items()}
    json.dumps(errors, allow_nan=False, ensure_ascii=False).encode("utf-8")


@RELAXED
@given(TYPED)
def test_values_typed_again_clean_to_themselves(answers):
    first = clean(EVERY, answers, stage="draft", choices=choices)
    whole = {
        code: value
        for code, value in first.values.items()
        if not any(path.split(".")[0] == code for path in first.errors)
    }
    again = clean(EVERY, answers_of(EVERY, whole), stage="draft", choices=choices)
    asked = {code: value for code, value in whole.items() if EVERY.fields[code].kind != "computed"}
    assert {code: again.values.get(code) for code in asked} == asked


@RELAXED
@given(TYPED, TYPED)
def test_whatever_was_cleaned_can_be_shown(before, after):
    old, new = (clean(EVERY, answers, stage="draft", choices=choices) for answers in (before, after))
    for language in ("zh", "en"):
        printed(EVERY, new.values, language, choices=choices)
    promoted(EVERY, new.values)
    progress(EVERY, new.values, new.errors)
    masked(EVERY, new.values, blind=True)
    assert (differences(EVERY, old.values, new.values) == ()) == (old.values == new.values)


@RELAXED
@given(st.lists(st.tuples(st.text(alphabet="ab01.", max_size=8), st.text(max_size=3)), max_size=12))
def test_posted_pairs_never_fall_over(post):
    clean(EVERY, unflatten(post), stage="submit", choices=choices)


@settings(deadline=None)
@given(fen=st.integers(-(10**18), 10**18), unit=st.sampled_from(list(FEN)))
def test_every_amount_is_kept_to_the_fen(fen, unit):
    form = a_form({"code": "x", "kind": "money", "unit": unit})
    text = decimal_text(Fraction(fen, FEN[unit]))
    cleaned = clean(form, {"x": text}, stage="submit")
    assert (cleaned.values, cleaned.errors) == ({"x": fen}, {})
    assert typed(form, stored(form, cleaned.values)) == {"x": fen}
    assert answers_of(form, cleaned.values) == {"x": text}


@settings(deadline=None)
@given(fen=st.integers(-(10**12), 10**12), finer=st.integers(1, 10**12 - 1), unit=st.sampled_from(list(FEN)))
def test_no_amount_finer_than_a_fen_is_let_through(fen, finer, unit):
    form = a_form({"code": "x", "kind": "money", "unit": unit})
    text = decimal_text(Fraction(fen * 10**12 + finer, FEN[unit] * 10**12))
    assert [reason.code for reason in clean(form, {"x": text}, stage="draft").errors["x"]] == ["finer_than_fen"]


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_a_decimal_of_any_size_is_exact_or_refused(number):
    form = a_form({"code": "x", "kind": "decimal"})
    cleaned = clean(form, {"x": number}, stage="submit")
    assert cleaned.errors or cleaned.values["x"] == Fraction(number)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_kept(day):
    form = a_form({"code": "x", "kind": "date"})
    chinese = f"{day.year}年{day.month}月{day.day}日"
    assert clean(form, {"x": chinese}, stage="submit").values == {"x": day}


@given(st.fractions())
def test_digits_of_a_number_say_the_number(number):
    assert Fraction(decimal_text(number)) == number
