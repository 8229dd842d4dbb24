"""Numbers that name a person or an organisation are checked and brought into one form."""

from __future__ import annotations

import pytest

from kechuang.engines.forms import clean
from kechuang.words.reason import Reason
from tests.engines.forms.samples import FILE, a_form


def read(kind, raw, stage="submit", **more):
    cleaned = clean(a_form({"code": "x", "kind": kind, **more}), {"x": raw}, stage=stage)
    return cleaned.errors["x"] if "x" in cleaned.errors else cleaned.values.get("x")


@pytest.mark.parametrize(
    "typed",
    ["15262619700101001x", "15262619700101001X", "152626 19700101 001x", "１５２６２６１９７００１０１００１ｘ"],
)
def test_an_identity_number_is_kept_with_a_capital_x(typed):
    assert read("identity", typed) == "15262619700101001X"


def test_a_number_given_out_before_its_county_was_named_so_is_still_a_persons_number():
    assert read("identity", "152801196801010017") == "152801196801010017"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("152626197001010011", "bad_identity_check"), ("15262619700230001X", "bad_identity_birthday"), ("1526261970010100", "bad_identity"),
     ("99262619700101001X1", "bad_identity"), ("00262619700101001X", "bad_identity"), ("一二三", "bad_identity")],
)  # fmt: skip
def test_a_wrong_identity_number_says_where_it_is_wrong(typed, code):
    assert read("identity", typed) == (Reason(code),)


def test_a_credit_code_is_kept_in_capitals_without_blanks():
    assert read("uscc", "9 1 110000 600037341l") == "91110000600037341L"
    assert read("uscc", "91110000600037341A") == (Reason("bad_credit_code"),)
    assert read("uscc", "1234") == (Reason("bad_credit_code"),)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("138 4711 2345", "13847112345"), ("+86 13847112345", "13847112345"), ("0471-6281234", "0471-6281234"),
     ("(0471)6281234", "0471-6281234"), ("010 62812345", "010-62812345"), ("04716281234转802", "0471-6281234转802"),
     ("4008001234", "4008001234")],
)  # fmt: skip
def test_a_phone_number_is_kept_in_one_form(typed, kept):
    assert read("phone", typed) == kept


@pytest.mark.parametrize("typed", ["12345", "1284711234", "23847112345", "0471-628", "call me"])
def test_what_is_no_phone_number_is_refused(typed):
    assert read("phone", typed) == (Reason("bad_phone"),)


def test_the_host_of_an_address_is_kept_small():
    assert read("email", "Su.Rina@Example.CN") == "Su.Rina@example.cn"
    assert [read("email", typed) for typed in ("a@b", "a b@c.cn", "a..b@c.cn", "@c.cn", "a@-c.cn")] == [
        (Reason("bad_email"),)
    ] * 5


def test_an_account_has_a_bank_and_a_number():
    expected = {"bank": "中国银行 新城支行", "number": "123456789012"}
    assert read("account", {"bank": "中国银行 新城支行", "number": "1234-5678 9012"}) == expected
    assert read("account", "中国银行 新城支行 123456789012") == expected


def test_the_parts_of_an_account_have_errors_of_their_own():
    form = a_form({"code": "x", "kind": "account", "required": True})
    assert clean(form, {"x": {"bank": "中国银行", "number": "12"}}, stage="submit").errors == {
        "x.number": (Reason("bad_account"),)
    }
    assert clean(form, {"x": {"number": "12345678"}}, stage="submit").errors == {"x.bank": (Reason("required"),)}
    assert clean(form, {"x": {"number": "12"}}, stage="submit").errors == {"x.number": (Reason("bad_account"),)}
    assert clean(form, {"x": ["12"]}, stage="submit").errors == {"x": (Reason("not_parts"),)}


def test_persons_and_parties_are_public_ids():
    assert read("person", " person-1 ") == "person-1"
    assert read("party", "组织-7") == "组织-7"
    assert read("person", "two words") == (Reason("bad_reference"),)
    assert read("persons", ["p1", "", "p2", "p1"]) == ("p1", "p2")
    assert read("persons", ["p1", "p2"], max=1) == (Reason("too_many", most=1, got=2, over=1),)


def test_a_file_is_its_digest():
    assert read("file", FILE.upper()) == FILE
    assert read("file", "a.pdf") == (Reason("bad_file"),)
    assert read("digest", "a" * 63) == (Reason("bad_digest"),)
