"""What a flow may declare public, and what is wrong with a declaration that nobody could fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.engines.flow import Act, Flow
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

# What is shown of a case on a list, from the case itself.
COLUMNS = ("number", "title", "unit", "leader", "place", "amount", "period", "goals")
# What is shown of it beside, from the record of the act: its inputs, what its effects told, the state it led to.
TOLD = ("result", "cause", "ground", "from_date", "certificate", "valid_until", "change", "prize", "grade", "platform")
# What is said of a round beside the inputs of the act.
ROUND = (
    *("title", "topics", "dates", "rules_digest"),
    *("submitted", "accepted", "reviewed", "proposed", "funded", "by_place"),
)
LISTED = frozenset(COLUMNS) | {"change", "platform"}  # a field of these makes it a list of cases
PAGES = ("calls", "draws", "projects", "titles")  # public pages of their own: see faces/web/public.py


def public(flow: Flow) -> Iterator[BadPage]:
    """What is wrong with what acts declare public: fields nobody can fill, pages and inputs that are not there."""
    for act in flow.acts.values():
        if act.public and "page" in act.public:
            if act.public["page"] not in PAGES:
                why = Phrase("no public page {page!r}", page=act.public["page"])
                yield BadPage(f"acts.{act.name}.public.page", why, "one of {pages}", pages=tuple(PAGES))
        elif act.public:
            yield from _fields(flow, act, act.public, f"acts.{act.name}.public")


def _fields(flow: Flow, act: Act, public: Mapping[str, Any], here: str) -> Iterator[BadPage]:
    may = {*act.inputs, *(ROUND if flow.code == "round" else (*COLUMNS, *TOLD))}
    for name in public.get("fields", ()):
        if str(name) not in may:
            yield BadPage(
                f"{here}.fields",
                "nothing called {name!r} can be published here",
                "name an input of the act, or a column of a list",
                name=name,
            )
    if (given := public.get("given")) and act.inputs.get(str(given), {}).get("kind") != "bool":
        yield BadPage(
            f"{here}.given", "{given!r} is no yes-or-no input of the act", "name one of kind bool", given=given
        )
