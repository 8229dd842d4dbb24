"""The kinds of answer a page may ask for: simple ones by name, and those made of parts or rows."""

from __future__ import annotations

from typing import Final

from kechuang.engines.forms.kinds import codes, days, numbers, picks, texts
from kechuang.engines.forms.kinds.base import Kind
from kechuang.engines.forms.model import Field, Text

SIMPLE: Final[dict[str, Kind]] = {**texts.KINDS, **numbers.KINDS, **days.KINDS, **codes.KINDS, **picks.KINDS}

# Answers made of fixed parts, asked for side by side.
PARTS: Final[dict[str, tuple[Field, ...]]] = {
    "account": (
        Field("bank", "text", Text("开户银行", "Bank"), required=True, most=60),
        Field("number", "account_number", Text("账号", "Account number"), required=True),
    ),
    "real_name": (
        Field("name", "text", Text("姓名", "Name"), required=True, most=60),
        Field("identity", "identity", Text("身份证件号码", "Identity number"), required=True, expert="hidden"),
        Field("phone", "phone", Text("联系电话", "Phone"), required=True, expert="hidden"),
    ),
}
# Rows with fixed columns: `commitments` are one digest a party, laid down before a draw.
ROWS: Final[dict[str, tuple[Field, ...]]] = {
    "commitments": (
        Field("by", "text", Text("承诺方", "Committed by"), required=True, most=60),
        Field("digest", "digest", Text("承诺值（SHA-256）", "Commitment (SHA-256)"), required=True),
    ),
}
COMPOSED: Final = frozenset(("table", "computed", "checklist", "sheet", *PARTS, *ROWS))
NAMES: Final = frozenset((*SIMPLE, *COMPOSED))
LISTED: Final = frozenset(("table", *ROWS, *(name for name, kind in SIMPLE.items() if kind.listed)))

# What an expert sees of a kind where the page does not say: numbers of people are hidden, names are masked.
EXPERT: Final[dict[str, str]] = {
    **dict.fromkeys(("identity", "phone", "email", "account", "account_number", "real_name", "signature"), "hidden"),
    **dict.fromkeys(("person", "persons", "party"), "masked"),
}
