"""Examples of a page: the records they describe, and what came out otherwise than they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

from kechuang.engines.rules.entries import entries, unknown_entry, with_entry
from kechuang.engines.rules.policy import FOREVER, Policy, Span
from kechuang.engines.rules.reading import _value
from kechuang.engines.rules.shares import entitle, settle
from kechuang.engines.rules.single import Assessment, Rules, figures
from kechuang.engines.rules.vocabulary import Entity, Field, Vocabulary, near, typed
from kechuang.formula import UNKNOWN, Interval, evaluate
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

TOLD: Final = frozenset(
    [
        "name",
        "day",
        "year",
        "set",
        "expect",
        "expect_total",
        "refused",
        "steps",
        "also",
        "lost",
        "settled",
        "depends_on",
    ]
)
TELLING: Final = TOLD - {"name", "day", "year", "set"}
DAY: Final = date(2019, 12, 31)


@dataclass(slots=True)
class Cast:
    """The records an example describes: those the policy is computed for, and all others by entity, linked."""

    vocabulary: Vocabulary
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    named: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    subjects: list[dict[str, Any]] = field(default_factory=list)

    def add(self, entity: Entity, told: Mapping[str, Any], at: str) -> dict[str, Any]:
        """One record with its links and all that hangs on it; what it does not say takes the field's usual value."""
        if not isinstance(told, Mapping):
            raise BadPage(at, "{told!r} is no {code}", "write {field: value}", told=told, code=entity.code)
        rows, key = self.rows.setdefault(entity.code, []), told.get(entity.key)
        if isinstance(key, Mapping | list | tuple):
            raise BadPage(f"{at}.{entity.key}", "{key!r} is no key", "write a number or a text", key=key)
        if key is not None and any(row[entity.key] == str(key) for row in rows):
            raise BadPage(
                f"{at}.{entity.key}", "two records have the key {key}", "each record has a key of its own", key=key
            )
        record: dict[str, Any] = {entity.key: str(told.get(entity.key, f"{entity.code}-{len(rows) + 1:04d}"))}
        rows.append(record)
        for name in told:
            if name not in entity.names() and name != "times":
                raise BadPage(
                    f"{at}.{name}",
                    "{code} has no {name!r}",
                    near(name, entity.names(), "mend the name"),
                    code=entity.code,
                    name=name,
                )
        for name, one in entity.fields.items():
            if one.formula is None:
                record[name] = self._fitting(one, told[name], f"{at}.{name}") if name in told else one.usual
        for name, link in entity.links.items():
            record[name] = self._linked(self.vocabulary.entities[link.entity], told.get(name), f"{at}.{name}")
        for name, back in entity.reverse.items():
            hung = told.get(name, ())
            if not isinstance(hung, list | tuple) or not all(isinstance(one, Mapping) for one in hung):
                raise BadPage(
                    f"{at}.{name}", "{name} is no list of records", "write {name}: [{field: value}]", name=name
                )
            record[name] = [
                self._hung(back.entity, back.by, record, one, f"{at}.{name}.{n}") for n, one in enumerate(hung)
            ]
        computed(entity, record)
        return record

    def _fitting(self, one: Field, told: Any, at: str) -> Any:
        """A value as the field may hold it: of its kind and unit, one of its options, within its bounds."""
        value = typed(told, one.kind, one.of, self.vocabulary, at)
        if value is None:
            return None
        if one.kind == "code":
            if one.options and value not in one.options:
                raise BadPage(
                    at,
                    "no such code {value!r}",
                    near(value, one.options, Phrase("one of {options}", options=tuple(one.options))),
                    value=value,
                )
        elif one.kind in ("int", "money", "ratio"):
            if value < 0 and not one.signed:
                raise BadPage(
                    at, "{told!r} is negative, which {name} may not be", "write 0 or more", told=told, name=one.name
                )
            if abs(value) * one.scale > one.most:
                raise BadPage(
                    at, "{told!r} is more than {name} may be", "write a smaller number", told=told, name=one.name
                )
        return value

    def _linked(self, entity: Entity, told: Any, at: str) -> dict[str, Any]:
        if isinstance(told, Mapping):
            return self.add(entity, told, at)
        if isinstance(told, list | tuple):
            raise BadPage(
                at, "{told!r} leads to no {code}", "write {field: value}, or a name for it", told=told, code=entity.code
            )
        name = (entity.code, str(told) if told is not None else "")
        if name[1] == "each":
            return self.add(entity, {}, at)
        if name not in self.named:
            self.named[name] = self.add(entity, {}, at)
        return self.named[name]

    def _hung(self, code: str, by: str, parent: dict[str, Any], told: Mapping[str, Any], at: str) -> dict[str, Any]:
        entity = self.vocabulary.entities[code]
        child = self.add(entity, {name: value for name, value in told.items() if name != by}, at)
        child[by] = parent
        return child


def computed(entity: Entity, record: dict[str, Any]) -> None:
    """Fills the fields that a vocabulary computes from others of the same record."""
    for name, one in entity.fields.items():
        if one.formula is not None:
            value = evaluate(one.formula, {entity.code: record})
            record[name] = None if value is UNKNOWN else value


def cast_of(rules: Rules, code: str, example: Mapping[str, Any], at: str) -> Cast:
    """The records of one example of policy `code`."""
    subject = rules.vocabulary.entities[rules[code].subject]
    others = example.keys() - TOLD - {subject.plural}
    if others or subject.plural not in example:
        wrong = sorted(others)[0] if others else ""
        raise BadPage(
            at,
            Phrase("unknown key {wrong!r}", wrong=wrong) if wrong else "an example without records",
            "write {plural}: [{…}]",
            plural=subject.plural,
        )
    cast, listed = Cast(rules.vocabulary), example[subject.plural]
    if not isinstance(listed, list | tuple) or not listed:
        raise BadPage(f"{at}.{subject.plural}", "no records", "write {plural}: [{field: value}]", plural=subject.plural)
    for n, told in enumerate(listed):
        if not isinstance(told, Mapping):
            raise BadPage(
                f"{at}.{subject.plural}.{n}",
                "{told!r} is no {code}",
                "write {field: value}",
                told=told,
                code=subject.code,
            )
        for _ in range(int(told.get("times", 1))):
            cast.subjects.append(cast.add(subject, told, f"{at}.{subject.plural}.{n}"))
    return cast


def moment_of(example: Mapping[str, Any]) -> tuple[date | None, int | None]:
    """Day and year an example is computed for; the end of 2019 where it says neither."""
    day, year = example.get("day"), example.get("year")
    return (DAY, None) if day is None and year is None else (day, year)


def with_set(rules: Rules, told: Mapping[str, Any], *, code: str = "", since: date | None = None) -> Rules:
    """The rules with other values of parameters: `{cap: 300 万元}` of policy `code`, or `{policy.param: …}`.

    `since`: the new values hold from that day on; without it, always. A value may change more than once:
    `{policy.param: {2020-01-01: 300 万元, 2022-01-01: 400 万元}}`. `policy.param.code` is one entry of a table,
    `policy.param.2` what its second level gives (see entries.py).
    """
    policies = dict(rules.policies)
    for name, written in told.items():
        whose, _, rest = (code, "", name) if code else name.partition(".")
        param, _, entry = rest.partition(".")
        if whose not in policies or param not in policies[whose].params:
            known = policies[whose].params if whose in policies else policies
            raise BadPage(
                name,
                "no parameter {name!r}",
                near(param if whose in policies else whose, known, "write policy.param"),
                name=name,
            )
        policies[whose] = _reformed(policies[whose], param, entry, written, rules.vocabulary, since)
    return Rules(rules.vocabulary, policies)


def _reformed(
    policy: Policy, name: str, entry: str, written: Any, vocabulary: Vocabulary, since: date | None
) -> Policy:
    if isinstance(written, Mapping) and written and all(isinstance(day, date) for day in written):
        for day in sorted(written):
            policy = _reformed(policy, name, entry, written[day], vocabulary, day)
        return policy
    param, at = policy.params[name], f"{policy.code}.{name}"
    value, of = _value(written, vocabulary, at)
    spans = []
    for span in param.spans:
        there = entries(span.value, param.of)
        if entry and entry not in there:
            raise unknown_entry(span.value, param.of, entry, at)
        wanted = there[entry][1] if entry else param.of
        if of != wanted and not (value == 0 and isinstance(wanted, str)):
            raise BadPage(
                at, "{written!r} has another unit than {name}", "write it with its unit", written=written, name=name
            )
        if not entry and _shape(value) != _shape(span.value):
            raise BadPage(
                at,
                "{shape} cannot stand for {wanted}",
                "write it as the page does",
                shape=_shape(value),
                wanted=_shape(span.value),
            )
        fresh = with_entry(span.value, entry, value, f"{at}.{entry}") if entry else value
        spans += _cut(span, fresh, since)
    return replace(policy, params={**policy.params, name: replace(param, spans=tuple(spans))})


def _shape(value: Any) -> Phrase:
    """What a value of a parameter looks like: a table has the same codes, rows as many columns."""
    if isinstance(value, Mapping):
        return Phrase("a table of {names}", names=tuple(sorted(value)))
    return Phrase("rows of {count} columns", count=len(value[0])) if isinstance(value, tuple) else Phrase("a number")


def _cut(span: Span, value: Any, since: date | None) -> list[Span]:
    fresh = Span(span.first, span.last, value, "reform")
    if since is None or since <= span.first:
        return [fresh]
    if since > span.last:
        return [span]
    kept = replace(span, last=date.fromordinal(since.toordinal() - 1))
    return [kept, Span(since, span.last, value, "reform")]


@dataclass(frozen=True, slots=True)
class Ran:
    """An example, computed; `settled` is what the year's budget leaves of the amounts, where all are known."""

    cast: Cast
    found: list[Assessment]
    amounts: list[int | None]
    settled: list[int | None]


def run_example(rules: Rules, code: str, example: Mapping[str, Any], at: str) -> Ran:
    """The example as single cases, exactly."""
    changed = with_set(rules, example["set"], code=code) if "set" in example else rules
    cast = cast_of(rules, code, example, at)
    day, year = moment_of(example)
    found, amounts = entitle(changed, code, cast.subjects, day=day, year=year)
    known = [amount for amount in amounts if amount is not None]
    run = dict(figures(changed, code, cast.subjects, year=found[0].year)) if found else {}
    run |= {f"population({entity})": len(rows) for entity, rows in cast.rows.items()}
    left = settle(changed, code, found, known, run=run) if len(known) == len(amounts) else amounts
    return Ran(cast, found, amounts, list(left))


def differences(rules: Rules, code: str, example: Mapping[str, Any], at: str) -> Iterator[BadPage]:
    """What an example says and what comes out otherwise."""
    if not TELLING & example.keys():
        yield BadPage(at, "an example that expects nothing", "write expect: …")
    policy, ran = rules[code], run_example(rules, code, example, at)
    if "expect" in example:
        got: list[Any] = [one.verdict for one in ran.found] if policy.verdict else list(ran.amounts)
        yield from _unlike(example["expect"], got, rules, f"{at}.expect")
    if "expect_total" in example:
        total = sum(amount or 0 for amount in ran.amounts)
        yield from _unlike([example["expect_total"]], [total], rules, f"{at}.expect_total")
    if "settled" in example:
        yield from _unlike(example["settled"], list(ran.settled), rules, f"{at}.settled")
    for told in ("refused", "lost", "depends_on"):
        if told in example:
            listed = [list(getattr(one, told)) for one in ran.found]
            if listed != [list(one) for one in example[told]]:
                yield BadPage(
                    f"{at}.{told}", "{told} is {listed}", "mend the example or the rule", told=told, listed=repr(listed)
                )
    for name, wanted in example.get("steps", {}).items():
        yield from _unlike([wanted], [ran.found[0].values.get(name)], rules, f"{at}.steps.{name}")
    for name, wanted in example.get("also", {}).items():
        yield from _unlike(wanted, [one.also.get(name) for one in ran.found], rules, f"{at}.also.{name}")


def _unlike(wanted: Any, got: list[Any], rules: Rules, at: str) -> Iterator[BadPage]:
    read = [_wanted(one, rules.vocabulary, at) for one in wanted]
    shown = [value if isinstance(value, str) else _floored(value) for value in got]
    if read != shown:
        yield BadPage(at, "expected {read}, came to {shown}", "mend the example or the rule", read=read, shown=shown)


def _wanted(written: Any, vocabulary: Vocabulary, at: str) -> Any:
    if isinstance(written, list):
        low, high = (vocabulary.amount(one, at).value for one in written)
        return Interval(low, high)
    if written in ("pass", "fail", "depends") or isinstance(written, bool):
        return written
    return vocabulary.amount(written, at).value


def _floored(value: Any) -> Any:
    """A step's value as examples write it: money that is not rounded yet is compared in whole fen."""
    if isinstance(value, Fraction) and abs(value) > 1000:
        return int(value // 1)
    return value


__all__ = [
    "DAY",
    "FOREVER",
    "Cast",
    "Ran",
    "cast_of",
    "computed",
    "differences",
    "moment_of",
    "run_example",
    "with_set",
]
