"""Which two roles no one may hold or use together: judged when a role is granted, and again at each act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase
from kechuang.words.reason import Reason

REACH = ("case", "round", "programme", "system")  # from the nearest to the farthest
EVERYWHERE = "region"  # the scope that covers every programme
RULE_KEYS = {"code", "one", "other", "within", "zh", "en", "confirm"}

Held = tuple[str, str, str]  # role, scope, target: what a person holds, for what, and which one
Used = tuple[str, str]  # role, nearness: used on this very case, in the same round, in the same programme, anywhere


def conflicts(roles_page: Mapping[str, Any], held: Iterable[Held], new: Held) -> list[Reason]:
    """Why `new` may not be granted to someone who holds `held`; empty if it may. For the moment of granting.

    A pair forbidden within the system is refused wherever the two roles are held; one within a programme, round or
    case only if both are held for that same one (`region` covers every programme). The rest is left to `clashes`.
    """
    there, found = tuple(held), []
    for rule in roles_page["incompatible"]:
        against = [one for one in there if _pair(roles_page, rule, one[0], new[0]) and _meet(rule["within"], one, new)]
        found += [_reason(rule, one[0], new[0]) for one in against[:1]]
    return found


def clashes(roles_page: Mapping[str, Any], used: Iterable[Used], now: str) -> list[Reason]:
    """Why a person who has used the roles `used` may not act as `now` on this case; empty if he may.

    A use on this very case is ('planner', 'case'); on another case of its round ('leader', 'round'); and so on.
    """
    told = tuple(used)
    found = []
    for rule in roles_page["incompatible"]:
        near = REACH[: REACH.index(rule["within"]) + 1]
        against = [role for role, where in told if where in near and _pair(roles_page, rule, role, now)]
        found += [_reason(rule, role, now) for role in against[:1]]
    return found


def audit_roles(roles_page: Mapping[str, Any]) -> list[BadPage]:
    """Every fault of the roles page: names from nowhere, texts in one language, examples that do not hold."""
    faults = [*_roles(roles_page), *_rules(roles_page)]
    return faults or list(_examples(roles_page))


def _pair(page: Mapping[str, Any], rule: Mapping[str, Any], first: str, second: str) -> bool:
    """Whether the two roles stand on the two sides of the rule, either way round."""
    one, other = rule["one"], rule["other"]
    straight = _fits(page, one, first) and _fits(page, other, second)
    return straight or (_fits(page, other, first) and _fits(page, one, second))


def _fits(page: Mapping[str, Any], side: Mapping[str, Any], role: str) -> bool:
    return role in _listed(side.get("role")) or page["roles"].get(role, {}).get("power") in _listed(side.get("power"))


def _listed(said: Any) -> tuple[str, ...]:
    return () if said is None else (said,) if isinstance(said, str) else tuple(said)


def _meet(within: str, one: Held, other: Held) -> bool:
    """Whether two appointments surely come together inside one `within`."""
    if within == "system":
        return True
    if within == "programme" and EVERYWHERE in (one[1], other[1]):
        return True
    return one[1] == other[1] == within and one[2] == other[2] != ""


def _reason(rule: Mapping[str, Any], held: str, new: str) -> Reason:
    return Reason("roles_apart", rule=rule["code"], zh=rule["zh"], en=rule["en"], held=held, wanted=new)


def _roles(page: Mapping[str, Any]) -> Iterator[BadPage]:
    for name, role in page["roles"].items():
        here = f"roles.{name}"
        if not role.get("zh") or not role.get("en"):
            yield BadPage(here, "the title lacks Chinese or English", "write zh: and en:")
        for key, table in (("power", "powers"), ("scope", "scopes")):
            if role.get(key) not in page[table]:
                yield BadPage(
                    here, "no {key} {value!r}", "name one of {table}", key=key, value=role.get(key), table=table
                )
        for what, how in role.get("sees", {}).items():
            if how not in page["views"].get(what, ()):
                yield BadPage(
                    f"{here}.sees", "{what}: {how!r} is no way to see it", "name one of views", what=what, how=how
                )


def _rules(page: Mapping[str, Any]) -> Iterator[BadPage]:
    seen: set[str] = set()
    for rule in page["incompatible"]:
        here = f"roles.incompatible.{rule.get('code')}"
        if set(rule) - RULE_KEYS or not {"code", "one", "other", "within", "zh", "en"} <= set(rule):
            yield BadPage(here, "the rule is not understood", "write {keys}", keys=tuple(sorted(RULE_KEYS)))
            continue
        if rule["code"] in seen:
            yield BadPage(here, "two rules of one code", "give it its own code")
        seen.add(rule["code"])
        if rule["within"] not in REACH:
            yield BadPage(
                here,
                "within {within!r} reaches nowhere",
                "write one of {reach}",
                within=rule["within"],
                reach=tuple(REACH),
            )
        for side in (rule["one"], rule["other"]):
            for key, table in (("role", "roles"), ("power", "powers")):
                for name in _listed(side.get(key)):
                    if name not in page[table]:
                        yield BadPage(here, "no {key} {name!r}", "name one of {table}", key=key, name=name, table=table)


def _examples(page: Mapping[str, Any]) -> Iterator[BadPage]:
    """Two roles held, how near they meet, and the rule that refuses them, or none."""
    for i, said in enumerate(page.get("examples", ())):
        first, second = said["holds"]
        codes = [reason.values["rule"] for reason in clashes(page, [(first, said["within"])], second)]
        wanted = [] if said["refused"] == "none" else [said["refused"]]
        if codes[:1] != wanted:
            yield BadPage(
                f"roles.examples.{i}",
                "refused by {codes}, not {wanted}",
                "mend the rule",
                codes=codes or Phrase("nothing"),
                wanted=wanted,
            )
