"""What the texts desk offers to the pages: title clashes, comparison with what is already there, shares found elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kechuang.casework.models import FOUND, Case, Round
from kechuang.casework.models import Finding as Found
from kechuang.casework.outbox import put
from kechuang.desks.texts import knowing
from kechuang.parties.prepared import Prepared
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

# The ways an officer judges a comparison; the word kept in the finding begins with the Chinese one.
PAID_ELSEWHERE = "elsewhere"
JUDGEMENTS = {
    "different": {"zh": "不构成重复", "en": "No duplicate"},
    "partly": {"zh": "部分重复，请申请人说明", "en": "Partly the same: the applicant shall explain"},
    "same": {"zh": "实质重复，建议不予受理", "en": "The same in substance: not to be admitted"},
    PAID_ELSEWHERE: {"zh": "同一内容已获其他财政资助", "en": "The same work is paid for by other public money"},
}
ENDED = ("draft", "withdrawn", "not_admitted", "not_funded")
TITLED = Prepared[tuple[int]](
    lambda title: (
        Case.objects.filter(title=title, parent=None).exclude(state__in=ENDED).order_by("pk").values_list("pk")[:2]
    )
)


@check("texts.title_clash")
def title_clash(case: Case, context: Any) -> Finding:
    """No running or applied project of someone else has the same title."""
    title = str((context.data.get("_values") or {}).get("title") or case.title).strip()
    same = title and any(pk != case.pk for (pk,) in TITLED.rows(title))
    return Finding.warn("title_taken", title=title) if same else Finding.passed()


@effect("texts.compare")
def compare(case: Case, context: Any) -> None:
    """Ask for the comparison with all earlier applications and results, once for the same answers; the job leaves a finding."""
    put("compare", f"compare:{case.number}:{case.answers_digest}", {"case": case.pk}, context.on)


def compared(case: Case) -> Found | None:
    """The finding of the comparison, if it saw the answers as they are now."""
    found = FOUND.one(case.pk, "texts.compare")
    return found if found and found.answers_digest == case.answers_digest else None


@check("texts.no_duplicate")
def no_duplicate(case: Case, context: Any) -> Finding:
    """No duplicate above the line, or an officer has looked: a warning shows what was found and refuses nothing."""
    found = compared(case)
    if found is None or found.verdict == "pass" or found.settled_by_id:
        return Finding.passed()
    told = [dict(reason) for reason in found.reasons]
    return Finding("warn", tuple(Reason(reason.pop("code"), **reason) for reason in told))


@fact("texts.duplicate_share", unit="%")
def duplicate_share(case: Case, on: datetime) -> int | None:
    """Share of the text found elsewhere, in whole percent; unknown until it has been compared."""
    found = compared(case) if case.pk else None
    return int(found.evidence.get("share", 0)) if found else None


@fact("texts.same_elsewhere")
def same_elsewhere(case: Case, on: datetime) -> bool:
    """The same content is paid for elsewhere: an officer has said so of a finding."""
    if not case.pk:
        return False
    said = JUDGEMENTS[PAID_ELSEWHERE]["zh"]
    found = FOUND.one(case.pk, "texts.compare")
    return found is not None and found.settled_word.startswith(said)


@fact("texts.affinity")
def affinity(round_: Round, on: datetime) -> dict[tuple[str, str], int]:
    """How near each expert's own work is to each case of the round, in thousandths: for the draw's scores."""
    return knowing.affinity(round_)
