"""What the experts desk offers: pools and draws, promises, sheets, panels, scores, ranking, opinions."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from kechuang.casework import deadlines
from kechuang.casework.actor import Actor
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.experts import ceremonies, drawing, fees, ranking, seating, sheets
from kechuang.desks.experts.models import Conflict, Draw, Expert, Opinion, Pool, Review, Score, Seat
from kechuang.desks.experts.terms import CERTIFIED, method_of
from kechuang.engines.panel.scores import in_points, median
from kechuang.parties.prepared import Prepared, insert, update
from kechuang.parties.steady import once
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding, Refused
from kechuang.words.reason import Reason

SITTING = ("invited", "accepted")
SEATS = Prepared[Seat](
    lambda label, round_, *groups: Seat.objects.filter(
        label=label, state__in=SITTING, draw__round=round_, draw__group__in=groups, draw__aborted_at=None
    ).order_by("pk")
)
DRAWS = Prepared[Draw](
    lambda round_, mode, *groups: Draw.objects.filter(
        round=round_, mode=mode, group__in=groups, aborted_at=None
    ).order_by("pk")
)
INVITED = Prepared[Seat](lambda label: Seat.objects.filter(label=label, state="invited"))
FILED = Prepared[tuple[int]](
    lambda case, label, mode: Review.objects.filter(case=case, label=label, mode=mode).values_list("pk")
)
TOGETHER = Prepared[tuple[int]](
    lambda round_, group: Case.objects.filter(round=round_, group=group, parent=None).values_list("pk")
)
POOL = Prepared[Pool](lambda round_: Pool.objects.filter(round=round_))
LABELS = Prepared[tuple[str]](lambda draw: Seat.objects.filter(draw=draw, state__in=SITTING).values_list("label"))
SHEETS = Prepared[tuple[int]](lambda case, mode: Review.objects.filter(case=case, mode=mode).values_list("pk"))
SCORE = Prepared[Score](lambda case: Score.objects.filter(case=case))
OPINIONS = Prepared[tuple[int]](lambda case: Opinion.objects.filter(case=case).values_list("pk"))
EXPERT = Prepared[Expert](lambda pk: Expert.objects.filter(pk=pk))
DRAW = Prepared[Draw](lambda pk: Draw.objects.filter(pk=pk))
GROUPED = ("mail", "panel")


def label_of(by: Actor) -> str:
    """The label of an expert's act."""
    return by.id.removeprefix("label:")


def seat_of(case: Case, by: Actor) -> Seat | None:
    """The seat from which `by` acts on this case: of a draw that stands, for this case or its group."""
    seat = SEATS.one(label_of(by), case.round_id, case.group or case.number, case.number)
    if seat is not None:
        seat.expert = once(("expert", seat.expert_id), lambda: EXPERT.rows(seat.expert_id)[0])
        seat.draw = once(("draw", seat.draw_id), lambda: DRAW.rows(seat.draw_id)[0])
    return seat


def mode_of(case: Case, act: str = "") -> str:
    """Which panel works now: mail, panel, site visit, mid-term or acceptance."""
    if "acceptance" in act or case.state in ("acceptance", "rectify"):
        return "acceptance"
    if case.parent_id:
        return case.flow
    if case.state == "site_visit":
        return "site_visit"
    return "panel" if case.state == "panel_review" else modes_of(case)[0]


def modes_of(case: Case) -> list[str]:
    """The panels a programme's page declares for its review, in order: by mail, in a meeting, or both."""
    declared = pages_of(case.round).programme.get("panel") or {}
    return [mode for mode in GROUPED if mode in declared] or ["mail"]


def draw_of(case: Case, mode: str) -> Draw | None:
    """The draw that stands for this case's panel; a defence panel is the mail panel where none was drawn for it."""
    name = (case.group if mode in GROUPED else "") or case.number
    found = DRAWS.one(case.round_id, mode, name, case.number)
    return DRAWS.one(case.round_id, "mail", name, case.number) if found is None and mode == "panel" else found


# The pool and the draw


@effect("experts.freeze_pool", behind=True)
def freeze_pool(round_: Round, context: Any) -> None:
    """Close the pool for this round; count and digest go into the record, and so into the log."""
    pool = drawing.freeze_pool(round_, context.on)
    context.tells |= {"pool": pool.digest, "count": str(pool.count)}


@check("experts.pool_frozen")
def pool_frozen(case: Case, context: Any) -> Finding:
    """The pool is closed and its digest published."""
    return Finding.passed() if POOL.one(case.round_id) else Finding.fail("pool_not_frozen")


@check("experts.recusal_declared")
def recusal_declared(case: Case, context: Any) -> Finding:
    """Applicants' wishes are in with the frozen answers, and at most three are named."""
    named = case.answers.get("unsuitable_experts") or ()
    return Finding.fail("too_many_named", most=3) if len(named) > 3 else Finding.passed()


@check("experts.pool_large_enough", locks=("pool",))
def pool_large_enough(case: Case, context: Any) -> Finding:
    """Once recusals are left out, the pool still fills the seats with the reserve the page asks for."""
    mode = mode_of(case, context.act.name)
    if draw_of(case, mode) is not None:
        return Finding.passed()
    seats = max(drawing.quotas_of(context.pages.programme, one)[0] for one in drawn_together(case, mode))
    pool = POOL.one(case.round_id)
    have = pool.count if pool else 0
    return Finding.passed() if have >= seats else Finding.fail("pool_too_small", need=seats, have=have)


@check("experts.group_size")
def group_size(case: Case, context: Any) -> Finding:
    """A group does not grow beyond the page's most."""
    most = context.pages.params(day_of(context.on)).get("group_most")
    name = str(context.data.get("group", ""))
    there = sum(pk != case.pk for (pk,) in TOGETHER.rows(case.round_id, name))
    if isinstance(most, int) and there >= most:
        return Finding.fail("group_full", group=name, most=most)
    return Finding.passed()


@check("experts.group_large_enough")
def group_large_enough(case: Case, context: Any) -> Finding:
    """A group smaller than the page's least is shown when its panel is drawn: marks of few are hard to compare."""
    least = context.pages.params(day_of(context.on)).get("group_least")
    there = len(TOGETHER.rows(case.round_id, case.group))
    small = isinstance(least, int) and there < least and case.group != case.number  # one reviewed again stands alone
    return Finding.warn("group_small", group=case.group, there=there, least=least) if small else Finding.passed()


@effect("experts.set_group")
def set_group(case: Case, context: Any) -> None:
    """The review group of a case."""
    case.group = str(context.data["group"])
    update(case, "group")
    context.tells["group"] = case.group


# The ceremony of a round: each step an act on the round


@effect("experts.freeze_draw", locks=("pool",), behind=True)
def freeze_draw(round_: Round, context: Any) -> None:
    """Fix pool, rules and scores of the groups that wait; the digest of all three goes into the record."""
    row = ceremonies.freeze(round_, beacon=str(context.data.get("beacon") or ""), on=context.on)
    context.tells |= {"ceremony": str(row.number), "rules": row.rules_digest}


@effect("experts.seal_commitments", locks=("pool",))
def seal_commitments(round_: Round, context: Any) -> None:
    """Keep the digests of the executing side and of the parties it invites; supervision seals for itself."""
    given = {str(one["by"]).strip(): str(one["digest"]).lower() for one in context.data.get("commitments") or ()}
    if ceremonies.SUPERVISION in given:
        raise Refused(Reason("supervision_seals_itself"))
    ceremonies.seal(ceremonies.must_stand(round_), given)
    context.tells |= {f"commitment{n}": digest for n, digest in enumerate(given.values())}


@effect("experts.seal_supervision", locks=("pool",))
def seal_supervision(round_: Round, context: Any) -> None:
    """Keep supervision's own digest."""
    digest = str(context.data["digest"]).lower()
    ceremonies.seal(ceremonies.must_stand(round_), {ceremonies.SUPERVISION: digest})
    context.tells["commitment"] = digest


@effect("experts.cast_dice", locks=("pool",))
def cast_dice(round_: Round, context: Any) -> None:
    """Keep the digits cast in public, or the value of the beacon named beforehand, once all have sealed."""
    row = ceremonies.must_stand(round_)
    ceremonies.cast(row, str(context.data["dice"]), context.on)
    context.tells["dice"] = row.dice


@effect("experts.reveal", locks=("pool",))
def reveal(round_: Round, context: Any) -> None:
    """Keep what a party reveals, if it is what it sealed; supervision reveals by an act of its own."""
    supervision = context.act.by == "supervisor"
    party = ceremonies.SUPERVISION if supervision else str(context.data["party"]).strip()
    if not supervision and party == ceremonies.SUPERVISION:
        raise Refused(Reason("supervision_seals_itself"))
    ceremonies.reveal(ceremonies.must_stand(round_), {party: str(context.data["secret"])})


@effect("experts.abort_ceremony", locks=("pool",))
def abort_ceremony(round_: Round, context: Any) -> None:
    """End a ceremony before its dice, with the reason; it stays to be seen."""
    row = ceremonies.must_stand(round_)
    ceremonies.abort(row, str(context.data["reason"]), context.on)
    context.tells["ceremony"] = str(row.number)


@check("experts.ceremony_ready", behind=True)
def ceremony_ready(case: Case, context: Any) -> Finding:
    """The group belongs to a ceremony whose dice are cast, whose parties have revealed, and which supervision witnessed."""
    mode = mode_of(case, context.act.name)
    if draw_of(case, mode) is not None or method_of(context.pages.programme, mode) != CERTIFIED:
        return Finding.passed()
    row = ceremonies.open_of(case.round)
    if row is None:
        return Finding.fail("draw_not_frozen")
    if (case.group or case.number) not in row.groups:
        return Finding.fail("group_not_in_ceremony", group=case.group or case.number)
    return Finding("fail", tuple(missing)) if (missing := ceremonies.unready(row, context.on)) else Finding.passed()


@effect("experts.draw", locks=("pool",), behind=True)
def draw(case: Case, context: Any) -> None:
    """The first case draws all panels of the open ceremony; where the page says so, one seeded order for its group."""
    mode = mode_of(case, context.act.name)
    if draw_of(case, mode) is None and method_of(context.pages.programme, mode) == CERTIFIED:
        ceremonies.draw_all(ceremonies.must_stand(case.round), context.on)
        row = draw_of(case, mode)
    else:
        row = drawn_simply(case, mode, context)
    if row is not None:
        context.tells |= {"seed": row.seed, "pool": row.pool_digest, "draw": str(row.pk)}


def drawn_simply(case: Case, mode: str, context: Any) -> Draw | None:
    """The simple draw by strata from the seed of the act's own dice and commitments, recusals left out."""
    row = None
    for one in drawn_together(case, mode):
        there = draw_of(case, one)
        row = row or there
        if there is None or (there.mode != one and method_of(context.pages.programme, one) != CERTIFIED):
            given = {str(each["by"]): str(each["digest"]) for each in context.data.get("commitments") or ()}
            made = seating.draw(
                drawing.group_of(case, one), commitments=given, dice=str(context.data.get("dice", "")),
                former=former_panel(case), on=context.on,
            )  # fmt: skip
            row = made if one == mode else row
    return row


def drawn_together(case: Case, mode: str) -> list[str]:
    """Panels that one ceremony fills: a programme with mail and meeting draws both from the same published seed."""
    return modes_of(case) if mode in GROUPED else [mode]


@effect("experts.invite")
def invite(case: Case, context: Any) -> None:
    """Those drawn are invited: their seats say so, and their own to-do lists show it."""
    context.tells.setdefault("invited", "1")


def former_panel(case: Case) -> set[str]:
    """Experts of earlier, aborted draws for this case, who stay out of the next."""
    old = Draw.objects.filter(round=case.round, group__in=[case.group, case.number]).exclude(aborted_at=None)
    return set(Seat.objects.filter(draw__in=old).exclude(state="reserve").values_list("expert__pid", flat=True))


@effect("experts.exclude_former_panel", behind=True)
def exclude_former_panel(case: Case, context: Any) -> None:
    """Keep the former group out of the next draw: its draw is closed, and this case gets a group of its own."""
    mode = mode_of(case, context.act.name)
    row = draw_of(case, mode)
    if row is not None and row.group == case.number:
        row.aborted_at = context.on
        row.save(update_fields=["aborted_at"])
    elif row is not None:
        seats = Seat.objects.filter(draw=row)
        closed = Draw.objects.create(
            round=case.round, group=case.number, mode=mode, seats=row.seats, dice=row.dice, seed=row.seed,
            pool_digest=row.pool_digest, on=row.on, aborted_at=context.on, by_hand="former panel",
        )  # fmt: skip
        for seat in seats.exclude(state="reserve"):
            Seat.objects.get_or_create(
                draw=closed, expert=seat.expert, defaults={"position": seat.position, "state": "former"}
            )
    case.group = case.number
    case.save(update_fields=["group"])
    Review.objects.filter(case=case, mode=mode).update(mode=f"{mode}-1")


@effect("experts.read_again", behind=True)
def read_again(case: Case, context: Any) -> None:
    """After a repair the same group reads once more: its first sheets stay, as those of the first reading."""
    mode = mode_of(case, context.act.name)
    Review.objects.filter(case=case, mode=mode).update(mode=f"{mode}-0")


@effect("experts.release")
def release(case: Case, context: Any) -> None:
    """Free those drawn when a case is withdrawn: nothing is left to read for it."""
    context.tells.setdefault("released", case.group or case.number)


@effect("experts.next_in_order", behind=True)
def next_in_order(case: Case, context: Any) -> None:
    """The next in drawn order takes the seat of whoever declined, or of those who have not answered in time."""
    if context.by.id.startswith("label:"):
        seat = seat_of(case, context.by)
        if seat is None:
            raise Refused(Reason("not_seated"))
        Conflict.objects.create(seat=seat, case=case, why=str(context.data.get("why", "time")), on=context.on)
        seating.next_in_order(seat.draw, seat, "declined", context.on)
        return
    reply = context.pages.term(context.flow.code, "reply_hours", day_of(context.on))
    for row in Draw.objects.filter(round=case.round, group__in=[case.group, case.number], aborted_at=None):
        seating.replace_silent(row, reply=reply, on=context.on)


# Promises and sheets


@check("experts.no_conflict", behind=True)
def no_conflict(case: Case, context: Any) -> Finding:
    """No edge of recusal joins this person and this case; looks behind the curtain and names nobody."""
    seat = seat_of(case, context.by)
    if seat is None:
        return Finding.fail("not_seated")
    group = drawing.Group(case.round, seat.draw.group, seat.draw.mode, (case,))
    edges = drawing.recused(group, [seat.expert], context.on)
    return Finding.fail("recused") if any(edge.level == "hard" for edge in edges) else Finding.passed()


@check("experts.of_this_group", behind=True)
def of_this_group(case: Case, context: Any) -> Finding:
    """The person belongs to the group that sits now."""
    row = draw_of(case, mode_of(case, context.act.name))
    sits = row is not None and (label_of(context.by),) in LABELS.rows(row.pk)
    return Finding.passed() if sits else Finding.fail("not_seated")


@effect("experts.accept", behind=True)
def accept(case: Case, context: Any) -> None:
    """The promise is signed: the seat is taken."""
    for seat in INVITED.rows(label_of(context.by)):
        seat.state = "accepted"
        update(seat, "state")


@check("experts.all_promised", behind=True)
def all_promised(case: Case, context: Any) -> Finding:
    """Everyone drawn has signed the promise for this case."""
    row = draw_of(case, mode_of(case, context.act.name))
    if row is None:
        return Finding.fail("nobody_drawn")
    sitting = {label for (label,) in LABELS.rows(row.pk)}
    promised = {d.actor.removeprefix("label:") for d in context.situation.done if d.act == "promise"}
    missing = len(sitting - promised)
    return Finding.fail("promises_missing", count=missing) if missing else Finding.passed()


@check("experts.sheet_complete")
def sheet_complete(case: Case, context: Any) -> Finding:
    """Every item has a mark within the scale and its reason, long enough."""
    cleaned = sheets.cleaned(case, mode_of(case, context.act.name), context)
    if cleaned.errors:
        reasons = [Reason(r.code, **{**r.values, "path": path}) for path, rs in cleaned.errors.items() for r in rs]
        return Finding("fail", tuple(reasons))
    context.data["_sheet"] = cleaned.values
    return Finding.passed()


@effect("experts.keep_review")
def keep_review(case: Case, context: Any) -> None:
    """File the sheet under its label; a second sheet of the same label replaces nothing and is refused."""
    mode = mode_of(case, context.act.name)
    if FILED.one(case.pk, label_of(context.by), mode):
        raise Refused(Reason("sheet_already_filed"))
    review = sheets.filed(case, label_of(context.by), mode, context.data.pop("_sheet"), context.on)
    context.tells["sheet"] = str(review.pk)


@effect("experts.keep_vote")
def keep_vote(case: Case, context: Any) -> None:
    """A vote counts as a sheet of the defence panel, where the panel fills in none."""
    vote = str(context.data.get("vote", "abstain"))
    Review.objects.update_or_create(
        case=case, label=label_of(context.by), mode="vote",
        defaults={"points": 1_000_000 if vote == "support" else 0, "verdict": vote, "filed_at": context.on},
    )  # fmt: skip


@check("experts.panel_complete")
def panel_complete(case: Case, context: Any) -> Finding:
    """Enough sheets are in; looks behind the curtain at counts only."""
    if case.state == "panel_drawn":  # a meeting without a mail review before it: nothing has been read yet
        return Finding.passed()
    mode = mode_of(case, context.act.name)
    said = (context.pages.programme.get("panel") or {}).get(mode) or {}
    least = int(said.get("at_least", min(3, int(said.get("size", 3)))))
    filed = len(SHEETS.rows(case.pk, mode))
    return Finding.passed() if filed >= least else Finding.fail("sheets_missing", least=least, filed=filed)


@check("experts.called_to_panel")
def called_to_panel(case: Case, context: Any) -> Finding:
    """Who comes before the panel is as the page's `to_panel` says; without a word on it the secretary decides."""
    called, panel = ranking.called(case), context.act.name == "begin_panel"
    if called is None or called == panel:
        return Finding.passed()
    return Finding.fail("not_called_to_panel" if panel else "called_to_panel")


@check("experts.quorum")
def quorum(case: Case, context: Any) -> Finding:
    """Enough members sat and gave their opinion: for acceptance at least three sheets or the whole group drawn."""
    mode = mode_of(case, context.act.name)
    said = (context.pages.programme.get("panel") or {}).get(mode) or {}
    row = draw_of(case, mode)
    least = int(said.get("quorum", min(3, row.seats if row else 3)))
    filed = Review.objects.filter(case=case, mode__in=[mode, "vote"]).values("label").distinct().count()
    return Finding.passed() if filed >= least else Finding.fail("no_quorum", least=least, sat=filed)


@check("experts.all_groups_closed")
def all_groups_closed(round_: Round, context: Any) -> Finding:
    """Every group of the round is closed: nobody is still reading. Of a rolling round, every group with a case to rank."""
    early = ["admitted", "grouped", "panel_drawn", "mail_review", "panel_review", "site_visit"]
    cases = Case.objects.filter(round=round_, parent=None)
    if round_.details.get(deadlines.ROLLING):
        cases = cases.filter(group__in=cases.filter(state="ranked").exclude(group="").values("group"))
    left = cases.filter(state__in=early).count()
    return Finding.fail("groups_open", count=left) if left else Finding.passed()


# Scores, ranking, opinions


@effect("experts.watch_scores")
def watch_scores(case: Case, context: Any) -> None:
    """Note outliers and equal texts of this case for the supervisor, changing no score."""
    ranking.watch(case, context.on)


@effect("experts.normalise")
def normalise(case: Case, context: Any) -> None:
    """Keep the raw mean of the case; the whole round is brought to one scale when it is ranked."""
    rows = ranking.sheets_of(case)
    points = in_points(ranking.combined(rows, pages_of(case.round).programme), places=4)
    score = SCORE.one(case.pk)
    if score is None:
        insert(Score(case=case, raw=points, normal=points, sheets=len(rows)))
        return
    score.raw, score.normal, score.sheets = points, points, len(rows)
    update(score, "raw", "normal", "sheets")


@effect("experts.rank")
def rank(round_: Round, context: Any) -> None:
    """Rank the round within its budget: normalised scores, groups, the line; who stands above it is advice, not a decision."""
    cut = ranking.rank(round_, context.on)
    context.tells |= {
        "ranked": str(cut.ranked),
        "above": str(cut.above),
        "cost": str(cut.cost),
        "method": ranking.METHOD,
    }


@effect("experts.owe_fees", behind=True)
def owe_fees(round_: Round, context: Any) -> None:
    """Every filed sheet is owed its fee by the page's rate; the record says the sum and names nobody."""
    context.tells["fees"] = str(fees.settle(round_, context.on))


@effect("experts.release_opinions")
def release_opinions(case: Case, context: Any) -> None:
    """Release opinions under fresh labels in an order of their own, from three sheets upward, by the day only."""
    if OPINIONS.one(case.pk):
        return
    texts = sorted(sheets.opinion(review) for review in ranking.sheets_of(case))
    if len(texts) < 3:
        return
    for number, text in enumerate(texts):
        label = chr(ord("A") + number % 26)
        insert(Opinion(case=case, label=label, text=text, released_on=day_of(context.on)))


SITS = Prepared[tuple[int]](
    lambda round_, person: (
        Seat.objects.filter(draw__round=round_, expert__person=person).exclude(state="reserve").values_list("pk")
    )
)


@fact("experts.expert_of_round", behind=True)
def expert_of_round(case: Case, on: datetime) -> bool:
    """The leader sits in this round; looks behind the curtain and answers yes or no."""
    return case.leader_id is not None and bool(SITS.rows(case.round_id, case.leader_id))


@check("experts.joiners_review_nothing_here", behind=True)
def joiners_review_nothing_here(case: Case, context: Any) -> Finding:
    """Nobody who is to join the team by this change sits in this round; looks behind the curtain and names nobody."""
    sits = any(SITS.rows(case.round_id, pk) for pk in case.joining_ids)
    return Finding.fail("joiner_reviews_here") if sits else Finding.passed()


@fact("experts.recommended_amount", unit="元")
def recommended_amount(case: Case, on: datetime) -> int | None:
    """Middle of the amounts the experts advise, in fen, rounded down."""
    amounts = [Fraction(r.amount_fen) for r in Review.objects.filter(case=case).exclude(amount_fen=None)]
    return int(median(amounts)) if amounts else None


@fact("experts.mean_marks", behind=True)
def mean_marks(case: Case, on: datetime) -> dict[str, Fraction]:
    """The mean mark of each criterion over the sheets filed, once the review of the case is closed; names nobody."""
    if case.pk is None or case.state in ("expert_review", "completeness"):
        return {}
    marks: dict[str, list[Fraction]] = {}
    for review in Review.objects.filter(case=case, mode__in=ranking.MODES):
        for criterion, mark in review.marks.items():
            marks.setdefault(criterion, []).append(Fraction(mark))
    return {criterion: sum(given, Fraction(0)) / len(given) for criterion, given in marks.items()}


def in_pool(person_id: int) -> Expert | None:
    """The pool's entry of a person."""
    return Expert.objects.filter(person=person_id).first()
