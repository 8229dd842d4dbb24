"""The ten policies as a person would write them for DuckDB; a whole process, which imports nothing of the house."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

Sums = dict[str, dict[str, list[int]]]  # policy → region → [recipients, entitled, settled]

FIRMS = """
SELECT region, COUNT_IF(r4 > 0), SUM(r4), COUNT_IF(r5 > 0), SUM(r5), COUNT_IF(r6 > 0), SUM(r6), COUNT_IF(r7 > 0), SUM(r7),
  COUNT_IF(r8 > 0), SUM(r8), COUNT_IF(r9 > 0), SUM(r9), COUNT_IF(r10)
FROM (
  SELECT *, GREATEST(profit - r8, 0) * CASE WHEN is_ht THEN 15 ELSE 25 END // 100 AS r9,
    staff <= 500 AND revenue <= 20000000000 AND assets <= 20000000000
      AND (is_ht OR (s > 0 AND s + GREATEST(a, b) + GREATEST(i, j) >= 60)) AS r10
  FROM (
    SELECT region, profit, is_ht, staff, revenue, assets,
      CASE WHEN NOT integrity_ok THEN 0 WHEN inc_tier = '1' THEN 50000000 WHEN inc_tier = '2' THEN 35000000
        WHEN inc_tier = '3' THEN 20000000 ELSE 0 END AS r4,
      CASE WHEN NOT integrity_ok THEN 0 WHEN comp_tier = '1' THEN 30000000 WHEN comp_tier = '2' THEN 20000000
        WHEN comp_tier = '3' THEN 10000000 ELSE 0 END AS r5,
      CASE WHEN NOT integrity_ok THEN 0 ELSE GREATEST(CASE WHEN top_tier = '1' THEN 30000000 WHEN top_tier = '2' THEN 20000000
        WHEN top_tier = '3' THEN 10000000 ELSE 0 END, CASE WHEN first_ht THEN 10000000 ELSE 0 END) END AS r6,
      CASE WHEN integrity_ok AND board THEN 20000000 ELSE 0 END AS r7,
      (rnd_core + LEAST(rnd_other, rnd_core // 9) + ent_dom * 4 // 5) * 3 // 4 AS r8,
      CASE WHEN staff = 0 THEN 0 WHEN rnd_staff * 10 >= staff * 3 THEN 20 WHEN rnd_staff * 4 >= staff THEN 16
        WHEN rnd_staff * 5 >= staff THEN 12 WHEN rnd_staff * 20 >= staff * 3 THEN 8 WHEN rnd_staff * 10 >= staff THEN 4 ELSE 0 END AS s,
      CASE WHEN revenue = 0 THEN 0 WHEN d * 50 >= revenue * 3 THEN 50 WHEN d * 20 >= revenue THEN 40 WHEN d * 25 >= revenue THEN 30
        WHEN d * 100 >= revenue * 3 THEN 20 WHEN d * 50 >= revenue THEN 10 ELSE 0 END AS a,
      CASE WHEN cost = 0 THEN 0 WHEN d * 10 >= cost * 3 THEN 50 WHEN d * 4 >= cost THEN 40 WHEN d * 5 >= cost THEN 30
        WHEN d * 20 >= cost * 3 THEN 20 WHEN d * 10 >= cost THEN 10 ELSE 0 END AS b,
      CASE WHEN ip1 >= 1 THEN 30 ELSE 0 END AS i, 6 * LEAST(ip2, 4) AS j
    FROM (SELECT *, rnd_core + rnd_other + ent_dom AS d FROM '{path}/enterprise.parquet')))
GROUP BY region
"""
TRADES = """
WITH t AS (
  SELECT t.eid, e.region, t.amount // 10 AS x, SUM(t.amount // 10) OVER (PARTITION BY t.eid ORDER BY t.day, t.tid
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
  FROM '{path}/trade.parquet' t JOIN '{path}/enterprise.parquet' e ON e.eid = t.eid WHERE t.ok AND e.integrity_ok),
a AS MATERIALIZED (SELECT eid, region, GREATEST(0, LEAST(x, 200000000 - COALESCE(earlier, 0)))::BIGINT AS v FROM t),
s AS (SELECT SUM(v) AS whole, 2000000 * (SELECT COUNT(*) FROM '{path}/enterprise.parquet') AS budget FROM a)
SELECT region, COUNT_IF(v > 0), SUM(v), SUM(paid) FROM (
  SELECT eid, region, SUM(v) AS v, SUM(CASE WHEN whole <= budget THEN v ELSE v::HUGEINT * budget // whole END) AS paid FROM a, s GROUP BY ALL)
GROUP BY region
"""
USES = """
WITH u AS (
  SELECT u.eid, e.region, u.fee // 2 AS x, SUM(u.fee // 2) OVER (PARTITION BY u.eid) AS whole
  FROM '{path}/use.parquet' u JOIN '{path}/enterprise.parquet' e ON e.eid = u.eid WHERE u.in_net AND e.integrity_ok)
SELECT region, COUNT_IF(v > 0), SUM(v) FROM (
  SELECT eid, region, SUM(CASE WHEN whole <= 20000000 THEN x ELSE x::HUGEINT * 20000000 // whole END) AS v FROM u GROUP BY ALL)
GROUP BY region
"""
OWNERS = """
SELECT region, COUNT_IF(v > 0), SUM(v) FROM (
  SELECT i.owner, e.region, SUM(LEAST(COALESCE(f.fees, 0) // 5, 3000000)) AS v FROM '{path}/instrument.parquet' i
  JOIN '{path}/enterprise.parquet' e ON e.eid = i.owner
  LEFT JOIN (SELECT iid, SUM(fee) AS fees FROM '{path}/use.parquet' WHERE in_net GROUP BY iid) f ON f.iid = i.iid
  WHERE e.integrity_ok GROUP BY ALL)
GROUP BY region
"""


def sql(path: Path) -> Sums:
    """The same ten rules as a person would write them for DuckDB."""
    connection = duckdb.connect()

    def run(text: str) -> list[tuple]:
        return connection.execute(text.format(path=path)).fetchall()

    found: Sums = {f"r{n}": {} for n in range(1, 11)}
    for region, *figures in run(FIRMS):
        for n in range(4, 10):
            count, money = figures[2 * (n - 4)], int(figures[2 * (n - 4) + 1])
            found[f"r{n}"][region] = [count, money, money]
        found["r10"][region] = [figures[-1], 0, 0]
    found["r1"] = {region: [count, int(money), int(paid)] for region, count, money, paid in run(TRADES)}
    for code, text in (("r2", USES), ("r3", OWNERS)):
        found[code] = {region: [count, int(money), int(money)] for region, count, money in run(text)}
    return found


if __name__ == "__main__":
    json.dump(sql(Path(sys.argv[1])), sys.stdout)
