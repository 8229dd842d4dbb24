"""What the enterprises desk offers: firms, yearly figures, rights, ledgers, lists and titles as tables; certificates given and taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Q

from kechuang.casework import documents, linking, registers
from kechuang.casework.linking import Row, Where
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import day_of
from kechuang.casework.registers import UNIT_KEEPERS, Register
from kechuang.desks.enterprises import files
from kechuang.desks.enterprises.models import Honour, Profile, Relation, Right, RndProject, Title, UsedRight, Year
from kechuang.parties.models import Organisation
from kechuang.words.offers import check, effect, fact, table
from kechuang.words.outcome import Finding, Refused
from kechuang.words.reason import Reason

BUREAU = frozenset({"recommender", "recommender_head", "county_bureau", "institution_officer"})
LISTERS = frozenset({"planner", "planning_chief", "field_officer"})
FLAGS = (
    *("is_state_unit", "shares_reformed", "on_listing_list", "prohibited_products", "bad_conduct"),
    *("national_prize_5y", "has_high_platform", "led_standard_5y"),
)
TAXED = ("is_manufacturing", "is_ic", "excluded_industry", "taxed_by_assessment")  # unknown until a profile says

YEARS = registers.keep(Register("years", {"zh": "企业年度数据", "en": "Yearly figures"}, Year, "unit", ("unit", "fiscal_year"), UNIT_KEEPERS, BUREAU))  # fmt: skip
PROFILES = registers.keep(Register("profiles", {"zh": "企业情况", "en": "Profiles of firms"}, Profile, "unit", ("unit",), UNIT_KEEPERS, BUREAU))  # fmt: skip
RIGHTS = registers.keep(Register("rights", {"zh": "知识产权", "en": "IP rights"}, Right, "unit", ("number",), UNIT_KEEPERS, BUREAU))  # fmt: skip
LEDGER = registers.keep(Register("rnd", {"zh": "研发费用辅助账", "en": "R&D ledger"}, RndProject, "unit", ("unit", "fiscal_year", "number"), UNIT_KEEPERS, BUREAU))  # fmt: skip
HONOURS = registers.keep(Register("honours", {"zh": "百强、载体、大赛、挂牌名单", "en": "Official lists"}, Honour, "unit", ("kind", "number"), LISTERS, LISTERS))  # fmt: skip
RELATIONS = registers.keep(Register("relations", {"zh": "关联关系", "en": "Related units"}, Relation, "unit", ("unit", "other", "kind"), UNIT_KEEPERS | BUREAU, BUREAU, other="other"))  # fmt: skip


# Tables


@table("enterprises.firms", columns={"enterprise_id": "text", "region": "text", "in_region": "bool", "is_enterprise": "bool", "integrity_ok": "bool", "is_hnte": "bool", "is_tsme": "bool"})  # fmt: skip
def firms(on: datetime, where: Where) -> list[Row]:
    """Units as policies ask of them: registration, confirmed profile, titles in force, and whether they are under sanction."""
    rows = Organisation.objects.exclude(standing="merged")
    if keys := where.get("enterprise_id"):
        rows = rows.filter(pid__in=list(keys))
    units = list(rows)
    pids = {unit.pid for unit in units}
    profiles = {one.unit_id: one for one in Profile.objects.filter(unit__in=units, cancelled=False).exclude(confirmed_at=None)}  # fmt: skip
    titles = titles_of(units, day_of(on))
    barred = {row["enterprise_id"] for row in linking.rows("integrity.barred_units", on, {"enterprise_id": pids})}
    return [_firm(unit, profiles.get(unit.pk), titles.get(unit.pk, set()), unit.pid in barred) for unit in units]


def _firm(unit: Organisation, profile: Profile | None, titles: set[str], barred: bool) -> Row:
    known = profile or Profile(unit=unit)
    return {
        "enterprise_id": unit.pid, "league": f"{unit.place[:4]}00", "region": unit.place[:4], "integrity_ok": not barred,
        "industry": known.industry, "size": known.size,
        "in_region": unit.place.startswith("15") and unit.taxed_here, "in_mainland": not unit.place.startswith(("71", "81", "82")),
        "is_enterprise": unit.kind == "enterprise", "registered_on": unit.registered_on,
        "is_hnte": "hnte" in titles, "is_tsme": "tsme" in titles, **{name: getattr(known, name) for name in FLAGS},
        **{name: getattr(profile, name, None) for name in TAXED},
        "baseline_rate": None if known.baseline_rate is None else Fraction(known.baseline_rate, 1_000_000),
        "told": {"zh": unit.name, "en": unit.name},
    }  # fmt: skip


def titles_of(units: Iterable[Organisation], day: date) -> dict[int, set[str]]:
    """The kinds of title each unit holds on that day."""
    rows = Title.objects.filter(unit__in=list(units), since__lte=day, until__gt=day)
    rows = rows.filter(Q(withdrawn_from=None) | Q(withdrawn_from__gt=day))
    found: dict[int, set[str]] = {}
    for unit, kind in rows.values_list("unit_id", "kind"):
        found.setdefault(unit, set()).add(kind)
    return found


YEAR_COLUMNS = {
    "enterprise": "unit__pid", "unit_name": "unit__name", "confirmed_at": "confirmed_at",
    **{name: name for name in (
        *("fiscal_year", "staff", "tech_staff", "sales", "costs", "total_income", "high_income", "assets", "net_assets"),
        *("rnd", "rnd_domestic", "taxable_income", "capitalised", "months_operated", "months_late", "late_by", "late_actual"),
    )},
    "registered_on": "unit__registered_on",
}  # fmt: skip


@table("enterprises.years", columns={"firm_year_id": "text", "enterprise": "text", "fiscal_year": "int64", "sales": "int64", "rnd": "int64", "top_tier": "text", "first_hnte": "bool"})  # fmt: skip
def years(on: datetime, where: Where) -> list[Row]:
    """Yearly figures of firms with what the official lists and the titles say of that year."""
    units = {"enterprise": where["enterprise"]} if "enterprise" in where else {}
    if "firm_year_id" in where:
        units = {"enterprise": {str(key).rpartition("-")[0] for key in where["firm_year_id"]}}
    found = linking.read(Year.objects.filter(cancelled=False), YEAR_COLUMNS, units)
    pids = {row["enterprise"] for row in found}
    tiers, firsts = files.tiers(pids), files.first_titles(pids)
    for row in found:
        at, year = row.pop("confirmed_at"), row["fiscal_year"]
        row["confirmed"] = at is not None and at <= on
        row["firm_year_id"] = f"{row['enterprise']}-{year}"
        row["top_tier"] = tiers.get((row["enterprise"], year), "none")
        row["first_hnte"] = firsts.get(row["enterprise"]) == year
        row["months_operated"], row["months_late"] = files.months_in(row, row.pop("registered_on"))
        row["told"] = {"zh": f"{row.pop('unit_name')} {year} 年", "en": str(year)}
    return [row for row in found if "firm_year_id" not in where or row["firm_year_id"] in where["firm_year_id"]]


RIGHT_COLUMNS = {
    "right_no": "number", "owner": "unit__pid", "ip_class": "ip_class", "supports_main": "supports_main",
    "own_research": "own_research", "valid_until": "valid_until", "confirmed_at": "confirmed_at", "pk": "pk", "name": "name",
}  # fmt: skip


@table(
    "enterprises.rights",
    columns={"right_no": "text", "owner": "text", "ip_class": "text", "valid_right": "bool", "used_once": "bool"},
)
def rights(on: datetime, where: Where) -> list[Row]:
    """IP rights; valid while granted, confirmed and not run out; one of class II counts once for a high-tech title."""
    found = linking.read(Right.objects.filter(cancelled=False), RIGHT_COLUMNS, where)
    used = set(UsedRight.objects.filter(right__in=[row["pk"] for row in found]).values_list("right", flat=True))
    for row in found:
        at, until, pk, name = (row.pop(one) for one in ("confirmed_at", "valid_until", "pk", "name"))
        row["confirmed"] = at is not None and at <= on
        row["valid_right"] = row["confirmed"] and (until is None or until > day_of(on))
        row["used_once"] = row["ip_class"] == "second" and pk in used
        row["told"] = {"zh": f"{row['right_no']} {name}", "en": f"{row['right_no']} {name}"}
    return found


LEDGER_COLUMNS = {
    "number": "number", "unit": "unit__pid", "fiscal_year": "fiscal_year",
    **{name: name for name in (
        *("staff_cost", "direct_cost", "depreciation", "amortisation", "design_cost", "trial_cost", "other_cost", "entrusted", "overseas", "eligible"),
    )},
}  # fmt: skip


@table(
    "enterprises.rnd_ledger",
    columns={"rnd_project_no": "text", "firm_year": "text", "staff_cost": "int64", "other_cost": "int64"},
)
def rnd_ledger(on: datetime, where: Where) -> list[Row]:
    """Confirmed lines of the R&D ledger, by firm and year."""
    wanted = where.get("firm_year")
    units = {"unit": {str(key).rpartition("-")[0] for key in wanted}} if wanted is not None else {}
    rows = RndProject.objects.filter(cancelled=False).exclude(confirmed_at=None)
    found = linking.read(rows, LEDGER_COLUMNS, units)
    for row in found:
        row["firm_year"] = f"{row.pop('unit')}-{row.pop('fiscal_year')}"
        row["rnd_project_no"] = f"{row['firm_year']}-{row.pop('number')}"
    return [row for row in found if wanted is None or row["firm_year"] in wanted]


HONOUR_COLUMNS = {
    "number": "number", "unit": "unit__pid", "year": "year", "on": "on", "value": "value", "what": "what",
    "selected": "selected", "until": "until", "confirmed_at": "confirmed_at",
}  # fmt: skip


def honours(kind: str, key: str, link: str, on: datetime, where: Where) -> list[Row]:
    """The lines of one official list under the names of its table; only what a second officer has confirmed counts."""
    named = {key: "number", link: "unit"}
    asked = {named.get(name, name): keys for name, keys in where.items()}
    found = linking.read(Honour.objects.filter(cancelled=False, kind=kind), HONOUR_COLUMNS, asked)
    for row in found:
        at = row.pop("confirmed_at")
        row["confirmed"] = at is not None and at <= on
        row[key], row[link] = row.pop("number"), row.pop("unit")
        said = f"{row[key]} · {row['year']} · {row['value']}".rstrip(" ·")
        row["told"] = {"zh": said, "en": said}
    return found


@table("enterprises.carriers", columns={"carrier_no": "text", "operator": "text", "grade": "text", "selected": "bool"})
def carriers(on: datetime, where: Where) -> list[Row]:
    """Carriers with the grade of their yearly evaluation, from the published list."""
    found = honours("carrier", "carrier_no", "operator", on, where)
    for row in found:
        row["grade"] = row.pop("value") if row["confirmed"] else "none"
        row["carrier_kind"] = row.pop("what") or "incubator"
        row["statistics_in"] = row["confirmed"]
    return found


@table("enterprises.entries", columns={"entry_no": "text", "entrant": "text", "prize": "text", "result_public": "bool"})
def entries(on: datetime, where: Where) -> list[Row]:
    """Prizes of the regional contest, from the published list."""
    found = honours("contest", "entry_no", "entrant", on, where)
    for row in found:
        row |= {"prize": row.pop("value") or "none", "regional_contest": row.pop("what") in ("", "regional")}
        row["result_public"] = row["confirmed"]
    return found


@table("enterprises.listings", columns={"listing_no": "text", "firm": "text", "on_board": "bool", "listed_on": "date"})
def listings(on: datetime, where: Where) -> list[Row]:
    """Listings on the innovation board; whoever has left it is not on it."""
    found = honours("board", "listing_no", "firm", on, where)
    for row in found:
        gone = row.pop("until")
        row |= {"on_board": row["confirmed"] and (gone is None or gone > day_of(on)), "listed_on": row.pop("on")}
    return found


@table("enterprises.relations", columns={"unit": "text", "other": "text", "kind": "text"})
def relations(on: datetime, where: Where) -> list[Row]:
    """Units that belong together today, told from both sides; what was only declared counts too."""
    day = day_of(on)
    rows = Relation.objects.filter(cancelled=False, since__lte=day).filter(Q(until=None) | Q(until__gt=day))
    pairs = rows.values_list("unit__pid", "other__pid", "kind")
    both = [(a, b, kind) for a, b, kind in pairs] + [(b, a, kind) for a, b, kind in pairs]
    wanted = where.get("unit")
    return [{"unit": a, "other": b, "kind": kind} for a, b, kind in both if wanted is None or a in wanted]


@table(
    "enterprises.hnte_files",
    columns={"hnte_no": "text", "enterprise": "text", "rnd_three": "int64", "sales_last": "int64"},
)
def hnte_files(on: datetime, where: Where) -> list[Row]:
    """The file of a high-tech application, drawn from three confirmed years and the rights; key: unit and last year."""
    units = where.get("enterprise") or {str(key).rpartition("-")[0] for key in where.get("hnte_no", ())}
    own_rights = rights(on, {"owner": units})
    found = [row for unit in sorted(units) for row in files.of_unit(unit, own_rights, on)]
    return [row for row in found if "hnte_no" not in where or row["hnte_no"] in where["hnte_no"]]


TITLE_COLUMNS = {
    "number": "number", "unit": "unit__pid", "title": "kind", "since": "since", "until": "until",
    "withdrawn_from": "withdrawn_from", "place": "unit__place",
}  # fmt: skip


@table("enterprises.titles", columns={"unit": "text", "title": "text", "granted_in": "int64", "valid": "bool", "year": "int64", "place": "text"})  # fmt: skip
def titles(on: datetime, where: Where) -> list[Row]:
    """Titles by calendar year: one row for each year that a title touches, valid where it stands at the end of it (or now)."""
    asked = {name: keys for name, keys in where.items() if name in TITLE_COLUMNS}
    found = linking.read(Title.objects.all(), TITLE_COLUMNS, asked)
    rows = [row for one in found for row in _by_year(one, day_of(on))]
    return [row for row in rows if all(row[name] in keys for name, keys in where.items())]


def _by_year(title: Row, today: date) -> Iterable[Row]:
    ends = min(one for one in (title["until"], title["withdrawn_from"]) if one is not None)
    for year in range(title["since"].year, min(ends.year, today.year) + 1):
        last = min(date(year, 12, 31), today)
        yield {
            "number": title["number"], "unit": title["unit"], "title": title["title"], "granted_in": title["since"].year,
            "valid": title["since"] <= last < ends, "year": year, "place": f"{title['place'][:4]}00",
        }  # fmt: skip


# Facts of titles


@fact("enterprises.withdrawn_this_year")
def withdrawn_this_year(case: Case, on: datetime) -> bool:
    """The same title was taken from this unit in this calendar year."""
    rows = Title.objects.filter(unit=case.applicant, kind=kind_of(case), withdrawn_from__year=day_of(on).year)
    return rows.exclude(case=case.pk).exists()


@fact("enterprises.technology_firm")
def technology_firm(case: Case, on: datetime) -> bool | None:
    """The unit holds a valid title: high-tech enterprise or technology SME."""
    return None if case.applicant is None else bool(titles_of([case.applicant], day_of(on)).get(case.applicant.pk))


@fact("enterprises.reformed_or_listed")
def reformed_or_listed(case: Case, on: datetime) -> bool | None:
    """The joint-stock reform is done, or the unit is on a league's list of future listings; by its confirmed profile."""
    known = Profile.objects.filter(unit=case.applicant, cancelled=False).exclude(confirmed_at=None).first()
    return known is not None and (known.shares_reformed or known.on_listing_list)


@fact("enterprises.own_rights")
def own_rights(case: Case, on: datetime) -> Mapping[str, Mapping[str, str]]:
    """The unit's confirmed rights, for the choice on the form."""
    units = {case.applicant.pid} if case.applicant else set()
    return {row["right_no"]: row["told"] for row in rights(on, {"owner": units}) if row["valid_right"]}


@fact("enterprises.picked_rights")
def picked_rights(case: Case, on: datetime) -> Mapping[str, int]:
    """How many rights of each class the file rests on, counted over those that were picked; empty while none is."""
    chosen = files.chosen_rights(case)
    if not chosen or case.applicant is None:
        return {}
    rows = rights(on, {"right_no": chosen, "owner": {case.applicant.pid}})
    return files.counted([row for row in rows if row["valid_right"] and row["supports_main"]])


@fact("enterprises.reused_class_two", unit="件")
def reused_class_two(case: Case, on: datetime) -> int:
    """Chosen rights of class II that an earlier high-tech title rests on."""
    chosen = files.chosen_rights(case)
    rows = rights(on, {"right_no": chosen}) if chosen else []
    return sum(row["used_once"] for row in rows)


def kind_of(case: Case) -> str:
    """The kind of title a case is about, as its page says."""
    return str(files.recognition(case).get("title", ""))


# Certificates


@check("enterprises.year_filed")
def year_filed(case: Case, context: Any) -> Finding:
    """The figures of the year that the report is about stand in the register, and it was not reported before."""
    year = int(context.data.get("year") or 0)
    if any(str(one.told.data.get("year")) == str(year) for one in _reported(case)):
        return Finding.fail("year_reported", year=year)
    there = Year.objects.filter(unit=case.applicant, fiscal_year=year, cancelled=False).exists()
    return Finding.passed() if there else Finding.fail("year_not_in_register", year=year)


def _reported(case: Case) -> Iterable[Record]:
    return Record.objects.filter(subject=case.number, act="yearly_report").select_related("told")


@check("enterprises.number_free", locks=("budget",))
def number_free(case: Case, context: Any) -> Finding:
    """A number that was typed belongs to no other title."""
    said = str(context.data.get("certificate") or "").strip()
    taken = said and Title.objects.filter(number=said).exclude(case=case).exists()
    return Finding.fail("number_taken", number=said) if taken else Finding.passed()


@effect("enterprises.certify", locks=("budget",))
def certify(case: Case, context: Any) -> None:
    """Give the title: its number as typed or by the page's pattern, its term, its certificate; or give it back."""
    title = Title.objects.filter(case=case).first()
    if title is not None:
        Title.objects.filter(pk=title.pk).update(withdrawn_from=None, ground="")
        context.tells["certificate"] = title.number
        return
    said = files.recognition(case)
    since = day_of(context.on)
    title = Title(
        kind=str(said["title"]), unit=case.applicant, case=case, since=since, given_at=context.on,
        number=str(context.data.get("certificate") or "").strip() or files.next_number(case, said),
        until=files.until(said, since),
    )  # fmt: skip
    title.document = documents.issue(
        "certificate", f"{title.get_kind_display()}证书", files.certificate(case, title), on=context.on, case=case,
        number=title.number, public=True,
    )  # fmt: skip
    title.save()
    case.project_no, case.starts_on, case.ends_on = title.number, title.since, title.until - timedelta(1)
    case.save(update_fields=["project_no", "starts_on", "ends_on"])
    files.use_rights(case)
    context.tells |= {"certificate": title.number, "valid_until": title.until.isoformat()}
    context.data |= files.said_in_letter(title)


@effect("enterprises.withdraw_title")
def withdraw_title(case: Case, context: Any) -> None:
    """Take the title from the day the decision names; tax and other effects follow from that day."""
    said = context.data.get("from_date")
    first = date.fromisoformat(str(said)) if said else day_of(context.on)
    if not Title.objects.filter(case=case).update(
        withdrawn_from=first, ground=str(context.data.get("ground") or "change")
    ):
        raise Refused(Reason("no_title_given"))
    context.tells["from_date"] = first.isoformat()
