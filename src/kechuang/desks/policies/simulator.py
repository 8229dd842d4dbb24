"""The simulator: a policy under reforms over a population, in one pass a question. It loads the database engine: no web
worker imports it; see simulating.py for how they ask."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.utils import timezone

from kechuang.casework.bulk import Fault
from kechuang.casework.pages import current
from kechuang.desks.policies import crowds
from kechuang.desks.policies.crowds import Crowd, Say, nothing
from kechuang.desks.policies.models import Simulation
from kechuang.desks.policies.reading import rules_in_force
from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import Rules, Scope
from kechuang.engines.rules.spread import bites, bitten
from kechuang.engines.rules.totals import FIGURES, Total, totals
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage

SEED = 2019
LEAST_LIVE = 20  # records below which the registers are no population yet
FRESH = timedelta(seconds=60)
CUTS = ("region", "industry", "size")
MOST_REFORMS, MOST_POINTS, MOST_KEPT = 6, 60, 200


@dataclass(slots=True)
class Simulator:
    """Populations kept warm, and the answers over them. `apart`: the region is made beside, and a question meanwhile is told so."""

    folder: Path
    firms: int
    apart: bool = False
    region: Crowd | None = None
    registers: Crowd | None = None
    read_at: datetime | None = None
    edition: str = ""
    progress: tuple[int, int] = (0, 1)
    making: Thread | None = field(default=None)

    def answer(self, asked: Mapping[str, Any], say: Say = nothing) -> dict[str, Any]:
        """The figures asked for; `{"preparing": [done, of]}` while the region is made; `{"refused": code}` where it cannot be."""
        try:
            rules = self._rules()
            crowd = self._crowd(rules, asked)
            if crowd is None:
                return {"preparing": list(self.progress)}
            return answered(rules, crowd, asked, say)
        except BadPage as bad:
            return {"refused": "bad_value", "what": bad.path}
        except FormulaError as fault:
            return {"refused": fault.reason.code, "what": str(fault.reason.values.get("what", ""))}
        except Fault as fault:
            return {"refused": "not_over_this", "what": str(fault).splitlines()[0][:200]}

    def warm(self) -> None:
        """Begin to make the region, if nobody has yet."""
        rules = self._rules()
        if self.making is None and self.region is None:
            self.making = Thread(target=self._make, args=(rules.vocabulary, self.edition), daemon=True)
            self.making.start()

    def finish_making(self) -> None:
        """Wait for a region that is being made: a job has the time."""
        if self.apart:
            self.warm()
        if (making := self.making) is not None:
            making.join()

    def _make(self, words: Any, edition: str) -> None:
        def say(done: int, of: int) -> None:
            self.progress = (done, of)

        try:
            region = crowds.synthetic(
                words, self.folder, firms=self.firms, seed=SEED, year=timezone.localdate().year, say=say
            )
        except Exception:
            if self.edition == edition:
                self.making = None  # a full disk, say: who asks next begins anew, and nobody waits for ever
            raise
        if self.edition == edition:
            self.region = region

    def _rules(self) -> Rules:
        """The rules in force; with another edition the populations are made anew."""
        if self.edition != current().digest:
            self.edition, self.region, self.registers, self.making = current().digest, None, None, None
        return rules_in_force()

    def _crowd(self, rules: Rules, asked: Mapping[str, Any]) -> Crowd | None:
        wanted, subject = asked.get("population", ""), rules[asked["policy"]].subject
        if wanted != "region":
            on = timezone.now()
            if self.registers is None or self.read_at is None or on - self.read_at > FRESH:
                self.registers, self.read_at = crowds.live(rules.vocabulary, on), on
            if wanted == "live" or self.registers.counts.get(subject, 0) >= LEAST_LIVE:
                return self.registers.beside()
        if self.region is None and self.apart:
            self.warm()
            return None
        if self.region is None:
            self._make(rules.vocabulary, self.edition)
        return self.region.beside() if self.region is not None else None


def answered(rules: Rules, crowd: Crowd, asked: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """One question over one population: totals by three cuts, whom ceilings bite, and the curve of one parameter."""
    code, began = asked["policy"], time.perf_counter()
    policy = rules[code]
    year = crowd.year or int(asked["year"])
    share = crowds.share_of(crowd, policy) if asked.get("sample") else 1
    records = crowds.narrowed(crowd, rules.vocabulary, policy, year, share=share)
    moment = Moment(year=year)
    variants = [rules, *(_reformed(rules, one) for one in asked.get("reforms", ())[:MOST_REFORMS])]
    steps = 2 + len(asked.get("curves", ()))
    say(0, steps)
    cuts = _by_cuts(variants, code, moment, crowd)
    say(1, steps)
    bite = _bites(variants, code, moment, crowd)
    say(2, steps)
    curves = []
    for n, one in enumerate(asked.get("curves", ())):
        curves.append(_kept_curve(rules, code, one, moment, crowd, share))
        say(3 + n, steps)
    found = {
        "population": {"kind": crowd.kind, "records": records * share, "firms": crowd.counts.get("enterprise", 0), "year": year, "seed": crowd.seed},
        "exact": share == 1, "share": share, "totals": _whole(cuts, len(variants)), "bites": [asdict(one) for one in bite],
        "cuts": {name: _one_cut(cuts, n) for n, name in enumerate(CUTS)} if cuts and cuts[0].cuts else {}, "curves": curves,
        "live": crowd.kind == "live",
    }  # fmt: skip
    return {**_scaled(found, share), "milliseconds": round((time.perf_counter() - began) * 1000)}


def _reformed(rules: Rules, told: Mapping[str, Any]) -> Rules:
    return with_set(rules, dict(told)) if told else rules


def _by_cuts(variants: Sequence[Rules], code: str, moment: Moment, crowd: Crowd) -> list[Total]:
    """Every total by region, industry and size at once; without cuts where a policy leads to no firm."""
    for by in (CUTS, ()):
        try:
            built = totals(variants, [code], moment, by=by, complete=crowd.complete)
        except LookupError:
            continue
        return [total for one in built for total in one.totals(crowd.population.run(one))]
    return []


def _bites(variants: Sequence[Rules], code: str, moment: Moment, crowd: Crowd) -> list[Any]:
    if variants[0][code].cap is None:
        return []
    return bitten(crowd.population.run(bites(variants, code, moment, complete=crowd.complete)), len(variants))


def _kept_curve(
    rules: Rules, code: str, told: Mapping[str, Any], moment: Moment, crowd: Crowd, share: int
) -> dict[str, Any]:
    """A curve does not depend on where its own slider stands: it is kept with the population it was drawn over."""
    others = {name: value for name, value in told.get("reform", {}).items() if name != f"{code}.{told['param']}"}
    key = (code, told["param"], tuple(told["values"]), tuple(sorted(others.items())), moment.year, share)
    if key not in crowd.curves:
        if len(crowd.curves) >= MOST_KEPT:
            crowd.curves.clear()
        crowd.curves[key] = _curve(rules, code, {**told, "reform": others}, moment, crowd)
    return crowd.curves[key]


def _curve(rules: Rules, code: str, told: Mapping[str, Any], moment: Moment, crowd: Crowd) -> dict[str, Any]:
    """Cost and recipients at each value of one parameter, with the other values of a reform."""
    base = _reformed(rules, told.get("reform", {}))
    tried = {value: _reformed(base, {f"{code}.{told['param']}": value}) for value in told["values"][:MOST_POINTS]}
    values = [value for value, one in tried.items() if _lawful(one, code, moment)]
    variants = [rules, *(tried[value] for value in values)]
    built = totals(variants, [code], moment, complete=crowd.complete)
    sums = _whole([total for one in built for total in one.totals(crowd.population.run(one))], len(variants))
    return {
        "param": told["param"],
        "points": [{"value": value, **one} for value, one in zip(values, sums[1:], strict=True)],
    }


def _lawful(rules: Rules, code: str, moment: Moment) -> bool:
    """Whether the page's own guards let these values stand: a curve leaves out what they do not."""
    assert moment.end is not None
    scope = Scope(rules, rules[code], {}, moment.end, {})
    return all(scope.of(guard.expression) is True for guard in rules[code].guards)


def _whole(found: Sequence[Total], variants: int) -> list[dict[str, int]]:
    sums = [dict.fromkeys(FIGURES, 0) for _ in range(variants)]
    for one in found:
        for name in FIGURES:
            sums[one.variant][name] += getattr(one, name)
    return sums


def _one_cut(found: Sequence[Total], place: int) -> dict[str, list[list[int]]]:
    """Of one cut: code → for each variant recipients, entitled, settled. Firms lie in one place of each cut, so parts add up."""
    variants = max((one.variant for one in found), default=0) + 1
    sums: dict[str, list[list[int]]] = {}
    for one in found:
        there = sums.setdefault(one.cuts[place], [[0, 0, 0] for _ in range(variants)])[one.variant]
        for n, name in enumerate(("recipients", "entitled", "settled")):
            there[n] += getattr(one, name)
    return sums


def _scaled(found: Any, share: int) -> Any:
    """Figures of a sample as those of the whole: sums and counts times the share, values and facts as they are."""
    if share == 1:
        return found
    scaled = {name: found[name] for name in found}
    scaled["totals"] = [{k: v * share for k, v in one.items()} for one in found["totals"]]
    scaled["bites"] = [{k: v * share for k, v in one.items()} for one in found["bites"]]
    scaled["cuts"] = {
        cut: {code: [[v * share for v in row] for row in rows] for code, rows in told.items()}
        for cut, told in found["cuts"].items()
    }
    scaled["curves"] = [
        {**one, "points": [{k: v if k == "value" else v * share for k, v in point.items()} for point in one["points"]]}
        for one in found["curves"]
    ]
    return scaled


def carried_out(pid: str) -> None:
    """Do a job: its row tells how far it is, and in the end what came of it."""
    row = Simulation.objects.filter(pid=pid, state="waiting").first()
    if row is None:
        return

    def say(done: int, of: int) -> None:
        Simulation.objects.filter(pk=row.pk).update(state="running", done=done, of=of, moved_at=timezone.now())

    say(0, 1)
    simulator = here()
    simulator.finish_making()
    said = simulator.answer(row.asked, say)
    state = "failed" if "refused" in said else "done"
    fault = str(said.get("refused", ""))
    Simulation.objects.filter(pk=row.pk).update(
        state=state, result=None if fault else said, fault=fault, moved_at=timezone.now(), **({} if fault else {"done": 1, "of": 1})
    )  # fmt: skip


def here() -> Simulator:
    """The simulator of this very process: jobs, commands, tests."""
    if not _here:
        _here.append(Simulator(Path(settings.DATA) / "populations", settings.REGION_FIRMS))
    return _here[0]


_here: list[Simulator] = []
