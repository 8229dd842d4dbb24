"""`kechuang explain`: what a policy gives one case, step by step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from kechuang.casework.shelf.reader import ISO_DATE, read_page
from kechuang.engines.rules.examples import DAY, cast_of
from kechuang.engines.rules.explain import Change, Explanation, Line, changes, explain, shown
from kechuang.engines.rules.single import Rules, assess
from kechuang.faces.cli.policies import known, rules_in, unable
from kechuang.faces.cli.spoken import spoken, wrong
from kechuang.faces.tongues import line, tongue
from kechuang.formula import FormulaError
from kechuang.formula.units import number
from kechuang.words.outcome import BadPage

app = typer.Typer()
MOST_ROWS = 1_000  # of a linked table, told one by one
WORDS = {
    "effect": ("效力", "In force"), "condition": ("条件", "Condition"), "step": ("计算", "Step"), "branch": ("分支", "Branch"),
    "amount": ("金额", "Amount"), "cap": ("上限", "Ceiling"), "verdict": ("结论", "Verdict"), "also": ("另计", "Also"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is explained: the rules, the policy, the case's records (the first is explained), when, and the language."""

    rules: Rules
    code: str
    records: Sequence[Mapping[str, Any]]
    on: date
    lang: str


@app.command(name="explain")
def explain_case(
    policy: Annotated[str, typer.Argument(help="The code of the policy.")],
    given: Annotated[
        list[str] | None, typer.Option(help="field=value, link.field=value; may be given several times.")
    ] = None,
    case: Annotated[
        Path | None, typer.Option(help="A YAML or JSON file: one record, or a list that shares a ceiling.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="The reference day, 2019-06-01; pages with their own date ignore it.")
    ] = None,
    lang: Annotated[str, typer.Option(help="zh or en; without it that of the terminal, else zh.")] = "",
    book: Annotated[Path | None, typer.Option(help="A book of its own; else the house's.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """What a policy gives one case, step by step."""
    rules = rules_in(book)
    known(rules, [policy])
    into, lang = tongue(lang or spoken("en")), lang or spoken("zh")
    if lang not in ("zh", "en"):
        raise wrong("{lang} is no language of the house", "write --lang zh or --lang en", lang=lang)
    try:
        day = _day(on)
        records = _records(rules, policy, case, given or [])
        asked = _Asked(rules, policy, records, day, lang)
        found = explain(rules, policy, records[0], day=day, beside=records[1:])
        typer.echo(json.dumps(_json(found, asked.lang), ensure_ascii=False, indent=2) if json_ else _text(found, asked))
    except BadPage as bad:
        raise typer.BadParameter(line(bad, into)) from None
    except FormulaError as fault:
        raise unable(fault, lang) from None


def _day(on: str | None) -> date:
    try:
        return date.fromisoformat(on) if on else DAY
    except ValueError:
        raise BadPage("--on", "{on!r} is no date", "write 2019-06-01", on=on) from None


def _case_in(path: Path) -> list[dict[str, Any]]:
    """The records of a YAML or JSON file."""
    if not path.is_file():
        raise BadPage(str(path), "there is no such file", "write the path of a YAML or JSON file")
    try:
        text = path.read_text("utf-8")
        body = (
            json.loads(text)
            if path.suffix == ".json"
            else read_page(path.name, f"records:\n{_indented(text)}").body["records"]
        )
    except ValueError as fault:  # of JSON, or of text that is no UTF-8
        raise BadPage(path.name, "cannot be read: {fault}", "write UTF-8 text", fault=fault) from None
    told = body if isinstance(body, list) else [body]
    if not told or not all(isinstance(one, dict) for one in told):
        raise BadPage(path.name, "no records", "write field: value, or a list of such records")
    return told


def _records(rules: Rules, code: str, case: Path | None, given: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    told: list[dict[str, Any]] = [{}]
    if case is not None:
        told = _case_in(case)
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise BadPage(one, "no value", "write field=value")
        _put(told[0], name.strip().split("."), _plain(value.strip()))
    plural = rules.vocabulary.entities[rules[code].subject].plural
    return cast_of(rules, code, {plural: told}, "given").subjects


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _put(record: dict[str, Any], parts: list[str], value: Any) -> None:
    """Sets `buyer.in_region` or `projects.0.staff_cost`."""
    here: Any = record
    mend = "write projects.0.staff_cost=…"
    for part, after in pairwise(parts):
        fresh: Any = [] if after.isdecimal() else {}
        if isinstance(here, list):
            if not part.isdecimal() or int(part) >= MOST_ROWS:
                raise BadPage(".".join(parts), "{part!r} is no place in a list", mend, part=part)
            while len(here) <= int(part):
                here.append({})
            here = here[int(part)]
        else:
            here = here.setdefault(part, fresh)
        if not isinstance(here, dict | list):
            raise BadPage(".".join(parts), "{part} has a value already", mend, part=part)
    if isinstance(here, list):
        raise BadPage(".".join(parts), "a row has fields", mend)
    here[parts[-1]] = value


def _plain(value: str) -> Any:
    if value in ("true", "false"):
        return value == "true"
    if ISO_DATE.fullmatch(value):
        return date.fromisoformat(value)
    return int(value) if value.lstrip("-").isdecimal() else value


def _text(found: Explanation, asked: _Asked) -> str:
    zh = asked.lang == "zh"
    lines = [
        f"{found.policy.title[asked.lang]}（{found.policy.code}）"
        if zh
        else f"{found.policy.title['en']} ({found.policy.code})"
    ]
    lines += [_source(source, zh=zh) for source in found.sources]
    lines.append(f"{'基准日' if zh else 'Reference day'}  {found.day}")
    lines += [_line(line, asked.lang) for line in found.lines]
    lines.append(_result(found, asked.lang))
    lines += _taken(found, asked.lang)
    lines += _turning(found, asked)
    lines += [f"{'假定' if zh else 'Assumed'}  {one['zh' if zh else 'en']}" for one in found.assumptions]
    return "\n".join(lines)


def _source(source: Mapping[str, Any], *, zh: bool) -> str:
    quote = f" “{source['quote']}”" if "quote" in source else ""
    return f"{'依据' if zh else 'Source'}  {source.get('doc', '')} {source.get('clause', '')}{quote}"


def _line(line: Line, lang: str) -> str:
    word = WORDS[line.what][lang == "en"]
    mark = {True: "✓ ", False: "✗ ", None: ""}[line.holds] if line.what in ("condition", "branch") else ""
    title = _title(line, lang)
    value = "" if line.what in ("condition", "effect") else f" = {shown(line.value, line.kind, lang)}"
    if line.what == "branch" and not line.holds and line.value:
        value += "（没有取用：有更高的一项）" if lang == "zh" else " (not taken: another one is higher)"
    put = ", ".join(_input(one, lang) for one in line.inputs)
    return f"{word}  {mark}{title}{value}" + (f"\n        {line.expression}    ({put})" if line.expression else "")


def _title(line: Line, lang: str) -> str:
    if line.what == "cap":
        bit = {"zh": ("未达到", "已触及"), "en": ("not reached", "reached")}[lang][bool(line.holds)]
        return f"{line.title[lang]} {bit}"
    return line.title[lang]


def _input(one: Any, lang: str) -> str:
    since = "" if one.since is None else f" {'自' if lang == 'zh' else 'since '}{one.since}"
    confirm = "" if not one.confirm else "，待确认" if lang == "zh" else ", to be confirmed by the department"
    source = f"{'，' if lang == 'zh' else ', '}{one.source}" if one.source else ""
    return f"{one.name}={shown(one.value, one.kind, lang)}{since}{source}{confirm}"


def _result(found: Explanation, lang: str) -> str:
    word = "结果" if lang == "zh" else "Result"
    if found.amount is None:
        open_ = ("、" if lang == "zh" else ", ").join(title[lang] for title in found.depends_on)
        on = f"\n{'取决于' if lang == 'zh' else 'It depends on'}  {open_}" if open_ else ""
        return f"{word}  {shown(found.verdict, number(''), lang)}{on}"
    return f"{word}  {shown(found.amount, number('money'), lang)}"


def _turning(found: Explanation, asked: _Asked) -> list[str]:
    if found.verdict == "pass":
        return []
    turned = changes(asked.rules, assess(asked.rules, asked.code, asked.records[0], day=asked.on))
    return [_change(one, asked.lang) for one in turned]


def _change(one: Change, lang: str) -> str:
    """`3 more R&D staff would do`: by how much a number must move, and from what to what."""
    before, value = shown(one.before, one.kind, lang), shown(one.value, one.kind, lang)
    if isinstance(one.value, bool):
        zh, en = f"{one.title['zh']}由{before}变为{value}", f"{one.title['en']}: {value} instead of {before}"
    else:
        more, by = one.value > one.before, shown(abs(one.value - one.before), one.kind, lang)
        zh = f"{one.title['zh']}{'增加' if more else '减少'}{by}（由{before}变为{value}）"
        en = f"{one.title['en']}: {by} {'more' if more else 'less'} ({before} → {value})"
    return f"Would turn it  {en}" if lang == "en" else f"若改变  {zh}，即符合"


def _taken(found: Explanation, lang: str) -> list[str]:
    """What a ceiling that bit took."""
    before = next((line.value for line in found.lines if line.what == "amount"), None)
    if found.amount is None or not any(line.what == "cap" and line.holds for line in found.lines):
        return []
    less = shown(int(before) - found.amount, number("money"), lang)
    return [f"The ceiling takes  {less}" if lang == "en" else f"上限减少  {less}"]


def _json(found: Explanation, lang: str) -> dict[str, Any]:
    return {
        "policy": found.policy.code, "day": found.day.isoformat(), "verdict": found.verdict, "amount": found.amount, "unit": "fen",
        "lines": [
            {
                "what": line.what, "code": line.code, "title": dict(line.title), "expression": line.expression,
                "inputs": [_input(one, lang) for one in line.inputs], "value": shown(line.value, line.kind, lang), "holds": line.holds,
            }
            for line in found.lines
        ],
        "depends_on": [dict(one) for one in found.depends_on], "assumptions": [dict(one) for one in found.assumptions],
    }  # fmt: skip
