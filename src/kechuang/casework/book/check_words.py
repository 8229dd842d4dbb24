"""The words a page may hold: each is read by somebody; one that nobody reads would only pretend, and is a fault.

Forms, flows, policies, stacking and the vocabulary are held to their own words by the engines that read them. A test
(tests/book/test_words.py) names for each word here the file that reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from kechuang.casework.shelf.reader import Page
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

Words = Mapping[str, Any]  # word → the words below it, or None where an engine or an expression reads what stands there
ANY = "*"  # any name may stand here: a code that the page gives
NOTES = frozenset({"zh", "en", "source", "confidence", "confirm"})  # said to people, everywhere


def _words(plain: str = "", **inner: Words | None) -> Words:
    return {**dict.fromkeys(plain.split()), **inner}


def _named(words: Words) -> Words:
    return {ANY: words}


_HEAD = "format code title source assumptions examples"
_FACTS = _named(_words("from unit usual"))
_PARAMS = _named(_words("value spans"))
_ROWS = _words("code")
_CONDITION = _words("code when level at needs")
_PANEL = _words("size at_least quorum mix")
_SHEET = _words(
    "code mode blind amount_opinion grade verdict",
    scale=_words("low high step"),
    criteria=_words("code weight points reason min help"),
    veto=_ROWS,
    **{"for": _words("tracks experts")},
)
_SERVICE = _words(
    "who promised_days legal_days opens item_kind provider channel fee visits prefilled not_asked_again results appeal"
    " contacts watch_out"
)
_RECUSAL = _words(
    "by_hand watch",
    recuse=_words("code level years"),
    draw=_words("method give_up affinity seed rng replace"),
)
PROGRAMME = _words(
    f"{_HEAD} plan flow round rolling money_source form combine policy policies",
    awaits=_words("desk"),
    service=_SERVICE,
    tracks=_named(_words("months")),
    modes=_named(_words()),
    params=_PARAMS,
    facts=_FACTS,
    eligibility=_CONDITION,
    limits=_CONDITION,
    exempt=_words(items=_ROWS),
    checklist=_ROWS,
    evidence=_ROWS,
    sheets=_SHEET,
    panel={
        **_RECUSAL,
        "mail": _PANEL,
        "panel": {**_PANEL, "to_panel": _words("all per_place")},
        "site_visit": _words("required size mix"),
    },
    ranking=_words("ties within at_least share_of_groups"),
    award=_words("amount round in", facts=_FACTS),
    instalments=_words("code share upon for"),
    progress=_words("fields title", facts=_FACTS),
    midterm=_words("at fields gates title", facts=_FACTS),
    acceptance=_words(
        "fields site sub_first title", sheet=_SHEET, results=_words("code when"), facts=_FACTS
    ),
    deliverables=_words("code field required"),
    tracking=_words("years", indicators=_words("code unit")),
    contributions=_words("unpaid due"),
    claim=_words("budget order"),
    recognition=_words("method number title years until counts"),
)  # fmt: skip
PART = {
    **_words(f"{_HEAD} fields rules exempt acceptance_sheet results", params=_PARAMS, facts=_FACTS),
    **{"eligibility": _CONDITION, "limits": _CONDITION, **_RECUSAL, **_SERVICE},
    **{name: PROGRAMME[name] for name in ("progress", "midterm", "acceptance")},
}
LETTER = _words(
    f"{_HEAD} form addressed_to recalls body relief",
    fields=_named(_words()),
    signed=_words("body date"),
)
BY_KIND: Mapping[str, Words] = {
    "programmes": PROGRAMME,
    "parts": PART,
    "flows": _words(
        f"{_HEAD} of stages states params facts acts parent changes",
        appeals=_words("against by child act within decided_by advised_by outside not_about"),
        choices=_named(_named(_words("least most permanent"))),
        money=_words(settlement=None),
    ),
    "letters": LETTER,
    "indicators": _words(f"{_HEAD} figures unit definition by period count also", awaits=_words("desk")),
    "codes": _words(f"{_HEAD} system lengths first_level", codes=_named(_words())),
    "places": _words(
        f"{_HEAD}",
        region=_words("code"),
        leagues=_words("code recommends kind since", formerly=_words("code")),
        listed_cities=_words("code counted_in recommends"),
        counties=_words("code"),
        counts=_words("statistical recommending counties"),
        groups=_named(_words("places")),
    ),
    "imports": {**_words("format code title source assumptions"), **_named(_words("columns"))},
    "likeness": _words(
        f"{_HEAD} shortest nearest always shown other goals budget amounts results",
        lines=_named(_words("value")),
        weights=_words("weight fields"),
    ),
    "synonyms": _words(f"{_HEAD} groups"),
    "roles": _words(
        f"{_HEAD} views",
        powers=_named(_words()),
        scopes=_named(_words()),
        roles=_named(_words("power scope sees")),
        incompatible=_words("code one other within"),
    ),
}


# Parameters and facts that code asks for by their name.
BY_NAME = frozenset({
    *("pool_times", "same_unit_most", "years_in_row_most", "region_most", "outside_least", "cap_probability"),
    *("groups_a_round_most", "rounds_a_year_most", "group_least", "group_most", "fee_sheet", "duplicate_most"),
    *("audit_from", "leagues_all", "gates_share", "reveal_hours", "recommender_gap", "partner_shares", "budget_bound"),
})  # fmt: skip
_DECLARING = ("params", "facts", "examples")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def declared(pages: Iterable[Page], wholes: Iterable[Page]) -> Iterator[tuple[Page, BadPage]]:
    """Parameters and facts that nothing names: of a page nothing on it, of a part nothing on any whole programme."""
    own = {whole.code: frozenset(_names(whole.body)) for whole in wholes}
    everywhere = BY_NAME.union(*own.values())
    for page in pages:
        if page.kind == "parts":
            names = everywhere
        elif page.kind == "programmes":
            names = own.get(page.code, everywhere) | BY_NAME
        elif page.kind in ("flows", "policies"):
            names = BY_NAME.union(_names(page.body))
        else:
            continue
        for table in ("params", "facts"):
            for name in (page.body.get(table) or {}).keys() - names:
                yield page, BadPage(f"{table}.{name}", "nothing asks for {name}", "use it, or leave it out", name=name)


def _names(node: Any, top: bool = True) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if not (top and key in _DECLARING):
                yield from _names(value, False)
    elif isinstance(node, list):
        for one in node:
            yield from _names(one, False)
    elif isinstance(node, str):
        yield from _NAME.findall(node)


def words(kind: str, body: Mapping[str, Any]) -> Iterator[BadPage]:
    """Every word of a page that nobody reads, by path; a programme with its parts in place."""
    if kind in BY_KIND:
        yield from _unread(body, BY_KIND[kind], ())


def _unread(node: Any, known: Words, way: tuple[str, ...]) -> Iterator[BadPage]:
    if isinstance(node, list):
        for n, one in enumerate(node):
            yield from _unread(one, known, (*way, str(n)))
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        name = str(key)
        if name in known:
            below = known[name]
        elif ANY in known and (name not in NOTES or isinstance(value, dict)):
            below = known[ANY]
        elif name in NOTES and way:
            continue
        else:
            yield _told(name, known, way)
            continue
        if below is not None and type(value) in (dict, list):
            yield from _unread(value, below, (*way, name))


def _told(name: str, known: Words, way: tuple[str, ...]) -> BadPage:
    whose = ".".join(part for part in way if not part.isdigit()) or Phrase("the page")
    near = get_close_matches(name, known, 1)
    others = ", ".join(sorted({*known} - {ANY}))
    mend = (
        Phrase("did you mean {near}?", near=near[0])
        if near
        else Phrase("leave it out, or write one of {others}", others=others)
        if others
        else "leave it out"
    )
    return BadPage(".".join((*way, name)), "nobody reads {name} of {whose}", mend, name=name, whose=whose)
