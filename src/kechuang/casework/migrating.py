"""A decided round moved to revised pages: what was competed for stays as it was frozen, what follows may change.

The old closure stays in its table; every record tells by its digest under which pages it was written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.casework import deadlines, outbox
from kechuang.casework.models import Case, Record, Round
from kechuang.casework.offers import frozen_now
from kechuang.casework.pages import frozen_text, pages_for, pages_of
from kechuang.words.offers import check, effect
from kechuang.words.outcome import Finding

# What of a programme's page may differ: it speaks of what comes after the decision. Parameters are dated, and the
# reader keeps old values: a new one holds from its own day.
FOLLOWS = frozenset(
    {"assumptions", "source", "service", "params", "facts", "progress", "midterm", "acceptance", "deliverables"}
    | {"tracking", "examples", "title"}
)


@check("casework.pages_revised")
def pages_revised(round_: Round, context: Any) -> Finding:
    """The edition in force says something else than the frozen pages, and nothing of what was competed for."""
    text, digest = frozen_text(round_)
    if round_.frozen is None or digest == round_.frozen_id:
        return Finding.fail("pages_unchanged")
    changed = sorted(_competed(json.loads(round_.frozen.body), json.loads(text)))
    return Finding.fail("pages_change_the_competition", parts=changed) if changed else Finding.passed()


def _competed(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    was, now = old["programme"], new["programme"]
    parts = {key for key in {*was, *now} - FOLLOWS if was.get(key) != now.get(key)}
    return parts | {key for key in ("policies", "vocabulary") if old[key] != new[key]}


@check("casework.states_stand")
def states_stand(round_: Round, context: Any) -> Finding:
    """Every state in which a case of the round lies, and its own, stands in the revised flows too."""
    flows = pages_for(round_.programme).round.flows
    here = [
        *Case.objects.filter(round=round_).values_list("flow", "state").distinct(),
        (context.flow.code, round_.state),
    ]
    lost = sorted({f"{flow}.{state}" for flow, state in here if flow not in flows or state not in flows[flow].states})
    return Finding.fail("states_would_be_lost", states=lost) if lost else Finding.passed()


@effect("casework.migrate_pages")
def migrate_pages(round_: Round, context: Any) -> None:
    """The round reads the revised pages from now on; what time brings to its cases is reckoned anew."""
    before = round_.frozen_id or ""
    context.tells |= {"pages_before": before, "pages_after": frozen_now(round_, context.on)}
    context.later.append(lambda record: _reckon_later(round_, record, context.on))


def _reckon_later(round_: Round, record: Record, on: datetime) -> None:
    outbox.put("reckon", f"reckon:{record.pk}", {"round": round_.pk}, on)


@outbox.job("reckon")
def _reckon(payload: Mapping[str, Any], on: datetime) -> None:
    """When the clock acts next on each case of the round, and what is promised, by the pages it reads now."""
    for case in Case.objects.filter(round=payload["round"]).select_related("round", "round__frozen").defer("answers"):
        deadlines.set_due(case, pages_of(case.round).flow(case.flow), on)
