"""Every English pattern that a fault of a page may say, read from the sources, and those that break the form."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from kechuang.words.phrase import FIELD

PACKAGE = Path(__file__).parents[2] / "src" / "kechuang"
HAN = re.compile("[\u3400-\u9fff]")
TEXTS = ("why", "mend")
NO_VALUES = {"path", "line", "column", *TEXTS}


class Pattern(NamedTuple):
    """One pattern: where it stands, what it says, and the names of the values given; None where others give them."""

    file: str
    line: int
    text: str
    given: frozenset[str] | None

    @property
    def fields(self) -> frozenset[str]:
        return fields(self.text)


def fields(text: str) -> frozenset[str]:
    return frozenset(found[1] for found in FIELD.finditer(text))


def sources() -> dict[str, ast.Module]:
    """The modules that raise faults of pages, by their path below the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text("utf-8")
        if ("BadPage(" in text or "Phrase(" in text) and path.name != "phrase.py":
            found[str(path.relative_to(PACKAGE))] = ast.parse(text)
    return found


class Reading:
    """The patterns of one module, and the places (line, why) that a catalogue cannot follow."""

    def __init__(self, file: str, tree: ast.Module, spoken: frozenset[str] = frozenset()) -> None:
        self.file, self.spoken = file, spoken
        self.patterns: list[Pattern] = []
        self.faults: list[tuple[int, str]] = []
        self.followed = True  # whether the texts of the call at hand stand there themselves
        self.tables = {
            name.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for name in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(name, ast.Name)
        }
        self.doors = dict(_doors(tree)) | {"BadPage": {"why": 1, "mend": 2}}
        self._inside(tree, None)

    def _inside(self, node: ast.AST, function: ast.FunctionDef | None) -> None:
        for below in ast.iter_child_nodes(node):
            if isinstance(below, ast.Call):
                self._call(below, function)
            self._inside(below, below if isinstance(below, ast.FunctionDef) else function)

    def _call(self, call: ast.Call, function: ast.FunctionDef | None) -> None:
        name = called(call)
        given = frozenset(one.arg for one in call.keywords if one.arg) - NO_VALUES
        if name == "Phrase":
            if not (call.args and isinstance(call.args[0], ast.Constant)):
                self.faults.append((call.lineno, "a phrase begins with its pattern, as one text"))
                return
            self._say(call.args[0], given)
            self._idle(call, given, self.patterns[-1:])
        elif name in self.doors:
            if any(one.arg is None for one in call.keywords):
                given = None
            before, self.followed = len(self.patterns), True
            for key, place in self.doors[name].items():
                told = [one.value for one in call.keywords if one.arg == key] or call.args[place : place + 1]
                for text in told:
                    self._look(text, given, function)
            if given is not None and self.followed:
                self._idle(call, given, self.patterns[before:])

    def _idle(self, call: ast.Call, given: frozenset[str], patterns: list[Pattern]) -> None:
        if idle := given - frozenset().union(*(one.fields for one in patterns)):
            self.faults.append((call.lineno, f"no pattern has a field for {', '.join(sorted(idle))}"))

    def _look(self, node: ast.expr, given: frozenset[str] | None, function: ast.FunctionDef | None) -> None:
        match node:
            case ast.Constant():
                self._say(node, given)
            case ast.IfExp(body=one, orelse=other):
                self._look(one, given, function)
                self._look(other, given, function)
            case ast.Starred(value=value):
                self._look(value, given, function)
            case ast.Attribute(attr="why" | "mend"):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get")) if table in self.tables:
                self._table(self.tables[table])
            case ast.Call() if called(node) in {"Phrase", *self.spoken}:
                pass
            case ast.Subscript(value=ast.Name(id=table)) | ast.Name(id=table) if table in self.tables:
                self._table(self.tables[table])
            case ast.Name(id=name) if function is not None:
                self._named(node, name, given, function)
            case _:
                self.faults.append((node.lineno, f"no pattern: {ast.unparse(node)}"))

    def _named(self, node: ast.Name, name: str, given: frozenset[str] | None, function: ast.FunctionDef) -> None:
        """A name: what the function was given under it, or every text that it is set to."""
        if name in {one.arg for one in (*function.args.posonlyargs, *function.args.args)} and name in TEXTS:
            self.followed = False
            return
        found = [value for target, value in _set(function) if name in target]
        for value in found:
            self._look(value, given if isinstance(value, ast.Constant) else None, function)
        if not found:
            self.faults.append((node.lineno, f"nobody knows what {name} says"))

    def _table(self, value: ast.expr) -> None:
        """The texts of a table of the module: those that are no keys and stand in no phrase."""
        if (
            isinstance(value, ast.Constant)
            and isinstance(value.value, str)
            and (" " in value.value or "{" in value.value)
        ):
            self._say(value, None)
        elif isinstance(value, ast.Dict):
            for below in value.values:
                self._table(below)
        elif isinstance(value, ast.Tuple | ast.List):
            for below in value.elts:
                self._table(below)

    def _say(self, node: ast.Constant, given: frozenset[str] | None) -> None:
        pattern = Pattern(self.file, node.lineno, str(node.value), given)
        if node.value:
            self.patterns.append(pattern)
        if given is not None and (missing := pattern.fields - given):
            self.faults.append((node.lineno, f"nothing is given for {', '.join(sorted(missing))}"))


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _doors(tree: ast.Module) -> Iterator[tuple[str, dict[str, int]]]:
    """Functions and classes of a module that are given a why or how to mend it, and at which places."""
    for outer in ast.walk(tree):
        for node in getattr(outer, "body", ()) if isinstance(outer, ast.ClassDef | ast.Module) else ():
            if isinstance(node, ast.FunctionDef):
                names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
                first = 1 if names[:1] == ["self"] else 0
                places = {name: names.index(name) - first for name in TEXTS if name in names}
                if places and isinstance(outer, ast.ClassDef) and node.name == "__init__":
                    yield outer.name, places
                elif places:
                    yield node.name, places


def _set(function: ast.FunctionDef) -> Iterator[tuple[set[str], ast.expr]]:
    """Each assignment below a function: the names it sets, and each value that may come to them."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=True):
                    yield {ast.unparse(one)}, value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Call):
                yield {ast.unparse(one) for one in target.elts}, node.value
            else:
                yield {ast.unparse(target)}, node.value


def readings() -> list[Reading]:
    trees = sources()
    return [Reading(file, tree, saying(trees.values())) for file, tree in trees.items()]


def saying(trees) -> frozenset[str]:
    """The functions whose answer is a phrase, or a pair of them."""
    return frozenset(
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.returns is not None and "Phrase" in ast.unparse(node.returns)
    )


def untold(patterns: Iterable[Pattern], chinese: Mapping[str, str]) -> list[str]:
    """The patterns without their Chinese, or whose fields are others in it; and what nothing says any more."""
    found, wanted = [], {one.text: one for one in patterns if re.search("[A-Za-z]", FIELD.sub("", one.text))}
    for text, one in wanted.items():
        said = chinese.get(text, "")
        if not said:
            found.append(f"{one.file}:{one.line}: no Chinese for: {text}")
        elif not HAN.search(said):
            found.append(f"{one.file}:{one.line}: no Chinese in: {said}")
        elif fields(said) != one.fields:
            found.append(f"{one.file}:{one.line}: other fields in Chinese: {text}")
    return found
