"""A small programme page in the style of the book, and answers that fit it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import yaml

from kechuang.engines.forms import Form, form_from

PAGE = """
format: 1
code: small-fund
title: {zh: 小型基金, en: Small fund}
tracks:
  general: {zh: 面上项目, en: General}
  youth:   {zh: 青年项目, en: Youth}
facts: {term_most: casework.term_most, consents_given: parties.consents_given}
params:
  indirect_bands: {zh: 间接费用, value: {2018-01-01: [[0 万元, 20 %]]}}
form:
  sections:
    - code: basics
      title: {zh: 一、基本信息, en: Basics}
      fields:
        - {code: title, zh: 项目名称, en: Title, kind: text, required: true, max: 40, promoted: true, help: 不超过40字。}
        - {code: track, zh: 类型, en: Track, kind: choice, from: tracks, required: true, promoted: true}
        - {code: subject, zh: 学科, en: Subject, kind: code, of: GB/T 13745, levels: 3, required: true}
        - {code: keywords, zh: 关键词, en: Keywords, kind: words, required: true, min: 2, max: 3}
        - {code: place, zh: 实施地, en: Place, kind: place, level: county, required: true, promoted: true}
        - {code: start, zh: 开始, en: Start, kind: date, required: true}
        - {code: end, zh: 结束, en: End, kind: date, required: true}
        - {code: term_months, zh: 执行期, en: Term, kind: computed, unit: 月, formula: "months(start, end)", promoted: true}
        - {code: abstract, zh: 摘要, en: Abstract, kind: longtext, required: true, min: 10, max: 50, public_after_award: true}
        - {code: former, zh: 前期项目, en: Former, kind: references, of: grant}
        - {code: former_difference, zh: 区别, en: Difference, kind: longtext, max: 50, required: count(former) > 0}
      rules:
        - {code: dates_in_order, when: end > start, zh: 结束日期须晚于开始日期, en: end before start}
        - {code: term_ok, when: term_months <= term_most, zh: 执行期过长, en: term too long}
    - code: unit
      title: {zh: 二、单位, en: Unit}
      fields:
        - {code: unit, zh: 单位, en: Unit, kind: party, prefill: parties.organisation, required: true, promoted: true}
        - {code: unit_code, zh: 信用代码, en: Credit code, kind: uscc, prefill: parties.organisation, required: true, expert: hidden}
        - {code: unit_kind, zh: 性质, en: Kind, kind: choice, prefill: parties.organisation, required: true, options: {enterprise: 企业, university: 高校}}
        - {code: staff, zh: 职工, en: Staff, kind: integer, unit: 人, prefill: enterprises.staff, required: unit_kind == 'enterprise'}
        - {code: unit_bank, zh: 账户, en: Account, kind: account}
    - code: people
      title: {zh: 三、人员, en: People}
      fields:
        - {code: leader, zh: 负责人, en: Leader, kind: person, prefill: parties.person, required: true}
        - {code: leader_id, zh: 身份证号, en: Identity, kind: identity, prefill: parties.person, required: true}
        - {code: leader_phone, zh: 手机, en: Mobile, kind: phone, prefill: parties.person}
        - code: team
          zh: 成员
          en: Team
          kind: table
          rows: {most: 3}
          columns:
            - {code: person, zh: 姓名, en: Name, kind: person, required: true}
            - {code: born, zh: 出生年月, en: Born, kind: month, expert: hidden}
            - {code: months, zh: 投入月数, en: Months, kind: integer, required: true, min: 1, max: 12}
            - {code: main, zh: 主要成员, en: Main, kind: bool}
            - {code: consent, zh: 本人确认, en: Consent, kind: computed, formula: row.consented}
        - {code: team_size, zh: 成员数, en: Team size, kind: computed, formula: count(team)}
      rules:
        - {code: all_consented, when: consents_given == team_size, zh: 尚有成员未确认, en: consent missing}
        - {code: leader_not_in_team, when: "count(row for row in team if row.person == leader) == 0", zh: 负责人不得列入成员, en: leader in the team}
    - code: money
      title: {zh: 四、经费, en: Money}
      fields:
        - {code: asked, zh: 申请资金, en: Asked, kind: money, unit: 万元, required: true, min: 1, promoted: true}
        - {code: own_funds, zh: 自筹, en: Own, kind: money, unit: 万元, min: 0}
        - {code: total, zh: 合计, en: Total, kind: computed, unit: 万元, formula: asked + own_funds, promoted: true}
        - code: operation
          zh: 业务费
          en: Operation
          kind: table
          required: true
          rows: {least: 1, most: 5}
          columns:
            - {code: item, zh: 科目, en: Item, kind: choice, required: true, options: {material: 材料, travel: 差旅}}
            - {code: basis, zh: 依据, en: Basis, kind: text, required: true, max: 20}
            - {code: fiscal, zh: 财政资金, en: Fiscal, kind: money, unit: 万元, required: true}
            - {code: own, zh: 自筹, en: Own, kind: money, unit: 万元}
        - {code: lines, zh: 分项合计, en: Lines, kind: computed, unit: 万元, formula: "sum(row.fiscal for row in operation)"}
        - {code: own_lines, zh: 自筹合计, en: Own lines, kind: computed, unit: 万元, formula: "sum(row.own for row in operation)"}
        - {code: indirect_most, zh: 间接费用上限, en: Indirect at most, kind: computed, unit: 万元, formula: "marginal(lines, indirect_bands)"}
      rules:
        - {code: adds_up, when: asked == lines, zh: 分项与申请额不一致, en: lines do not add up}
        - {code: own_adds_up, when: own_funds == own_lines, zh: 自筹与分项不一致, en: own lines do not add up}
    - code: promises
      title: {zh: 五、承诺与附件, en: Promises}
      fields:
        - {code: ethics, zh: 伦理事项, en: Ethics, kind: choices, required: true, options: {human: 人, animal: 动物, none: 不涉及}}
        - {code: opinion, zh: 伦理意见, en: Opinion, kind: files, accept: [pdf], max: 2, required: "'none' not in ethics"}
        - {code: promise, zh: 诚信承诺, en: Promise, kind: statement, required: true, signed_by: leader, text: 材料真实。}
"""

FILE = "a" * 64
OTHER_FILE = "b" * 64
KNOWN = {"term_most": 60, "consents_given": 1, "indirect_bands": [[0, 20]]}
LISTS: dict[str, dict[str, Any]] = {
    "GB/T 13745": {"110": {"zh": "数学", "level": 1}, "110.14.15": {"zh": "代数", "en": "Algebra", "level": 3}},
    "places": {"150100": {"zh": "呼和浩特市"}, "150102": {"zh": "新城区", "en": "Xincheng"}},
    "files": {FILE: {"zh": "意见.pdf", "ext": "pdf"}, OTHER_FILE: {"zh": "照片.exe", "ext": "exe"}},
}


def page_from(text: str) -> dict[str, Any]:
    page: dict[str, Any] = yaml.safe_load(text)
    return page


def the_page() -> dict[str, Any]:
    return page_from(PAGE)


FORM = form_from(the_page())


def choices(name: str) -> dict[str, Any] | None:
    return LISTS.get(name)


def a_form(*fields: dict[str, Any], rules: tuple[dict[str, Any], ...] = (), **page: Any) -> Form:
    """A form of one section with these fields; zh is the code where nothing is said."""
    titled = [{"zh": field["code"], **field} for field in fields]
    section = {"code": "part", "title": {"zh": "部分", "en": "Part"}, "fields": titled, "rules": list(rules)}
    return form_from({"code": "form", "form": {"sections": [section]}, **page})


def good_answers() -> dict[str, Any]:
    """Typed as a person would; they pass at submission with KNOWN."""
    return deepcopy(_GOOD)


_GOOD: dict[str, Any] = {
    "title": "高比例风光接入弱电网的协调控制",
    "track": "general",
    "subject": "110.14.15",
    "keywords": "风电、储能，弱电网",
    "place": "150102",
    "start": "2019-01-01",
    "end": "2021年12月31日",
    "abstract": "本项目研究弱电网条件下构网型储能的协调控制方法。",
    "unit": "org-7",
    "unit_code": "91110000600037341l",
    "unit_kind": "university",
    "unit_bank": {"bank": "中国银行", "number": "1234 5678 9012"},
    "leader": "person-1",
    "leader_id": "15262619700101001x",
    "leader_phone": "138 4711 2345",
    "team": [{"person": "person-2", "born": "1990-05", "months": "6", "main": "true"}],
    "asked": "20",
    "own_funds": "",
    "operation": [
        {"item": "material", "basis": "试剂", "fiscal": "12.5", "own": ""},
        {"item": "travel", "basis": "调研", "fiscal": "7.50", "own": ""},
    ],
    "ethics": ["none"],
    "promise": "on",
}
