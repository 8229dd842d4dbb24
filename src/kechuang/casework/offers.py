"""What casework itself offers to the pages: rounds and their dates, files and receipts, notices, child cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kechuang.casework import answers, deadlines, documents, pages
from kechuang.casework.letter_values import appeal_until
from kechuang.casework.models import Attachment, Case, Frozen, Member, Notice, Record, Round
from kechuang.casework.models import Finding as Found
from kechuang.engines import forms
from kechuang.parties.prepared import Prepared, update
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.period import ZONE, Term, notice_ends, workdays_between
from kechuang.words.reason import Reason

OPEN_CHILD = "child_still_open"
UNSETTLED = Prepared[tuple[str]](
    lambda case: Found.objects.filter(case=case, settled_by=None).exclude(verdict="pass").values_list("check_name")
)
FILES = Prepared[tuple[str]](
    lambda case: Attachment.objects.filter(case=case, removed=False).order_by("pk").values_list("digest")
)
MEMBER = Prepared[Member](lambda case, person: Member.objects.filter(case=case, person=person))
WAITING = Prepared[tuple[str]](
    lambda case: Member.objects.filter(case=case, consented_at=None).values_list("person__name")
)
CONSENTED = Prepared[tuple[int]](
    lambda case: Member.objects.filter(case=case).exclude(consented_at=None).values_list("pk")
)


@check("casework.round_open")
def round_open(case: Case, context: Any) -> Finding:
    """The round is open at this moment: half-open from its opening to its closing to units."""
    round_ = case.round
    if round_.state != "open" or not round_.opens_at or context.on < round_.opens_at:
        return Finding.fail("round_not_open", round=round_.title)
    if round_.units_close_at and context.on >= round_.units_close_at:
        return Finding.fail("round_closed", round=round_.title, closed=round_.units_close_at.isoformat())
    return Finding.passed()


@check("casework.form_complete")
def form_complete(case: Case, context: Any) -> Finding:
    """Every required answer is given and every rule of the form holds."""
    cleaned = answers.cleaned(case, stage="submit", on=context.on)
    if not cleaned.errors:
        context.data["_values"] = cleaned.values
        return Finding.passed()
    reasons = tuple(
        Reason(reason.code, **{**reason.values, "path": path})
        for path, each in cleaned.errors.items()
        for reason in each
    )
    return Finding("fail", reasons)


@check("casework.only_asked_items_changed")
def only_asked_items_changed(case: Case, context: Any) -> Finding:
    """A correction touches nothing but what was asked for: the answers' fields named when it was asked."""
    cleaned = answers.cleaned(case, stage="submit", on=context.on)
    form = context.pages.form
    changed = forms.differences(form, forms.typed(form, case.answers), cleaned.values)
    asked = set(pages.asked_fields(case))
    outside = sorted({c.path.split(".")[0] for c in changed} - asked) if asked else []
    if outside:
        return Finding.fail("changed_what_was_not_asked", fields=outside)
    if cleaned.errors:
        return form_complete(case, context)
    context.data["_values"] = cleaned.values
    return Finding.passed()


@check("casework.findings_settled")
def findings_settled(case: Case, context: Any) -> Finding:
    """No finding is left open without an officer's word."""
    left = [name for (name,) in UNSETTLED.rows(case.pk)]
    return Finding.fail("findings_open", checks=left) if left else Finding.passed()


@effect("casework.freeze_file")
def freeze_file(case: Case, context: Any) -> None:
    """Keep the file as it is now, with its digest in the record."""
    values = context.data.pop("_values", None)
    if values is not None:
        answers.keep(case, values, on=context.on)
    context.tells["answers"] = case.answers_digest
    for number, (file_digest,) in enumerate(FILES.rows(case.pk)):
        context.tells[f"file{number}"] = file_digest


@effect("casework.receipt")
def receipt(case: Case, context: Any) -> None:
    """Give a receipt with number, time and digest; the last hop's time is when the case was received."""
    checked_next = context.flow.states[case.state].stage == "check"
    if context.act.to == "submitted" or (checked_next and case.received_at is None):
        case.received_at = context.on
        update(case, "received_at")
    context.later.append(lambda record: documents.receipt(case, record))


@effect("casework.seal_file")
def seal_file(subject: Case | Round, context: Any) -> None:
    """Close the file for the archive: its last digest goes into the record."""
    context.tells["sealed"] = getattr(subject, "answers_digest", "") or pages.pages_of(subject.round).digest


@effect("casework.start_notice")
def start_notice(case: Case, context: Any) -> None:
    """Put the case under the notice that runs for its round's list; the first case of a batch starts it."""
    first = context.on.astimezone(ZONE).date()
    days = context.pages.term(context.flow.code, "notice_days", first).count
    named = (context.act.public or {}).get("what", "公示")
    what = named["zh"] if isinstance(named, Mapping) else named
    notice, _ = Notice.objects.get_or_create(
        round=case.round, what=str(what), first_day=first,
        defaults={
            "last_day": notice_ends(first, days), "on": context.on, "digest": context.pages.digest,
            "body": {"flow": context.flow.code, "act": context.act.name},
        },
    )  # fmt: skip
    notice.cases.add(case)
    context.tells["notice"] = notice.code


def running_notice(case: Case) -> Notice | None:
    """The latest notice this case stood under for objections; what was merely made known has no last day."""
    return Notice.objects.filter(cases=case).exclude(last_day=None).order_by("-on").first()


@check("casework.within_notice")
def within_notice(case: Case, context: Any) -> Finding:
    """The notice of the parent still runs: its first and last day count whole."""
    notice = running_notice(case.parent or case)
    today = context.on.astimezone(ZONE).date()
    if notice is None or not (notice.first_day <= today <= notice.last_day):
        return Finding.fail("notice_not_running", last=str(notice.last_day) if notice else "")
    return Finding.passed()


@check("casework.notice_over")
def notice_over(case: Case, context: Any) -> Finding:
    """The notice has run out, in working days."""
    notice = running_notice(case)
    today = context.on.astimezone(ZONE).date()
    if notice is None or today <= notice.last_day:
        return Finding.fail("notice_still_runs", last=str(notice.last_day) if notice else "")
    return Finding.passed()


@fact("casework.notice_days_left", unit="工作日")
def notice_days_left(case: Case, on: datetime) -> int:
    """Working days left of the notice, today included."""
    notice = running_notice(case.parent or case)
    today = on.astimezone(ZONE).date()
    if notice is None or notice.last_day is None or today > notice.last_day:
        return 0
    return workdays_between(today, notice.last_day)


def open_children(case: Case, *flows: str) -> list[str]:
    """Flows of the child cases that are still on their way."""
    rows = case.children.filter(flow__in=flows) if flows else case.children.all()
    thawed = pages.pages_of(case.round)
    return [child.flow for child in rows if not thawed.flow(child.flow).states[child.state].end]


@check("casework.no_open_objection")
def no_open_objection(case: Case, context: Any) -> Finding:
    """Every objection has been answered."""
    left = open_children(case, "objection")
    return Finding.fail("objection_open", count=len(left)) if left else Finding.passed()


@check("casework.round_goes_on")
def round_goes_on(case: Case, context: Any) -> Finding:
    """The round is not suspended: nothing is admitted, drawn, listed or funded in it until it is resumed."""
    found = deadlines.failing(case.round).get(deadlines.ROUND_GOES_ON)
    return Finding.fail(found.code) if found else Finding.passed()


@check("casework.no_open_child")
def no_open_child(case: Case, context: Any) -> Finding:
    """Every objection, change, assessment, appeal and sub-project has come to its end."""
    left = open_children(case)
    return Finding.fail(OPEN_CHILD, flows=sorted(set(left))) if left else Finding.passed()


@check("casework.first_appeal")
def first_appeal(case: Case, context: Any) -> Finding:
    """Each decision can be appealed once: no appeal by the same opening act has been made before."""
    siblings = Case.objects.filter(parent=case.parent, flow=case.flow).exclude(pk=case.pk).values("number")
    before = Record.objects.filter(subject_kind="case", subject__in=siblings, act=context.act.name)
    return Finding.fail("appeal_used") if before.exists() else Finding.passed()


@effect("casework.add_topic")
def add_topic(round_: Round, context: Any) -> None:
    """A topic of the guide, with the demands it leads back to."""
    said = context.data
    topic = {k: said.get(k) for k in ("code", "title", "scope", "number", "demands")}
    round_.topics = [*[t for t in round_.topics if t["code"] != topic["code"]], topic]
    round_.save(update_fields=["topics"])


@check("casework.no_stopping_child")
def no_stopping_child(case: Case, context: Any) -> Finding:
    """No child case that stops payments is open."""
    thawed = pages.pages_of(case.round)
    left = [code for code in open_children(case) if (parent := thawed.flow(code).parent) and parent.stops_payment]
    return Finding.fail(OPEN_CHILD, flows=sorted(set(left))) if left else Finding.passed()


@check("casework.appeal_over")
def appeal_over(case: Case, context: Any) -> Finding:
    """The decision that brought the case where it stands can be appealed no more: its term has run out, or it was appealed."""
    moves = Record.objects.filter(subject_kind="case", subject=case.number, after=case.state).exclude(before=case.state)
    decision = moves.order_by("-position").first()
    until = appeal_until(context.flow, decision) if decision else None
    if decision is None or until is None or context.on >= until:
        return Finding.passed()
    heard = case.children.filter(
        opened_at__gte=decision.on, flow__in={one.get("child") for one in context.flow.appeals}
    )
    return (
        Finding.passed()
        if heard.exists()
        else Finding.fail("appeal_still_possible", until=str((until - timedelta(seconds=1)).astimezone(ZONE).date()))
    )


@check("casework.not_academic_judgement")
def not_academic_judgement(case: Case, context: Any) -> Finding:
    """The ground is procedure, recusal or fact; the experts' scholarly judgement is no ground."""
    ground = context.data.get("ground", "facts")
    if ground not in ("procedure", "recusal", "facts"):
        return Finding.fail("academic_judgement_is_no_ground")
    return Finding.passed()


@check("parties.all_consented")
def all_consented(case: Case, context: Any) -> Finding:
    """Every member has signed in and agreed."""
    waiting = [name for (name,) in WAITING.rows(case.pk)]
    return Finding.fail("members_not_consented", names=waiting) if waiting else Finding.passed()


@fact("parties.consents_given", unit="人")
def consents_given(case: Case, on: datetime) -> int:
    """Members who have agreed."""
    return len(CONSENTED.rows(case.pk)) if case.pk else 0


@effect("casework.note_consent")
def note_consent(case: Case, context: Any) -> None:
    """The member who acts has agreed, now."""
    for member in MEMBER.rows(case.pk, context.by.person.pk) if context.by.person else ():
        member.consented_at = context.on
        update(member, "consented_at")


@fact("casework.round_topics")
def round_topics(case: Case, on: datetime) -> Mapping[str, Mapping[str, str]]:
    """Topics of the round with their codes, for the choice on the form and wherever the answer is read."""
    told = {t["code"]: (t["title"], t.get("title_en", t["title"])) for t in case.round.topics}
    return {code: {"zh": f"{code} {zh}", "en": f"{code} {en}"} for code, (zh, en) in told.items()}


@fact("casework.term_least", unit="月")
def term_least(case: Case, on: datetime) -> int:
    """Shortest term that the round and the track allow."""
    return max(int(case.round.details.get("term_least", 1)), _months(case)[0])


@fact("casework.term_most", unit="月")
def term_most(case: Case, on: datetime) -> int:
    """Longest term that the round and the track allow."""
    return min(int(case.round.details.get("term_most", 60)), _months(case)[1])


def _months(case: Case) -> tuple[int, int]:
    """The shortest and longest term of a case's track by its page; without a track no bound."""
    tracks = pages.pages_of(case.round).programme.get("tracks") or {}
    least, most = tracks.get(case.track, {}).get("months", (1, 600))
    return int(least), int(most)


@fact("casework.days_published", unit="日")
def days_published(round_: Round, on: datetime) -> int:
    """Days from publication to closing."""
    start = round_.published_at or on
    return (round_.closes_at - start).days if round_.closes_at else 10_000


@fact("casework.undecided_cases")
def undecided_cases(round_: Round, on: datetime) -> int:
    """Cases of the round on which nothing has been decided."""
    decided = pages.decided_states(round_)
    return round_.cases.filter(parent=None).exclude(state__in=decided).count()


@fact("casework.open_appeals")
def open_appeals(round_: Round, on: datetime) -> int:
    """Appeals and objections of the round without an answer."""
    thawed = pages.pages_of(round_)
    rows = Case.objects.filter(round=round_, flow__in=["appeal", "objection"]).values_list("flow", "state")
    return sum(not thawed.flow(flow).states[state].end for flow, state in rows)


@fact("casework.outage_minutes", unit="分钟")
def outage_minutes(round_: Round, on: datetime) -> int:
    """Minutes of outage proven by the front's own log, as an officer entered them into the round."""
    return int(round_.details.get("outage_minutes", 0))


@fact("casework.is_joint")
def is_joint(round_: Round, on: datetime) -> bool:
    """The round has a co-funder."""
    return bool(round_.details.get("funders"))


@fact("casework.is_rolling")
def is_rolling(round_: Round, on: datetime) -> bool:
    """The round stands open without a deadline: what is ripe is reviewed at once."""
    return deadlines.is_rolling(round_)


@fact("casework.in_turn")
def in_turn(round_: Round, on: datetime) -> bool:
    """Cases of the round are reviewed now: it is in review, or rolling."""
    return round_.state == "in_review" or deadlines.is_rolling(round_)


@check("casework.reviewed_now")
def reviewed_now(round_: Round, context: Any) -> Finding:
    """Cases of the round are reviewed now: it is in review, or rolling."""
    return Finding.passed() if in_turn(round_, context.on) else Finding.fail("round_not_reviewed_now")


@check("casework.rolling_now")
def rolling_now(round_: Round, context: Any) -> Finding:
    """The round is a rolling one: others end at their deadline."""
    return Finding.passed() if deadlines.is_rolling(round_) else Finding.fail("not_a_rolling_round")


@check("casework.all_co_funders_agreed")
def all_co_funders_agreed(round_: Round, context: Any) -> Finding:
    """Each co-funder has confirmed the share."""
    agreed = {d.actor for d in context.situation.done if d.act == "co_funder_agrees"}
    wanted = len(round_.details.get("funders", ()))
    return Finding.fail("co_funders_missing", count=wanted - len(agreed)) if len(agreed) < wanted else Finding.passed()


@check("casework.all_checked")
def all_checked(round_: Round, context: Any) -> Finding:
    """No case of the round is still in formal check."""
    left = round_.cases.filter(state__in=["submitted", "formal_check", "correction"]).count()
    return Finding.fail("cases_in_check", count=left) if left else Finding.passed()


@check("casework.only_extends")
def only_extends(round_: Round, context: Any) -> Finding:
    """The new closing time, where one is given, is later than the old one."""
    if not context.data.get("new_close"):
        return Finding.passed()
    new = datetime.fromisoformat(str(context.data["new_close"]))
    new = new if new.tzinfo else new.replace(tzinfo=ZONE)
    if round_.closes_at and new <= round_.closes_at:
        return Finding.fail("only_later", closes=round_.closes_at.isoformat())
    return Finding.passed()


@check("casework.closes_ahead")
def closes_ahead(round_: Round, context: Any) -> Finding:
    """A round that was stopped before it closed does not go on with a deadline that has passed meanwhile."""
    passed = bool(round_.closes_at and round_.closes_at <= context.on) or bool(
        round_.before in ("published", "open") and round_.units_close_at and round_.units_close_at <= context.on
    )
    if round_.before in ("published", "open", "closing") and passed and not context.data.get("new_close"):
        return Finding.fail("needs_new_close", closes=round_.closes_at.isoformat() if round_.closes_at else "")
    new = datetime.fromisoformat(str(context.data["new_close"])) if context.data.get("new_close") else None
    new = new.replace(tzinfo=ZONE) if new is not None and new.tzinfo is None else new
    return Finding.fail("needs_new_close", closes=new.isoformat()) if new is not None and new <= context.on else Finding.passed()  # fmt: skip


@effect("casework.move_deadline")
def move_deadline(round_: Round, context: Any) -> None:
    """Both deadlines move by the same span, to the new closing time, where one is given."""
    if not context.data.get("new_close"):
        return
    new = datetime.fromisoformat(str(context.data["new_close"]))
    new = new if new.tzinfo else new.replace(tzinfo=ZONE)
    gap = round_.closes_at - round_.units_close_at if round_.closes_at and round_.units_close_at else None
    round_.closes_at = new
    round_.units_close_at = new - gap if gap is not None else new
    round_.save()


@check("casework.pages_sound")
def pages_sound(round_: Round, context: Any) -> Finding:
    """The pages parse, their examples hold and every name is offered."""
    faults = pages.faults(round_.programme)
    return Finding.fail("pages_unsound", first=faults[0].at, count=len(faults)) if faults else Finding.passed()


@check("casework.flow_sound")
def flow_sound(round_: Round, context: Any) -> Finding:
    """The flow of the programme has no dead end."""
    faults = pages.flow_faults(round_.programme)
    return Finding.fail("flow_unsound", first=faults[0].at) if faults else Finding.passed()


@check("casework.timetable_sound")
def timetable_sound(round_: Round, context: Any) -> Finding:
    """The dates are in order: opening, units' deadline, and recommenders' as long after it as the page's `recommender_gap`."""
    dates = [round_.opens_at, round_.units_close_at, round_.closes_at]
    given = [d for d in dates if d]
    if len(given) < (1 if round_.details.get(deadlines.ROLLING) else 3):
        return Finding.fail("dates_missing")
    if given != sorted(given):
        return Finding.fail("dates_out_of_order")
    gap, units, recommenders = context.flow.params.get("recommender_gap"), round_.units_close_at, round_.closes_at
    if gap is None or units is None or recommenders is None or not gap.terms(pages.day_of(context.on)):
        return Finding.passed()
    least, most = gap.terms(pages.day_of(context.on))[0].count, Term.parse(gap.at_most).count
    fits = timedelta(least) <= recommenders - units <= timedelta(most)
    return Finding.passed() if fits else Finding.fail("recommenders_gap", least=least, most=most)


@effect("casework.freeze_pages")
def freeze_pages(round_: Round, context: Any) -> None:
    """Keep a copy of every page with its digest; the round reads it from now on."""
    context.tells["pages"] = frozen_now(round_, context.on)


def frozen_now(round_: Round, on: datetime) -> str:
    """Freeze the round with the edition in force; the digest of what it reads from now on."""
    body, page_digest = pages.frozen_text(round_)
    round_.frozen, _ = Frozen.objects.get_or_create(digest=page_digest, defaults={"body": body, "on": on})
    round_.save(update_fields=["frozen"])
    return page_digest


@effect("casework.publish_digest")
def publish_digest(round_: Round, context: Any) -> None:
    """The call is published, under its number and with the digest of its frozen pages; the act's page says what its notice tells."""
    round_.published_at, round_.document_no = context.on, str(context.data.get("document_no", ""))
    round_.save(update_fields=["published_at", "document_no"])
    context.tells["pages"] = round_.frozen_id or ""
