"""Changes of the team: who joins consents and keeps the limits, the old team stays on record."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any

from kechuang.casework import book
from kechuang.casework.answers import asked_one, asked_rows, ticked
from kechuang.casework.models import Case, Member
from kechuang.casework.pages import day_of
from kechuang.casework.records import SEEN
from kechuang.desks.projects.models import Change
from kechuang.desks.projects.offers import change_row, known_of
from kechuang.formula import parse
from kechuang.parties.models import Person
from kechuang.parties.prepared import Prepared
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

KIND = "member"
CONSENT = "consent_of_person"  # the word of a row of `changes` by which who is to join must consent
OF_MEMBERS = ("projects.joined_running", "projects.joined_applied")  # a limit that asks these holds for members too
MISSING = Prepared[tuple[int]](lambda case: Member.objects.filter(case=case, consented_at=None).values_list("pk"))


def pids(case: Case, said: Mapping[str, Any], table: str) -> list[str]:
    """The persons named in one of the tables of a change, each once."""
    return list(dict.fromkeys(str(row["person"]) for row in asked_rows(case, said, table) if row.get("person")))


@check("projects.team_change_fits")
def team_change_fits(case: Case, context: Any) -> Finding:
    """A change of the team names who joins, or who leaves: the one is not on it yet, the other is."""
    joins, leaves = pids(case, context.data, "joins"), pids(case, context.data, "leaves")
    team = set(case.member_ids)
    if case.answers.get("change") != KIND:
        return Finding.passed()
    if not joins and not leaves:
        return Finding.fail("change_needs_members")
    known = {person.pid: person for person in Person.objects.filter(pid__in=[*joins, *leaves])}
    bad = [pid for pid in joins if pid not in known or known[pid].standing != "confirmed"]
    there = [known[pid].name for pid in joins if pid in known and known[pid].pk in {case.leader_id, *team}]
    absent = [
        known[pid].name if pid in known else pid for pid in leaves if pid not in known or known[pid].pk not in team
    ]
    told = [Reason("nobody_of_that_name")] if bad else []
    told += [Reason("already_in_team", names=there)] if there else []
    told += [Reason("not_in_team", names=absent)] if absent else []
    return Finding("fail", tuple(told)) if told else Finding.passed()


@effect("projects.ask_joiners")
def ask_joiners(case: Case, context: Any) -> None:
    """Who is to join, or to lead, stands on the change until it is decided: it waits in their to-do list for their own consent."""
    row = change_row(case)
    if row is None or CONSENT not in row.get("needs", ()):
        return
    main = {str(row["person"]): ticked(row, "main") for row in context.data.get("joins") or ()}
    if new := asked_one(case, context.data, "new_leader"):
        main[new] = False  # of limits on who leads, projects.leader_change_fits and unit_change_fits ask
    for person in Person.objects.filter(pid__in=main):
        Member.objects.create(case=case, person=person, main=main[person.pid])
    case.__dict__.pop("_joining_ids", None)


@fact("projects.consents_missing", unit="人")
def consents_missing(case: Case, on: datetime) -> int:
    """Persons who are to join by this change and have not consented yet."""
    return len(MISSING.rows(case.pk)) if case.parent_id else 0


@check("projects.joiners_consented")
def joiners_consented(case: Case, context: Any) -> Finding:
    """Where the page wants the consent of the person, everyone who is to join has given it."""
    waiting = case.members.filter(consented_at=None).order_by("person__name").values_list("person__name", flat=True)
    return Finding.fail("members_not_consented", names=list(waiting)) if waiting else Finding.passed()


@check("projects.joiners_within_limits", locks=("team",))
def joiners_within_limits(case: Case, context: Any) -> Finding:
    """The limits of the page that count joined projects, for each main member who is to join, as if the project were theirs too."""
    parent, programme, facts = case.parent or case, context.pages.programme, context.pages.form_facts
    rows = [
        row
        for row in programme.get("limits", ())
        if any(facts.get(name) in OF_MEMBERS for name in parse(row["when"]).names)
    ]
    told: list[Reason] = []
    for member in case.members.filter(main=True).select_related("person").order_by("pk"):
        theirs = copy(parent)
        theirs.__dict__.pop(SEEN, None)
        theirs.leader = member.person
        page, known = {**programme, "limits": rows}, known_of(theirs, context)
        found = book.unmet(page, "limits", at=None, on=day_of(context.on), known=known)
        if any(one.verdict == "fail" for one in found):
            told.append(Reason("joiner_beyond_limits", name=member.person.name))
    return Finding("fail", tuple(told)) if told else Finding.passed()


def apply_members(case: Case, context: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Who leaves goes, who has consented joins; the team before and after, by the ids of the persons."""
    parent = case.parent or case
    before = _team(parent)
    parent.members.filter(person__pid__in=pids(case, {}, "leaves")).delete()
    for one in case.members.exclude(consented_at=None).order_by("pk"):
        Member.objects.get_or_create(
            case=parent, person=one.person, defaults={"main": one.main, "consented_at": one.consented_at}
        )
    parent.__dict__.pop("_member_ids", None)
    after = _team(parent)
    context.tells |= {"team_before": ",".join(before), "team": ",".join(after)}
    return {"team": before}, {"team": after}


def _team(case: Case) -> list[str]:
    return list(case.members.order_by("pk").values_list("person__pid", flat=True))


def changed_teams(case: Case) -> list[tuple[datetime, list[str], list[str]]]:
    """Each change of the team that was granted, oldest first: when, who joined, who left."""
    rows = [row for row in Change.objects.filter(case=case).order_by("on", "pk") if "team" in row.before]
    known = dict(Person.objects.filter(pid__in={p for row in rows for p in (*row.before["team"], *row.after["team"])}).values_list("pid", "name"))  # fmt: skip

    def names(there: list[str], not_here: list[str]) -> list[str]:
        return [known.get(pid, pid) for pid in there if pid not in not_here]

    return [(row.on, names(row.after["team"], row.before["team"]), names(row.before["team"], row.after["team"])) for row in rows]  # fmt: skip
