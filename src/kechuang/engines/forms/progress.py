"""How far a form is filled in, section by section: for the list of parts beside the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from kechuang.engines.forms.kinds.base import characters
from kechuang.engines.forms.model import EMPTY, Field, Form, Section, Values
from kechuang.engines.forms.scope import is_asked, scope_of
from kechuang.words.reason import Reason

MISSING: Final = frozenset(("required", "must_agree", "must_sign"))
_TEXTS: Final = frozenset(("text", "longtext", "richtext"))


@dataclass(frozen=True, slots=True)
class Progress:
    """One section: how many of its questions are answered, what is missing and what is wrong, by path."""

    section: Section
    asked: int
    done: int
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    characters: int
    rows: int
    files: int

    @property
    def state(self) -> Literal["ok", "wrong", "open", "empty"]:
        if self.wrong:
            return "wrong"
        if not self.missing:
            return "ok"
        return "open" if self.done else "empty"


def progress(
    form: Form, values: Values, errors: Mapping[str, Collection[Reason]], *, known: Values = EMPTY
) -> tuple[Progress, ...]:
    """One Progress a section. `errors` of a draft are enough: required answers are looked for here as well."""
    scope = scope_of(form, values, known=known, answered=form.fields.keys() - known.keys(), broken=tuple(errors))
    return tuple(_section(form, section, values, errors, scope) for section in form.sections)


def _section(
    form: Form, section: Section, values: Values, errors: Mapping[str, Collection[Reason]], scope: Mapping[str, Any]
) -> Progress:
    own = {path: reasons for path, reasons in errors.items() if form.section_of(path) is section}
    wrong = tuple(path for path, reasons in own.items() if any(reason.code not in MISSING for reason in reasons))
    heads = {path.partition(".")[0] for path in wrong}
    missing = dict.fromkeys(_unanswered(section, values, scope, heads))
    missing.update(dict.fromkeys(path for path in own if path not in wrong))
    asked = [field for field in section.fields if field.kind != "computed"]
    answered = [(field, values[field.code]) for field in asked if field.code in values]
    return Progress(
        section,
        asked=len(asked),
        done=len(answered),
        missing=tuple(missing),
        wrong=wrong,
        characters=sum(characters(value) for field, value in answered if field.kind in _TEXTS),
        rows=sum(len(value) for field, value in answered if field.kind == "table"),
        files=sum(_files(field, value) for field, value in answered),
    )


def _unanswered(section: Section, values: Values, scope: Mapping[str, Any], broken: Collection[str]) -> Iterator[str]:
    for field in section.fields:
        agreed = field.code in values and not (field.kind == "statement" and values[field.code] is False)
        if field.kind != "computed" and not agreed and field.code not in broken and is_asked(field, scope) is True:
            yield field.code


def _files(field: Field, value: Any) -> int:
    return len(value) if field.kind == "files" else int(field.kind == "file")
