"""The ceremony of a round's draw, step by step: frozen, sealed, cast, revealed, drawn; or aborted before the dice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from kechuang.casework import codes, witnessing
from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import Pages, current, day_of, pages_of
from kechuang.desks.experts import drawing, seating, terms
from kechuang.desks.experts.arranging import HEAD, KINDS, Arrangement, Key, arranged
from kechuang.desks.experts.models import Ceremony, CeremonyPapers, Draw, Expert, Pool
from kechuang.desks.experts.solving import solved
from kechuang.engines.panel import ceremony as parts
from kechuang.parties.secrets import token
from kechuang.words.outcome import Refused
from kechuang.words.period import term_ends
from kechuang.words.reason import Reason

SUPERVISION = "监督处"
DRAWS, SAME = "experts.draw", "same"
CODES = ("GB/T 13745", "nsfc")


WHENCE = {
    "outside": {"zh": "，须来自自治区外", "en": " from outside the region"},
    "region": {"zh": "，须来自其他盟市或省", "en": " from other leagues or provinces"},
    "unit": {"zh": "，须来自其他单位", "en": " from other units"},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a ceremony is to draw: the panels with their make-up, and the cases of each group."""

    panels: Mapping[Key, terms.MakeUp]
    cases: Mapping[str, tuple[Case, ...]]


def open_of(round_: Round) -> Ceremony | None:
    """The ceremony that stands open in a round."""
    return Ceremony.objects.filter(round=round_, drawn_at=None, aborted_at=None).first()


def must_stand(round_: Round) -> Ceremony:
    """The open ceremony, held until the transaction ends; Refused where none is."""
    found = Ceremony.objects.select_for_update().filter(round=round_, drawn_at=None, aborted_at=None).first()
    if found is None:
        raise Refused(Reason("draw_not_frozen"))
    return found


def waiting(round_: Round) -> dict[str, tuple[Case, ...]]:
    """The groups whose cases stand before their draw and have none yet, by name; a case without a group is its own."""
    pages = pages_of(round_)
    states = draw_states(pages)
    rows = Case.objects.filter(round=round_, parent=None, state__in=states).order_by("number")
    found: dict[str, list[Case]] = {}
    for case in rows.select_related("round", "round__frozen", "applicant", "leader", "parent"):
        found.setdefault(case.group or case.number, []).append(case)
    drawn = set(Draw.objects.filter(round=round_, aborted_at=None).values_list("group", flat=True))
    return {name: tuple(part) for name, part in sorted(found.items()) if name not in drawn}


def draw_states(pages: Pages) -> set[str]:
    """The states of the programme's own flow from which a group is drawn."""
    acts = pages.flow(pages.main_flow).acts.values()
    return {state for act in acts if DRAWS in act.effects and act.to != SAME for state in act.start}


def wanted(round_: Round, asked: terms.Terms) -> Wanted:
    """The panels to draw for the groups that wait, of the modes the page draws with a certificate."""
    programme, cases = pages_of(round_).programme, waiting(round_)
    declared = programme.get("panel") or {}
    modes = [mode for mode in terms.BY_PAGE if mode in declared] or [terms.BY_PAGE[0]]
    modes = [mode for mode in modes if terms.method_of(programme, mode) == terms.CERTIFIED]
    panels = {
        (group, mode): terms.make_up(programme, mode, least_outside=asked.outside) for group in cases for mode in modes
    }
    return Wanted(panels, cases)


def pool_of(round_: Round) -> list[Expert]:
    """The experts of the frozen pool, in the order of their public ids."""
    pids = drawing.members_of(Pool.objects.get(round=round_))
    return list(Expert.objects.filter(pid__in=pids).select_related("person", "person__unit").order_by("pid"))


def lacks_of(round_: Round, on: datetime) -> list[Reason]:
    """What the groups that wait are short of, by name; empty where everything can be drawn."""
    asked = terms_on(round_, on)
    want = wanted(round_, asked)
    if not want.panels:
        return []
    found = arranged(round_, want.panels, want.cases, pool_of(round_), asked, on)
    return short_of(found, want, asked, found.request("freeze", asked, token()))[0]


def short_of(
    found: Arrangement, want: Wanted, asked: terms.Terms, request: Mapping[str, Any]
) -> tuple[list[Reason], str]:
    """What the solver says is short, in words, or panels that quotas across kinds leave barren; and the digest of the rules."""
    told = solved(request)
    said = [worded(one, found, want, request["regions"]) for one in told["lacks"]]
    return said or found.barren(want.panels, asked), told["rules_digest"]


def terms_on(round_: Round, on: datetime) -> terms.Terms:
    """The page's terms on a day."""
    pages = pages_of(round_)
    return terms.terms_of(pages.programme, pages.params(day_of(on)))


def freeze(round_: Round, *, beacon: str, on: datetime) -> Ceremony:
    """Fix pool, rules and scores of the groups that wait; Refused with the names of what is short."""
    if open_of(round_):
        raise Refused(Reason("ceremony_stands_open"))
    if not Pool.objects.filter(round=round_).exists():
        raise Refused(Reason("pool_not_frozen"))
    asked = terms_on(round_, on)
    want = wanted(round_, asked)
    if not want.panels:
        raise Refused(Reason("no_group_waits"))
    pool = pool_of(round_)
    given_up: list[str] = []
    for name in (*asked.give_up, ""):
        found = arranged(round_, want.panels, want.cases, pool, asked, on)
        request = found.request("freeze", asked, token() + token())
        short, digest = short_of(found, want, asked, request)
        if not short:
            break
        if not name:
            raise Refused(*short)
        given_up.append(name)
        asked, want = _less(asked, want, name)
    row = Ceremony.objects.create(
        round=round_, number=Ceremony.objects.filter(round=round_).count() + 1, groups=sorted(want.cases), frozen_at=on,
        terms={**asked.to_json(), "given_up": given_up, "panels": len(want.panels)}, beacon=beacon.strip(),
        rules_digest=digest,
    )  # fmt: skip
    CeremonyPapers.objects.create(ceremony=row, problem=request)
    return row


def _less(asked: terms.Terms, want: Wanted, name: str) -> tuple[terms.Terms, Wanted]:
    """The terms with one quota given up, as the page declares it."""
    if name == "chance":
        return replace(asked, bits=0, most=1), want
    if name == "region":
        return replace(asked, per_region=None), want
    return asked, Wanted({key: terms.without(made, name) for key, made in want.panels.items()}, want.cases)


def seal(ceremony: Ceremony, given: Mapping[str, str]) -> None:
    """Keep what parties have sealed; nobody seals twice, nothing is sealed once the dice are cast."""
    if ceremony.cast_at:
        raise Refused(Reason("dice_are_cast"))
    again = sorted(set(given) & set(ceremony.commitments))
    if again:
        raise Refused(Reason("party_has_sealed", parties=again))
    together = {**ceremony.commitments, **given}
    if len(set(together.values())) < len(together):
        raise Refused(Reason("sealed_the_same"))
    ceremony.commitments = dict(sorted(together.items()))
    ceremony.save(update_fields=["commitments"])


def all_sealed(ceremony: Ceremony) -> bool:
    """Whether three parties have sealed, supervision among them."""
    return len(ceremony.commitments) >= parts.LEAST_PARTIES and SUPERVISION in ceremony.commitments


def cast(ceremony: Ceremony, dice: str, on: datetime) -> None:
    """Keep the public dice, or the value of the beacon that was named; once."""
    if ceremony.cast_at:
        raise Refused(Reason("dice_are_cast"))
    if not all_sealed(ceremony):
        raise Refused(Reason("commitments_too_few", least=parts.LEAST_PARTIES))
    digits = "".join(dice.split())
    lawful = digits.isalnum() if ceremony.beacon else digits.isdigit()
    if len(digits) < parts.LEAST_DICE or not (lawful and digits.isascii()):
        raise Refused(Reason("dice_too_few", least=parts.LEAST_DICE))
    ceremony.dice, ceremony.cast_at = digits, on
    ceremony.save(update_fields=["dice", "cast_at"])


def reveal(ceremony: Ceremony, given: Mapping[str, str]) -> None:
    """Keep what parties reveal, if it is what they sealed."""
    if not ceremony.cast_at:
        raise Refused(Reason("dice_not_cast"))
    faults = parts.unkept({p: ceremony.commitments.get(p, "") for p in given}, given)
    if faults:
        raise Refused(Reason("reveal_is_not_what_was_sealed", parties=sorted(faults)))
    ceremony.reveals = dict(sorted({**ceremony.reveals, **given}.items()))
    ceremony.save(update_fields=["reveals"])


def abort(ceremony: Ceremony, reason: str, on: datetime) -> None:
    """End a ceremony before its dice; afterwards there is one draw and no other."""
    if ceremony.cast_at:
        raise Refused(Reason("dice_are_cast"))
    ceremony.aborted_at, ceremony.aborted_because = on, reason
    ceremony.save(update_fields=["aborted_at", "aborted_because"])


def unready(ceremony: Ceremony, on: datetime) -> list[Reason]:
    """What is still missing before the draw: dice, reveals until their time is over, the witness's word."""
    if not ceremony.cast_at:
        return [Reason("dice_not_cast")]
    found = []
    missing = sorted(set(ceremony.commitments) - set(ceremony.reveals))
    until = reveals_until(ceremony)
    if missing and on < until:
        found.append(Reason("reveals_missing", parties=missing, until=until))
    if not witnessed(ceremony):
        found.append(Reason("second_person_missing", act="draw", role="supervisor"))
    return found


def reveals_until(ceremony: Ceremony) -> datetime:
    """Until when a party may reveal; afterwards the fallback fixed beforehand takes its place."""
    page = pages_of(ceremony.round).round.round_flow
    assert ceremony.cast_at is not None
    return term_ends(ceremony.cast_at, page.params["reveal_hours"].terms(day_of(ceremony.cast_at))[0])


def witnessed(ceremony: Ceremony) -> datetime | None:
    """When supervision gave its word on all groups of the ceremony, or on every case, since their rules were frozen."""
    round_ = ceremony.round
    flow = pages_of(round_).flow(pages_of(round_).main_flow)
    names = [act.name for act in flow.acts.values() if DRAWS in act.effects and act.to != SAME]
    mine = Case.objects.filter(Q(group__in=ceremony.groups) | Q(number__in=ceremony.groups), round=round_, parent=None)
    numbers, groups = (set(mine.values_list(name, flat=True)) for name in ("number", "group"))
    words = [word for name in names for word in witnessing.words_on(round_, name)]
    found = [word.on for word in words if word.on >= ceremony.frozen_at and groups <= word.groups]
    if found:
        return min(found)
    spoken = Record.objects.filter(
        subject_kind="case", subject__in=numbers, on__gte=ceremony.frozen_at,
        act__in=[witnessing.SECOND + name for name in names],
    )  # fmt: skip
    by_case = dict(spoken.order_by("-on").values_list("subject", "on"))
    return max(by_case.values()) if by_case and set(by_case) == numbers else None


def seed_of(ceremony: Ceremony) -> tuple[bytes, str]:
    """The seed and its SM3 companion, from dice, commitments and reveals; what is not revealed is replaced by a fixed word."""
    sealed = [ceremony.commitments[party] for party in sorted(ceremony.commitments)]
    revealed = parts.contributions(ceremony.commitments, ceremony.reveals)
    given = (ceremony.dice, sealed, ceremony.rules_digest)
    return parts.seed(*given, revealed=revealed), parts.companion(*given, revealed=revealed)


def draw_all(ceremony: Ceremony, on: datetime) -> None:
    """Draw every panel of the ceremony at once; both certificates stay behind the curtain."""
    secret, sm3 = seed_of(ceremony)
    papers = CeremonyPapers.objects.get(ceremony=ceremony)
    said = {"dice": ceremony.dice, "commitments": ceremony.commitments, "reveals": ceremony.reveals}
    told = solved({**papers.problem, "task": "draw", "seed": secret.hex(), "ceremony": said})
    ceremony.seed, ceremony.seed_sm3, ceremony.drawn_at = secret.hex(), sm3, on
    ceremony.save(update_fields=["seed", "seed_sm3", "drawn_at"])
    papers.full, papers.public = told["full"], told["public"]
    papers.mended = seated(ceremony, papers.problem, told["panels"], on)
    papers.save(update_fields=["full", "public", "mended"])


def seated(
    ceremony: Ceremony, problem: Mapping[str, Any], panels: Mapping[str, Sequence[str]], on: datetime
) -> list[Any]:
    """Seats and reserve of every panel, in the order of the ceremony's seed; what had to be mended, by panel."""
    by_pid = {e.pid: e for e in Expert.objects.filter(pid__in=[e["pid"] for e in problem["experts"]]).select_related("person", "person__unit")}  # fmt: skip
    load = Counter(pid for drawn in panels.values() for pid in drawn)
    seats = seating.Seating(ceremony, by_pid, problem, load)
    mended = []
    for key in dict.fromkeys((sub["group"], sub["mode"]) for sub in problem["subs"]):
        mended += seats.take(key, panels, on)
    return mended


def worded(told: Mapping[str, Any], found: Arrangement, want: Wanted, heads: Sequence[str]) -> Reason:
    """One lack in words that a page can say: so many more experts of a kind, for which discipline, from where."""
    if told["code"] != "places_short":
        return Reason(told["code"], **{name: value for name, value in told.items() if name != "code"})
    subs = [sub for sub in found.subs if sub.name in set(told["projects"])]
    fields = {case.field for sub in subs for case in want.cases[sub.group] if case.field}
    kinds = sorted({sub.kind for sub in subs})
    regions = _joined([place(heads[n]) for n in told.get("regions", ())])
    return Reason(
        "experts_short", groups=sorted({sub.group for sub in subs}), kind=_joined([KINDS[kind] for kind in kinds]),
        of=_joined([discipline(code) for code in sorted({field[:HEAD] for field in fields})]),
        missing=told["missing"], need=told["need"], have=told["have"], where=whence(told.get("because", ""), regions),
    )  # fmt: skip


def whence(because: str, regions: Mapping[str, str]) -> dict[str, str]:
    """Where those who are missing must come from, by the quota that binds."""
    if because == "region" and regions["zh"]:
        return {"zh": f"，须来自{regions['zh']}以外", "en": f" from outside {regions['en']}"}
    return WHENCE.get(because, {"zh": "", "en": ""})


def discipline(code: str) -> dict[str, str]:
    """What the book calls a code, by its first signs; the code itself where it has no name."""
    for system in CODES:
        listed = codes.choices(current(), system)
        for signs in range(len(code), 0, -1) if listed else ():
            if code[:signs] in listed:  # type: ignore[operator]
                row = listed[code[:signs]]  # type: ignore[index]
                return {"zh": f"{row['zh']}（{code}）", "en": f"{row['en']} ({code})"}
    return {"zh": code, "en": code}


def place(head: str) -> dict[str, str]:
    """The name of a league by its first signs; of what lies outside, the signs."""
    listed = codes.choices(current(), codes.PLACES) or {}
    row = listed.get(head.ljust(6, "0"))
    return {"zh": row["zh"], "en": row["en"]} if row else {"zh": f"{head} 省", "en": f"province {head}"}


def _joined(names: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {"zh": "、".join(n["zh"] for n in names), "en": ", ".join(n["en"] for n in names)}
