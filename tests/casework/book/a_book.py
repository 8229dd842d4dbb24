"""A small book for tests: one programme, two parts, a flow with a child flow, a policy, letters."""

from __future__ import annotations

from kechuang.casework import book

FLOW = """
format: 1
code: way
title: {zh: 流程, en: Way}
states:
  draft: {code: A, zh: 草稿, en: Draft}
  done: {code: B, zh: 办结, en: Done, end: true}
acts:
  open: {title: {zh: 新建, en: Open}, from: [], to: draft, by: leader}
  finish: {title: {zh: 办结, en: Finish}, from: [draft], to: done, by: officer, letter: told}
examples:
  - {name: 办结, path: [open, finish], ends: done}
"""
CHILD = """
format: 1
code: protest
title: {zh: 异议, en: Protest}
parent: {flows: [way], states: [draft]}
states:
  made: {code: A, zh: 提出, en: Made}
  over: {code: B, zh: 了结, en: Over, end: true}
acts:
  protest: {title: {zh: 提出, en: Protest}, from: [], to: made, by: leader}
  answer: {title: {zh: 答复, en: Answer}, from: [made], to: over, by: officer, letter: answered}
examples:
  - {name: 答复, path: [protest, answer], ends: over}
"""
ROUND = FLOW.replace("code: way", "code: round\nof: round").replace(", letter: told", "")
PART = """
format: 1
code: money
title: {zh: 经费, en: Money}
facts: {owed: {from: funds.refund_due, zh: 应退, en: Owed, unit: 万元, usual: 0}}
params: {own_least: {zh: 自筹比例, en: Own share, value: {2018-01-01: 50 %, 2020-01-01: 100 %}}}
fields:
  - {code: asked, zh: 申请额, en: Asked, kind: money, unit: 万元, required: true, promoted: true}
  - {code: own, zh: 自筹, en: Own, kind: money, unit: 万元}
  - {code: spare, zh: 备用, en: Spare, kind: money, unit: 万元}
rules:
  - {code: own_enough, when: own >= asked * own_least, zh: 自筹不足, en: too little own money}
  - {code: spare_small, when: spare <= own, zh: 备用过多, en: too much in reserve}
eligibility:
  - {code: owes_nothing, when: owed == 0, level: block, zh: 有应退资金, en: money is owed}
  - {code: late, when: owed <= 0, level: warn, at: [submit], zh: 提示, en: a warning}
midterm:
  fields:
    - {code: report, zh: 报告, en: Report, kind: longtext}
    - {code: spent, zh: 支出, en: Spent, kind: money, unit: 万元}
"""
PROGRAMME = """
format: 1
code: small
title: {zh: 小计划, en: Small}
source: [{doc: 某通知, clause: 一}]
flow: way
round: round
tracks: {one: {zh: 一类, en: One}}
form:
  sections:
    - code: what
      title: {zh: 内容, en: What}
      fields:
        - {code: title, zh: 名称, en: Title, kind: text, required: true, promoted: true}
    - {use: money, without: [spare, spare_small]}
eligibility:
  - {use: money}
  - {code: titled, when: asked <= most, level: block, at: [submit], zh: 超过上限, en: too much}
params: {most: {zh: 上限, en: Most, value: {2018-01-01: 80 万元}}}
midterm: {use: money, at: 50 % of term, fields: midterm, without: [spent]}
sheets:
  - {code: mail, mode: mail, criteria: [{code: value, zh: 价值, en: Value, weight: 100}], verdict: {fund: {zh: 可, en: Yes}}}
combine: {mail: 100}
instalments:
  - {code: once, zh: 一次, en: Once, share: 100 %, upon: finish}
award: {amount: "min(asked, most)", in: 万元}
examples:
  eligibility:
    - {name: 可以, given: {asked: 80}, refused: []}
    - {name: 太多, given: {asked: 81}, refused: [titled]}
    - {name: 有欠, given: {asked: 1, owed: 5}, refused: [owes_nothing], warned: [late]}
  award:
    - {given: {asked: 81}, expect: 80}
"""
LETTER = """
format: 1
code: told
title: {zh: 告知, en: Told}
fields: {unit: {zh: 单位, en: Unit}, number: {zh: 文号, en: Number}}
body: "{{ unit }}：已办结。{{ number }}"
"""

SOURCES = {
    "programmes/small.yaml": PROGRAMME,
    "parts/money.yaml": PART,
    "flows/way.yaml": FLOW,
    "flows/protest.yaml": CHILD,
    "flows/round.yaml": ROUND,
    "letters/told.yaml": LETTER,
    "letters/answered.yaml": LETTER.replace("told", "answered"),
}


def a_book(**changes: str) -> book.Book:
    """The small book; `programme="…"`, `part="…"`, `letter="…"` replace a page."""
    paths = {"programme": "programmes/small.yaml", "part": "parts/money.yaml", "letter": "letters/told.yaml"}
    return book.read({**SOURCES, **{paths.get(name, name): text for name, text in changes.items()}})
