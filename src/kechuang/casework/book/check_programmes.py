"""What holds for a programme: its form, its sheets, its money, and that every name it uses is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from kechuang.casework.book.check_claims import claims
from kechuang.casework.book.check_running import running
from kechuang.casework.book.check_sheets import sheets
from kechuang.casework.book.check_units import units
from kechuang.casework.book.check_words import words
from kechuang.casework.book.conditions import EXEMPT, STAGES
from kechuang.casework.book.frozen import TABLES, has_table, policies_of, table_form
from kechuang.casework.book.params import bad_params, worth
from kechuang.casework.book.tracks import for_track, tracks_of
from kechuang.casework.shelf.book import Book
from kechuang.casework.shelf.reader import Page
from kechuang.engines.forms import form_from
from kechuang.formula import Expression, parse
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

LEVELS = ("block", "warn")
WHOLE = Fraction(1)


def programme(page: Page, book: Book) -> Iterator[BadPage]:
    """Every fault of one programme with its parts in place, by path inside the page."""
    body = page.body
    yield from words("programmes", body)
    if not body.get("tracks"):
        yield BadPage("tracks", "no track", "write tracks: {code: {zh: …, en: …, months: [12, 36]}}")
    yield from _forms(body)
    yield from bad_params(body)
    yield from _places(body, book)
    yield from _lists(body, book)
    yield from _conditions(body)
    yield from units(body)
    yield from sheets(body)
    yield from claims(body, book)
    yield from _money(body, book)
    yield from running(body, acts_of(body, book))


def _forms(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """The engine stops at the first fault of a form; each form of the page is told of."""
    try:
        form_from(body)
    except BadPage as bad:
        yield bad
    for name in TABLES:
        if has_table(body, name):
            try:
                table_form(body, name)
            except BadPage as bad:
                yield BadPage(
                    bad.path.replace(f"{name}.form.{name}", f"{name}.fields"), bad.why, bad.mend, column=bad.column
                )


def _places(body: Mapping[str, Any], book: Book) -> Iterator[BadPage]:
    """Flows and policies that the programme names and the book does not have."""
    for key in ("flow", "round"):
        code = body.get(key)
        if not code or not book.has("flows", str(code)):
            yield BadPage(key, "there is no flow {code}", "see the folder flows/", code=code)
    for code in policies_of(body):
        if not book.has("policies", code):
            yield BadPage("policy", "there is no policy {code}", "see the folder policies/", code=code)


def _lists(body: Mapping[str, Any], book: Book) -> Iterator[BadPage]:
    """A choice takes its options from a list of the page, a table of the form, a fact, or a code system: one that is there."""
    forms = [("form.sections.{}.fields", n, s) for n, s in enumerate(body.get("form", {}).get("sections", ()))]
    fields = {str(f.get("code")) for _, _, s in forms for f in s.get("fields", ())}
    systems = {str(book.page("codes", code).body.get("system")) for code in book.codes("codes")} | {"places"}
    known = fields | systems | set(body) | set(body.get("facts", ()))
    for path, n, section in forms:
        for m, field in enumerate(section.get("fields", ())):
            for column in (field, *field.get("columns", ())):
                if (
                    column.get("kind") in ("choice", "choices", "checklist")
                    and column.get("from", "places") not in known
                ):
                    why = Phrase("there is no list {name}", name=column["from"])
                    yield BadPage(f"{path.format(n)}.{m}", why, "write options:, or from: and a list of this page")


def names_of(body: Mapping[str, Any]) -> frozenset[str]:
    """What an expression of the page may name: answers, facts, parameters, and the reserved year and day."""
    fields = {f.get("code") for s in body.get("form", {}).get("sections", ()) for f in s.get("fields", ())}
    return frozenset({*map(str, fields), *body.get("facts", ()), *body.get("params", ()), "year", "day"})


def _conditions(body: Mapping[str, Any]) -> Iterator[BadPage]:
    codes: dict[str, str] = {}
    names = names_of(body)
    for table in ("eligibility", "limits"):
        for n, condition in enumerate(body.get(table, ())):
            path, code = f"{table}.{n}", str(condition.get("code"))
            yield from _condition(condition, path)
            yield from expression(condition.get("when"), f"{path}.when", names)
            if code in codes:
                yield BadPage(
                    f"{path}.code", "{code} stands at {place} too", "name one otherwise", code=code, place=codes[code]
                )
            codes[code] = path
    for n, item in enumerate((body.get("exempt") or {}).get("items", ())):
        if item.get("code") not in EXEMPT:
            yield BadPage(
                f"exempt.items.{n}",
                "no limit leaves out {code}",
                "one of {exempt}",
                code=item.get("code"),
                exempt=tuple(EXEMPT),
            )
    results = body.get("acceptance", {}).get("results", ())
    beside = names | set(body.get("acceptance", {}).get("facts", ()))
    for n, result in enumerate(results):
        yield from expression(result.get("when"), f"acceptance.results.{n}.when", beside)


def _condition(condition: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    for key in ("code", "when", "zh", "en"):
        if key not in condition:
            yield BadPage(
                path, "the condition has no {key}", "write {code: …, when: …, level: block, zh: …, en: …}", key=key
            )
    needs = condition.get("needs", {"zh": "", "en": ""})
    if not isinstance(needs, Mapping) or set(needs) != {"zh", "en"}:
        yield BadPage(f"{path}.needs", "what has to hold is not said in both languages", "write needs: {zh: …, en: …}")
    if condition.get("level") not in LEVELS:
        yield BadPage(
            f"{path}.level", "the level {level} is not known", "write block or warn", level=condition.get("level")
        )
    for n, stage in enumerate(condition.get("at", ())):
        if stage not in STAGES:
            yield BadPage(
                f"{path}.at.{n}", "there is no stage {stage}", "one of {stages}", stage=stage, stages=tuple(STAGES)
            )


def expression(text: Any, path: str, names: frozenset[str]) -> Iterator[BadPage]:
    """The fault of an expression that cannot be read, or that names what nobody declares."""
    parsed: Expression | None = None
    try:
        parsed = parse(text, path=path) if isinstance(text, str) else None
    except BadPage as bad:
        yield bad
    unknown = sorted(parsed.names - names) if parsed else []
    if unknown:
        mend = "declare it as a field, under facts or params; or leave this out by name where a part brings it"
        yield BadPage(path, "nothing is called {unknown}", mend, unknown=tuple(unknown))


def _money(body: Mapping[str, Any], book: Book) -> Iterator[BadPage]:
    award = body.get("award")
    if not award and not policies_of(body):
        yield BadPage("award", "neither an award nor a policy", "write award: {amount: …, in: 万元} or policy: …")
    if award:
        yield from expression(award.get("amount"), "award.amount", names_of(body) | set(award.get("facts", ())))
    acts = acts_of(body, book)
    rows = body.get("instalments", ())
    for n, row in enumerate(rows):
        if acts and row.get("upon") not in acts:
            yield BadPage(
                f"instalments.{n}.upon", "no act is called {upon}", "name the act that frees it", upon=row.get("upon")
            )
        for track in tracks_of(row):
            if track not in body.get("tracks", ()):
                yield BadPage(
                    f"instalments.{n}.for", "there is no track {track}", "name tracks of this page", track=track
                )
    for track in body.get("tracks", ()):
        shares = [worth(row.get("share", "0 %")) for row in for_track(rows, track)]
        whole = sum((share for share in shares if isinstance(share, int | Fraction)), Fraction(0))
        if rows and whole != WHOLE:
            yield BadPage(
                "instalments",
                "the shares of {track} come to {share} %",
                "let them come to 100 %",
                track=track,
                share=whole * 100,
            )


def acts_of(body: Mapping[str, Any], book: Book) -> frozenset[str]:
    """Names of all acts on a case of the programme or on a case that hangs on it; none if the flow is missing."""
    flow = str(body.get("flow"))
    if not book.has("flows", flow):
        return frozenset()
    pages = [book.page("flows", code).body for code in (flow, *book.children(flow))]
    return frozenset(str(act) for page in pages for act in page.get("acts", ()))
