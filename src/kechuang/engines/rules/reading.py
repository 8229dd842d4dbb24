"""A page of policies/ (a mapping) to a Policy; whatever is misshapen is a BadPage with its path and what to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from kechuang.engines.rules.policy import (
    FOREVER,
    Allot,
    Branch,
    Budget,
    Cap,
    Form,
    Gate,
    Param,
    Policy,
    Rounding,
    Span,
    Step,
    Used,
)  # fmt: skip
from kechuang.engines.rules.vocabulary import Entity, Vocabulary, near, title_of, titled
from kechuang.formula import Expression, parse
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase
from kechuang.words.reason import required

KEYS: Final = frozenset(
    [
        "format",
        "code",
        "rule",
        "title",
        "source",
        "effective",
        "subject",
        "payee",
        "kind",
        "reference_date",
        "uses",
        "assumptions",
        "params",
        "guards",
        "eligible",
        "let",
        "branches",
        "amount",
        "verdict",
        "also",
        "cap",
        "budget",
        "allot",
        "examples",
    ]
)
ALLOCATE: Final = ("first_come", "proportional", "highest")
RESIDUE: Final = ("floor", "largest_remainder")
SCALE: Final = ("proportional", "cut_off")
ROUNDING: Final = ("floor", "ceil", "half_up")
MAPPINGS: Final = ("params", "let", "branches", "amount", "verdict", "also", "cap", "budget", "allot")
LISTS: Final = ("uses", "assumptions", "guards", "eligible", "examples")


def policy_from(page: Mapping[str, Any], vocabulary: Vocabulary) -> Policy:
    """The policy a page describes, read against the words of `vocabulary`; BadPage with the path of the first fault."""
    _keys(page, KEYS, "")
    _shaped(page)
    for needed in ("code", "title", "effective", "subject"):
        if needed not in page:
            raise BadPage("", "a policy without {needed}", "write {needed}: …", needed=needed)
    subject = str(page["subject"])
    if subject not in vocabulary.entities:
        raise BadPage(
            "subject", "unknown entity {subject!r}", near(subject, vocabulary.entities, "declare it"), subject=subject
        )
    if not {"amount", "verdict", "allot"} & page.keys():
        raise BadPage("", "a policy without a result", "write amount, verdict or allot")
    entity, (first, last) = vocabulary.entities[subject], _effective(page["effective"])
    source = page.get("source", ())
    return Policy(
        code=str(page["code"]), title=titled(page["title"]), kind=str(page.get("kind", "subsidy")),
        source=tuple(source) if isinstance(source, list | tuple) else (source,), first=first, last=last,
        subject=subject, payee=str(page.get("payee", subject)), reference=str(page.get("reference_date", "year_end")),
        params={n: param_from(n, told, vocabulary) for n, told in page.get("params", {}).items()},
        guards=_gates(page, "guards"), eligible=_gates(page, "eligible"),
        let={n: _step(n, told, vocabulary, first, f"let.{n}") for n, told in page.get("let", {}).items()},
        branches=_branches(page.get("branches")),
        amount=_result(page, "amount", vocabulary, first), verdict=_result(page, "verdict", vocabulary, first),
        depends_on=tuple(page.get("verdict", {}).get("depends_on", ())),
        also={n: _step(n, told, vocabulary, first, f"also.{n}") for n, told in page.get("also", {}).items()},
        cap=_cap(page.get("cap"), entity), budget=_budget(page.get("budget"), entity), allot=_allot(page.get("allot"), entity),
        uses=tuple(_used(told, n) for n, told in enumerate(page.get("uses", ()))),
        assumptions=tuple(titled(told) for told in page.get("assumptions", ())), examples=tuple(_examples(page.get("examples", ()))),
    )  # fmt: skip


def _shaped(page: Mapping[str, Any]) -> None:
    """Every part of the page is a mapping or a list, as it should be, and so is what the lists hold."""
    for name in MAPPINGS:
        if name in page and not isinstance(page[name], Mapping):
            raise BadPage(name, "{name} is no mapping", "write {name}: {…}", name=name)
    for name in LISTS:
        if name in page and not isinstance(page[name], list | tuple):
            raise BadPage(name, "{name} is no list", "write {name}: [{…}]", name=name)
    for name in ("guards", "eligible", "examples"):
        for n, told in enumerate(page.get(name, ())):
            if not isinstance(told, Mapping):
                raise BadPage(f"{name}.{n}", "{told!r} cannot stand here", "write {…}", told=told)


def _listed(told: Mapping[str, Any], name: str, at: str) -> tuple[str, ...]:
    """A list of paths; a single text would be read letter by letter."""
    found = told.get(name, ())
    if not isinstance(found, list | tuple):
        raise BadPage(f"{at}.{name}", "{name} is no list", "write {name}: [{found}]", name=name, found=found)
    return tuple(map(str, found))


def _examples(told: Any) -> Iterator[dict[str, Any]]:
    """The examples with their names in both languages."""
    for n, example in enumerate(told):
        if "name" not in example:
            raise BadPage(f"examples.{n}", "an example without a name", "write name: {zh: …, en: …}")
        yield {**example, "name": titled(example["name"])}


def _keys(told: Mapping[str, Any], known: frozenset[str], at: str) -> None:
    for key in told:
        if key not in known:
            where = f"{at}.{key}" if at else str(key)
            raise BadPage(
                where,
                "unknown key {key!r}",
                near(str(key), known, Phrase("one of {known}", known=tuple(sorted(known)))),
                key=key,
            )


def _one_of(told: Any, known: tuple[str, ...], at: str) -> str:
    if told not in known:
        raise BadPage(
            at,
            "{told!r} cannot stand here",
            near(str(told), known, Phrase("one of {known}", known=tuple(known))),
            told=told,
        )
    return str(told)


def _day(told: Any, at: str) -> date:
    if not isinstance(told, date):
        raise BadPage(at, "{told!r} is no date", "write 2019-01-01", told=told)
    return told


def _effective(told: Any) -> tuple[date, date]:
    if not isinstance(told, Mapping) or "from" not in told:
        raise BadPage("effective", "no day from which it holds", "write effective: {from: 2019-01-01}")
    _keys(told, frozenset(["from", "until"]), "effective")
    last = _day(told["until"], "effective.until") if "until" in told else FOREVER
    first = _day(told["from"], "effective.from")
    if last < first:
        raise BadPage(
            "effective.until",
            "ends on {last}, before it begins on {first}",
            "mend from or until",
            last=last,
            first=first,
        )
    return first, last


def param_from(name: str, told: Any, vocabulary: Vocabulary) -> Param:
    """A dated parameter: `{value: {date: …}}`, `{spans: […]}`, or shortly `{date: …}`; BadPage for overlaps and gaps."""
    at = f"params.{name}"
    if isinstance(told, Mapping) and told and all(isinstance(key, date) for key in told):
        told = {"value": told}
    if not isinstance(told, Mapping) or ("value" in told) == ("spans" in told):
        raise BadPage(at, "a parameter has either value or spans", "write value: {2019-01-01: 20 万元}")
    _keys(told, frozenset({"zh", "en", "value", "spans", "source", "confidence", "confirm", "help"}), at)
    source = str(told.get("source", ""))
    spans = _valued(told["value"], source, f"{at}.value") if "value" in told else _spanned(told, source, at)
    read = [(first, last, *_value(raw, vocabulary, where), said, where) for first, last, raw, where, said in spans]
    kinds = {of for _, _, _, of, _, _ in read}
    if len(kinds) > 1:
        raise BadPage(at, "{name} changes its unit", "every dated value has the same unit", name=name)
    for where, one in ((at, told), *((f"{at}.spans.{n}", span) for n, span in enumerate(told.get("spans", ())))):
        if not isinstance(one.get("confirm", False), bool):
            raise BadPage(
                f"{where}.confirm", "{told!r} is not true or false", "write true or false", told=one["confirm"]
            )
    whole = bool(told.get("confirm", False))
    some = {f"{at}.spans.{n}.value" for n, span in enumerate(told.get("spans", ())) if span.get("confirm")}
    spread = tuple(
        Span(first, last, value, said, whole or where in some) for first, last, value, _, said, where in read
    )
    return Param(name, title_of(told, name), spread, kinds.pop(), whole or bool(some))


_Raw = list[tuple[date, date, Any, str, str]]


def _valued(told: Any, source: str, at: str) -> _Raw:
    if not isinstance(told, Mapping) or not told or not all(isinstance(day, date) for day in told):
        raise BadPage(at, "a value without its date", "write value: {2019-01-01: 20 万元}")
    days = sorted(told)
    ends = [*(day - timedelta(1) for day in days[1:]), FOREVER]
    return [(day, end, told[day], f"{at}.{day}", source) for day, end in zip(days, ends, strict=True)]


def _spanned(told: Any, source: str, at: str) -> _Raw:
    spans: _Raw = []
    for n, span in enumerate(_rows_of(told, "spans", at, frozenset(["from", "value"]))):
        where = f"{at}.spans.{n}"
        last = _day(span["until"], f"{where}.until") if "until" in span else FOREVER
        spans.append(
            (_day(span["from"], where), last, span["value"], f"{where}.value", str(span.get("source", source)))
        )
    _no_overlap([(first, last, where.removesuffix(".value")) for first, last, _, where, _ in spans])
    return spans


def _rows_of(told: Mapping[str, Any], name: str, at: str, needed: frozenset[str]) -> list[Mapping[str, Any]]:
    """The rows under `name`: at least one, each a mapping that says what it must."""
    rows = told[name]
    if not isinstance(rows, list | tuple) or not rows:
        raise BadPage(f"{at}.{name}", "{name} is no list", "write {name}: [{from: 2019-01-01, …}]", name=name)
    for n, row in enumerate(rows):
        lacking = sorted(needed - row.keys()) if isinstance(row, Mapping) else sorted(needed)
        if lacking:
            raise BadPage(f"{at}.{name}.{n}", "a row without {lacking}", "write {lacking}: …", lacking=lacking[0])
    return list(rows)


def _no_overlap(spans: list[tuple[date, date, str]]) -> None:
    for (first, last, where), (after, _, there) in zip(sorted(spans), sorted(spans)[1:], strict=False):
        if last < first:
            raise BadPage(where, "ends on {last}, before it begins", "mend until", last=last)
        if after <= last:
            raise BadPage(
                there,
                "begins on {after}, while another holds until {last}",
                "spans may not overlap",
                after=after,
                last=last,
            )
        if after != last + timedelta(1):
            raise BadPage(
                there, "begins on {after}, but the one before ends on {last}", "close the gap", after=after, last=last
            )


def _value(raw: Any, vocabulary: Vocabulary, at: str) -> tuple[Any, str | tuple[str, ...]]:
    """The value of a parameter and its dimension: a number, a table by code, or rows of thresholds."""
    if isinstance(raw, Mapping):
        amounts = {str(code): vocabulary.amount(one, f"{at}.{code}") for code, one in raw.items()}
        return {code: amount.value for code, amount in amounts.items()}, _same(list(amounts.values()), at)
    if isinstance(raw, list | tuple):
        if not raw or not all(isinstance(row, list | tuple) and len(row) == len(raw[0]) for row in raw):
            raise BadPage(at, "rows of different length", "write [[30 %, 20 分], [25 %, 16 分]]")
        rows = [[vocabulary.amount(one, f"{at}.{n}") for one in row] for n, row in enumerate(raw)]
        columns = tuple(_same(list(column), at) for column in zip(*rows, strict=True))
        thresholds = [row[0].value for row in rows]
        for n, threshold in enumerate(thresholds):
            if threshold in thresholds[:n]:
                raise BadPage(f"{at}.{n}", "two rows begin at {threshold}", "one row a threshold", threshold=raw[n][0])
        return tuple(tuple(amount.value for amount in row) for row in rows), columns
    if isinstance(raw, bool):
        raise BadPage(at, "a parameter is a number", "write a condition instead")
    amount = vocabulary.amount(raw, at)
    return amount.value, amount.of


def _same(amounts: list[Any], at: str) -> str:
    kinds = {amount.of for amount in amounts if amount.of or amount.value}
    if len(kinds) > 1:
        raise BadPage(at, "mixes {kinds}", "one unit a column", kinds=tuple(sorted(kinds)))
    return kinds.pop() if kinds else ""


def _gates(page: Mapping[str, Any], table: str) -> tuple[Gate, ...]:
    gates = []
    for n, told in enumerate(page.get(table, ())):
        at = f"{table}.{n}"
        if "when" not in told:
            raise BadPage(at, "a condition without when", "write when: …")
        if "needs" in told and not (isinstance(told["needs"], Mapping) and {"zh", "en"} == told["needs"].keys()):
            raise BadPage(
                f"{at}.needs", "what has to hold is not said in both languages", "write needs: {zh: …, en: …}"
            )
        gates.append(
            Gate(
                str(told.get("code", n)), parse(told["when"], path=f"{at}.when"), title_of(told), required(told), f"{at}.when"
            )
        )  # fmt: skip
    return tuple(gates)


def _step(name: str, told: Any, vocabulary: Vocabulary, since: date, at: str) -> Step:
    if not isinstance(told, Mapping):
        told = {"expr": told}
    _keys(told, frozenset(["expr", "forms", "at", "unit", "round", "zh", "en", "depends_on"]), at)
    if ("expr" in told) == ("forms" in told):
        raise BadPage(at, "{name} has no expression", "write expr: …", name=name)
    unit = told.get("unit")
    if unit is not None and unit not in vocabulary.units:
        raise BadPage(f"{at}.unit", "unknown unit {unit!r}", near(unit, vocabulary.units, "declare it"), unit=unit)
    return Step(
        name, title_of(told, name), _forms(told, since, at), _month_day(told.get("at"), at),
        None if unit is None else vocabulary.units[unit][0], _rounding(told.get("round"), vocabulary, f"{at}.round"),
    )  # fmt: skip


def _forms(told: Mapping[str, Any], since: date, at: str) -> tuple[Form, ...]:
    if "expr" in told:
        return (Form(since, FOREVER, parse(told["expr"], path=f"{at}.expr"), f"{at}.expr"),)
    forms = []
    for n, form in enumerate(_rows_of(told, "forms", at, frozenset(["from", "expr"]))):
        where = f"{at}.forms.{n}"
        last = _day(form["until"], f"{where}.until") if "until" in form else FOREVER
        expression = parse(form["expr"], path=f"{where}.expr")
        forms.append(Form(_day(form.get("from"), f"{where}.from"), last, expression, f"{where}.expr"))
    _no_overlap([(form.first, form.last, form.path.removesuffix(".expr")) for form in forms])
    return tuple(forms)


def _month_day(told: Any, at: str) -> tuple[int, int] | None:
    if told is None:
        return None
    try:
        day = date.fromisoformat(f"2001-{told}")
    except ValueError:
        raise BadPage(f"{at}.at", "{told!r} is no day of the year", "write at: 09-30", told=told) from None
    return day.month, day.day


def _rounding(told: Any, vocabulary: Vocabulary, at: str) -> Rounding | None:
    if told is None:
        return None
    how, _, unit = str(told).partition(" ")
    _one_of(how, ROUNDING, at)
    if unit in ("", "fen"):
        return Rounding(how, 1, "money" if unit else "")
    if unit not in vocabulary.units:
        raise BadPage(at, "unknown unit {unit!r}", "write floor fen, half_up fen or ceil 元", unit=unit)
    of, times = vocabulary.units[unit]
    if times.denominator != 1:
        raise BadPage(at, "{unit} is no whole unit to round to", "write floor fen, half_up fen or ceil 元", unit=unit)
    return Rounding(how, int(times), of)


def _result(page: Mapping[str, Any], name: str, vocabulary: Vocabulary, since: date) -> Step | None:
    if name not in page:
        return None
    told = dict(page[name])
    if name == "amount" and "expr" not in told and "forms" not in told and "branches" in page:
        told["expr"] = "branches"
    step = _step(name, told, vocabulary, since, name)
    if name == "amount" and step.round is None:
        raise BadPage("amount", "an amount that is not rounded", "write round: floor fen")
    return step


def _branches(told: Any) -> tuple[Branch, ...]:
    if told is None:
        return ()
    _one_of(told.get("combine"), ("highest",), "branches.combine")
    if not isinstance(told.get("of"), list | tuple) or not told["of"]:
        raise BadPage("branches", "branches without a branch", "write of: [{code: …, expr: …, zh: …, en: …}]")
    for n, one in enumerate(told["of"]):
        if not isinstance(one, Mapping) or not {"code", "expr"} <= one.keys():
            raise BadPage(f"branches.of.{n}", "a branch without its code or expression", "write {code: …, expr: …}")
    return tuple(
        Branch(
            str(one["code"]), parse(one["expr"], path=f"branches.of.{n}.expr"), title_of(one), f"branches.of.{n}.expr"
        )
        for n, one in enumerate(told["of"])
    )


def _order_of(entity: Entity) -> Phrase:
    """What to write for a missing order: the day a record is of, and its own key."""
    day = next((name for name, one in entity.fields.items() if one.kind == "date"), "")
    return Phrase("write order: [{names}]", names=tuple(f"{entity.code}.{name}" for name in (day, entity.key) if name))


def _cap(told: Any, entity: Entity) -> Cap | None:
    if told is None:
        return None
    _keys(told, frozenset(["limit", "per", "allocate", "residue", "order"]), "cap")
    allocate = _one_of(told.get("allocate"), ALLOCATE, "cap.allocate")
    residue = _one_of(told.get("residue", "floor"), RESIDUE, "cap.residue")
    order = _listed(told, "order", "cap")
    if not order and (allocate == "first_come" or residue == "largest_remainder"):
        raise BadPage("cap.order", "a cap without an order", _order_of(entity))
    if not told.get("per"):
        raise BadPage(
            "cap.per",
            "a cap without its group",
            "write per: [{code}.{group}, year]",
            code=entity.code,
            group=next(iter(entity.links), entity.key),
        )
    return Cap(_limit_of(told, "cap"), _listed(told, "per", "cap"), allocate, residue, order)


def _limit_of(told: Mapping[str, Any], at: str) -> Expression:
    if "limit" not in told:
        raise BadPage(at, "a {at} without its limit", "write limit: …", at=at)
    return parse(told["limit"], path=f"{at}.limit")


def _budget(told: Any, entity: Entity) -> Budget | None:
    if told is None:
        return None
    _keys(told, frozenset(["limit", "scale", "residue", "order", "round"]), "budget")
    scale = _one_of(told.get("scale", "proportional"), SCALE, "budget.scale")
    residue = _one_of(told.get("residue", "floor"), RESIDUE, "budget.residue")
    order = _listed(told, "order", "budget")
    if not order and (scale == "cut_off" or residue == "largest_remainder"):
        raise BadPage("budget.order", "a budget that is cut off without an order", _order_of(entity))
    return Budget(_limit_of(told, "budget"), scale, residue, order)


def _allot(told: Any, entity: Entity) -> Allot | None:
    if told is None:
        return None
    _keys(told, frozenset(["pot", "by", "residue", "order", "zh", "en"]), "allot")
    if not told.get("order"):
        raise BadPage("allot.order", "an allotment without an order", _order_of(entity))
    for needed in ("pot", "by"):
        if needed not in told:
            raise BadPage("allot", "an allotment without {needed}", "write {needed}: …", needed=needed)
    pot, by = parse(told["pot"], path="allot.pot"), parse(told["by"], path="allot.by")
    return Allot(pot, by, _listed(told, "order", "allot"))


def _used(told: Any, n: int) -> Used:
    if isinstance(told, str):
        return Used(told, "error")
    if not isinstance(told, Mapping) or "policy" not in told:
        raise BadPage(f"uses.{n}", "{told!r} names no policy", "write {policy: …, ended: zero}", told=told)
    return Used(str(told["policy"]), _one_of(told.get("ended", "error"), ("error", "zero"), f"uses.{n}.ended"))
