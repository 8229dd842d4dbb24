"""Works an expression out for one scope: exact, three-valued, within a limit of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kechuang.formula import tree
from kechuang.formula.arithmetic import arithmetic, compared, greatest, hull, inverted, least, negated, truth
from kechuang.formula.functions import CALLS, summed
from kechuang.formula.reading import Expression
from kechuang.formula.tree import Node
from kechuang.formula.values import UNKNOWN, FormulaError, kind_of, value_of

MOST_STEPS: Final = 10_000


def evaluate(expression: Expression, scope: Mapping[str, object], *, steps: int = MOST_STEPS) -> Any:
    """The value for the names in `scope`: bool, int, Fraction, str, date, Interval, record, table or UNKNOWN.

    A name that is missing or None is UNKNOWN. FormulaError for a zero denominator, a wrong type, a broken limit.
    """
    return _Work(scope, steps).of(expression.root)


class _Work:
    """One evaluation: the scope, the row of the sum being added, and the steps left."""

    __slots__ = ("left", "row", "row_name", "scope")

    def __init__(self, scope: Mapping[str, object], steps: int) -> None:
        self.scope, self.left = scope, steps
        self.row_name, self.row = "", None

    def of(self, node: Node) -> Any:
        self.left -= 1
        if self.left < 0:
            raise FormulaError("too_many_steps", most=MOST_STEPS)
        return _WORKERS[type(node)](self, node)

    def const(self, node: tree.Const) -> Any:
        return node.value

    def path(self, node: tree.Path) -> Any:
        value: Any = self.row if node.root == self.row_name else self.scope.get(node.root)
        if type(value) is int and not node.parts:
            return value_of(value, node.root)
        for part in node.parts:
            if value is None or value is UNKNOWN:
                return UNKNOWN
            if not isinstance(value, Mapping):
                raise FormulaError("not_a_record", name=node.text, type=kind_of(value))
            value = value.get(part)
        return value_of(value, node.text)

    def unary(self, node: tree.Unary) -> Any:
        value = self.of(node.of)
        return inverted(value) if node.op == "not" else negated(value)

    def binary(self, node: tree.Binary) -> Any:
        return arithmetic(node.op, self.of(node.left), self.of(node.right))

    def compare(self, node: tree.Compare) -> Any:
        left = self.of(node.items[0])
        answer: Any = True
        for op, item in zip(node.ops, node.items[1:], strict=True):
            right = self.of(item)
            here = compared(op, left, right)
            if here is False:
                return False
            if here is UNKNOWN:
                answer = UNKNOWN
            left = right
        return answer

    def among(self, node: tree.Among) -> Any:
        value = self.of(node.of)
        if isinstance(node.options, tuple):
            options: Any = [self.of(option) for option in node.options]
        else:
            options = self._options(node.options)
        if options is UNKNOWN or value is UNKNOWN:
            return UNKNOWN
        found = self._found(value, options)
        return inverted(found) if node.negated else found

    def _options(self, path: tree.Path) -> Any:
        listed = self.of(path)
        if listed is UNKNOWN:
            return UNKNOWN
        if isinstance(listed, str) or not isinstance(listed, Sequence | frozenset | set):
            raise FormulaError("not_a_table", name=path.text, type=kind_of(listed))
        return [value_of(option, path.text) for option in listed]

    def _found(self, value: Any, options: Sequence[Any]) -> Any:
        answers = [compared("==", value, option) for option in options]
        if any(answer is True for answer in answers):
            return True
        return UNKNOWN if any(answer is UNKNOWN for answer in answers) else False

    def logic(self, node: tree.Logic) -> Any:
        decides = node.op == "or"
        answer: Any = not decides
        for item in node.items:
            value = truth(self.of(item), node.op)
            if value is decides:
                return decides
            if value is UNKNOWN:
                answer = UNKNOWN
        return answer

    def choice(self, node: tree.Choice) -> Any:
        test = truth(self.of(node.test), "if")
        if test is UNKNOWN:
            return hull(self.of(node.body), self.of(node.other))
        return self.of(node.body if test else node.other)

    def call(self, node: tree.Call) -> Any:
        return CALLS[node.name](*[self.of(arg) for arg in node.args])

    def whole(self, node: tree.Whole) -> Any:
        return value_of(self.scope.get(node.key), node.key)

    def gather(self, node: tree.Gather) -> Any:
        table = self.of(node.table)
        if table is UNKNOWN:
            return UNKNOWN
        if not isinstance(table, Sequence) or isinstance(table, str):
            raise FormulaError("not_a_table", name=node.table.text, type=kind_of(table))
        self.row_name = node.row
        try:
            return _GATHERED[node.name](self._values(node, table))
        finally:
            self.row_name, self.row = "", None

    def _values(self, node: tree.Gather, table: Sequence[Any]) -> list[Any]:
        """One value a row that meets the condition; UNKNOWN for a row of which that is not known."""
        found: list[Any] = []
        counting = node.name == "count"
        for self.row in table:
            meets = True if node.condition is None else truth(self.of(node.condition), "if")
            if meets is False:
                continue
            found.append(UNKNOWN if meets is UNKNOWN else 1 if counting else self.of(node.value))
        return found


def _any(values: list[Any]) -> Any:
    known = [truth(value, "any") for value in values]
    return True if any(v is True for v in known) else UNKNOWN if any(v is UNKNOWN for v in known) else False


def _all(values: list[Any]) -> Any:
    return inverted(_any([inverted(value) for value in values]))


_GATHERED: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "sum": summed, "count": summed, "any": _any, "all": _all, "min": least, "max": greatest,
}  # fmt: skip
_WORKERS: Final[dict[type[Node], Callable[[_Work, Any], Any]]] = {
    tree.Const: _Work.const, tree.Path: _Work.path, tree.Unary: _Work.unary, tree.Binary: _Work.binary,
    tree.Compare: _Work.compare, tree.Among: _Work.among, tree.Logic: _Work.logic, tree.Choice: _Work.choice,
    tree.Call: _Work.call, tree.Gather: _Work.gather, tree.Whole: _Work.whole,
}  # fmt: skip
