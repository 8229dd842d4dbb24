"""Why this expert, and why not that one: recused, out of places, kept out by a quota, or worth less than the price."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from kechuang.engines.panel.network import entry_potentials
from kechuang.engines.panel.optimum import Optimum
from kechuang.engines.panel.problem import Dense, Problem
from kechuang.words.reason import Reason


def explain(problem: Problem, best: Optimum, project: int, expert: int) -> Reason:
    """The reason in exact points of score, for supervision only.

    `assigned` or `drawn_with_chance(chance)` with the margin by which the pair beats the prices; `recused`;
    `no_places`; `quota(over)` when only the quota's price keeps it out; `worth_less(value, price)` otherwise.
    """
    chance = _chance(best, project, expert)
    if chance:
        return Reason("assigned" if chance == 1 else "drawn_with_chance", chance=chance)
    if not _lawful(problem, project, expert):
        return Reason("recused")
    if not problem.cap[expert]:
        return Reason("no_places")
    unit = 1 << (best.weights.bits + best.weights.shift)
    row, col = np.array([project]), np.array([expert])
    value = Fraction(int(best.weights.at(row, col)[0]), unit)
    seat = Fraction(int(best.project_prices()[project]), unit)
    place = Fraction(int(best.expert_prices()[expert]), unit)
    quota = Fraction(int(entry_potentials(best.net, best.at, row, col)[0]), unit) - seat
    if value > seat + place and quota:
        return Reason("quota", value=value, seat=seat, place=place, quota=quota)
    return Reason("worth_less", value=value, seat=seat, place=place, quota=quota)


def _chance(best: Optimum, project: int, expert: int) -> Fraction:
    at = np.flatnonzero((best.net.rows == project) & (best.net.cols == expert))
    return Fraction(int(best.pair_flow[at].sum()), best.net.scale)


def _lawful(problem: Problem, project: int, expert: int) -> bool:
    pairs = problem.pairs
    if isinstance(pairs, Dense):
        return not pairs.mask[project, expert]
    return bool(expert in pairs.cols[pairs.indptr[project] : pairs.indptr[project + 1]])
