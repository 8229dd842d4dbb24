"""Invented values with which the style page shows every part in every state: no person, unit or figure here exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kechuang.faces.web import charts
from kechuang.faces.web.fields import Column, Option, Row, ShownField, ShownFile
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

NOW = datetime(2026, 3, 18, 16, 47, 5, tzinfo=ZONE)
WAN = 1_000_000
COLOURS = (
    ("paper", "底"),
    ("surface", "面"),
    ("sunken", "退后"),
    ("ink", "字"),
    ("ink-2", "次"),
    ("ink-3", "注"),
    ("primary", "主要操作"),
    ("grass", "成、过、已存"),
    ("sky", "告知、在途"),
    ("sun-fill", "此处、此刻、你"),
    ("sun", "同上，作字"),
    ("clay", "拒、败、超"),
)
CHIPS = (
    ("草稿", "draft"), ("网络评审", "way"), ("补正", "you"), ("异议处理", "hold"), ("已立项", "done"), ("不予受理", "no"), ("撤回", "past"),
)  # fmt: skip
DIGEST = "a41f0c9e5d27b8e36610f2c493ad7b1840ce25f9d1a73e688c02e57b19d4b6f0"


def samples() -> dict[str, Any]:
    """The whole context of templates/style.html."""
    return {
        "now": NOW,
        "colours": COLOURS,
        "chips": CHIPS,
        "sums": (986_050, 2_480 * WAN, 33_400 * WAN, -3 * WAN),
        "flows": (_flow(), _refused_flow()),
        "fields": _fields(),
        "table_field": _table_field(),
        "sheet": _sheet(),
        "tasks": _tasks(),
        "findings": _findings(),
        "table": _table(),
        "ranking": _ranking(),
        "page": {"first": 1, "last": 50, "all": 2214, "number": 2, "pages": 45, "before": 1, "after": 3},
        "parts": _parts(),
        "history": _history(),
        "steps": _steps(),
        "figures": _figures(),
        "gauges": _gauges(),
        "charts": _charts(),
        "receipt": _receipt(),
        "paper": _paper(),
        **_messages(),
        **_texts(),
    }


def _flow() -> list[dict[str, Any]]:
    return [
        {"title": "提交", "state": "done", "on": NOW - timedelta(12)},
        {"title": "单位审核", "state": "done", "on": NOW - timedelta(9)},
        {"title": "形式审查", "state": "now", "who": "陈立军", "until": NOW + timedelta(73)},
        {"title": "分组"},
        {"title": "专家抽取"},
        {"title": "网络评审"},
        {"title": "公示"},
        {"title": "立项"},
    ]


def _refused_flow() -> list[dict[str, Any]]:
    return [
        {"title": "提交", "state": "done", "on": NOW - timedelta(12)},
        {"title": "推荐", "state": "done", "on": NOW - timedelta(3)},
        {"title": "不予受理", "state": "no", "who": "可在 15 日内申诉"},
    ]


def _fields() -> tuple[ShownField, ...]:
    leagues = (Option("150100", "呼和浩特市", group="中部"), Option("152500", "锡林郭勒盟", chosen=True, group="中部"), Option("150700", "呼伦贝尔市", group="东部"), Option("150500", "通辽市", group="东部"), Option("152900", "阿拉善盟", group="西部"))  # fmt: skip
    return (
        ShownField("title", "text", "题目", hint="写清对象与问题，不写“研究”二字也可以。", required=True, most=40, value="高比例风光接入弱电网的构网型储能协调控制"),
        ShownField("abstract", "longtext", "摘要", most=500, value="拟阐明构网型储能在弱电网中的稳定域。", warnings=("正在断网，文字已存在本机，恢复后自动上传",)),
        ShownField("plan", "richtext", "研究方案", most=8000, value="一、样地。\n二、方法。"),
        ShownField("asked", "money", "申请经费", required=True, unit="万元", value="26.00", errors=("面上项目最高 20.00 万元，请减 6.00 万元",)),
        ShownField("share", "percent", "外协比例", value="19.2", hint="指南提示线 15%"),
        ShownField("phone", "phone", "手机", required=True, value="138 0000 0000", source="个人账号，2026年1月核实"),
        ShownField("rank", "text", "职称", value="副教授", readonly=True, source="单位人事，2026年1月核实"),
        ShownField("track", "choice", "项目类型", required=True, options=(Option("general", "面上项目", "有一定研究积累", chosen=True), Option("youth", "青年项目", "不满 35 岁"))),
        ShownField("place", "place", "盟市", required=True, options=leagues),
        ShownField("fields", "choices", "服务领域", options=(Option("energy", "能源", chosen=True), Option("rare", "稀土"), Option("farm", "农牧业", chosen=True))),
        ShownField("keywords", "words", "关键词", required=True, value="储能、弱电网、稳定域", hint="3 至 5 个"),
        ShownField("subject", "code", "学科分类", value="470.4054", shown="电力系统及其自动化", lookup="/lookup/"),
        ShownField("leader", "person", "主持人", value="苏日娜", shown="北疆工业大学 · 副教授", lookup="/lookup/"),
        ShownField("start", "date", "开始日期", required=True, value="2026-09-01"),
        ShownField("until", "month", "到货年月", value="2027-06"),
        ShownField("year", "year", "年度", value="2026"),
        ShownField("uscc", "uscc", "统一社会信用代码", value="91150100MA0N000000", errors=("末位校验不符，请对照证照再抄一次",)),
        ShownField("direct", "computed", "直接费用合计", unit="万元", value="16.30"),
        ShownField("shared", "bool", "承诺开放共享", value="true", hint="写入台账，不可撤回"),
        ShownField("files", "files", "附件", accept="PDF、图片", files=(ShownFile("合作协议.pdf", DIGEST, "#", 2_202_009, "已查毒 · 3 页"),)),
        ShownField("former", "references", "前期受资助项目", value="KC2022-QN-00231"),
        ShownField("promise", "statement", "诚信承诺", required=True, statement="材料真实，无抄袭、重复申报、一题多报；不请托、不打听评审信息和专家名单。"),
        ShownField("sign", "signature", "负责人签名", signer="苏日娜", signed_at=NOW),
        ShownField("seal", "signature", "单位签章", signer="北疆工业大学"),
        ShownField("complete", "checklist", "材料清单", items=tuple(ShownField(f"complete.{n}", "choice", label, options=(Option("yes", "有", chosen=n == 1), Option("no", "无"), Option("na", "不适用"))) for n, label in ((1, "合作单位盖章页"), (2, "伦理审查意见")))),
    )  # fmt: skip


def _table_field() -> ShownField:
    items = (Option("material", "材料"), Option("test", "测试化验加工", chosen=True), Option("travel", "差旅"))
    rows = tuple(
        Row(
            f"operation.{n}",
            (
                ShownField(
                    f"operation.{n}.item",
                    "choice",
                    "科目",
                    options=(*items, Option("data", "数据"), Option("other", "其他")),
                ),
                ShownField(f"operation.{n}.basis", "longtext", "测算依据", value=basis, errors=errors),
                ShownField(f"operation.{n}.fiscal", "money", "财政资金", unit="万元", value=value),
            ),
        )
        for n, (basis, value, errors) in enumerate(
            (("半实物仿真 6 个工况", "4.20", ("超过 3 万元须写出受托单位",)), ("差旅 12 人次", "2.40", ()))
        )
    )
    columns = (
        Column("item", "科目", required=True),
        Column("basis", "测算依据"),
        Column("fiscal", "财政资金", "万元", numeric=True),
    )
    return ShownField(
        "operation", "table", "业务费", hint="按类汇总，自动合计。", required=True, columns=columns, rows=rows,
        totals=("合计", "", "6.60"), most_rows=40,
    )  # fmt: skip


def _sheet() -> ShownField:
    items = (
        ShownField("sheet.meaning", "integer", "科学意义", value="26", highest="30", reason="与“双碳”目标直接相关。"),
        ShownField("sheet.new", "integer", "创新性", highest="30", errors=("还没有给分",)),
    )
    return ShownField("sheet", "sheet", "评审表", items=items)


def _tasks() -> list[dict[str, Any]]:
    return [
        {"title": "稀土掺杂固态电解质界面离子输运机理", "href": "#", "until": NOW + timedelta(5), "why": "合作单位的盖章页缺第 2 页。只可补正一次。", "chip": "补正", "tone": "you", "number": "KC2026-JC-00417", "act": "补正"},
        {"title": "高比例风光接入弱电网的构网型储能协调控制", "href": "#", "until": NOW + timedelta(23), "why": "七部分完成五部分。", "chip": "草稿", "tone": "draft", "share": 0.71, "act": "接着写"},
        {"title": "牧区分布式光储微网：2025 年度进展", "href": "#", "until": NOW - timedelta(2), "why": "请核对并补三项。", "chip": "待填报", "tone": "you", "act": "填报"},
    ]  # fmt: skip


def _findings() -> list[dict[str, Any]]:
    return [
        {"title": "申请资格", "outcome": "pass", "said": "副高级职称；主持在研 1 项，未超 2 项。", "check": "projects.limits", "rule": "规则 2026-01-01"},
        {"title": "内容查重", "outcome": "warn", "said": "与 KC2024-JC-00288 最高相似 31%。", "check": "texts.no_duplicate", "href": "#", "link": "对照原文"},
        {"title": "科研诚信", "outcome": "fail", "said": "在惩戒期内，至 2026年6月30日。", "check": "integrity.clean_record"},
    ]  # fmt: skip


def _table() -> dict[str, Any]:
    def row(number: str, title: str, fen: int, chip: str, tone: str, **more: Any) -> dict[str, Any]:
        cells = [
            {"text": number, "nowrap": True, "label": "编号"},
            {"text": title, "href": "#", "lead": True, "wide": True, "small": "苏日娜 · 北疆工业大学"},
            {"fen": fen, "num": True, "label": "万元"},
            {"chip": chip, "tone": tone, "label": "状态"},
        ]
        return {"key": number, "href": "#", "sum": fen, "cells": cells, **more}

    columns = [
        {"title": "编号", "sort": "number"}, {"title": "题目"}, {"title": "申请", "unit": "万元", "num": True, "sort": "asked"}, {"title": "状态"},
    ]  # fmt: skip
    rows = [
        row("00417", "稀土掺杂固态电解质界面离子输运机理", 20 * WAN, "补正", "you"),
        row("00902", "荒漠草原退化土壤碳汇的微生物驱动机制", 50 * WAN, "形式审查中", "way", focus=True),
        row("00911", "面向牧区的低轨卫星物联终端低功耗协议", 20 * WAN, "已受理", "way", selected=True),
        row("00918", "湖泊冰封期内源磷释放", 26 * WAN, "不予受理", "no", over=True),
    ]
    return {
        "caption": "办件",
        "columns": columns,
        "rows": rows,
        "totals": ("合计", "", "116.00", ""),
        "dense": True,
        "pick": True,
    }


def _ranking() -> dict[str, Any]:
    def row(rank: int, title: str, mark: str, done: bool) -> dict[str, Any]:
        chip = ("拟立项", "done") if done else ("储备", "past")
        cells = [
            {"text": str(rank), "num": True, "label": "位次"},
            {"text": title, "href": "#", "lead": True},
            {"text": mark, "num": True, "label": "标准分"},
            {"chip": chip[0], "tone": chip[1], "label": "结果"},
        ]
        return {"key": rank, "cells": cells}

    columns = [{"title": "位次", "num": True}, {"title": "项目"}, {"title": "标准分", "num": True}, {"title": "结果"}]
    cut = {"cut": {"rank": 600, "sum": 12_000 * WAN, "left": 0}}
    rows = [{"group": "以上 598 项，累计 11,950.00 万元"}, row(599, "构网型储能并网稳定域", "86.71", True), row(600, "蒙药森登四味抗类风湿的物质基础", "86.58", True), cut, row(601, "低轨卫星物联终端低功耗协议", "86.52", False)]  # fmt: skip
    return {"caption": "排序", "columns": columns, "rows": rows}


def _parts() -> list[dict[str, Any]]:
    return [
        {"code": "basics", "title": "一　基本信息", "href": "#", "state": "ok", "note": "12 处自动带出"},
        {"code": "plan", "title": "二　方案", "href": "#", "state": "ok", "note": "6,140 字"},
        {"code": "budget", "title": "三　预算", "href": "#", "here": True, "note": "正在填"},
        {"code": "team", "title": "四　成员同意", "href": "#", "state": "bad", "note": "差 1 人"},
    ]


def _history() -> list[dict[str, Any]]:
    return [
        {"title": "推荐", "on": NOW - timedelta(3), "who": "锡林郭勒盟科技局", "said": "名额 41 / 60", "digest": DIGEST, "before": DIGEST[::-1]},
        {"title": "夜间办理", "on": NOW - timedelta(2, 36_000), "said": "异常：菱形", "tone": "odd"},
        {"title": "核验失败", "on": NOW - timedelta(1), "said": "链在此处断开：方形", "tone": "bad"},
    ]  # fmt: skip


def _steps() -> list[dict[str, Any]]:
    return [
        {"title": "使用费乘以 50%", "fen": 25 * WAN, "why": "第三条 · 50.00 × 50%"},
        {"title": "本年尚余额度", "fen": 14 * WAN, "why": "第三条 · 20.00 − 6.00"},
        {"title": "取小", "fen": 14 * WAN, "why": "受封顶所限，少 11.00 万元", "sum": True},
    ]


def _figures() -> list[dict[str, Any]]:
    return [
        {"label": "申请", "fen": 50 * WAN, "href": "#"},
        {"label": "科技计划项目", "value": "1,694", "unit": "项", "trend": (900, 1020, 1150, 1310, 1460, 1694)},
        {"label": "拨付", "fen": 33_400 * WAN, "note": "占计划的 97.7%"},
        {"label": "何时截止", "value": "还有 23", "unit": "天", "note": "4月10日 17:00"},
    ]


def _gauges() -> list[dict[str, Any]]:
    return [
        {"label": "已完成", "share": 0.71, "shown": "5 / 7"},
        {"label": "间接费用", "share": 0.94, "shown": "3.70 / 3.93", "tone": "sun", "said": "还可以增加 0.23 万元", "said_tone": "ok"},
        {"label": "超过上限", "share": 1, "shown": "26.00 / 20.00", "tone": "clay", "limit": 0.77, "said": "请减 6.00 万元", "said_tone": "bad"},
        {"label": "在途", "share": 0.4, "shown": "4 / 10", "tone": "sky"},
    ]  # fmt: skip


def _charts() -> dict[str, Any]:
    months = [f"{n}月" for n in range(1, 13)]
    paid = (0.08, 0.19, 0.44, 0.76, 1.19, 1.71, 2.1, 2.4, 2.69, 2.93, 3.15, 3.34)
    plan = tuple(round(3.42 * n / 12, 2) for n in range(1, 13))
    values = {"150700": 1720, "152200": 610, "152500": 1650, "150500": 2010, "152900": 390, "150800": 1530, "150200": 6210, "150100": 9860, "150900": 1180, "150400": 2380, "150300": 820, "150600": 5040}  # fmt: skip
    return {
        "bars": charts.bars(list(zip(months, paid, strict=True)), plan=plan, title="拨付", note="累计，亿元；柱为实际，线为计划", sentence="全年拨付：计划 3.42 亿元，实际 3.34 亿元", heads=("月", "实际", "计划")),
        "lines": charts.lines(months, [("实际", paid), ("计划", plan)], title="拨付", note="累计，亿元", sentence="实际略低于计划", heads=("月", "实际", "计划"), here=2),
        "map": charts.tiles(values, title="各盟市得到多少", note="全年拨付，万元", sentence="呼和浩特最多，9,860 万元；阿拉善最少，390 万元", heads=("盟市", "万元")),
    }  # fmt: skip


def _receipt() -> dict[str, Any]:
    return {
        "issuer": "内蒙古自治区科学技术厅", "kind": "科技计划项目申请回执", "title": "高比例风光接入弱电网的构网型储能协调控制",
        "pairs": [{"label": "办件编号", "value": "KC2026-JC-01186"}, {"label": "申请经费", "fen": 20 * WAN}, {"label": "提交时间", "value": "2026年3月18日 16:47:05"}],
        "code": "7QF4-K2MD-91XA", "digest": DIGEST, "flow": _flow()[:4], "on": NOW.date(),
    }  # fmt: skip


def _paper() -> dict[str, Any]:
    return {
        "issuer": "内蒙古自治区科学技术厅", "number": "内科公示〔2026〕7号", "title": "2025年度重大专项拟立项项目公示",
        "body": ["根据《自治区科技计划项目管理办法》，经形式审查、专家评审、厅务会审议，现将拟立项的 14 项予以公示。公示期自 2026年3月16日至3月20日，共五个工作日。"],
        "relief": "对公示内容有异议的，请在公示期内实名书面提出，并附证据。", "sign": "内蒙古自治区科学技术厅", "on": NOW.date(),
    }  # fmt: skip


def _messages() -> dict[str, Any]:
    return {
        "calls": [{"title": "告知", "said": "名单将在公示时公布。"}, {"tone": "grass", "title": "可以申请。", "said": "主持在研 1 项，未超限。"}, {"tone": "sun", "title": "请留意。", "said": "还有 5 个工作日。"}],
        "toasts": [{"said": "已受理 3 件", "undo": "#"}, {"said": "没有保存：网络中断", "bad": True}],
        "lacking": "巴图同意；业务费说明",
        "conflict": {"who": "巴图", "theirs": "样地设在苏尼特右旗。", "mine": "样地设在四子王旗。"},
        "nothing": {"title": "今天没有要办的事", "said": "下一件 4月30日到期。", "link": "看在途的"},
    }  # fmt: skip


def _texts() -> dict[str, Any]:
    same = {"text": "每处设三个重复，于每年八月中旬分层采集土样", "mark": "same", "n": 1}
    near = {"text": "阐明群落结构与有机碳积累的耦合关系", "mark": "near", "n": 2}
    mine, theirs = (
        {
            "place": "研究方案 · 第 2 节",
            "runs": [{"text": "样地设在苏尼特右旗，"}, {**same, "id": f"{side}-1"}, {"text": "。拟"}, {**near, "id": f"{side}-2"}, {"text": "。"}],
        }
        for side in "lr"
    )  # fmt: skip
    head = {"label": "本件", "title": "荒漠草原退化土壤碳汇的微生物驱动机制", "meta": ["哈斯", "敕勒川农业科学院"]}
    return {
        "left": head,
        "right": {**head, "label": "既有", "title": "退化草原土壤有机碳组分对围封年限的响应"},
        "pairs": [{"left": [mine], "right": [theirs]}],
        "runs": [{"text": "采样于"}, {"text": "七月", "change": "out"}, {"text": "八月中旬", "change": "in"}, {"text": "进行。"}],
        "clauses": [
            {"n": "第三条", "title": "补多少。", "said": "一年内全部使用费乘以 50%，与当年尚余额度相比，取小的一个。", "formula": "补贴 = 取小（使用费 × 比例，封顶 − 本年已补）", "lit": True},
            {"n": "第四条", "said": "合计超过封顶的，按每次费用的比例分摊到各次。", "source": "2019年全区科技工作报告 三（4）"},
        ],
        "acts": [{"name": "admit", "title": "受理", "href": "#", "primary": True, "key": "A"}, {"name": "return", "title": "退回补正（一次）", "href": "#", "key": "R"}, {"name": "refuse", "title": "不予受理", "href": "#", "stop": True}, {"name": "publish", "title": "公示", "refused": Reason("act_after_missing", missing="排序")}],
        "reasons": (Reason("same_person", act="推荐"), Reason("too_late", until=NOW)),
        "tabs": [{"title": "有疑点", "href": "#", "count": 187, "here": True}, {"title": "无疑点", "href": "#", "count": 2027, "quiet": True}],
        "filters": [{"name": "place", "label": "盟市", "options": [{"code": "150100", "title": "呼和浩特"}]}],
        "effects": ["三件转为“已受理”，进入分组。", "三位申请人与两家单位收到通知。", "记入台账三条。"],
    }  # fmt: skip
