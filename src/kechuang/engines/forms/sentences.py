"""The sentences of the form engine: what is wrong with an answer, and what to change; in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kechuang.words.reason import Reason

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # nothing there
    "required": ("此项必填，请填写", "Please answer this; it is required"),
    "must_agree": ("请阅读后勾选同意", "Please read this and tick to agree"),
    "must_sign": ("请签署后再提交", "Please sign before you submit"),
    # text
    "too_long": ("最多{most}字，现有{got}字，请删去{over}字", "At most {most} characters; you have {got}, please remove {over}"),
    "too_short": ("至少{least}字，现有{got}字，请再写{under}字", "At least {least} characters; you have {got}, please add {under}"),
    "word_too_long": ("“{word}…”有{got}字，一个词最多{most}字；多个词请用顿号分开", "“{word}…” has {got} characters, a word at most {most}; put commas between words"),
    "not_text": ("此处应为文字，请重新填写", "Text is expected here; please write it again"),
    "unfit_character": ("含有不能保存的字符（{number}），请删去或重新输入", "Contains a character that cannot be kept ({number}); please remove it"),
    "too_many": ("最多{most}个，现有{got}个，请减少{over}个", "At most {most}; you have {got}, please remove {over}"),
    "too_few": ("至少{least}个，现有{got}个，请再加{under}个", "At least {least}; you have {got}, please add {under}"),
    # numbers and money
    "not_a_number": ("请填数字，例如 12.5", "Please write a number, such as 12.5"),
    "write_as_text": ("请以文本传送数字，例如 \"12.5\"，以免丢失精度", "Send numbers as text, such as \"12.5\", so that no digit is lost"),
    "not_whole": ("请填整数，不带小数", "Please write a whole number"),
    "number_too_large": ("数值过大，最多为 {most}，请核对", "Too large: at most {most}; please check it"),
    "amount_too_large": ("金额过大，请核对数值和单位", "The amount is too large; please check the number and the unit"),
    "finer_than_fen": ("金额精确到分，以{unit}计最多{places}位小数，请改写", "Amounts go down to one fen: at most {places} digits behind the point in {unit}"),
    "below": ("不得小于 {least} {unit}，请改大", "Not less than {least} {unit}; please raise it"),
    "above": ("不得大于 {most} {unit}，请改小", "Not more than {most} {unit}; please lower it"),
    "off_step": ("须按 {step} 递增，请改为最近的一档", "Goes in steps of {step}; please take the nearest"),
    # days
    "not_a_date": ("请填日期，例如 2019-03-01", "Please write a date, such as 2019-03-01"),
    "not_a_month": ("请填年月，例如 2019-03", "Please write a month, such as 2019-03"),
    "not_a_year": ("请填四位年份，例如 2019", "Please write a year of four digits, such as 2019"),
    "not_a_time": ("请填日期和时间，例如 2019-03-01 17:00", "Please write a day and time, such as 2019-03-01 17:00"),
    "no_such_day": ("没有这一天，请核对月和日", "There is no such day; please check month and day"),
    "year_out_of_range": ("年份须在 {least} 至 {most} 之间，请核对", "The year must lie between {least} and {most}; please check it"),
    "too_early_day": ("不得早于 {least}，请改后", "Not before {least}; please choose a later day"),
    "too_late_day": ("不得晚于 {most}，请改前", "Not after {most}; please choose an earlier day"),
    # picked
    "not_an_option": ("“{got}”不在可选范围内，请从列表中选择", "“{got}” is not among the options; please choose from the list"),
    "not_a_code": ("“{got}”不是{of}中的代码，请从列表中选择", "“{got}” is no code of {of}; please choose from the list"),
    "not_a_code_but_near": ("“{got}”不是{of}中的代码，最接近的是：{near}，请改填", "“{got}” is no code of {of}; the nearest are: {near}. Please take one of them"),
    "code_too_short": ("“{got}”不够具体，请填至第{levels}级", "“{got}” is too general; please go down to level {levels}"),
    "not_a_place": ("“{got}”不是行政区划代码，请从列表中选择", "“{got}” is no place; please choose from the list"),
    "not_a_place_but_near": ("“{got}”不是行政区划代码，最接近的是：{near}，请改填", "“{got}” is no place; the nearest are: {near}. Please take one of them"),
    "place_too_narrow": ("请选到盟市一级", "Please choose a league or city"),
    "place_too_wide": ("请选到旗县（市、区）一级", "Please choose a banner, county, city or district"),
    "not_yes_or_no": ("请选“是”或“否”", "Please choose yes or no"),
    "bad_reference": ("请从列表中选择，不要手工填写", "Please choose from the list"),
    "no_such_row": ("第{got}行不存在，请重新选择（现有{rows}行）", "There is no row {got}; please choose again ({rows} rows)"),
    "bad_file": ("找不到这个文件，请重新上传", "This file is not here; please upload it again"),
    "wrong_file_type": ("不接受 {got} 文件，请转为 {accept} 后上传", "{got} files are not taken; please upload {accept}"),
    # numbers of people and organisations
    "bad_identity": ("身份证件号码应为18位（末位可为X），请核对", "The identity number has 18 characters (the last may be X); please check it"),
    "bad_identity_birthday": ("身份证件号码第7至14位不是有效的出生日期，请核对", "Digits 7 to 14 of the identity number are no birthday; please check them"),
    "bad_identity_check": ("身份证件号码校验位不符，请逐位核对", "The check digit of the identity number does not fit; please check each digit"),
    "bad_credit_code": ("统一社会信用代码应为18位且校验位相符，请按营业执照核对", "The unified social credit code has 18 characters and a check digit; please compare it with the licence"),
    "bad_phone": ("请填11位手机号，或带区号的电话，例如 0471-6281234", "Please write a mobile number of 11 digits, or a number with its area code, such as 0471-6281234"),
    "bad_email": ("请填电子邮箱，例如 name@example.cn", "Please write an e-mail address, such as name@example.cn"),
    "bad_account": ("账号应为8至32位数字，请核对", "The account number has 8 to 32 digits; please check it"),
    "bad_digest": ("承诺值应为64位十六进制数，请核对", "The commitment has 64 hexadecimal digits; please check it"),
    # rows and parts
    "not_a_table": ("此处应为若干行，请逐行填写", "Rows are expected here; please fill them in one by one"),
    "not_a_row": ("这一行无法读取，请删去后重填", "This row cannot be read; please remove it and write it again"),
    "not_parts": ("请分项填写", "Please fill in each part"),
    "too_many_rows": ("最多{most}行，现有{got}行，请删去{over}行", "At most {most} rows; you have {got}, please remove {over}"),
    "too_few_rows": ("至少{least}行，现有{got}行，请再加{under}行", "At least {least} rows; you have {got}, please add {under}"),
    "not_in_checklist": ("清单已更新，有的事项已不在其中，请刷新后重填", "The checklist has changed; please reload and fill it in again"),
    "not_a_verdict": ("请选“符合”“不符合”或“不涉及”", "Please choose whether this fits, does not fit or does not apply"),
    "fault_needs_remark": ("判为不符合的，请写明原因", "Please say why this does not fit"),
    # formulas
    "divides_by_zero": ("计算时除数为零，请核对有关数值", "A division by zero; please check the numbers it uses"),
    "cannot_compute": ("现有数值无法计算此项，请核对有关数值", "This cannot be worked out from the present numbers; please check them"),
}  # fmt: skip


def sentence(reason: Reason, language: str = "zh") -> str:
    """What a person reads for `reason`: the page's own sentence, else the catalogue's with its values filled in."""
    own = reason.values.get(language) or reason.values.get("zh")
    if own:
        return str(own)
    pair = SENTENCES.get(reason.code, SENTENCES["cannot_compute"])
    template = pair[1] if language == "en" else pair[0]
    return (
        template.format_map(_Filled(reason.values, language)).replace("  ", " ").replace(" ，", "，").replace(" ;", ";")
    )


class _Filled(dict[str, str]):
    """Values as text; a value that is missing leaves a dash, so that no sentence is lost over it."""

    def __init__(self, values: Mapping[str, Any], language: str) -> None:
        comma = ", " if language == "en" else "、"
        super().__init__(
            {k: _joined(v.get(language) if isinstance(v, Mapping) else v, comma) for k, v in values.items()}
        )

    def __missing__(self, name: str) -> str:
        return "—"


def _joined(value: Any, comma: str) -> str:
    return comma.join(map(str, value)) if isinstance(value, list | tuple) else str(value)
