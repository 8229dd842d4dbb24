"""The strict reader of pages: YAML in which nothing is guessed, with the line and column of every node kept.

Plain `true`, `false`, whole numbers and ISO dates mean what they look like; everything else is text (`17:30`, `0101`,
`on`). Refused: duplicate keys, empty values, null, decimals, tags, anchors, quoted ISO dates (so that JSON gives the
very same values back), keys that are numbers or lists, a second document. Where each node stands is asked of faults
alone, and so worked out only then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from yaml import CLoader, MappingNode, MarkedYAMLError, Node, ScalarNode, SequenceNode, YAMLError
from yaml import events as e

from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

MOST_TEXT = 262_144  # characters of one page
MOST_DEPTH = 40

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(
    r"[-+]?(?:(?:0|[1-9]\d*)\.\d*|\.\d+|[1-9]\d*(?=[eE]))(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NULL = frozenset({"null", "Null", "NULL", "~"})
_BOOLS = {"true": True, "false": False}
_SHOUTED = frozenset({"True", "TRUE", "False", "FALSE"})
_TELLING = frozenset("-+.~0123456789tfTFnN<")  # what a scalar that may be more than text begins with
_SCALAR = e.ScalarEvent
_YAML = {  # by what the parser says: why, and how to mend it
    "mapping values are not allowed": (Phrase("not YAML: a colon where none can stand"), Phrase("put the text in quotes, or begin a new line")),
    "could not find expected ':'": (Phrase("not YAML: a key without its colon"), Phrase("write `key: value`")),
    "did not find expected key": (Phrase("not YAML: this line does not stand below the one before"), Phrase("indent it as its neighbours")),
    "did not find expected '-'": (Phrase("not YAML: this line is no item of the list"), Phrase("begin it with `- `, or indent it otherwise")),
    "did not find expected ','": (Phrase("not YAML: a bracket is not closed"), Phrase("close it, or put a comma between its items")),
    "cannot start any token": (Phrase("not YAML: a character that no text begins with"), Phrase("put the text in quotes; indent with spaces, not tabs")),
    "unexpected end of stream": (Phrase("not YAML: a quote is not closed"), Phrase("close it")),
    "unknown escape": (Phrase("not YAML: a backslash before a character that needs none"), Phrase("use single quotes, or leave it out")),
    "control characters": (Phrase("not YAML: a control character"), Phrase("remove it")),
    "block sequence entries are not allowed": (Phrase("not YAML: an item of a list where none can stand"), Phrase("begin a new line below the key")),
}  # fmt: skip
_COMMA = "give it one; inside braces an unquoted comma starts a new key: put such a text in quotes"


class Mark(NamedTuple):
    """Where a node begins: the file, and line and column counted from 1."""

    file: str
    line: int
    column: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page as values (`body`: dict, list, str, int, bool, date; not to be changed) and where each node stands."""

    kind: str
    code: str
    body: dict[str, Any]
    marks: Mapping[str, Mark]
    """By path, as `form.sections.2.fields.3.kind`; the whole page is `""`."""


class Marks(Mapping[str, Mark]):
    """The marks of a page that was read without a fault, worked out when the first is asked for."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text

    @cached_property
    def _found(self) -> dict[str, Mark]:
        root = CLoader(self.text).get_single_node()
        nodes = _nodes(root, "") if root else ()
        return {path: _mark(self.file, node) for path, node in nodes}

    def __getitem__(self, path: str) -> Mark:
        return self._found[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _mark(file: str, node: Node) -> Mark:
    quoted = isinstance(node, ScalarNode) and node.style in ("'", '"')
    return Mark(file, node.start_mark.line + 1, node.start_mark.column + 1, quoted)


def _nodes(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    yield path, node
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _nodes(value, f"{path}.{key.value}" if path else key.value)
    elif isinstance(node, SequenceNode):
        for n, value in enumerate(node.value):
            yield from _nodes(value, f"{path}.{n}" if path else str(n))


@lru_cache(maxsize=1024)
def read_page(file: str, text: str) -> Page:
    """The page in `file` (`programmes/nsf-general.yaml`); BadPage with line and column at its first fault.

    Cached by content: the same text is read once in a process, whichever edition it comes from.
    """
    if len(text) > MOST_TEXT:
        raise BadPage(
            file,
            "the page has {count} characters",
            "keep it within {most}",
            line=1,
            column=1,
            count=len(text),
            most=MOST_TEXT,
        )
    reading = _Reading(file, text)
    body = reading.page()
    folder, _, name = file.rpartition("/")
    code = name.removesuffix(".yaml")
    return Page(folder or code, code, body, Marks(file, text))


class _Reading:
    """One pass over the parser's events, of which nothing is constructed; each method reads one node."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.next: Callable[[], Any] = CLoader(text).get_event

    def page(self) -> dict[str, Any]:
        try:
            body = self._document()
        except MarkedYAMLError as fault:
            mark = fault.problem_mark or fault.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise BadPage(self.file, *_not_yaml(str(fault.problem)), line=line, column=column) from None
        except YAMLError as fault:
            raise BadPage(self.file, *_not_yaml(str(fault)), line=1, column=1) from None
        if not isinstance(body, dict):
            raise BadPage(self.file, "a page is a mapping", "begin with `format: 1`", line=1, column=1)
        return body

    def _document(self) -> Any:
        self.next()  # the stream begins
        start = self.next()
        if type(start) is not e.DocumentStartEvent:
            raise BadPage(self.file, "the page is empty", "begin with `format: 1`", line=1, column=1)
        body = self._node(self.next(), 0)
        self.next()  # the document ends
        after = self.next()
        if type(after) is not e.StreamEndEvent:
            raise self._fault(after, "a second document in one file", "one page is one file")
        return body

    def _node(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is e.AliasEvent or event.anchor:
            raise self._fault(event, "anchors and aliases are not read", "write the value where it is needed")
        if event.tag and event.tag != "!":
            raise self._fault(event, "the tag {tag} is not read", "leave it off", tag=event.tag)
        if depth > MOST_DEPTH:
            raise self._fault(event, "nested too deeply", "{most} levels at most", most=MOST_DEPTH)
        if kind is _SCALAR:
            return self._quoted(event) if event.style else self._plain(event)
        return self._sequence(depth + 1) if kind is e.SequenceStartEvent else self._mapping(depth + 1)

    def _sequence(self, depth: int) -> list[Any]:
        items: list[Any] = []
        while type(event := self.next()) is not e.SequenceEndEvent:
            items.append(event.value if _is_text(event) else self._node(event, depth))
        return items

    def _mapping(self, depth: int) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        while type(event := self.next()) is not e.MappingEndEvent:
            key = event.value if _is_text(event) else self._key(event)
            if key in values:
                raise self._fault(event, "the key {key} stands twice", "keep one", key=key)
            value = self.next()
            if _is_text(value):
                values[key] = value.value
                continue
            if type(value) is _SCALAR and not value.value and not value.style:
                raise self._fault(event, "the key {key} has no value", _COMMA, key=key)
            values[key] = self._node(value, depth)
        return values

    def _key(self, event: Any) -> str | date:
        if type(event) is not _SCALAR or event.tag or event.anchor:
            raise self._fault(event, "a key is a plain word", "write a code")
        text: str = event.value
        if not text or text == "<<":
            raise self._fault(event, "{text!r} is no key", "write a code", text=text)
        if not event.style and _INTEGER.fullmatch(text):
            raise self._fault(event, "the key {text} is a number", "quote it, so that it is text everywhere", text=text)
        return self._date(event, text) if ISO_DATE.fullmatch(text) else text

    def _quoted(self, event: Any) -> str:
        text: str = event.value
        if not text.strip():
            raise self._fault(event, "an empty text", "say something, or leave the key off")
        if ISO_DATE.fullmatch(text):
            raise self._fault(event, "the date {text} stands in quotes", "leave the quotes off", text=text)
        return text

    def _plain(self, event: Any) -> Any:
        text: str = event.value
        if not text:
            raise self._fault(event, "an empty item", "give it a value, or leave it off")
        if text in _BOOLS:
            return _BOOLS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if ISO_DATE.fullmatch(text):
            return self._date(event, text)
        if text in _NULL:
            raise self._fault(event, "{text} says nothing", "leave the key off, or write none", text=text)
        if text in _SHOUTED:
            raise self._fault(event, "{text} is neither text nor truth", "write {value}", text=text, value=text.lower())
        if _DECIMAL.fullmatch(text):
            raise self._fault(
                event, "{text} is a decimal without a unit", "write it with its unit, or as a fraction", text=text
            )
        return text

    def _date(self, event: Any, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self._fault(event, "{text} is no day of the calendar", "mend the date", text=text) from None

    def _fault(self, event: Any, why: str, mend: str, **values: object) -> BadPage:
        start = event.start_mark
        return BadPage(self.file, why, mend, line=start.line + 1, column=start.column + 1, **values)


def _not_yaml(problem: str) -> tuple[Phrase, Phrase]:
    """Why the parser stopped and how to mend it, in words of the house; the place is the parser's."""
    otherwise = Phrase("not YAML: it cannot be read on from here"), Phrase("look at quotes, colons and indents nearby")
    return next((told for says, told in _YAML.items() if says in problem), otherwise)


def _is_text(event: Any) -> bool:
    """Whether a node is a plain scalar that can be nothing but text: most are, and need not be looked at further."""
    if type(event) is not _SCALAR or event.style or event.tag or event.anchor or not event.value:
        return False
    first = event.value[0]
    return first not in _TELLING and not first.isdecimal()
