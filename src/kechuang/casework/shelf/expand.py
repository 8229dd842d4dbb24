"""Splicing parts into a programme: `use: unit`, `{use: unit, without: [finances]}`; no other override exists.

What comes out is one whole page: engines and the freezer never see a `use`. Facts and parameters of every part used
stand at the top (those of a table taken by name stay beside it, and what the limits do not count is told as `exempt`);
the mark of each spliced node still leads to the part's own file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kechuang.casework.shelf.marks import Carried, where
from kechuang.casework.shelf.reader import Page
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

SPLICED = ("panel", "service", "progress", "midterm", "acceptance")
_BASE = frozenset({"format", "code", "title", "source", "assumptions", "facts", "params", "examples"})
_MINGLED = ("facts", "params")


def expanded(page: Page, part: Callable[[str], Page]) -> Page:
    """The programme `page` with its parts in place; `part(code)` gives a part. BadPage, located, if that cannot be."""
    return _Expansion(page, part).whole()


class _Expansion:
    """A body and its marks, growing; and the parts whose facts and parameters are in already."""

    def __init__(self, page: Page, part: Callable[[str], Page]) -> None:
        self.page, self.part = page, part
        self.body: dict[str, Any] = {}
        self.marks = Carried({"": (page, "", False)})
        self.mingled: set[str] = set()

    def whole(self) -> Page:
        for key in _MINGLED:
            if key in self.page.body:
                self.body[key] = {**self._copied(self.page, key, key)}  # grows; the page itself is shared and may not
        for key, value in self.page.body.items():
            if key not in _MINGLED:
                self.body[key] = self._top(key, value)
        order = dict.fromkeys([*self.page.body, *_MINGLED, "exempt"])
        body = {key: self.body[key] for key in order if key in self.body}
        return Page(self.page.kind, self.page.code, body, self.marks)

    def _top(self, key: str, value: Any) -> Any:
        if key == "form":
            self.marks.take(self.page, "form", "form")
            return {"sections": self._sections(value.get("sections", []))}
        if key in ("eligibility", "limits"):
            return self._conditions(key, value)
        return self._spliced(key, value) if key in SPLICED else self._copied(self.page, key, key)

    # the three shapes of splicing

    def _sections(self, sections: Any) -> list[dict[str, Any]]:
        whole = []
        for n, section in enumerate(self._list(sections, "form.sections")):
            at = f"form.sections.{n}"
            if "use" not in section:
                whole.append(self._copied(self.page, at, at))
                continue
            part, without = self._used(section, at)
            self._all_known(part, without, ("fields", "rules"), at)
            for to in (at, f"{at}.code"):
                self.marks.take(self.page, at, to)
            spliced = {"code": part.code, "title": self._copied(part, "title", f"{at}.title")}
            for key in ("fields", "rules"):
                spliced[key] = self._kept(part, key, without, f"{at}.{key}")
            whole.append(spliced)
        self.marks.take(self.page, "form.sections", "form.sections")
        return whole

    def _conditions(self, key: str, items: Any) -> list[dict[str, Any]]:
        whole: list[dict[str, Any]] = []
        self.marks.take(self.page, key, key)
        for n, item in enumerate(self._list(items, key)):
            at = f"{key}.{n}"
            if "use" not in item:
                whole.append(self._copied(self.page, at, f"{key}.{len(whole)}"))
                continue
            part, without = self._used(item, at)
            self._all_known(part, without, (key,), at)
            whole += self._kept(part, key, without, key, first=len(whole))
            if key == "limits" and "exempt" in part.body:
                self.body["exempt"] = self._copied(part, "exempt", "exempt")
        return whole

    def _spliced(self, key: str, value: Any) -> Any:
        """`panel: {use: recusal, …}` takes the part's own keys; `midterm: {use: closing, fields: midterm}` its table."""
        if not isinstance(value, dict) or "use" not in value:
            return self._copied(self.page, key, key)
        part, without = self._used(value, key)
        self.marks.take(self.page, key, key)
        whole: dict[str, Any] = {}
        if key in ("panel", "service"):
            for name in part.body.keys() - _BASE:
                whole[name] = self._copied(part, name, f"{key}.{name}")
        for name in value.keys() - {"use", "without"}:
            whole[name] = self._taken(part, key, name, value[name], without)
        if "facts" in (table := _table(part, value)):
            whole["facts"] = self._copied(part, f"{value['fields']}.facts", f"{key}.facts")
        return {name: whole[name] for name in dict.fromkeys([*part.body, *value, *table]) if name in whole}

    def _taken(self, part: Page, key: str, name: str, value: Any, without: list[str]) -> Any:
        """A name of the part's (`fields: midterm`, `sheet: acceptance_sheet`, `results: results`), else the value."""
        if name not in ("fields", "sheet", "results") or not isinstance(value, str):
            return self._copied(self.page, f"{key}.{name}", f"{key}.{name}")
        if value not in part.body:
            raise self._fault(
                f"{key}.{name}", "the part {code} has no {value}", "see parts/{code}.yaml", code=part.code, value=value
            )
        if name != "fields":
            return self._copied(part, value, f"{key}.{name}")
        self._all_known(part, without, (f"{value}.fields",), key)
        return self._kept(part, f"{value}.fields", without, f"{key}.fields")

    # what they are made of

    def _used(self, item: Mapping[str, Any], at: str) -> tuple[Page, list[str]]:
        part = self._part(str(item["use"]), f"{at}.use")
        without = [str(name) for name in self._list(item.get("without", []), f"{at}.without")]
        if part.code not in self.mingled:
            self.mingled.add(part.code)
            for key in _MINGLED:
                self._mingle(key, part, f"{at}.use")
        return part, without

    def _part(self, code: str, at: str) -> Page:
        try:
            return self.part(code)
        except LookupError:
            raise self._fault(at, "there is no part {code}", "see the folder parts/", code=code) from None

    def _mingle(self, key: str, part: Page, at: str) -> None:
        there = self.body.setdefault(key, {})
        self.marks.take(part, key, key, again=False)
        for name, value in part.body.get(key, {}).items():
            if name in there and there[name] != value:
                why = Phrase(
                    "{key}.{name} is declared here and otherwise in parts/{code}.yaml",
                    key=key,
                    name=name,
                    code=part.code,
                )
                raise self._fault(at, why, "keep one of the two")
            there[name] = self._copied(part, f"{key}.{name}", f"{key}.{name}")

    def _kept(self, part: Page, key: str, without: list[str], to: str, *, first: int = 0) -> list[dict[str, Any]]:
        items: Any = part.body
        for name in key.split("."):
            items = items.get(name, [])
        kept: list[dict[str, Any]] = []
        for n, item in enumerate(items):
            if item.get("code") not in without:
                kept.append(self._copied(part, f"{key}.{n}", f"{to}.{first + len(kept)}"))
        self.marks.take(part, key, to, again=False)
        return kept

    def _all_known(self, part: Page, without: list[str], keys: tuple[str, ...], at: str) -> None:
        known = {item.get("code") for key in keys for item in _items(part.body, key)}
        for n, name in enumerate(without):
            if name not in known:
                why = Phrase("the part {code} has no {name} to leave out", code=part.code, name=name)
                raise self._fault(f"{at}.without.{n}", why, "see parts/{code}.yaml", code=part.code)

    def _copied(self, page: Page, source: str, to: str) -> Any:
        """The node of `page` at `source`, its marks carried over to the path `to`."""
        node: Any = page.body
        for name in source.split("."):
            node = node[int(name)] if isinstance(node, list) else node[_key_of(node, name)]
        self.marks.take(page, source, to, whole=True)
        return node

    def _list(self, value: Any, at: str) -> list[Any]:
        if not isinstance(value, list):
            raise self._fault(at, "a list is wanted here", "write `- …` or [ … ]")
        return value

    def _fault(self, at: str, why: str, mend: str, **values: object) -> BadPage:
        mark = where(self.page, at)
        return BadPage(mark.file, why, mend, line=mark.line, column=mark.column, **values)


def _table(part: Page, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table of a part that `fields: acceptance` names: its fields, and the facts they need."""
    table = part.body.get(str(value.get("fields")), {})
    return table if isinstance(table, dict) else {}


def _items(body: Any, key: str) -> list[Any]:
    for name in key.split("."):
        body = body.get(name, [])
    return list(body)


def _key_of(node: Mapping[Any, Any], name: str) -> Any:
    return name if name in node else next(key for key in node if str(key) == name)
