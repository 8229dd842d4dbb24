"""The ten policies on OpenFisca-core; runs in an environment of its own: `python policy_openfisca.py DIR` (PyPI: openfisca-core, pyarrow).

The tables' rows are OpenFisca's: a firm, an instrument, and (as its persons) payments and uses of instruments.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.model_api import YEAR, Variable, max_, min_
from openfisca_core.periods import period as period_of
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

Record = Entity("record", "records", "Payment or use", "A payment for technology, or a use of an instrument")
ROLE = [{"key": "member", "plural": "members"}]
Firm = GroupEntity("firm", "firms", "Firm", "An enterprise", roles=ROLE)
Machine = GroupEntity("machine", "machines", "Instrument", "An instrument", roles=ROLE)
WHEN = "2019"


def _input(name: str, entity: Entity, kind: type, period: object = YEAR) -> type[Variable]:
    return type(name, (Variable,), {"value_type": kind, "entity": entity, "definition_period": period, "label": name})


FIRM_FIELDS = {
    "integrity_ok": bool, "is_ht": bool, "first_ht": bool, "board": bool, "top_tier": int, "comp_tier": int, "inc_tier": int,
    "staff": int, "rnd_staff": int, "ip1": int, "ip2": int, "revenue": float, "cost": float, "assets": float,
    "rnd_core": float, "rnd_other": float, "ent_dom": float, "profit": float,
}  # fmt: skip
RECORD_FIELDS = {"trade_amount": float, "trade_ok": bool, "trade_day": int, "fee": float, "in_net": bool}


def _tier(tier: np.ndarray, amounts: list[float]) -> np.ndarray:
    return np.array([0, *amounts])[tier]


def _ladder(top: np.ndarray, bottom: np.ndarray, steps: list[tuple[float, int]]) -> np.ndarray:
    points = np.zeros(len(top))
    for share, worth in reversed(steps):
        points = np.where(top >= bottom * share, worth, points)
    return np.where(bottom > 0, points, 0)


def _of_group(group, values: np.ndarray) -> np.ndarray:
    """`group.sum`, which forgets the last groups where they have no members."""
    return np.bincount(group.members_entity_id, weights=values, minlength=group.count)


class r1_record(Variable):
    value_type, entity, definition_period = float, Record, YEAR

    def formula(record, period):
        ok = record("trade_ok", period) * record.firm("integrity_ok", period)
        x = np.floor(record("trade_amount", period) * 0.1) * ok
        firm, day = record.simulation.populations["firm"].members_entity_id, record("trade_day", period)
        order = np.lexsort((np.arange(len(x)), day, firm))
        firm, x = firm[order], x[order]
        running = np.cumsum(x, dtype=np.float64)
        start = np.maximum.accumulate(np.where(np.r_[True, firm[1:] != firm[:-1]], np.arange(len(x)), 0))
        parts = np.clip(np.minimum(x, 2e8 - (running - x - (running - x)[start])), 0, None)
        back = np.empty_like(parts)
        back[order] = parts
        return back


class r1_settled(Variable):
    value_type, entity, definition_period = float, Record, YEAR

    def formula(record, period):
        parts = record("r1_record", period)
        budget, whole = 2e6 * record.simulation.populations["firm"].count, parts.sum(dtype=np.float64)
        return parts if whole <= budget else np.floor(parts * (budget / whole))


class r2_record(Variable):
    value_type, entity, definition_period = float, Record, YEAR

    def formula(record, period):
        ok = record("in_net", period) * record.firm("integrity_ok", period)
        x = np.floor(record("fee", period) * 0.5) * ok
        firm = record.simulation.populations["firm"]
        whole = _of_group(firm, x)[firm.members_entity_id]
        return np.where(whole <= 2e7, x, np.floor(x * 2e7 / np.where(whole > 0, whole, 1)))


class r1(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        return _of_group(firm, firm.members("r1_record", period))


class r1_paid(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        return _of_group(firm, firm.members("r1_settled", period))


class r2(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        return _of_group(firm, firm.members("r2_record", period))


class r3(Variable):
    value_type, entity, definition_period = float, Machine, YEAR

    def formula(machine, period):
        fees = _of_group(machine, machine.members("fee", period) * machine.members("in_net", period))
        return min_(np.floor(fees * 0.2), 3e6) * machine("owner_ok", period)


class r4(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        return _tier(firm("inc_tier", period), [5e7, 3.5e7, 2e7]) * firm("integrity_ok", period)


class r5(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        return _tier(firm("comp_tier", period), [3e7, 2e7, 1e7]) * firm("integrity_ok", period)


class r6(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        top = _tier(firm("top_tier", period), [3e7, 2e7, 1e7])
        return max_(top, 1e7 * firm("first_ht", period)) * firm("integrity_ok", period)


class r7(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        return 2e7 * firm("board", period) * firm("integrity_ok", period)


class r8(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        core = firm("rnd_core", period)
        other = min_(firm("rnd_other", period), np.floor(core / 9))
        return np.floor((core + other + np.floor(firm("ent_dom", period) * 0.8)) * 0.75)


class r9(Variable):
    value_type, entity, definition_period = float, Firm, YEAR

    def formula(firm, period):
        rate = np.where(firm("is_ht", period), 0.15, 0.25)
        return np.floor(max_(firm("profit", period) - firm("r8", period), 0) * rate)


class r10(Variable):
    value_type, entity, definition_period = bool, Firm, YEAR

    def formula(firm, period):
        spent = firm("rnd_core", period) + firm("rnd_other", period) + firm("ent_dom", period)
        staff = _ladder(
            firm("rnd_staff", period), firm("staff", period), [(0.3, 20), (0.25, 16), (0.2, 12), (0.15, 8), (0.1, 4)]
        )
        sales = _ladder(spent, firm("revenue", period), [(0.06, 50), (0.05, 40), (0.04, 30), (0.03, 20), (0.02, 10)])
        costs = _ladder(spent, firm("cost", period), [(0.3, 50), (0.25, 40), (0.2, 30), (0.15, 20), (0.1, 10)])
        rights = max_(np.where(firm("ip1", period) >= 1, 30, 0), 6 * min_(firm("ip2", period), 4))
        small = (firm("staff", period) <= 500) * (firm("revenue", period) <= 2e10) * (firm("assets", period) <= 2e10)
        return small * (firm("is_ht", period) + (staff > 0) * (staff + max_(sales, costs) + rights >= 60))


FORMULAS = (r1_record, r1_settled, r2_record, r1, r1_paid, r2, r3, r4, r5, r6, r7, r8, r9, r10)


def system() -> TaxBenefitSystem:
    """The entities, inputs and formulas."""
    made = TaxBenefitSystem([Record, Firm, Machine])
    inputs = [_input(name, Firm, kind) for name, kind in FIRM_FIELDS.items()]
    inputs += [_input(name, Record, kind) for name, kind in RECORD_FIELDS.items()]
    made.add_variables(*inputs, _input("owner_ok", Machine, bool), *FORMULAS)
    return made


def _columns(path: Path, name: str) -> dict[str, np.ndarray]:
    table = pq.read_table(path / f"{name}.parquet")
    return {column: table[column].to_numpy(zero_copy_only=False) for column in table.column_names}


def simulation(path: Path):
    """A simulation over a region, filled from its files; and the region of each firm, the owner of each instrument."""
    firm, trade, use, machine = (_columns(path, name) for name in ("enterprise", "trade", "use", "instrument"))
    firms, machines, trades, uses = len(firm["eid"]), len(machine["iid"]), len(trade["tid"]), len(use["uid"])
    builder = SimulationBuilder()
    made = system()
    builder.create_entities(made)
    builder.declare_person_entity("record", np.arange(trades + uses))
    for name, count, ids in (
        ("firm", firms, np.r_[trade["eid"], use["eid"]] - 1),
        ("machine", machines + 1, np.r_[np.full(trades, machines), use["iid"] - 1]),
    ):
        group = builder.declare_entity(name, np.arange(count))
        group.members_entity_id = ids  # join_with_persons would leave out groups without members
        group.members_role = np.full(trades + uses, group.entity.flattened_roles[0])
    found = builder.build(made)
    for name, kind in FIRM_FIELDS.items():
        found.set_input(name, WHEN, firm[name].astype(np.int64) if kind is int else firm[name])
    none = np.zeros(uses, np.int64)
    found.set_input("trade_amount", WHEN, np.r_[trade["amount"], none])
    found.set_input("trade_ok", WHEN, np.r_[trade["ok"], none.astype(bool)])
    found.set_input("trade_day", WHEN, np.r_[trade["day"], none])
    found.set_input("fee", WHEN, np.r_[np.zeros(trades, np.int64), use["fee"]])
    found.set_input("in_net", WHEN, np.r_[np.zeros(trades, bool), use["in_net"]])
    found.set_input("owner_ok", WHEN, np.r_[firm["integrity_ok"][machine["owner"] - 1], False])
    return found, firm["region"], machine["owner"] - 1


def run(path: Path) -> dict[str, dict[str, list[int]]]:
    """policy → region → [recipients, entitled, settled]"""
    found, region, owner = simulation(path)
    when = period_of(WHEN)
    names, place = np.unique(region, return_inverse=True)

    def summed(gets: np.ndarray, *money: np.ndarray) -> dict[str, list[int]]:
        sums = [
            np.bincount(place, weights=values.astype(np.float64), minlength=len(names)) for values in (gets, *money)
        ]
        return {str(name): [int(one[n]) for one in sums] for n, name in enumerate(names)}

    sums = {}
    for n in range(1, 11):
        values = found.calculate(f"r{n}", when)
        if n == 3:
            values = np.bincount(owner, weights=values[: len(owner)].astype(np.float64), minlength=len(region))
        settled = found.calculate("r1_paid", when) if n == 1 else values
        money = (np.zeros(len(values)),) * 2 if n == 10 else (values, settled)
        sums[f"r{n}"] = summed(values > 0, *money)
    return sums


def single() -> float:
    """Milliseconds of one policy for one firm with the trace printed out: the median over the ten, building included once."""
    names = ["r1_record", "r2_record", *(f"r{n}" for n in range(3, 11))]
    made, when, medians = system(), period_of(WHEN), []
    for name in names:
        times = []
        for _ in range(30):
            start = time.perf_counter()
            builder = SimulationBuilder()
            builder.create_entities(made)
            builder.declare_person_entity("record", np.arange(1))
            for group, count in (("firm", 1), ("machine", 1)):
                entity = builder.declare_entity(group, np.arange(count))
                entity.members_entity_id = np.zeros(1, np.int64)
                entity.members_role = np.full(1, entity.entity.flattened_roles[0])
            found = builder.build(made)
            found.trace = True
            for field, kind in FIRM_FIELDS.items():
                found.set_input(field, WHEN, np.ones(1, np.int64 if kind is int else kind))
            for field, kind in RECORD_FIELDS.items():
                found.set_input(field, WHEN, np.ones(1, np.int64 if kind is int else kind))
            found.set_input("owner_ok", WHEN, np.ones(1, bool))
            found.calculate(name, when)
            found.tracer.computation_log.lines()
            times.append(time.perf_counter() - start)
        medians.append(statistics.median(times))
    return statistics.median(medians) * 1000


if __name__ == "__main__":
    if sys.argv[1:] == ["--single"]:
        print(single())
    else:
        json.dump(run(Path(sys.argv[1])), sys.stdout)
