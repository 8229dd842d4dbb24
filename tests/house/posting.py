"""Which pages write: those whose view, or a function of the pages that it calls, reads what was posted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import unwrap
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.house.routes import Route

PAGES = "kechuang.faces.web"
METHODS = {"GET", "HEAD", "POST"}


def writing(known: Iterable[Route], room: str = PAGES) -> list[Route]:
    """The routes of the pages that take a POST."""
    pages = [route for route in known if unwrap(route.view).__module__.startswith(room)]
    return [route for route in pages if _closed(route.view) != {"GET"} and _posts(route.view, room, set())]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _posts(view: Callable[..., Any], room: str, seen: set[FunctionType]) -> bool:
    found = unwrap(view)
    if not isinstance(found, FunctionType) or found in seen or not found.__module__.startswith(room):
        return False
    seen.add(found)
    if _closed(view) == {"POST"}:
        return True
    codes = list(_codes(found.__code__))
    if any({"POST", "FILES"} & {*code.co_names, *(c for c in code.co_consts if isinstance(c, str))} for code in codes):
        return True
    return any(_posts(called, room, seen) for code in codes for called in _called(code, found.__globals__))


def _called(code: CodeType, known: dict[str, Any]) -> Iterator[FunctionType]:
    """Functions that a piece of code names, of its own module and of those it names."""
    spaces = [known[name] for name in code.co_names if isinstance(known.get(name), ModuleType)]
    for name in code.co_names:
        yield from (one for one in (known.get(name), *(getattr(space, name, None) for space in spaces)) if isinstance(one, FunctionType))  # fmt: skip


def _closed(view: Any) -> set[str] | None:
    """The methods that a decorator lets through, if there is one that says so."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            said = cell.cell_contents
            if isinstance(said, list | tuple) and said and set(map(str, said)) <= METHODS:
                return set(map(str, said))
        view = getattr(view, "__wrapped__", None)
    return None
