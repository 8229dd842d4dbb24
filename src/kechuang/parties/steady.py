"""What does not change while one list of acts is carried out is asked once: the edition, a person's roles, keys already told.

A steady block lies in one transaction, whose locks keep what is remembered true until it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Value = TypeVar("Value")
_held: ContextVar[dict[Hashable, Any] | None] = ContextVar("steady", default=None)


@contextmanager
def steady() -> Iterator[None]:
    """Inside this block `once` remembers; a block within a block shares the outer one's memory."""
    if _held.get() is not None:
        yield
        return
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def once(key: Hashable, ask: Callable[[], Value]) -> Value:
    """What `ask` says, asked once in a steady block and every time outside one."""
    held = _held.get()
    if held is None:
        return ask()
    if key not in held:
        held[key] = ask()
    value: Value = held[key]
    return value


def forget(key: Hashable) -> None:
    """What was remembered under `key` no longer holds."""
    held = _held.get()
    if held is not None:
        held.pop(key, None)
