"""The demonstration region: offices, recommenders, an institution, units and people, all synthetic and marked so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from stdnum.cn import ric, uscc

from kechuang.casework import founding, people
from kechuang.desks.experts import pool
from kechuang.parties.models import Appointment, Organisation, Person

FIRST_COUNTY = {"152900": "152921"}  # every other league has a county whose code ends in 02
LEAGUES = (
    ("150100", "呼和浩特市"), ("150200", "包头市"), ("150300", "乌海市"), ("150400", "赤峰市"), ("150500", "通辽市"),
    ("150600", "鄂尔多斯市"), ("150700", "呼伦贝尔市"), ("150800", "巴彦淖尔市"), ("150900", "乌兰察布市"),
    ("152200", "兴安盟"), ("152500", "锡林郭勒盟"), ("152900", "阿拉善盟"), ("150781", "满洲里市"), ("152501", "二连浩特市"),
)  # fmt: skip
OFFICES = {
    "planner": ("规划处经办", "*"), "planning_chief": ("规划处负责人", "*"), "field_officer": ("业务处室", "*"),
    "legal_officer": ("政策法规处", "*"), "fund_clerk": ("资金处经办", "*"), "treasurer": ("资金处复核", "*"),
    "supervisor": ("监督处", ""), "supervision_chief": ("监督处负责人", ""), "auditor": ("审计人员", ""),
    "discipline": ("驻厅纪检监察组", ""), "leadership": ("厅务会记录", ""), "finance_department": ("财政厅科教处", ""),
    "system_admin": ("系统管理员", ""), "security_admin": ("安全管理员", ""), "audit_admin": ("安全审计员", ""),
}  # fmt: skip
EXECUTION = (
    *(("institution_officer", "项目主管一"), ("institution_officer", "项目主管二"), ("institution_officer", "项目主管三")),
    *(("institution_chief", "复核人一"), ("institution_chief", "复核人二"), ("draw_operator", "抽取操作员"), ("review_secretary", "评审秘书")),
)  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "文华建国志强秀英海燕晓明玉兰永胜丽娜春梅立新巴特尔乌兰娜仁苏日格阿木古朝鲁其木格"
FIELDS = (  # codes of the science fund and of the national standard in turn, so that nearly everybody knows of both
    *("A0102", "4301010", "B0301", "1801510", "C0307", "2101020"),
    *("D0102", "6101010", "E0204", "5201030", "F0204", "H2801"),
)
LONG_AGO = date(2010, 1, 1)
YOUNG_EVERY = 8  # one researcher in eight is young enough for the youth fund
AREAS = [
    f"{city}{n:02d}" for city, most in ((1101, 10), (1201, 13), (3101, 11)) for n in range(1, most + 1)
]  # of identity numbers
UNIT_KINDS = (
    ("university", "大学"),
    ("institute", "研究院"),
    ("enterprise", "科技有限公司"),
    ("university", "学院"),
    ("hospital", "医院"),
)


@dataclass(slots=True)
class Unit:
    """A unit that applies, with the people who check, seal and keep its money, and those who lead projects."""

    party: Organisation
    research: Person
    head: Person
    finance: Person
    researchers: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Region:
    """Everyone who acts in a rehearsed year."""

    department: Organisation
    institution: Organisation
    offices: dict[str, Person]
    execution: dict[str, list[Person]]
    recommenders: dict[str, tuple[Person, Person]]  # clerk and signatory, by the recommender's pid
    units: list[Unit]
    make: Maker
    experts: int = 0
    home: Unit | None = None  # whose people the demonstration lets sign in, from the leader to the finance office

    def office(self, role: str) -> Person:
        """Who holds a role of the department."""
        return self.offices[role]

    def unit_of(self, pid: str) -> Unit:
        """The unit with this public id."""
        return next(unit for unit in self.units if unit.party.pid == pid)


class Maker:
    """Makes parties with valid numbers, one after the other, from one seed."""

    def __init__(self, rng: Random, on: datetime) -> None:
        self.rng, self.on, self.count = rng, on, 0

    def credit_code(self, place: str) -> str:
        """A credit code whose check digit is right; its middle counts up, so that no two are alike."""
        self.count += 1
        body = f"91{place}MA0{self.count:06d}"
        return body + uscc.calc_check_digit(body)

    def identity(self, born: date, sex: str) -> str:
        """An identity number with a right check digit; odd order numbers are men's."""
        self.count += 1
        area = AREAS[self.count // 450 % len(AREAS)]
        body = f"{area}{born:%Y%m%d}{100 + self.count % 450 * 2 + (sex == 'M'):03d}"
        return body + ric.calc_check_digit(f"{body}0")

    def name(self) -> str:
        """A name that nobody need bear."""
        return self.rng.choice(SURNAMES) + "".join(self.rng.sample(GIVEN, 2))

    def office(self, name: str, kind: str, place: str) -> dict[str, object]:
        """What is said of an office, which no recommender confirms."""
        return {
            "name": name, "kind": kind, "place": place, "credit_code": self.credit_code(place), "synthetic": True,
            "registered_on": LONG_AGO, "bank_account": f"{self.count:019d}",
        }  # fmt: skip

    def values(self, *, young: bool = False, **given: object) -> dict[str, object]:
        """What somebody says on registering; this year the young are 28 to 34 years old, others 38 to 49."""
        sex = self.rng.choice("FM")
        year = self.on.year - (29 + self.rng.randrange(6) if young else 39 + self.rng.randrange(11))
        born = date(year, 1 + self.rng.randrange(12), 1 + self.rng.randrange(28))
        number = self.count
        return {
            "username": f"person{number + 1}", "name": self.name(), "identity": self.identity(born, sex), "degree": "doctor",
            "rank": "deputy", "phone": "0471-4963421", "email": f"person{number + 1}@example.org", "synthetic": True, **given,
        }  # fmt: skip

    def person(self, **given: object) -> Person:
        """An account that waits for its unit's word."""
        values = self.values(young=bool(given.pop("young", False)), **given)
        return people.register_person(values, password=None, on=self.on)


def raise_region(
    rng: Random, *, on: datetime, units: int, leaders: int, experts: int, say: Callable[[str], None] = lambda _: None
) -> Region:
    """Make the region: `units` units that hold `leaders` researchers between them, and a pool of `experts`."""
    make = Maker(rng, on)
    say("offices")
    department, admin = founding.found(
        make.office("内蒙古自治区科学技术厅（演示）", "department", "150000"),
        make.values(name="示例安全管理员", field="安全管理员"), password=None, on=on,
    )  # fmt: skip
    institution = founding.open_office(
        make.office("科技项目管理服务中心（演示）", "institution", "150100"), by=admin, on=on, key="open:institution"
    )
    region = Region(department, institution, {"security_admin": admin}, {}, {}, [], make)
    for role, (title, target) in OFFICES.items():
        if role not in region.offices:
            region.offices[role] = _engaged(make, admin, department, title, role, target)
    for role, title in EXECUTION:
        person = _engaged(make, admin, institution, title, role, institution.pid)
        region.execution.setdefault(role, []).append(person)
    bureaus = [_recommender(make, region, place, name) for place, name in LEAGUES]
    say("units")
    for number in range(units):
        region.units.append(_unit(make, region, bureaus[number % len(bureaus)], number, on))
    say("researchers")
    for number in range(leaders):
        _researcher(make, region.units[number % units], number, on)
    say("experts")
    region.experts = _pool(make, region, bureaus, experts)
    return region


def _engaged(make: Maker, admin: Person, office: Organisation, title: str, role: str, target: str) -> Person:
    """Somebody of an office, with the role they hold there: both by the security administrator's word."""
    values = make.values(name=f"示例{title}", field=title)
    person = founding.engage(values, office, by=admin, on=make.on, key=f"engage:{values['username']}")
    people.appoint(person, role, target, by=admin, on=make.on, key=f"appoint:{person.pid}:{role}")
    return person


def _recommender(make: Maker, region: Region, place: str, name: str) -> Organisation:
    admin = region.office("security_admin")
    said = make.office(f"{name}科学技术局（演示）", "recommender", place)
    office = founding.open_office(said, by=admin, on=make.on, key=f"open:{place}")
    clerk = _engaged(make, admin, office, f"{name}归口管理部门经办", "recommender", office.pid)
    head = _engaged(make, admin, office, f"{name}归口管理部门签发人", "recommender_head", office.pid)
    region.recommenders[office.pid] = (clerk, head)
    return office


def _unit(make: Maker, region: Region, bureau: Organisation, number: int, on: datetime) -> Unit:
    """A unit registers itself, its recommender confirms it, and it appoints its own officers."""
    kind, ending = UNIT_KINDS[number % len(UNIT_KINDS)]
    registrant = make.person(name=f"示例科研处{number + 1}", field="单位科研管理")
    values = {
        "name": f"示例{number + 1:03d}{ending}", "kind": kind, "place": FIRST_COUNTY.get(bureau.place, f"{bureau.place[:4]}02"), "recommender": bureau,
        "credit_code": make.credit_code(bureau.place), "registered_on": LONG_AGO, "host_unit": True, "synthetic": True,
        "legal_person": make.name(), "contact": registrant.name, "phone": "0471-4963421",
    }  # fmt: skip
    party = people.register_unit(values, by=registrant, on=on, key=f"unit:{number}")
    people.confirm_unit(party, by=region.recommenders[bureau.pid][0], on=on, key=f"confirm:{party.pid}")
    registrant.refresh_from_db()
    head, finance = (
        make.person(unit=party, name=f"示例{title}{number + 1}", field=title) for title in ("单位签章人", "单位财务")
    )
    for person, role in ((head, "unit_head"), (finance, "unit_finance")):
        people.confirm_person(person, by=registrant, on=on, key=f"confirm:{person.pid}")
        people.appoint(person, role, party.pid, by=registrant, on=on, key=f"appoint:{person.pid}")
    held = Appointment.objects.get(person=registrant, role="unit_head")
    people.dismiss(held, by=registrant, on=on, key=f"dismiss:{registrant.pid}")
    return Unit(party, registrant, head, finance)


def _researcher(make: Maker, unit: Unit, number: int, on: datetime) -> None:
    person = make.person(unit=unit.party, young=number % YOUNG_EVERY == 0)
    people.confirm_person(person, by=unit.research, on=on, key=f"confirm:{person.pid}")
    unit.researchers.append(person)


HOMES = ("11", "1502", "31", "1501", "61", "1504", "12", "1506", "37", "1507", "44", "1505")


def _pool(make: Maker, region: Region, bureaus: list[Organisation], count: int) -> int:
    """The pool: four in six are technical, one of finance, one of industry; every second from outside the region.

    Every twelve hold all kinds and come from twelve regions; the next twelve know the next fields, so that kinds, fields
    and regions do not hang together.

    Everyone asks to be entered and is confirmed; their units have come by the chain of units.
    """
    chief = region.execution["institution_chief"][0]
    wanted = max(8, count * 2 // 3)
    homes: list[tuple[Organisation, Person]] = []
    for number in range(count):
        if number < wanted:
            homes.append(_home(make, region, bureaus[number % len(bureaus)], number))
            person = homes[-1][1]
        else:
            home, first = homes[number % wanted]
            person = make.person(unit=home, field="评审专家")
            people.confirm_person(person, by=first, on=make.on, key=f"confirm:{person.pid}")
        kind = {4: "industry", 5: "finance"}.get(number // 2 % 6, "technical")
        fields = [FIELDS[(number // len(FIELDS) + step) % len(FIELDS)] for step in range(3)]
        person.refresh_from_db()
        row = pool.enter(person, kind=kind, fields=fields, keywords=[], on=make.on, key=f"enter:{person.pid}")
        pool.confirm(row, by=chief, on=make.on, key=f"pool:{person.pid}")
    return count


def _home(make: Maker, region: Region, bureau: Organisation, number: int) -> tuple[Organisation, Person]:
    """A unit that experts come from; the one who registers it is an expert too."""
    first = make.person(field="评审专家")
    place = HOMES[(number + number // len(HOMES)) % len(HOMES)].ljust(4, "0") + "01"
    said = {**make.office(f"示例专家单位{number + 1}", "institute", place), "recommender": bureau}
    home = people.register_unit(said, by=first, on=make.on, key=f"home:{number}")
    people.confirm_unit(home, by=region.recommenders[bureau.pid][0], on=make.on, key=f"confirm:{home.pid}")
    return home, first
