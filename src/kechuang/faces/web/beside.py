"""What waits for a person beside cases: accounts, entries of the pool, clues, amounts; one line for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kechuang.casework import chain, deadlines, merging, people, rectifying, registers
from kechuang.casework.models import Round
from kechuang.casework.pages import current, day_of, pages_of, roles_page
from kechuang.casework.queries import visible_to
from kechuang.casework.todo import expected
from kechuang.desks.experts import ceremonies, pool
from kechuang.desks.experts import queries as experts
from kechuang.desks.funds import queries as funds
from kechuang.desks.integrity import inquiries, trails
from kechuang.faces.access import now
from kechuang.faces.web import wording
from kechuang.faces.web.wording import text
from kechuang.parties.models import Appointment, Person
from kechuang.parties.permissions import covers, own_roles
from kechuang.parties.permissions import roles as roles_of

DECIDES = {"supervision_chief": "inquiry", "leadership": "inquiry_decision"}
FLOWS = ("round", "grant")  # what a call and its projects are led by
OFFICES = frozenset({"planning", "execution", "money", "supervision", "decision", "recommend"})
OPTIONAL = frozenset({"co_funder"})
MONEY = {"appropriation": "appropriations", "budget": "budgets", "contribution": "contributions"}


def reading() -> dict[str, Any]:
    """For whoever is in the pool, where invitations and sheets are: behind the curtain, so that nothing here can count them."""
    said = _("邀请、要读的申请书和评审表只在评审任务里列出，这里不计数。")
    return {"title": _("评审任务"), "href": reverse("reviews"), "why": said, "act": _("去看")}


def waiting(held: Iterable[Appointment], who: Person | None = None) -> list[dict[str, Any]]:
    """Tasks as parts/task.html takes them, for this person and the desks that these appointments open; none where nothing waits."""
    mine = list(held)
    return [
        {"title": title, "href": href, "chip": chip, "tone": "you", "why": why, "act": _("去办理")}
        for title, href, chip, why in (
            *_counted(mine, {one.role for one in mine}),
            *_unfilled(mine),
            *_inquiries(mine),
            *_draws(mine),
            *(_late(mine, who) if who else ()),
            *_registers(mine),
            *_slips(mine),
            *(_asked_over(who) if who else ()),
        )
    ]


Line = tuple[str, str, str, str]  # in words, where, what kind, why


def _counted(mine: list[Appointment], roles: set[str]) -> Iterator[Line]:
    """One line with its number for each desk at which something waits."""
    desk = chain.Desk.of(mine)
    if desk.recommends and (n := desk.units_waiting().count()):
        yield (
            _("%(n)s 个单位等你确认") % {"n": n},
            reverse("people"),
            _("单位"),
            _("核对统一社会信用代码和法定代表人。"),
        )
    if desk.confirms and (n := desk.persons_waiting().count()):
        yield _("%(n)s 个账号等你确认") % {"n": n}, reverse("people"), _("账号"), _("确认是本单位的人，方可申报。")
    if desk.merges and (n := sum(one.ask.actor != mine[0].person.actor_id for one in merging.waiting())):
        yield (
            _("%(n)s 处重复登记等你确认合并") % {"n": n},
            reverse("people"),
            _("账号"),
            _("核对两条登记确是同一主体。"),
        )
    if "institution_chief" in roles and (n := pool.pending().count()):
        yield _("%(n)s 位专家等你确认入库") % {"n": n}, reverse("experts"), _("专家库"), _("确认后方可参加抽取。")
    if "supervisor" in roles and (n := trails.clues_open().count()):
        yield _("%(n)s 条线索等你初核") % {"n": n}, reverse("supervision"), _("线索"), _("初核后登记调查或了结。")
    for kind, route in MONEY.items() if "treasurer" in roles else ():
        if n := funds.waiting_entries(kind).count():
            why = _("与原件一致方可生效，经办与复核不为同一人。")
            yield _("%(n)s 笔录入等你与文件核对") % {"n": n}, reverse(route), _("资金"), why


def _unfilled(mine: list[Appointment]) -> Iterator[Line]:
    """For the security administrator: the roles without which no call and no project goes on, as long as nobody holds them."""
    if all(one.role != "security_admin" for one in mine):
        return
    page, shelf = roles_page(), current()
    acts = [act for code in FLOWS for act in shelf.page("flows", code).body["acts"].values()]
    named = dict.fromkeys(role for act in acts for role in (act["by"], act.get("seconded_by")) if role)
    wanted = [
        role for role in named if page.power(role) in OFFICES and page.scope(role) not in ("case", "label", "none")
    ]
    held = set(Appointment.objects.in_force(day_of(now())).values_list("role", flat=True))
    if lacking := [text(page.title(role)) for role in wanted if role not in held and role not in OPTIONAL]:
        said = _("%(n)s 个角色还没有人担任") % {"n": len(lacking)}
        yield (
            said,
            reverse("people"),
            _("角色"),
            _("先设立机构、新建账号，再授予：%(roles)s。") % {"roles": wording.listed(lacking)},
        )


def _inquiries(mine: list[Appointment]) -> Iterator[Line]:
    """Inquiries whose next step belongs to the chief of supervision or to the meeting; the officer's own stand with the cases."""
    roles = {one.role: route for one in mine if (route := DECIDES.get(one.role))}
    for case in inquiries.inquiries() if roles else ():
        flow = pages_of(case.round).flow(case.flow)
        steps = [act for act in expected(pages_of(case.round), case.flow, case.state) if act.by in roles]
        if steps:
            yield text(steps[0].title), reverse(roles[steps[0].by], args=[case.number]), text(flow.title), case.number


def _draws(mine: list[Appointment]) -> Iterator[Line]:
    """Rounds with groups that wait for their draw, for the operator."""
    held = [one for one in mine if one.role == "draw_operator"]
    for round_ in Round.objects.filter(state__in=["in_review", "open"]).order_by("code") if held else ():
        turn = round_.state == "in_review" or deadlines.is_rolling(round_)
        if turn and any(covers(one, round_) for one in held) and (groups := ceremonies.waiting(round_)):
            said = _("%(n)s 个评审组等待抽取") % {"n": len(groups)}
            yield said, reverse("draw", args=[round_.code]), _("抽取"), round_.title
    if held and (alone := experts.drawn_alone(held)):
        said = _("%(n)s 件等你抽取专家") % {"n": len(alone)}
        yield said, reverse("lone_draws"), _("抽取"), _("验收、中期评估的专家组，一件一抽，须有监督处见证。")


def _late(mine: list[Appointment], who: Person) -> Iterator[Line]:
    """Cases beyond their promised time, for those whom the terms of the flows name to be told of it."""
    if not {one.role for one in mine} & alerted(current().digest):
        return
    n = visible_to(who, now()).filter(promised_at__lte=now()).count()
    if n:
        why = _("各步的承诺时限写在规则里，请督办或自行办理。")
        yield _("%(n)s 件已超过承诺时限") % {"n": n}, f"{reverse('cases')}?view=late", _("时限"), why


@lru_cache(maxsize=4)
def alerted(edition: str) -> frozenset[str]:
    """The roles that some term of the flows of this edition names in `alert`."""
    shelf = current()
    acts = [act for code in shelf.codes("flows") for act in shelf.page("flows", code).body["acts"].values()]
    return frozenset(str(act["limit"]["alert"]) for act in acts if "alert" in (act.get("limit") or {}))


def _registers(mine: list[Appointment]) -> Iterator[Line]:
    """One line for each register with rows that wait for this person's word."""
    roles = {one.role for one in mine}
    for one in registers.every() if roles else ():
        if roles & one.confirms and (n := registers.waiting(one, mine).count()):
            said = _("%(n)s 条%(what)s等你确认") % {"n": n, "what": text(dict(one.title))}
            yield (
                said,
                reverse("register", args=[one.code]),
                _("登记台账"),
                _("与原件一致方可确认；确认后作为补助、认定的依据。"),
            )


def _asked_over(who: Person) -> Iterator[Line]:
    """A unit asks this person to come over."""
    if unit := people.asked_over(who):
        yield _("%(name)s请你调入") % {"name": unit.name}, reverse("come_over"), _("调入"), _("同意之前一切不变。")


def _slips(mine: list[Appointment]) -> Iterator[Line]:
    """Cases where somebody else asked to put right what was typed, and this person's word is the second one."""
    who = mine[0].person if mine else None
    for case in rectifying.cases_waiting() if who else ():
        held = roles_of(mine, case) | own_roles(who, case)
        if n := sum(rectifying.may_confirm(slip, held, by=who) for slip in rectifying.waiting(case)):
            said = _("%(n)s 处更正等你确认") % {"n": n}
            yield said, reverse("case", args=[case.number]), _("更正"), case.title or case.number
