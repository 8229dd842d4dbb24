"""What a high-tech file is drawn from, and how a title is numbered, dated and certified."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Min

from kechuang.casework import answers
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.enterprises.models import Honour, Right, Title, UsedRight, Year
from kechuang.parties.models import Organisation
from kechuang.words.period import add_months

PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
SPAN = 3  # fiscal years of a high-tech file


def tiers(pids: Collection[str]) -> dict[tuple[str, int], str]:
    """The tier of the top hundred by unit and year, as far as the list is confirmed."""
    rows = Honour.objects.filter(kind="top", cancelled=False, selected=True, unit__pid__in=pids)
    return {(pid, year): value for pid, year, value in rows.exclude(confirmed_at=None).values_list("unit__pid", "year", "value")}  # fmt: skip


def first_titles(pids: Collection[str]) -> dict[str, int]:
    """The year in which each unit was first recognised as high-tech."""
    rows = Title.objects.filter(kind="hnte", unit__pid__in=pids).values("unit__pid").annotate(first=Min("since"))
    return {row["unit__pid"]: row["first"].year for row in rows}


def months_in(row: Mapping[str, Any], registered_on: date | None) -> tuple[int | None, int | None]:
    """(months of business, of which in the last quarter) as stated; else by the registration, not known without a day."""
    year, stated = int(row["fiscal_year"]), row["months_operated"]
    if stated is None and registered_on is None:
        return None, None
    first = registered_on.month if registered_on is not None and registered_on.year == year else 1
    months = 13 - first if stated is None else int(stated)
    late = row["months_late"]
    return months, min(3, months) if late is None else int(late)


def of_unit(pid: str, rights: list[Mapping[str, Any]], on: datetime) -> list[dict[str, Any]]:
    """The high-tech file of a unit as of its last confirmed year; none where no year is confirmed."""
    unit = Organisation.objects.filter(pid=pid).first()
    confirmed = Year.objects.filter(unit=unit, cancelled=False).exclude(confirmed_at=None)
    years = list(confirmed.order_by("-fiscal_year")[:SPAN])
    if unit is None or not years:
        return []
    mine = [one for one in rights if one["owner"] == pid and one["valid_right"] and one["supports_main"]]
    return [
        {"hnte_no": f"{pid}-{years[0].fiscal_year}", "enterprise": pid, **_figures(unit, years, on), **counted(mine)}
    ]


def _figures(unit: Organisation, years: list[Year], on: datetime) -> dict[str, Any]:
    last, count = years[0], len(years)
    old = [None] * (SPAN - count) + list(reversed(years))
    age = (day_of(on) - unit.registered_on).days if unit.registered_on else None
    return {
        "confirmed": True, "age_days": age, "sales_last": last.sales, "sales_three": sum(y.sales for y in years),
        "rnd_three": sum(y.rnd for y in years), "rnd_domestic": sum(y.rnd_domestic for y in years),
        "income_last": last.total_income, "high_last": last.high_income, "staff_mean": last.staff, "tech_mean": last.tech_staff,
        **{f"sales_{n}": y.sales if y else 0 for n, y in enumerate(old, 1)},
        **{f"net_{n}": y.net_assets if y else 0 for n, y in enumerate(old, 1)},
        "told": {"zh": f"{last.fiscal_year - count + 1}—{last.fiscal_year} 年汇总", "en": f"{last.fiscal_year - count + 1}–{last.fiscal_year}"},
        **dict.fromkeys(MARKS),
    }  # fmt: skip


MARKS = (
    *("m_advanced", "m_support", "m_quantity", "m_way", "m_bonus", "m_conversion", "m_system", "m_body"),
    *("m_incentive", "m_training", "m_net", "m_sales"),
)


def counted(rights: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many of these rights a high-tech file counts: of each class, none of class II that served before."""
    fresh = [one for one in rights if not one["used_once"]]
    return {
        "first_rights": sum(one["ip_class"] == "first" for one in fresh),
        "second_rights": sum(one["ip_class"] == "second" for one in fresh),
        "own_rights": sum(bool(one["own_research"]) for one in fresh),
    }


def chosen_rights(case: Case) -> set[str]:
    """The numbers of the rights that a case rests on."""
    said = (case.answers or answers.typed(case)).get("rights") or []
    return {str(one) for one in (said if isinstance(said, list | tuple) else [said]) if one}


def use_rights(case: Case) -> None:
    """Remember which rights a title rests on."""
    for right in Right.objects.filter(number__in=chosen_rights(case), unit=case.applicant, cancelled=False):
        UsedRight.objects.get_or_create(case=case, right=right)


# Titles


def recognition(case: Case) -> Mapping[str, Any]:
    """What the page says of the title: its kind, its method, the pattern of its number, how long it holds."""
    return pages_of(case.round).programme.get("recognition") or {}


def next_number(case: Case, said: Mapping[str, Any]) -> str:
    """The next number by the page's pattern, counted within the kind and year of the round."""
    pattern, year, place = (
        str(said.get("number") or "{{ year }}{{ serial }}"),
        case.round.year,
        (case.place or "15")[:2],
    )
    taken = Title.objects.filter(kind=said["title"], case__round__year=year).count()
    while True:
        taken += 1
        parts = {"year": str(year), "serial": f"{taken:06d}", "province": place, "place": (case.place or "")[:4]}
        number = PLACE.sub(lambda found: parts.get(found[1], ""), pattern)  # noqa: B023
        if not Title.objects.filter(number=number).exists():
            return number


def until(said: Mapping[str, Any], since: date) -> date:
    """The first day on which the title no longer holds: after whole years, or at the next end of March."""
    if said.get("until") == "next_march":
        return date(since.year + 1, 4, 1)
    return add_months(since, 12 * int(said.get("years", 3)))


def certificate(case: Case, title: Title) -> dict[str, Any]:
    """What the certificate says, for its paper and for whoever checks it."""
    unit = case.applicant
    assert unit is not None  # a recognition has its unit from the start
    return {
        "text": f"{unit.name}\n经认定为{title.get_kind_display()}。\n编号：{title.number}\n有效期：{title.since.isoformat()} 至 {title.until.isoformat()}（不含止日）",
        "number": title.number, "kind": title.kind, "unit": unit.name, "credit_code": unit.credit_code or "",
        "since": title.since.isoformat(), "until": title.until.isoformat(), "form": "证书",
        "signed": "内蒙古自治区科学技术厅", "date": title.since.isoformat(), "relief": "",
    }  # fmt: skip


REPORT_MONTH, REPORT_DAY = (
    5,
    31,
)  # a high-tech firm reports on a year by the end of May of the next (国科发火〔2016〕32号)


def reports(title: Title, on: datetime) -> list[dict[str, Any]]:
    """The yearly reports a high-tech title owes: year, due day, the day it was filed or None, whether it is late.

    One for each year the title was held in, as far as it falls due before the title ends; none for other titles.
    """
    if title.kind != "hnte":
        return []
    rows = (
        Record.objects.filter(subject=title.case.number, act="yearly_report")
        .select_related("told")
        .order_by("position")
    )
    filed = {str(row.told.data.get("year")): day_of(row.on) for row in rows}
    ends = min(one for one in (title.until, title.withdrawn_from) if one is not None)
    found = []
    for year in range(title.since.year, ends.year):
        due = date(year + 1, REPORT_MONTH, REPORT_DAY)
        if due < ends:
            day = filed.get(str(year))
            found.append({"year": year, "due": due, "filed": day, "late": (day or day_of(on)) > due})
    return found


def said_in_letter(title: Title) -> dict[str, str]:
    """What the notice of a title says: what, which number, from when to when, and what keeps it."""
    duty = {
        "hnte": "每年5月底前填报上一年度发展情况，重大变化三个月内报告",
        "tsme": "每年3月底前更新信息，重大变化三个月内报告",
    }
    return {
        "about": title.get_kind_display(), "certificate": title.number, "valid_from": _said(title.since),
        "valid_until": _said(title.until), "duties": duty[title.kind],
    }  # fmt: skip


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
