"""What waits for a person: cases and rounds where an act that moves things is possible for them now, soonest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db.models import F, Q, QuerySet

from kechuang.casework import curtain, deadlines, records
from kechuang.casework.acts import SECOND
from kechuang.casework.models import Case, Joining, Member, Record, Round, subject_key
from kechuang.casework.pages import Pages, day_of, pages_of
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.engines.flow import Act, Done, Flow, Situation, due, of_parent, possible
from kechuang.parties.models import Appointment, Person
from kechuang.parties.permissions import JOINS_AS, appointments, own_roles, roles

Anchors = Mapping[str, datetime]
NOTHING_OWED: Anchors = {}
MOST = 300  # cases looked at for one person, soonest first
MANY = 4  # from so many on, acts that can be done on a list stand in one line
FAR = timedelta(days=90)  # what has longer than this does not stand before what came without a term
FEW_STARTS = 3  # an act that starts in more states than this is a way out, not the next step
EACH = frozenset({"member", "joiner", "joining_unit"})  # who consents each for themselves
NOT_HERE = frozenset({"clock", "expert", "panel_chair", "judge", "public", "objector"})


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: on which case or round, which act, until when; `more` further cases wait for the same act."""

    subject: Case | Round
    act: Act
    until: datetime | None
    others: tuple[Act, ...] = ()
    more: int = 0

    @property
    def name(self) -> str:
        return self.act.name


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An own case in other hands: the roles that have it, since when and until when."""

    case: Case
    state: Any
    roles: tuple[str, ...]
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything of one person: what waits for them, and what of theirs waits for others."""

    tasks: tuple[Task, ...]
    elsewhere: tuple[Elsewhere, ...]

    @property
    def waiting(self) -> int:
        return sum(1 + task.more for task in self.tasks)


def desk(person: Person, on: datetime) -> Desk:
    """What waits for `person`, soonest first, and their own cases in other hands. Experts' invitations are not here."""
    held = appointments(person, day_of(on))
    looked = _Look(person, on, held)
    cases = list(_open(visible_to(person, on), looked)[:MOST])
    looked.load(cases)
    tasks = [task for case in cases if (task := looked.task(case))]
    tasks += _round_tasks(person, on, held)
    busy = {task.subject.pk for task in tasks if isinstance(task.subject, Case)}
    mine = [case for case in cases if case.pk not in busy and looked.is_own(case)]
    return Desk(tuple(_in_lists(_by_deadline(tasks, on))), tuple(looked.elsewhere(case) for case in mine))


def count(person: Person, on: datetime) -> int:
    """How many things wait for `person`: for the bar."""
    return desk(person, on).waiting


def waiting_on(case: Case, person: Person, on: datetime) -> int:
    """How many of this case and of what it hangs on wait for `person`: before and after an act, the bar's count moves by it."""
    looked = _Look(person, on, appointments(person, day_of(on)))
    both = [case, case.parent] if case.parent else [case]
    looked.rows = {one.number: records.done(one) for one in both}
    looked._load_joining([one for one in both if one.parent_id])
    return sum(looked.task(one) is not None for one in both)


def hands(case: Case, done: Sequence[Done], *, pages: Pages) -> tuple[str, ...]:
    """The roles in whose hands a case lies now: those whose act is the next that moves it; nobody's while its round is suspended."""
    flow = pages.flow(case.flow)
    fresh = {one.act for one in done if one.since_entry}
    waiting = [
        act for act in expected(pages, case.flow, case.state)
        if not deadlines.rests(act, case.round) and waits(flow, case.state, act, done) and fresh.issuperset(act.after) and (not act.after_any or fresh & set(act.after_any))
    ]  # fmt: skip
    if (
        not any(_moves(act, case.state) for act in expected(pages, case.flow, case.state))
        and flow.states[case.state].stage == "run"
    ):
        return ("leader",)  # a project that runs is its leader's, whatever offices do beside it
    steps = [act for act in waiting if _on_main(flow, act)] or waiting
    steps = [act for act in steps if act.by not in EACH] or steps
    return tuple(dict.fromkeys(act.by for act in steps[:1]))


def _moves(act: Act, state: str) -> bool:
    return not act.stays(state) and _on_the_way(act)


def _on_the_way(act: Act) -> bool:
    """Not one of the acts by which a case leaves its way from many states."""
    return len(act.start) <= FEW_STARTS


@lru_cache(maxsize=2048)
def expected(pages: Pages, code: str, state: str) -> tuple[Act, ...]:
    """The acts of people that the flow expects in `state`: those of its main line, then others that lead on."""
    flow = _flow(pages, code)
    here = [act for act in flow.acts.values() if act.stands_in(state) and not act.through and act.by != "clock"]
    main = [act for act in here if _on_main(flow, act)]
    order = {name: n for n, name in enumerate(_main(flow))}
    main.sort(key=lambda act: order[act.name])
    return (*main, *(act for act in here if act not in main and _leads_on(act, state, alone=not main)))


def _flow(pages: Pages, code: str) -> Flow:
    return pages.round.round_flow if code == pages.round.round_flow.code else pages.flow(code)


def _main(flow: Flow) -> tuple[str, ...]:
    return tuple(flow.examples[0].get("path", ())) if flow.examples else ()


def _on_main(flow: Flow, act: Act) -> bool:
    return act.name in _main(flow)


def _leads_on(act: Act, state: str, *, alone: bool) -> bool:
    """Off the main line only what has a term or a condition of its own counts, or what alone leads on from here.

    What leaves things as they are in several states (an erratum of a call) may be done and is owed to nobody.
    """
    term = (
        act.limit if act.limit is not None and act.name not in act.limit.since else None
    )  # a term that the act begins is another's
    if term is not None and term.within:
        return True
    leads = alone and (len(act.start) == 1 or not act.stays(state))
    return len(act.start) <= FEW_STARTS and (leads or act.when is not None or term is not None)


def waits(flow: Flow, state: str, act: Act, done: Sequence[Done], actor: str = "", known: Anchors = NOTHING_OWED) -> bool:  # fmt: skip
    """Whether `act` is still to be done: not yet since the case came here, or again because the step before it was.

    A member's consent is each member's own, that of a unit each unit's: with `actor` it waits until that one has given it. What is owed again and
    again (a yearly report, an instalment) waits exactly while `known` says since when.
    """
    if act.limit is not None and set(act.limit.since) & set(deadlines.OWED):
        return any(name in known for name in act.limit.since)
    if act.by in EACH:
        return not any(one.act == act.name and (not actor or one.actor == actor) for one in done)
    if not act.stays(state):
        return True
    last = max((one.on for one in done if one.act == act.name and one.since_entry), default=None)
    if last is None:
        before = _step_before(flow, state, act)
        return before is None or any(one.act == before and one.since_entry for one in done)
    newer = {one.act for one in done if one.since_entry and one.on > last}
    return bool(newer & {*act.after, *act.after_any, _step_before(flow, state, act)})


def _step_before(flow: Flow, state: str, act: Act) -> str | None:
    """The step of the main line before `act`, where it is done in the same state."""
    main = _main(flow)
    if act.name not in main[1:]:
        return None
    name = main[main.index(act.name) - 1]
    before = flow.acts[name]
    return name if before.stands_in(state) and before.stays(state) and before.by != act.by else None


class _Look:
    """One person looking at cases: appointments, records and memberships read once for all of them."""

    def __init__(self, person: Person, on: datetime, held: list[Appointment]) -> None:
        self.person, self.on, self.held = person, on, held
        self.pages: dict[int, Pages] = {}
        self.rounds: dict[int, Round] = {}
        self.rows: dict[str, tuple[Done, ...]] = {}
        self.consented: set[int] = set()

    def pages_of(self, case: Case) -> Pages:
        if case.round_id not in self.pages:
            self.pages[case.round_id] = pages_of(case.round)
        return self.pages[case.round_id]

    def load(self, cases: list[Case]) -> None:
        """Records of the cases and their parents, and where the person is on the team: two queries."""
        numbers = {case.number for case in cases} | {case.parent.number for case in cases if case.parent}
        self.rows = done_of("case", numbers)
        ids = {pk for case in cases for pk in (case.parent_id, case.pk)}
        mine = set(Member.objects.filter(case__in=ids, person=self.person).values_list("case_id", flat=True))
        for case in cases:
            joined = (case.parent_id or case.pk) in mine
            case._member_ids = frozenset({self.person.pk} if joined else ())
            case._joining_ids = frozenset({self.person.pk} if case.pk in mine else ())
        self._load_joining([case for case in cases if case.parent_id])

    def _load_joining(self, children: list[Case]) -> None:
        """The units that are to join by these changes; for whom of this person's all have consented, nothing more waits."""
        found: dict[int, dict[str, bool]] = {case.pk: {} for case in children}
        for pk, unit, at in Joining.objects.filter(case__in=found).values_list("case_id", "unit__pid", "consented_at"):
            found[pk][unit] = at is not None
        own = {held.target for held in self.held}
        for case in children:
            case._joining_units = frozenset(found[case.pk])
            if all(consented for unit, consented in found[case.pk].items() if unit in own):
                self.consented.add(case.pk)

    def roles(self, case: Case) -> frozenset[str]:
        return roles(self.held, case) | own_roles(self.person, case)

    def is_own(self, case: Case) -> bool:
        return bool(own_roles(self.person, case)) and not self.pages_of(case).flow(case.flow).states[case.state].end

    def done(self, case: Case) -> tuple[Done, ...]:
        own = self.rows.get(case.number, ())
        return (*of_parent(self.rows.get(case.parent.number, ())), *own) if case.parent else own

    def situation(self, case: Case) -> Situation:
        fact: Callable[[str], object] = partial(curtain.fact, subject=case, on=self.on)
        return Situation(
            self.person.actor_id, self.roles(case), self.done(case), self.on, case.round.state, fact, failing=deadlines.failing(case.round)
        )  # fmt: skip

    def task(self, case: Case) -> Task | None:
        """What this person is expected to do on `case` now; None if it is not their turn."""
        flow = self.pages_of(case).flow(case.flow)
        seen = self.situation(case)
        known = deadlines.anchors(case, seen.done, on=self.on)
        wanted = [
            a
            for a in expected(self.pages_of(case), case.flow, case.state)
            if a.by in seen.roles and a.by not in NOT_HERE and (a.by != "joining_unit" or case.pk not in self.consented)
        ]
        wanted = [a for a in wanted if waits(flow, case.state, a, seen.done, seen.actor, known)]
        if wanted:
            can = {a.name for a in possible(flow, case.state, situation=seen, anchors=known)}
            wanted = [a for a in wanted if a.name in can]
        if witness := _witness(self.pages_of(case), case, seen):
            wanted.append(witness)
        if not wanted:
            return None
        return Task(case, wanted[0], until(case, flow, wanted[0], seen), tuple(wanted[1:]))

    def elsewhere(self, case: Case) -> Elsewhere:
        pages = self.pages_of(case)
        in_hands = hands(case, self.done(case), pages=pages)
        state = pages.flow(case.flow).states[case.state]
        return Elsewhere(case, state.title, in_hands, case.entered_at, handed_until(case, in_hands))


def _witness(pages: Pages, case: Case, seen: Situation) -> Act | None:
    """The word that this person may give beside an act which names a second one, if it has not been given."""
    spoken = {one.act for one in seen.done if one.since_entry}
    for act in expected(pages, case.flow, case.state):
        if deadlines.rests(act, case.round):
            continue
        if act.seconded_by and act.seconded_by in seen.roles and SECOND + act.name not in spoken:
            fresh = {one.act for one in seen.done if one.since_entry}
            if fresh.issuperset(act.after) and act.name not in fresh:
                return replace(act, name=SECOND + act.name, inputs={}, by=act.seconded_by)
    return None


def done_of(kind: str, subjects: Iterable[str]) -> dict[str, tuple[Done, ...]]:
    """What was done on each of many subjects, oldest first, each knowing whether it lies in the present state: one query."""
    rows: dict[str, list[Any]] = defaultdict(list)
    found = Record.objects.filter(subject_kind=kind, subject__in=list(subjects)).order_by("subject", "position")
    for subject, *row in found.values_list("subject", "act", "actor", "on", "before", "after"):
        rows[subject].append(row)
    return {subject: _since_entry(told) for subject, told in rows.items()}


def _since_entry(rows: list[Any]) -> tuple[Done, ...]:
    entered = max((i for i, row in enumerate(rows) if row[3] != row[4]), default=-1)
    return tuple(Done(act, actor, on, i > entered) for i, (act, actor, on, _, _) in enumerate(rows))


def until(case: Case, flow: Flow, act: Act, seen: Situation) -> datetime | None:
    """When `act` should be done: by its own term, else by the clock's next act here, else by the round's date."""
    known = deadlines.anchors(case, seen.done, on=seen.on) if act.limit and act.limit.within else {}
    own = due(flow, act, seen, anchors=known) if known else None
    if own is None and act.stays(case.state) and flow.states[case.state].stage == "run":
        return None  # the end of a running project is no term of what its offices do beside it
    return own or case.due_at or case.promised_at or round_end(case, (act.by,))


def handed_until(case: Case, in_hands: Sequence[str]) -> datetime | None:
    """Until when those who have a case should act; nothing runs against nobody while its round is suspended."""
    if not in_hands and case.round.state == deadlines.SUSPENDED:
        return None
    return case.promised_at or case.due_at or round_end(case, in_hands)


def round_end(case: Case, by: Sequence[str]) -> datetime | None:
    """While the round is open: the recommenders' day for them, the units' day for everybody else."""
    if case.parent_id is not None or case.round.state not in ("open", "closing") or case.received_at:
        return None
    return case.round.closes_at if any(role.startswith("recommender") for role in by) else case.round.units_close_at


def _open(cases: QuerySet[Case], looked: _Look) -> QuerySet[Case]:
    """Of the cases a person may see those on their way where one of their roles is expected, and their own."""
    held = {held.role for held in looked.held}
    mine = (
        held
        | {JOINS_AS[role] for role in held & JOINS_AS.keys()}
        | {"leader", "member", "joiner", "part_head", "accused"}
    )
    wanted = Q(pk__in=[])
    for round_id, code, state in cases.order_by().values_list("round_id", "flow", "state").distinct():
        if round_id not in looked.pages:
            looked.pages[round_id] = pages_of(_round(looked, cases, round_id))
        pages = looked.pages[round_id]
        acts = expected(pages, code, state)
        here = Q(round_id=round_id, flow=code, state=state)
        if any(act.by in mine or act.seconded_by in mine for act in acts if act.by not in NOT_HERE or act.seconded_by):
            wanted |= here
        elif not pages.flow(code).states[state].end:
            wanted |= here & (Q(leader=looked.person) | Q(members__person=looked.person))
    ids = cases.order_by().filter(wanted).values("pk")
    rows = Case.objects.filter(pk__in=ids).select_related("round", "parent", "parent__round", "applicant", "recommender", "leader", "round__institution")  # fmt: skip
    return rows.order_by(F("promised_at").asc(nulls_last=True), "entered_at", "pk")


def _round(looked: _Look, cases: QuerySet[Case], round_id: int) -> Round:
    if not looked.rounds:
        ids = cases.order_by().values("round_id")
        looked.rounds = {row.pk: row for row in Round.objects.filter(pk__in=ids).select_related("frozen")}
    return looked.rounds[round_id]


def _round_tasks(person: Person, on: datetime, held: list[Appointment]) -> list[Task]:
    """Rounds where an act of the main line is this person's now."""
    if not held:
        return []
    rows = list(rounds_visible_to(person, on).exclude(state__in=["archived", "cancelled"]).select_related("frozen", "institution"))  # fmt: skip
    done = done_of("round", [row.code for row in rows])
    return [task for row in rows if (task := _round_task(row, person, on, held, done.get(row.code, ())))]


def _round_task(row: Round, person: Person, on: datetime, held: list[Appointment], done: tuple[Done, ...]) -> Task | None:  # fmt: skip
    pages = pages_of(row)
    flow = pages.round.round_flow
    mine = roles(held, row)
    wanted = [a for a in expected(pages, flow.code, row.state) if a.by in mine and a.by not in NOT_HERE]
    wanted = [a for a in wanted if waits(flow, row.state, a, done)]
    if not wanted:
        return None
    fact: Callable[[str], object] = partial(curtain.fact, subject=row, on=on)
    seen = Situation(person.actor_id, mine, done, on, row.state, fact)
    can = {a.name for a in possible(flow, row.state, situation=seen, anchors=deadlines.anchors(row))}
    wanted = [a for a in wanted if a.name in can]
    return Task(row, wanted[0], row.due_at, tuple(wanted[1:])) if wanted else None


def _by_deadline(tasks: list[Task], on: datetime) -> list[Task]:
    """Soonest first; then what has no term, in the order in which it came; last what has months to go."""

    def place(task: Task) -> tuple[Any, ...]:
        when = 1 if task.until is None else 2 * (task.until > on + FAR)
        return when, task.until or task.subject.entered_at, task.subject.entered_at, task.subject.pk

    return sorted(tasks, key=place)


def _in_lists(tasks: list[Task]) -> list[Task]:
    """Acts that can be done on a list become one line a round when there are many."""
    groups: dict[tuple[int, str, str], int] = defaultdict(int)
    for task in tasks:
        groups[_group(task)] += 1
    told: list[Task] = []
    seen: set[tuple[int, str, str]] = set()
    for task in tasks:
        key = _group(task)
        if not task.act.bulk or groups[key] < MANY:
            told.append(task)
        elif key not in seen:
            seen.add(key)
            told.append(replace(task, more=groups[key] - 1))
    return told


def _group(task: Task) -> tuple[int, str, str]:
    kind, _ = subject_key(task.subject)
    return task.subject.round.pk, kind, task.act.name
