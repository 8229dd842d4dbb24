"""The simple draw of one panel: walk a seeded order, take whoever still leaves a lawful panel possible."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed

from kechuang.engines.panel.ceremony import commitment, contributions, pool_digest, seed, unkept
from kechuang.engines.panel.chance import Stream, derived, order
from kechuang.engines.panel.quotas import Candidate, Quotas, fillable, shortages, two_places
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

__all__ = [
    "Candidate", "Panel", "Quotas", "Stream", "commitment", "completed", "contributions", "derived",
    "order", "pool_digest", "replace", "seed", "simple", "unkept",
]  # fmt: skip

ANY_MIX = Quotas()


@dataclass(frozen=True, slots=True)
class Panel:
    """A drawn panel, those who follow in the drawn order, and the quotas that had to be given up."""

    seats: int
    drawn: tuple[str, ...]
    reserve: tuple[str, ...]
    given_up: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def simple(
    seats: int,
    pool: Iterable[Candidate],
    *,
    seed: bytes,
    recused: Collection[tuple[str, str]] = frozenset(),
    quotas: Quotas = ANY_MIX,
    exclude: Collection[str] = (),
    times: int = 1,
    give_up: Sequence[str] = (),
) -> Panel:
    """`seats` experts of `pool` by the seed, within the quotas; the rest of the order is the reserve.

    `recused` are (project or group, expert) pairs of this draw; any of them keeps the expert out of it, as does
    `exclude` (a former panel). The pool left must be `times` the seats. Quotas named in `give_up` are dropped in
    that order when no panel exists, and reported; otherwise Refused names what is short.
    """
    out = {expert for _, expert in recused} | set(exclude)
    ordered = _ordered(seed, [c for c in pool if c.expert not in out])
    if len(ordered) < seats * times:
        raise Refused(Reason("pool_too_small", need=seats * times, have=len(ordered), seats=seats))
    if split := two_places(ordered):
        raise Refused(Reason("unit_in_two_regions", units=split))
    quotas, given_up = _had(seats, ordered, quotas, give_up)
    drawn = _walk(seats, [], ordered, quotas)
    rest = tuple(c.expert for c in ordered if c.expert not in drawn)
    return Panel(seats, tuple(drawn), rest, tuple(given_up))


def completed(
    seats: int, drawn: Sequence[str], reserve: Sequence[str], *, pool: Iterable[Candidate], quotas: Quotas = ANY_MIX
) -> Panel:
    """The panel that a certified draw gave, made to keep the quotas that cross its chances: a kind beside a unit.

    Whoever of `drawn` leaves no lawful panel possible gives way, and the next of `reserve` takes the seat; a panel
    that keeps every quota stays as it was drawn. What was given up is `drawn` less the panel. Refused where even
    the reserve does not fill it.
    """
    known = {c.expert: c for c in pool}
    ordered = [known[expert] for expert in dict.fromkeys([*drawn, *reserve]) if expert in known]
    whole = [known[expert] for expert in dict.fromkeys(drawn) if expert in known]
    if len(whole) == seats and fillable(seats, whole, [], quotas):
        kept = [c.expert for c in whole]
    elif fillable(seats, [], ordered, quotas):
        kept = _walk(seats, [], ordered, quotas)
    else:
        raise Refused(*shortages(seats, ordered, quotas))
    return Panel(seats, tuple(kept), tuple(c.expert for c in ordered if c.expert not in kept))


def replace(
    panel: Panel,
    leaves: Collection[str],
    *,
    pool: Iterable[Candidate],
    quotas: Quotas = ANY_MIX,
    recused: Collection[tuple[str, str]] = frozenset(),
) -> Panel:
    """The panel after some declined or did not answer: the next of the same order who keep it lawful take the seats.

    Those who leave never come back; `recused` are recusals that became known since.
    """
    out = {expert for _, expert in recused}
    gone = (*panel.gone, *sorted(set(leaves) | (out & {*panel.drawn, *panel.reserve})))
    known = {c.expert: c for c in pool}
    stay = [known[e] for e in panel.drawn if e not in gone]
    ordered = [known[e] for e in panel.reserve if e in known and e not in gone]
    for name in panel.given_up:
        quotas = quotas.without(name)
    if not fillable(panel.seats, stay, ordered, quotas):
        raise Refused(Reason("nobody_left", leaves=sorted(leaves)), *shortages(panel.seats, [*stay, *ordered], quotas))
    drawn = _walk(panel.seats, stay, ordered, quotas)
    rest = tuple(c.expert for c in ordered if c.expert not in drawn)
    return changed(panel, drawn=tuple(drawn), reserve=rest, gone=gone)


def _ordered(seed: bytes, pool: Sequence[Candidate]) -> list[Candidate]:
    known = {c.expert: c for c in pool}
    return [known[expert] for expert in order(seed, (c.expert for c in pool))]


def _had(seats: int, pool: Sequence[Candidate], quotas: Quotas, give_up: Sequence[str]) -> tuple[Quotas, list[str]]:
    """The quotas that can be had and those given up for it, in the order declared."""
    given: list[str] = []
    asked = quotas
    for name in (*give_up, ""):
        if fillable(seats, [], pool, quotas):
            return quotas, given
        if name:
            quotas = quotas.without(name)
            given.append(name)
    raise Refused(*shortages(seats, pool, asked))


def _walk(seats: int, stay: list[Candidate], ordered: Sequence[Candidate], quotas: Quotas) -> list[str]:
    """Fill the seats in order. Whoever cannot be seated now cannot be later: one look at each like class suffices."""
    chosen, hopeless = list(stay), set[tuple[str, str, bool, str]]()
    for at, one in enumerate(ordered):
        if len(chosen) == seats:
            break
        like = one[1:]
        if like in hopeless:
            continue
        if fillable(seats, [*chosen, one], ordered[at + 1 :], quotas):
            chosen.append(one)
        else:
            hopeless.add(like)
    return [c.expert for c in chosen]
