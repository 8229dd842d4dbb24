"""Checks a policy without any case: names, types and units of every expression, dates of parameters, circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from kechuang.engines.rules.policy import Param, Policy, Step
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import Entity, Field, Reverse, near
from kechuang.formula import Expression
from kechuang.formula.tree import Path
from kechuang.formula.units import ANY, DATE, TRUTH, Kind, kind_of, number, unit
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

RESERVED: Final = ("year", "day", "gates", "branches", "amount", "verdict")


def check(rules: Rules, code: str) -> list[BadPage]:
    """All faults of one policy: each with its path in the page, what is wrong and what to write."""
    return list(_Check(rules, rules[code]).faults())


def kinds(rules: Rules, code: str) -> Mapping[str, Kind]:
    """The kind of every step and result of a policy; of one with faults, those that could be found."""
    if ("kinds", code) not in rules.memo:
        checked = _Check(rules, rules[code])
        list(checked.faults())
        rules.memo["kinds", code] = checked.steps
    found: Mapping[str, Kind] = rules.memo["kinds", code]
    return found


def field_kind(field: Field) -> Kind:
    """What a field of the vocabulary is to an expression."""
    if field.kind == "bool":
        return TRUTH
    if field.kind == "date":
        return DATE
    if field.kind == "code":
        return Kind("code", options=frozenset(map(str, field.options)))
    return number(field.of)


def param_kind(param: Param) -> Kind:
    """What a parameter is to an expression."""
    value = param.spans[0].value
    if isinstance(value, Mapping):
        assert isinstance(param.of, str)
        return Kind("codes", unit(param.of), options=frozenset(value))
    if isinstance(value, tuple):
        return Kind("levels", columns=tuple(unit(of) for of in param.of))
    assert isinstance(param.of, str)
    return number(None if value == 0 else param.of)


class _Check:
    def __init__(self, rules: Rules, policy: Policy) -> None:
        self.rules, self.policy, self.words = rules, policy, rules.vocabulary
        self.steps: dict[str, Kind] = {}
        self.open: list[str] = []
        self.bad: list[BadPage] = []

    def faults(self) -> Iterator[BadPage]:
        policy = self.policy
        self._names_apart()
        self._conditions()
        for gate in (*policy.guards, *policy.eligible):
            self._expects(gate.expression, TRUTH, gate.path)
        for name in policy.let:
            self._tried(name)
        for branch in policy.branches:
            self._expects(branch.expression, number("money"), branch.path)
        if policy.amount is not None:
            self._step_is(policy.amount, number("money"))
        if policy.verdict is not None:
            self._step_is(policy.verdict, TRUTH)
        for n, name in enumerate(policy.depends_on):
            if name not in policy.let:
                mend = near(name, policy.let, "name a step of let")
                self.bad.append(BadPage(f"verdict.depends_on.{n}", "no step {name!r}", mend, name=name))
        for step in policy.also.values():
            self._step_is(step, number("money"))
        self._ceilings()
        self._paths()
        self._uses()
        self._dates()
        yield from self.bad

    def _names_apart(self) -> None:
        policy, seen = self.policy, dict.fromkeys(RESERVED, "a word of the language")
        seen[policy.subject] = Phrase("the record")
        told = [("params", policy.params), ("let", policy.let), ("also", policy.also)]
        for where, names in told:
            for name in names:
                if name in seen:
                    mend = "give one of them another name"
                    self.bad.append(
                        BadPage(f"{where}.{name}", "{name} is already {seen}", mend, name=name, seen=seen[name])
                    )
                seen[name] = Phrase("a name under {where}", where=where)

    def _conditions(self) -> None:
        """Each has a code of its own and says in a sentence what is wrong where it does not hold."""
        for table, gates in (("guards", self.policy.guards), ("eligible", self.policy.eligible)):
            seen = set[str]()
            for n, gate in enumerate(gates):
                if not gate.title["zh"]:
                    self.bad.append(BadPage(f"{table}.{n}", "a condition without its sentence", "write zh: …, en: …"))
                if gate.code in seen or gate.code == str(n):
                    why = (
                        Phrase("two conditions are called {code!r}", code=gate.code)
                        if gate.code in seen
                        else "a condition without code"
                    )
                    self.bad.append(BadPage(f"{table}.{n}", why, "write code: …, each its own"))
                seen.add(gate.code)

    def _ceilings(self) -> None:
        policy = self.policy
        if policy.cap is not None:
            self._expects(policy.cap.limit, number("money"), "cap.limit")
        if policy.budget is not None:
            self._expects(policy.budget.limit, number("money"), "budget.limit")
        if policy.allot is not None:
            self._expects(policy.allot.pot, number("money"), "allot.pot")
            self._expects(policy.allot.by, number(""), "allot.by")

    def _expects(self, expression: Expression, wanted: Kind, path: str) -> None:
        try:
            self._demand(self._kind(expression, path), wanted, path)
        except BadPage as bad:
            self.bad.append(bad)

    def _demand(self, found: Kind, wanted: Kind, path: str) -> None:
        any_unit = found.units is None or wanted.units is None
        if found.kind != "any" and (found.kind != wanted.kind or (found.units != wanted.units and not any_unit)):
            raise BadPage(
                path, "comes to {found}, not to {wanted}", "mend the expression or its unit", found=found, wanted=wanted
            )

    def _rounds(self, step: Step, found: Kind, path: str) -> None:
        """What is rounded to a unit is of that unit."""
        if step.round is None:
            return
        if found.kind not in ("number", "any"):
            self.bad.append(
                BadPage(path, "{name} is {found}, no number to round", "leave round away", name=step.name, found=found)
            )
        elif step.round.of and found.units not in (None, unit(step.round.of)):
            self.bad.append(
                BadPage(
                    path,
                    "{name} is {found}, not {wanted}",
                    "mend the unit",
                    name=step.name,
                    found=found,
                    wanted=number(step.round.of),
                )
            )

    def _step_is(self, step: Step, wanted: Kind) -> None:
        where = step.name if step.name in ("amount", "verdict") else f"also.{step.name}"
        self._rounds(step, wanted, f"{where}.round")
        for form in step.forms:
            self._expects(form.expression, wanted, form.path)
        self.steps[step.name] = wanted

    def _tried(self, name: str) -> None:
        try:
            self._step(name)
        except BadPage as bad:
            self.bad.append(bad)
            self.steps[name] = ANY

    def _step(self, name: str) -> Kind:
        if name in self.steps:
            return self.steps[name]
        step = self.policy.let[name]
        if name in self.open:
            raise BadPage(
                f"let.{name}",
                "{names} goes round in a circle",
                "break the circle",
                names=" → ".join((*self.open, name)),
            )
        self.open.append(name)
        found = [self._kind(form.expression, form.path) for form in step.forms]
        self.open.pop()
        first = found[0]
        self._rounds(step, first, f"let.{name}.round")
        for other, form in zip(found[1:], step.forms[1:], strict=True):
            self._demand(other, first, form.path)
        if step.unit is not None:
            first = self._declared(first, step, name)
        self.steps[name] = first
        return first

    def _declared(self, found: Kind, step: Step, name: str) -> Kind:
        assert step.unit is not None
        wanted = number(step.unit)
        if found.kind != "number" or (found.units is not None and found.units != wanted.units):
            raise BadPage(
                f"let.{name}.unit",
                "{name} is {found}, not {wanted}",
                "mend the unit or the expression",
                name=name,
                found=found,
                wanted=wanted,
            )
        return wanted

    def _kind(self, expression: Expression, path: str) -> Kind:
        return kind_of(expression, self._name, path=path, rows=self._rows)

    def _rows(self, table: Path) -> str:
        return self.words.found(table, {})[0].code

    def _name(self, path: Path, rows: Mapping[str, str]) -> Kind:
        if path.root == self.policy.subject or path.root in rows:
            entity, last = self.words.found(path, rows)
            return self._found(entity, last)
        if path.parts:
            known = (self.policy.subject, *rows)
            raise BadPage(
                "",
                "unknown name {root!r}",
                near(path.root, known, Phrase("one of {known}", known=tuple(known))),
                root=path.root,
            )
        return self._plain(path.root)

    def _found(self, entity: Entity, last: object) -> Kind:
        if isinstance(last, Field):
            return field_kind(last)
        return Kind("rows") if isinstance(last, Reverse) else Kind("record")

    def _plain(self, name: str) -> Kind:
        policy = self.policy
        if name in policy.params:
            return param_kind(policy.params[name])
        if name in policy.let:
            return self._step(name)
        fixed = {
            "year": number("year"),
            "day": DATE,
            "gates": TRUTH,
            "branches": number("money"),
            "amount": number("money"),
        }
        if name in fixed:
            return fixed[name]
        for used in policy.uses:
            if used.name == name and used.code in self.rules.policies:
                return TRUTH if self.rules[used.code].amount is None else number("money")
        known = (*policy.params, *policy.let, *fixed, policy.subject, *(used.name for used in policy.uses))
        raise BadPage("", "unknown name {name!r}", near(name, known, "declare it under params or let"), name=name)

    def _paths(self) -> None:
        policy, told = self.policy, []
        if policy.reference not in ("day", "year_end"):
            told.append(("reference_date", policy.reference, DATE))
        if policy.payee not in ("none", policy.subject):
            told.append(("payee", policy.payee, Kind("record")))
        for where, part in (("cap", policy.cap), ("budget", policy.budget), ("allot", policy.allot)):
            told += [(f"{where}.order", path, ANY) for path in (part.order if part else ())]
        told += [("cap.per", path, ANY) for path in (policy.cap.per if policy.cap else ()) if path != "year"]
        for where, path, wanted in told:
            self._path(where, path, wanted)

    def _path(self, where: str, text: str, wanted: Kind) -> None:
        root, *parts = text.split(".")
        try:
            if root != self.policy.subject:
                raise BadPage(
                    where,
                    "{text!r} does not begin at {subject}",
                    "write {subject}.…",
                    text=text,
                    subject=self.policy.subject,
                )
            found = self._found(*self.words.found(Path(0, root, tuple(parts)), {}))
            if wanted is not ANY and found.kind != wanted.kind:
                raise BadPage(where, "{text!r} is {found}, not {wanted}", text=text, found=found, wanted=wanted)
        except BadPage as bad:
            self.bad.append(BadPage(where, bad.why, bad.mend))

    def _uses(self) -> None:
        policy = self.policy
        for n, used in enumerate(policy.uses):
            other = self.rules.policies.get(used.code)
            if other is None:
                mend = near(used.code, self.rules.policies, "name a policy of this book")
                self.bad.append(BadPage(f"uses.{n}", "no policy {code!r}", mend, code=used.code))
            elif other.subject != policy.subject:
                why = Phrase(
                    "{code} is computed for {subject}, this policy for {policy_subject}",
                    code=used.code,
                    subject=other.subject,
                    policy_subject=policy.subject,
                )
                self.bad.append(BadPage(f"uses.{n}", why, "use a policy of the same subject"))
            elif (other.first > policy.first or other.last < policy.last) and used.ended != "zero":
                mend = Phrase("write {policy: {code}, ended: zero}, or end this policy too", code=used.code)
                self.bad.append(
                    BadPage(f"uses.{n}", "{code} is not in force all the time this policy is", mend, code=used.code)
                )

    def _dates(self) -> None:
        policy = self.policy
        for name, param in policy.params.items():
            self._covered(f"params.{name}", [(span.first, span.last) for span in param.spans])
        for step in (*policy.let.values(), *policy.also.values()):
            self._covered(f"let.{step.name}", [(form.first, form.last) for form in step.forms])

    def _covered(self, path: str, spans: list[tuple[date, date]]) -> None:
        first, last = min(spans)[0], max(spans)[1]
        if first > self.policy.first:
            self.bad.append(
                BadPage(
                    path,
                    "has no value from {first} to {begins}",
                    "give an earlier date",
                    first=self.policy.first,
                    begins=first,
                )
            )
        if last < self.policy.last:
            self.bad.append(
                BadPage(path, "has no value after {last}", "give a later date, or end the policy", last=last)
            )
