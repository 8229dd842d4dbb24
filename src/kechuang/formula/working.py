"""Works an expression out for one scope: exact, three-valued, within a limit of steps.

Each node of the tree is made into a function once, with what is known of it looked up beforehand; an expression keeps
its own for all scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from kechuang.formula import tree
from kechuang.formula.arithmetic import arithmetic, compared, greatest, hull, inverted, least, negated, truth
from kechuang.formula.functions import CALLS, summed
from kechuang.formula.tree import Node
from kechuang.formula.values import UNKNOWN, FormulaError, kind_of, value_of

MOST_STEPS: Final = 10_000


class Work:
    """One evaluation: how names are asked for, the row of the sum being added, and the steps left."""

    __slots__ = ("get", "left", "row")

    def __init__(self, get: Callable[[str], Any], steps: int) -> None:
        self.get, self.left, self.row = get, steps, None


Worker = Callable[[Work], Any]


class Workable(Protocol):
    """A parsed expression with its function."""

    @property
    def worker(self) -> Worker: ...


def evaluate(expression: Workable, scope: Mapping[str, object], *, steps: int = MOST_STEPS) -> Any:
    """The value for the names in `scope`: bool, int, Fraction, str, date, Interval, record, table or UNKNOWN.

    A name that is missing or None is UNKNOWN. Each row of a sum costs as many steps as it has nodes. FormulaError for a
    zero denominator, a wrong type, a broken limit.
    """
    return expression.worker(Work(scope.get, steps))


def worker_of(node: Node, row: str = "") -> Worker:
    """The function that works out `node`; `row` is the name of the row where it stands inside a sum."""
    return _MAKERS[type(node)](node, row)


def _const(node: tree.Const, row: str) -> Worker:
    value = node.value
    return lambda work: value


def _path(node: tree.Path, row: str) -> Worker:
    root, parts, text = node.root, node.parts, node.text
    if not parts and root != row:
        return lambda work: value_of(work.get(root), root)

    def walked(work: Work) -> Any:
        value: Any = work.row if root == row else work.get(root)
        for part in parts:
            if value is None or value is UNKNOWN:
                return UNKNOWN
            if type(value) is not dict and not isinstance(value, Mapping):
                raise FormulaError("not_a_record", name=text, type=kind_of(value))
            value = value.get(part)
        return value_of(value, text)

    return walked


def _unary(node: tree.Unary, row: str) -> Worker:
    of, change = worker_of(node.of, row), inverted if node.op == "not" else negated
    return lambda work: change(of(work))


def _binary(node: tree.Binary, row: str) -> Worker:
    op, left, right = node.op, worker_of(node.left, row), worker_of(node.right, row)
    return lambda work: arithmetic(op, left(work), right(work))


def _compare(node: tree.Compare, row: str) -> Worker:
    first, *others = [worker_of(item, row) for item in node.items]
    if len(others) == 1:
        only, test = node.ops[0], others[0]
        return lambda work: compared(only, first(work), test(work))
    pairs = tuple(zip(node.ops, others, strict=True))

    def chained(work: Work) -> Any:
        left: Any = first(work)
        answer: Any = True
        for op, item in pairs:
            right = item(work)
            here = compared(op, left, right)
            if here is False:
                return False
            if here is UNKNOWN:
                answer = here
            left = right
        return answer

    return chained


def _among(node: tree.Among, row: str) -> Worker:
    of, negative, told = worker_of(node.of, row), node.negated, node.options
    options = _listed(told, row) if isinstance(told, tree.Path) else _written(told, row)

    def among(work: Work) -> Any:
        value, listed = of(work), options(work)
        if listed is UNKNOWN or value is UNKNOWN:
            return UNKNOWN
        found = _found(value, listed)
        return inverted(found) if negative else found

    return among


def _written(options: tuple[Node, ...], row: str) -> Worker:
    workers = tuple(worker_of(option, row) for option in options)
    return lambda work: [option(work) for option in workers]


def _listed(path: tree.Path, row: str) -> Worker:
    table, text = worker_of(path, row), path.text

    def listed(work: Work) -> Any:
        options = table(work)
        if options is UNKNOWN:
            return UNKNOWN
        if isinstance(options, str) or not isinstance(options, Sequence | frozenset | set):
            raise FormulaError("not_a_table", name=text, type=kind_of(options))
        return [value_of(option, text) for option in options]

    return listed


def _found(value: Any, options: Sequence[Any]) -> Any:
    answers = [compared("==", value, option) for option in options]
    if any(answer is True for answer in answers):
        return True
    return UNKNOWN if any(answer is UNKNOWN for answer in answers) else False


def _logic(node: tree.Logic, row: str) -> Worker:
    op, decides = node.op, node.op == "or"
    items = tuple(worker_of(item, row) for item in node.items)

    def joined(work: Work) -> Any:
        answer: Any = not decides
        for item in items:
            value = truth(item(work), op)
            if value is decides:
                return decides
            if value is UNKNOWN:
                answer = UNKNOWN
        return answer

    return joined


def _choice(node: tree.Choice, row: str) -> Worker:
    test, body, other = (worker_of(part, row) for part in (node.test, node.body, node.other))

    def chosen(work: Work) -> Any:
        answer = truth(test(work), "if")
        if answer is UNKNOWN:
            return hull(body(work), other(work))
        return body(work) if answer else other(work)

    return chosen


def _call(node: tree.Call, row: str) -> Worker:
    function, args = CALLS[node.name], tuple(worker_of(arg, row) for arg in node.args)
    return lambda work: function(*[arg(work) for arg in args])


def _whole(node: tree.Whole, row: str) -> Worker:
    key = node.key
    return lambda work: value_of(work.get(key), key)


def _gather(node: tree.Gather, row: str) -> Worker:
    """One value a row that meets the condition, UNKNOWN for a row of which that is not known; then what they come to."""
    come_to, counting, name = _GATHERED[node.name], node.name == "count", node.table.text
    table, value = worker_of(node.table, row), worker_of(node.value, node.row)
    meets = worker_of(node.condition, node.row) if node.condition is not None else _always
    cost = sum(1 for part in (node.value, node.condition) if part is not None for _ in tree.every(part))

    def gathered(work: Work) -> Any:
        rows = table(work)
        if rows is UNKNOWN:
            return UNKNOWN
        if not isinstance(rows, Sequence) or isinstance(rows, str):
            raise FormulaError("not_a_table", name=name, type=kind_of(rows))
        work.left -= cost * len(rows)
        if work.left < 0:
            raise FormulaError("too_many_steps", most=MOST_STEPS)
        found: list[Any] = []
        for work.row in rows:
            answer = truth(meets(work), "if")
            if answer is not False:
                found.append(UNKNOWN if answer is UNKNOWN else 1 if counting else value(work))
        return come_to(found)

    return gathered


def _always(work: Work) -> bool:
    return True


def _any(values: list[Any]) -> Any:
    known = [truth(value, "any") for value in values]
    return True if any(v is True for v in known) else UNKNOWN if any(v is UNKNOWN for v in known) else False


def _all(values: list[Any]) -> Any:
    return inverted(_any([inverted(value) for value in values]))


_GATHERED: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "sum": summed, "count": summed, "any": _any, "all": _all, "min": least, "max": greatest,
}  # fmt: skip
_MAKERS: Final[dict[type[Node], Callable[[Any, str], Worker]]] = {
    tree.Const: _const, tree.Path: _path, tree.Unary: _unary, tree.Binary: _binary, tree.Compare: _compare,
    tree.Among: _among, tree.Logic: _logic, tree.Choice: _choice, tree.Call: _call, tree.Gather: _gather,
    tree.Whole: _whole,
}  # fmt: skip
