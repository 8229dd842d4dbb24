"""Read a flow page into a Flow; what the page says wrongly is told by path, reason and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kechuang.engines.flow.definition import Act, Flow, Limit, Param, Parent, State, Text
from kechuang.formula import parse
from kechuang.words.outcome import BadPage

PAGE_KEYS = {
    *("format", "code", "title", "of", "source", "assumptions", "stages", "states", "params", "facts", "acts"),
    *("parent", "changes", "appeals", "money", "examples", "choices"),
    "frozen",  # said by rounds of earlier pages, read no more; `kechuang check` refuses it
}
STATE_KEYS = {"code", "zh", "en", "stage", "end", "public", "pays", "clock_stopped"}
ACT_KEYS = {
    *(
        "title",
        "from",
        "to",
        "by",
        "round",
        "after",
        "after_any",
        "never_with",
        "seconded_by",
        "times",
        "when",
        "otherwise",
    ),
    *(
        "bulk",
        "inputs",
        "checks",
        "finds",
        "effects",
        "locks",
        "letter",
        "public",
        "limit",
        "parent",
        "through",
        "cases",
    ),
}
LIMIT_KEYS = {"within", "not_before", "at", "from", "before", "then", "alert"}
PARAM_KEYS = {"zh", "en", "value", "at_most", "source", "confidence", "confirm"}


def flow_from(page: Mapping[str, Any]) -> Flow:
    """The flow that `page` defines; BadPage at the first thing that cannot be read. Names are proven by `audit`."""
    path = f"flows/{page.get('code', '?')}"
    _known(page, PAGE_KEYS, path)
    for key in ("code", "title", "states", "acts"):
        if not page.get(key):
            raise BadPage(path, "the page has no {key}", "write {key}:", key=key)
    parent = page.get("parent")
    return Flow(
        code=str(page["code"]),
        title=_text(page["title"], f"{path}.title"),
        of=str(page.get("of", "case")),
        states={name: _state(name, said, f"{path}.states.{name}") for name, said in _items(page, "states", path)},
        acts={name: _act(name, said, f"{path}.acts.{name}") for name, said in _items(page, "acts", path)},
        params={name: _param(name, said, f"{path}.params.{name}") for name, said in _items(page, "params", path)},
        facts={name: str(said) for name, said in _items(page, "facts", path)},
        parent=_parent(parent, f"{path}.parent") if parent else None,
        changes=dict(_items(page, "changes", path)),
        stages={name: _text(said, f"{path}.stages.{name}") for name, said in _items(page, "stages", path)},
        appeals=tuple(page.get("appeals", ())),
        choices=dict(_items(page, "choices", path)),
        money=dict(_items(page, "money", path)),
        examples=tuple(page.get("examples", ())),
    )


def _known(said: Any, keys: set[str], path: str) -> None:
    if not isinstance(said, Mapping):
        raise BadPage(path, "{told!r} is no mapping", "write keys with values", told=said)
    for key, value in said.items():
        if key not in keys:
            raise BadPage(
                f"{path}.{key}", "the engine knows no such key", "write one of {keys}", keys=tuple(sorted(keys))
            )
        if value is None:
            raise BadPage(f"{path}.{key}", "nothing is said here", "quote texts with a comma, or leave the key out")


def _items(page: Mapping[str, Any], key: str, path: str) -> Iterator[tuple[str, Any]]:
    said = page.get(key, {})
    if not isinstance(said, Mapping):
        raise BadPage(f"{path}.{key}", "must be a mapping of names", "write `name: {...}`")
    yield from ((str(name), value) for name, value in said.items())


def _text(said: Any, path: str) -> Text:
    """A text in both languages, and nothing else."""
    if not isinstance(said, Mapping) or not said.get("zh") or not said.get("en"):
        raise BadPage(path, "the text lacks Chinese or English", "write {zh: …, en: …}")
    return {"zh": str(said["zh"]), "en": str(said["en"])}


def _names(said: Any, path: str) -> tuple[str, ...]:
    """A list of names; one name alone is a list of one."""
    if isinstance(said, str):
        return (said,)
    if not isinstance(said, Sequence) or not all(isinstance(name, str) for name in said):
        raise BadPage(path, "{told!r} is no list of names", "write [one, two]", told=said)
    return tuple(said)


def _state(name: str, said: Any, path: str) -> State:
    _known(said, STATE_KEYS, path)
    return State(
        name=name,
        code=str(said.get("code", "")),
        title=_text(said, path),
        stage=str(said.get("stage", "")),
        end=bool(said.get("end", False)),
        public=bool(said.get("public", False)),
        pays=bool(said.get("pays", False)),
        clock_stopped=_names(said.get("clock_stopped", ()), f"{path}.clock_stopped"),
    )


def _act(name: str, said: Any, path: str) -> Act:
    _known(said, ACT_KEYS, path)
    for key in ("title", "from", "to", "by"):
        if key not in said:
            raise BadPage(path, "the act has no {key}", "write {key}:", key=key)
    lists = {key: _names(said.get(key, ()), f"{path}.{key}") for key in ACT_LISTS}
    limit, public = said.get("limit"), said.get("public")
    return Act(
        name=name,
        title=_text(said["title"], f"{path}.title"),
        start=_names(said["from"], f"{path}.from"),
        to=str(said["to"]),
        by=str(said["by"]),
        seconded_by=str(said.get("seconded_by", "")),
        times=int(said.get("times", 0)),
        when=parse(str(said["when"]), path=f"{path}.when") if "when" in said else None,
        otherwise=_otherwise(said, path),
        bulk=bool(said.get("bulk", False)),
        inputs=_inputs(said.get("inputs", {}), f"{path}.inputs"),
        letter=str(said.get("letter", "")),
        public=_public(public, f"{path}.public") if public else None,
        limit=_limit(limit, f"{path}.limit") if limit else None,
        parent=str(said.get("parent", "")),
        cases={act: _names(states, f"{path}.cases.{act}") for act, states in said.get("cases", {}).items()},
        **lists,
    )


def _otherwise(said: Mapping[str, Any], path: str) -> Text | None:
    """What is said where the condition does not hold; BadPage where there is no condition."""
    if "otherwise" in said and "when" not in said:
        raise BadPage(f"{path}.otherwise", "the act has no condition", "write when:, or take it out")
    return _text(said["otherwise"], f"{path}.otherwise") if "otherwise" in said else None


ACT_LISTS = ("round", "after", "after_any", "never_with", "checks", "finds", "effects", "locks", "through")


def _inputs(said: Any, path: str) -> dict[str, Mapping[str, Any]]:
    """Fields as the forms engine reads them; only their texts are looked at here."""
    if not isinstance(said, Mapping):
        raise BadPage(path, "inputs are fields by name", "write `name: {kind: …, zh: …, en: …}`")
    for name, field in said.items():
        _text(field, f"{path}.{name}")
        if not field.get("kind"):
            raise BadPage(f"{path}.{name}", "the field has no kind", "write kind:")
        options = field.get("options", {})
        if not isinstance(options, Mapping):
            raise BadPage(f"{path}.{name}.options", "options are texts by code", "write {code: {zh: …, en: …}}")
        for code, title in options.items():
            _text(title, f"{path}.{name}.options.{code}")
    return dict(said)


def _public(said: Any, path: str) -> Mapping[str, Any]:
    _known(said, {"what", "fields", "within", "contacts", "page", "given"}, path)
    return {**said, "what": _text(said.get("what"), f"{path}.what")}


def _limit(said: Any, path: str) -> Limit:
    _known(said, LIMIT_KEYS, path)
    kinds = [key for key in ("within", "not_before", "at") if key in said]
    if len(kinds) != 1:
        raise BadPage(path, "a limit says one of within, not_before and at", "keep one of them")
    if "at" not in said and ("from" in said) == ("before" in said):
        raise BadPage(path, "a term is counted from something, or back from something", "write from: or before:")
    plain = {key: str(said.get(key, "")) for key in ("within", "not_before", "at", "before", "then", "alert")}
    return Limit(since=_names(said.get("from", ()), f"{path}.from"), **plain)


def _param(name: str, said: Any, path: str) -> Param:
    _known(said, PARAM_KEYS, path)
    values = said.get("value")
    if not isinstance(values, Mapping) or not values:
        raise BadPage(f"{path}.value", "a parameter holds from a day on", "write value: {2018-01-01: 5 工作日}")
    return Param(
        name=name,
        title=_text(said, path),
        values=tuple(sorted((_day(day, path), _amounts(text)) for day, text in values.items())),
        at_most=str(said.get("at_most", "")),
        source=str(said.get("source", "")),
        confirm=bool(said.get("confirm", False)),
    )


def _day(said: Any, path: str) -> date:
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        raise BadPage(f"{path}.value", "{told!r} is no day", "write 2018-01-01", told=said) from None


def _amounts(said: Any) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, (list, tuple)) else (str(said),)


def _parent(said: Any, path: str) -> Parent:
    _known(said, {"flows", "states", "stops_payment"}, path)
    flows, states = (_names(said.get(key, ()), f"{path}.{key}") for key in ("flows", "states"))
    if not flows or not states:
        raise BadPage(path, "a child names the flows and states of its parent", "write flows: […], states: […]")
    return Parent(flows, states, bool(said.get("stops_payment", False)))
