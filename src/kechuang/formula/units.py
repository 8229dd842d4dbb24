"""Types and units of an expression, found without any value: both ways of every choice are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NoReturn

from kechuang.formula import tree
from kechuang.formula.reading import Expression, within
from kechuang.formula.tree import Node, Path
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

CANNOT: Final = {
    "+": "cannot add {left} and {right}", "-": "cannot subtract {left} and {right}",
    "<": "cannot compare {left} and {right}", "if": "cannot choose between {left} and {right}",
}  # fmt: skip
Units = tuple[tuple[str, int], ...]
NO_UNIT: Final[Units] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is: number, truth, code, date, record, rows, levels (rows of thresholds) or codes (a table by code).

    `units` of a number: dimensions with their powers, None where any fits (a bare 0, or not known). `columns`: those
    of levels. `options`: the codes a code or a table may have, empty where they are not listed.
    """

    kind: str
    units: Units | None = NO_UNIT
    columns: tuple[Units | None, ...] = ()
    options: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return shown(self.units) if self.kind == "number" else _CALLED.get(self.kind, self.kind)


_CALLED: Final = {
    "truth": Phrase("true/false"), "codes": Phrase("a table by code"), "levels": Phrase("rows of thresholds"),
    "number": Phrase("a number"), "code": Phrase("a code"), "date": Phrase("a date"), "record": Phrase("a record"),
    "rows": Phrase("rows"), "choices": Phrase("choices"), "any": Phrase("anything"),
}  # fmt: skip
TRUTH: Final = Kind("truth")
DATE: Final = Kind("date")
ANY: Final = Kind("any", None)
Names = Callable[[Path, Mapping[str, str]], Kind]


@lru_cache(maxsize=256)
def number(of: str | None) -> Kind:
    """A number of one dimension: "" for none, None where any fits."""
    return Kind("number", None if of is None else unit(of))


def unit(of: str) -> Units:
    return ((of, 1),) if of else NO_UNIT


def shown(units: Units | None) -> str:
    """`money`, `money/person`, or `a bare number`."""
    if not units:
        return Phrase("a bare number") if units is not None else Phrase("any number")
    over = "·".join(name for name, power in units for _ in range(max(power, 0)))
    under = "·".join(name for name, power in units for _ in range(max(-power, 0)))
    return (over or "1") + (f"/{under}" if under else "")


def kind_of(expression: Expression, names: Names, *, path: str = "", rows: Callable[[Path], str] | None = None) -> Kind:
    """What the expression comes to. `names` tells the kind of a path (raising BadPage for an unknown one), given which
    entity the row of a sum is of; `rows` tells that entity. BadPage with `path` and column for a mismatch."""
    checker = _Checker(names, rows or (lambda _: ""), expression.text)
    try:
        return checker.of(expression.root)
    except BadPage as bad:
        column = bad.column or 1
        raise BadPage(path, within(expression.text, column, bad.why), bad.mend, column=column) from None


class _Checker:
    def __init__(self, names: Names, rows: Callable[[Path], str], text: str) -> None:
        self.names, self.rows_of, self.text = names, rows, text
        self.rows: dict[str, str] = {}

    def of(self, node: Node) -> Kind:
        found: Kind = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return found

    def _no(self, node: Node, why: str, mend: str = "", **values: Any) -> NoReturn:
        raise BadPage("", why, mend, column=node.at, **values)

    def _const(self, node: tree.Const) -> Kind:
        if isinstance(node.value, bool):
            return TRUTH
        if isinstance(node.value, str):
            return Kind("code", options=frozenset([node.value]))
        return number(None if node.value == 0 else "")

    def _path(self, node: Path) -> Kind:
        try:
            return self.names(node, self.rows)
        except BadPage as bad:
            raise BadPage("", bad.why, bad.mend, column=bad.column or node.at) from None

    def _whole(self, node: tree.Whole) -> Kind:
        return number("") if node.name == "population" else self._number(node.of)

    def _truth(self, node: Node) -> Kind:
        found = self.of(node)
        if found.kind not in ("truth", "any"):
            self._no(node, "{found} where true/false is needed", "write a comparison", found=found)
        return TRUTH

    def _number(self, node: Node) -> Kind:
        found = self.of(node)
        if found.kind not in ("number", "any"):
            self._no(node, "{found} where a number is needed", found=found)
        return found if found.kind == "number" else number(None)

    def _unary(self, node: tree.Unary) -> Kind:
        return self._truth(node.of) if node.op == "not" else self._number(node.of)

    def _binary(self, node: tree.Binary) -> Kind:
        left, right = self._number(node.left), self._number(node.right)
        if node.op in ("+", "-"):
            return self._alike(node, left, right, CANNOT["+" if node.op == "+" else "-"])
        if left.units is None or right.units is None:
            return number(None)
        sign = 1 if node.op == "*" else -1
        powers = dict(left.units)
        for name, power in right.units:
            powers[name] = powers.get(name, 0) + sign * power
        if any(abs(power) > 1 for power in powers.values()):
            self._no(node, "cannot multiply {left} by {right}", "one of them should be a rate", left=left, right=right)
        return Kind("number", tuple(sorted((name, power) for name, power in powers.items() if power)))

    def _alike(self, node: Node, left: Kind, right: Kind, why: str) -> Kind:
        if left.units is None or right.units is None:
            return right if left.units is None else left
        if left.units != right.units:
            self._no(node, why, "bring both to one unit", left=left, right=right)
        return left

    def _compare(self, node: tree.Compare) -> Kind:
        kinds = [self.of(item) for item in node.items]
        for n, (left, right) in enumerate(pairwise(kinds)):
            self._comparable(node, node.ops[n], left, right)
        return TRUTH

    def _comparable(self, node: Node, op: str, left: Kind, right: Kind) -> None:
        if "any" in (left.kind, right.kind):
            return
        if left.kind != right.kind:
            self._no(node, "cannot compare {left} and {right}", "bring both to one unit", left=left, right=right)
        if left.kind == "number":
            self._alike(node, left, right, CANNOT["<"])
        elif left.kind == "code":
            self._options(node, left, right)
        if left.kind not in ("number", "date") and op not in ("==", "!="):
            self._no(node, "{left} has no order", "write == or !=", left=left)

    def _options(self, node: Node, left: Kind, right: Kind) -> None:
        for one, other in ((left, right), (right, left)):
            if len(one.options) > 1 and len(other.options) == 1 and not other.options <= one.options:
                self._no_option(node, next(iter(other.options)), one.options)

    def _no_option(self, node: Node, code: str, options: frozenset[str]) -> NoReturn:
        close = get_close_matches(code, options, 1)
        mend = (
            Phrase("did you mean {near}?", near=close[0])
            if close
            else Phrase("one of {known}", known=tuple(sorted(options)))
        )
        self._no(node, "no such code '{code}'", mend, code=code)

    def _among(self, node: tree.Among) -> Kind:
        found = self.of(node.of)
        if isinstance(node.options, tuple):
            for option in node.options:
                self._comparable(option, "==", found, self.of(option))
        else:
            listed = self.of(node.options)
            if listed.kind not in ("choices", "any"):
                self._no(node, "{listed} is no list of choices", "write in ('a', 'b')", listed=listed)
        return TRUTH

    def _logic(self, node: tree.Logic) -> Kind:
        for item in node.items:
            self._truth(item)
        return TRUTH

    def _choice(self, node: tree.Choice) -> Kind:
        self._truth(node.test)
        return self._same(node, [self.of(node.body), self.of(node.other)])

    def _same(self, node: Node, kinds: list[Kind]) -> Kind:
        kinds = [kind for kind in kinds if kind.kind != "any"] or [ANY]
        first = kinds[0]
        for other in kinds[1:]:
            if first.kind != other.kind:
                self._no(
                    node, "{first} in one case and {other} in the other", "both must be alike", first=first, other=other
                )
            first = self._alike(node, first, other, CANNOT["if"]) if first.kind == "number" else first
        return first

    def _gather(self, node: tree.Gather) -> Kind:
        table = self.of(node.table)
        if table.kind not in ("rows", "any"):
            self._no(
                node.table, "{text} has no rows", "name a table, or a link back to many records", text=node.table.text
            )
        self.rows[node.row] = self.rows_of(node.table)
        if node.condition is not None:
            self._truth(node.condition)
        found = Kind("number", NO_UNIT) if node.name == "count" else self.of(node.value)
        del self.rows[node.row]
        if node.name in ("any", "all") and found.kind != "truth":
            self._no(node, "{name} of {found}", "write a comparison", name=node.name, found=found)
        if node.name == "sum" and found.kind not in ("number", "any"):
            self._no(node, "sum of {found}", "sum a number", found=found)
        return number(None) if node.name == "count" else found

    def _call(self, node: tree.Call) -> Kind:
        if node.name in ("months", "years", "days"):
            for arg in node.args:
                if self.of(arg).kind not in ("date", "any"):
                    self._no(arg, "{name} of {value}", "give two dates", name=node.name, value=self.of(arg))
            return number({"months": "month", "years": "year", "days": "day"}[node.name])
        if node.name in ("min", "max", "clamp", "span"):
            return self._same(node, [self.of(arg) for arg in node.args])
        if node.name == "count":
            self.of(node.args[0])
            return number(None)
        if node.name == "mark":
            return self._same(node, [self._number(arg) for arg in node.args])
        if node.name in ("pick", "level", "band", "marginal"):
            return self._looked_up(node)
        return self._number(node.args[0])

    def _looked_up(self, node: tree.Call) -> Kind:
        value, table = self.of(node.args[0]), self.of(node.args[1])
        if table.kind == "any":
            return number(None)
        wanted = "codes" if node.name == "pick" else "levels"
        if table.kind != wanted:
            self._no(
                node.args[1], "{name} needs {called}, not {table}", name=node.name, called=_CALLED[wanted], table=table
            )
        if node.name == "pick":
            for code in sorted(value.options - table.options) if value.kind == "code" else ():
                self._no(node, "the table has nothing for '{code}'", "add it, with 0 if nothing is due", code=code)
            return Kind("number", table.units)
        if len(table.columns) != (3 if node.name == "band" else 2):
            self._no(
                node.args[1], "{name} needs rows of {value}", name=node.name, value=3 if node.name == "band" else 2
            )
        threshold = Kind("number", table.columns[0])
        if (
            threshold.units is not None
            and value.units is not None
            and value.kind == "number"
            and threshold.units != value.units
        ):
            self._no(
                node,
                "the table is in {threshold}, the value is in {value}",
                "bring both to one unit",
                threshold=threshold,
                value=value,
            )
        return value if node.name == "marginal" else Kind("number", table.columns[1])
