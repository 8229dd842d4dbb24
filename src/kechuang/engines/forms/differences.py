"""What changed between two sets of answers: task book against application, one version against another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from kechuang.engines.forms.kinds import PARTS
from kechuang.engines.forms.model import Field, Form, Text, Values


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer, cell or whole row that is not as it was.

    `path` counts rows as they are after the change, of a removed row as they were before.
    """

    path: str
    label: Text
    change: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None


def differences(form: Form, before: Values, after: Values, *, computed: bool = True) -> tuple[Difference, ...]:
    """All differences, in the order of the form; `computed` ones can be left out, since they follow from others."""
    found: list[Difference] = []
    for code, field in form.fields.items():
        if computed or field.kind != "computed":
            found.extend(_of_field(field, before.get(code), after.get(code), code, computed=computed))
    return tuple(found)


def outside(form: Form, before: Values, after: Values, *, asked: Collection[str]) -> tuple[Difference, ...]:
    """What was changed although nobody asked for it: `asked` are codes of fields or of whole sections."""
    free = set(asked)
    for section in form.sections:
        if section.code in free:
            free.update(field.code for field in section.fields)
    found = differences(form, before, after, computed=False)
    return tuple(one for one in found if one.path.partition(".")[0] not in free)


def _of_field(field: Field, before: Any, after: Any, path: str, *, computed: bool) -> Iterator[Difference]:
    if before == after:
        return
    if field.kind in PARTS and isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _cells(field, before, after, path, computed=computed)
    elif field.columns and isinstance(before, tuple) and isinstance(after, tuple):
        yield from _rows(field, before, after, path, computed=computed)
    else:
        yield _one(field.title, before, after, path)


def _one(label: Text, before: Any, after: Any, path: str) -> Difference:
    change: Literal["added", "removed", "changed"] = "changed"
    if before is None:
        change = "added"
    elif after is None:
        change = "removed"
    return Difference(path, label, change, before, after)


def _cells(field: Field, before: Values, after: Values, path: str, *, computed: bool) -> Iterator[Difference]:
    for column in field.columns:
        if before.get(column.code) != after.get(column.code) and (computed or column.kind != "computed"):
            yield _one(column.title, before.get(column.code), after.get(column.code), f"{path}.{column.code}")


def _rows(
    field: Field, before: tuple[Values, ...], after: tuple[Values, ...], path: str, *, computed: bool
) -> Iterator[Difference]:
    """Rows that stayed are found first, so that a row put in between does not change all that follow."""
    asked = [column.code for column in field.columns if column.kind != "computed"]
    was, now = ([tuple(repr(row.get(code)) for code in asked) for row in rows] for rows in (before, after))
    for tag, old, old_end, new, new_end in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        both = min(old_end - old, new_end - new)
        for step in range(both if tag == "replace" or computed else 0):
            yield from _cells(field, before[old + step], after[new + step], f"{path}.{new + step}", computed=computed)
        for number in range(old + both, old_end):
            yield _one(field.title, before[number], None, f"{path}.{number}")
        for number in range(new + both, new_end):
            yield _one(field.title, None, after[number], f"{path}.{number}")
