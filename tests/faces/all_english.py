"""Every page that a role can reach by links, in English, the Chinese on it that is no data, and links that lead nowhere.

Data are what the tables hold, except what is a text of the screen as well (the catalogue and the book, which have English);
what is quoted in Chinese whoever reads says so by its `lang`.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.apps import apps
from django.test import Client
from django.urls import Resolver404, resolve

from kechuang.casework.pages import current
from kechuang.faces import catalogue
from kechuang.parties.models import Person
from tests.house.routes import Route

HAN = re.compile(r"[\u4e00-\u9fff，。；：、！？（）]")  # signs and full-width points
WORD = re.compile(r"\w")  # points alone stood between data
STYLE = "style/"  # shows every part with invented values, which are Chinese
FAULT, PRESSED = 400, 405
MOST = {
    "cases/<str:number>/": 4,
    "cases/<str:number>/findings/": 12,
}  # of the pages of a route, for one role; of every other one
CUT_AT = 12
CUT = re.compile(r"[^（）()：:… ]{12,}")  # what is left of a text that a list shows the beginning of
# Their texts are the book's, in both languages, or issued in Chinese and marked so on the page that shows them.
NOT_DATA = frozenset({"Edition", "Frozen", "Session", "Document", "Migration"})
READ_OUT = ("title", "aria-label", "placeholder", "alt", "data-l", "content")
VOID = frozenset({"input", "br", "meta", "link", "img", "hr", "col", "source", "wbr"})
FILE = re.compile(r"\.(json|csv|xlsx|pdf|zip|<str:kind>)$|/file/|/files/|^lookup/")
NO_LINK = re.compile(r"^/(static|signout|api)\b|\.(zip|css|js|pdf|xlsx|csv|ics|json|atom|xml)$")


class Texts(HTMLParser):
    """The Chinese of a page that is said in a place whose language is not Chinese, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.said: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        chinese = told["lang"].startswith("zh") if "lang" in told else bool(self.open) and self.open[-1][1]
        if tag == "a" and "href" in told:
            self.links.append(told["href"].partition("#")[0])
        if not chinese and told.get("type") not in ("hidden", "checkbox", "radio") and tag != "option":
            self.said += [told[name] for name in READ_OUT if HAN.search(told.get(name, ""))]
        if tag not in VOID:
            self.open.append((tag, chinese))

    def handle_endtag(self, tag: str) -> None:
        while self.open and any(tag == one for one, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        tag, chinese = self.open[-1] if self.open else ("", False)
        if not chinese and tag not in ("script", "style") and HAN.search(data):
            self.said.append(" ".join(data.split()))


def leaves(value: Any) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        yield from (" ".join(line.split()) for line in value.splitlines())
    elif isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)


def texts_of_the_screen() -> set[str]:
    """What the catalogue and the book say in Chinese, which both have in English."""
    known = {text for entry in catalogue.messages() for text in entry}
    shelf = current()
    for folder in ("programmes", "policies", "flows"):
        for code in shelf.codes(folder):
            known |= set(_worded(shelf.page(folder, code).body))
    return known


def _worded(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("zh"), str) and value.get("en"):
            yield value["zh"]
        for inner in value.values():
            yield from _worded(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _worded(inner)


def data() -> list[str]:
    """The Chinese that people entered, longest first."""
    held: set[str] = set()
    for model in apps.get_models():
        names = [one.attname for one in model._meta.concrete_fields if not one.choices and not one.is_relation]
        if names and model.__name__ not in NOT_DATA:
            for row in model._default_manager.values_list(*names):
                held.update(leaves(list(row)))
    held = {text for text in held if HAN.search(text)}
    return sorted(held - texts_of_the_screen(), key=len, reverse=True)


def _taken_out(said: str, texts: Iterable[str]) -> str:
    for text in texts:
        if text in said:
            said = said.replace(text, " ")
            if not HAN.search(said):
                break
    return said


def _ends(route: str, page: str, links: Iterable[str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Each link of a page by the route it stands on and the one it leads to."""
    for link in links:
        path = link.partition("?")[0]
        if path.startswith("/") and not NO_LINK.search(path):
            try:
                yield (route, resolve(path).route), (link, page)
            except Resolver404:
                yield (route, path), (link, page)


@dataclass
class Walk:
    """The pages that roles were answered by, each route once a role, and the Chinese left on them."""

    known: list[str]
    left: dict[str, str] = field(default_factory=dict)  # what is left, and the first page it stands on
    reached: set[str] = field(default_factory=set)
    no_page: set[str] = field(default_factory=set)
    answers: dict[tuple[str, str], int] = field(default_factory=dict)  # by who asked, and the address
    dead: dict[str, str] = field(default_factory=dict)  # links that were not answered, and where each stood
    values: dict[tuple[str, str], str] = field(default_factory=dict)  # by the first part of an address and the place

    def __post_init__(self) -> None:
        self.without = cache(self._without)

    def _without(self, said: str) -> str:
        long = [text for text in self.known if len(text) >= CUT_AT]
        said = _taken_out(said, long)
        said = CUT.sub(lambda cut: "" if any(cut[0] in text for text in long) else cut[0], said)
        said = _taken_out(said, self.known[len(long) :])
        return said.strip() if HAN.search(said) and WORD.search(said) else ""

    def reader(self, who: Person | None) -> Client:
        client = Client()
        client.cookies["kechuang_language"] = "en"
        if who is not None:
            client.force_login(who)
        return client

    def asked(self, client: Client, link: str) -> int:
        """What a link is answered by; what only a press answers is no fault."""
        status = client.get(link).status_code
        return 0 if status == PRESSED else status

    def read(self, client: Client, address: str, whose: str) -> list[str]:
        """Look at one page; where its links lead. What only a press answers, and what is a file, is no page."""
        answer = client.get(address, follow=True)
        self.answers[whose, address] = 0 if answer.status_code == PRESSED else answer.status_code
        page_or_fault = answer.status_code != 200 or "text/html" in answer.headers.get("Content-Type", "")
        if answer.status_code == 405 or not page_or_fault or answer.redirect_chain:
            self.no_page.add(resolve(address.partition("?")[0]).route)
        if answer.status_code != 200 or not page_or_fault:
            return []
        found = resolve(answer.request["PATH_INFO"])
        self.reached.add(found.route)
        for place, value in found.kwargs.items():
            self.values.setdefault((found.route.split("/")[0], place), str(value))
            self.values.setdefault(("", place), str(value))
        page = Texts()
        page.feed(answer.content.decode())
        for said in page.said:
            if left := self.without(said):
                self.left.setdefault(left, f"{whose} {address}")
        return [urljoin(answer.request["PATH_INFO"], link) for link in page.links]

    def through(self, who: Person | None, whose: str) -> None:
        """Follow the links of a role from its first page on, each route once with and once without a query."""
        client, seen, counted = self.reader(who), set[str](), Counter[tuple[str, bool]]()
        waiting = deque(["/todo/", "/"] if who else ["/"])
        stood: dict[tuple[str, str], tuple[str, str]] = {}  # by the routes at both ends: a link, and its page
        while waiting:
            address = waiting.popleft()
            path, query, _ = address.partition("?")
            if not path.startswith("/") or NO_LINK.search(path):
                continue
            try:
                key = (resolve(path).route, bool(query))
            except Resolver404:
                continue
            if address not in seen and counted[key] < MOST.get(key[0], 1) and key[0] != STYLE:
                seen.add(address)
                counted[key] += 1
                found = self.read(client, address, whose)
                waiting.extend(found)
                stood.update(_ends(key[0], address, found))
        for link, page in stood.values():
            if self.answers.get((whose, link), 0) >= FAULT or (link not in seen and self.asked(client, link) >= FAULT):
                self.dead.setdefault(link, f"{whose} {page}")

    def try_unlinked(self, routes: Iterable[Route], people: dict[str, Person]) -> None:
        """Ask for what no link led to, with objects of the pages that were seen, as each role until one is answered."""
        for route in self.unread(routes):
            first = route.path.split("/")[0]
            filled = {p: self.values.get((first, p)) or self.values.get(("", p), "1") for p in route.places}
            for whose, who in people.items():
                if route.path not in self.reached | self.no_page:
                    self.read(self.reader(who), route.filled(filled), whose)

    def unread(self, routes: Iterable[Route]) -> list[Route]:
        """The pages for people that nobody was answered by."""
        seen = self.reached | self.no_page | {STYLE}
        return [one for one in routes if one.path not in seen and not one.path.startswith("api/") and not FILE.search(one.path)]  # fmt: skip
