"""The words of all policies: entities, keys, links and fields with units; the only place where a name meets a column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Final

from kechuang.formula import Expression, parse
from kechuang.formula.tree import Path
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase, filled

KINDS: Final = ("bool", "int", "money", "ratio", "code", "date")
FEN: Final = "fen"
_WRITTEN: Final = re.compile(r"([-−]?\d+(?:\.\d+|/0*[1-9]\d*)?)\s*(?!/)(\S*)", re.ASCII)
LARGEST: Final = 10**18
MOST: Final = {
    "money": 10**15,
    "int": 10**9,
    "ratio": 10**7,
}  # what bulk arithmetic allows for, unless a field says `most`


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in base units and its dimension ("" for a bare number or a ratio)."""

    value: int | Fraction
    of: str


@dataclass(frozen=True, slots=True)
class Field:
    """What a record says under a name. `unknown`: may be without a value; `signed`: may be negative."""

    name: str
    kind: str
    of: str
    scale: int
    column: str
    title: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]
    usual: Any
    unknown: bool
    signed: bool
    most: int
    formula: Expression | None


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads to one record of another entity."""

    name: str
    entity: str
    column: str


@dataclass(frozen=True, slots=True)
class Reverse:
    """A name that leads to all records of another entity whose link `by` leads here."""

    name: str
    entity: str
    by: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record: its key, its links there and back, its fields."""

    code: str
    title: Mapping[str, str]
    key: str
    plural: str
    source: str
    links: Mapping[str, Link]
    reverse: Mapping[str, Reverse]
    fields: Mapping[str, Field]

    def names(self) -> tuple[str, ...]:
        """Everything that may stand behind a dot."""
        return (self.key, *self.links, *self.reverse, *self.fields)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Units and entities; `found` follows a dotted path."""

    units: Mapping[str, tuple[str, Fraction]]
    entities: Mapping[str, Entity] = field(default_factory=dict)

    def amount(self, written: object, path: str) -> Amount:
        """'20 万元', '5 %', 7, '2/3' in base units; BadPage if it is no amount or its unit is not declared."""
        if isinstance(written, int) and not isinstance(written, bool):
            return Amount(written, "")
        found = _WRITTEN.fullmatch(str(written).replace(",", "").strip())
        if not found:
            raise BadPage(
                path, "{written!r} is no amount", "write a number with its unit: 20 万元, 5 %, 45 人", written=written
            )
        value, unit = Fraction(found[1].replace("−", "-")), found[2]
        if abs(value) > LARGEST:
            raise BadPage(path, "{written!r} is too large", "write at most 10^18", written=str(written)[:40])
        if unit and unit not in self.units:
            raise BadPage(
                path, "unknown unit {unit!r}", near(unit, self.units, "declare it in the vocabulary"), unit=unit
            )
        of, times = self.units[unit] if unit else ("", Fraction(1))
        value *= times
        if of == "money" and value.denominator != 1:
            raise BadPage(path, "{written!r} is finer than a fen", "write whole fen", written=written)
        return Amount(int(value) if value.denominator == 1 else value, of)

    def found(self, path: Path, rows: Mapping[str, str]) -> tuple[Entity, Field | Link | Reverse | None]:
        """The entity a path ends in and what its last name is; `rows` names entities of rows. BadPage if it leads nowhere."""
        entity = self.entities[rows.get(path.root, path.root)]
        last: Field | Link | Reverse | None = None
        for name in path.parts:
            if isinstance(last, Field | Reverse):
                raise BadPage(
                    "",
                    "{name} leads nowhere in «{text}»",
                    "only links have a dot behind them",
                    name=last.name,
                    text=path.text,
                )
            last = entity.links.get(name) or entity.reverse.get(name) or entity.fields.get(name)
            if last is None and name == entity.key:
                return entity, Field(name, "code", "", 1, name, {}, {}, None, False, False, 0, None)
            if last is None:
                mend = near(name, entity.names(), Phrase("one of {value}", value=tuple(entity.names())))
                raise BadPage("", "{code} has no {name!r}", mend, column=path.at, code=entity.code, name=name)
            if not isinstance(last, Field):
                entity = self.entities[last.entity]
        return entity, last

    def by_plural(self, plural: str) -> Entity | None:
        return next((entity for entity in self.entities.values() if entity.plural == plural), None)


def near(name: str, known: Any, otherwise: str) -> Phrase:
    """What to write instead of a name that is not known."""
    found = get_close_matches(str(name), [str(one) for one in known], 1)
    return Phrase("did you mean {near}?", near=found[0]) if found else filled(otherwise, {})


def title_of(page: Mapping[str, Any], name: str = "") -> dict[str, str]:
    """{zh, en} of a page's mapping; the name where it says nothing."""
    zh = str(page.get("zh", name))
    return {"zh": zh, "en": str(page.get("en", zh))}


def titled(told: Any) -> dict[str, str]:
    """A text in both languages; one that is plain says the same in each."""
    return title_of(told) if isinstance(told, Mapping) else title_of({}, str(told))


def vocabulary_from(page: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary a page declares; BadPage with the path of what is wrong."""
    units = {code: _unit(code, told) for code, told in page.get("units", {}).items()}
    plain = Vocabulary(units)
    entities = {code: _entity(code, told, plain) for code, told in page.get("entities", {}).items()}
    for check in (_check_links, _check_backs):
        for entity in entities.values():
            check(entity, entities)
    return Vocabulary(units, entities)


def _unit(code: str, told: Mapping[str, Any]) -> tuple[str, Fraction]:
    of = "" if told["of"] == "ratio" else str(told["of"])
    return of, Fraction(told["times"]) if "times" in told else Fraction(1, told["per"])


def _entity(code: str, told: Mapping[str, Any], plain: Vocabulary) -> Entity:
    at = f"entities.{code}"
    if "key" not in told:
        raise BadPage(at, "{code} has no key", "write key: the name of its number", code=code)
    links = {n: Link(n, str(t["entity"]), str(t.get("column", n))) for n, t in told.get("links", {}).items()}
    reverse = {n: Reverse(n, str(t["entity"]), str(t["by"])) for n, t in told.get("reverse", {}).items()}
    fields = {n: _field(n, t, plain, f"{at}.fields.{n}") for n, t in told.get("fields", {}).items()}
    twice = (links.keys() & fields.keys()) | (links.keys() & reverse.keys()) | (reverse.keys() & fields.keys())
    if twice:
        raise BadPage(at, "{name} means two things", "a link and a field need different names", name=sorted(twice)[0])
    return Entity(
        code=code, title=title_of(told, code), key=str(told["key"]), plural=str(told.get("plural", f"{code}s")),
        source=str(told.get("from", "")), links=links, reverse=reverse, fields=fields,
    )  # fmt: skip


def _field(name: str, told: Mapping[str, Any], plain: Vocabulary, at: str) -> Field:
    kind = told.get("type")
    if kind not in KINDS:
        raise BadPage(
            f"{at}.type",
            "unknown type {kind!r}",
            near(str(kind), KINDS, Phrase("one of {kinds}", kinds=tuple(KINDS))),
            kind=kind,
        )
    of = _dimension(kind, told, plain, at)
    scale = int(told.get("scale", 10**6 if kind == "ratio" else 1))
    usual = typed(told["usual"], kind, of, plain, f"{at}.usual") if "usual" in told else None
    most = plain.amount(told["most"], f"{at}.most").value if "most" in told else MOST.get(kind, 0)
    return Field(
        name=name, kind=kind, of=of, scale=scale, column=str(told.get("column", name)), title=title_of(told, name),
        options={str(code): titled(said) for code, said in told.get("options", {}).items()}, usual=usual, unknown=bool(told.get("unknown", False)),
        signed=bool(told.get("signed", False)), most=int(most),
        formula=parse(told["formula"], path=f"{at}.formula") if "formula" in told else None,
    )  # fmt: skip


def _dimension(kind: str, told: Mapping[str, Any], plain: Vocabulary, at: str) -> str:
    if kind not in ("int", "money", "ratio"):
        return ""
    unit = told.get("unit")
    if unit is None:
        return "money" if kind == "money" else ""
    if unit not in plain.units:
        raise BadPage(
            f"{at}.unit", "unknown unit {unit!r}", near(unit, plain.units, "declare it under units"), unit=unit
        )
    return plain.units[unit][0]


def typed(written: Any, kind: str, of: str, vocabulary: Vocabulary, path: str) -> Any:
    """What an example or a file writes for a field of `kind`, as a value of the language; BadPage if it does not fit."""
    if written is None:
        return None
    if kind == "bool":
        if isinstance(written, bool):
            return written
        raise BadPage(path, "{written!r} is not true or false", "write true or false", written=written)
    if kind == "code":
        return str(written)
    if kind == "date":
        if isinstance(written, date):
            return written
        raise BadPage(path, "{written!r} is no date", "write 2019-06-01", written=written)
    amount = vocabulary.amount(written, path)
    if amount.of != of and not (amount.of == "" and amount.value == 0):
        shown = of or "a bare number"
        raise BadPage(
            path,
            "{written!r} is {found}, not {shown}",
            "write it with its unit",
            written=written,
            found=amount.of or Phrase("a bare number"),
            shown=shown,
        )
    if kind in ("int", "money") and isinstance(amount.value, Fraction):
        raise BadPage(path, "{written!r} is no whole number", "write a whole number", written=written)
    return amount.value


def _check_links(entity: Entity, entities: Mapping[str, Entity]) -> None:
    at = f"entities.{entity.code}"
    leading: list[Link | Reverse] = [*entity.links.values(), *entity.reverse.values()]
    for link in leading:
        if link.entity not in entities:
            raise BadPage(
                at,
                "{name} leads to no entity {entity!r}",
                near(link.entity, entities, "declare it"),
                name=link.name,
                entity=link.entity,
            )


def _check_backs(entity: Entity, entities: Mapping[str, Entity]) -> None:
    at = f"entities.{entity.code}"
    for back in entity.reverse.values():
        there = entities[back.entity].links.get(back.by)
        if there is None or there.entity != entity.code:
            raise BadPage(
                f"{at}.reverse.{back.name}",
                "{entity}.{by} does not lead here",
                "name the link",
                entity=back.entity,
                by=back.by,
            )
