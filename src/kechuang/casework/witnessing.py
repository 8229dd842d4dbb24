"""What the word of a second person covers: the case it was given on, or the groups of a round that waited when it was given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from kechuang.casework import records
from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import Pages, pages_of
from kechuang.engines.flow import Act
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

SECOND = "second:"


class Word(NamedTuple):
    """A second person's word given on a round: who, when, and on which groups."""

    actor: str
    on: datetime
    groups: frozenset[str]

    def covers(self, case: Case) -> bool:
        """Whether the word was given on the group of the case, after the case had come into its present state."""
        return case.group in self.groups and self.on >= case.entered_at


def covering(case: Case, name: str) -> list[str]:
    """Who gave a word on act `name` that covers this case as it stands now; a word holds for one such act."""
    own: list[str] = []
    for one in records.done(case):
        if one.act == name:
            own = []
        elif one.act == SECOND + name and one.since_entry:
            own.append(one.actor)
    return own or [word.actor for word in words_on(case.round, name) if word.covers(case)]


def words_on(round_: Round, name: str) -> list[Word]:
    """Every word on act `name` that was given on the round, oldest first."""
    rows = Record.objects.filter(subject_kind="round", subject=round_.code, act=SECOND + name).order_by("position")
    return [Word(row.actor, row.on, _groups_in(row.body)) for row in rows]


def _groups_in(body: str) -> frozenset[str]:
    said = json.loads(body).get("tells", {}).get("groups")
    return frozenset(json.loads(said)) if said else frozenset()


def told(groups: Iterable[str]) -> dict[str, str]:
    """How the groups of a word stand in its record."""
    return {"groups": json.dumps(sorted(groups), ensure_ascii=False)}


def step_of(pages: Pages, round_: Round | Case, name: str) -> Act | None:
    """The act that a word is given on: of the subject's own flow, else of the flow that the cases of the round follow."""
    return pages.flow_of(round_).acts.get(name) or pages.flow(pages.main_flow).acts.get(name)


def groups_named(round_: Round, step: Act, data: Mapping[str, Any]) -> frozenset[str]:
    """The groups that a word is given on: those named in `group` (one or several), else all that wait now; Refused for others."""
    waiting = {group for group, _n in waiting_groups(round_, step)}
    asked = data.get("group")
    named = set(asked) if isinstance(asked, list | tuple) else {asked} if asked else waiting
    strange = sorted(str(one) for one in named - waiting)
    if strange or not named:
        raise Refused(Reason("no_group_waits", groups=strange, act=step.name))
    return frozenset(named)


def waiting_groups(round_: Round, step: Act) -> list[tuple[str, int]]:
    """The groups of the round with cases where `step` may be done, and how many each, by name."""
    rows = round_.cases.filter(parent=None, state__in=step.start).order_by().values_list("group", flat=True)
    found: dict[str, int] = {}
    for group in rows:
        found[group] = found.get(group, 0) + 1
    return sorted(found.items())


def unwitnessed(rounds: Sequence[Round], name: str) -> dict[str, list[tuple[str, int]]]:
    """By code of a round, its groups that wait for act `name` and for a word on it, with how many cases: two queries."""
    steps = {one.pk: step for one in rounds if (step := step_of(pages_of(one), one, name)) and step.seconded_by}
    by_pk = {one.pk: one for one in rounds if one.pk in steps}
    words: dict[str, list[Word]] = {}
    told = Record.objects.filter(
        subject_kind="round", subject__in=[one.code for one in by_pk.values()], act=SECOND + name
    )
    for row in told:
        words.setdefault(row.subject, []).append(Word(row.actor, row.on, _groups_in(row.body)))
    found: dict[str, dict[str, int]] = {}
    states = {state for step in steps.values() for state in step.start}
    waiting = Case.objects.filter(round__in=by_pk, parent=None, state__in=states)
    for case in waiting.only("round_id", "group", "entered_at", "state"):
        code = by_pk[case.round_id].code
        waits = steps[case.round_id].stands_in(case.state)
        if waits and not any(word.covers(case) for word in words.get(code, ())):
            groups = found.setdefault(code, {})
            groups[case.group] = groups.get(case.group, 0) + 1
    return {code: sorted(groups.items()) for code, groups in sorted(found.items())}
