"""Comparing a case with every earlier one: nearest texts, shared passages, and what kind of likeness it is; a person judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q

from kechuang.casework import linking
from kechuang.casework.acts import the_round
from kechuang.casework.models import Case, Finding
from kechuang.casework.outbox import job
from kechuang.casework.pages import current, day_of, pages_of
from kechuang.desks.texts.models import Mark, Sketched
from kechuang.desks.texts.said import (
    GOALS,
    Lines,
    boilerplate_of,
    items_of,
    lines,
    read_files,
    results_of,
    said,
    sections_of,
    texts_of,
)  # fmt: skip
from kechuang.engines import match
from kechuang.parties.prepared import Prepared, ask, insert, insert_many, update
from kechuang.parties.steady import once
from kechuang.words.reason import Reason

CHECK = "texts.compare"
CASE = Prepared[Case](lambda pk: Case.objects.filter(pk=pk))
REFUSED = ("not_admitted", "not_funded", "withdrawn")
FINISHED = ("passed", "closed_no_fault", "failed", "tracking", "archived", "terminated", "revoked")
RUNNING = ("funded", "contracting", "running", "suspended", "acceptance_due", "acceptance", "rectify")


SAME_PEOPLE, LOOKED_AT = 10, 50  # cases of the same people that are compared, and of one person that are looked at
HANDED_IN = Case.objects.filter(Q(received_at__isnull=False) | Q(taken_over=True), parent=None).exclude(
    state__in=REFUSED
)
NEWEST = HANDED_IN.order_by("-pk").values_list("pk")
SKETCHED = Prepared[Sketched](lambda case: Sketched.objects.select_for_update().filter(case=case))
LED = Prepared[tuple[int]](lambda person: NEWEST.filter(leader=person)[:LOOKED_AT])
JOINED = Prepared[tuple[int]](lambda person: NEWEST.filter(members__person=person)[:LOOKED_AT])


@dataclass(frozen=True, slots=True)
class Tables(match.Store[int]):
    """The two tables as the engine asks for them; documents are cases by primary key."""

    def count(self) -> int:
        return Sketched.objects.count()

    def frequencies(self, fingerprints: Collection[int]) -> Mapping[int, int]:
        return dict(_bearing("mark, COUNT(*)", fingerprints, "GROUP BY mark"))

    def postings(self, fingerprints: Collection[int]) -> Iterable[tuple[int, int]]:
        return _bearing("mark, case_id", fingerprints)

    def sizes(self, documents: Collection[int]) -> Mapping[int, int]:
        return dict(Sketched.objects.filter(case__in=documents).values_list("case_id", "size"))


def _bearing(what: str, marks: Collection[int], rest: str = "") -> Iterator[tuple[int, int]]:
    """Rows of the table of marks, in plain SQL: the ORM takes longer to write eight hundred places than they take to read."""
    ordered = sorted(marks)
    for start in range(0, len(ordered), 800):
        part = ordered[start : start + 800]
        places = ", ".join(["%s"] * len(part))
        yield from ask(f"SELECT {what} FROM {Mark._meta.db_table} WHERE mark IN ({places}) {rest}", part)


@transaction.atomic
def take_in(case: Case, marks: Collection[int], *, taken_from: str) -> None:
    """Put the fingerprints of a case into the tables, instead of those it had before."""
    before = SKETCHED.one(case.pk)
    if before is None:
        insert(Sketched(case=case, size=len(marks), answers_digest=taken_from))
    else:
        before.size, before.answers_digest = len(marks), taken_from
        update(before, "size", "answers_digest")
        Mark.objects.filter(case=case).delete()
    insert_many(Mark, ("mark", "case_id"), ((mark, case.pk) for mark in sorted(marks)))


def take_in_missing(numbers: Collection[str], on: datetime) -> None:
    """Take in those of these cases that were handed in or taken over and changed since: past projects are compared with too."""
    rows = Case.objects.filter(Q(received_at__isnull=False) | Q(taken_over=True), number__in=numbers, parent=None)
    known = dict(Sketched.objects.filter(case__in=rows).values_list("case_id", "answers_digest"))
    results = results_of(numbers, on)
    for case in rows.select_related("round"):
        told = results.get(case.number, ())
        if known.get(case.pk) != _taken_from(_digests(case, told)):
            Side.with_results(case, told).take_in()


def _digests(case: Case, results: Iterable[linking.Row]) -> tuple[str, ...]:
    return (case.answers_digest, *dict.fromkeys(str(row["digest"]) for row in results))


def _taken_from(digests: Sequence[str]) -> str:
    """One digest of everything a case is compared by: that of its answers, until it has filed a report."""
    return digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest()


@job("compare")
def compare(payload: Mapping[str, Any], on: datetime) -> None:
    """Compare one case and leave the finding that the formal check asks for, bound to the answers it saw."""
    case = read(payload["case"])
    if case is None:
        raise LookupError(f"case {payload['case']} is gone")
    read_files(case, on)
    page, mine = lines(), Side.of(case, on)
    weights = {name: page.weight(name) for name in mine.sections}
    sketched = match.sketches(mine.sections, without=mine.boilerplate)
    near = match.candidates(sketched, Tables(), top=page.nearest, weights=weights, leave_out={case.pk})
    close = [one.document for place, one in enumerate(near) if place < page.always or one.score >= page.near]
    likes = sorted(_likes(mine, close, page, on), key=_by_share)
    mine.take_in(sketched)
    told = {
        "share": max((like["share"] for like in likes), default=0), "nearest": likes[: page.shown],
        "items": [list(mine.items[second]) for _, second in match.items_repeated(mine.items)],
        "scans": [name for row, name in texts_of(case) if row.scan],
        "unread": [[name, row.fault] for row, name in texts_of(case) if row.fault], "book": current().digest,
    }  # fmt: skip
    reasons = list(_reasons(told, _line(case, page, on), page))
    teams = sum(like["same_team"] for like in likes)
    notes = [Reason("same_team_elsewhere", count=teams)] if teams else []
    again = max((like["rewritten"] for like in likes), default=0)
    notes += [Reason("text_rewritten_elsewhere", share=again)] if again >= page.look * 100 else []
    notes += [Reason("file_is_scan", name=name) for name in told["scans"]]
    Finding.keep(
        case, CHECK, verdict="warn" if reasons else "pass", on=on, evidence=told, settled_by=None, settled_word="",
        reasons=[reason.to_json() for reason in (*reasons, *notes)],
    )  # fmt: skip


def read(pk: int) -> Case | None:
    """A case with its answers; the round of many cases is read once."""
    case = CASE.one(pk)
    if case is not None:
        case.round = once(("its round", case.round_id), lambda: the_round(case.round_id))
    return case


def _line(case: Case, page: Lines, on: datetime) -> Fraction:
    """The share above which a person is asked: the programme's own, else the book's."""
    own = pages_of(case.round).params(day_of(on)).get("duplicate_most")
    if own is None:
        return page.warn
    return Fraction(own) if Fraction(own) <= 1 else Fraction(own) / 100


def _reasons(told: Mapping[str, Any], line: Fraction, page: Lines) -> Iterable[Reason]:
    """Why a person should look; each kind of likeness is said once."""
    if told["share"] > line * 100:
        yield Reason("text_found_elsewhere", share=told["share"])
    elif parts := [s for like in told["nearest"] for s in like["sections"].values() if s > page.section * 100]:
        yield Reason("section_found_elsewhere", share=max(parts))
    if goals := [like["sections"][GOALS] for like in told["nearest"] if like["same_goal"]]:
        yield Reason("goal_found_elsewhere", share=max(goals))
    twice = [item for like in told["nearest"] for item in like["items"]] + told["items"]
    if twice:
        yield Reason("budget_item_twice", names=sorted({name for name, _ in twice})[:5])


@dataclass(frozen=True, slots=True)
class Side:
    """A case as it is compared: its sections, its budget, what of its text everybody writes; and as it is compared with:
    also what its project wrote of its results, `report.field` → text."""

    case: Case
    sections: Mapping[str, str]
    items: tuple[tuple[str, int], ...]
    boilerplate: match.Boilerplate
    results: Mapping[str, str]
    digests: tuple[str, ...]  # of the answers and of each report

    @classmethod
    def of(cls, case: Case, on: datetime) -> Side:
        return cls.with_results(case, _results([case], on).get(case.number, ()))

    @classmethod
    def with_results(cls, case: Case, rows: Sequence[linking.Row]) -> Side:
        """The same, where the rows of the results have been read already."""
        texts = {f"{row['report']}.{row['field']}": str(row["said"]) for row in rows}
        return cls(case, said(case), tuple(items_of(case)), boilerplate_of(case), texts, _digests(case, rows))

    @property
    def compared_with(self) -> Mapping[str, str]:
        """All its sections, the results last."""
        return {**self.sections, **self.results}

    def take_in(self, sketched: Mapping[str, Collection[int]] | None = None) -> None:
        """Let others be compared with it; `sketched` are its sections where they have been read already."""
        texts = self.compared_with if sketched is None else self.results
        more = match.sketches(texts, without=self.boilerplate)
        marks = {mark for marks in (*more.values(), *(sketched or {}).values()) for mark in marks}
        take_in(self.case, marks, taken_from=_taken_from(self.digests))


@dataclass(frozen=True, slots=True)
class Shared:
    """How much of a case stands in another: of each section that counts the exact share, and of all by weight."""

    sections: Mapping[str, Fraction]
    passages: Mapping[str, tuple[match.Passage, ...]]
    whole: Fraction
    rewritten: Mapping[str, tuple[match.Passage, ...]]  # sentences in other words: shown, never counted as shared
    said_again: Fraction  # the weighed share of these
    found: Mapping[str, match.Evidence]
    in_results: Fraction  # the weighed share of what stands in the results of the other


def shared(mine: Side, theirs: Side, page: Lines, *, retold: bool = True) -> Shared:
    """Every section of `mine` against the whole of `theirs`: a passage that was moved elsewhere is found too.

    The places of passages are those in the section and in the whole text of `theirs`. What is said in other words is
    looked for where `retold`: it brings fingerprints near too, and is not to be found where they are not.
    """
    other = whole(theirs.compared_with)
    found = {
        name: match.evidence(text, other, shortest=page.shortest, without=mine.boilerplate)
        for name, text in mine.sections.items()
        if page.weight(name)
    }
    again = {
        name: match.rewritten(mine.sections[name], other, copied=one.passages, without=mine.boilerplate)
        if retold
        else ()
        for name, one in found.items()
    }
    letters = sum(page.weight(name) * one.a_letters for name, one in found.items()) or 1
    common = sum(page.weight(name) * one.shared for name, one in found.items())
    retold = sum(page.weight(name) * sum(passage.length for passage in some) for name, some in again.items())
    shares = {name: one.share_of_a for name, one in found.items()}
    passages = {name: one.passages for name, one in found.items()}
    begin = len(whole(theirs.sections))
    late = sum(page.weight(name) * _beyond(begin, other, one) for name, some in passages.items() for one in some)
    return Shared(
        shares, passages, Fraction(common, letters), again, Fraction(retold, letters), found, Fraction(late, letters)
    )


def _beyond(begin: int, other: str, passage: match.Passage) -> int:
    """How many letters of a passage stand in the other text from there on; one may begin before and end after."""
    return len(match.normalise(other[max(begin, passage.b_start) : passage.b_end]))


def whole(sections: Mapping[str, str]) -> str:
    """All sections in one text, in their order."""
    return "\n".join(sections.values())


def _likes(mine: Side, documents: Collection[int], page: Lines, on: datetime) -> Iterable[dict[str, Any]]:
    """What each near case and each other case of the same people shares with this one, where it is worth a look."""
    ids = [*documents, *(pk for pk in _of_the_same_people(mine.case) if pk not in documents)]
    cases = [case for pk in ids if (case := read(pk))]
    results = _results(cases, on)
    for case in cases:
        theirs = Side.with_results(case, results.get(case.number, ()))
        if like := _like(mine, theirs, page, retold=case.pk in documents):
            yield like


def _results(cases: Iterable[Case], on: datetime) -> Mapping[str, list[linking.Row]]:
    """What the projects among these cases wrote of their results; an application has none yet."""
    return results_of([case.number for case in cases if case.state in (*RUNNING, *FINISHED)], on)


def _of_the_same_people(case: Case) -> list[int]:
    """The latest other cases that the leader takes part in, that a member leads, or that two of the team stand in.

    There a team stands twice, or a budget item is asked for twice, however different the texts.
    """
    if case.leader_id is None:
        return []
    team = {case.leader_id, *case.member_ids}
    led = {pk for person in team for (pk,) in LED.rows(person)}
    joined = {person: {pk for (pk,) in JOINED.rows(person)} for person in team}
    common = Counter(pk for cases in joined.values() for pk in cases)
    found = led | joined[case.leader_id] | {pk for pk, count in common.items() if count > 1}
    return sorted(found - {case.pk}, reverse=True)[:SAME_PEOPLE]


def _like(mine: Side, theirs: Side, page: Lines, *, retold: bool) -> dict[str, Any] | None:
    """One like case: how much of each section is in it, where it stands, and what kind of likeness it is."""
    found = shared(mine, theirs, page, retold=retold)
    items = [list(mine.items[place]) for place, _ in match.items_twice(mine.items, theirs.items)]
    goal = found.sections.get(GOALS, Fraction(0)) > page.goal
    own = match.same_people(_team(mine.case), _team(theirs.case))
    standing = _standing(theirs.case)
    team = own and standing in (match.Standing.PENDING, match.Standing.RUNNING)
    if found.whole + found.said_again < page.look and not goal and not (items and own) and not team:
        return None
    how = match.kind(
        _team(mine.case),
        _team(theirs.case),
        standing=standing,
        declared=_declared(mine.case, theirs.case),
    )
    return {
        "case": theirs.case.number, "share": int(found.whole * 100), "kind": str(how), "where": _where(mine.case, theirs.case),
        "sections": {name: int(share * 100) for name, share in found.sections.items() if share},
        "rewritten": int(found.said_again * 100), "results": int(found.in_results * 100),
        "passages": sum(map(len, found.passages.values())), "same_goal": goal, "same_team": team, "items": items if own else [],
    }  # fmt: skip


def _by_share(like: Mapping[str, Any]) -> tuple[int, int, str]:
    """The likest first; equal ones by what is only said in other words, then by number."""
    return -like["share"], -like["rewritten"], like["case"]


def _where(case: Case, other: Case) -> str:
    """Where the other case stands in time: this round, awarded, finished with its results, or an earlier round."""
    if other.round_id == case.round_id:
        return "this_round"
    if other.state in FINISHED:
        return "result"
    return "awarded" if other.state in RUNNING else "past_round"


def _team(case: Case) -> match.Team:
    return match.Team(str(case.leader_id or ""), frozenset(map(str, case.member_ids)))


def _standing(case: Case) -> match.Standing:
    if case.state in REFUSED:
        return match.Standing.REFUSED
    if case.state in FINISHED:
        return match.Standing.FINISHED
    return match.Standing.RUNNING if case.state in RUNNING else match.Standing.PENDING


def _declared(case: Case, other: Case) -> bool:
    former = case.answers.get("former_project") or ()
    return bool({other.number, other.project_no} & set(former))


__all__ = [
    "CHECK",
    "Shared",
    "Side",
    "Tables",
    "compare",
    "sections_of",
    "shared",
    "take_in",
    "take_in_missing",
    "whole",
]
