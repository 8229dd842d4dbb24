"""The ten policies over whole columns in NumPy, int64 throughout: the reference of the totals."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

Sums = dict[str, dict[str, list[int]]]  # policy → region → [recipients, entitled, settled]


def numpy(path: Path) -> Sums:
    """The same ten rules over whole columns in NumPy, int64 throughout; the reference of the totals."""
    columns = {name: _columns(path / f"{name}.parquet") for name in ("enterprise", "trade", "use", "instrument")}
    e = columns["enterprise"]
    names, place = np.unique(e["region"], return_inverse=True)
    by_firm = _of_firms(e)
    found: Sums = {}
    for code, amounts in by_firm.items():
        money = np.zeros(len(amounts), np.int64) if code == "r10" else amounts
        found[code] = _summed(names, place, amounts > 0, money, money)
    entitled, settled = _trades(columns["trade"], e)
    found["r1"] = _summed(names, place, entitled > 0, entitled, settled)
    for code, amounts in (("r2", _uses(columns["use"], e)), ("r3", _owners(columns["instrument"], columns["use"], e))):
        found[code] = _summed(names, place, amounts > 0, amounts, amounts)
    return found


def _columns(path: Path) -> dict[str, np.ndarray]:
    table = pq.read_table(path)
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


def _summed(
    names: np.ndarray, place: np.ndarray, gets: np.ndarray, entitled: np.ndarray, settled: np.ndarray
) -> dict[str, list[int]]:
    figures = []
    for values in (gets.astype(np.int64), entitled, settled):
        whole = np.zeros(len(names), np.int64)
        np.add.at(whole, place, values)
        figures.append(whole)
    return {str(name): [int(one[n]) for one in figures] for n, name in enumerate(names)}


def _tier(codes: np.ndarray, amounts: list[int]) -> np.ndarray:
    return np.array([0, *amounts], np.int64)[codes.astype(np.int64)]


def _ladder(top: np.ndarray, bottom: np.ndarray, steps: list[tuple[int, int, int]]) -> np.ndarray:
    """Points of the first step of which `top / bottom` reaches n / d."""
    points = np.zeros(len(top), np.int64)
    for n, d, worth in reversed(steps):
        points = np.where(top * d >= bottom * n, worth, points)
    return np.where(bottom > 0, points, 0)


def _of_firms(e: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    ok = e["integrity_ok"]
    r8 = (e["rnd_core"] + np.minimum(e["rnd_other"], e["rnd_core"] // 9) + e["ent_dom"] * 4 // 5) * 3 // 4
    rate = np.where(e["is_ht"], 15, 25)
    d = e["rnd_core"] + e["rnd_other"] + e["ent_dom"]
    staff = _ladder(e["rnd_staff"], e["staff"], [(3, 10, 20), (1, 4, 16), (1, 5, 12), (3, 20, 8), (1, 10, 4)])
    sales = _ladder(d, e["revenue"], [(3, 50, 50), (1, 20, 40), (1, 25, 30), (3, 100, 20), (1, 50, 10)])
    costs = _ladder(d, e["cost"], [(3, 10, 50), (1, 4, 40), (1, 5, 30), (3, 20, 20), (1, 10, 10)])
    rights = np.maximum(np.where(e["ip1"] >= 1, 30, 0), 6 * np.minimum(e["ip2"], 4))
    small = (e["staff"] <= 500) & (e["revenue"] <= 2 * 10**10) & (e["assets"] <= 2 * 10**10)
    score = staff + np.maximum(sales, costs) + rights
    return {
        "r4": _tier(e["inc_tier"], [50_000_000, 35_000_000, 20_000_000]) * ok,
        "r5": _tier(e["comp_tier"], [30_000_000, 20_000_000, 10_000_000]) * ok,
        "r6": np.maximum(
            _tier(e["top_tier"], [30_000_000, 20_000_000, 10_000_000]), np.where(e["first_ht"], 10_000_000, 0)
        )
        * ok,
        "r7": np.where(ok & e["board"], 20_000_000, 0),
        "r8": r8,
        "r9": np.maximum(e["profit"] - r8, 0) * rate // 100,
        "r10": (small & (e["is_ht"] | ((staff > 0) & (score >= 60)))).astype(np.int64),
    }


def _trades(t: dict[str, np.ndarray], e: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Entitled and settled by firm: first come under the ceiling, then the year's budget in proportion."""
    firm = t["eid"] - 1
    x = np.where(t["ok"] & e["integrity_ok"][firm], t["amount"] // 10, 0)
    order = np.lexsort((t["tid"], t["day"], firm))
    firm, x = firm[order], x[order]
    running = np.cumsum(x)
    first = np.r_[True, firm[1:] != firm[:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(firm)), 0))
    earlier = running - x - (running - x)[start]
    parts = np.clip(np.minimum(x, 200_000_000 - earlier), 0, None)
    budget, whole = 2_000_000 * len(e["eid"]), int(parts.sum())
    settled = parts if whole <= budget else np.array([int(one) * budget // whole for one in parts], np.int64)
    return _by_firm(firm, parts, len(e["eid"])), _by_firm(firm, settled, len(e["eid"]))


def _by_firm(firm: np.ndarray, amounts: np.ndarray, firms: int) -> np.ndarray:
    whole = np.zeros(firms, np.int64)
    np.add.at(whole, firm, amounts)
    return whole


def _uses(u: dict[str, np.ndarray], e: dict[str, np.ndarray]) -> np.ndarray:
    firm = u["eid"] - 1
    x = np.where(u["in_net"] & e["integrity_ok"][firm], u["fee"] // 2, 0)
    whole = _by_firm(firm, x, len(e["eid"]))[firm]
    over = whole > 20_000_000
    parts = x.copy()
    parts[over] = [int(a) * 20_000_000 // int(b) for a, b in zip(x[over], whole[over], strict=True)]
    return _by_firm(firm, parts, len(e["eid"]))


def _owners(i: dict[str, np.ndarray], u: dict[str, np.ndarray], e: dict[str, np.ndarray]) -> np.ndarray:
    fees = _by_firm(u["iid"] - 1, np.where(u["in_net"], u["fee"], 0), len(i["iid"]))
    owner = i["owner"] - 1
    amounts = np.where(e["integrity_ok"][owner], np.minimum(fees // 5, 3_000_000), 0)
    return _by_firm(owner, amounts, len(e["eid"]))


if __name__ == "__main__":
    json.dump(numpy(Path(sys.argv[1])), sys.stdout)
