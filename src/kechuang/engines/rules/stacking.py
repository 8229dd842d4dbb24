"""Between policies: what may be had together, what only once, and up to which sum; exact, a payee and year at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from kechuang.engines.rules.policy import Param
from kechuang.engines.rules.reading import param_from
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import Vocabulary, near, title_of
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

MODES: Final = ("highest", "sum_cap", "exclusive", "once", "both_sides", "apart")
LIMITING: Final = ("highest", "sum_cap", "exclusive")
KEYS: Final = frozenset(
    ["code", "mode", "enabled", "zh", "en", "record", "sides", "policies", "mark", "limit", "order", "per", "confirm"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stack:
    """One rule between policies. `once` and `both_sides` say which mark a used record gets; `apart` leaves out of sums."""

    code: str
    mode: str
    enabled: bool
    title: Mapping[str, str]
    policies: tuple[str, ...]
    order: tuple[str, ...]
    limit: Param | None
    record: str
    marks: Mapping[str, str]
    confirm: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What a rule took from an entitlement, in fen."""

    stack: str
    policy: str
    fen: int


def stacking_from(page: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[Stack, ...]:
    """The rules of a stacking page; BadPage with the path of the first fault."""
    rules = page.get("rules", ())
    if not isinstance(rules, list | tuple):
        raise BadPage("rules", "rules is no list", "write rules: [{code: …, mode: …}]")
    found = tuple(_stack(told, vocabulary, f"rules.{n}") for n, told in enumerate(rules))
    for n, one in enumerate(found):
        if one.code in {other.code for other in found[:n]}:
            raise BadPage(
                f"rules.{n}.code", "two rules are called {code!r}", "give one of them another code", code=one.code
            )
    return found


def _stack(told: Any, vocabulary: Vocabulary, at: str) -> Stack:
    if not isinstance(told, Mapping) or "code" not in told:
        raise BadPage(at, "a rule without its code", "write {code: …, mode: …}")
    for key in told:
        if key not in KEYS:
            raise BadPage(
                f"{at}.{key}",
                "unknown key {key!r}",
                near(key, KEYS, Phrase("one of {keys}", keys=tuple(sorted(KEYS)))),
                key=key,
            )
    if "mode" not in told:
        raise BadPage(at, "a rule without its mode", "one of {modes}", modes=tuple(MODES))
    for name in ("enabled", "confirm"):
        if not isinstance(told.get(name, False), bool):
            raise BadPage(f"{at}.{name}", "{told!r} is not true or false", "write true or false", told=told[name])
    mode = told["mode"]
    if mode not in MODES:
        raise BadPage(
            f"{at}.mode",
            "unknown mode {mode!r}",
            near(str(mode), MODES, Phrase("one of {modes}", modes=tuple(MODES))),
            mode=mode,
        )
    if not told.get("zh"):
        raise BadPage(at, "a rule without its sentence", "write zh: …, en: …")
    policies, marks = _used(told, mode, at)
    order = _listed(told, "order", at) or policies
    if mode == "sum_cap" and ("limit" not in told or sorted(order) != sorted(policies)):
        raise BadPage(
            at, "a ceiling over several policies needs limit, and every policy in order", "write limit and order"
        )
    limit = param_from("limit", told["limit"], vocabulary) if "limit" in told else None
    if limit is not None and (limit.of != "money" or not isinstance(limit.spans[0].value, int)):
        raise BadPage(f"{at}.limit", "the limit is no money", "write limit: {2019-01-01: 500 万元}")
    per = _listed(told, "per", at)
    if per and (len(per) != 2 or per[0] not in vocabulary.entities or per[1] != "year"):
        raise BadPage(f"{at}.per", "{per} cannot share a limit", "write per: [enterprise, year]", per=list(per))
    return Stack(
        code=str(told["code"]), mode=mode, enabled=bool(told.get("enabled", False)), title=title_of(told), policies=policies,
        order=order, limit=limit, record=str(told.get("record", "")), marks=marks, confirm=bool(told.get("confirm", False)),
    )  # fmt: skip


def _used(told: Mapping[str, Any], mode: str, at: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The policies a rule is about, and the mark that each of them sets on the record it pays for."""
    sides = told.get("sides", {})
    if not isinstance(sides, Mapping) or (mode == "both_sides") != bool(sides):
        raise BadPage(at, "only both_sides names a mark for each side", "write sides: {policy: mark}")
    policies = _listed(told, "policies", at) or tuple(sides)
    if not policies:
        raise BadPage(at, "a rule about no policy", "write policies: [code, code]")
    if mode in ("once", "both_sides") and "record" not in told:
        raise BadPage(at, "a mark stands on a record", "write record: …")
    if mode != "once":
        return policies, {policy: str(mark) for policy, mark in sides.items()}
    if "mark" not in told:
        raise BadPage(at, "what is paid once needs a mark", "write mark: …, a field of the record")
    return policies, dict.fromkeys(policies, str(told["mark"]))


def _listed(told: Mapping[str, Any], name: str, at: str) -> tuple[str, ...]:
    found = told.get(name, ())
    if not isinstance(found, list | tuple):
        raise BadPage(f"{at}.{name}", "{name} is no list", "write {name}: [{found}]", name=name, found=found)
    return tuple(map(str, found))


def check_stacking(stacks: Sequence[Stack], rules: Rules) -> list[BadPage]:
    """Policies, records and marks that do not exist."""
    found = []
    for n, stack in enumerate(stacks):
        for code in stack.policies:
            if code not in rules.policies:
                found.append(
                    BadPage(f"rules.{n}", "no policy {code!r}", near(code, rules.policies, "name a policy"), code=code)
                )
        entities = rules.vocabulary.entities
        if stack.record and stack.record not in entities:
            why = Phrase("unknown entity {record!r}", record=stack.record)
            found.append(BadPage(f"rules.{n}.record", why, near(stack.record, entities, "declare it")))
            continue
        fields = entities[stack.record].fields if stack.record else {}
        found += [
            BadPage(
                f"rules.{n}",
                "{record} has no mark {mark!r}",
                near(mark, fields, "declare it in the vocabulary"),
                record=stack.record,
                mark=mark,
            )
            for mark in stack.marks.values()
            if mark not in fields
        ]
    return found


def stacked(
    stacks: Sequence[Stack], entitled: Mapping[str, int], *, on: date, enable: Collection[str] = ()
) -> tuple[dict[str, int], tuple[Taken, ...]]:
    """What is left of one payee's entitlements of a year (fen by policy), and which rule took what.

    Rules are applied in the order of the page, each to what the ones before have left.
    """
    left, taken = dict(entitled), list[Taken]()
    for stack in stacks:
        if stack.mode in LIMITING and (stack.enabled or stack.code in enable):
            for code, keeps in _kept(stack, left, on).items():
                if keeps < left[code]:
                    taken.append(Taken(stack.code, code, left[code] - keeps))
                    left[code] = keeps
    return left, tuple(taken)


def _kept(stack: Stack, left: Mapping[str, int], on: date) -> dict[str, int]:
    """What each policy of the rule keeps."""
    had = {code: left[code] for code in stack.order if code in left}
    if stack.mode == "sum_cap":
        assert stack.limit is not None
        return dict(_filled(had, int(stack.limit.span(on).value)))
    best = max(had, key=lambda code: had[code], default="")  # the first of equals, in the order of the page
    if stack.mode == "exclusive":
        best = next((code for code, fen in had.items() if fen), "")
    return {code: fen if code == best else 0 for code, fen in had.items()}


def _filled(had: Mapping[str, int], limit: int) -> Iterator[tuple[str, int]]:
    for code, fen in had.items():
        part = min(fen, limit)
        limit -= part
        yield code, part


def apart(stacks: Sequence[Stack]) -> frozenset[str]:
    """Policies that count in no sum of grants: investments, tax relief."""
    return frozenset(code for stack in stacks if stack.mode == "apart" and stack.enabled for code in stack.policies)


def marks(stacks: Sequence[Stack], policy: str) -> tuple[tuple[str, str], ...]:
    """(entity, field) pairs that are set true on a record once `policy` has paid for it: it is not paid again."""
    used = (
        stack for stack in stacks if stack.enabled and stack.mode in ("once", "both_sides") and policy in stack.marks
    )
    return tuple((stack.record, stack.marks[policy]) for stack in used)


def with_limits(stacks: Sequence[Stack], told: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[Stack, ...]:
    """The rules with other limits: `{firm-ceiling.limit: 220 万元}`."""
    changed = []
    for stack in stacks:
        name = f"{stack.code}.limit"
        if name in told and stack.limit is not None:
            first = stack.limit.spans[0].first
            stack = replace(stack, limit=param_from("limit", {"value": {first: told[name]}}, vocabulary))
        changed.append(stack)
    return tuple(changed)


def stacking_differences(page: Mapping[str, Any], vocabulary: Vocabulary, *, on: date) -> Iterator[BadPage]:
    """What the page's examples say and what comes out otherwise."""
    stacks = stacking_from(page, vocabulary)
    named = {policy for stack in stacks for policy in stack.policies}
    for n, example in enumerate(page.get("examples", ())):
        at = f"examples.{n}"
        if not isinstance(example, Mapping) or not {"entitled", "expect"} <= example.keys():
            yield BadPage(at, "an example says what is due and what is left", "write entitled: {…}, expect: {…}")
            continue
        unknown = _unknown(example, {one.code for one in stacks}, named, at)
        if unknown is not None:
            yield unknown
            continue
        changed = with_limits(stacks, example.get("set", {}), vocabulary)
        read = {code: int(vocabulary.amount(fen, at).value) for code, fen in example["entitled"].items()}
        wanted = {code: int(vocabulary.amount(fen, at).value) for code, fen in example["expect"].items()}
        left, _ = stacked(changed, read, on=on, enable=example.get("enable", ()))
        if left != wanted:
            yield BadPage(
                f"{at}.expect",
                "expected {wanted}, came to {left}",
                "mend the example or the rule",
                wanted=wanted,
                left=left,
            )


def _unknown(example: Mapping[str, Any], rules: set[str], policies: set[str], at: str) -> BadPage | None:
    """The first name of an example that no rule of the page has."""
    told = [("enable", code, rules) for code in example.get("enable", ())]
    told += [("set", name.partition(".")[0], rules) for name in example.get("set", {})]
    told += [("entitled", code, policies) for code in example["entitled"]]
    for where, name, known in told:
        if name not in known:
            return BadPage(
                f"{at}.{where}", "nothing is called {name!r}", near(name, known, "name one of the page"), name=name
            )
    return None
