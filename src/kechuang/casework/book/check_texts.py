"""What holds for every page: its format, its code, both languages, its source; and the placeholders of letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.casework.shelf.reader import Page
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_UNTOLD = ("examples", "formerly")  # names for officials and old names of places have no English
_SHOWN = frozenset({"help", "options", "verdict", "grade", "modes", "definition"})  # read on the screen
_HAN = re.compile("[\u4e00-\u9fff]")
SCREEN = ("programmes", "parts", "flows", "letters", "indicators", "vocabulary")
SOURCED = ("programmes", "policies", "indicators", "codes")
Way = tuple[Any, ...]  # the way to a node: () for the page, else (the way to what it lies in, its name there)


def any_page(page: Page) -> Iterator[BadPage]:
    """Faults that any page may have, by path inside the page."""
    body = page.body
    if body.get("format") != 1:
        yield BadPage(
            "format",
            "format {format} is not read here",
            "write format: 1",
            format=body.get("format", Phrase("missing")),
        )
    if body.get("code") != page.code:
        yield BadPage(
            "code",
            "the page calls itself {code!r}, its file {page_code!r}",
            "let them agree",
            code=body.get("code"),
            page_code=page.code,
        )
    if page.kind not in ("roles", "stacking") and not _is_text(body.get("title")):
        yield BadPage("title", "no title in both languages", "write title: {zh: …, en: …}")
    yield from texts(body, (), page.kind in SCREEN)
    if page.kind in SOURCED:
        yield from _sources(body)
    if page.kind == "policies":
        yield from _policy(body)


def texts(node: Any, way: Way, alone: bool) -> Iterator[BadPage]:
    """Texts that have one language and not the other, and with `alone` those of the screen that are plain Chinese."""
    if type(node) is dict:
        if type(node.get("zh")) is not type(node.get("en")):
            yield from _lacking(node, way)
        for key, value in node.items():
            if type(value) is dict or type(value) is list:
                if key not in _UNTOLD:
                    yield from texts(value, (way, key), alone)
            elif alone and (key in _SHOWN or (key != "zh" and way and way[1] in _SHOWN)) and _chinese(value):
                yield _alone(value, (way, key))
    elif type(node) is list:
        for n, value in enumerate(node):
            if type(value) is dict or type(value) is list:
                yield from texts(value, (way, n), alone)
            elif alone and way and way[1] in _SHOWN and _chinese(value):
                yield _alone(value, (way, n))


def _lacking(node: Mapping[str, Any], way: Way) -> Iterator[BadPage]:
    for one, other in (("zh", "en"), ("en", "zh")):
        if isinstance(node.get(one), str) and not isinstance(node.get(other), str):
            yield BadPage(_path(way), "{told!r} is not told in {other}", "add {other}: …", told=node[one], other=other)


def _chinese(value: Any) -> bool:
    return isinstance(value, str) and _HAN.search(value) is not None


def _alone(value: str, way: Way) -> BadPage:
    return BadPage(_path(way), "{value!r} is told in Chinese alone", "write {zh: …, en: …}", value=value[:20])


def _path(way: Way) -> str:
    names: list[str] = []
    while way:
        way, name = way
        names.append(str(name))
    return ".".join(reversed(names))


def _policy(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """Assumptions and examples of a policy are read by everyone: each has its English, and no Chinese stands for it."""
    for n, one in enumerate(body.get("assumptions", ())):
        yield from _in_both(one, f"assumptions.{n}")
    for n, one in enumerate(body.get("examples", ())):
        if isinstance(one, dict):
            yield from _in_both(one.get("name"), f"examples.{n}.name" if "name" in one else f"examples.{n}")


def _in_both(told: Any, path: str) -> Iterator[BadPage]:
    if not _is_text(told):
        yield BadPage(path, "is not told in both languages", "write {zh: …, en: …}")
    elif _chinese(told["en"]):
        yield BadPage(f"{path}.en", "{told!r} is not English", "say it in English", told=told["en"][:20])


def _is_text(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("zh"), str) and isinstance(node.get("en"), str)


def _sources(body: Mapping[str, Any]) -> Iterator[BadPage]:
    written = body.get("source")
    sources = written if isinstance(written, list) else [written] if written else []
    if not sources:
        yield BadPage("source", "the page cites no document", "write source: [{doc: …, clause: …}]")
    cited = [source for source in sources if isinstance(source, dict) and "doc" in source]
    if sources and not any("clause" in source or "quote" in source for source in cited):
        yield BadPage("source", "no source names its clause", "write {doc: …, clause: …}")


def letter(page: Page) -> Iterator[BadPage]:
    """Placeholders that are no field, fields that stand nowhere, and examples that come out otherwise."""
    body, fields = page.body, page.body.get("fields", {})
    used: set[str] = set()
    for part in ("body", "relief"):
        for name in PLACEHOLDER.findall(str(body.get(part, ""))):
            used.add(name)
            if name not in fields:
                yield BadPage(part, "{{ {name} }} is no field of the letter", "declare it under fields", name=name)
    signed = body.get("signed", {})
    used |= {str(signed.get("date", "")), *PLACEHOLDER.findall(str(signed.get("body", "")))}
    for name in fields:
        if name not in used:
            yield BadPage(f"fields.{name}", "stands nowhere in the letter", "use it, or leave it out")
    for n, example in enumerate(body.get("examples", ())):
        yield from _told(body, example, f"examples.{n}")


def _told(body: Mapping[str, Any], example: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    given = example.get("given", {})
    missing = sorted(set(body.get("fields", {})) - set(given))
    if missing:
        yield BadPage(f"{path}.given", "says nothing for {missing}", "give every field a value", missing=tuple(missing))
    text = PLACEHOLDER.sub(
        lambda found: str(given.get(found[1], "")), f"{body.get('body', '')}{body.get('relief', '')}"
    )
    for wanted in example.get("contains", ()):
        if wanted not in text:
            yield BadPage(
                f"{path}.contains", "{wanted!r} does not come out", "mend the example or the letter", wanted=wanted
            )
