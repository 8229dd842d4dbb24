"""An assignment problem as arrays: scores of pairs (dense or sparse), demands, loads, conflicts, quotas that nest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
SMALL = 1 << 22  # pairs up to which all weights are held as one matrix, and a certificate is written
CHUNK = 1 << 20  # pairs of larger rounds looked at in one go
NEAR = 1 << 15  # pairs that stay in the processor's near memory through several steps


@dataclass(frozen=True, slots=True)
class Dense:
    """Scores [projects, experts] and the same shape of conflicts (true: never)."""

    scores: Array
    mask: npt.NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores.shape[0], self.scores.shape[1]

    def chunks(self, pairs: int = CHUNK) -> Iterator[tuple[int, int]]:
        """Ranges of projects of at most so many pairs."""
        step = max(1, pairs // max(1, self.shape[1]))
        for first in range(0, self.shape[0], step):
            yield first, min(first + step, self.shape[0])

    def at(self, rows: Array, cols: Array) -> Array:
        return self.scores[rows, cols]

    def values(self) -> Array:
        """All scores in one dimension, conflicts too: what the scale must hold."""
        return self.scores.reshape(-1)


@dataclass(frozen=True, slots=True)
class Sparse:
    """The candidate graph by project: `cols[indptr[i]:indptr[i+1]]` ascending, with their scores; the rest is never."""

    indptr: Ints
    cols: Array
    vals: Array
    experts: int

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.indptr) - 1, self.experts

    def rows(self) -> Array:
        return np.repeat(np.arange(self.shape[0], dtype=np.int32), np.diff(self.indptr))

    def at(self, rows: Array, cols: Array) -> Array:
        """Scores of pairs that are in the graph."""
        width = np.int64(self.experts)
        place = np.searchsorted(self.rows() * width + self.cols, np.asarray(rows, np.int64) * width + cols)
        return self.vals[place]

    def values(self) -> Array:
        return self.vals


@dataclass(frozen=True, slots=True)
class Nest:
    """Quotas of every panel that nest: per unit, per region, and at least `outside` from outside. None: no limit.

    `unit`, `region` number each expert's (negative: none); a unit lies in one region, a region inside or outside.
    `outside` is one number for all projects, or one for each.
    """

    unit: Ints
    region: Ints
    inside: npt.NDArray[np.bool_]
    per_unit: int | None = 1
    per_region: int | None = None
    outside: int | Ints = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be assigned. `names` are labels of projects and experts; `codes` the projects' short codes."""

    pairs: Dense | Sparse
    demand: Ints
    cap: Ints
    lo: Ints
    forced: tuple[tuple[int, int], ...] = ()
    nest: Nest | None = None
    projects: tuple[str, ...] = ()
    experts: tuple[str, ...] = ()
    codes: tuple[str, ...] = field(default=())

    @property
    def shape(self) -> tuple[int, int]:
        return self.pairs.shape

    @property
    def seats(self) -> int:
        return int(self.demand.sum())

    def with_least(self, load: int) -> Problem:
        """The same with one least load for every expert, in the place of the file's."""
        return replace(self, lo=np.full_like(self.lo, load))


def problem_from(arrays: Mapping[str, Any], **more: Any) -> Problem:
    """A problem of a file's arrays: scores, demand, cap; mask, lo, project_ids, expert_ids, codes where given.

    Quotas: unit, region, inside by expert, per_unit, per_region, outside as single numbers (0: no limit).

    Refused with what is wrong: arrays that are missing, shapes that differ, numbers below nothing, scores that are no numbers.
    """
    if missing := [name for name in ("scores", "demand", "cap") if name not in arrays]:
        raise Refused(*(Reason("array_missing", array=name) for name in missing))
    scores = np.asarray(arrays["scores"])
    mask = _flags(np.asarray(arrays["mask"])) if "mask" in arrays else np.zeros(scores.shape, bool)
    n, m = scores.shape if scores.ndim == 2 else (-1, -1)
    given = {name: np.asarray(arrays[name]).astype(np.int64) for name in ("demand", "cap", "lo") if name in arrays}
    lo = given.get("lo", np.zeros(max(m, 0), np.int64))
    shapes = {"mask": mask.shape == scores.shape, "demand": given["demand"].shape == (n,)}
    shapes |= {"cap": given["cap"].shape == (m,), "lo": lo.shape == (m,)}
    if wrong := sorted(name for name, right in shapes.items() if not right):
        raise Refused(*(Reason("array_of_wrong_shape", array=name, projects=n, experts=m) for name in wrong))
    if scores.size and not (np.isfinite(scores.min()) and np.isfinite(scores.max())):
        raise Refused(Reason("score_is_no_number"))
    if min(given["demand"].min(initial=0), lo.min(initial=0), given["cap"].min(initial=0)) < 0:
        raise Refused(Reason("number_below_nothing"))
    names: dict[str, tuple[str, ...]] = {
        ours: tuple(map(str, arrays[theirs]))
        for ours, theirs in (("projects", "project_ids"), ("experts", "expert_ids"), ("codes", "codes"))
        if theirs in arrays
    }
    extra: dict[str, Any] = {"nest": _nest(arrays, m), **names, **more}
    return Problem(Dense(scores, mask), given["demand"], given["cap"], lo, **extra)


def _flags(mask: Array) -> npt.NDArray[np.bool_]:
    """The mask as truth values; bytes of 0 and 1 are looked at as such, for a national matrix has no room for two."""
    return mask.view(bool) if mask.dtype == np.uint8 and mask.max(initial=0) <= 1 else mask.astype(bool)


def _nest(arrays: Mapping[str, Any], experts: int) -> Nest | None:
    if not {"unit", "region", "inside"} & set(arrays):
        return None
    none = np.full(experts, -1, np.int64)
    unit, region = (np.asarray(arrays.get(name, none)).astype(np.int64) for name in ("unit", "region"))
    inside = np.asarray(arrays.get("inside", np.ones(experts))).astype(bool)
    per_unit, per_region = int(arrays.get("per_unit", 1)) or None, int(arrays.get("per_region", 0)) or None
    places = {(int(u), int(r), bool(i)) for u, r, i in zip(unit, region, inside, strict=True) if u >= 0}
    lands = {(int(r), bool(i)) for r, i in zip(region, inside, strict=True) if r >= 0}
    if len(places) > len({u for u, _, _ in places}) or len(lands) > len({r for r, _ in lands}):
        raise Refused(Reason("unit_in_two_regions"))
    return Nest(unit, region, inside, per_unit, per_region, int(arrays.get("outside", 0)))


def forbid(problem: Problem, pairs: Sequence[tuple[int, int]]) -> Problem:
    """The same problem with more conflicts (a dense one only)."""
    if not isinstance(problem.pairs, Dense):
        raise TypeError("a sparse graph forbids a pair by leaving it out")
    mask = problem.pairs.mask.copy()
    for row, col in pairs:
        mask[row, col] = True
    return replace(problem, pairs=Dense(problem.pairs.scores, mask))
