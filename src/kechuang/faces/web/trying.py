"""The calculator of a policy: what is asked, what was typed, and every step of what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kechuang.engines.rules import calculator
from kechuang.engines.rules.calculator import ROW, Ask
from kechuang.engines.rules.explain import Explanation, Line, changes, explained, shown
from kechuang.engines.rules.sentences import sentence
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.wording import worded
from kechuang.faces.web import law, wording
from kechuang.faces.web.claims import words_of
from kechuang.formula import FormulaError, parse
from kechuang.words.outcome import BadPage
from kechuang.words.reason import Reason

LONGEST = 60
PREFIX = "f."
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the calculator: values by path, the day, what was already paid; `errors` by name of the box."""

    values: Mapping[str, str]
    day: str
    had: str
    on: date
    had_fen: int
    errors: Mapping[str, str]
    told: Mapping[str, Any]


def read(rules: Rules, code: str, query: QueryDict, today: date) -> Typed:
    """What was typed; where nothing was, the first example of the page, or the one that was asked for."""
    if "given" not in query:
        n = int(query["example"]) if query.get("example", "").isdecimal() else _first(rules, code)
        values = calculator.shown_in(rules, code, law.first_record(rules, code, n))
        day = law.example_day(rules, code, n) if "example" in query else None
        return _typed(
            rules, code, values if day else _this_year(rules, code, values, today), (day or today).isoformat(), ""
        )
    values = {name[len(PREFIX) :]: text[:LONGEST] for name, text in query.items() if name.startswith(PREFIX)}
    if (added := query.get("add", "")) and f"{added}.{ROW}" in rows_asked(rules, code):
        n = calculator.rows_of(f"{added}.{ROW}", values)
        values |= {
            one.path.replace(ROW, str(n), 1): ""
            for one in calculator.asks(rules, code)
            if one.path.startswith(f"{added}.{ROW}")
        }
    for one in calculator.asks(rules, code):
        if one.field.kind == "bool":
            values |= {path: "true" if path in values else "false" for path in _paths(one, values)}
    return _typed(rules, code, values, query.get("on", "")[:LONGEST], query.get("had", "")[:LONGEST])


def _this_year(rules: Rules, code: str, values: Mapping[str, str], today: date) -> dict[str, str]:
    """The start of a calculator belongs to this year, also where a record says its year in a field."""
    years = {
        one.path.rpartition(".")[2]
        for one in calculator.asks(rules, code)
        if one.field.of == "year" and one.field.name.endswith("year")
    }
    return {path: str(today.year) if path.rpartition(".")[2] in years else text for path, text in values.items()}


def _first(rules: Rules, code: str) -> int:
    """The first example that stands on the page's own parameters."""
    return next((one["n"] for one in law.examples(rules, code) if one["open"]), -1)


def rows_asked(rules: Rules, code: str) -> list[str]:
    """The tables of the calculator: `projects.*`."""
    tables = (
        one.path.rpartition(f".{ROW}.")[0] + f".{ROW}" for one in calculator.asks(rules, code) if f".{ROW}." in one.path
    )
    return list(dict.fromkeys(tables))


def _paths(one: Ask, values: Mapping[str, str]) -> list[str]:
    if ROW not in one.path.split("."):
        return [one.path]
    return [one.path.replace(ROW, str(n), 1) for n in range(max(calculator.rows_of(one.path, values), 1))]


def _typed(rules: Rules, code: str, values: Mapping[str, str], day: str, had: str) -> Typed:
    given = calculator.typed_in(rules, code, values)
    errors = {f"{PREFIX}{path}": fault(wrong) for path, wrong in given.errors.items()}
    on, had_fen = date(2000, 1, 1), 0
    try:
        on = date.fromisoformat(day)
        if not FIRST <= on <= LAST:
            raise ValueError
    except ValueError:
        errors["on"] = fault("not_a_date")
    try:
        had_fen = int(rules.vocabulary.amount(f"{had} 万元", "had").value) if had.strip() else 0
        if had_fen < 0:
            errors["had"] = fault("negative")
    except BadPage:
        errors["had"] = fault("not_a_number")
    return Typed(values, day, had, on, had_fen, errors, given.told)


def fault(code: str) -> str:
    return {
        "not_a_number": _("这里要填数字，例如 50 或 12.5"), "not_a_date": _("日期写成 2026-03-18 的样子"),
        "no_option": _("请从列出的选项里选一个"), "too_fine": _("数字太细：金额到分，个数取整"), "negative": _("这里不能是负数"),
    }[code]  # fmt: skip


def boxes(rules: Rules, code: str, typed: Typed) -> list[Part]:
    """The boxes of the calculator in groups: numbers, each table of rows, then what only conditions ask."""
    asked = calculator.asks(rules, code)
    plain = [one for one in asked if ROW not in one.path.split(".")]
    groups = [{"title": "", "boxes": [box for one in plain if not one.condition for box in _boxes(one, typed)]}]
    for table in rows_asked(rules, code):
        inside = [one for one in asked if one.path.startswith(table + ".")]
        rows = max(calculator.rows_of(table, typed.values), 1)
        title = _table_title(rules, code, table)
        groups += [
            {
                "title": f"{title} {n + 1}",
                "boxes": [_box(one, one.path.replace(ROW, str(n), 1), typed) for one in inside],
            }
            for n in range(rows)
        ]
        if rows < calculator.MOST_ROWS:
            groups[-1]["add"] = {
                "value": table.removesuffix(f".{ROW}"),
                "title": _("再加一行：%(what)s") % {"what": title},
            }
    gates = [box for one in plain if one.condition for box in _boxes(one, typed)]
    if gates:
        groups.append({"title": _("条件"), "boxes": gates, "folded": len(gates) > 4 and len(plain) > len(gates)})
    return [group for group in groups if group["boxes"]]


def _table_title(rules: Rules, code: str, table: str) -> str:
    entity = rules.vocabulary.entities[rules[code].subject]
    for name in table.split("."):
        if name != ROW:
            leads = entity.links.get(name) or entity.reverse[name]
            entity = rules.vocabulary.entities[leads.entity]
    return entity.title[law.language()]


def _boxes(one: Ask, typed: Typed) -> list[Part]:
    return [_box(one, path, typed) for path in _paths(one, typed.values)]


def _box(one: Ask, path: str, typed: Typed) -> Part:
    name = f"{PREFIX}{path}"
    value = typed.values.get(path, "")
    options = [{"code": code, "title": title, "chosen": code == value} for code, title in one.field.options.items()]
    return {
        "name": name, "id": name.replace(".", "-"), "title": one.field.title, "kind": one.field.kind, "unit": wording.unit(one.unit), "value": value,
        "options": options, "checked": value == "true", "error": typed.errors.get(name, ""), "unknown": one.field.unknown,
    }  # fmt: skip


def result(rules: Rules, code: str, typed: Typed) -> Part:
    """What it comes to: a sum or a verdict, every step with its article, what is refused and what would turn it."""
    if typed.errors:
        return {"errors": list(dict.fromkeys(typed.errors.values()))}
    policy = rules[code]
    if policy.allot is not None:
        return {"fault": _("这是全区十二个盟市之间的分配，不能只算一个：见下面的例子。")}
    try:
        record = calculator.record_of(rules, code, calculator.dated(rules, code, typed.told, typed.on))
        found = calculator.calculated(rules, code, record, day=typed.on, had=typed.had_fen)
        told = explained(rules, found.found, amount=found.fen)
    except FormulaError as wrong:
        return {"fault": fault_said(wrong.reason)}
    turning = [] if found.found.verdict != "fail" else [_change(one) for one in changes(rules, found.found)]
    recognition = policy.verdict is not None
    return {
        "recognition": recognition, "verdict": words_of(found.found.verdict), "failed": found.found.verdict == "fail",
        "fen": None if recognition else found.fen, "unknown": not recognition and found.fen is None,
        "refused": _refused(told), "held": sum(line.what == "condition" and line.holds is True for line in told.lines),
        "steps": steps(rules, code, told, typed.had_fen, found.found.entitled), "turning": turning[:6], "day": told.day,
    }  # fmt: skip


def _change(one: Any) -> Part:
    lang = law.language()
    return {"title": one.title, "before": shown(one.before, one.kind, lang), "value": shown(one.value, one.kind, lang)}


def _refused(told: Explanation) -> list[Part]:
    """Conditions that do not hold or are not known, each with its sentence."""
    return [
        {"text": line.title, "open": line.holds is None}
        for line in told.lines
        if line.what in ("condition", "effect") and line.holds is not True
    ]


def steps(rules: Rules, code: str, told: Explanation, had: int, before: int | None) -> list[Part]:
    """The steps that are numbers: title, value, the formula with what was put in, the article it stands in."""
    where = {one["title"].rstrip("。."): one["n"] for one in law.articles(rules, code)}
    found = [
        _shown(rules, code, line, where, had, before) for line in told.lines if line.what not in ("condition", "effect")
    ]
    if found:
        found[-1]["sum"] = True
    return found


def _shown(rules: Rules, code: str, line: Line, where: Mapping[str, str], had: int, before: int | None) -> Part:
    lang = law.language()
    params = rules[code].params
    values = {
        one.name: shown(law.as_ratio(params[one.name], one.value) if one.name in params else one.value, one.kind, lang)
        for one in line.inputs if not isinstance(one.value, bool)
    }  # fmt: skip
    said = worded(rules, rules[code], parse(line.expression), lang, values=values) if line.expression else ""
    title = line.title[lang]
    article = where.get(title, where.get(_("上限") if line.what == "cap" else "", ""))
    note = _branch(line) or (_capped(line, had, before) if line.what == "cap" else "")
    confirm = [one.title for one in line.inputs if one.confirm]
    since = [
        f"{one.title[lang]} {_('自 %(day)s') % {'day': wording.day_long(one.since)}}"
        for one in line.inputs
        if one.since
    ]
    return {
        "title": title, "value": shown(line.value, line.kind, lang), "article": article, "formula": said, "note": note,
        "confirm": confirm, "since": ("; " if lang == "en" else "；").join(since), "lost": line.what == "branch" and line.holds is False,
    }  # fmt: skip


def _branch(line: Line) -> str:
    return _("没有取用：有更高的一项") if line.what == "branch" and line.holds is False else ""


def _capped(line: Line, had: int, before: int | None) -> str:
    """What the ceiling took away."""
    if not isinstance(line.value, int) or before is None:
        return ""
    lang, less = law.language(), before - line.value
    said = _("已领 %(had)s；") % {"had": shown(had, line.kind, lang)} if had else ""
    if less <= 0:
        return said + _("没有到上限")
    return said + _("受上限所限，少 %(less)s") % {"less": shown(less, line.kind, lang)}


def fault_said(reason: Reason) -> str:
    """Why nothing can be computed, in a sentence."""
    return wording.text(sentence(reason)) + ("." if wording.english() else "。")
