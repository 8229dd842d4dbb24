"""What the experts desk can be asked of a round: groups, draws, progress and ranking, in counts; never who reads what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from kechuang.casework import curtain
from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import current, pages_of, roles_page
from kechuang.desks.experts import ceremonies
from kechuang.desks.experts.ceremonies import DRAWS, SAME
from kechuang.desks.experts.models import Ceremony, CeremonyPapers, Draw, Pool, Review
from kechuang.desks.experts.offers import draw_of, mode_of
from kechuang.engines.flow import Act
from kechuang.parties.models import Appointment
from kechuang.parties.permissions import covers
from kechuang.words.reason import Reason

DECIDED = ("decided", "archived")
NEVER, AFTER_RANK, AFTER_DECISION, FULL = "none", "after_rank", "after_decision", "full"
READS_RANKS = ("planning", "decision", "supervision")


@dataclass(slots=True)
class GroupCount:
    """A review group in numbers: cases by state, seats drawn, sheets filed; no label and no name."""

    name: str
    states: Counter[str] = field(default_factory=Counter)
    seats: int = 0
    sheets: int = 0
    draws: tuple[Draw, ...] = ()

    @property
    def cases(self) -> int:
        return sum(self.states.values())

    @property
    def wanted(self) -> int:
        """Sheets to be filed: a seat reads every case of its group."""
        return self.cases * self.seats

    @property
    def waits(self) -> int:
        """Cases of the group that wait for the draw."""
        return self.states["grouped"]


def groups_of(round_: Round, cases: QuerySet[Case] | None = None) -> list[GroupCount]:
    """The groups of a round (those of `cases`, where only some may be seen) with their draws and the sheets filed, in the order of their names: three queries."""
    found: dict[str, GroupCount] = {}
    seen = Case.objects.filter(round=round_) if cases is None else cases
    grouped = seen.filter(parent=None).exclude(group="")
    for name, state, n in grouped.order_by().values_list("group", "state").annotate(n=Count("pk")):
        found.setdefault(name, GroupCount(name)).states[state] += n
    drawn: dict[str, list[Draw]] = defaultdict(list)
    for row in Draw.objects.filter(round=round_, aborted_at=None).order_by("on"):
        drawn[row.group].append(row)
    sheets = Review.objects.filter(case__in=seen.filter(parent=None)).order_by().values_list("case__group")
    filed = dict(sheets.annotate(n=Count("pk")))
    for name, one in found.items():
        one.draws = tuple(drawn[name])
        one.seats = sum(row.seats for row in one.draws)
        one.sheets = filed.get(name, 0)
    return [found[name] for name in sorted(found)]


def ungrouped(round_: Round) -> QuerySet[Case]:
    """Admitted cases of the round that stand in no group yet."""
    return Case.objects.filter(round=round_, parent=None, state="admitted", group="")


def suggested(round_: Round, *, most: int, least: int = 1) -> list[tuple[str, int]]:
    """Groups by subject code for the ungrouped cases: (first signs of the code, how many), most signs first kept apart.

    Codes share a group as long as it has no more than `most` cases; a group larger than that is split one sign deeper.
    """
    counted = Counter(ungrouped(round_).values_list("field", flat=True))
    return sorted(_split(counted, signs=least, most=most))


def _split(counted: Mapping[str, int], *, signs: int, most: int) -> Iterable[tuple[str, int]]:
    by_prefix: dict[str, Counter[str]] = defaultdict(Counter)
    for code, n in counted.items():
        by_prefix[code[:signs]][code] += n
    for prefix, codes in by_prefix.items():
        deeper = any(len(code) > signs for code in codes)
        if sum(codes.values()) > most and deeper and len(codes) > 1:
            yield from _split(codes, signs=signs + 1, most=most)
        else:
            yield prefix, sum(codes.values())


def of_field(round_: Round, prefix: str) -> QuerySet[Case]:
    """The ungrouped cases whose subject code begins with `prefix`; an empty prefix means cases without a code."""
    rows = ungrouped(round_).filter(field__startswith=prefix) if prefix else ungrouped(round_).filter(field="")
    return rows.select_related("round__institution", "applicant", "leader").order_by("number")


def to_draw(round_: Round, groups: Iterable[str]) -> list[tuple[Case, str]]:
    """The cases of these groups that wait for their draw, each with the act that draws it; the operator sees how many."""
    flow = pages_of(round_).flow(pages_of(round_).main_flow)
    acts = {
        state: act.name for act in flow.acts.values() if DRAWS in act.effects and act.to != SAME for state in act.start
    }
    rows = Case.objects.filter(round=round_, parent=None, state__in=acts)
    rows = rows.filter(Q(group__in=groups) | Q(number__in=groups))
    found = rows.select_related("round__institution", "round__frozen", "parent").order_by("number")
    return [(case, acts[case.state]) for case in found]


def drawn_alone(held: Iterable[Appointment]) -> list[tuple[Case, Act]]:
    """Cases whose panel is drawn for them alone (acceptance, mid-term) and is not drawn yet, for whoever draws; oldest first."""
    mine = [one for one in held if one.role == "draw_operator"]
    shelf = current()
    flows = [shelf.page("flows", code).body for code in shelf.codes("flows")] if mine else []
    states = {state for flow in flows for act in flow["acts"].values() if DRAWS in act.get("effects", ()) and act["to"] == SAME for state in act["from"]}  # fmt: skip
    rows = Case.objects.filter(state__in=states).select_related("round__institution", "round__frozen", "parent")
    found = ((case, act) for case in rows.order_by("entered_at", "pk") if any(covers(one, case) for one in mine) for act in _alone(case))  # fmt: skip
    return [(case, act) for case, act in found if draw_of(case, mode_of(case, act.name)) is None]


def _alone(case: Case) -> list[Act]:
    acts = pages_of(case.round).flow_of(case).acts.values()
    return [act for act in acts if DRAWS in act.effects and act.to == SAME and act.stands_in(case.state)]


def lacks(round_: Round, on: datetime) -> list[Reason]:
    """What the groups that wait for a draw are short of; looks behind the curtain and names nobody."""
    with curtain.lifted("experts.lacks"):
        return ceremonies.lacks_of(round_, on) if pool_of(round_) else [Reason("pool_not_frozen")]


def pool_of(round_: Round) -> Pool | None:
    """The frozen pool: how many and the digest; its members lie behind the curtain."""
    return Pool.objects.filter(round=round_).first()


def released(ceremony: Ceremony) -> dict[str, Any] | None:
    """The public form of a drawn ceremony's certificate, from the award on; None before."""
    if ceremony.drawn_at is None or ceremony.round.state not in DECIDED:
        return None
    with curtain.lifted("experts.public_certificate"):
        papers = CeremonyPapers.objects.filter(ceremony=ceremony).only("public").first()
        return dict(papers.public) if papers else None


def was_ranked(round_: Round) -> bool:
    """Whether the round has been ranked."""
    return Record.objects.filter(subject_kind="round", subject=round_.code, act="rank").exists()


def views_of(held: Iterable[Appointment], round_: Round) -> tuple[set[str], set[str]]:
    """Of the appointments that reach this round: the powers, and what they may see of scores."""
    reaching = [one for one in held if covers(one, round_)]
    return {one.power for one in reaching}, {roles_page().sees(one.role).get("scores", NEVER) for one in reaching}


def may_read_scores(held: Iterable[Appointment], round_: Round) -> bool:
    """Whether marks may be shown now: to all who see them in full, to planning once ranked, to others once decided."""
    _, views = views_of(held, round_)
    if FULL in views:
        return True
    if round_.state in DECIDED and views & {AFTER_RANK, AFTER_DECISION}:
        return True
    return AFTER_RANK in views and was_ranked(round_)


def may_read_ranking(held: Iterable[Appointment], round_: Round) -> bool:
    """Whether the order of the cases may be shown: to planning, decision and supervision, and to who may read scores."""
    reaching = list(held)
    powers, _ = views_of(reaching, round_)
    return bool(powers & set(READS_RANKS)) or may_read_scores(reaching, round_)


def ranking_of(round_: Round) -> QuerySet[Case]:
    """The ranked cases of a round, best first, with their scores where there are any."""
    rows = Case.objects.filter(round=round_, parent=None, rank__isnull=False)
    return rows.select_related("score", "applicant", "leader", "round__institution", "award").order_by("rank", "pk")
