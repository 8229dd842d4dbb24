"""What a simulation says: the finding as heading, figures, the curve, maps and tables, in the words of the page."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from kechuang.casework.pages import current
from kechuang.engines.rules.policy import Policy
from kechuang.faces.web import adjusting, charts, lists, wording

WAN = 1_000_000
LARGE = 1_000 * WAN  # from here on a table needs no parts of 万元
Part = dict[str, Any]


def unit(one: adjusting.Slider) -> str:
    return wording.unit(one.unit)


def heading(asked: Any) -> str:
    """如果每企业每年补助上限改为 300 万元; what holds today where nothing was moved."""
    if not asked.moved.values:
        return _("%(policy)s：按现行规定") % {"policy": wording.text(asked.policy.title)}
    return _("如果%(what)s") % {"what": changes(asked, asked.moved.values)}


def changes(asked: Any, values: Mapping[str, str]) -> str:
    """Every moved parameter with its value: 补助比例 8 %，每企业每年补助上限 300 万元."""
    titles = {one.name: one for one in asked.sliders}
    told = []
    for name, value in values.items():
        number, _space, kind = value.partition(" ")
        title = titles[name].title if name in titles else name
        told.append(_("%(title)s改为 %(sum)s") % {"title": title, "sum": counted(number, kind)})
    return ("; " if wording.english() else "，").join(one.strip() for one in told)


def counted(number: str, kind: str) -> str:
    """A number with its unit, inside a sentence: 300 万元; ¥3,000,000."""
    worth = {"万元": 10_000, "元": 1}.get(kind) if wording.english() else None
    if worth is None:
        return f"{number} {wording.unit(kind)}".strip()
    return f"¥{wording.number(Fraction(number) * worth)}"


def measure(policy: Policy) -> str:
    """What is added up: money paid, or for a recognition how many hold it."""
    if policy.verdict is not None and policy.amount is None:
        return "recipients"
    return "settled" if policy.budget is not None else "entitled"


def shown(policy: Policy, value: int, *, signed: bool = False) -> str:
    """A figure in its own unit: 5,195 万元; 2,340 家."""
    sign = "+" if signed and value > 0 else ""
    if measure(policy) == "recipients":
        return f"{sign}{wording.number(value)}"
    return sign + wording.number(Fraction(value, WAN), 0 if abs(value) >= LARGE else 2)


def about(fen: int) -> str:
    """A sum in a sentence, with two places: 23.48 亿元."""
    unit = "亿元" if fen >= 10_000 * WAN else "万元"
    if wording.english():
        return f"¥{fen // 100:,}"
    return f"{wording.number(Fraction(fen, WAN * (10_000 if unit == '亿元' else 1)), 2)} {unit}"


def result(asked: Any, said: Mapping[str, Any]) -> Part:
    """Everything of one answer: figures, curve, map and tables."""
    name, policy = measure(asked.policy), asked.policy
    today, tried = said["totals"][0], said["totals"][-1]
    return {
        "figures": _figures(asked, said, today, tried), "curve": _curve(asked, said, today[name], tried[name]) if said["curves"] else None,
        "map": _map(policy, said["cuts"]["region"], name) if said["cuts"] else None,
        "tables": [_table(policy, cut, rows) for cut, rows in said["cuts"].items()], "sentences": _sentences(asked, said, today, tried),
        "whom": whom(said), "synthetic": said["population"]["kind"] == "region", "missing": tried["missing"], "seconds": f"{said['milliseconds'] / 1000:.2f}",
        "share": said["share"],
    }  # fmt: skip


def whom(said: Mapping[str, Any]) -> str:
    """Over whom it was computed, and whether all of them."""
    there = said["population"]
    values = {
        "year": there["year"],
        "n": wording.number(there["records"]),
        "firms": wording.number(there["firms"]),
        "seed": there["seed"],
    }
    if there["kind"] == "region":
        return _("按合成区域重算：%(firms)s 家虚构企业，%(n)s 条记录（种子 %(seed)s）。") % values
    return _("按 %(year)s 年登记台账里的 %(n)s 条记录重算。") % values


def _figures(asked: Any, said: Mapping[str, Any], today: Mapping[str, int], tried: Mapping[str, int]) -> list[Part]:
    """Cost, what it adds, its share of the budget, whom the ceiling bites, who gains and who loses."""
    policy, name, budget = asked.policy, measure(asked.policy), asked.budget_over(said)
    money = name != "recipients"
    kind = _("万元") if money else _("家")
    less = tried[name] - today[name]
    part = wording.percent(Fraction(less, today[name]), 1) if today[name] else wording.DASH
    found = [
        {"label": _("年度支出") if money else _("符合的"), "value": shown(policy, tried[name]), "unit": kind, "note": _("现行 %(sum)s") % {"sum": shown(policy, today[name])}},
        {"label": _("增加") if less >= 0 else _("减少"), "value": shown(policy, less, signed=True) if less else wording.DASH, "unit": kind if less else "", "note": _("比现行 %(part)s") % {"part": part if less <= 0 else f"+{part}"}},
    ]  # fmt: skip
    if money and budget:
        share = wording.percent(Fraction(tried[name], budget))
        found.append(
            {
                "label": _("占本年预算"),
                "value": share.rstrip("%"),
                "unit": "%",
                "note": _("预算 %(sum)s 万元") % {"sum": shown(policy, budget)},
            }
        )
    if said["bites"]:
        before, after = said["bites"][0]["capped"], said["bites"][-1]["capped"]
        found.append(
            {
                "label": _("被封顶的企业"),
                "value": wording.number(after),
                "unit": _("家"),
                "note": _("现行 %(now)s 家，共 %(all)s 家领到")
                % {"now": wording.number(before), "all": wording.number(tried["recipients"])},
            }
        )
    elif money:
        found.append(
            {
                "label": _("领到的企业"),
                "value": wording.number(tried["recipients"]),
                "unit": _("家"),
                "note": _("现行 %(now)s 家") % {"now": wording.number(today["recipients"])},
            }
        )
    if asked.moved.values and money:
        found.append(
            {
                "label": _("得多的 / 得少的"),
                "value": f"{wording.number(tried['winners'])}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{wording.number(tried['losers'])}",
                "unit": _("家"),
                "note": _gains(said),
            }
        )
    return found[:5]


def _gains(said: Mapping[str, Any]) -> str:
    if not said["bites"]:
        return ""
    last = said["bites"][-1]
    return _("多得 %(more)s，少得 %(less)s") % {"more": about(last["gained"]), "less": about(last["lost"])}


def _sentences(asked: Any, said: Mapping[str, Any], today: Mapping[str, int], tried: Mapping[str, int]) -> list[str]:
    """What the figures mean: the budget, the cost of the next step of a ceiling, what splitting a firm would bring."""
    name, budget, found = measure(asked.policy), asked.budget_over(said), list[str]()
    if budget and name != "recipients" and tried[name] > budget:
        over, part = tried[name] - budget, Fraction(budget, tried[name])
        found.append(
            _("超出本年预算 %(over)s：按比例结算时，每笔得 %(part)s。")
            % {"over": about(over), "part": wording.percent(part, 1)}
        )
    if (step := _marginal(asked, said, name)) is not None:
        found.append(step)
    cap = asked.policy.cap
    if said["bites"] and said["bites"][-1]["capped"] and cap is not None and asked.policy.payee in cap.per:
        last = said["bites"][-1]
        values = {
            "n": wording.number(last["capped"]),
            "sum": about(last["cut"]),
            "each": about(last["cut"] // last["capped"]),
        }
        found.append(
            _("拆分企业的诱因：%(n)s 家到顶的企业若拆成几家来领，最多可多得 %(sum)s，平均每家 %(each)s。") % values
        )
    if tried["missing"]:
        found.append(_("%(n)s 条记录缺少要用的数，没有按零计入。") % {"n": wording.number(tried["missing"])})
    return found


def _marginal(asked: Any, said: Mapping[str, Any], name: str) -> str | None:
    """What the next step of the moved parameter costs, read from the curve where it stands now."""
    one = asked.curved
    if one is None or not said["curves"] or name == "recipients":
        return None
    here = adjusting.number_of(one, asked.moved.values.get(one.name, adjusting.said(one, one.now)))
    points = [(adjusting.number_of(one, point["value"]), point[name]) for point in said["curves"][0]["points"]]
    pair = next(((a, b) for a, b in itertools.pairwise(points) if a[0] <= here < b[0]), None)
    if pair is None:
        return None
    (low, cost), (high, more) = pair
    values = {
        "title": one.title,
        "step": counted(adjusting.decimal(high - low), one.unit),
        "sum": about(abs(more - cost)),
    }
    return (
        _("%(title)s再提高 %(step)s，一年多花 %(sum)s。")
        if more >= cost
        else _("%(title)s再提高 %(step)s，一年少花 %(sum)s。")
    ) % values


def _curve(asked: Any, said: Mapping[str, Any], today: int, tried: int) -> charts.Curve:
    """Cost against the parameter that is chosen, with today's value, the one tried, and the budget."""
    one, policy, name, budget = asked.curved, asked.policy, measure(asked.policy), asked.budget_over(said)
    money = name != "recipients"
    scale = WAN if money else 1
    told = said["curves"][0]["points"]
    points = [(float(adjusting.number_of(one, point["value"])), point[name] / scale) for point in told]
    here = adjusting.number_of(one, asked.moved.values.get(one.name, adjusting.said(one, one.now)))
    kind = _("万元") if money else _("家")
    table, before = [], None
    for point in told:
        added = "" if before is None else shown(policy, point[name] - before, signed=True)
        table.append(
            (
                point["value"].partition(" ")[0],
                shown(policy, point[name]),
                added or wording.DASH,
                wording.number(point["recipients"]),
            )
        )
        before = point[name]
    others = {key for key in asked.moved.values if key != one.name}
    moved = one.name in asked.moved.values or others
    values = {
        "title": one.title,
        "now": one.written,
        "cost": shown(policy, today),
        "here": adjusting.decimal(here),
        "tried": shown(policy, tried),
        "unit": kind,
    }
    return charts.curve(
        points, title=_("多花的钱在哪里变缓") if money else _("放宽或收紧，多少家符合"), note=_("年度支出，万元") if money else _("家"),
        sentence=_("%(title)s与结果的关系曲线：现行 %(now)s 时 %(cost)s %(unit)s，改为 %(here)s 时 %(tried)s %(unit)s") % values,
        axis=_axis(one),
        heads=(one.title, kind, _("比上一档"), _("领到的")), table=table,
        today=None if others else (float(one.now), today / scale, _("现行 %(now)s") % {"now": one.written}),
        pin=(float(here), tried / scale, adjusting.decimal(here)) if moved else None,
        level=(budget / WAN, _("本年预算 %(sum)s 万元") % {"sum": shown(policy, budget)}) if money and budget and budget < 3 * max(tried, today, 1) else None,
    )  # fmt: skip


def _axis(one: adjusting.Slider) -> str:
    """What the curve runs along, with its unit."""
    if not unit(one):
        return one.title
    return wording.with_unit(one.title, unit(one))


def _map(policy: Policy, rows: Mapping[str, Sequence[Sequence[int]]], name: str) -> charts.Tiles:
    """Where the money goes under what is tried, in 万元; where nothing is paid, how many are recognised."""
    place = ("recipients", "entitled", "settled").index(name)
    scale = 1 if name == "recipients" else WAN
    values = {f"{code}00": round(parts[-1][place] / scale) for code, parts in rows.items()}
    most = max(values, key=lambda code: values[code], default="")
    said = _("%(place)s最多") % {"place": wording.text(charts.PLACES[most][2])} if most in charts.PLACES else ""
    return charts.tiles(values, title=_("钱到了哪里") if scale > 1 else _("在哪里"), note=_("新方案，万元") if scale > 1 else _("新方案，家"), sentence=said, heads=(_("盟市"), _("万元") if scale > 1 else _("家")))  # fmt: skip


def _table(policy: Policy, cut: str, rows: Mapping[str, Sequence[Sequence[int]]]) -> Part:
    """One cut as a table: firms, today, what is tried, the difference; by what is tried, most first."""
    name = measure(policy)
    place, names = ("recipients", "entitled", "settled").index(name), _names(cut)
    wan = {} if name == "recipients" else {"unit": _("万元")}
    heads = [
        lists.column(_cut_title(cut)), lists.column(_("领到的"), num=True, hide=True), lists.column(_("现行"), num=True, **wan),
        lists.column(_("新方案"), num=True, **wan), lists.column(_("增加"), num=True, **wan),
    ]  # fmt: skip
    ordered = sorted(rows.items(), key=lambda row: (-row[1][-1][place], row[0]))
    shown_rows = []
    for code, parts in ordered:
        before, after = parts[0][place], parts[-1][place]
        cells = [
            {"text": names.get(code, code or _("未填")), "lead": True}, {"text": wording.number(parts[-1][0])}, {"text": shown(policy, before)},
            {"text": shown(policy, after)}, {"text": shown(policy, after - before, signed=True) if after != before else wording.DASH},
        ]  # fmt: skip
        shown_rows.append({"key": f"{cut}-{code}", "cells": lists.cells(heads, cells)})
    sums = [[sum(parts[n][k] for _code, parts in ordered) for k in (0, place)] for n in (0, -1)]
    totals = [
        _("全区"),
        wording.number(sums[1][0]),
        shown(policy, sums[0][1]),
        shown(policy, sums[1][1]),
        shown(policy, sums[1][1] - sums[0][1], signed=True) if sums[1][1] != sums[0][1] else wording.DASH,
    ]
    return {
        "title": _("各盟市") if cut == "region" else _cut_title(cut),
        "id": cut,
        "table": {"caption": _cut_title(cut), "columns": heads, "rows": shown_rows, "totals": totals, "dense": True},
    }


def _cut_title(cut: str) -> str:
    return {"region": _("盟市"), "industry": _("行业"), "size": _("规模")}[cut]


def _names(cut: str) -> Mapping[str, str]:
    """The titles of a cut's codes, from the vocabulary."""
    field = current().page("vocabulary").body["entities"]["enterprise"]["fields"][cut]
    if cut == "region":
        return {code[:4]: wording.text(title) for code, (_x, _y, title) in charts.PLACES.items()}
    return {str(code): wording.text(title) for code, title in field.get("options", {}).items()}


def compared(asked: Any, chosen: Sequence[Any], said: Mapping[str, Any]) -> Part:
    """Reforms side by side: one row each with today first, a chart of cost, and the regions by reform."""
    policy, name, budget = asked.policy, measure(asked.policy), asked.budget_over(said)
    money = name != "recipients"
    titles = [_("现行"), *(row.title for row in chosen)]
    wan = {"unit": _("万元")} if money else {}
    heads = [
        lists.column(_("方案")), lists.column(_("改了什么")), lists.column(_("年度支出") if money else _("符合的"), num=True, **wan),
        lists.column(_("比现行"), num=True, **wan), lists.column(_("领到的"), num=True), lists.column(_("得多的"), num=True), lists.column(_("得少的"), num=True),
        lists.column(_("占预算"), num=True), lists.column(_("被封顶"), num=True),
    ]  # fmt: skip
    rows = []
    for n, total in enumerate(said["totals"]):
        row = chosen[n - 1] if n else None
        less = total[name] - said["totals"][0][name]
        told = f"{row.by.name} · {wording.day_long(row.on)}" if row else ""
        cells = [
            {"text": titles[n], "lead": True, "small": told}, {"text": changes(asked, row.values) if row else wording.DASH}, {"text": shown(policy, total[name])},
            {"text": shown(policy, less, signed=True) if less else wording.DASH}, {"text": wording.number(total["recipients"])},
            {"text": wording.number(total["winners"]) if n else wording.DASH}, {"text": wording.number(total["losers"]) if n else wording.DASH},
            {"text": wording.percent(Fraction(total[name], budget)) if money and budget else wording.DASH},
            {"text": wording.number(said["bites"][n]["capped"]) if said["bites"] else wording.DASH},
        ]  # fmt: skip
        rows.append({"key": str(n), "cells": lists.cells(heads, cells)})
    bars = [
        (title, round(total[name] / (WAN if money else 1))) for title, total in zip(titles, said["totals"], strict=True)
    ]
    kind = _("万元") if money else _("家")
    return {
        "table": {"caption": _("方案比较"), "columns": heads, "rows": rows}, "whom": whom(said), "synthetic": said["population"]["kind"] == "region",
        "chart": charts.bars(bars, title=_("年度支出") if money else _("符合的"), note=kind, sentence=wording.listed(f"{title} {wording.number(value)}" for title, value in bars), heads=(_("方案"), kind), tones={0: "sky"}),
        "cuts": [_side_by_side(policy, cut, titles, rows) for cut, rows in said["cuts"].items()],
    }  # fmt: skip


def _side_by_side(policy: Policy, cut: str, titles: Sequence[str], rows: Mapping[str, Sequence[Sequence[int]]]) -> Part:
    """One cut with a column a reform."""
    name, names = measure(policy), _names(cut)
    place = ("recipients", "entitled", "settled").index(name)
    heads = [lists.column(_cut_title(cut)), *(lists.column(title, num=True) for title in titles)]
    ordered = sorted(rows.items(), key=lambda row: (-row[1][0][place], row[0]))
    body = [
        {"key": f"{cut}-{code}", "cells": lists.cells(heads, [{"text": names.get(code, code or _("未填")), "lead": True}, *({"text": shown(policy, part[place])} for part in parts)])}
        for code, parts in ordered
    ]  # fmt: skip
    return {
        "title": _cut_title(cut),
        "note": _("万元") if name != "recipients" else _("家"),
        "table": {"caption": _cut_title(cut), "columns": heads, "rows": body, "dense": True},
        "id": f"by-{cut}",
    }
