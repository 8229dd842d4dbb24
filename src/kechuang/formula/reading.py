"""Text to tree: the part of Python's own expression syntax that a page of the book may use."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Final, NoReturn

from kechuang.formula import tree
from kechuang.formula.tree import Node
from kechuang.formula.working import Worker, worker_of
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase, filled

LONGEST: Final = 4096  # bytes
DEEPEST: Final = 50
GATHERS: Final = ("sum", "count", "any", "all", "min", "max")
WHOLES: Final = ("total", "population")
FUNCTIONS: Final[dict[str, tuple[int, int]]] = {
    "abs": (1, 1), "floor": (1, 1), "ceil": (1, 1), "round_half_up": (1, 1), "min": (2, 20), "max": (2, 20),
    "clamp": (3, 3), "count": (1, 1), "months": (2, 2), "years": (2, 2), "days": (2, 2), "pick": (2, 2),
    "level": (2, 2), "band": (2, 2), "marginal": (2, 2), "span": (2, 2), "mark": (2, 2),
}  # fmt: skip
_SYNTAX: Final = {
    "never closed": Phrase("not an expression: a bracket is never closed"),
    "unmatched": Phrase("not an expression: a bracket closes nothing"),
    "does not match": Phrase("not an expression: a bracket is closed by one of another kind"),
    "unterminated": Phrase("not an expression: a quote is never closed"),
    "Maybe you meant '=='": Phrase("not an expression: = does not compare"),
}
_BINARY: Final = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//"}
_COMPARE: Final = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
_MEND: Final[dict[type[ast.AST], str]] = {
    ast.Pow: "write a product", ast.Mod: "write months(…) or a field that holds the remainder",
    ast.Lambda: "name a step under let", ast.ListComp: "write sum(row.column for row in table)",
    ast.JoinedStr: "texts are not computed", ast.Subscript: "write pick(x, table)",
    ast.Is: "write ==", ast.IsNot: "write !=", ast.NamedExpr: "name a step under let",
    ast.BitAnd: "write and", ast.BitOr: "write or", ast.Invert: "write not",
}  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """A parsed expression; equal texts are one object."""

    text: str
    root: Node

    @cached_property
    def worker(self) -> Worker:
        """What works it out."""
        return worker_of(self.root)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names it needs from a scope, without the links behind them."""
        return frozenset(path.root for path in tree.free(self.root))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The names with their links, in order of first use."""
        return tuple(dict.fromkeys(path.text for path in tree.free(self.root)))

    @cached_property
    def wholes(self) -> tuple[tree.Whole, ...]:
        """The figures over all records of a run that a scope must bring under their `key`."""
        return tuple(node for node in tree.every(self.root) if isinstance(node, tree.Whole))


def parse(text: str, *, path: str = "") -> Expression:
    """The expression `text` says; BadPage (column, what is wrong, what to write) if it is none."""
    if isinstance(text, int):  # YAML reads a bare `0` or `true` as a value
        text = str(text).lower()
    if not isinstance(text, str):
        raise BadPage(path, "{text!r} is no expression", "write one line of text", text=text)
    try:
        return _parsed(text)
    except _Wrong as wrong:
        why = within(_shortened(text), wrong.column, wrong.why)
        raise BadPage(path, why, wrong.mend, column=wrong.column) from None


def within(text: str, column: int, why: str) -> Phrase:
    """What is wrong in an expression, with the place in it."""
    return Phrase("in «{text}» at column {place}: {fault}", text=text, place=column, fault=why)


class _Wrong(Exception):
    def __init__(self, why: str, mend: str = "", column: int = 1, **values: Any) -> None:
        super().__init__(why)
        self.why, self.mend, self.column = filled(why, values), filled(mend, values), column


def _syntax(said: str) -> Phrase:
    """What Python says of a text that is no expression, in words of the house."""
    return next((why for part, why in _SYNTAX.items() if part in said), Phrase("not an expression"))


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"


@lru_cache(maxsize=8192)
def _parsed(text: str) -> Expression:
    line = " ".join(text.strip().splitlines())
    if len(line.encode("utf-8", "replace")) > LONGEST:
        raise _Wrong("longer than {most} bytes", "name parts of it as steps", most=LONGEST)
    if "\\" in line or not line.isprintable():
        raise _Wrong("a character that no expression has", "remove backslashes and control characters")
    return Expression(line, _Reader(line).root())


class _Reader:
    """Walks Python's tree of one text; refuses what the language does not have."""

    def __init__(self, text: str) -> None:
        self.text, self.raw, self.rows = text, text.encode("utf-8", "replace"), list[str]()
        self.readers: dict[type[ast.AST], Callable[..., Node]] = {
            ast.Constant: self._const, ast.Name: self._path, ast.Attribute: self._path, ast.UnaryOp: self._unary,
            ast.BinOp: self._binary, ast.Compare: self._compare, ast.BoolOp: self._logic, ast.IfExp: self._choice,
            ast.Call: self._call,
        }  # fmt: skip

    def root(self) -> Node:
        if not self.text:
            raise _Wrong("nothing is written here", "write an expression")
        try:
            body = ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            raise _Wrong(_syntax(error.msg), "see docs/formula.md", error.offset or 1) from None
        except (ValueError, RecursionError, MemoryError):
            raise _Wrong("not an expression, or nested too deeply", "name parts of it as steps") from None
        return self.read(body, 1)

    def read(self, node: ast.AST, depth: int) -> Node:
        if depth > DEEPEST:
            self._no(node, "nested deeper than {most}", "name parts of it as steps under let", most=DEEPEST)
        reader = self.readers.get(type(node))
        if reader is None:
            self._no(node, "{kind} is not part of the language", _MEND.get(type(node), ""), kind=type(node).__name__)
        return reader(node, depth + 1)

    def at(self, node: ast.AST) -> int:
        offset = getattr(node, "col_offset", 0)
        return len(self.raw[:offset].decode("utf-8", "replace")) + 1

    def _no(self, node: ast.AST, why: str, mend: str = "", **values: Any) -> NoReturn:
        raise _Wrong(why, mend, self.at(node), **values)

    def _const(self, node: ast.Constant, depth: int) -> Node:
        value = node.value
        if value is True or value is False or isinstance(value, str):
            return tree.Const(self.at(node), value)
        if value is None:
            self._no(node, "None is not a value", "leave the answer out")
        written = self.raw[node.col_offset : node.end_col_offset].decode()
        if not _NUMBER.fullmatch(written):
            self._no(node, "{written!r} is no plain number", "write digits, with a point if need be", written=written)
        number = Fraction(written)
        if number > 10**18:
            self._no(node, "larger than 10^18", "check the unit")
        return tree.Const(self.at(node), int(number) if number.denominator == 1 else number)

    def _path(self, node: ast.Name | ast.Attribute, depth: int) -> Node:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self._no(node, "a dot may follow only a name", "name this step under let")
        if len(parts) > 6 or any(part.startswith("_") for part in (inner.id, *parts)):
            self._no(node, "no such name", "names start with a letter and have at most six links")
        if not parts and inner.id in ("true", "false"):
            return tree.Const(self.at(node), inner.id == "true")
        return tree.Path(self.at(node), inner.id, tuple(reversed(parts)))

    def _unary(self, node: ast.UnaryOp, depth: int) -> Node:
        if isinstance(node.op, ast.UAdd):
            return self.read(node.operand, depth)
        if isinstance(node.op, ast.Invert):
            self._no(node, "~ is not part of the language", "write not")
        op = "not" if isinstance(node.op, ast.Not) else "-"
        return tree.Unary(self.at(node), op, self.read(node.operand, depth))

    def _binary(self, node: ast.BinOp, depth: int) -> Node:
        op = _BINARY.get(type(node.op))
        if op is None:
            kind = type(node.op)
            self._no(
                node, "{kind} is not part of the language", _MEND.get(kind, "write + - * / or //"), kind=kind.__name__
            )
        return tree.Binary(self.at(node), op, self.read(node.left, depth), self.read(node.right, depth))

    def _compare(self, node: ast.Compare, depth: int) -> Node:
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            return self._among(node, depth)
        ops = []
        for op in node.ops:
            if type(op) not in _COMPARE:
                self._no(
                    node, "{kind} cannot stand here", _MEND.get(type(op), "split it with and"), kind=type(op).__name__
                )
            ops.append(_COMPARE[type(op)])
        items = tuple(self.read(item, depth) for item in (node.left, *node.comparators))
        return tree.Compare(self.at(node), tuple(ops), items)

    def _among(self, node: ast.Compare, depth: int) -> Node:
        if len(node.ops) != 1:
            self._no(node, "in cannot be chained", "split it with and")
        right = node.comparators[0]
        options: tuple[Node, ...] | tree.Path
        if isinstance(right, ast.Tuple | ast.List):
            options = tuple(self.read(item, depth) for item in right.elts)
        elif isinstance(right, ast.Name | ast.Attribute) and isinstance(found := self._path(right, depth), tree.Path):
            options = found
        else:
            self._no(right, "in needs a list of codes or a name", "write in ('a', 'b')")
        return tree.Among(self.at(node), self.read(node.left, depth), options, isinstance(node.ops[0], ast.NotIn))

    def _logic(self, node: ast.BoolOp, depth: int) -> Node:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return tree.Logic(self.at(node), op, tuple(self.read(item, depth) for item in node.values))

    def _choice(self, node: ast.IfExp, depth: int) -> Node:
        test, body, other = (self.read(item, depth) for item in (node.test, node.body, node.orelse))
        return tree.Choice(self.at(node), test, body, other)

    def _call(self, node: ast.Call, depth: int) -> Node:
        if not isinstance(node.func, ast.Name):
            self._no(node, "only a function of the language can be called", "one of {known}", known=tuple(FUNCTIONS))
        name = node.func.id
        if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
            self._no(node, "{name}(…) takes plain values only", name=name)
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self._gather(node, name, node.args[0], depth)
        if name in WHOLES and len(node.args) == 1:
            return tree.Whole(self.at(node), name, self.read(node.args[0], depth), ast.unparse(node))
        if name in (*GATHERS, *WHOLES) and name not in FUNCTIONS:
            row = "rows" if name in WHOLES else "use.fee for use in instrument.uses"
            self._no(node, "{name} stands over the records of a table", "write {name}({row})", name=name, row=row)
        if name not in FUNCTIONS:
            near = get_close_matches(name, (*FUNCTIONS, *GATHERS, *WHOLES), 1)
            self._no(
                node,
                "no function {name!r}",
                Phrase("did you mean {near}?", near=near[0]) if near else Phrase("{known}", known=tuple(FUNCTIONS)),
                name=name,
            )
        least, most = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            wanted = least if least == most else Phrase("{least} to {most}", least=least, most=most)
            self._no(node, "{name} takes {wanted} values, not {count}", name=name, wanted=wanted, count=len(node.args))
        return tree.Call(self.at(node), name, tuple(self.read(arg, depth) for arg in node.args))

    def _gather(self, node: ast.Call, name: str, inner: ast.GeneratorExp, depth: int) -> Node:
        if name not in GATHERS:
            self._no(node, "{name} takes no rows", "one of {known}", name=name, known=tuple(GATHERS))
        loop = inner.generators[0]
        if len(inner.generators) > 1 or loop.is_async or self.rows:
            self._no(node, "a sum inside a sum", "name the inner one as a field or a step")
        if not isinstance(loop.target, ast.Name):
            self._no(node, "one name stands for the row", "write row.column for row in table")
        table = self.read(loop.iter, depth)
        if not isinstance(table, tree.Path):
            self._no(loop.iter, "rows come from a table by name", "write for row in table")
        self.rows.append(loop.target.id)
        value = self.read(inner.elt, depth)
        tests = tuple(self.read(test, depth) for test in loop.ifs)
        self.rows.pop()
        condition = None if not tests else tests[0] if len(tests) == 1 else tree.Logic(tests[0].at, "and", tests)
        return tree.Gather(self.at(node), name, value, loop.target.id, table, condition)
