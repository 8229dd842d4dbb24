"""In a real browser: one application from the draft to the settlement, each step from a page by whoever it belongs to.

The ceremony of the draw, claims and the comparison of texts have stories of their own; here the ceremony and the
sheets of the other experts go through the door, everything else through the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from kechuang.casework import answers
from kechuang.casework.models import Attachment, Attempt, Case, Document, Draft, Notice, Record, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.models import Seat
from kechuang.desks.funds.models import Account, Grant
from kechuang.desks.projects import reports
from kechuang.faces.rehearsal import applications, plans
from kechuang.faces.rehearsal.filling import filled
from tests.factories import Region, a_person, an_open_round, done
from tests.journeys import story
from tests.journeys.conftest import PHONE, Day, Windows, follow, press, touch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]
PROGRAMME = "basic-research"
TITLE = "荒漠草原退化土壤碳汇的微生物驱动机制"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WHY = "经核对原件与系统记录一致，理由充分，同意按规定办理，相关材料已归入本件备查。"
MINUTES = "厅务会纪要〔2018〕1号"


@dataclass
class Tale:
    """Who is in the story, what it is about, and the windows they sit at; one window a person."""

    windows: Windows
    day: Day
    folder: Any
    region: Region = field(default_factory=Region)
    number: str = ""
    round: Round = field(default=None)  # type: ignore[assignment]
    seats: dict[int, Any] = field(default_factory=dict)

    def at(self, who: Any, path: str = "", **more: Any) -> Any:
        """The window of somebody, at an address of the case if none is given."""
        if who.pk not in self.seats:
            self.seats[who.pk] = self.windows.of(who, **more)
        page = self.seats[who.pk]
        page.goto(path or f"/cases/{self.number}/")
        return page

    def does(self, who: Any, title: str, *, on: str = "", refused: bool = False, **said: Any) -> Any:
        """One act, from the page of the case: the link by its title, what is asked, the press."""
        page = self.at(who, f"/cases/{on}/" if on else "")
        follow(page, title)
        say(page, said)
        press(page, page.locator("form.form button.primary"))
        told = [box.inner_text() for box in page.locator("#refusal, main [role=alert]").all()]
        assert bool(told) == refused, told
        return page

    @property
    def case(self) -> Case:
        return Case.objects.select_related("round", "parent").get(number=self.number)


def say(page: Any, said: dict[str, Any]) -> None:
    """Type into the fields of an act: text, a day, a choice, a box, a name as signature, a file."""
    for code, text in said.items():
        if code.endswith("-scan"):
            page.set_input_files(f"[name='{code}']", text)
            continue
        box = page.locator(f"[name='{code}']:not([type=hidden])")
        kind = box.first.get_attribute("type")
        if kind == "radio":
            page.locator(f"[name='{code}'][value='{text}']").check()
        elif kind == "checkbox":
            page.locator(f"[name='{code}'][type=checkbox]").first.check()
        elif kind == "file":
            box.first.set_input_files(text)
        elif box.first.evaluate("e => e.tagName") == "SELECT":
            box.first.select_option(text)
        else:
            box.first.fill(text)


@pytest.fixture
def tale(windows: Windows, day: Day, tmp_path: Any, settings: Any) -> Tale:
    settings.DATA = tmp_path
    (tmp_path / "合作协议.pdf").write_bytes(PDF)
    return Tale(windows, day, tmp_path)


def test_one_application_from_the_draft_to_the_settlement(tale):
    an_open_call(tale)
    drafted_and_submitted(tale)
    passed_on(tale)
    corrected_and_admitted(tale)
    reviewed(tale)
    ranked_and_selected(tale)
    objected_and_decided(tale)
    signed_and_paid(tale)
    changed_and_assessed(tale)
    accepted_and_settled(tale)

    grant = Grant.objects.get(case=tale.case)
    assert (tale.case.state, grant.paid_fen, grant.received_fen) == ("passed", grant.granted_fen, grant.granted_fen)
    assert sum(account.balance_fen for account in Account.objects.all()) == 0
    assert chain_holds(tale.number)


def chain_holds(number: str) -> bool:
    rows = list(Record.objects.filter(subject_kind="case", subject=number).order_by("position"))
    return all(later.previous == earlier.digest for earlier, later in pairwise(rows))


def an_open_call(tale: Tale) -> None:
    story.a_pool(48)
    tale.round = an_open_round(tale.region, PROGRAMME, details={"term_least": 36, "term_most": 48})


def drafted_and_submitted(tale: Tale) -> None:
    """The leader reads the conditions, writes, attaches; the member agrees; refused first, then handed in with a receipt."""
    region, plan = tale.region, next(one for one in plans.PLANS if one.programme == PROGRAMME)
    member = a_person(unit=region.unit, identity="15010219850505001X")
    page = tale.at(region.leader, f"/calls/{tale.round.code}/apply/")
    assert page.locator("h1").inner_text() == "可以申请"
    press(page, "开始申请")
    page.wait_for_url("**/form/part/basics/")
    tale.number = Case.objects.get().number
    page.fill("#f-title", TITLE)
    page.wait_for_selector("#saved[data-version='1']")
    page.goto(f"/cases/{tale.number}/form/part/attachments/")
    page.set_input_files("#f-other_files-new", tale.folder / "合作协议.pdf")
    page.wait_for_selector("#saved[data-version='1']")
    press(page, "保存")
    page.wait_for_selector("text=合作协议.pdf")
    the_rest(tale, plan, member)

    # Refused while the member has not agreed: an attempt with its findings is all that remains.
    before = Record.objects.count()
    tale.does(region.leader, "提交单位", refused=True, promise=region.leader.name)
    page = tale.seats[region.leader.pk]
    assert "没有办成" in page.content()
    attempt = Attempt.objects.get()
    found = [finding["check"] for finding in attempt.findings]
    assert (attempt.act, found) == ("submit_to_unit", ["casework.form_complete", "parties.all_consented"])
    assert (Record.objects.count(), tale.case.state) == (before, "draft")

    tale.does(member, "成员确认参加", promise=member.name)
    tale.does(region.leader, "提交单位", promise=region.leader.name)
    page.wait_for_url(re.compile(r"/receipt/\w+/$"))
    assert Document.objects.get(kind="receipt").code in page.content()
    assert Attachment.objects.get().name == "合作协议.pdf"


def the_rest(tale: Tale, plan: Any, member: Any) -> None:
    """What the story does not type by hand, put into the drafts beside it."""
    unit = SimpleNamespace(party=tale.region.unit)
    given = {"rng": Random(1), "year": 2018}
    typed = applications.written(tale.case, plan, unit, tale.region.leader, member, **given)
    typed |= {"unit_code": "91110000802100433B", "leader_id": "150102198606060022"}
    Draft.objects.filter(case=tale.case, section="all").delete()
    for section in pages_of(tale.round).form.sections:
        row = Draft.objects.filter(case=tale.case, section=section.code).first()
        mine = {one.code: typed[one.code] for one in section.fields if one.code in typed}
        if section.code == "attachments" and row:
            mine |= {code: said for code, said in row.typed.items() if said}
        answers.save_draft(
            tale.case,
            section.code,
            mine | ({"title": TITLE} if "title" in mine else {}),
            version=row.version if row else 0,
            by=tale.region.leader,
            on=tale.day.at,
        )


def passed_on(tale: Tale) -> None:
    region = tale.region
    tale.does(region.research, "单位审核", opinion="同意申报，材料属实")
    tale.does(region.head, "单位签章", **{"seal-scan": tale.folder / "合作协议.pdf"}, truth=True)  # signed on paper
    tale.does(region.signatory, "推荐提交", letter=region.signatory.name)
    assert (tale.case.state, Document.objects.filter(kind="receipt").count()) == ("submitted", 3)


def corrected_and_admitted(tale: Tale) -> None:
    """The round closes; the institution asks for one correction, gets it, judges what the checks found, admits."""
    region = tale.region
    for moment in (tale.round.units_close_at, tale.round.closes_at):
        Round.objects.filter(pk=tale.round.pk).update(due_at=moment)
        tale.day.to(moment)
    tale.day.pass_(1)
    assert tale.case.state == "formal_check"
    checked(tale, region.officer)
    item = next(iter(pages_of(tale.round).choices("checklist") or ()))
    tale.does(region.officer, "要求补正", items=item, reason="缺少合作单位盖章页，请补齐后一次提交。")
    assert (
        "缺少合作单位盖章页" in Document.objects.filter(kind="correction-request").first().body["text"]
        if tale.day.pass_(0)
        else True
    )
    tale.does(region.leader, "提交补正", seal=region.leader.name, files=tale.folder / "合作协议.pdf")
    checked(tale, region.officer)
    page = tale.at(region.chief, f"/cases/{tale.number}/findings/")
    for _n in range(page.locator("form textarea, form input[name=word]").count()):
        page.locator("form textarea, form input[name=word]").first.fill("已核实，不影响受理")
        press(page, page.locator("form button").first)
    tale.does(region.chief, "受理")
    assert tale.case.state == "admitted"


def checked(tale: Tale, officer: Any) -> None:
    page = tale.at(officer)
    follow(page, "逐项审查")
    for radio in page.locator("ul.checklist input[type=radio][value=pass]").all():
        radio.check()
    press(page, page.locator("form.form button.primary"))


def reviewed(tale: Tale) -> None:
    """Grouped, drawn, promised; one expert reads and marks on a phone, the others through the door; the secretary closes."""
    region, round_ = tale.region, tale.round
    on_round(tale, region.officer, "启动评审")
    page = tale.at(region.officer_two, f"/rounds/{round_.code}/groups/")
    page.locator("input[name=pick]").first.check()
    press(page, page.locator("form button.primary, form button").last)
    round_.refresh_from_db()
    story.ceremony(round_, region, tale.day.at)
    press(tale.at(region.operator, f"/rounds/{round_.code}/draw/"), "抽取全部评审组")
    mine, *others = Seat.objects.filter(state="invited", draw__mode="mail").select_related("expert__person")
    page = tale.at(mine.expert.person, "/reviews/", viewport=PHONE)
    press(page, "同意并签署承诺")
    for seat in others:
        done(tale.case, "promise", story.Actor.labelled(seat.label), on=tale.day.at, promise=story.SEAL)
    tale.day.pass_(4)
    assert tale.case.state == "mail_review"
    page.goto("/reviews/")
    follow(page, page.get_by_role("link", name=TITLE).first)
    sheet = story.a_sheet(story.form_of(tale.case, "mail"), 88)
    say(page, {code: str(text) for code, text in sheet.items() if page.locator(f"[name='{code}']").count()})
    press(page, page.locator("#sheet button.primary"))
    page.wait_for_url("**/reviews/")
    for number, seat in enumerate(others):
        typed = story.a_sheet(story.form_of(tale.case, "mail"), 85 + number)
        done(tale.case, "review", story.Actor.labelled(seat.label), on=tale.day.at, sheet=typed)
    tale.does(region.secretary, "网络评审汇总")
    assert tale.case.state == "ranked"


def on_round(tale: Tale, who: Any, title: str, **said: Any) -> Any:
    page = tale.at(who, f"/rounds/{tale.round.code}/")
    follow(page, title)
    say(page, said)
    press(page, page.locator("form.form button.primary"))
    return page


def ranked_and_selected(tale: Tale) -> None:
    """Ranked within the budget; proposed, checked, selected, put under notice."""
    region, where = tale.region, f"/rounds/{tale.round.code}/ranking/"
    on_round(tale, region.chief, "综合排序")
    assert (tale.case.rank, tale.case.above_line) == (1, True)
    page = tale.at(region.planner, where)
    page.locator("input[name=pick]").check()
    press(page, "对选中的提出建议")
    press(page, page.locator("button[value=confirm]"))
    tale.does(region.planning_chief, "审核资助建议")
    tale.does(region.leadership, "同意拟立项", minutes=MINUTES)
    tale.does(region.planner, "公示")
    assert tale.case.state == "public_notice"


def objected_and_decided(tale: Tale) -> None:
    """Somebody objects under their name; supervision reports, the meeting dismisses it; after the notice the project is funded."""
    region, notice = tale.region, Notice.objects.get(cases=tale.case)
    public = tale.windows.public(viewport=PHONE)
    public.goto(f"/notices/{notice.code}/")
    follow(public, public.get_by_role("link", name=re.compile("对此项提出异议")))
    say(
        public,
        {
            "name.name": "示例异议人",
            "name.identity": "110101198005010026",
            "name.phone": "13800000000",
            "ground": "facts",
            "text": "该项目与已经验收的项目内容相同，详见所附材料，请核查。",
            "evidence": tale.folder / "合作协议.pdf",
        },
    )
    press(public, "提出异议")
    public.wait_for_selector("text=异议已收到")
    child = Case.objects.get(flow="objection")
    assert (child.attachments.count(), tale.case.attachments.filter(field="evidence").count()) == (1, 0)
    tale.does(region.leadership, "立项", refused=True, minutes=MINUTES, document_no="内科发基字〔2018〕1号")
    assert "没有办成" in tale.seats[region.leadership.pk].content()
    tale.does(region.leader, "被异议方说明", on=child.number, text="两个项目的研究对象和方法不同，附说明材料。")
    tale.does(region.supervisor, "提交异议调查报告", on=child.number, finding="fails", report=WHY)
    tale.does(region.leadership, "异议不成立", on=child.number, minutes=MINUTES)
    press(public, "查看处理进度")
    assert "异议不成立" in public.content()
    tale.day.pass_(15)
    tale.does(region.leadership, "立项", minutes=MINUTES, document_no="内科发基字〔2018〕1号")
    assert tale.case.state == "funded"


def signed_and_paid(tale: Tale) -> None:
    """The task book written, signed by three; the first instalment prepared, ordered, put into a file, confirmed."""
    region = tale.region
    tale.does(region.leader, "填写任务书")
    tale.does(region.leader, "负责人签字", signature=region.leader.name)
    tale.does(region.head, "承担单位签章", seal=region.head.name)
    tale.does(region.chief, "签订任务书")
    assert tale.case.state == "running"
    page = tale.at(region.fund_clerk, "/money/quotas/")
    touch(page, "登记资金指标文件")
    say(page, {"number": "内财教〔2018〕1号", "fen": "1000", "day": "2018-06-01"})
    press(page, "登记")
    page.wait_for_selector("text=内财教〔2018〕1号")
    paid(tale)


def paid(tale: Tale) -> None:
    """What is due is prepared by one, ordered by another, put into a file for the treasury, and confirmed by the unit."""
    region = tale.region
    page = tale.at(region.fund_clerk, "/money/due/")
    page.locator("input[name=pick]").first.check()
    page.select_option("#quota", "内财教〔2018〕1号")
    in_bulk(page)
    page = tale.at(region.treasurer, "/money/pay/")
    page.locator("input[name=pick]").first.check()
    in_bulk(page)
    page = tale.at(region.fund_clerk, "/money/batches/")
    press(page, page.get_by_role("button", name=re.compile("做成支付文件")))
    grant = Grant.objects.get(case=tale.case)
    fen = grant.paid_fen - grant.received_fen
    tale.does(region.finance, "确认到账", amount=str(fen / 1_000_000), date=tale.day.at.date().isoformat())
    grant.refresh_from_db()
    assert grant.paid_fen == grant.received_fen


def in_bulk(page: Any) -> None:
    """What would happen is shown; then it is done."""
    press(page, page.locator("button.primary").last)
    press(page, page.locator("button[value=confirm]"))


def changed_and_assessed(tale: Tale) -> None:
    """A route is changed by right; the mid-term is asked for, reported, judged, passed: the second instalment follows."""
    region = tale.region
    page = tale.does(region.leader, "项目变更：拟变更", change="route")
    follow(page, "自主调整并备案")
    say(page, {"text": "土壤采样由三次改为四次，目标和指标不变。"})
    press(page, page.locator("form.form button.primary"))
    assert Case.objects.get(flow="change").state == "noted"
    tale.does(region.officer, "中期评估：启动中期评估")
    child = Case.objects.get(flow="midterm")
    reported(tale, "midterm")
    tale.does(region.leader, "提交中期报告", on=child.number)
    drawn_alone(tale, child.number, "抽取评估专家")
    expert_says(tale, child.number, opinion=WHY + WHY, grade="go")
    tale.does(region.chief, "中期评估通过", on=child.number)
    tale.day.pass_(1)
    paid(tale)


def reported(tale: Tale, kind: str) -> None:
    """A report written on its page: what the story does not type by hand is put into the draft, the page saves it."""
    form = reports.form_of(tale.case, kind)
    typed = filled(form, leader=tale.region.leader, team=[], rng=Random(2), given={})
    file = Attachment.objects.filter(case=tale.case).first()
    for one in form.fields.values():
        if one.kind in ("file", "files"):
            typed[one.code] = [file.digest]
        for row in typed.get(one.code) or () if one.kind == "table" else ():
            row |= {c.code: [file.digest] for c in one.columns if c.kind in ("file", "files")}
    if "delivered" in form.fields:
        listed = [one["code"] for one in pages_of(tale.case.round).programme["deliverables"] if "field" not in one]
        typed["delivered"] = [{"item": code, "proof": [file.digest]} for code in listed]
    reports.draft(tale.case, kind, typed, by=tale.region.leader, on=tale.day.at)
    page = tale.at(tale.region.leader, f"/cases/{tale.number}/reports/{kind}/")
    press(page, "保存")


def drawn_alone(tale: Tale, number: str, title: str) -> None:
    """A panel for this case alone: supervision witnesses on the case, the operator draws by number."""
    region = tale.region
    tale.does(region.supervisor, f"见证：{title}", on=number)
    page = tale.at(region.operator, "/panels/")
    follow(page, page.get_by_role("link", name=number))
    say(
        page,
        {
            "dice": story.DICE,
            **{
                f"commitments.{n}.{key}": text for n, row in enumerate(story.commitments()) for key, text in row.items()
            },
        },
    )
    press(page, title)
    assert "已抽取" in page.content()


def expert_says(tale: Tale, number: str, **said: Any) -> None:
    """Every expert drawn for the case alone fills in what is asked, the first of them on a phone."""
    for n, seat in enumerate(Seat.objects.filter(draw__group=number, state="invited").select_related("expert__person")):
        if n:
            act = "review_midterm" if "opinion" in said else "review_acceptance"
            done(
                Case.objects.get(number=number),
                act,
                story.Actor.labelled(seat.label),
                on=tale.day.at,
                **(said if n and "opinion" in said else {"sheet": said}),
            )
        else:
            page = tale.at(seat.expert.person, "/reviews/", viewport=PHONE)
            follow(page, page.locator("a[href*='/reviews/']").filter(has_text=re.compile("荒漠|" + number)).first)
            say(page, {code: str(text) for code, text in said.items() if page.locator(f"[name='{code}']").count()})
            press(page, page.locator("#sheet button.primary"))


def accepted_and_settled(tale: Tale) -> None:
    """Spent, reported, examined, passed; settled by one and confirmed by another."""
    region = tale.region
    grant = Grant.objects.get(case=tale.case)
    page = tale.at(region.finance)
    follow(page, "填报支出")
    say(page, {"spending.0.kind": "operation", "spending.0.fen": str(grant.received_fen / 1_000_000)})
    press(page, page.locator("form.form button.primary"))
    tale.does(region.leader, "申请提前验收")
    reported(tale, "acceptance")
    tale.does(region.head, "申请验收", seal=region.head.name)
    drawn_alone(tale, tale.number, "抽取验收专家")
    expert_says(tale, tale.number, **story.a_sheet(story.form_of(tale.case, "acceptance"), 90))
    tale.does(region.chief, "通过验收")
    tale.does(region.fund_clerk, "财务结算", keep="0", refund="0")
    tale.does(region.treasurer, "结算复核")
