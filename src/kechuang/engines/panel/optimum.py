"""The best assignment there is: a few candidates a project, exact flow, prices, and a look at all pairs, repeated.

If no pair outside the candidates beats the prices of its ends, the optimum of the candidates is that of the whole
(column generation; linear programming duality), and the gap of its integer certificate is 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kechuang.engines.panel.candidates import Search
from kechuang.engines.panel.network import Network, entry_potentials, network, potentials, solved
from kechuang.engines.panel.problem import Array, Ints, Problem
from kechuang.engines.panel.shortage import check
from kechuang.engines.panel.weights import Weights, weights
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

WHOLE = 200_000  # pairs: up to here an infeasible choice of candidates gives way to all of them at once


@dataclass(frozen=True, slots=True)
class Optimum:
    """The candidate pairs with a flow of `flow` / scale each, and integer potentials that prove it the best.

    `primal` is the sum of weight · flow, `dual` the bound that the prices give; they are equal.
    """

    net: Network
    weights: Weights
    most: int
    flow: Ints
    at: Ints
    primal: int
    dual: int
    rounds: int

    @property
    def pair_flow(self) -> Ints:
        return self.flow[: self.net.pairs]

    def project_prices(self) -> Ints:
        """What the last seat of each project is worth, in weight."""
        return self.at[self.net.project_node]

    def expert_prices(self) -> Ints:
        """What one more place of each expert would be worth, in weight; negative where a least load binds."""
        return -self.at[self.net.expert_node]

    def quota_prices(self) -> Ints:
        """For each candidate pair, what its project's quotas add to the price."""
        entry = entry_potentials(self.net, self.at, self.net.rows, self.net.cols)
        return entry - self.project_prices()[self.net.rows]


def optimum(problem: Problem, *, seed: bytes, scale: int = 1, most: int = 1, top: int | None = None) -> Optimum:
    """The largest sum under demand, loads, conflicts and nested quotas, each pair at most `most` / `scale`.

    Forced pairs are certain. Refused, with the names of what is short, if nothing meets them all.
    """
    scaled = weights(problem, seed=seed, scale=scale)
    search = Search(problem, scaled)
    width = top or _width(problem, scale, most)
    rows, cols = search.best(width)
    rounds = 0
    while True:
        rounds += 1
        net = held(network(problem, scaled, rows, cols, scale=scale, most=most), problem)
        flow = solved(net)
        if flow is None:
            rows, cols, width = _wider(problem, search, len(rows), width, (scale, most))
            continue
        at = potentials(net, flow)
        more_rows, more_cols = search.violators(net, at)
        if not len(more_rows):
            return _proved(problem, scaled, net, flow, at, most=most, rounds=rounds)
        rows, cols = np.concatenate([net.rows, more_rows]), np.concatenate([net.cols, more_cols])


def held(net: Network, problem: Problem) -> Network:
    """The network with its forced pairs made certain: their lower and upper bounds are one whole assignment."""
    if not problem.forced:
        return net
    forced = np.array(problem.forced, np.int64)
    width = np.int64(problem.shape[1])
    fixed = np.isin(net.rows * width + net.cols, forced[:, 0] * width + forced[:, 1])
    if int(fixed.sum()) < len(set(problem.forced)):
        raise Refused(Reason("forced_pair_in_conflict"))
    lower, upper = net.lower.copy(), net.upper.copy()
    lower[: net.pairs][fixed] = upper[: net.pairs][fixed] = net.scale
    return replace(net, lower=lower, upper=upper)


def _width(problem: Problem, scale: int, most: int) -> int:
    """How many candidates a project starts with: more where places are tight or one pair may carry little."""
    widest = int(problem.demand.max(initial=1)) * scale / most
    tight = problem.seats / max(1, int(problem.cap.sum()))
    return int(4 * widest + 24 * tight * min(1.5, scale / most))


def _wider(
    problem: Problem, search: Search, have: int, width: int, chance: tuple[int, int]
) -> tuple[Array, Array, int]:
    """More candidates after an infeasible round; Refused once all of them are in."""
    n, m = problem.shape
    wide = m if n * m <= WHOLE else min(m, 2 * width)
    rows, cols = search.best(wide)
    if len(rows) <= have and wide == m:
        raise Refused(*_why_not(problem, *chance))
    return rows, cols, wide


def _why_not(problem: Problem, scale: int, most: int) -> tuple[Reason, ...]:
    """What is short; else that the cap on chances is too small, or that the forced pairs leave no room."""
    if short := check(problem):
        return short
    if capped := check(problem, scale=scale, most=most):
        return Reason("chance_too_small", cap=f"{most}/{scale}"), *capped
    return (Reason("forced_pairs_clash", pairs=[list(pair) for pair in problem.forced]),)


def _proved(
    problem: Problem, scaled: Weights, net: Network, flow: Ints, at: Ints, *, most: int, rounds: int
) -> Optimum:
    """The optimum with both sides of its certificate in exact integers."""
    used = np.flatnonzero(flow[: net.pairs])
    primal = sum(-c * f for c, f in zip(net.cost[used].tolist(), flow[used].tolist(), strict=True))
    reduced = net.cost + at[net.tail] - at[net.head]
    bound = np.where(reduced < 0, net.upper, net.lower)
    tight = np.flatnonzero((reduced != 0) & (bound != 0))
    gain = sum(-r * b for r, b in zip(reduced[tight].tolist(), bound[tight].tolist(), strict=True))
    supplied = np.flatnonzero(net.supply)
    dual = gain + sum(a * s for a, s in zip(at[supplied].tolist(), net.supply[supplied].tolist(), strict=True))
    if primal != dual:
        raise ArithmeticError(f"the certificate does not close: {primal} against {dual}")
    return Optimum(net, scaled, most, flow, at, primal, dual, rounds)
