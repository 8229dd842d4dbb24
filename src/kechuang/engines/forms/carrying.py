"""Answers that need not be typed: carried over from an earlier form, or filled in from what the house knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kechuang.engines.forms.cleaning import DRAFT, clean
from kechuang.engines.forms.kinds.base import no_choices
from kechuang.engines.forms.model import Choices, Field, Form, Values
from kechuang.engines.forms.storing import answers_of
from kechuang.words.reason import Reason


@dataclass(frozen=True, slots=True)
class Carried:
    """`values` that fit the new form, and by path why others (`left`) do not."""

    values: dict[str, Any]
    left: dict[str, tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Prefilled:
    """`values` with what was filled in, and for each filled path the fact it came from."""

    values: dict[str, Any]
    sources: dict[str, str]


def copy_from(form: Form, old: Values, *, was: Form | None = None, choices: Choices = no_choices) -> Carried:
    """The answers of an earlier form (`was`, else the same) that still fit this one.

    Signatures, statements, checklists, sheets and fields with `copy: false` are asked anew. An answer of another
    kind is read again as if typed; a table is left as a whole if one of its cells does not fit.
    """
    answers = answers_of(was or form, old)
    wanted = {code: raw for code, raw in answers.items() if code in form.fields and form.fields[code].copied}
    read = clean(form, wanted, stage=DRAFT, choices=choices)
    broken = {path.partition(".")[0] for path in read.errors}
    values = {code: value for code, value in read.values.items() if code in wanted and code not in broken}
    return Carried(values, read.errors)


def prefilled(form: Form, values: Values, fact: Callable[[str], object], *, choices: Choices = no_choices) -> Prefilled:
    """The values, with blank fields of `prefill: <fact>` filled from `fact(name)`; what was typed is never replaced.

    A fact gives the value, or a record of them: then the field takes the entry of its own code, of the part behind
    its first `_` (`leader_born` → born), or of its kind. Each fact is asked once; what does not fit is left blank.
    """
    blank = [field for field in form.fields.values() if field.prefill and field.code not in values]
    facts = {name: fact(name) for name in dict.fromkeys(field.prefill for field in blank)}
    taken = {field.code: _taken(field, facts[field.prefill]) for field in blank}
    answers = answers_of(form, {code: value for code, value in taken.items() if value is not None})
    read = clean(form, answers, stage=DRAFT, choices=choices)
    broken = {path.partition(".")[0] for path in read.errors}
    good = {code: read.values[code] for code in answers if code in read.values and code not in broken}
    return Prefilled({**values, **good}, {code: form.fields[code].prefill for code in good})


def _taken(field: Field, fact: object) -> Any:
    if not isinstance(fact, Mapping):
        return fact
    for key in (field.code, field.code.partition("_")[2], field.kind):
        if fact.get(key) is not None:
            return fact[key]
    return None
