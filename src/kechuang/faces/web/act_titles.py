"""What an act is called where no flow is at hand: acts of the book by name, and writes that stand beside the flows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from kechuang.casework.models import Document
from kechuang.casework.pages import current
from kechuang.faces.web import wording

BESIDE: dict[str, tuple[str, str]] = {
    "appoint": ("授予角色", "Role given"), "dismiss": ("收回角色", "Role ended"), "name_deputy": ("请人代理", "Deputy named"), "end_deputy": ("结束代理", "Deputy ended"), "register_unit": ("单位注册", "Unit registered"),
    "confirm_unit": ("确认单位", "Unit confirmed"), "confirm_person": ("确认人员", "Person confirmed"), "ask_move": ("请人调入", "Asked to come over"),
    "move_person": ("调入本单位", "Came over to the unit"), "refuse_move": ("不同意调入", "Did not come over"), "decline_unit": ("退回单位登记", "Registration of a unit sent back"),
    "decline_person": ("退回人员登记", "Registration of a person sent back"), "refuse_merge": ("不合并", "Not merged"),
    "keep_unit": ("单位更新联系与收款信息", "Contact and account of a unit"), "set_host": ("登记依托单位", "Entered as host unit"), "end_host": ("取消依托单位", "No longer a host unit"),
    "ask_merge": ("提出合并", "Merge asked for"), "merge": ("合并重复登记", "Entries merged"), "reset_password": ("重置密码", "Password reset"),
    "ask_to_enter_pool": ("申请进入专家库", "Asks to enter the pool"), "enter_pool": ("专家入库", "Enters the pool"), "set_credit": ("登记专家信用", "Credit of an expert"),
    "declare_tie": ("声明关系", "Tie declared"), "look_behind": ("查看幕后名单", "Looked behind the curtain"), "seat_by_hand": ("指定专家", "Expert named by hand"),
    "make_batch": ("制作支付文件", "Payment file made"), "enter_quota": ("登记资金指标文件", "Quota document entered"), "enter_money": ("登记拨入资金", "Appropriation entered"),
    "check_money": ("核对拨入资金", "Appropriation checked"), "pay_fees": ("支付评审费", "Review fees paid"), "report_clue": ("报告线索", "Clue reported"), "screen_clue": ("初核线索", "Clue screened"), "register_person": ("个人注册", "Person registered"),
    "settle_finding": ("对核查记下判断", "A finding was judged"), "compare_again": ("重新比对文本", "Texts compared again"), "engage": ("新建工作人员账号", "Staff engaged"),
    "evaluate_institution": ("评价专业机构", "Institution evaluated"), "enter_contract": ("登记委托合同", "Contract entered"), "open_office": ("设立机构", "Office opened"),
    "ask_rectify": ("提出更正", "Correction asked for"), "rectify": ("更正", "Put right"), "refuse_rectify": ("不同意更正", "Correction not agreed"),
    "import": ("导入", "Import"), "take_over": ("接收在研项目", "Project taken over"), "edition": ("规则改版", "Edition of the book"), "open_standing": ("设立年度调查批次", "The year's standing round of inquiries"),
}  # fmt: skip
OF_ROWS = {"enter": ("登记", "Entered"), "confirm": ("确认", "Confirmed"), "cancel": ("作废", "Cancelled")}


Titles = Mapping[str, tuple[str, str]]


def titles() -> Titles:
    """Every title there is, by the name of the act: asked for once a page."""
    return _known(current().digest)


def act_title(name: str, known: Titles) -> Any:
    """The title of an act in both languages; the name itself where nobody gave it one."""
    plain = name.removeprefix("second:")
    found = known.get(plain) or _of_row(plain)
    if found is None:
        return plain
    zh, en = found
    return {"zh": f"见证：{zh}", "en": f"Witness: {en}"} if plain != name else {"zh": zh, "en": en}


def _of_row(name: str) -> tuple[str, str] | None:
    """A write on a register: enter_trades and the like."""
    verb, _dot, what = name.partition("_")
    title = OF_ROWS.get(verb)
    return (f"{title[0]}台账（{what}）", f"{title[1]}: {what}") if title and what else None


def published_as(what: str) -> str:
    """What an act publishes, in the reader's language; notices keep the Chinese."""
    return _published(current().digest).get(what, what) if wording.english() else what


def paper_title(title: str) -> str:
    """The title of a letter or paper in the reader's language; papers are issued in Chinese, with or without a number."""
    if not wording.english():
        return title
    known, (name, _space, number) = _papers(current().digest), title.partition(" ")
    return known.get(title) or f"{known.get(name, name)} {number}".strip()


def document_title(row: Document, known: Titles) -> str:
    """What a paper is called; a receipt by its act, since a case has one for each step."""
    if row.kind != "receipt" or row.record is None:
        return paper_title(row.title)
    return _("%(act)s的回执") % {"act": wording.text(act_title(row.record.act, known))}


PAPERS = {
    "回执": "Receipt", "任务书": "Task book", "拨付清单": "Payment list", "评审汇总表": "Review summary", "结算单": "Settlement",
    "变更告知": "Notice of a change", "征求单位同意": "Consent of the unit asked for", "承担单位变更经费交接单": "Handover of money to the new lead unit",
}  # fmt: skip


@lru_cache(maxsize=4)
def _papers(digest: str) -> dict[str, str]:
    """English titles of letters and papers by their Chinese."""
    shelf = current()
    pages = [shelf.page("letters", code).body["title"] for code in shelf.codes("letters")]
    return {**PAPERS, **{str(title["zh"]): str(title["en"]) for title in pages}}


@lru_cache(maxsize=4)
def _published(digest: str) -> dict[str, str]:
    """English of what acts of the flows in force publish, by the Chinese."""
    shelf, found = current(), {}
    for code in shelf.codes("flows"):
        for act in shelf.page("flows", code).body["acts"].values():
            what = (act.get("public") or {}).get("what")
            if what:
                found[str(what["zh"])] = str(what["en"])
    return found


@lru_cache(maxsize=4)
def _known(digest: str) -> dict[str, tuple[str, str]]:
    """Every act of the flows in force; a name that several flows use keeps the title of the grant."""
    shelf = current()
    codes = sorted(shelf.codes("flows"), key=lambda code: code != "grant")
    found = dict(BESIDE)
    for code in codes:
        for name, act in shelf.page("flows", code).body["acts"].items():
            found.setdefault(name, (str(act["title"]["zh"]), str(act["title"]["en"])))
    return found
