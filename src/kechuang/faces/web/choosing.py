"""What the fields of an act offer in this very case: instalments with their sums, partners with what is left of their share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kechuang.desks.funds.passing import shares_left
from kechuang.desks.funds.queries import due_in, quotas_left
from kechuang.engines.flow import Act
from kechuang.engines.forms import Field
from kechuang.faces.web import wording
from kechuang.faces.web.casefile import CaseFile

Offered = Mapping[str, Mapping[str, str]]


def offered(file: CaseFile, step: Act) -> Callable[[Field], Offered | None]:
    """The options of each field of `step` that this case narrows, for a reader of its money; None for every other field."""

    def options(asked: Field) -> Offered | None:
        known = OFFERED.get((step.name, asked.code)) if file.reader.money else None
        return known(file) if known else None

    return options


def _instalments(file: CaseFile) -> Offered | None:
    """The instalments that are due, each with its sum; None where none is, and the check says why. Of several gates the first."""
    titles, found = file.pages.choices("instalments") or {}, {}
    for row in due_in(file.case):
        found.setdefault(
            row.named, _same(f"{wording.text(titles.get(row.named, row.named))} · {wording.money(row.fen)}")
        )
    return found or None


def _quotas(file: CaseFile) -> Offered | None:
    """The quota documents that are not used up, each with what is left; None where none is entered, and the check says why."""
    told = {number: _same(f"{number} · {wording.money(left)}") for number, left in quotas_left()}
    return told or None


def _partners(file: CaseFile) -> Offered | None:
    """The partners in force, each with its share and what is left of it."""
    shares = file.seen.fact(file.flow.facts["partner_shares"]) or {}
    return {
        pid: _same(
            _("%(name)s · 份额 %(share)s，已转拨 %(passed)s，还可转拨 %(left)s")
            % {"name": name, "share": wording.money(share), "passed": wording.money(passed), "left": wording.money(share - passed)}
        )
        for pid, name, share, passed in shares_left(file.case, shares)
    } or None  # fmt: skip


def _same(text: str) -> Mapping[str, str]:
    return {"zh": text, "en": text}


OFFERED: Mapping[tuple[str, str], Callable[[CaseFile], Any]] = {
    ("prepare_payment", "instalment"): _instalments,
    ("prepare_payment", "quota_document"): _quotas,
    ("pass_to_partner", "partner"): _partners,
}
