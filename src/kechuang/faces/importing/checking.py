"""Rows against the columns that the book declares: typed values, or for each bad cell its row, column and reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from unicodedata import normalize

from kechuang.casework import takeover
from kechuang.casework.takeover import Project
from kechuang.engines.flow import Flow
from kechuang.words.money import Money
from kechuang.words.outcome import Refused
from kechuang.words.period import add_months
from kechuang.words.reason import Reason

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})(?:[-/.月]?(\d{1,2})日?)?月?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that cannot be taken."""

    row: int
    column: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows that are good, by number, and every fault of the others."""

    good: tuple[tuple[int, dict[str, Any]], ...]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...] = ()  # heads that no column is called


def matched(head: Iterable[str], columns: Mapping[str, Any]) -> dict[str, str]:
    """Which column of the file is which of the book's, by any of its names; Refused names those that are missing."""
    names = list(head)
    several = {code: [name for name in names if is_called(name, spec)] for code, spec in columns.items()}
    if twice := [name for found in several.values() if len(found) > 1 for name in found]:
        raise Refused(Reason("columns_twice", columns=twice))
    found = {code: told[0] for code, told in several.items() if told}
    missing = [spec["zh"] for code, spec in columns.items() if spec.get("required") and code not in found]
    if missing:
        raise Refused(Reason("columns_missing", columns=missing))
    return found


def is_called(name: str, spec: Mapping[str, Any]) -> bool:
    """Whether a head is one of a column's names; brackets and letters of full width are the same as narrow ones."""
    return plain(name) in map(plain, spec["names"])


def strangers(head: Iterable[str], columns: Mapping[str, Any]) -> tuple[str, ...]:
    """Heads that no declared column is called: what stands below them is not read."""
    return tuple(name for name in head if not any(is_called(name, spec) for spec in columns.values()))


def plain(name: str) -> str:
    """A head without what people do not see: width, spaces, capitals."""
    return "".join(normalize("NFKC", name).split()).lower()


def checked(rows: Iterable[tuple[int, Mapping[str, str]]], columns: Mapping[str, Any]) -> Checked:
    """Every row read; a row with one fault is not taken, and all its faults are told."""
    good, faults = [], []
    names: dict[str, str] = {}
    unread: tuple[str, ...] = ()
    for number, row in rows:
        if not names:
            names, unread = matched(row, columns), strangers(row, columns)
        values: dict[str, Any] = {}
        wrong = []
        for code, spec in columns.items():
            try:
                values[code] = _value(row.get(names.get(code, ""), ""), spec)
            except ValueError as error:
                wrong.append(Fault(number, spec["zh"], Reason(str(error), got=row.get(names[code], "")[:40])))
        wrong += [Fault(number, "批准年度", reason) for reason in _years(values)] if not wrong else []
        faults += wrong
        if not wrong:
            good.append((number, values))
    return Checked(tuple(good), tuple(faults), unread)


def fitting(read: Checked, flow: Flow, columns: Mapping[str, Any]) -> Checked:
    """What no cell says alone: a number that stands twice, more paid than granted, a state (by code or title) that is not of this flow or comes before the award."""
    good, faults = [], list(read.faults)
    seen: dict[str, int] = {}
    awarded = takeover.states(flow)
    titles = {text: code for code, state in flow.states.items() for text in (code, *state.title.values())}
    for number, values in read.good:
        wrong = []
        if (first := seen.setdefault(values["project_no"], number)) != number:
            wrong.append(("project_no", Reason("row_twice", first=first, got=values["project_no"])))
        if (values.get("paid") or 0) > values["amount"]:
            wrong.append(
                ("paid", Reason("paid_beyond_amount", paid=Money(values["paid"]), amount=Money(values["amount"])))
            )
        if values.get("state") and values["state"] not in titles:
            wrong.append(("state", Reason("no_such_state", states=[values["state"]])))
        elif values.get("state") and titles[values["state"]] not in awarded:
            wrong.append(("state", Reason("not_awarded_yet", state=values["state"])))
        faults += [Fault(number, columns[code]["zh"], reason) for code, reason in wrong]
        if not wrong:
            good.append((number, {**values, "state": titles.get(values.get("state") or "")}))
    return Checked(tuple(good), tuple(sorted(faults, key=lambda fault: fault.row)), read.unread)


def _value(text: str, spec: Mapping[str, Any]) -> Any:
    text = "" if text in ("NA", "无", "-") else text
    if not text:
        if spec.get("required"):
            raise ValueError("cell_empty")
        return None
    if spec["kind"] in ("money", "signed_money"):
        try:
            money = Money.of(text, spec["unit"])
        except ValueError:
            raise ValueError("not_an_amount") from None
        if money.fen < 0 and spec["kind"] == "money":
            raise ValueError("not_an_amount")
        return money.fen
    if spec["kind"] in PLAIN:
        return PLAIN[spec["kind"]](text, spec)
    if spec["kind"] == "month":
        return _month(text)
    if spec["kind"] == "year":
        if not re.fullmatch(r"(19|20)\d\d", text):
            raise ValueError("not_a_year")
        return int(text)
    if len(text) > spec.get("max", 1000):
        raise ValueError("cell_too_long")
    return text


def _day(text: str, spec: Mapping[str, Any]) -> date:
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))  # type: ignore[index]
    except (TypeError, ValueError):
        raise ValueError("not_a_day") from None


def _whole(text: str, spec: Mapping[str, Any]) -> int:
    if not re.fullmatch(r"\d{1,9}", text.replace(",", "")):
        raise ValueError("not_a_whole_number")
    return int(text.replace(",", ""))


def _percent(text: str, spec: Mapping[str, Any]) -> int:
    """A share of a hundred as parts of a million: 15, 15% and 12.5 are understood; above 100 is none."""
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?\s*[%％]?", text):
        raise ValueError("not_a_percentage")
    parts = Fraction(text.rstrip("%％ ")) * 10_000
    if parts > 1_000_000:
        raise ValueError("not_a_percentage")
    return int(parts)


def _truth(text: str, spec: Mapping[str, Any]) -> bool:
    if text.lower() not in TRUTHS:
        raise ValueError("neither_yes_nor_no")
    return TRUTHS[text.lower()]


def _choice(text: str, spec: Mapping[str, Any]) -> str:
    """A choice by its code or by what it is called in either language."""
    for code, said in spec["options"].items():
        if text in (code, said["zh"], said["en"]):
            return str(code)
    raise ValueError("not_a_choice")


PLAIN = {"date": _day, "integer": _whole, "percent": _percent, "bool": _truth, "choice": _choice}
TRUTHS = {
    **dict.fromkeys(("是", "有", "1", "true", "yes", "on", "√"), True),
    **dict.fromkeys(("否", "没有", "0", "false", "no", "off", "×"), False),
}


def _month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), 1)  # type: ignore[index]
    except (TypeError, ValueError):
        raise ValueError("not_a_month") from None


def _years(values: Mapping[str, Any]) -> list[Reason]:
    """What cannot be together: an end before its start, an approval year that is not about the start."""
    start, end, year = values.get("start"), values.get("end"), values.get("year")
    found = []
    if start and end and end < start:
        found.append(Reason("end_before_start", start=str(start), end=str(end)))
    if start and year and not start.year - 3 <= year <= start.year:
        found.append(Reason("year_beside_start", year=year, start=start.year))
    return found


def project_of(values: Mapping[str, Any], on: date) -> Project:
    """A checked row as a project to take over; its state follows from its end and grade where none is given."""
    end = add_months(values["end"], 1) - timedelta(1)  # the last day of the month
    ended = end < on
    state = values.get("state") or (
        "archived" if ended and values.get("grade") else "acceptance_due" if ended else "running"
    )
    paid = values.get("paid")
    return Project(
        project_no=values["project_no"], title=values["title"], unit=values["unit"], leader=values["leader"],
        leader_name=values.get("leader_name") or "", fen=values["amount"], state=state, starts_on=values["start"],
        ends_on=end, paid_fen=values["amount"] if paid is None and ended else paid or 0,
        extra={"final_grade": values["grade"]} if values.get("grade") else {},
    )  # fmt: skip
