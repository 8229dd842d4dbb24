"""The syntax tree of an expression: what a page may say, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Node:
    """`at` is the column of its first character, counted from 1."""

    at: int


@dataclass(frozen=True, slots=True)
class Const(Node):
    """A number, a quoted code, true or false."""

    value: int | Fraction | str | bool


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A name, or a name and the links and field behind it: `trade.buyer.in_region`."""

    root: str
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return ".".join((self.root, *self.parts))


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-x`, or `not x`."""

    op: str
    of: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`+ - * / //`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`a < b <= c`: `items` has one more than `ops`."""

    ops: tuple[str, ...]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Among(Node):
    """`x in ('a', 'b')` or `'a' in choices`; `options` is a tuple of nodes or one path."""

    of: Node
    options: tuple[Node, ...] | Path
    negated: bool


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and`, `or` over two or more."""

    op: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`body if test else other`."""

    test: Node
    body: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """One of the functions of the language."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Gather(Node):
    """`sum(value for row in table if condition)`, and count, any, all, min, max."""

    name: str
    value: Node
    row: str
    table: Path
    condition: Node | None


@dataclass(frozen=True, slots=True)
class Whole(Node):
    """`total(x)` over all records of the run, `population(entity)`: `key` is where a scope holds it."""

    name: str
    of: Node
    key: str


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly inside `node`."""
    match node:
        case Unary(of=of) | Whole(of=of):
            return (of,)
        case Binary(left=left, right=right):
            return (left, right)
        case Compare(items=items) | Logic(items=items) | Call(args=items):
            return items
        case Among(of=of, options=options):
            return (of, *options) if isinstance(options, tuple) else (of, options)
        case Choice(test=test, body=body, other=other):
            return (test, body, other)
        case Gather(value=value, table=table, condition=condition):
            return (value, table, condition) if condition is not None else (value, table)
    return ()


def every(node: Node) -> Iterator[Node]:
    """`node` and all nodes inside it, outermost first."""
    yield node
    for inner in children(node):
        yield from every(inner)


def free(node: Node, bound: frozenset[str] = frozenset()) -> Iterator[Path]:
    """The paths whose root is no row of a surrounding sum."""
    if isinstance(node, Path):
        if node.root not in bound:
            yield node
        return
    if isinstance(node, Gather):
        yield from free(node.table, bound)
        inside = bound | {node.row}
        yield from free(node.value, inside)
        if node.condition is not None:
            yield from free(node.condition, inside)
        return
    if isinstance(node, Whole) and node.name == "population":
        return
    for inner in children(node):
        yield from free(inner, bound)
