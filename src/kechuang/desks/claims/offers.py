"""What the claims desk offers: evidence taken once, amounts computed and explained, shares of the budget, scores of recognitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.casework import answers, computing
from kechuang.casework.computing import Result
from kechuang.casework.models import Case
from kechuang.casework.pages import Pages, day_of, pages_for, pages_of
from kechuang.desks.claims import basis, settling
from kechuang.desks.claims.models import Computation, Evidence, Share
from kechuang.engines.rules.sentences import sentence
from kechuang.formula import FormulaError
from kechuang.words.money import Money
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding, Refused
from kechuang.words.period import Term, term_ends
from kechuang.words.reason import Reason

LONGEST = 200
BEYOND = 1000  # a mark that no band allows


# What the form asks


@fact("claims.own_records")
def own_records(case: Case, on: datetime) -> Mapping[str, Mapping[str, str]]:
    """The applicant's records that the policy can pay for, as options of the form."""
    found = computing.basis_of(case, on)
    if found is None:
        return {}
    rows = computing.own(case, found, on)
    return {str(one[found.subject.key]): computing.label_of(found.subject, one) for one in rows}


@fact("claims.title")
def title(case: Case, on: datetime) -> Mapping[str, Any]:
    """What a claim is called: the programme, the unit (not where experts read it), the year; and the year it is about."""
    programme = pages_of(case.round).programme
    unit = case.applicant.name if case.applicant and "sheets" not in programme else ""
    named = f"{unit} {case.round.year} 年{programme['title']['zh']}".strip()
    return {"title": named[:LONGEST], "claim_year": computing.year_of(case.round)}


def tried(case: Case, on: datetime) -> Result | None:
    """What the case comes to now, as far as it can be computed at all: an allotment cannot while a league is missing."""
    try:
        return basis.computed(case, on)
    except (FormulaError, Refused):
        return None


@fact("claims.computed_now", unit="元")
def computed_now(case: Case, on: datetime) -> int | None:
    """What the picked records come to by the rules of the round, in fen; not known while a figure is missing."""
    found = tried(case, on)
    return found.fen if found is not None and found.records else None


@fact("claims.records_chosen", unit="项")
def records_chosen(case: Case, on: datetime) -> int | None:
    """How many of the picked records are the applicant's own; not known before anything was typed."""
    found = computing.basis_of(case, on)
    if found is None or case.pk is None or not (case.answers or answers.typed(case)):
        return None
    return len(computing.records_of(case, found, on))


@fact("claims.in_window")
def in_window(case: Case, on: datetime) -> bool | None:
    """Every picked record lies in the year of the claim."""
    found = computing.basis_of(case, on)
    if found is None or case.pk is None:
        return None
    rows = computing.records_of(case, found, on)
    return all(found.year_for(row) == found.year for row in rows) if rows else None


@fact("claims.year_fits")
def year_fits(case: Case, on: datetime) -> bool | None:
    """The year that was typed is the one the round pays for."""
    said = (case.answers or answers.typed(case)).get("claim_year") if case.pk else None
    return None if said in (None, "") else str(said) == str(computing.year_of(case.round))


@fact("claims.used_elsewhere")
def used_elsewhere(case: Case, on: datetime) -> bool | None:
    """A picked record is used by another claim for the same side."""
    return None if case.pk is None else bool(taken_by_others(case, on))


@fact("claims.related_found")
def related_found(case: Case, on: datetime) -> bool | None:
    """The other side of a picked record belongs to the claimant."""
    found = computing.basis_of(case, on)
    if found is None or case.pk is None:
        return None
    return bool(basis.related(case, found, computing.records_of(case, found, on), on))


@fact("claims.settled", unit="元")
def settled(case: Case, on: datetime) -> int | None:
    """What the budget leaves of the claim, in fen."""
    share = Share.objects.filter(case=case).first()
    return share.fen if share else None


# Evidence


def taken_by_others(case: Case, on: datetime) -> list[str]:
    """Keys of evidence that another claim holds for the same side."""
    found = computing.basis_of(case, on)
    if found is None or found.policy.allot is not None:
        return []
    mine = basis.evidence_of(found, basis.records_of(case, found, on))
    rows = Evidence.objects.filter(released_at=None, key__in=[key for _e, key, _m in mine]).exclude(case=case)
    there = {(one.entity, one.key, one.mark) for one in rows}
    return sorted(key for entity, key, mark in mine if (entity, key, mark) in there)


@check("claims.evidence_not_used", locks=("evidence",))
def evidence_not_used(case: Case, context: Any) -> Finding:
    """No picked record is used by another claim for the same side: once by the user, once by the owner."""
    used = taken_by_others(case, context.on)
    return Finding.fail("evidence_used", records=used) if used else Finding.passed()


@check("claims.not_paid_twice", locks=("evidence",))
def not_paid_twice(case: Case, context: Any) -> Finding:
    """As `evidence_not_used`, asked again before the claim is listed."""
    return evidence_not_used(case, context)


@check("claims.evidence_valid")
def evidence_valid(case: Case, context: Any) -> Finding:
    """Every record the claim rests on stands in its register, confirmed by the second hand."""
    found = computing.basis_of(case, context.on)
    if found is None or found.policy.allot is not None:
        return Finding.passed()
    rows = computing.records_of(case, found, context.on)
    there = {str(row[found.subject.key]): row for row in rows}
    gone = [key for key in computing.chosen(case, found) if key not in there]
    open_ = [key for key, row in there.items() if not row.get("confirmed", True)]
    if gone or open_:
        return Finding.fail("evidence_not_confirmed", records=[*gone, *open_])
    return Finding.passed()


@check("claims.not_related")
def not_related(case: Case, context: Any) -> Finding:
    """No record's other side belongs to the claimant: by shares, control, posts or kin, as registered or declared."""
    found = computing.basis_of(case, context.on)
    if found is None or found.policy.allot is not None:
        return Finding.passed()
    hit = basis.related(case, found, computing.records_of(case, found, context.on), context.on)
    return Finding.fail("related_party", records=hit) if hit else Finding.passed()


@effect("claims.take_evidence", locks=("evidence",))
def take_evidence(case: Case, context: Any) -> None:
    """Hold every record the claim rests on for its side, until the claim ends without money."""
    found = computing.basis_of(case, context.on)
    if found is None or found.policy.allot is not None:
        return
    records = basis.records_of(case, found, context.on)
    for entity, key, mark in basis.evidence_of(found, records):
        Evidence.objects.get_or_create(case=case, entity=entity, key=key, mark=mark, released_at=None)
    for entity, key in basis.shared_evidence(found, records):
        Evidence.objects.get_or_create(case=case, entity=entity, key=key, mark=f"part:{case.pk}", released_at=None)


@effect("claims.release_evidence")
def release_evidence(case: Case, context: Any) -> None:
    """Let go of the records of a claim that ended without money."""
    Evidence.objects.filter(case=case, released_at=None).update(released_at=context.on)


# Computing


@check("claims.entitled")
def entitled(case: Case, context: Any) -> Finding:
    """The rule gives something for what was picked; else its own sentences say why not."""
    found = tried(case, context.on)
    if found is None or not found.records or (found.fen is not None and found.fen > 0):
        return Finding.passed()
    if found.fen is None:
        return Finding.fail("figures_missing")
    said = [Reason("policy_refuses", **one) for one in computing.refusals(found)]
    return Finding("fail", tuple(said) or (Reason("ceiling_used_up", policy=dict(found.basis.policy.title)),))


@effect("claims.compute")
def compute(case: Case, context: Any) -> None:
    """Compute the claim by the edition frozen in its round; the amount, every line and the edition are kept."""
    keep(case, context, pages=None, why="compute")


@effect("claims.recompute")
def recompute(case: Case, context: Any) -> None:
    """Compute again by the edition of the book in force now; the earlier computation stays beside the new one."""
    keep(case, context, pages=pages_for(case.round.programme), why="recompute")


def keep(case: Case, context: Any, *, pages: Pages | None, why: str) -> Computation:
    """One computation more on the case; Refused where a figure it needs is missing."""
    try:
        found = basis.computed(case, context.on, pages=pages)
    except FormulaError as fault:
        raise Refused(Reason("cannot_be_computed", why=sentence(fault.reason))) from None
    if found is None or not found.records or (found.basis.policy.verdict is None and found.fen is None):
        raise Refused(Reason("cannot_be_computed", why=""))
    number = Computation.objects.filter(case=case).count() + 1
    fen = found.fen if found.basis.policy.verdict is None else None
    row = Computation.objects.create(
        case=case, number=number, on=context.on, policy=found.basis.policy.code, edition=found.basis.digest,
        verdict=found.verdict, fen=fen, told=computing.told(found), why=why,
    )  # fmt: skip
    for record, amount in zip(found.records, found.amounts, strict=True):
        Evidence.objects.filter(case=case, entity=found.basis.subject.code, key=str(record[found.basis.subject.key]), released_at=None).update(fen=amount)  # fmt: skip
    if fen is not None:
        case.asked_fen = fen
        case.save(update_fields=["asked_fen"])
        context.tells["fen"] = str(fen)
    context.tells |= {"verdict": found.verdict, "edition": found.basis.digest, "computation": str(number)}
    context.data |= said_in_letter(case, found, context)
    return row


def said_in_letter(case: Case, found: Result, context: Any) -> dict[str, str]:
    """What the notice of a computation says: the rule, its day, each record with what it came to, the sum in yuan."""
    policy, day = found.basis.policy, found.found[0].day
    rows = [
        f"{computing.label_of(found.basis.subject, record)['zh']}：{'未定' if amount is None else Money(amount)}"
        for record, amount in zip(found.records, found.amounts, strict=True)
    ]
    until = day_of(term_ends(context.on, Term.parse("5 工作日")))
    return {
        "policy_title": str(policy.title["zh"]), "policy_day": f"{day.year}年{day.month}月{day.day}日",
        "steps": "；".join(rows), "amount": f"{Money(found.fen or 0).in_unit('元'):.2f}",
        "reply_until": f"{until.year}年{until.month}月{until.day}日",
        "institution": case.round.institution.name if case.round.institution else "",
    }  # fmt: skip


# Shares of the budget


@check("claims.computed_once")
def computed_once(case: Case, context: Any) -> Finding:
    """There is a computation to list."""
    return Finding.passed() if Computation.objects.filter(case=case).exists() else Finding.fail("not_computed")


@effect("claims.settle_budget", locks=("budget",))
def settle_budget(case: Case, context: Any) -> None:
    """Put the claim on the list and share out what the round has left among all that stand on it, as its page declares."""
    share = settling.settle(case, context)
    context.tells |= {"fen": str(share.fen), "way": share.way}


@check("claims.has_share", locks=("budget",))
def has_share(case: Case, context: Any) -> Finding:
    """The budget leaves something of the claim; what was cut off is not published."""
    share = Share.objects.filter(case=case).first()
    if share is not None and share.fen > 0:
        return Finding.passed()
    return Finding.fail("beyond_the_list", pool=share.pool_fen if share else 0, place=share.place if share else 0)


@check("claims.was_cut_off")
def was_cut_off(case: Case, context: Any) -> Finding:
    """The budget left nothing of the claim."""
    share = Share.objects.filter(case=case).first()
    return Finding.passed() if share is not None and share.fen == 0 else Finding.fail("has_a_share")


@effect("claims.fix_share")
def fix_share(case: Case, context: Any) -> None:
    """What is published is what is decided: the share is told in the record."""
    share = Share.objects.get(case=case)
    context.tells |= {"fen": str(share.fen), "computed": str(share.wanted_fen)}


# Recognitions


@fact("claims.method")
def method(case: Case, on: datetime) -> str:
    """How titles of this page are judged: computed, or by experts."""
    return str((pages_of(case.round).programme.get("recognition") or {}).get("method", "computed"))


@fact("claims.conditions_failed", unit="项")
def conditions_failed(case: Case, on: datetime) -> int | None:
    """How many conditions of the title do not hold by the figures on record."""
    return None if case.pk is None or tried(case, on) is None else len(unmet(case, on))


@fact("claims.certain_fail")
def certain_fail(case: Case, on: datetime) -> bool | None:
    """Whatever experts may mark, the score cannot reach the line."""
    found = tried(case, on) if case.pk else None
    return None if found is None or not found.records else found.verdict == "fail"


def unmet(case: Case, on: datetime) -> list[dict[str, str]]:
    """The sentences of every condition that fails, of the page's policies together."""
    said: list[dict[str, str]] = []
    for code in policies_of_case(case):
        found = basis.computed(case, on, code=code)
        said += computing.refusals(found) if found is not None else []
    return [one for n, one in enumerate(said) if one not in said[:n]]


def policies_of_case(case: Case) -> list[str]:
    """The codes of the policies of a case's page; those that only gate come first."""
    programme = pages_of(case.round).programme
    return [*programme.get("policies", ()), str(programme["policy"])]


@check("claims.conditions_met")
def conditions_met(case: Case, context: Any) -> Finding:
    """Every condition of the title holds by confirmed figures; else each sentence that does not."""
    found = tried(case, context.on)
    if found is None or not found.records:
        return Finding.fail("no_figures_on_record")
    said = unmet(case, context.on)
    return Finding("fail", tuple(Reason("policy_refuses", **one) for one in said)) if said else Finding.passed()


@check("claims.marks_allowed")
def marks_allowed(case: Case, context: Any) -> Finding:
    """Each mark lies where the figures of the file let it lie: the band of its rights, its conversions, its growth."""
    found = computing.basis_of(case, context.on)
    marks = context.data.get("_sheet") or {}
    if found is None or not marks:
        return Finding.passed()
    records = basis.records_of(case, found, context.on)
    titles = {one["code"]: {"zh": one["zh"], "en": one["en"]} for sheet in pages_of(case.round).programme["sheets"] for one in sheet["criteria"]}  # fmt: skip
    wrong = [reason for name, title in titles.items() if (reason := basis.outside(found, records, name, marks.get(name), title))]  # fmt: skip
    return Finding("fail", tuple(wrong)) if wrong else Finding.passed()


def marks_between(case: Case, on: datetime) -> dict[str, tuple[int, int]]:
    """The least and greatest mark that the figures of the file allow, by criterion; nothing where anything goes."""
    found = computing.basis_of(case, on)
    if found is None or found.policy.verdict is None or "sheets" not in pages_of(case.round).programme:
        return {}
    records = basis.records_of(case, found, on)
    codes = [str(one["code"]) for sheet in pages_of(case.round).programme["sheets"] for one in sheet["criteria"]]
    told = {code: basis.outside(found, records, code, BEYOND, {}) for code in codes}
    return {code: (int(one.values["low"]), int(one.values["high"])) for code, one in told.items() if one is not None}


@effect("claims.score")
def score(case: Case, context: Any) -> None:
    """Compute the score with what is known now: an interval where experts' marks are missing; kept with every line."""
    keep(case, context, pages=None, why="score")


@check("claims.verdict_follows")
def verdict_follows(case: Case, context: Any) -> Finding:
    """What is published as a proposed title has passed by its last computation."""
    last = Computation.objects.filter(case=case).order_by("-number").first()
    if last is None:
        return Finding.fail("not_computed")
    return Finding.passed() if last.verdict == "pass" else Finding.fail("score_not_reached", verdict=last.verdict)


@check("claims.conditions_of_stake")
def conditions_of_stake(case: Case, context: Any) -> Finding:
    """The fund may take this stake by its rule: kind of firm, reform or list, the floor, the share, no sanction."""
    found = basis.computed(case, context.on)
    if found is None or not found.records:
        return Finding.fail("no_figures_on_record")
    said = computing.refusals(found)
    return Finding("fail", tuple(Reason("policy_refuses", **one) for one in said)) if said else Finding.passed()
