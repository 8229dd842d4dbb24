"""How numbers, money, days and digests are said on a page, in the language of the moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import cn2an
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kechuang.words.money import Money
from kechuang.words.period import ZONE, end_of, is_known, workdays_between

DASH = "—"
SOON = 5  # days; from here on a deadline is shown in the warm tone
ENDED_WELL = frozenset(
    [
        "funded",
        "passed",
        "archived",
        "closed",
        "closed_no_fault",
        "prized",
        "decided",
        "recognised",
        "paid",
        "approved",
        "quota_issued",
        "invested",
        "exited",
        "cleared",
        "lifted",
        "recovered",
        "qualified",
    ]
)
ENDED_BADLY = frozenset(
    [
        "not_admitted",
        "not_funded",
        "failed",
        "terminated",
        "revoked",
        "refused",
        "rejected",
        "removed",
        "disqualified",
        "eliminated",
        "withdrawn_title",
        "cancelled",
        "not_taken",
    ]
)
STANDING_STILL = frozenset(
    ["suspended", "objection", "rectify", "warned", "under_review", "spot_check", "recovery", "postponed"]
)
NO_MORE = frozenset(["withdrawn", "archived", "expired", "reserve", "transferred", "closed"])
NOT_YET = frozenset(["draft", "self_evaluation", "drafting", "collecting"])


# The choices of models, which carry Chinese titles alone.
CHOICES = {
    "企业": gettext_lazy("企业"), "高等院校": gettext_lazy("高等院校"), "科研院所": gettext_lazy("科研院所"), "医疗卫生机构": gettext_lazy("医疗卫生机构"),
    "新型研发机构": gettext_lazy("新型研发机构"), "其他事业单位": gettext_lazy("其他事业单位"), "社会组织": gettext_lazy("社会组织"),
    "归口管理部门": gettext_lazy("归口管理部门"), "主管部门": gettext_lazy("主管部门"), "专业机构": gettext_lazy("专业机构"),
    "技术": gettext_lazy("技术"), "财务": gettext_lazy("财务"), "产业": gettext_lazy("产业"), "管理": gettext_lazy("管理"),
    "近亲属": gettext_lazy("近亲属"), "师生关系": gettext_lazy("师生关系"), "共同署名成果": gettext_lazy("共同署名成果"), "持股、任职、有偿咨询": gettext_lazy("持股、任职、有偿咨询"),
}  # fmt: skip


def english() -> bool:
    """Whether the page is drawn in English; everything else is drawn in Chinese."""
    return (get_language() or "").startswith("en")


def text(value: Any) -> str:
    """A text of the book, `{zh, en}` as mapping or attributes, in the reader's language; plain text as it is."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str((value.get("en") if english() else "") or value.get("zh") or value.get("en") or "")
    if hasattr(value, "zh"):
        return str((getattr(value, "en", "") if english() else "") or value.zh)
    return str(value)


def listed(parts: Iterable[str]) -> str:
    """Several things in a row: 甲、乙; A, B."""
    return (", " if english() else "、").join(parts)


def with_unit(title: Any, unit: Any) -> str:
    """A title with its unit or the like behind it: 金额（万元）; Amount (×10,000 yuan)."""
    return ("{} ({})" if english() else "{}（{}）").format(text(title), text(unit)) if unit else text(title)


def joined(parts: Iterable[str]) -> str:
    """Several sentences in a row: 甲；乙; A; B."""
    return ("; " if english() else "；").join(parts)


def fen(value: Any) -> int | None:
    """Whole fen of a Money or an int; None of anything else, for a page says "—" and does not fall over."""
    if isinstance(value, Money):
        return value.fen
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: Any, places: int | None = None) -> str:
    """Grouped in thousands with the true minus: 2,214; −3.20."""
    if value is None or value == "":
        return DASH
    exact = (
        Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(str(value))
    )
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact:,f}".replace("-", "−")


def amount(value: Any) -> tuple[str, str]:
    """A sum as (number, unit), exact to the fen: 元 below ten thousand, 万元 below a hundred million, 亿元 above."""
    whole = fen(value)
    if whole is None:
        return DASH, ""
    if english():
        return f"¥{whole / 100:,.2f}".replace("¥-", "−¥") if abs(whole) < 2**52 else f"¥{Decimal(whole) / 100:,f}", ""
    digits, _space, unit = str(Money(whole)).partition(" ")
    return digits, unit


def money(value: Any) -> str:
    """A sum with its unit in running text: 3,000.00 万元; ¥30,000,000.00."""
    return " ".join(amount(value)).strip()


def cases(n: int) -> str:
    """The word after so many cases: 件; case, cases."""
    return _("一件") if n == 1 and english() else _("件")


def chosen(title: Any) -> str:
    """The title of a choice of a model (a kind of unit, of expert, of tie) in the reader's language."""
    return str(CHOICES.get(str(title), title))


UNITS = {
    "万元": "×10,000 yuan", "元": "yuan", "人": "persons", "分": "points", "件": "pieces", "项": "items", "日": "days", "工作日": "working days",
    "月": "months", "年": "years", "岁": "years of age", "家": "firms", "平方米": "m²", "台": "sets", "小时": "hours", "个": "", "次": "times", "级": "level", "台套": "sets", "分钱": "fen", "倍": "times", "篇": "papers",
}  # fmt: skip


def unit(name: str) -> str:
    """A unit as it stands beside a box or a number, in the reader's language."""
    return UNITS.get(name, name) if english() else name


def ten_thousands(value: Any, places: int = 2) -> str:
    """A sum in 万元 for a column whose head names the unit; finer than `places` only where the fen say so."""
    whole = fen(value)
    if whole is None:
        return DASH
    exact = Decimal(whole) / 1_000_000
    shown = exact.quantize(Decimal(1).scaleb(-places))
    return number(shown if shown == exact else exact.normalize())


def in_words(value: Any) -> str:
    """A sum as legal papers write it: 贰拾万元整; nothing in English."""
    whole = fen(value)
    if english():
        return ""
    if whole is None:
        return DASH
    return str(cn2an.an2cn(str(Decimal(whole) / 100), "rmb"))


def percent(value: Any, places: int = 0) -> str:
    """A share (0.192 or Fraction) as 19%."""
    if value is None or value == "":
        return DASH
    return number(Fraction(value) * 100, places) + "%"


def local(moment: date | datetime) -> date | datetime:
    """A moment on the clock of the house; a day stays a day."""
    return moment.astimezone(ZONE) if isinstance(moment, datetime) and moment.tzinfo else moment


def day(value: date | datetime | None) -> str:
    """3月18日, without gaps; 18 Mar."""
    if not value:
        return DASH
    when = local(value)
    return f"{when.day} {when:%b}" if english() else f"{when.month}月{when.day}日"


def day_long(value: date | datetime | None) -> str:
    """2026年3月18日; 18 Mar 2026."""
    if not value:
        return DASH
    when = local(value)
    return f"{when.day} {when:%b %Y}" if english() else f"{when.year}年{when.month}月{when.day}日"


def moment(value: datetime | None, *, seconds: bool = False, year: bool = False) -> str:
    """3月18日 16:47; to the second and with the year where it is evidence."""
    if not value:
        return DASH
    when = local(value)
    return (
        f"{day_long(value) if year else day(value)} {when:%H:%M:%S}"
        if seconds
        else f"{day_long(value) if year else day(value)} {when:%H:%M}"
    )


def last_day(until: date | datetime) -> date:
    """The last day of a half-open end: midnight belongs to the day before."""
    if not isinstance(until, datetime):
        return until
    return (until.astimezone(ZONE) - timedelta(microseconds=1)).date()


def deadline(until: date | datetime | None, now: datetime | None = None) -> str:
    """A half-open end as people read it: 4月10日 17:00, 3月31日 24:00; with its year where that is another than the year of `now`."""
    if not until:
        return DASH
    if now is not None and isinstance(until, datetime) and last_day(until).year != now.astimezone(ZONE).year:
        return deadline_long(until)
    if not isinstance(until, datetime):
        return day(until)
    when = until.astimezone(ZONE)
    return f"{day(last_day(until))} 24:00" if (when.hour, when.minute) == (0, 0) else moment(until)


def deadline_long(until: datetime | None) -> str:
    """A half-open end with its year: 2026年3月31日 24:00."""
    if not until:
        return DASH
    when = until.astimezone(ZONE)
    return f"{day_long(last_day(until))} 24:00" if (when.hour, when.minute) == (0, 0) else moment(until, year=True)


def term_end(until: date | datetime | None, now: datetime | None = None) -> str:
    """The end of a term as `deadline` says it; provisional where the official calendar of that year is not published yet."""
    said = deadline(until, now)
    return said if not until or is_known(last_day(until)) else _("%(until)s（暂定）") % {"until": said}


def days_left(until: date | datetime | None, now: datetime) -> str:
    """还有 23 天; 今天截止; 已过 3 天."""
    if not until:
        return ""
    end = until if isinstance(until, datetime) else end_of(until)
    days = (last_day(end) - now.astimezone(ZONE).date()).days
    if end <= now:
        late = max((now.astimezone(ZONE).date() - last_day(end)).days, 0)
        return ngettext("已过 %(n)s 天", "已过 %(n)s 天", late) % {"n": late} if late else _("今天已截止")
    if days == 0:
        return _("今天截止")
    return ngettext("还有 %(n)s 天", "还有 %(n)s 天", days) % {"n": number(days)}


def workdays_left(until: date | datetime | None, now: datetime) -> str:
    """还有 5 个工作日, counting from tomorrow to the last day."""
    if not until:
        return ""
    days = workdays_between(now.astimezone(ZONE).date() + timedelta(1), last_day(until))
    return ngettext("还有 %(n)s 个工作日", "还有 %(n)s 个工作日", days) % {"n": days}


def days_since(since: date | datetime | None, now: datetime) -> str:
    """How long it has been in someone's hands: 9 天; 今天."""
    if not since:
        return DASH
    start = since.astimezone(ZONE).date() if isinstance(since, datetime) else since
    days = (now.astimezone(ZONE).date() - start).days
    return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": number(days)} if days else _("今天")


def days_taken(since: datetime, until: datetime) -> str:
    """How long a step took: 9 天; 不到一天."""
    same = until.astimezone(ZONE).date() == since.astimezone(ZONE).date()
    return _("不到一天") if same else days_since(since, until)


def urgency(until: date | datetime | None, now: datetime) -> str:
    """`late`, `soon` or nothing: the class of a task's row."""
    if not until:
        return ""
    end = until if isinstance(until, datetime) else end_of(until)
    if end <= now:
        return "late"
    return "soon" if (last_day(end) - now.astimezone(ZONE).date()).days <= SOON else ""


def tone(state: str, *, mine: bool = False, ended: bool = False) -> str:
    """Which of the seven chips a state wears; the reader decides between `way` (others have it) and `you`."""
    if state in NO_MORE:
        return "past"
    if state in ENDED_BADLY:
        return "no"
    if state in ENDED_WELL or ended:
        return "done"
    if mine and state not in NOT_YET:
        return "you"
    if state in NOT_YET:
        return "draft"
    return "hold" if state in STANDING_STILL else "way"


DIGITS = "〇一二三四五六七八九"
TENS = ("", "十", "二十", "三十")


def day_in_words(value: date | datetime | None) -> str:
    """The date of a document: 二〇二六年三月十八日."""
    if not value:
        return DASH
    when = local(value)
    if english():
        return day_long(value)
    year = "".join(DIGITS[int(figure)] for figure in str(when.year))
    return f"{year}年{_small(when.month)}月{_small(when.day)}日"


def _small(count: int) -> str:
    tens, ones = divmod(count, 10)
    return TENS[tens] + (DIGITS[ones] if ones else "")


def short(digest: str | None) -> str:
    """The two ends of a digest, enough to compare by eye: c7d1…90ae."""
    return f"{digest[:4]}…{digest[-4:]}" if digest and len(digest) > 9 else digest or DASH


def grouped(digest: str | None) -> str:
    """A digest in fours, so that it can be read out."""
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4)) if digest else DASH


def now_reads(put_right: Iterable[tuple[str, datetime]]) -> str:
    """What was written instead, beside the old words: each with its day, in its order."""
    pattern = _("（%(day)s更正为：%(text)s）")
    return "".join(pattern % {"day": day_long(on), "text": text} for text, on in put_right)


def size(octets: int | None) -> str:
    """The size of a file: 2.1 MB."""
    if octets is None or octets == "":
        return DASH
    if octets < 1024:
        return f"{octets} B"
    kilo = Decimal(octets) / 1024
    return f"{kilo:.0f} KB" if kilo < 1000 else f"{kilo / 1024:.1f} MB"
