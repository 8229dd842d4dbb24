"""One field of a page: from what is written there to a Field, or what is wrong with it and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Final

from kechuang.engines.forms.kinds import EXPERT, NAMES, PARTS, ROWS
from kechuang.engines.forms.kinds.numbers import decimal_text
from kechuang.engines.forms.model import NO_TEXT, Field, Form, Text
from kechuang.formula import Expression, parse
from kechuang.words.money import FEN, MOST
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase
from kechuang.words.quantity import quantity

KEYS: Final = frozenset(
    [
        "code",
        "kind",
        "zh",
        "en",
        "help",
        "text",
        "required",
        "unit",
        "min",
        "max",
        "step",
        "options",
        "from",
        "of",
        "items",
        "levels",
        "level",
        "accept",
        "rows",
        "columns",
        "formula",
        "prefill",
        "promoted",
        "expert",
        "public_after_award",
        "signed_by",
        "copy",
    ]
)
MOST_ROWS: Final = 500
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_RESERVED: Final = frozenset(("row", "true", "false"))
_NUMBERS: Final = frozenset(("integer", "decimal", "number"))
_SHARES: Final = frozenset(("percent", "ratio"))
_DAYS: Final = frozenset(("date", "month"))
_NEEDS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "choice": (("options", "from"), "write options: {code: text}, or from: and the name of a list"),
    "choices": (("options", "from"), "write options: {code: text}, or from: and the name of a list"),
    "code": (("of",), "write of: and the name of the code system"),
    "table": (("columns",), "write the columns"),
    "computed": (("formula",), "write the formula"),
    "sheet": (("of",), "write of: and the name of the sheet"),
    "checklist": (("items",), "write items: and the name of the list"),
}


def field_from(node: object, *, path: str, sheets: Mapping[str, Form], asked: bool = False) -> Field:
    """The field that `node` describes; BadPage if it says too little, too much, or what it cannot mean."""
    if not isinstance(node, Mapping):
        raise BadPage(path, "a field is a mapping", "write {code: …, zh: …, en: …, kind: …}")
    code, kind = _code(node, path), _kind(node, path)
    path = f"{path}.{code}"
    _check_keys(node, kind, path)
    least, most = _bounds(node, kind, path)
    return Field(
        code=code,
        kind=kind,
        title=text_from(node, path),
        help=_loose(node.get("help")),
        text=_loose(node.get("text")),
        required=_condition(node.get("required", asked and kind != "computed"), f"{path}.required"),
        unit=_unit(node, kind, path),
        least=least,
        most=most,
        step=Fraction(number_in(node["step"], f"{path}.step")) if "step" in node else None,
        options=options_of(node["options"], path=f"{path}.options") if "options" in node else None,
        source=str(node.get("from") or node.get("of") or node.get("items") or ""),
        levels=_whole(node["levels"], f"{path}.levels") if "levels" in node else 0,
        level=str(node.get("level", "")),
        accept=_endings(node["accept"], f"{path}.accept") if "accept" in node else (),
        columns=_columns(node, kind, path, sheets),
        inner=sheets.get(str(node["of"])) if kind == "sheet" else None,
        formula=parse(str(node["formula"]), path=f"{path}.formula") if kind == "computed" else None,
        prefill=str(node.get("prefill", "")),
        promoted=_flag(node, "promoted", path),
        expert=_expert(node, kind, path),
        public=_flag(node, "public_after_award", path),
        signed_by=str(node.get("signed_by", "")),
        copied=_flag(
            node, "copy", path, usual=kind not in ("statement", "signature", "computed", "checklist", "sheet")
        ),
    )


def text_from(node: Mapping[str, Any], path: str) -> Text:
    """The {zh, en} of a node; the Chinese is what the screen says and may not be missing."""
    zh = node.get("zh")
    if not isinstance(zh, str) or not zh.strip():
        raise BadPage(path, "no Chinese title", "write zh: …")
    return Text(zh, str(node.get("en") or ""))


def options_of(node: object, *, path: str = "") -> dict[str, Text]:
    """A list of options as code → Text: from {code: text}, {code: {zh, en}}, [{code, zh, en}] or [text]."""
    if isinstance(node, Mapping):
        found = {str(code): _loose(entry) for code, entry in node.items()}
    elif isinstance(node, list | tuple):
        found = {_code_of(entry): _loose(entry) for entry in node}
    else:
        found = {}
    if not found or not all(code and text.zh for code, text in found.items()):
        raise BadPage(path, "no options, or one without its text", "write {code: text}")
    return found


def _code_of(entry: object) -> str:
    return str(entry.get("code", "")) if isinstance(entry, Mapping) else str(entry)


def _loose(node: object) -> Text:
    if node is None:
        return NO_TEXT
    if isinstance(node, Text):
        return node
    if isinstance(node, Mapping):
        zh = node.get("zh") or (node["title"].get("zh", "") if isinstance(node.get("title"), Mapping) else "")
        return Text(str(zh), str(node.get("en") or ""))
    return Text(str(node)) if node else NO_TEXT


def _code(node: Mapping[str, Any], path: str) -> str:
    code = node.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code) or code in _RESERVED:
        raise BadPage(
            path, "{code!r} is no code of a field", "write small letters, digits and _, a letter first", code=code
        )
    return code


def _kind(node: Mapping[str, Any], path: str) -> str:
    kind = str(node.get("kind"))
    if kind not in NAMES:
        near = get_close_matches(kind, NAMES, 1)
        mend = (
            Phrase("did you mean {near}?", near=near[0])
            if near
            else Phrase("one of {names}", names=tuple(sorted(NAMES)))
        )
        raise BadPage(f"{path}.{node['code']}", "there is no kind {kind!r}", mend, kind=kind)
    return kind


def _check_keys(node: Mapping[str, Any], kind: str, path: str) -> None:
    for key, value in node.items():
        if key not in KEYS:
            near = get_close_matches(str(key), KEYS, 1)
            raise BadPage(
                path,
                "a field has no {key!r}",
                Phrase("did you mean {near}?", near=near[0]) if near else "remove it",
                key=key,
            )
        if value is None or value == "":
            raise BadPage(f"{path}.{key}", "is empty", "write a value, or remove the key")
    wanted, mend = _NEEDS.get(kind, ((), ""))
    if wanted and not any(key in node for key in wanted):
        raise BadPage(path, "a {kind} needs {wanted}", mend, kind=kind, wanted=wanted)


def _flag(node: Mapping[str, Any], key: str, path: str, *, usual: bool = False) -> bool:
    if key not in node:
        return usual
    value = node[key]
    if not isinstance(value, bool):
        raise BadPage(f"{path}.{key}", "{value!r} is neither true nor false", "write true or false", value=value)
    return value


def _condition(value: object, path: str) -> bool | Expression:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return parse(value, path=path)
    raise BadPage(path, "{value!r} is no condition", "write true, false or an expression", value=value)


def _unit(node: Mapping[str, Any], kind: str, path: str) -> str:
    if "unit" not in node:
        return ""
    unit = str(node["unit"])
    if kind == "money" and unit and unit not in FEN:
        raise BadPage(f"{path}.unit", "{unit!r} is no unit of money", "one of {units}", unit=unit, units=tuple(FEN))
    return unit


def _expert(node: Mapping[str, Any], kind: str, path: str) -> str:
    seen = str(node.get("expert", EXPERT.get(kind, "shown")))
    if seen not in ("shown", "masked", "hidden"):
        raise BadPage(f"{path}.expert", "{seen!r} is not known", "write shown, masked or hidden", seen=seen)
    return seen


def _endings(value: object, path: str) -> tuple[str, ...]:
    return tuple(str(ending).lower().lstrip(".") for ending in _list(value, path))


def _list(value: object, path: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise BadPage(path, "is no list", "write [a, b]")
    return value


def _whole(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadPage(path, "{value!r} is no whole number", "write 0, 1, 2 …", value=value)
    return value


def number_in(value: object, path: str) -> Fraction:
    """An exact number of a page: an int, or a quoted decimal; floats are refused, they lose digits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST:
        return Fraction(value)
    if isinstance(value, str):
        try:
            return quantity(value).value
        except (ValueError, ZeroDivisionError):
            pass
    raise BadPage(path, "{value!r} is no exact number", "write a whole number, or a decimal in quotes", value=value)


def _bounds(node: Mapping[str, Any], kind: str, path: str) -> tuple[Any, Any]:
    """The least and most of a field in the terms of its values."""
    least: Any
    most: Any
    if kind == "table" or kind in ROWS:
        rows = node.get("rows", {"least": node["min"]} if "min" in node else {})
        if not isinstance(rows, Mapping) or not set(rows) <= {"least", "most"}:
            raise BadPage(f"{path}.rows", "says neither least nor most", "write {least: 1, most: 30}")
        least, most = (
            _whole(rows.get(key, usual), f"{path}.rows.{key}") for key, usual in (("least", 0), ("most", MOST_ROWS))
        )
    else:
        least = _bound(node["min"], kind, node, f"{path}.min") if "min" in node else None
        most = _bound(node["max"], kind, node, f"{path}.max") if "max" in node else None
    if least is not None and most is not None and least > most:
        raise BadPage(
            path, "at least {least} and at most {most} cannot both hold", "exchange them", least=least, most=most
        )
    return least, most


def _bound(value: object, kind: str, node: Mapping[str, Any], path: str) -> Any:
    if kind in _DAYS:
        return _day(value, path)
    if kind in _SHARES:
        return number_in(value, path) / (1 if isinstance(value, str) and value.strip().endswith(("%", "％")) else 100)
    number = number_in(value, path)
    if kind == "money":
        number *= _fen_each(value, str(node.get("unit", "元")))
    elif kind in _NUMBERS and number.denominator != 1:
        return number
    if number.denominator != 1:
        raise BadPage(path, "{number} is not whole", "write a whole number", number=decimal_text(number))
    return int(number)


def _fen_each(value: object, unit: str) -> int:
    """How many fen one of `value` is: 1 where it names its own unit of money."""
    own = isinstance(value, str) and quantity(value).kind == "money"
    return 1 if own else FEN.get(unit, 1)


def _day(value: object, path: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise BadPage(path, "{value!r} is no day", "write 2019-03-01", value=value) from None


def _columns(node: Mapping[str, Any], kind: str, path: str, sheets: Mapping[str, Form]) -> tuple[Field, ...]:
    if kind in PARTS or kind in ROWS:
        return PARTS.get(kind, ()) or ROWS[kind]
    if kind != "table":
        return ()
    columns = tuple(field_from(one, path=path, sheets=sheets) for one in _list(node["columns"], f"{path}.columns"))
    codes = [column.code for column in columns]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise BadPage(path, "the column {code!r} stands there twice", "name one of them otherwise", code=twice[0])
    _check_order(columns, path)
    for column in columns:
        if column.columns or column.kind in ("checklist", "sheet"):
            raise BadPage(
                f"{path}.{column.code}",
                "a {kind} cannot stand in a table",
                "give it a field of its own",
                kind=column.kind,
            )
    return columns


def _check_order(columns: tuple[Field, ...], path: str) -> None:
    """Computed columns are worked out from left to right: none may need itself or one that stands behind it."""
    waiting = [column.code for column in columns if column.formula]
    for column in columns:
        if column.formula is None:
            continue
        for name in column.formula.paths:
            if name.startswith("row.") and name.split(".")[1] in waiting:
                raise BadPage(
                    f"{path}.{column.code}",
                    "{name} is not worked out yet here",
                    "put that column before this one",
                    name=name,
                )
        waiting.remove(column.code)
