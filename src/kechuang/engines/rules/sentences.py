"""What is said where a policy cannot be computed: a sentence in Chinese and in English for every fault of a case or a query."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, Final

from kechuang.words.reason import Reason

_TABLE = """
bad_row|“{name}”的分档行应有{width}列，请核对政策页|A row of “{name}” should have {width} columns; please check the page of the policy
circular|步骤“{step}”绕了一圈又用到自己，请核对政策页|The step “{step}” comes round to itself; please check the page of the policy
empty_interval|区间的下限{low}高于上限{high}，请核对参数|The interval begins at {low}, above its end {high}; please check the parameters
mark_outside|评分{mark}不在{low}到{high}之间，请改正评分|The mark {mark} is not between {low} and {high}; please correct it
negative_amount|算出来是负数，请核对填写的数字|The amount comes to less than nothing; please check the numbers
no_form_on|政策“{step}”一步在{day}没有规定的算法，请换一个日期或年度|The step “{step}” has no rule on {day}; please choose another day or year
no_parameter_on|参数“{param}”在{day}没有规定的值，请换一个日期或年度|The parameter “{param}” has no value on {day}; please choose another day or year
no_reference_date|政策“{policy}”按哪一天计算还不知道，请填写日期|It is not known for which day “{policy}” is computed; please give the date
no_such_code|“{asked}”不在代码表中，可用的有：{known}|“{asked}” is not in the table of codes; there are {known}
not_a_code|这里应填代码，不是{type}|A code belongs here, not {type}
not_a_date|这里应填日期，不是{type}|A date belongs here, not {type}
not_a_number|“{where}”应为数字，不是{type}|“{where}” should be a number, not {type}
not_a_record|“{name}”应为一条记录，不是{type}|“{name}” should be a record, not {type}
not_a_table|“{name}”应为一张表，不是{type}|“{name}” should be a table, not {type}
not_a_truth|“{where}”应为是或否，不是{type}|“{where}” should be true or false, not {type}
not_a_value|“{name}”的值不能用于计算（{type}），请改填整数、文字或日期|The value of “{name}” cannot be computed with ({type}); please give a whole number, a text or a day
nothing_to_share_by|“{policy}”无从分配：有的份额小于零，或者全部为零，请核对填报的因素|“{policy}” cannot be shared out: a share is below nothing, or all are nothing; please check the figures
not_an_amount|政策“{policy}”的{where}算不出金额，请核对政策页|{where} of “{policy}” comes to no amount; please check the page of the policy
not_comparable|{left}与{right}不能用“{op}”比较，请核对填写的内容|{left} and {right} cannot be compared by “{op}”; please check what was entered
not_in_bulk|对整个人群不能计算：{what}；请改为逐件计算|It cannot be computed over a population: {what}; please compute it case by case
too_fine|数字的分母太大，无法精确计算|The fractions grow too fine to be computed exactly
too_fine_for_table|“{name}”比{scale}分之一更细，表中存不下|“{name}” is finer than one part in {scale}, which a table cannot hold
too_large|数字太大，最多到10的18次方，请核对填写的数字|A number is too large, at most 10 to the 18th; please check the numbers
too_many_steps|这一件的关联记录太多，计算超过{most}步|The case has too many linked records: more than {most} steps
too_wide_for_bulk|对整个人群计算时数字可能超过128位，请在词汇表为字段写明上限 most|Over a population a number could exceed 128 bits; please say most of the fields in the vocabulary
unknown_name|没有“{name}”这个名称，请核对政策页|Nothing is called “{name}”; please check the page of the policy
used_policy_not_in_force|所引用的政策“{policy}”在{day}不生效，请换一个日期或年度|The policy “{policy}” that this one uses is not in force on {day}; please choose another day or year
zero_denominator|作除数的数字为零或未填，请补齐后再核算|A number that others are divided by is nil or missing; please complete it first
"""

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    code: (zh, en) for code, zh, en in (line.split("|") for line in _TABLE.strip().splitlines())
}


def sentence(reason: Reason) -> dict[str, str]:
    """What a fault of a computation says, in both languages; a guard says its page's own sentence."""
    values = {name: _shown(value) for name, value in reason.values.items()}
    if reason.code == "guard":
        zh, en = values.get("zh", ""), values.get("en") or values.get("zh", "")
        return {"zh": f"政策参数不合规定：{zh}", "en": f"The parameters break the policy's own rule: {en}"}
    zh, en = SENTENCES.get(reason.code, ("按现在的数字不能核算", "It cannot be computed with these numbers"))
    blank = _Blank(values)
    return {"zh": zh.format_map(blank), "en": en.format_map(blank)}


class _Blank(dict[str, str]):
    """A value that the fault does not tell is left out of its sentence."""

    def __missing__(self, name: str) -> str:
        return "…"


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    return str(value)
