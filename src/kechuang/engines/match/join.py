"""The fingerprint join as one relational query, for more documents than one machine's memory likes."""

from __future__ import annotations

from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from kechuang.engines.match.nearest import COMMON, COMMON_AT_LEAST

_NEAREST = """
WITH bearers AS (
    SELECT fingerprint, COUNT(*) AS borne FROM marks GROUP BY fingerprint
), total AS (
    SELECT COUNT(DISTINCT document) AS documents FROM marks
), worth AS (
    SELECT asked.document AS document, asked.fingerprint AS fingerprint,
           COALESCE(bearers.borne, 0) AS borne,
           LN((total.documents + 1) / (COALESCE(bearers.borne, 0) + CAST(0.5 AS DOUBLE))) AS rarity,
           total.documents AS documents
    FROM asked CROSS JOIN total LEFT JOIN bearers ON bearers.fingerprint = asked.fingerprint
), mass AS (
    SELECT document, SUM(rarity) AS whole FROM worth GROUP BY document
), shared AS (
    SELECT worth.document AS asked, marks.document AS document,
           SUM(worth.rarity) AS mass, COUNT(*) AS common
    FROM worth JOIN marks ON marks.fingerprint = worth.fingerprint
    WHERE worth.borne <= GREATEST(:least, worth.documents * :common)
    GROUP BY worth.document, marks.document
), ranked AS (
    SELECT shared.asked, shared.document, shared.mass / mass.whole AS score, shared.common,
           ROW_NUMBER() OVER (PARTITION BY shared.asked ORDER BY shared.mass DESC, shared.document) AS place
    FROM shared JOIN mass ON mass.document = shared.asked
    WHERE shared.document <> shared.asked
)
SELECT asked, document, score, common, place FROM ranked WHERE place <= :top
ORDER BY asked, place
"""


def nearest_statement(*, marks: str = "marks", asked: str = "asked", top: int = 10) -> exp.Expr:
    """For every asked document its `top` nearest: what `candidates` answers, for a whole table at once.

    Both tables have columns `document` and `fingerprint` (signed 64-bit), each pair once. A document asked about
    that is itself among the marks is not its own neighbour. The answer: asked, document, score, common, place.
    """
    statement = sqlglot.parse_one(_NEAREST, dialect="duckdb")
    values = {"least": COMMON_AT_LEAST, "common": COMMON, "top": top}
    names = {"marks": marks, "asked": asked}
    ours = {cte.alias for cte in statement.find_all(exp.CTE)}
    for table in list(statement.find_all(exp.Table)):
        if table.name in names and table.name not in ours:
            renamed = exp.to_table(names[table.name], dialect="duckdb")
            table.replace(exp.alias_(renamed, table.name, table=True))
    for place in list(statement.find_all(exp.Placeholder)):
        place.replace(exp.Literal.number(values[place.name]))
    return statement


@dataclass(frozen=True, slots=True)
class Nearest:
    """The statement as bulk simulation takes it: the tables it reads, and its text in a dialect."""

    marks: str = "marks"
    asked: str = "asked"
    top: int = 10

    @property
    def tables(self) -> frozenset[str]:
        return frozenset({self.marks, self.asked})

    def sql(self, dialect: str = "duckdb") -> str:
        return nearest_statement(marks=self.marks, asked=self.asked, top=self.top).sql(dialect)
