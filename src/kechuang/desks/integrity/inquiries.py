"""Where inquiries live: one standing round whose frozen pages hold the inquiry's flow and letters, and no programme.

An inquiry hangs on no project: it may be about a person, a unit, a reviewer or a round, and a project may have none or
several. So it is a main case of a round that is never published and never closed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kechuang.casework import book, records
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Frozen, Record, Round
from kechuang.casework.pages import current, day_of
from kechuang.desks.integrity.models import Clue
from kechuang.parties.models import Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

CODE = "integrity"
FLOW = "inquiry"
TITLE = {"zh": "科研诚信案件", "en": "Integrity cases"}


def closure() -> str:
    """The pages of the standing round as text: the flows of an inquiry and of a round, their letters, an empty form."""
    shelf = current()
    flows = {code: shelf.page("flows", code).body for code in (FLOW, "round")}
    programme = {
        "format": 1, "code": CODE, "title": TITLE, "plan": CODE, "flow": FLOW, "round": "round",
        "tracks": {CODE: TITLE}, "form": {"sections": []},
    }  # fmt: skip
    letters = {code: shelf.page("letters", code).body for code in book.letters_of(flows.values())}
    whole = {
        "format": 1, "programme": programme, "flows": flows, "policies": {}, "vocabulary": {}, "letters": letters,
    }  # fmt: skip
    return json.dumps(_plain(whole), ensure_ascii=False, separators=(",", ":"))


def _plain(node: Any) -> Any:
    """As JSON takes it: keys as text, days as ISO texts, which thawing reads back."""
    if isinstance(node, Mapping):
        return {(k.isoformat() if isinstance(k, date) else str(k)): _plain(v) for k, v in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(one) for one in node]
    return node.isoformat() if isinstance(node, date) else node


@transaction.atomic
def standing_round(on: datetime) -> Round:
    """The round of inquiries of this year, made with the pages in force when the first one is opened."""
    code = f"{CODE}-{day_of(on).year}"
    found = Round.objects.filter(code=code).first()
    if found is not None:
        return found
    text = closure()
    digest = hashlib.sha256(text.encode()).hexdigest()
    frozen, _ = Frozen.objects.get_or_create(digest=digest, defaults={"body": text, "on": on})
    made = Round.objects.create(
        code=code, programme=CODE, plan=CODE, title=TITLE["zh"], year=day_of(on).year, state="in_review",
        entered_at=on, frozen=frozen,
    )  # fmt: skip
    records.write(made, records.Entry("open_standing", "", made.state, CLOCK, "clock", on, f"standing:{code}", {}, {}))
    return made


def open_inquiry(
    *,
    source: str,
    text: str,
    about: Mapping[str, str],
    by: Person,
    on: datetime,
    key: str,
    named: bool = False,
    clue: Clue | None = None,
) -> Case:
    """Register what came to light. `about` holds public ids under person or unit, and the number of the case it began with."""
    party = named_party(about)
    if party == (None, None):
        raise Refused(Reason("nobody_named", path="person"))
    said = {"source": source, "text": text, "named": named}
    told = {name: value for name, value in about.items() if value}
    synthetic = any(one.synthetic for one in party if one is not None)
    given = {"title": "", "answers": told, "leader": by, "synthetic": synthetic}
    with transaction.atomic():
        case = open_case(standing_round(on), by=by, on=on, key=key, flow=FLOW, data=said, **given)
        if clue is not None:
            clue.inquiry, clue.screened_at = case, on
            clue.save(update_fields=["inquiry", "screened_at"])
    return case


def named_party(about: Mapping[str, Any]) -> tuple[Person | None, Organisation | None]:
    """The person or the unit that an inquiry is about; (None, None) if neither is known."""
    person = Person.objects.filter(pid=about.get("person") or "-").first()
    unit = Organisation.objects.filter(pid=about.get("unit") or "-").first()
    return person, None if person else unit


def inquiries() -> QuerySet[Case]:
    """Every inquiry, newest first; for supervision and for whoever decides."""
    rows = Case.objects.filter(flow=FLOW, round__programme=CODE).select_related("round", "round__frozen")
    return rows.order_by("-opened_at", "-pk")


def said_in(case: Case, *acts: str) -> dict[str, Any]:
    """What was said in the last of these acts on the case; empty if none was done."""
    rows = Record.objects.filter(subject_kind="case", subject=case.number, act__in=acts).order_by("position")
    found: dict[str, Any] = {}
    for record in rows.select_related("told"):
        found |= dict(record.told.data) if hasattr(record, "told") else {}
    return found
