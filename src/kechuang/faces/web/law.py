"""A policy as it is read: articles with their source, conditions, formulas in words, parameters by date, ceilings, examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from kechuang.engines.rules.check import param_kind
from kechuang.engines.rules.examples import cast_of, moment_of
from kechuang.engines.rules.explain import shown
from kechuang.engines.rules.policy import FOREVER, Param, Policy, Rounding, Step
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.wording import worded
from kechuang.faces.web import wording
from kechuang.formula.units import number
from kechuang.words.outcome import BadPage

DIGITS = "零一二三四五六七八九十"
Part = dict[str, Any]


def language() -> str:
    return "en" if wording.english() else "zh"


def ordinal(n: int) -> str:
    """第十二条; Article 12."""
    if wording.english():
        return f"Article {n}"
    tens, ones = divmod(n, 10)
    text = DIGITS[n] if n <= 10 else f"{DIGITS[tens] if tens > 1 else ''}十{DIGITS[ones] if ones else ''}"
    return f"第{text}条"


def kind_of(policy: Policy) -> str:
    """What a policy does: it pays, recognises, shares out, or only computes what others pay."""
    if policy.verdict is not None:
        return "recognises"
    if policy.allot is not None:
        return "allots"
    return "computes" if policy.payee == "none" else "pays"


def kind_title(policy: Policy) -> str:
    return {"pays": _("补助奖励"), "recognises": _("认定与评分"), "allots": _("分配"), "computes": _("核算与税收")}[
        kind_of(policy)
    ]


def articles(rules: Rules, code: str) -> list[Part]:
    """The articles in order; the one in which the amount is worked out is `lit`."""
    policy = rules[code]
    found = [*_sources(policy), _who(rules, policy), *_steps(rules, policy), *_branches(rules, policy)]
    found += [*_result(rules, policy), *_ceiling(rules, policy), *_also(rules, policy), _when(policy)]
    told = [one for one in found if one is not None]
    return [{**one, "n": ordinal(n)} for n, one in enumerate(told, 1)]


def _sources(policy: Policy) -> Iterator[Part]:
    for one in policy.source:
        name = " ".join(filter(None, (str(one.get("doc", "")), str(one.get("clause", "")))))
        quote = str(one.get("quote", ""))
        yield {"title": _("依据。"), "said": name, "quote": quote, "quoted": bool(quote), "cited": True}


def _who(rules: Rules, policy: Policy) -> Part | None:
    if not policy.eligible:
        return None
    lang = language()
    said = _("同时符合下列各项的，予以支持：") if policy.verdict is None else _("同时符合下列各项的，予以认定：")
    items = [{"text": gate.needs, "formula": worded(rules, policy, gate.expression, lang)} for gate in policy.eligible]
    return {"title": _("谁可以。"), "said": said, "points": items}


def _steps(rules: Rules, policy: Policy) -> Iterator[Part]:
    for step in policy.let.values():
        yield _step(rules, policy, step)


def _step(rules: Rules, policy: Policy, step: Step, *, lit: bool = False) -> Part:
    """One named step with its formula; where the shape of the rule changed, each form with its days."""
    lang, title = language(), step.title[language()]
    many = len(step.forms) > 1
    formulas = [
        {"text": f"{title} = {worded(rules, policy, form.expression, lang)}", "days": _days(form.first, form.last) if many else ""}
        for form in step.forms
    ]  # fmt: skip
    said = rounded(step.round)
    if step.at:
        said = _("参数按当年 %(month)s 月 %(day)s 日的规定取值。") % {"month": step.at[0], "day": step.at[1]} + said
    return {"title": f"{title}{'.' if lang == 'en' else '。'}", "said": said, "formulas": formulas, "lit": lit}


def rounded(rounding: Rounding | None) -> str:
    """How a step is rounded, in a sentence."""
    if rounding is None:
        return ""
    unit = {1: _("一分"), 100: _("一元"), 1_000_000: _("一万元")}.get(rounding.unit, str(rounding.unit))
    ways = {
        "floor": _("不足%(unit)s的舍去。"),
        "ceil": _("不足%(unit)s的按%(unit)s计。"),
        "half_up": _("四舍五入到%(unit)s。"),
    }
    return ways[rounding.how] % {"unit": unit}


def _branches(rules: Rules, policy: Policy) -> Iterator[Part]:
    if not policy.branches:
        return
    lang = language()
    items = [{"text": one.title, "formula": worded(rules, policy, one.expression, lang)} for one in policy.branches]
    yield {"title": _("从高不重复。"), "said": _("下列各项只取最高的一项："), "points": items}


def _result(rules: Rules, policy: Policy) -> Iterator[Part]:
    lang = language()
    if policy.amount is not None:
        yield _step(rules, policy, policy.amount, lit=True)
    if policy.verdict is not None:
        yield _step(rules, policy, policy.verdict, lit=True)
    if policy.allot is not None:
        formulas = [{"text": worded(rules, policy, one, lang)} for one in (policy.allot.pot, policy.allot.by)]
        yield {
            "title": _("分配。"),
            "said": _("总额按份额分完，余下的分归余数大的。"),
            "formulas": formulas,
            "lit": True,
        }


def _ceiling(rules: Rules, policy: Policy) -> Iterator[Part]:
    lang = language()
    if policy.cap is not None:
        group = wording.listed(_group(rules, policy, path) for path in policy.cap.per)
        ways = {"first_come": _("先到先得，到上限为止。"), "proportional": _("合计超过上限的，按比例分摊到各笔。"), "highest": _("只取最高的一笔。")}  # fmt: skip
        said = _("每个%(group)s有一个上限；%(way)s") % {"group": group, "way": ways[policy.cap.allocate]}
        yield {
            "title": _("上限。"),
            "said": said,
            "formulas": [{"text": f"{_('上限')} = {worded(rules, policy, policy.cap.limit, lang)}"}],
        }
    if policy.budget is not None:
        ways = {"proportional": _("同比例缩减，各笔都得。"), "cut_off": _("按次序用完为止。")}
        said = _("当年预算不足时，%(way)s") % {"way": ways[policy.budget.scale]}
        yield {
            "title": _("预算。"),
            "said": said,
            "formulas": [{"text": f"{_('预算')} = {worded(rules, policy, policy.budget.limit, lang)}"}],
        }
    for used in policy.uses:
        said = _("本页要用到“%(other)s”的结果。") % {"other": rules[used.code].title[lang]}
        if used.ended == "zero":
            said += _("那一页不在施行期时按零计。")
        yield {"title": _("与其他政策。"), "said": said, "uses": used.code}


def _group(rules: Rules, policy: Policy, path: str) -> str:
    if path == "year":
        return _("年度")
    entity = rules.vocabulary.entities[policy.subject]
    for part in path.split(".")[1:]:
        link = entity.links.get(part)
        entity = rules.vocabulary.entities[link.entity] if link else entity
    return entity.title[language()]


def _also(rules: Rules, policy: Policy) -> Iterator[Part]:
    for step in policy.also.values():
        yield {**_step(rules, policy, step), "said": _("另行算出，不计入金额。")}


def _when(policy: Policy) -> Part:
    said = _("自 %(first)s 起施行") % {"first": wording.day_long(policy.first)}
    said += (
        _("，至 %(last)s 止。") % {"last": wording.day_long(policy.last)}
        if policy.last != FOREVER
        else _("，没有写明终止日期。")
    )
    if policy.reference == "year_end":
        said += _("参数按核算年度末日取值。")
    elif policy.reference == "day":
        said += _("参数按受理日取值。")
    else:
        said += _("参数按每笔记录自己的日期取值。")
    return {"title": _("施行。"), "said": said}


def _days(first: date, last: date) -> str:
    ends = _("今") if last == FOREVER else wording.day_long(last)
    return _("%(first)s 至 %(last)s") % {"first": wording.day_long(first), "last": ends}


def parameters(rules: Rules, code: str, on: date) -> list[Part]:
    """Every dated parameter with its history, newest first; `now` marks the value in force on `on`."""
    return [
        {
            "name": param.name, "title": param.title,
            "spans": [
                {
                    "value": value_shown(rules, code, param, span.value), "days": _days(span.first, span.last), "source": span.source,
                    "now": span.first <= on <= span.last, "confirm": span.confirm,
                }
                for span in reversed(param.spans)
            ],
        }
        for param in rules[code].params.values()
    ]  # fmt: skip


def value_shown(rules: Rules, code: str, param: Param, value: Any) -> list[str]:
    """A parameter's value in lines: one number; a table one line an entry or level."""
    lang = language()
    if isinstance(value, Mapping):
        names, kind = entries_of(rules, code, param), number(str(param.of))
        return [f"{names.get(key, key)} {shown(one, kind, lang)}" for key, one in value.items()]
    if isinstance(value, tuple):
        return [shown((row,), param_kind(param), lang) for row in value]
    return [shown(as_ratio(param, value), number(str(param.of)), lang)]


def as_ratio(param: Param, value: Any) -> Any:
    """A rate of a whole 1 as a fraction, so that it is shown as 100 %."""
    rate = param.of == "" and any(isinstance(span.value, Fraction) for span in param.spans)
    return Fraction(value) if rate and isinstance(value, int) else value


def entries_of(rules: Rules, code: str, param: Param) -> Mapping[str, str]:
    """The titles of a table's entries: those of the field of the subject that holds exactly such codes."""
    keys = {str(key) for span in param.spans if isinstance(span.value, Mapping) for key in span.value}
    for one in rules.vocabulary.entities[rules[code].subject].fields.values():
        if keys and keys <= one.options.keys():
            return {code: wording.text(title) for code, title in one.options.items()}
    return {}


def examples(rules: Rules, code: str) -> list[Part]:
    """The examples of the page that a calculator can start from: name, when, and what they come to."""
    policy, found = rules[code], []
    for n, one in enumerate(policy.examples):
        day, year = moment_of(one)
        wanted = one.get("expect", [one["expect_total"]] if "expect_total" in one else [])
        when = wording.day_long(day) if day and "day" in one else str(year or (day.year if day else ""))
        found.append({"n": n, "name": one["name"], "when": when, "expect": wording.listed(_expected(rules, policy, value) for value in wanted), "open": "set" not in one and policy.allot is None})  # fmt: skip
    return found


def _expected(rules: Rules, policy: Policy, written: Any) -> str:
    if written in ("pass", "fail", "depends"):
        return shown(str(written), number(""), language())
    try:
        return shown(rules.vocabulary.amount(written, "").value, number("money"), language())
    except BadPage:
        return str(written)


def first_record(rules: Rules, code: str, n: int) -> Any:
    """The first record of example `n`, as the calculator starts; the usual record where there is no such example."""
    policy = rules[code]
    plain = {rules.vocabulary.entities[policy.subject].plural: [{}]}
    told = policy.examples[n] if 0 <= n < len(policy.examples) else plain
    return cast_of(rules, code, told, "examples").subjects[0]


def example_day(rules: Rules, code: str, n: int) -> date | None:
    """The day example `n` is computed for, where it says one."""
    found = rules[code].examples
    if not 0 <= n < len(found) or not {"day", "year"} & found[n].keys():
        return None
    day, year = moment_of(found[n])
    return day or date(int(year or 0), 12, 31)
