"""Kinds of number that name someone or something: identity, credit code, phone, e-mail, digest, public id."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from kechuang.engines.forms.kinds.base import Kind, Sources, Unreadable, always_fits, plain, said, same, same_typed
from kechuang.engines.forms.model import Field

# The first two digits of an identity number: provinces, Hong Kong, Macau and Taiwan residents, foreign residents.
_PROVINCES: Final = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_IDENTITY: Final = re.compile(r"\d{17}[\dX]", re.ASCII)
_MOBILE: Final = re.compile(r"(?:\+?86)?(1[3-9]\d{9})", re.ASCII)
_LANDLINE: Final = re.compile(r"(?:\+?86)?(0\d{2,3})(\d{7,8})(?:转(\d{1,6}))?", re.ASCII)
_SERVICE: Final = re.compile(r"[48]00\d{7}", re.ASCII)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_ACCOUNT: Final = re.compile(r"\d{8,32}", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PUBLIC_ID: Final = re.compile(r"[^\s\x00-\x1f]{1,64}")


def identity_number(raw: object) -> str:
    """A resident's number (GB 11643): shape, province, birthday, check digit; Unreadable with what is wrong.

    The county is not checked: the library compares it with the year of birth, while numbers were given out later,
    by the county of that time, so that rightful numbers of people born before 1984 would be refused.
    """
    number = plain(raw, most=40).replace(" ", "").replace("-", "").upper()
    if not _IDENTITY.fullmatch(number) or not (number[:2] in _PROVINCES or number[0] == "9"):
        raise Unreadable("bad_identity")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Unreadable("bad_identity_birthday") from None
    if number[-1] != ric.calc_check_digit(number):
        raise Unreadable("bad_identity_check")
    return number


def _identity(raw: object, field: Field, sources: Sources) -> str:
    return identity_number(raw)


def _credit_code(raw: object, field: Field, sources: Sources) -> str:
    try:
        return uscc.validate(plain(raw, most=40))
    except ValidationError:
        raise Unreadable("bad_credit_code") from None


def _phone(raw: object, field: Field, sources: Sources) -> str:
    digits = re.sub(r"[\s()-]", "", plain(raw, most=40))
    if found := _MOBILE.fullmatch(digits):
        return found[1]
    if _SERVICE.fullmatch(digits):
        return digits
    if found := _LANDLINE.fullmatch(digits):
        area, number = _split(found[1] + found[2])
        return f"{area}-{number}" + (f"转{found[3]}" if found[3] else "")
    raise Unreadable("bad_phone")


def _split(digits: str) -> tuple[str, str]:
    """Area code and number: 010 and 02x are short, the others have four digits."""
    short = 3 if digits[1] in "12" else 4
    return digits[:short], digits[short:]


def _email(raw: object, field: Field, sources: Sources) -> str:
    address = plain(raw, most=254)
    if not _EMAIL.fullmatch(address) or ".." in address or address.startswith("."):
        raise Unreadable("bad_email")
    name, _, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def _matching(shape: re.Pattern[str], code: str, *, lower: bool = False) -> Callable[[object, Field, Sources], str]:
    def read(raw: object, field: Field, sources: Sources) -> str:
        text = plain(raw, most=200).replace(" ", "").replace("-", "") if shape is _ACCOUNT else plain(raw, most=200)
        text = text.lower() if lower else text
        if not shape.fullmatch(text):
            raise Unreadable(code)
        return text

    return read


public_id = _matching(_PUBLIC_ID, "bad_reference")
digest = _matching(_DIGEST, "bad_file", lower=True)


def _kind(read: Callable[[object, Field, Sources], str]) -> Kind:
    return Kind(read, always_fits, same, same, same_typed, said)


KINDS: Final[dict[str, Kind]] = {
    "identity": _kind(_identity),
    "uscc": _kind(_credit_code),
    "phone": _kind(_phone),
    "email": _kind(_email),
    "account_number": _kind(_matching(_ACCOUNT, "bad_account")),
    "digest": _kind(_matching(_DIGEST, "bad_digest", lower=True)),
    "person": _kind(public_id),
    "party": _kind(public_id),
}
