"""The questions of a form page as fields to draw: what was typed, what is wrong with it, what there is to choose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kechuang.engines.forms import Field, Form, Section
from kechuang.engines.forms.kinds.base import label, no_choices
from kechuang.engines.forms.kinds.numbers import grouped, in_unit, is_money, shown_unit
from kechuang.engines.forms.rows import VERDICTS
from kechuang.engines.forms.sheets import REASON
from kechuang.engines.forms.storing import shown_computed
from kechuang.faces.web import wording
from kechuang.faces.web.fields import Column, Option, Row, ShownField, ShownFile
from kechuang.faces.web.sentences import sentence
from kechuang.words.reason import Reason

COUNTED = frozenset({"text", "longtext", "richtext"})
NUMBERS = frozenset({"integer", "number", "decimal", "percent", "ratio", "money", "year"})
SUGGESTED = frozenset({"code", "person", "persons", "party", "reference", "choice", "place"})
LISTS = frozenset({"choice", "choices", "references"})
SCAN = "scan:"  # a signature given by a scan of the stamped copy: this, then the digest of the file
LONGEST_NAME = 30  # a signature longer than a name is a certificate's, and is not shown
MANY = 400  # more options than this are looked up, not listed

Errors = Mapping[str, tuple[Reason, ...]]


def bare_file(digest: str) -> ShownFile:
    """A file of which nothing is known but its digest."""
    return ShownFile(digest[:12], digest)


@dataclass(frozen=True, slots=True)
class Around:
    """What a form needs from outside to be drawn; every part has a plain default.

    `choices(source)` gives the options of a named list, `offered(field)` those of one field, which win; `sources` says where a prefilled answer came from, by code;
    `names(kind, public id)` words a person, a party or a reference, `boxed(public id)` what stands in its box; `lookup(field)` is the address that suggests;
    `extra` are blank rows asked for, by the path of their table; `resign`: a page that takes a signature back (`remove`); `signers` words a role that signs; `summed` are
    columns added up outside the section (its own are found).
    """

    language: str = "zh"
    choices: Callable[[str], Mapping[str, Any] | None] = no_choices
    sources: Mapping[str, str] = field(default_factory=dict)
    files: Callable[[str], ShownFile] = bare_file
    offered: Callable[[Field], Mapping[str, Any] | None] = lambda asked: None
    names: Callable[[str, str], str] = lambda kind, public_id: ""
    boxed: Callable[[str], str] = lambda public_id: ""
    lookup: Callable[[Field], str] = lambda asked: ""
    extra: Mapping[str, int] = field(default_factory=dict)
    signers: Mapping[str, str] = field(default_factory=dict)
    readonly: bool = False
    resign: bool = False
    summed: frozenset[str] = frozenset()


SUM = re.compile(r"row\.(\w+) for row in (\w+)")


def summed_in(fields: Iterable[Field]) -> frozenset[str]:
    """The columns the page itself adds up (`operation.fiscal`): a unit price is money too, and its sum means nothing."""
    texts = [one.formula.text for one in fields if one.formula is not None]
    return frozenset(f"{table}.{column}" for text in texts for column, table in SUM.findall(text))


def questions(
    fields: Iterable[Field], *, answers: Mapping[str, Any], values: Mapping[str, Any], errors: Errors, around: Around
) -> tuple[ShownField, ...]:
    """The fields of a section or of an act's inputs. `answers` as typed (forms.answers_of or Cleaned.typed)."""
    asked = list(fields)
    around = replace(around, summed=around.summed | summed_in(asked))
    marks = {one.code for one in asked if f"{one.code}{REASON}" in {other.code for other in asked}}
    if marks:
        return (_sheet_of(asked, answers, errors, around), *_rest(asked, marks, answers, values, errors, around))
    return tuple(shown(one, one.code, answers.get(one.code), values.get(one.code), errors, around) for one in asked)


def shown(one: Field, path: str, typed: Any, value: Any, errors: Errors, around: Around) -> ShownField:
    """One question at `path`."""
    common = _common(one, path, errors, around)
    if typed in (None, "", [], ()):
        common["source"] = ""  # where it came from is said of an answer, not of a gap
    if one.kind == "table" or one.kind == "commitments":
        return ShownField(**common, **_table(one, path, typed, value, errors, around))
    if one.columns:
        return ShownField(**{**common, "kind": "group"}, items=_parts(one, path, typed, value, errors, around))
    if one.kind == "checklist":
        return ShownField(**common, items=_checklist(one, path, typed, errors, around))
    if one.kind == "sheet":
        inner = one.inner.fields.values() if one.inner else ()
        typed_inner = typed if isinstance(typed, Mapping) else {}
        return ShownField(**{**common, "kind": "group"}, items=_inner(inner, path, typed_inner, errors, around))
    if one.kind == "computed":
        return ShownField(**common, value="" if value is None else computed(one, value))
    found = _simple(one, typed, around)
    if one.kind == "text" and found.get("options"):
        common["kind"] = "choice"  # only what the case offers can be meant
    return ShownField(**common, **found)


def _common(one: Field, path: str, errors: Errors, around: Around) -> dict[str, Any]:
    said = tuple(sentence(reason) for reason in errors.get(path, ()))
    return {
        "path": path,
        "kind": one.kind,
        "label": one.title.of(around.language),
        "hint": one.help.of(around.language),
        "required": one.required is True,
        "errors": said,
        "source": around.sources.get(path, ""),
        "unit": shown_unit(one),
        "readonly": around.readonly,
    }


def _simple(one: Field, typed: Any, around: Around) -> dict[str, Any]:
    text = _text(typed)
    found: dict[str, Any] = {"value": text}
    if one.kind in COUNTED and isinstance(one.most, int):
        found["most"] = one.most
    if one.kind in LISTS or one.kind in ("place", "code") or around.offered(one):
        found["options"] = options(one, typed, around)
    if one.kind in SUGGESTED:
        found.update(lookup=around.lookup(one), shown=_worded(one, text, around), boxed=_boxed(one, text, around))
    if one.kind in ("file", "files"):
        found.update(files=tuple(around.files(digest) for digest in _several(typed)), accept=wording.listed(one.accept))
    if one.kind == "statement":
        found["statement"] = one.text.of(around.language)
    if one.kind in ("statement", "signature"):
        found.update(
            signer=around.signers.get(one.signed_by, ""),
            can_sign=not text and not around.readonly,
            can_resign=around.resign and not around.readonly,
        )
    if one.kind == "signature":
        found["shown"] = text if text != "agreed" and len(text) <= LONGEST_NAME else ""
        scan = text.removeprefix(SCAN) if text.startswith(SCAN) else ""
        found["files"] = (around.files(scan),) if scan else ()
    if one.kind == "date":
        found.update(least=_iso(one.least), highest=_iso(one.most))
    return found


def options(one: Field, typed: Any, around: Around) -> tuple[Option, ...]:
    """What there is to choose, the chosen marked; places stand under their league. Too many are looked up instead.

    Of what is only read nothing but the chosen: a proposal names hundreds of places that nobody looks for.
    """
    source = "places" if one.kind == "place" else one.source
    known = around.offered(one) or (one.options if one.options is not None else around.choices(source))
    if known is None or len(known) > MANY:
        return ()
    chosen = set(_several(typed))
    return tuple(
        Option(code, label(entry, around.language), chosen=code in chosen, group=_group(one, code, known, around))
        for code, entry in known.items()
        if (code in chosen or not around.readonly) and (one.kind != "place" or _is_of_level(code, one.level))
    )


def _is_of_level(code: str, level: str) -> bool:
    """Whether a place may be chosen where a league, or a banner or county, is asked for."""
    return not level or code.endswith("00") == (level == "league")


def _group(one: Field, code: str, known: Mapping[str, Any], around: Around) -> str:
    above = code[:4] + "00"
    return label(known[above], around.language) if one.kind == "place" and above in known else ""


def _table(one: Field, path: str, typed: Any, value: Any, errors: Errors, around: Around) -> dict[str, Any]:
    rows = _rows(typed)
    blanks = around.extra.get(path, 0 if rows or around.readonly else 1)
    rows += [{}] * blanks
    worked = list(value) if isinstance(value, list | tuple) else []
    return {
        "columns": tuple(_column(column, around) for column in one.columns),
        "rows": tuple(
            Row(
                f"{path}.{n}",
                _parts(one, f"{path}.{n}", row, worked[n] if n < len(worked) else {}, errors, around),
                tuple(sentence(reason) for reason in errors.get(f"{path}.{n}", ())),
            )
            for n, row in enumerate(rows)
        ),
        "totals": totals(one, worked, around),
        "most_rows": one.most if isinstance(one.most, int) else None,
    }


def _column(column: Field, around: Around) -> Column:
    numeric = column.kind in NUMBERS or (column.kind == "computed" and is_money(column))
    title, hint = column.title.of(around.language), column.help.of(around.language)
    return Column(column.code, title, shown_unit(column), numeric, hint, column.required is True)


def totals(one: Field, rows: list[Mapping[str, Any]], around: Around) -> tuple[str, ...]:
    """The sums under a table: of the columns the page adds up, where there is more than one row."""
    counted = {
        column.code for column in one.columns if f"{one.code}.{column.code}" in around.summed and is_money(column)
    }
    if len(rows) < 2 or not counted:
        return ()
    sums = [_sum(column, rows) if column.code in counted else "" for column in one.columns]
    head = "Total" if around.language == "en" else "合计"
    return (sums[0] or head, *sums[1:])


def _sum(column: Field, rows: list[Mapping[str, Any]]) -> str:
    numbers = [row.get(column.code) for row in rows]
    return grouped(in_unit(sum(n for n in numbers if isinstance(n, int)), column))


def _parts(one: Field, path: str, typed: Any, value: Any, errors: Errors, around: Around) -> tuple[ShownField, ...]:
    written = typed if isinstance(typed, Mapping) else {}
    worked = value if isinstance(value, Mapping) else {}
    return tuple(
        shown(column, f"{path}.{column.code}", written.get(column.code), worked.get(column.code), errors, around)
        for column in one.columns
    )


def _checklist(one: Field, path: str, typed: Any, errors: Errors, around: Around) -> tuple[ShownField, ...]:
    known = one.options if one.options is not None else around.choices(one.source) or {}
    said = typed if isinstance(typed, Mapping) else {}
    return tuple(
        _item(f"{path}.{item}", label(entry, around.language), said.get(item), errors, around)
        for item, entry in known.items()
    )


def _item(path: str, title: str, typed: Any, errors: Errors, around: Around) -> ShownField:
    verdict, remark = (typed.get("verdict"), typed.get("remark")) if isinstance(typed, Mapping) else (typed, "")
    wrong = tuple(
        sentence(reason) for place in (path, f"{path}.verdict", f"{path}.remark") for reason in errors.get(place, ())
    )
    words = tuple(
        Option(code, en if around.language == "en" else zh, chosen=code == verdict)
        for code, (zh, en) in VERDICTS.items()
    )
    return ShownField(path, "choice", title, value=_text(verdict), options=words, errors=wrong, reason=_text(remark))


def _inner(
    fields: Iterable[Field], path: str, typed: Mapping[str, Any], errors: Errors, around: Around
) -> tuple[ShownField, ...]:
    return tuple(shown(one, f"{path}.{one.code}", typed.get(one.code), None, errors, around) for one in fields)


def _sheet_of(asked: list[Field], answers: Mapping[str, Any], errors: Errors, around: Around) -> ShownField:
    """The criteria of a review sheet drawn together: mark and reason of each."""
    codes = {one.code for one in asked}
    items = tuple(_criterion(one, answers, errors, around) for one in asked if f"{one.code}{REASON}" in codes)
    return ShownField("marks", "sheet", "", items=items, readonly=around.readonly)


def _criterion(one: Field, answers: Mapping[str, Any], errors: Errors, around: Around) -> ShownField:
    why = f"{one.code}{REASON}"
    said = tuple(sentence(reason) for place in (one.code, why) for reason in errors.get(place, ()))
    return ShownField(
        one.code, one.kind, one.title.of(around.language), hint=one.help.of(around.language), required=True, errors=said,
        value=_text(answers.get(one.code)), least=_bound(one, one.least), highest=_bound(one, one.most),
        reason=_text(answers.get(why)),
    )  # fmt: skip


def _rest(
    asked: list[Field],
    marks: set[str],
    answers: Mapping[str, Any],
    values: Mapping[str, Any],
    errors: Errors,
    around: Around,
) -> tuple[ShownField, ...]:
    left = [one for one in asked if one.code not in marks and one.code.removesuffix(REASON) not in marks]
    return tuple(shown(one, one.code, answers.get(one.code), values.get(one.code), errors, around) for one in left)


def computed(one: Field, value: Any) -> str:
    """A computed value in the unit of its field, in thousands; yes and no as marks that any language reads."""
    if isinstance(value, bool):
        return "✓" if value else "✕"
    text = shown_computed(value, one)
    return grouped(text) if text.lstrip("-").replace(".", "", 1).isdigit() else text


def wrong(form: Form, errors: Errors, language: str = "zh") -> list[dict[str, str]]:
    """Everything wrong with a form, each with the address of its field: for parts/errors_list.html."""
    found = []
    for path, reasons in errors.items():
        section = form.section_of(path)
        href = f"#{section.code}" if section and "/" in path else f"#f-{path.replace('.', '-')}"
        name = named(form, path, language) or (section.title.of(language) if section else path)
        found += [{"href": href, "label": name, "said": sentence(reason)} for reason in reasons]
    return found


def named(form: Form, path: str, language: str = "zh") -> str:
    """The name of what stands at `path`: 业务费 2 · 财政资金 for a cell of the second row; nothing for a rule."""
    code, *rest = path.split(".")
    if code not in form.fields:
        return ""
    here, name = form.fields[code], form.fields[code].title.of(language)
    for step in rest:
        column = here.column(step)
        name += f" {int(step) + 1}" if step.isdecimal() else f" · {column.title.of(language)}" if column else ""
    return name


def section_shown(section: Section, drawn: tuple[ShownField, ...], language: str = "zh") -> dict[str, Any]:
    """A section as parts/section_form.html and parts/answers.html take it."""
    return {"code": section.code, "title": section.title.of(language), "fields": drawn}


def _rows(typed: Any) -> list[Any]:
    if isinstance(typed, Mapping):
        return [typed[key] for key in sorted(typed, key=lambda key: int(key) if str(key).isdecimal() else 0)]
    return list(typed) if isinstance(typed, list | tuple) else []


def _several(typed: Any) -> list[str]:
    if isinstance(typed, str):
        return [typed] if typed else []
    return [str(one) for one in typed if one] if isinstance(typed, list | tuple) else []


def _text(typed: Any) -> str:
    if typed is None:
        return ""
    if isinstance(typed, bool):
        return "true" if typed else "false"
    if isinstance(typed, list | tuple):
        return "、".join(str(one) for one in typed if one not in ("", "false")) if typed else ""
    return str(typed)


def _worded(one: Field, text: str, around: Around) -> str:
    if not text:
        return ""
    if one.kind == "code":
        known = around.choices(one.source) or {}
        return label(known[text], around.language) if text in known else ""
    return "、".join(name for part in text.split("、") if (name := around.names(one.kind, part)))


def _boxed(one: Field, text: str, around: Around) -> str:
    """The name that stands in the box for a person or a unit, so that nobody is asked to read an id."""
    return around.boxed(text) if text and one.kind in ("person", "party") else ""


def _bound(one: Field, value: Any) -> str:
    return "" if value is None else in_unit(value, one)


def _iso(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else ""
