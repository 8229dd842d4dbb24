"""The round's page of the offices: where it stands, what can be done with it, its rules, groups and numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import acts, deadlines, listing, opening, witnessing
from kechuang.casework.actor import Actor
from kechuang.casework.models import Case, Notice, Record, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.casework.queries import history, rounds_visible_to, visible_to
from kechuang.desks.experts import queries
from kechuang.engines import forms
from kechuang.engines.flow import Act, Flow, line, offered
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import ceremony, drawing, lists, panels, sight, wording
from kechuang.faces.web.act_titles import published_as
from kechuang.faces.web.casefile import apart
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.faces.web.tables import render
from kechuang.parties.models import Person
from kechuang.parties.permissions import roles
from kechuang.words.outcome import Refused
from kechuang.words.period import end_of, workdays_between

TURN = {
    "rolling",
    "in_turn",
    "casework.reviewed_now",
    "casework.rolling_now",
}  # what is not for this round at all is not offered greyed
SORTS = {"year": "year", "title": "title", "closes": "closes_at", "state": "state", "budget": "budget_fen"}


def columns() -> tuple[dict[str, Any], ...]:
    """The heads of the list of rounds."""
    return (
        lists.column(_("批次"), sort="title"), lists.column(_("年度"), num=True, sort="year"), lists.column(_("预算"), unit=_("万元"), num=True, sort="budget"),
        lists.column(_("办件"), num=True), lists.column(_("状态"), sort="state"), lists.column(_("截止"), sort="closes"),
    )  # fmt: skip


@needs("office")
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds the reader may see, newest first; the planning office opens new ones."""
    on, at_hand = now(), lists.PagesAtHand()
    found = rounds_visible_to(person(request), on).select_related("institution")
    if text := request.GET.get("q", "").strip():
        found = found.filter(Q(title__icontains=text) | Q(code__icontains=text))
    if state := request.GET.get("state", ""):
        found = found.filter(state=state)
    rows, page = lists.paged(request, lists.ordered(request, found, SORTS, first="-year"))
    heads, counted = columns(), listing.handed_in(rows, visible_to(person(request), on))
    table = {
        "caption": _("批次"),
        "columns": heads,
        "dense": True,
        "rows": [round_row(one, heads, counted.get(one.pk, 0), on, at_hand) for one in rows],
    }
    titles = opening.states()
    may_open = "planning" in {one.power for one in held_by(request)}
    shown = {
        "title": _("%(n)s 个批次") % {"n": page["all"]}, "table": table, "page": page, "search_text": text,
        "filters": [lists.filter_of("state", _("状态"), titles.items(), request.GET.get("state", ""))],
        "head_acts": [{"title": _("新开批次"), "href": reverse("open_round"), "primary": True}] if may_open else [],
    }  # fmt: skip
    return render(request, "rounds/rounds.html", shown)


def round_row(one: Round, heads: Any, handed_in: int, on: datetime, at_hand: lists.PagesAtHand) -> dict[str, Any]:
    href = reverse("round", args=[one.code])
    values = [
        {"text": one.title, "href": href, "lead": True, "wide": True, "small": one.code}, {"text": str(one.year)}, {"fen": one.budget_fen},
        {"text": wording.number(handed_in)}, {"chip": at_hand.state_title(one), "tone": wording.tone(one.state, ended=at_hand.ended(one))},
        {"text": wording.deadline(one.closes_at, on) if one.closes_at else "", "small": wording.days_left(one.closes_at, on) if one.closes_at and one.closes_at > on else ""},
    ]  # fmt: skip
    return {"key": one.code, "href": href, "cells": lists.cells(heads, values)}


@needs("planning")
def open_one(request: HttpRequest) -> HttpResponse:
    """Open a round from a programme's page: code, title, year, dates, budget, who carries it out, topics."""
    form, choices = opening.form(), opening.choices
    typed = panels.posted(request) if request.method == "POST" else {}
    changing = bool({"add", "remove"} & request.POST.keys())
    around = Around(
        "en" if wording.english() else "zh", choices=choices, extra={"topics": 1} if "add" in request.POST else {}
    )
    cleaned = forms.clean(form, typed, stage="submit" if typed and not changing else "draft", choices=choices)
    reasons: tuple[Any, ...] = ()
    if typed and not cleaned.errors and not changing:
        try:
            made = acts.open_round(
                cleaned.values["programme"],
                by=person(request),
                on=now(),
                key=request.POST.get("key", ""),
                **opening.columns(cleaned.values),
            )
            messages.success(request, _("批次已新开，从征集需求开始。"))
            return redirect("round", code=made.code)
        except Refused as refusal:
            reasons = refusal.reasons
    fields = questions(
        form.fields.values(),
        answers=cleaned.typed,
        values=cleaned.values,
        errors=cleaned.errors if typed else {},
        around=around,
    )
    shown = {
        "fields": fields,
        "errors": wrong(form, cleaned.errors, around.language) if typed else [],
        "reasons": reasons,
        "key": request.POST.get("key") or lists.fresh_key(),
    }
    return render(request, "rounds/open.html", shown, status=422 if reasons or (typed and cleaned.errors) else 200)


def round_of(request: HttpRequest, code: str) -> Round:
    """The round of that code, if the reader may see it."""
    return get_object_or_404(rounds_visible_to(person(request), now()).select_related("institution"), code=code)


@needs("office")
def page(request: HttpRequest, code: str) -> HttpResponse:
    """All of a round on one page; what concerns the panels has pages of its own."""
    on, held = now(), held_by(request)
    one = round_of(request, code)
    pages, records, cases = pages_of(one), list(history(one)), visible_to(person(request), on).filter(round=one)
    flow = pages.flow_of(one)
    shown = {
        "round": one, "title": one.title, "trail": [{"title": _("批次"), "href": reverse("rounds")}, {"title": one.code}],
        "meta": facts(one, pages.programme), "flow": flow_line(flow, one, records, on), "acts": buttons(one, person(request), flow, on),
        "figures": figures(one, cases), "rules": one.frozen_id, "programme": pages.programme, "topics": panels.topics(one, records),
        "states": numbers(cases, flow_title=pages.flow(pages.main_flow)), "places": [(lists.place_title(place, lists.leagues()) or _("未填"), n, fen) for place, n, fen in listing.by_place(cases)],
        "groups": queries.groups_of(one, cases), "pool": queries.pool_of(one), "ways": links(one, held), "notices": notices(one, on), "records": shown_records(records, flow),
    }  # fmt: skip
    return render(request, "rounds/round.html", shown)


def facts(one: Round, programme: Any) -> list[str]:
    """What is known of a round, parted by dots."""
    spans = [wording.text(programme["title"]), _("%(year)s 年度") % {"year": one.year}]
    if one.institution:
        spans.append(_("由%(who)s实施") % {"who": one.institution.name})
    if one.opens_at and one.closes_at:
        spans.append(
            _("申报 %(first)s 至 %(last)s")
            % {"first": wording.day_long(one.opens_at), "last": wording.deadline(one.closes_at, one.opens_at)}
        )
    return spans


def figures(one: Round, cases: QuerySet[Case]) -> list[dict[str, Any]]:
    counted = listing.round_numbers(cases)
    return [
        {"label": _("预算"), "fen": one.budget_fen}, {"label": _("提交件数"), "value": wording.number(counted["handed_in"]), "unit": wording.cases(counted["handed_in"])},
        {"label": _("申请合计"), "fen": counted["asked"]}, {"label": _("建议合计"), "fen": counted["proposed"]}, {"label": _("已决定"), "fen": counted["awarded"]},
    ]  # fmt: skip


def flow_line(flow: Flow, one: Round, records: list[Record], on: datetime) -> list[dict[str, Any]]:
    """The line of the round: states behind it with their day, where it stands, what lies ahead."""
    entered = {r.after: r.on for r in records if r.after and r.after != r.before}
    steps = line(flow, list(entered), one.state)
    until = {"open": one.units_close_at, "closing": one.closes_at}.get(one.state)
    return [
        {
            "title": s.title,
            "state": s.mark,
            "on": entered.get(s.state),
            "until": until if s.mark == "now" and until and until > on else None,
        }
        for s in steps
    ]


def buttons(one: Round, who: Person, flow: Flow, on: datetime) -> list[dict[str, Any]]:
    """The acts that are this person's here, the possible ones as links, the others with what stands against them."""
    seen = acts.situation(one, Actor.of(who), on)
    mine = offered(flow, one.state, situation=seen, anchors=deadlines.anchors(one))
    shown = [
        {"name": step.name, "title": step.title, "href": reverse("round_act", args=[one.code, step.name]), "primary": False, "refused": reasons[0] if reasons else None}
        for step, reasons in mine
        if not apart(reasons) and step.name not in ceremony.STEPS  # these have a page of their own, in their order
        and not (TURN & {*step.checks, *(step.when.names if step.when else ())} and out_of_turn(one))
    ]  # fmt: skip
    shown += [
        {"name": f"second:{step.name}", "title": witness_title(step), "href": reverse("round_act", args=[one.code, f"second:{step.name}"])}
        for step in witness_acts(one, seen.roles)
    ]  # fmt: skip
    first = next((act for act in shown if not act.get("refused")), None)
    if first:
        first["primary"] = True
    return shown


def out_of_turn(one: Round) -> bool:
    """Whether the round stands open in the ordinary way: nothing of it is reviewed before it has closed."""
    return one.state == "open" and not deadlines.is_rolling(one)


def witness_acts(one: Round, held: frozenset[str]) -> list[Act]:
    """Acts on the cases of this round for which the reader's word as witness is wanted now, for groups that still lack it."""
    if not (one.state == "in_review" or deadlines.is_rolling(one)) or not witnessing.unwitnessed([one], "draw"):
        return []
    main = pages_of(one).flow(pages_of(one).main_flow)
    return [step for step in main.acts.values() if step.name == "draw" and step.seconded_by in held]


def witness_title(step: Act) -> str:
    return _("见证：%(act)s") % {"act": wording.text(step.title)}


def links(one: Round, held: list[Any]) -> list[dict[str, Any]]:
    """The pages that belong to the round, as far as the reader may open them."""
    powers, _views = queries.views_of(held, one)
    found = [{"title": _("全部办件"), "href": f"{reverse('cases')}?round={one.code}"}]
    if "execution" in powers:
        found.append({"title": _("分组"), "href": reverse("groups", args=[one.code])})
    if powers & {"execution", "supervision"}:
        found.append({"title": _("专家抽取"), "href": reverse("draw", args=[one.code])})
    if queries.may_read_ranking(held, one) and queries.was_ranked(one):
        found.append({"title": _("排序与建议"), "href": reverse("ranking", args=[one.code])})
        found.append({"title": _("评审汇总表 PDF"), "href": reverse("review_summary", args=[one.code, "pdf"])})
        found.append({"title": _("评审汇总表 Excel"), "href": reverse("review_summary", args=[one.code, "xlsx"])})
    if any(held_.role in ("recommender", "recommender_head") for held_ in held):
        found.append({"title": _("推荐函与名单"), "href": reverse("recommendation", args=[one.code])})
    if any(held_.power == "money" for held_ in held) and one.state in ("decided", "archived"):
        found.append({"title": _("评审费"), "href": reverse("review_fees", args=[one.code])})
    if "claim" in pages_of(one).programme:
        found.append({"title": _("拟补助名单"), "href": reverse("claim_list", args=[one.code])})
    return found


def numbers(cases: QuerySet[Case], *, flow_title: Flow) -> list[tuple[Any, int]]:
    """Cases by state, in the order of the flow."""
    counted = listing.by_state(cases)
    return [(state.title, counted[state.name]) for state in flow_title.states.values() if state.name in counted]


def notices(one: Round, on: datetime) -> list[dict[str, Any]]:
    """Notices of the round with the working days left of each, today included."""
    today = day_of(on)
    return [
        {"what": published_as(n.what), "first": n.first_day, "last": n.last_day, "href": reverse("notice", args=[n.code]),
         "left": workdays_between(today, n.last_day) if n.last_day and end_of(n.last_day) > on else None}
        for n in Notice.objects.filter(round=one).order_by("-on")
    ]  # fmt: skip


def shown_records(records: list[Record], flow: Flow) -> list[dict[str, Any]]:
    """The latest acts of the round: what, when, by whom in which role and for whom, and how they are chained."""

    def title(name: str) -> Any:
        plain = name.removeprefix("second:")
        return flow.acts[plain].title if plain in flow.acts else {"draw": _("见证：抽取专家")}.get(plain, plain)

    from_roles, names = acts.roles_page(), sight.names_of(records[-12:])
    return [
        {
            "title": title(r.act),
            "on": r.on,
            "who": sight.in_words(r, names, wording.text(from_roles.title(r.role)) if r.role else ""),
            "digest": r.digest,
            "before": r.previous,
        }
        for r in reversed(records)
    ][:12]


@needs("office")
def act_on_round(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One act on the round: what it asks for, what it will do, and then the act."""
    one = round_of(request, code)
    pages, on = pages_of(one), now()
    step = known_act(one, name, frozenset(roles(held_by(request), one)))
    form = None if name.startswith(acts.SECOND) else pages.inputs(pages.flow_of(one).code, name)
    typed = panels.posted(request) if request.method == "POST" else {}
    drawing.find_people(form.fields.values() if form else (), typed)
    errors: Any = {}
    reasons: tuple[Any, ...] = ()
    if request.method == "POST" and not {"add", "remove"} & request.POST.keys():
        try:
            acts.act(one, name, by=person(request), on=on, key=request.POST.get("key", ""), data=typed)
            messages.success(request, _("已办理：%(act)s。") % {"act": wording.text(step.title)})
            return redirect("round", code=one.code)
        except acts.InputRefused as refusal:
            errors = refusal.errors
        except Refused as refusal:
            reasons = refusal.reasons
    shown = act_shown(one, name, step, form, typed, errors) | {
        "reasons": reasons,
        "key": request.POST.get("key") or lists.fresh_key(),
    }
    return render(request, "rounds/act.html", shown, status=422 if errors or reasons else 200)


def known_act(one: Round, name: str, held: frozenset[str]) -> Act:
    """The act of that name for someone with these roles; not found for anyone else, as if it did not exist."""
    flow = pages_of(one).flow_of(one)
    main = pages_of(one).flow(pages_of(one).main_flow)
    second = name.startswith(acts.SECOND)
    step = main.acts.get(name.removeprefix(acts.SECOND)) if second else flow.acts.get(name)
    if step is None or (step.seconded_by if second else step.by) not in held:
        raise Http404
    return step


def act_shown(
    one: Round, name: str, step: Act, form: forms.Form | None, typed: dict[str, Any], errors: Any
) -> dict[str, Any]:
    """The page of one act: its fields, and what follows from it in sentences."""
    pages = pages_of(one)
    flow = pages.flow_of(one)
    asked = form.fields.values() if form else ()
    names = drawing.Names().read(text for _path, text in drawing.picked(asked, typed))
    around = Around(
        "en" if wording.english() else "zh", choices=panels.choices_of(one, pages), lookup=panels.lookup, names=names, boxed=names.boxed, signers={"": ""}, resign=True,
    )  # fmt: skip
    fields = questions(asked, answers=typed, values={}, errors=errors, around=around)
    second = name.startswith(acts.SECOND)
    follows = (
        []
        if second or step.to not in flow.states
        else [_("批次转为“%(state)s”。") % {"state": wording.text(flow.states[step.to].title)}]
    )
    if step.public and not second:
        follows.append(_("公开：%(what)s。") % {"what": wording.text(step.public.get("what", ""))})
    main = pages.flow(pages.main_flow).acts
    carried = [main[name] for name in step.cases if name in main]  # a round carries along cases of other flows too
    if carried and not second:
        follows.append(
            _("本批办件随之办理：%(acts)s。") % {"acts": wording.listed(wording.text(one.title) for one in carried)}
        )
    if second:
        groups = [group for group, _n in witnessing.waiting_groups(one, step)]
        follows.append(_("见证只管现在等待的组：%(groups)s；以后的组另行见证。") % {"groups": wording.listed(groups)})
    follows.append(_("记入批次台账一条，写明由你办理。"))
    title = witness_title(step) if second else wording.text(step.title)
    trail = [{"title": one.title, "href": reverse("round", args=[one.code])}, {"title": title}]
    return {
        "round": one,
        "title": title,
        "fields": fields,
        "effects": follows,
        "trail": trail,
        "errors": wrong(form, errors, around.language) if form and errors else [],
    }


urlpatterns = [
    path("rounds/", rounds, name="rounds"),
    path("rounds/open/", open_one, name="open_round"),
    path("rounds/<str:code>/", page, name="round"),
    path("rounds/<str:code>/act/<str:name>/", act_on_round, name="round_act"),
    *panels.urlpatterns,
]
