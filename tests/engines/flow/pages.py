"""Small flow pages and situations for the tests of the flow engine."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime

from kechuang.engines.flow import Done, Flow, Situation, flow_from
from kechuang.words.period import ZONE


def both(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def an_act(start: list[str], to: str, by: str, **more: object) -> dict[str, object]:
    return {"title": both("act"), "from": start, "to": to, "by": by, **more}


PAGE = {
    "format": 1,
    "code": "errand",
    "title": both("errand"),
    "stages": {"apply": both("apply"), "decide": both("decide"), "end": both("end")},
    "states": {
        "draft": {**both("draft"), "code": "E1", "stage": "apply"},
        "checked": {**both("checked"), "code": "E2", "stage": "decide"},
        "waiting": {**both("waiting"), "code": "E3", "stage": "decide", "clock_stopped": ["check_days"]},
        "granted": {**both("granted"), "code": "E4", "stage": "end", "end": True, "public": True},
        "refused": {**both("refused"), "code": "E5", "stage": "end", "end": True},
    },
    "params": {
        "check_days": {**both("check"), "value": {"2018-01-01": "10 工作日", "2020-01-01": "20 工作日"}},
        "appeal_days": {**both("appeal"), "value": {"2018-01-01": "15 日"}},
        "least": {**both("least"), "value": {"2018-01-01": "20 万元"}},
    },
    "facts": {"amount": "funds.granted"},
    "acts": {
        "open": an_act([], "draft", "leader", round=["open"]),
        "submit": an_act(["draft"], "checked", "leader", round=["open"]),
        "look": an_act(["checked"], "same", "officer", times=2),
        "ask": an_act(["checked"], "waiting", "officer", after=["look"]),
        "answer": an_act(["waiting"], "checked", "leader"),
        "grant": an_act(
            ["checked"],
            "granted",
            "chief",
            after=["look"],
            never_with=["look"],
            when="amount >= least",
            limit={"within": "check_days", "from": "submit", "alert": "officer"},
        ),
        "refuse": an_act(["checked"], "refused", "chief", after_any=["look", "ask"]),
        "appeal": an_act(["refused"], "same", "leader", limit={"within": "appeal_days", "from": "refuse"}),
        "give_in": an_act(["refused"], "checked", "chief", through=["appeal"]),
    },
    "examples": [{"name": "straight", "path": ["open", "submit", "look", "grant"], "ends": "granted"}],
}


def a_page(**changes: object) -> dict:
    """The page above; a change is named like `acts__grant__to` and `...` takes the key out."""
    page = deepcopy(PAGE)
    for route, value in changes.items():
        *way, last = route.split("__")
        place = page
        for step in way:
            place = place[step]
        if value is ...:
            place.pop(last, None)
        else:
            place[last] = value
    return page


def a_flow(**changes: object) -> Flow:
    return flow_from(a_page(**changes))


def at(text: str) -> datetime:
    """`2019-03-04 09:00` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def done(act: str, actor: str = "wang", on: str = "2019-03-04 09:00", fresh: bool = True) -> Done:
    return Done(act, actor, at(on), fresh)


def situation(*roles: str, did: tuple[Done, ...] = (), on: str = "2019-03-05 09:00", **more: object) -> Situation:
    given = {"actor": "li", "round_state": "open", "fact": {"funds.granted": 20_000_000}.get, **more}
    return Situation(roles=frozenset(roles), done=did, on=at(on), **given)
