"""A funded project whose money can move, brought there by the shortest way that leaves the money's own acts real."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

from kechuang.casework.models import Case, Notice, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.funds import offers
from kechuang.desks.funds.models import QuotaDocument
from tests.factories import START, Region, a_case, a_person, an_open_round, done

LATER = START + timedelta(20)
FEN = 10_000_000
DECISION = {"minutes": "纪要1号", "document_no": "文1号"}


def noticed(region: Region, round_: Round | None = None) -> Case:
    """A case whose public notice has run out: leadership may fund it."""
    case = a_case(region, round_ or an_open_round(region), leader=a_person(unit=region.unit))
    notice = Notice.objects.create(
        round=case.round, what="list", digest="", first_day=START.date(), last_day=START.date(), on=START
    )
    notice.cases.add(case)
    given = {"state": "public_notice", "proposed_fen": FEN, "asked_fen": FEN, "rank": 1, "above_line": True}
    Case.objects.filter(pk=case.pk).update(**given)
    case.refresh_from_db()
    return case


def running(region: Region, round_: Round | None = None) -> Case:
    """Funded through the door; its contract is taken as signed, its first instalment as free."""
    case = noticed(region, round_)
    done(case, "fund", region.leadership, on=LATER, **DECISION)
    return scheduled(case)


def scheduled(case: Case, on: datetime = LATER) -> Case:
    """As its countersigned contract leaves it: running, its instalments laid out, the first of them free."""
    signing = SimpleNamespace(pages=pages_of(case.round), act=SimpleNamespace(name="countersign"), on=on)
    offers.schedule(case, signing)
    Case.objects.filter(pk=case.pk).update(state="running")
    return Case.objects.get(pk=case.pk)


def a_quota(number: str = "文", fen: int = 10**10) -> QuotaDocument:
    return QuotaDocument.objects.create(number=number, fen=fen, on=LATER.date())


def prepared(region: Region) -> Case:
    """With its payment prepared by the clerk."""
    case = running(region)
    a_quota()
    done(case, "prepare_payment", region.fund_clerk, on=LATER, instalment="once", quota_document="文")
    return case


def received(region: Region) -> Case:
    """With its money in the account of the unit."""
    case = prepared(region)
    done(case, "pay", region.treasurer, on=LATER)
    day = LATER.date().isoformat()
    done(case, "confirm_receipt", region.finance, on=LATER, amount="10", date=day)
    return case
