"""Freezing what a round was opened with, and thawing it on every request: text and digest out, engine values back.

The text is JSON in the order of the pages. Its dates are ISO texts; a page cannot hold such a text otherwise (the
reader refuses quoted dates), so thawing gives back exactly what was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypedDict

from kechuang.casework.shelf.book import Book
from kechuang.casework.shelf.reader import ISO_DATE
from kechuang.engines.flow import Flow, flow_from
from kechuang.engines.forms import Form, form_from, sheet_form
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import vocabulary_from
from kechuang.words.outcome import BadPage

TABLES = ("progress", "midterm", "acceptance")


class Frozen(TypedDict):
    """The closure of a round as text, and the SHA-256 of that text."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class RoundPages:
    """What a round was opened with, as engines take it. Page bodies are mappings not to be changed."""

    digest: str
    programme: Mapping[str, Any]
    form: Form
    sheets: Mapping[str, Form]
    """The forms of the review sheets by code; that of the acceptance has its own code there."""
    tables: Mapping[str, Form]
    """What a running project fills: `progress`, `midterm`, `acceptance`, as far as the programme has them."""
    flows: Mapping[str, Flow]
    rules: Rules | None
    """The policies that amounts are computed with, or None where the award is a rule of the programme itself."""
    letters: Mapping[str, Mapping[str, Any]]

    @property
    def flow(self) -> Flow:
        """The way of a case."""
        return self.flows[self.programme["flow"]]

    @property
    def round_flow(self) -> Flow:
        """The way of the round itself."""
        return self.flows[self.programme["round"]]


def freeze(book: Book, programme: str) -> Frozen:
    """The closure of a round of `programme`: its page with parts, flows and child flows, policies and their
    vocabulary, letters. Roles, calendar and places stay outside. LookupError or BadPage if a page is missing or bad.
    """
    page = book.programme(programme).body
    flows = {code: book.page("flows", code).body for code in _flows(book, page)}
    policies = {code: book.page("policies", code).body for code in policies_of(page)}
    closure = {
        "format": 1,
        "programme": page,
        "flows": flows,
        "policies": policies,
        "vocabulary": book.page("vocabulary").body if policies else {},
        "letters": {code: book.page("letters", code).body for code in letters_of(flows.values())},
    }
    text = json.dumps(_plain(closure), ensure_ascii=False, separators=(",", ":"))
    return {"text": text, "digest": _digest(text)}


def thaw(frozen: Frozen) -> RoundPages:
    """The engine values of a frozen closure; ValueError if the text is not the one the digest was taken of."""
    return thawed(frozen["digest"], lambda: frozen["text"])


def thawed(digest: str, fetch: Callable[[], str]) -> RoundPages:
    """As `thaw`, but the text is fetched only if this process has not thawed that digest yet."""
    return _thawed(_Closure(digest, fetch))


class _Closure:
    """A digest with the way to its text; equal by digest alone, so that the cache holds one of each."""

    __slots__ = ("digest", "fetch")

    def __init__(self, digest: str, fetch: Callable[[], str]) -> None:
        self.digest, self.fetch = digest, fetch

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Closure) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=64)
def _thawed(closure: _Closure) -> RoundPages:
    text = closure.fetch()
    if _digest(text) != closure.digest:
        raise ValueError(f"the frozen pages are not those of the digest {closure.digest}")
    closure.fetch = lambda: text  # the cache keeps the key: let go of what the caller's function holds
    whole = _revived(json.loads(text))
    if whole.get("format") != 1:
        raise BadPage(
            "format",
            "frozen pages of format {format} cannot be read",
            "install a newer release",
            format=whole.get("format"),
        )
    return RoundPages(
        digest=closure.digest,
        programme=whole["programme"],
        form=form_from(whole["programme"]),
        sheets={sheet["code"]: sheet_form(sheet) for sheet in sheets_of(whole["programme"])},
        tables={name: table_form(whole["programme"], name) for name in TABLES if has_table(whole["programme"], name)},
        flows={code: flow_from(page) for code, page in whole["flows"].items()},
        rules=_rules(whole["policies"], whole["vocabulary"]),
        letters=whole["letters"],
    )


def _rules(policies: Mapping[str, Any], vocabulary: Mapping[str, Any]) -> Rules | None:
    if not policies:
        return None
    words = vocabulary_from(vocabulary)
    return Rules(words, {code: policy_from(page, words) for code, page in policies.items()})


def sheets_of(programme: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The review sheets of a programme and that of its acceptance."""
    last = programme.get("acceptance", {}).get("sheet")
    return (*programme.get("sheets", ()), *([last] if last else []))


def has_table(programme: Mapping[str, Any], name: str) -> bool:
    return bool(programme.get(name, {}).get("fields"))


def table_form(programme: Mapping[str, Any], name: str) -> Form:
    """The form of `progress`, `midterm` or `acceptance`, with the facts beside it and the page's parameters."""
    table = programme[name]
    page = {"code": name, "title": table.get("title", ""), "fields": table["fields"], "facts": table.get("facts", {})}
    return form_from(page, facts=programme.get("facts", {}), params=programme.get("params", {}))


def policies_of(programme: Mapping[str, Any]) -> tuple[str, ...]:
    """The policies a programme computes its awards with: `policy: code` or `policies: [code, …]`."""
    one = programme.get("policy")
    return (*([one] if one else []), *programme.get("policies", ()))


def letters_of(flows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The letters that the acts of these flows send; sorted."""
    named = {act["letter"] for flow in flows for act in flow.get("acts", {}).values() if "letter" in act}
    return tuple(sorted(named))


def _flows(book: Book, page: Mapping[str, Any]) -> tuple[str, ...]:
    return (page["flow"], page["round"], *book.children(page["flow"]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node.isoformat() if isinstance(node, date) else node


def _revived(node: Any) -> Any:
    if isinstance(node, dict):
        return {_revived(key): _revived(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_revived(value) for value in node]
    if isinstance(node, str) and ISO_DATE.fullmatch(node):
        return date.fromisoformat(node)
    return node
