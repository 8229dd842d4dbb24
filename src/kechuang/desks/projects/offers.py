"""What the projects desk offers: eligibility and limits, ranking and budget, task books, changes, acceptance, tracking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db.models import Q, Sum

from kechuang.casework import book, curtain, files
from kechuang.casework.models import Case, Member, Round
from kechuang.casework.models import Finding as Kept
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.projects import limits, reports, targets
from kechuang.desks.projects.facts import overdue, unit_overdue
from kechuang.desks.projects.models import Change, Numbering, Overdue
from kechuang.engines import forms
from kechuang.formula import UNKNOWN
from kechuang.parties.models import Person
from kechuang.parties.prepared import Prepared, update
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.period import add_months
from kechuang.words.reason import Reason

STAGE_OF_ACT = {
    "open": "open", "submit_to_unit": "submit", "recommend": "recommend", "record_check": "admit", "admit": "admit",
    "fund": "select", "select": "select", "call_up": "select", "countersign": "countersign",
}  # fmt: skip

PROPOSED = Prepared[tuple[int, int]](
    lambda round_, but: (
        Case.objects.filter(round=round_, parent=None, state__in=["proposed", "public_notice"])
        .exclude(pk=but)
        .values_list("round")
        .annotate(fen=Sum("proposed_fen"))
    )
)
ELSEWHERE = Prepared[tuple[str]](
    lambda person, round_, but: (
        Member.objects.filter(person=person, case__round=round_, case__parent=None)
        .exclude(case=but)
        .values_list("case__number")
    )
)


def known_of(case: Case, context: Any) -> Callable[[str], object]:
    """What a condition's names stand for: an answer of the case, else the fact the page names."""
    form = context.pages.form
    values = context.data.get("_values") or (forms.typed(form, case.answers) if case.answers else {})
    facts = context.pages.form_facts

    def known(name: str) -> object:
        if name in facts:
            found = curtain.fact(facts[name], case, context.on)
            return UNKNOWN if found is None else found
        value = values.get(name)
        return UNKNOWN if value is None else value

    return known


def conditions(case: Case, context: Any, table: str) -> Finding:
    """The page's own conditions of `table` at this act's stage, in one finding: failures first, else warnings."""
    stage = STAGE_OF_ACT.get(context.act.name, "submit")
    found = book.unmet(context.pages.programme, table, at=stage, on=day_of(context.on), known=known_of(case, context))
    failed = [f for f in found if f.verdict == "fail"]
    told = failed or list(found)
    if not told:
        return Finding.passed()
    return Finding("fail" if failed else "warn", tuple(reason for f in told for reason in f.reasons))


@check("projects.eligible")
def eligible(case: Case, context: Any) -> Finding:
    """Every condition of the page holds; messages are those of the page."""
    return conditions(case, context, "eligibility")


@check("projects.within_limits", locks=("team",))
def within_limits(case: Case, context: Any) -> Finding:
    """The limits on led and joined projects, for the leader and every main member, under one lock; who is not to be funded is free."""
    if context.data.get("advice") == "reject":
        return Finding.passed()
    return conditions(case, context, "limits")


@check("projects.within_unit_quota", locks=("quota",))
def within_unit_quota(case: Case, context: Any) -> Finding:
    """The unit's own number in this round, where the round sets one."""
    return _quota(case, "units", case.applicant.pid if case.applicant else "", Q(applicant=case.applicant))


@check("projects.within_recommender_quota", locks=("quota",))
def within_recommender_quota(case: Case, context: Any) -> Finding:
    """The recommender's number in this round, where the round sets one."""
    found = _quota(
        case, "recommenders", case.recommender.pid if case.recommender else "", Q(recommender=case.recommender)
    )
    return found if found.verdict == "fail" else conditions(case, context, "eligibility")


def _quota(case: Case, kind: str, pid: str, who: Q) -> Finding:
    most = case.round.quotas.get(kind, {}).get(pid, case.round.quotas.get(kind, {}).get("*"))
    if most is None:
        return Finding.passed()
    passed_on = ("with_recommender", *limits.APPLIED[2:]) if kind == "units" else limits.APPLIED[2:]
    used = Case.objects.filter(who, round=case.round, parent=None, state__in=passed_on).exclude(pk=case.pk).count()
    return Finding.fail("quota_used_up", most=most, used=used) if used >= most else Finding.passed()


@check("projects.within_budget", locks=("budget",))
def within_budget(subject: Case | Round, context: Any) -> Finding:
    """What is proposed and what the round's awards bind fit its budget, under one lock; what came back from an award is free."""
    round_ = subject.round
    proposed = PROPOSED.one(round_.pk, subject.pk if isinstance(subject, Case) else 0)
    bound = context.flow.facts.get("budget_bound", "funds.budget_bound")  # pages frozen before they asked for it
    total = int(context.situation.fact(bound)) + ((proposed[1] or 0) if proposed else 0)
    mine = wanted_fen(subject, context) if isinstance(subject, Case) else 0
    if total + mine > round_.budget_fen:
        return Finding.fail("beyond_budget", budget=round_.budget_fen, used=total, wanted=mine)
    return Finding.passed()


def wanted_fen(case: Case, context: Any) -> int:
    """What this act would take from the budget: the amount it names, else the proposed one, else what was asked."""
    if context.data.get("advice") in ("reserve", "reject"):
        return 0
    said = context.data.get("amount")
    return int(said) if said not in (None, "") else case.proposed_fen or case.asked_fen or 0


@effect("projects.keep_proposal")
def keep_proposal(case: Case, context: Any) -> None:
    """The planner's advice and amount, kept on the case until the decision."""
    case.advice = str(context.data.get("advice", "fund"))
    amount = context.data.get("amount") if case.advice == "fund" else None
    case.proposed_fen = int(amount) if amount not in (None, "") else case.asked_fen if case.advice == "fund" else None
    update(case, "advice", "proposed_fen")
    context.tells["fen"] = str(case.proposed_fen or 0)


@check("projects.amount_fits")
def amount_fits(case: Case, context: Any) -> Finding:
    """Money goes with the advice to fund alone, some of it, and never more than was asked for; amounts in fen."""
    said = context.data.get("amount")
    if said in (None, ""):
        return Finding.passed()
    if context.data.get("advice", "fund") != "fund":
        return Finding.fail("amount_without_funding")
    if int(said) <= 0:
        return Finding.fail("nothing_proposed")
    if case.asked_fen and int(said) > case.asked_fen:
        return Finding.fail("more_than_asked", wanted=int(said), said=case.asked_fen)
    return Finding.passed()


@check("projects.advice_followed")
def advice_followed(case: Case, context: Any) -> Finding:
    """What is decided is what was proposed and checked."""
    wanted = {"select": "fund", "keep_in_reserve": "reserve", "reject": "reject"}.get(context.act.name)
    if wanted and case.advice and case.advice != wanted:
        return Finding.fail("decision_differs_from_proposal", proposed=case.advice)
    return Finding.passed()


@check("projects.departure_has_reason")
def departure_has_reason(case: Case, context: Any) -> Finding:
    """Advice that leaves the order of rank carries its written reason."""
    departs = departs_from_rank(case, context.on, advice=str(context.data.get("advice", "")))
    if departs and not str(context.data.get("departure") or "").strip():
        return Finding.fail("departure_without_reason")
    return Finding.passed()


def departs_from_rank(case: Case, on: datetime, *, advice: str = "") -> bool:
    """The advice leaves the rank order: funded below the line, or left out above it."""
    if case.rank is None or case.above_line is None:
        return False
    advised = advice or case.advice
    return bool(advised) and (advised == "fund") != case.above_line


@check("projects.no_overdue_acceptance")
def no_overdue_acceptance(case: Case, context: Any) -> Finding:
    """Nothing of the leader is overdue; what is overdue in the unit is shown."""
    if overdue(case, context.on):
        return Finding.fail("leader_has_overdue")
    left = unit_overdue(case, context.on)
    return Finding.warn("unit_has_overdue", count=left) if left else Finding.passed()


@check("projects.budget_adds_up")
def budget_adds_up(case: Case, context: Any) -> Finding:
    """Lines, partners and totals agree: the rules of the money section hold (they are rules of the form)."""
    values = context.data.get("_values") or {}
    if "asked" in values and values["asked"] is not None and values["asked"] <= 0:
        return Finding.fail("nothing_asked")
    return Finding.passed()


@fact("projects.own_funds_asked", unit="元")
def own_funds_asked(case: Case, on: datetime) -> int:
    """Own money the form promises, in fen."""
    return int(case.answers.get("own_funds") or 0)


@check("projects.codes_valid")
def codes_valid(case: Case, context: Any) -> Finding:
    """A subject code is given and is written as its system writes codes."""
    return Finding.passed() if case.field else Finding.warn("no_subject_code")


@check("projects.fits_guide")
def fits_guide(case: Case, context: Any) -> Finding:
    """The topic is one of the guide."""
    topics = {t["code"] for t in case.round.topics}
    topic = case.answers.get("topic")
    return Finding.passed() if not topics or topic in topics else Finding.fail("topic_not_in_guide", topic=str(topic))


@check("projects.topic_not_made_for_one")
def topic_not_made_for_one(round_: Round, context: Any) -> Finding:
    """A topic's wording does not single out one unit: no organisation's name stands in it."""
    text = f"{context.data.get('title', '')}{context.data.get('scope', '')}"
    names = limits.unit_names()
    named = [name for name in names if len(name) > 3 and name in text]
    return Finding.fail("topic_names_a_unit", names=named[:3]) if named else Finding.passed()


@effect("projects.compare_teams")
def compare_teams(case: Case, context: Any) -> None:
    """Find the same team elsewhere in this round: a finding for the officer, never a refusal."""
    people = {case.leader_id, *case.member_ids} - {None}
    same = sorted({number for pk in people for (number,) in ELSEWHERE.rows(pk, case.round_id, case.pk)})
    if len(same) > 0 and case.leader_id:
        told = [Reason("team_elsewhere", cases=same[:5]).to_json()]
        evidence = {"cases": same}
        Kept.keep(case, "projects.compare_teams", verdict="warn", reasons=told, evidence=evidence, on=context.on)


@effect("projects.number")
def number(case: Case, context: Any) -> None:
    """Give the project its number: year, programme, running number; once."""
    if case.project_no:
        return
    row, _ = Numbering.objects.select_for_update().get_or_create(programme=case.round.programme, year=case.round.year)
    row.last += 1
    update(row, "last")
    prefix = str(context.pages.programme.get("number_prefix", case.round.programme.upper().replace("-", "")[:6]))
    case.project_no = f"{case.round.year}{prefix}{row.last:04d}"
    update(case, "project_no")
    context.tells["project_no"] = case.project_no


# The task book


@check("projects.goals_not_lower")
def goals_not_lower(case: Case, context: Any) -> Finding:
    """The task book promises no less than the application: every row of its goals is there, with no smaller number."""
    row = reports.latest(case, "task_book", filed=False) or reports.latest(case, "task_book")
    promised = (row.typed if row and not row.filed_at else row.values if row else {}).get("targets")
    if promised is None:
        return Finding.passed()
    by_name = {str(goal.get("name")): goal for goal in promised}
    lower = [
        str(goal.get("name"))
        for goal in case.answers.get("targets") or ()
        if str(goal.get("name")) not in by_name
        or any(
            goal.get(one) not in (None, "") and reports.lowered(goal[one], by_name[str(goal["name"])].get(one) or "")
            for one in ("target", "middle")
        )
    ]
    return Finding.fail("goals_lower_than_applied", goals=lower) if lower else Finding.passed()


@check("projects.budget_equals_award")
def budget_equals_award(case: Case, context: Any) -> Finding:
    """The task book's money equals the award."""
    award = getattr(case, "award", None)
    if award is None:
        return Finding.fail("no_award")
    row = reports.latest(case, "task_book", filed=False) or reports.latest(case, "task_book")
    if row is None:
        return Finding.passed()
    _, cleaned = (row, None) if row.filed_at else reports.looked_at(case, "task_book", context.on)
    asked = cleaned.values.get("asked") if cleaned else row.values.get("asked")
    if asked is not None and int(asked) != award.fen:
        return Finding.fail("task_book_money_differs", award=award.fen, written=int(asked))
    return Finding.passed()


@effect("projects.start_task_book")
def start_task_book(case: Case, context: Any) -> None:
    """Open the task book with the application's goals and the award's money, for the leader to complete."""
    if reports.latest(case, "task_book", filed=False) is None:
        answers = reports.task_book_answers(case)
        reports.draft(case, "task_book", answers, by=context.by.person, on=context.on)


@effect("projects.file_task_book")
def file_task_book(case: Case, context: Any) -> None:
    """The signed task book as a version of its own, its digest in the record."""
    row = reports.latest(case, "task_book", filed=False)
    if row is not None:
        row.values, row.filed_at = row.typed, context.on
        row.digest = reports.digest(reports.canonical(reports.strict(row.values)))
        row.save()
        context.tells |= {"task_book": row.digest, **files.told(case, row.values)}


# Changes


@fact("projects.change_decider")
def change_decider(case: Case, on: datetime) -> str | None:
    """The role that decides this change, from the table of changes; `for:` names programmes where another decides."""
    row = change_row(case)
    if row is None:
        return None
    return str((row.get("for") or {}).get(case.round.programme, row.get("decides", "nobody")))


def change_row(case: Case) -> Any:
    """The row of the table of changes that a change case is about; `answers.change` names it."""
    kind = case.answers.get("change")
    return pages_of(case.round).flow(case.flow).changes.get(str(kind)) if kind else None


@effect("projects.keep_change")
def keep_change(case: Case, context: Any) -> None:
    """Keep on the change case what is asked for, so that its decider and limits are known; its digest in the record."""
    case.answers = {**case.answers, **{k: v for k, v in context.data.items() if not k.startswith("_")}}
    case.save(update_fields=["answers"])
    context.tells["answers"] = reports.digest(reports.canonical(reports.strict(case.answers)))


@check("projects.change_allowed")
def change_allowed(case: Case, context: Any) -> Finding:
    """This kind of change may be asked now: somebody decides it, it is not asked too often, too late or for too long."""
    kind = str(context.data.get("change") or case.answers.get("change") or "")
    row = context.flow.changes.get(kind)
    if row is None:
        return Finding.fail("no_such_change", kind=kind)
    if row.get("decides") == "nobody":
        return Finding.fail("change_never_allowed", because=row.get("because", ""))
    most = row.get("times")
    before = Change.objects.filter(case=case.parent, kind=kind).count()
    if most and before >= int(most):
        return Finding.fail("change_asked_too_often", most=most)
    if kind == "period" and case.parent and case.parent.ends_on:
        return extension_fits(case.parent.ends_on, row, context)
    return Finding.passed()


def extension_fits(end: date, row: Any, context: Any) -> Finding:
    """An extension is asked for in time, names a later end, and is no longer than the page allows; all counted from the present end."""
    today = day_of(context.on)
    before, most = (months_of(context.flow, row.get(name), today) for name in ("asked_before_end", "at_most"))
    if before is not None and today > add_months(end, -before):
        return Finding.fail("extension_asked_too_late", until=str(add_months(end, -before)))
    if "text" not in context.data:  # the kind of change alone has been named so far
        return Finding.passed()
    if not context.data.get("new_end"):
        return Finding.fail("extension_needs_an_end", end=str(end))
    return later_end(end, str(context.data["new_end"]), most)


def later_end(end: date, wanted: str, most: int | None) -> Finding:
    """An end that is wanted lies after the present one, and by no more than `most` months."""
    new = date.fromisoformat(wanted[:10])
    if new <= end or (most is not None and new > add_months(end, most)):
        return Finding.fail("extension_beyond_most", end=str(end), last=str(add_months(end, most or 0)))
    return Finding.passed()


def months_of(flow: Any, name: Any, day: date) -> int | None:
    """A parameter of the flow in months, as it is in force on that day."""
    terms = flow.params[str(name)].terms(day) if name in flow.params else ()
    return terms[0].count * (12 if terms[0].unit == "年" else 1) if terms else None


@check("projects.share_within_budget", locks=("award",))
def share_within_budget(case: Case, context: Any) -> Finding:
    """The shares of all sub-projects stay within the project's award."""
    owner = case.parent or case
    award = getattr(owner, "award", None)
    siblings = owner.children.filter(flow=case.flow).exclude(pk=case.pk).exclude(state="ended")
    given = sum(int(child.answers.get("share") or 0) for child in siblings)
    wanted = int(context.data.get("share") or 0)
    if award is None or given + wanted > award.fen:
        return Finding.fail("shares_beyond_award", award=award.fen if award else 0, given=given, wanted=wanted)
    return Finding.passed()


@check("projects.head_is_another")
def head_is_another(case: Case, context: Any) -> Finding:
    """The head of a sub-project is somebody with a confirmed account, and not the leader, who accepts its result."""
    head = Person.objects.filter(pid=str(context.data.get("head") or ""), standing="confirmed").first()
    if head is None:
        return Finding.fail("nobody_of_that_name")
    return Finding.fail("head_accepts_own_part") if head.pk == case.leader_id else Finding.passed()


@effect("projects.name_head")
def name_head(case: Case, context: Any) -> None:
    """Who is named as its head stands on the sub-project: it waits in the head's own to-do list, and nobody else takes it on."""
    Member.objects.create(case=case, person=Person.objects.get(pid=str(context.data["head"])), main=False)
    case.__dict__.pop("_joining_ids", None)


# Mid-term, acceptance, tracking


def report_complete(case: Case, kind: str, context: Any) -> Finding:
    """The open report of `kind` cleans without an error on the project itself."""
    owner = case.parent or case
    row, cleaned = reports.looked_at(owner, kind, context.on)
    if row is None or cleaned is None:
        return Finding.fail("report_missing", kind=kind)
    told = tuple(Reason(r.code, **{**r.values, "path": path}) for path, rs in cleaned.errors.items() for r in rs)
    return Finding("fail", told) if told else Finding.passed()


@check("projects.progress_complete")
def progress_complete(case: Case, context: Any) -> Finding:
    """The progress report is filled in."""
    return report_complete(case, "progress", context)


@check("projects.midterm_table_complete")
def midterm_table_complete(case: Case, context: Any) -> Finding:
    """Every due indicator has a value and evidence."""
    return report_complete(case, "midterm", context)


@check("projects.indicator_table_complete")
def indicator_table_complete(case: Case, context: Any) -> Finding:
    """Every promised indicator has a value and evidence."""
    return report_complete(case, "acceptance", context)


@effect("projects.file_report")
def file_report(case: Case, context: Any) -> None:
    """The open report becomes a filed version; its digest stands in the record."""
    owner = case.parent or case
    kinds = {"report_midterm": "midterm", "apply_acceptance": "acceptance", "resubmit": "acceptance",
             "report_progress": "progress", "report_results": "tracking"}  # fmt: skip
    row = reports.file(owner, kinds.get(context.act.name, "progress"), context.on)
    context.tells |= {"report": row.digest, **files.told(case, row.values)}


def final_file(case: Case) -> dict[str, Any]:
    """The final file as it stands: the open one's typed answers, else the filed one's."""
    row = reports.latest(case, "acceptance", filed=False) or reports.latest(case, "acceptance")
    return (row.values or row.typed) if row else {}


@check("projects.science_report_deposited")
def science_report_deposited(case: Case, context: Any) -> Finding:
    """The S&T report has a number; without it acceptance cannot be asked for."""
    return Finding.passed() if final_file(case).get("science_report") else Finding.fail("science_report_missing")


@check("projects.deliverables_enclosed")
def deliverables_enclosed(case: Case, context: Any) -> Finding:
    """What the page lists as required lies in the final file: in the field it names, else in a row of its own with proof."""
    told = final_file(case)
    proven = {str(row.get("item")) for row in told.get("delivered") or () if row.get("proof")}
    missing = [
        row
        for row in context.pages.programme.get("deliverables", ())
        if row.get("required") is True and not (told.get(row["field"]) if "field" in row else row["code"] in proven)
    ]
    if not missing:
        return Finding.passed()
    return Finding.fail("deliverables_missing", names=[{"zh": row["zh"], "en": row["en"]} for row in missing])


@check("projects.results_registered")
def results_registered(case: Case, context: Any) -> Finding:
    """Results have their number in the register."""
    return Finding.passed() if final_file(case).get("results_register") else Finding.fail("results_not_registered")


@check("projects.audit_enclosed")
def audit_enclosed(case: Case, context: Any) -> Finding:
    """An audit is enclosed where the amount asks for one."""
    least = context.pages.params(day_of(context.on)).get("audit_from")
    award = getattr(case, "award", None)
    if (
        award is None
        or not isinstance(least, int)
        or award.fen < least
        or "audit" not in context.pages.report("acceptance").fields
    ):
        return Finding.passed()
    return Finding.passed() if final_file(case).get("audit") else Finding.fail("audit_missing", least=least)


@check("projects.diligence_shown")
def diligence_shown(case: Case, context: Any) -> Finding:
    """Duty was done: the final file says so at length and encloses the original records."""
    told = final_file(case)
    shown = len(str(told.get("diligence_proof") or "")) >= 30 and bool(told.get("diligence_records"))
    return Finding.passed() if shown else Finding.fail("diligence_not_shown")


@effect("projects.mark_overdue")
def mark_overdue(case: Case, context: Any) -> None:
    """Count the project as overdue at every gate."""
    Overdue.objects.get_or_create(case=case, defaults={"since": day_of(context.on)})


@effect("projects.clear_overdue")
def clear_overdue(case: Case, context: Any) -> None:
    """Acceptance has been asked for: the project is overdue no longer."""
    Overdue.objects.filter(case=case, cleared_on=None).update(cleared_on=day_of(context.on))


@check("projects.tracking_over")
def tracking_over(case: Case, context: Any) -> Finding:
    """The years of tracking have passed, or the last yearly report is in."""
    years = int(context.pages.programme.get("tracking", {}).get("years", 1))
    filed = case.reports.filter(kind="tracking", filed_at__isnull=False).count()
    passed = case.ends_on is not None and (day_of(context.on) - case.ends_on).days >= 365 * years
    return Finding.passed() if filed >= years or passed else Finding.fail("tracking_not_over", years=years, filed=filed)


@fact("projects.core_reached", unit="%")
def core_reached(case: Case, on: datetime) -> Fraction | None:
    """Share of core indicators reached; 1 is all of them."""
    return _reached(case, core_only=True)


@fact("projects.all_reached", unit="%")
def all_reached(case: Case, on: datetime) -> Fraction | None:
    """Share of indicators reached; 1 is all of them."""
    return _reached(case, core_only=False)


def _reached(case: Case, *, core_only: bool) -> Fraction | None:
    goals = {targets.name_of(one): one for one in targets.standing(case)}
    rows = targets.measured(case, final_file(case).get("final_table"))
    done, every = reports.reached_share(rows, core_only=core_only, goals=goals)
    return Fraction(done, every) if every else None
