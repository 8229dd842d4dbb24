"""The engine's side of the policy benchmark: pages read, compiled, run; a whole process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kechuang.casework.bulk import folder
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.tables import out_of_bounds, tables_in
from kechuang.engines.rules.totals import totals
from kechuang.faces.cli.policies import rules_in

BOOK = Path(__file__).parent / "policy_book"
YEAR = 2019
Sums = dict[str, dict[str, list[int]]]  # policy → region → [recipients, entitled, settled]


def engine(path: Path) -> Sums:
    """Pages read, compiled and run by the engine."""
    rules = rules_in(BOOK)
    population = folder(path, tables_in(rules.vocabulary))
    queries = totals([rules], list(rules.policies), Moment(year=YEAR), by=["region"], complete=population.complete())
    faults = out_of_bounds(rules.vocabulary, population.bounds(rules.vocabulary.entities))
    if faults:
        raise SystemExit(str(faults[0]))
    found: Sums = {}
    for query in queries:
        for one in query.totals(population.run(query)):
            found.setdefault(one.policy, {})[one.cuts[0]] = [one.recipients, one.entitled, one.settled]
    return found


if __name__ == "__main__":
    json.dump(engine(Path(sys.argv[1])), sys.stdout)
