"""Kinds of answer that are picked: options, codes of a code system, places, yes or no, references, files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from kechuang.engines.forms.kinds.base import (
    Kind,
    Sources,
    Unreadable,
    always_fits,
    as_text,
    is_blank,
    label,
    nearest,
    plain,
    said,
    same,
    same_typed,
)  # fmt: skip
from kechuang.engines.forms.kinds.codes import digest, public_id
from kechuang.engines.forms.kinds.texts import counted
from kechuang.engines.forms.model import Field

MOST_PICKED: Final = 500
LONGEST_CODE: Final = 200
_CODE: Final = re.compile(r"[A-Z]?[0-9]{1,8}")
_PLACE: Final = re.compile(r"[1-9]\d{5}", re.ASCII)
_YES: Final = frozenset(("true", "on", "1", "yes", "是"))
_NO: Final = frozenset(("false", "off", "0", "no", "否"))


def _picked(raw: object) -> str:
    """A code as it was sent: codes may be Chinese texts, whose brackets must stay full-width."""
    return as_text(raw, most=LONGEST_CODE).strip()


def _option(raw: object, field: Field, sources: Sources) -> str:
    code = _picked(raw)
    if code not in (sources.of(field) or {}):
        raise Unreadable("not_an_option", got=code)
    return code


def _depth(entry: object) -> int:
    """How deep in its system a code stands; 0 where the source does not say, or where nothing lies below."""
    if not isinstance(entry, Mapping) or entry.get("leaf") is True:
        return 0
    level = entry.get("level", 0)
    return level if isinstance(level, int) else 0


def _code(raw: object, field: Field, sources: Sources) -> str:
    code = _picked(raw)
    known = sources.named(field.source)
    if known is None and _CODE.fullmatch(code):
        return code  # a system nobody here lists: its shape is all that can be checked
    if known is None:
        raise Unreadable("not_a_code", got=code, of=field.source)
    if code not in known:
        if near := nearest(code, known):
            raise Unreadable("not_a_code_but_near", got=code, of=field.source, near=near)
        raise Unreadable("not_a_code", got=code, of=field.source)
    depth = _depth(known[code])
    if 0 < depth < field.levels:
        raise Unreadable("code_too_short", got=code, levels=field.levels)
    return code


def _place(raw: object, field: Field, sources: Sources) -> str:
    code = plain(raw, most=LONGEST_CODE)
    known = sources.named("places")
    if known is not None and code not in known:
        if near := nearest(code, {one: told for one, told in known.items() if _of_level(one, field.level)}):
            raise Unreadable("not_a_place_but_near", got=code, near=near)
        raise Unreadable("not_a_place", got=code)
    if not _PLACE.fullmatch(code):
        raise Unreadable("not_a_place", got=code)
    if not _of_level(code, field.level) and code.endswith("00"):
        raise Unreadable("place_too_wide", level=field.level)
    if not _of_level(code, field.level):
        raise Unreadable("place_too_narrow", level=field.level)
    return code


def _of_level(code: str, level: str) -> bool:
    """Whether a place is of the level asked for: leagues end in 00, banners and counties do not."""
    return not level or code.endswith("00") == (level == "league")


def _yes_or_no(raw: object, field: Field, sources: Sources) -> bool:
    if isinstance(raw, list | tuple) and raw:
        raw = raw[-1]  # a hidden `false` before a ticked `true`
    if isinstance(raw, bool):
        return raw
    text = plain(raw, most=LONGEST_CODE).lower()
    if text not in _YES | _NO:
        raise Unreadable("not_yes_or_no")
    return text in _YES


def _reference(raw: object, field: Field, sources: Sources) -> str:
    """A public id; held against the named source where the caller knows it, else by its shape alone."""
    found = public_id(raw, field, sources)
    known = sources.named(field.source) if field.source else None
    if known is not None and found not in known:
        raise Unreadable("not_an_option", got=found)
    return found


def _file(raw: object, field: Field, sources: Sources) -> str:
    found = digest(raw, field, sources)
    known = sources.named("files")
    if known is None:
        return found
    if found not in known:
        raise Unreadable("bad_file")
    entry = known[found]
    ending = str(entry.get("ext", "")).lower() if isinstance(entry, Mapping) else ""
    if field.accept and ending and ending not in field.accept:
        raise Unreadable("wrong_file_type", got=ending, accept=list(field.accept))
    return found


def _several(read: Callable[[object, Field, Sources], str]) -> Callable[[object, Field, Sources], tuple[str, ...]]:
    """Reads each of several; blank ones and repetitions fall away, the order stays."""

    def read_all(raw: object, field: Field, sources: Sources) -> tuple[str, ...]:
        typed = raw if isinstance(raw, list | tuple) else [raw]
        if len(typed) > MOST_PICKED:
            raise Unreadable("too_many", most=MOST_PICKED, got=len(typed), over=len(typed) - MOST_PICKED)
        return tuple(dict.fromkeys(read(one, field, sources) for one in typed if not is_blank(one)))

    return read_all


def _say_option(value: str, field: Field, sources: Sources, language: str) -> str:
    entry = (sources.of(field) or {}).get(value)
    return label(entry, language) if entry is not None else value


def _say_code(value: str, field: Field, sources: Sources, language: str) -> str:
    entry = (sources.named(field.source) or {}).get(value)
    return f"{value} {label(entry, language)}" if entry is not None else value


def _say_place(value: str, field: Field, sources: Sources, language: str) -> str:
    entry = (sources.named("places") or {}).get(value)
    return label(entry, language) if entry is not None else value


def _say_file(value: str, field: Field, sources: Sources, language: str) -> str:
    entry = (sources.named("files") or {}).get(value)
    return label(entry, language) if entry is not None else value[:12]


def _say_yes(value: bool, field: Field, sources: Sources, language: str) -> str:
    return ("Yes" if value else "No") if language == "en" else ("是" if value else "否")


def _say_all(say: Callable[[Any, Field, Sources, str], str]) -> Callable[[Any, Field, Sources, str], str]:
    def say_all(value: Any, field: Field, sources: Sources, language: str) -> str:
        return ("; " if language == "en" else "；").join(say(one, field, sources, language) for one in value)

    return say_all


def _single(read: Callable[[object, Field, Sources], str], say: Callable[[Any, Field, Sources, str], str]) -> Kind:
    return Kind(read, always_fits, same, same, same_typed, say)


def _multiple(read: Callable[[object, Field, Sources], str], say: Callable[[Any, Field, Sources, str], str]) -> Kind:
    return Kind(_several(read), counted, list, tuple, lambda value, field: list(value), _say_all(say), listed=True)


_BOOL = Kind(_yes_or_no, always_fits, same, same, lambda value, field: "true" if value else "false", _say_yes)

KINDS: Final[dict[str, Kind]] = {
    "choice": _single(_option, _say_option),
    "choices": _multiple(_option, _say_option),
    "code": _single(_code, _say_code),
    "place": _single(_place, _say_place),
    "bool": _BOOL,
    "statement": _BOOL,
    "reference": _single(_reference, _say_option),
    "references": _multiple(_reference, _say_option),
    "persons": _multiple(public_id, said),
    "file": _single(_file, _say_file),
    "files": _multiple(_file, _say_file),
}
