"""Joint funds: what co-funders promise, what has come in, and what follows where it has not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import F

from kechuang.casework.models import Award, Case, Round
from kechuang.casework.pages import pages_for
from kechuang.desks.funds.models import Contribution
from kechuang.parties.prepared import Prepared
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.period import Term, term_ends

CONTRIBUTED = Prepared[tuple[int, int]](
    lambda programme, before: Contribution.objects.filter(
        round__programme=programme, round__year__lt=before
    ).values_list("promised_fen", "received_fen")
)


@effect("funds.promise_contribution")
def promise_contribution(round_: Round, context: Any) -> None:
    """What a co-funder promises for this round, in the joint fund's own ledger."""
    unit = context.by.person.unit
    Contribution.objects.update_or_create(
        round=round_, funder=unit, defaults={"promised_fen": int(context.data["share"])}
    )
    context.tells |= {"funder": unit.pid, "fen": str(context.data["share"])}


@fact("funds.joint_agreement_valid")
def joint_agreement_valid(case: Case, on: datetime) -> bool:
    """The joint agreement is in force: the round names its funders."""
    return bool(case.round.details.get("funders"))


@fact("funds.co_funder_paid_share", unit="%")
def co_funder_paid_share(subject: Case | Round, on: datetime) -> Fraction:
    """Share of the promised contributions of earlier rounds of this programme that has come in."""
    round_ = subject.round
    rows = CONTRIBUTED.rows(round_.programme, round_.year)
    promised, received = (sum(row[place] for row in rows) for place in (0, 1))
    return Fraction(received, promised) if promised else Fraction(1)


def follows(programme: Mapping[str, Any], what: str) -> bool:
    """Whether the page says that this follows where a co-funder's share has not come in."""
    return what in (programme.get("contributions") or {}).get("unpaid", ())


@check("funds.earlier_share_paid")
def earlier_share_paid(round_: Round, context: Any) -> Finding:
    """Where the page says `no_next_round`: a co-funder that owes a share of an earlier round beyond its term agrees to no other."""
    said = pages_for(round_.programme).programme
    if not follows(said, "no_next_round") or context.by.person is None:
        return Finding.passed()
    owing = Contribution.objects.filter(
        funder=context.by.person.unit, round__programme=round_.programme, received_fen__lt=F("promised_fen")
    )
    for row in owing.exclude(round=round_).select_related("round").order_by("round__year"):
        decided = Award.objects.filter(case__round=row.round).order_by("on").values_list("on", flat=True).first()
        if decided and term_ends(decided, Term.parse(str(said["contributions"]["due"]))) < context.on:
            return Finding.fail("co_funder_owes", title=row.round.title, fen=row.promised_fen - row.received_fen)
    return Finding.passed()


@check("funds.share_came_in")
def share_came_in(case: Case, context: Any) -> Finding:
    """Where the page says `told_at_acceptance`: what co-funders of the round still owe is told when a project is passed."""
    if not follows(context.pages.programme, "told_at_acceptance"):
        return Finding.passed()
    rows = Contribution.objects.filter(round=case.round, received_fen__lt=F("promised_fen")).select_related("funder")
    names = [row.funder.name for row in rows.order_by("funder__name")]
    return Finding.warn("co_funder_owes_here", names=names) if names else Finding.passed()
