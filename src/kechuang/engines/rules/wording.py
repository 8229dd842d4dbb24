"""A formula in words: names become titles, operators become signs, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import Field
from kechuang.formula import Expression
from kechuang.formula import tree as t
from kechuang.words.outcome import BadPage

SIGNS: Final[Mapping[str, str]] = {
    "*": "×", "/": "÷", "//": "÷", "-": "−", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}  # fmt: skip
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "min": ("取小", "the least of"), "max": ("取大", "the greatest of"), "sum": ("合计", "sum of"), "count": ("计数", "count of"),
    "any": ("任一", "any of"), "all": ("全部", "all of"), "abs": ("绝对值", "size of"), "pick": ("查表", "by table"),
    "level": ("分档", "by levels"), "band": ("分档", "band of"), "mark": ("评分", "mark of"), "span": ("区间", "between"), "marginal": ("分段累进", "in bands"), "total": ("全部记录合计", "sum over all records of"),
    "population": ("全部记录数", "number of all"), "year": ("核算年度", "the year"), "day": ("基准日", "the reference day"),
    "gates": ("全部条件都满足", "all conditions hold"), "branches": ("各项中最高的一项", "the highest branch"),
    "amount": ("应得金额", "the amount"), "and": ("且", "and"), "or": ("或", "or"), "True": ("是", "yes"), "False": ("否", "no"),
}  # fmt: skip


def worded(
    rules: Rules, policy: Policy, expression: Expression, lang: str = "zh", *, values: Mapping[str, str] | None = None
) -> str:
    """What `expression` of a policy says, with titles for names: `技术部分付款额 × 补助比例`; with `values` (path → text),
    the numbers that were put in: `50 万元 × 10 %`."""
    return _Words(rules, policy, lang, values or {}).of(expression.root, {}, 0)


class _Words:
    def __init__(self, rules: Rules, policy: Policy, lang: str, values: Mapping[str, str]) -> None:
        self.rules, self.policy, self.lang, self.zh, self.values = rules, policy, lang, lang != "en", values
        self.codes: dict[str, str] = {}

    def of(self, node: t.Node, rows: Mapping[str, str], within: int) -> str:
        """`within`: how tightly what stands around binds; what binds less stands in brackets."""
        match node:
            case t.Const(value=value):
                return self._const(value)
            case t.Path():
                return self._path(node, rows)
            case t.Unary(op=op, of=inner):
                sign = "−" if op == "-" else "非 " if self.zh else "not "
                return f"{sign}{self.of(inner, rows, 5)}"
            case t.Binary(op=op, left=left, right=right):
                tight = 3 if op in "+-" else 4
                said = f"{self.of(left, rows, tight)} {SIGNS.get(op, op)} {self.of(right, rows, tight + 1)}"
                return self._bound(said, tight, within)
            case t.Compare() | t.Among() | t.Logic() | t.Choice():
                return self._truth(node, rows, within)
            case t.Call(name=name, args=args):
                return self._called(name, [self.of(arg, rows, 0) for arg in args])
            case t.Gather():
                return self._gathered(node, rows)
            case t.Whole(name=name, of=inner):
                return self._called(name, [self.of(inner, rows, 0)])
        raise TypeError(type(node).__name__)

    def _truth(self, node: t.Node, rows: Mapping[str, str], within: int) -> str:
        match node:
            case t.Compare(ops=ops, items=items):
                self._learn(items, rows)
                parts = [self.of(item, rows, 3) for item in items]
                said = parts[0] + "".join(
                    f" {SIGNS.get(op, op)} {part}" for op, part in zip(ops, parts[1:], strict=True)
                )
                return self._bound(said, 2, within)
            case t.Among(of=of, options=options, negated=negated):
                self._learn([of], rows)
                listed = [self.of(one, rows, 0) for one in (options if isinstance(options, tuple) else (options,))]
                word = ("不属于" if negated else "属于") if self.zh else ("not in" if negated else "in")
                return self._bound(f"{self.of(of, rows, 3)} {word} {self._listed(listed)}", 2, within)
            case t.Logic(op=op, items=items):
                said = f" {self._word(op)} ".join(self.of(item, rows, 2) for item in items)
                return self._bound(said, 1, within)
            case t.Choice(test=test, body=body, other=other):
                asked, yes, no = self.of(test, rows, 0), self.of(body, rows, 0), self.of(other, rows, 0)
                return f"（{asked}时为 {yes}，否则为 {no}）" if self.zh else f"({yes} if {asked}, else {no})"
        raise TypeError(type(node).__name__)

    def _gathered(self, node: t.Gather, rows: Mapping[str, str]) -> str:
        entity, _ = self.rules.vocabulary.found(node.table, rows)
        inside = {**rows, node.row: entity.code}
        each = entity.title[self.lang]
        only = "" if node.condition is None else self.of(node.condition, inside, 0)
        if isinstance(node.value, t.Path) and not node.value.parts:
            return self._called(node.name, [f"{each}{'，限 ' if self.zh else ' if '}{only}" if only else each])
        said = self.of(node.value, inside, 0)
        if self.zh:
            return f"{self._word(node.name)}（逐{each}：{said}{'，限 ' + only if only else ''}）"
        return f"{self._word(node.name)} ({said} for each {each}{' if ' + only if only else ''})"

    def _called(self, name: str, args: list[str]) -> str:
        return f"{self._word(name)}{'' if self.zh else ' '}{self._listed(args)}"

    def _listed(self, said: list[str]) -> str:
        return f"（{'，'.join(said)}）" if self.zh else f"({', '.join(said)})"

    def _bound(self, said: str, tight: int, within: int) -> str:
        return self._listed([said]) if tight < within else said

    def _word(self, name: str) -> str:
        return WORDS[name][not self.zh] if name in WORDS else name

    def _const(self, value: object) -> str:
        return self._word(str(value)) if isinstance(value, bool) else self.codes.get(str(value), str(value))

    def _learn(self, nodes: tuple[t.Node, ...] | list[t.Node], rows: Mapping[str, str]) -> None:
        """The titles of the codes that the fields compared here can hold."""
        for node in nodes:
            last = self._field(node, rows) if isinstance(node, t.Path) else None
            if last is not None:
                self.codes |= {code: title[self.lang] for code, title in last.options.items()}

    def _field(self, path: t.Path, rows: Mapping[str, str]) -> Field | None:
        if path.root not in rows and path.root not in self.rules.vocabulary.entities:
            return None
        try:
            _, last = self.rules.vocabulary.found(path, rows)
        except BadPage:
            return None
        return last if isinstance(last, Field) else None

    def _path(self, path: t.Path, rows: Mapping[str, str]) -> str:
        if path.root not in rows and path.text in self.values:
            return self.values[path.text]
        if path.parts:
            last = self._field(path, rows)
            if last is not None:
                return last.title[self.lang]
            entity, _ = self.rules.vocabulary.found(path, rows)
            return entity.title[self.lang]
        policy = self.policy
        for known in (policy.params, policy.let):
            if path.root in known:
                return known[path.root].title[self.lang]
        used = next((one.code for one in policy.uses if one.name == path.root), "")
        if used:
            return self.rules[used].title[self.lang]
        if path.root == "amount" and policy.amount is not None:
            return policy.amount.title[self.lang]
        return self._word(path.root)
