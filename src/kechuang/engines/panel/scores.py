"""Scores of reviewers made comparable, exactly; raw scores are kept beside.

Method: each reviewer's scores are moved to the round's mean and stretched to the round's mean absolute deviation:
normal = M + (raw - m) · S / s, with m, s the reviewer's mean and mean absolute deviation, M, S those of the whole
group. It is the standard score with the mean absolute deviation in the place of the standard deviation (L. Kaufman
and P. J. Rousseeuw, Finding Groups in Data, 1990, section 1.2.1): less swayed by one extreme score, and rational, so that
every office computes the same last digit. A reviewer of fewer than `least` projects keeps raw scores: a mean of two
says little. It assumes that projects fell to reviewers by chance; the draw sees to that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from kechuang.words.money import rounded

METHOD = "mean-absolute-deviation-score/1"


class Review(NamedTuple):
    """One reviewer's total for one project, both by label."""

    project: str
    expert: str
    score: Fraction


class Normal(NamedTuple):
    """A review with its normalised score; `kept` says that the raw one stands, because there were too few."""

    project: str
    expert: str
    raw: Fraction
    normal: Fraction
    kept: bool


class Outlier(NamedTuple):
    """A score far from the median of the others on the same project, for supervision to look at."""

    project: str
    expert: str
    score: Fraction
    others: Fraction


def normalised(reviews: Sequence[Review], *, least: int = 3) -> tuple[Normal, ...]:
    """Every review in the given order with its normalised score; nothing is clipped or rounded."""
    if not reviews:
        return ()
    middle, spread = mean_and_deviation([r.score for r in reviews])
    own = {expert: mean_and_deviation(given) for expert, given in _given(reviews).items()}
    many = {expert: len(given) for expert, given in _given(reviews).items()}
    rows = []
    for review in reviews:
        m, s = own[review.expert]
        kept = many[review.expert] < least
        normal = review.score if kept else middle + ((review.score - m) * spread / s if s else 0)
        rows.append(Normal(review.project, review.expert, review.score, normal, kept))
    return tuple(rows)


def project_means(rows: Iterable[Normal]) -> dict[str, Fraction]:
    """Mean of the normalised scores by project: what the ranking takes."""
    by_project: dict[str, list[Fraction]] = defaultdict(list)
    for row in rows:
        by_project[row.project].append(row.normal)
    return {project: sum(given, Fraction(0)) / len(given) for project, given in by_project.items()}


def mean_and_deviation(values: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Mean, and mean absolute deviation from it; exact."""
    mean = Fraction(sum(values, Fraction(0))) / len(values)
    return mean, sum((abs(v - mean) for v in values), Fraction(0)) / len(values)


def in_points(score: Fraction, *, places: int = 4) -> int:
    """A score as a whole number of 10^-places points (half up), as tables store it."""
    return rounded(score * 10**places, "half_up")


def median(values: Iterable[Fraction]) -> Fraction:
    """Middle value, or the mean of the two middle ones; exact."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return Fraction(ordered[half]) if len(ordered) % 2 else Fraction(ordered[half - 1] + ordered[half]) / 2


def outliers(reviews: Sequence[Review], *, times: int = 3, points: Fraction = Fraction(10)) -> tuple[Outlier, ...]:
    """Scores at least `points` and at least `times` the usual distance from the median of the project's others.

    The usual distance is the median over all reviews. A project needs three reviews to be looked at. Shown, never
    corrected.
    """
    by_project: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        by_project[review.project].append(review)
    rows = [
        Outlier(r.project, r.expert, r.score, median(o.score for o in given if o is not r))
        for given in by_project.values()
        if len(given) >= 3
        for r in given
    ]
    usual = median(abs(r.score - r.others) for r in rows) if rows else Fraction(0)
    far = [r for r in rows if abs(r.score - r.others) >= max(points, times * usual)]
    return tuple(sorted(far, key=lambda r: (-abs(r.score - r.others), r.project, r.expert)))


def _given(reviews: Sequence[Review]) -> Mapping[str, list[Fraction]]:
    given: dict[str, list[Fraction]] = defaultdict(list)
    for review in reviews:
        given[review.expert].append(review.score)
    return given
