"""Filling in a form as an applicant would: text that a person could have typed, for any form of the book."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from kechuang.engines.forms import Field, Form
from kechuang.parties.models import Person
from kechuang.words.period import add_months

SUBJECTS = ("寒旱区草原碳汇", "稀土永磁材料", "奶牛种质资源", "风光储一体化", "煤基新材料", "蒙药活性成分", "盐碱地改良", "荒漠化监测",
            "马铃薯脱毒种薯", "肉羊杂交改良", "铁矿尾砂利用", "石墨电极", "黄河流域水沙", "蒙古语自然语言", "沙棘深加工", "氢能重卡")  # fmt: skip
VERBS = (
    "关键过程与调控机制研究",
    "高效制备与应用示范",
    "评价体系与优化方法研究",
    "智能监测技术研究",
    "绿色转化路径研究",
)
PAIRS = (
    "草原碳汇稀土永磁奶牛种质风光储能煤基材料蒙药活性盐碱改良荒漠监测薯类脱毒肉羊杂交尾砂利用石墨电极水沙调控语言资源沙棘深加工艺氢能重卡"
    "模型参数样点土壤水分养分菌群基因蛋白酶活温度湿度压力流速浓度粒径孔隙强度韧性磨损腐蚀寿命能耗排放回收成本产量品质口感安全毒理病理诊断"
    "治疗康复数据算法图像光谱雷达卫星航测站网平台接口标准规程专利示范推广培训协作企业农户牧户园区矿区林区灌区流域湖泊河套高原丘陵盆地冻土"
)
WORDS = tuple(PAIRS[n : n + 2] for n in range(0, len(PAIRS) - 1, 2))
SHAPES = (
    "以{}{}为{}，测{}与{}的{}，定{}{}的{}。", "由{}到{}，{}随{}变，{}取{}，{}按{}复核{}。", "在{}设{}组，比{}、{}和{}，得{}{}的{}与{}。",
    "{}受{}所限，拟改{}，用{}验{}，使{}达{}，并报{}的{}。", "先查{}{}，再建{}，后在{}{}试{}，每{}记{}一次{}。",
)  # fmt: skip
CODES = {"nsfc": ("A0102", "B0301", "C0307", "D0102", "E0204", "F0204", "H2801"), "GB/T 13745": ("2101020", "4301010", "5201030", "6101010", "1801510"),
         "GB/T 4754": ("0111", "2614", "4415", "6513")}  # fmt: skip


def title_of(rng: Random, number: int) -> str:
    """A project title of at most forty characters, different for every number."""
    return f"{rng.choice(SUBJECTS)}{rng.choice(VERBS)}（{number}）"


def filled(form: Form, *, leader: Person, team: list[Person], rng: Random, given: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers to every required question of `form`; `given` overrides them by field."""
    answers: dict[str, Any] = {}
    for section in form.sections:
        for one in section.fields:
            if one.kind != "computed" and (one.required is not False or one.code in given):
                answers[one.code] = given.get(one.code, _value(one, leader=leader, team=team, rng=rng))
    answers.update({k: v for k, v in given.items() if k in form.fields})
    return {k: v for k, v in answers.items() if v is not None}


def long_text(least: int, rng: Random) -> str:
    """A text of at least `least` characters, of sentences that hardly ever come twice: nobody copies, unless a play says so."""
    told = ""
    while len(told) < least:
        told += rng.choice(SHAPES).format(*rng.choices(WORDS, k=9))
    return told


def _value(one: Field, *, leader: Person, team: list[Person], rng: Random) -> Any:
    match one.kind:
        case "longtext" | "richtext" | "text":
            return _text(one, rng)
        case "choice":
            return _first(one)
        case "choices":
            return ["none"] if one.options and "none" in one.options else [_first(one)]
        case "code":
            return rng.choice(CODES.get(one.source, ("A0102",)))
        case "words":
            return [*rng.sample(SUBJECTS, max(3, int(one.least or 3)))]
        case "place":
            return leader.unit.place if leader.unit else "150102"
        case "money" | "integer" | "decimal" | "percent" | "number":
            return str(_number(one))
        case "bool" | "statement":
            return True
        case "table":
            return _rows(one, leader=leader, team=team, rng=rng)
        case "files" | "file" | "computed" | "references" | "persons":
            return None
    return _identity(one, leader)


def _text(one: Field, rng: Random) -> str:
    text = long_text(int(one.least or 12), rng)
    return text[: int(one.most)] if one.most else text


def _number(one: Field) -> Decimal | int:
    """The least that is allowed, in the field's own unit (money fields count their least in fen)."""
    if one.least is None:
        return 1
    return Decimal(int(one.least)) / 1_000_000 if one.kind == "money" else int(one.least)


def _first(one: Field) -> str | None:
    return next(iter(one.options), None) if one.options else None


def _identity(one: Field, leader: Person) -> Any:
    """What the register knows; the page fills it in before the applicant starts."""
    unit = leader.unit
    match one.kind:
        case "date":
            return "2000-01-01"
        case "month":
            return "1985-05"
        case "year":
            return "2016"
        case "phone":
            return "0471-4963421"
        case "email":
            return "someone@example.org"
        case "identity":
            return leader.identity
        case "person":
            return leader.pid
        case "party":
            return unit.pid if unit else None
        case "uscc":
            return unit.credit_code if unit else None
        case "account":
            return {"bank": "示例银行", "number": "6222020200112233445"}
        case "signature":
            return leader.name
    return None


def _rows(one: Field, *, leader: Person, team: list[Person], rng: Random) -> list[dict[str, Any]]:
    if one.code == "team":
        return [_member(one, person, rng) for person in team]
    count = max(1, int(one.least or 1))
    rows = []
    for number in range(count):
        row = {c.code: _value(c, leader=leader, team=team, rng=rng) for c in one.columns if c.required is not False}
        if "name" in row:
            row["name"] = f"{row['name'][:20]}{number + 1}"
        rows.append({k: v for k, v in row.items() if v is not None})
    return rows


def _member(one: Field, person: Person, rng: Random) -> dict[str, Any]:
    row = {c.code: _value(c, leader=person, team=[], rng=rng) for c in one.columns if c.required is not False}
    return {**row, "person": person.pid, "party": person.unit.pid if person.unit else None, "months": "6", "main": True}


def term_of(start: date, months: int) -> tuple[str, str]:
    """Start and end of a project as typed: whole months, the end exactly `months` later."""
    return start.isoformat(), add_months(start, months).isoformat()
