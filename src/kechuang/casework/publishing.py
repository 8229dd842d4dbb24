"""What a page declares public is published with the act: a notice of the round, one a day and act, with its cases.

A page says `public: {what, fields}`; `page:` names the public page that shows these things already, `given:` an input
without which nothing is published (a name is cleared in public only with consent), `within:` how long it stays open
for opinions. Nothing is kept of a case but its place on the list: what is shown of it is read when it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import Count, Sum

from kechuang.casework.book.check_public import LISTED, TOLD
from kechuang.casework.models import Case, Notice, Record, Round
from kechuang.casework.records import plain
from kechuang.engines.flow import Act, Flow
from kechuang.engines.ledger import canonical, digest
from kechuang.words.period import ZONE, notice_ends


def publish(subject: Case | Round, context: Any) -> None:
    """Publish what the act's page declares, unless an effect of the act or a page of its own has done so."""
    public = context.act.public
    if not public or "page" in public or "notice" in context.tells or not _given(public, context.data):
        return
    if not _important(subject, context.flow):
        return
    what, fields = str(public["what"]["zh"]), tuple(map(str, public.get("fields", ())))
    if isinstance(subject, Case) and LISTED & set(fields):
        notice = _list(subject, what, context)
    else:
        said = {name: plain(value) for name, value in _said(subject, fields, context)}
        body = {"flow": context.flow.code, "act": context.act.name, "said": said}
        first = context.on.astimezone(ZONE).date()
        within = context.flow.params[public["within"]].terms(first)[0] if "within" in public else None
        notice = Notice.objects.create(
            round=subject.round, what=what, body=body, on=context.on, first_day=first,
            last_day=notice_ends(first, within.count) if within else None, digest=digest(canonical(body)),
        )  # fmt: skip
    context.tells["notice"] = notice.code


def _given(public: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return "given" not in public or data.get(str(public["given"])) in (True, "true", "on")


def _important(subject: Case | Round, flow: Flow) -> bool:
    """Of the changes in the flow's table only those are published of which it says `public: true`."""
    row = flow.changes.get(str(subject.answers.get("change"))) if isinstance(subject, Case) and flow.changes else None
    return row is None or row.get("public") is True


def _list(case: Case, what: str, context: Any) -> Notice:
    """The list of this act and day in the case's round, with this case on it; for a child, its project."""
    body = {"flow": context.flow.code, "act": context.act.name}
    first = context.on.astimezone(ZONE).date()
    notice, _ = Notice.objects.get_or_create(
        round=case.round, what=what, first_day=first, last_day=None,
        defaults={"on": context.on, "body": body, "digest": digest(canonical({**body, "day": str(first), "round": case.round.code}))},
    )  # fmt: skip
    notice.cases.add(case.parent or case)
    return notice


def _said(subject: Case | Round, fields: tuple[str, ...], context: Any) -> Iterator[tuple[str, Any]]:
    for name in fields:
        value = context.data.get(name)
        if value is None and isinstance(subject, Round) and name in OF_ROUND:
            value = OF_ROUND[name](subject)
        if value not in (None, "", [], {}):
            yield name, value


def _dates(round_: Round) -> dict[str, str]:
    rows = {"opens": round_.opens_at, "units_close": round_.units_close_at, "closes": round_.closes_at}
    return {name: moment.astimezone(ZONE).isoformat() for name, moment in rows.items() if moment}


def _top(round_: Round) -> Any:
    return Case.objects.filter(round=round_, parent=None)


def _by_place(round_: Round) -> list[dict[str, Any]]:
    """A row a league: how many came in, how many are funded, with how much."""
    counted = (
        _top(round_)
        .exclude(received_at=None)
        .values_list("place")
        .annotate(Count("pk"), Count("award"), Sum("award__fen"))
        .order_by("place")
    )
    rows: dict[str, list[int]] = {}
    for place, came, funded, fen in counted:
        sums = rows.setdefault(f"{place[:4]}00" if place else "", [0, 0, 0])
        for i, number in enumerate((came, funded, fen or 0)):
            sums[i] += number
    return [{"place": p, "submitted": came, "funded": won, "fen": str(fen)} for p, (came, won, fen) in rows.items()]


OF_ROUND: dict[str, Callable[[Round], Any]] = {
    "title": lambda round_: round_.title,
    "topics": lambda round_: [f"{topic.get('code', '')} {topic.get('title', '')}".strip() for topic in round_.topics],
    "dates": _dates,
    "rules_digest": lambda round_: round_.frozen_id or "",
    "submitted": lambda round_: _top(round_).exclude(received_at=None).count(),
    "accepted": lambda round_: (
        _top(round_).exclude(received_at=None).exclude(state__in=["not_admitted", "withdrawn"]).count()
    ),
    "reviewed": lambda round_: _top(round_).exclude(rank=None).count(),
    "proposed": lambda round_: (
        _top(round_).exclude(proposed_fen=None).exclude(advice__in=["reserve", "reject"]).count()
    ),
    "funded": lambda round_: _top(round_).filter(award__isnull=False).count(),
    "by_place": _by_place,
}


def beside(notice: Notice, flow: Flow, cases: list[Case]) -> dict[str, dict[str, Any]]:
    """For the cases of a list, by number: the fields of TOLD that its act published, as far as they were said then.

    Values are texts, or {zh, en} where the page names options. Two queries, however many cases.
    """
    act = flow.acts.get(str(notice.body.get("act", "")))
    fields = [name for name in map(str, (act.public or {}).get("fields", ())) if name in TOLD] if act else []
    if act is None or not fields:
        return {}
    numbers = {case.number: case.number for case in cases}
    numbers |= dict(Case.objects.filter(parent__in=cases, flow=flow.code).values_list("number", "parent__number"))
    rows = Record.objects.filter(subject_kind="case", subject__in=list(numbers), act=act.name).select_related("told")
    return {numbers[row.subject]: _of_record(row, flow, act, fields) for row in rows.order_by("pk")}


def _of_record(row: Record, flow: Flow, act: Act, fields: list[str]) -> dict[str, Any]:
    said = {**json.loads(row.body).get("tells", {}), **(row.told.data if hasattr(row, "told") else {})}
    found: dict[str, Any] = {}
    for name in fields:
        value = said.get(name)
        if name == "result":
            found[name] = flow.states[row.after].title if row.after in flow.states else row.after
        elif value not in (None, ""):
            options = act.inputs.get(name, {}).get("options") or (flow.changes if name == "change" else {})
            found[name] = options.get(str(value), str(value))
    return found
