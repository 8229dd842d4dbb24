"""Pages of an applicant: to-do, own cases, starting and filling in an application, printing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import answers, lookups
from kechuang.casework import todo as waiting
from kechuang.casework.acts import open_case
from kechuang.casework.letters import newest
from kechuang.casework.models import Case, Draft, Member, Round
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.desks.projects import queries as projects
from kechuang.engines import forms
from kechuang.faces.access import held_by, may, needs, now, person
from kechuang.faces.web import beside, claims, drawing, filling, mine_rows, wording
from kechuang.faces.web.filling import Filling
from kechuang.faces.web.lists import fresh_key
from kechuang.faces.web.mishaps import mishap
from kechuang.faces.web.shell import WAITING, in_pool
from kechuang.faces.web.showing import paged
from kechuang.faces.web.tables import render
from kechuang.parties.permissions import own_roles, roles
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason


@needs("person")
def todo(request: HttpRequest) -> HttpResponse:
    """What waits for the person who asks, and what of theirs waits for others."""
    who, on = person(request), now()
    desk, others = waiting.desk(who, on), beside.waiting(held_by(request), who)
    all_of_it = desk.waiting + len(others)
    if request.session.get(WAITING) != all_of_it:
        request.session[WAITING] = all_of_it
    holding = projects.holding(who, on)
    reads = [beside.reading()] if in_pool(who) else []
    applies = not held_by(request) or may(request, "own_unit") or bool(holding.led or holding.joined)
    shown = {
        "applies": applies, "desk": desk, "tasks": [*mine_rows.tasks(desk.tasks), *others, *reads], "elsewhere": mine_rows.elsewhere(desk.elsewhere, on),
        "person": who, "holding": holding, "letters": mine_rows.letters(newest(who, 6)),
        "title": mine_rows.heading(who, all_of_it, reads=bool(reads)), "first": desk.tasks[0] if desk.tasks else None, "today": on,
    }  # fmt: skip
    return render(request, "applicant/todo.html", shown)


@needs("person")
def mine(request: HttpRequest) -> HttpResponse:
    """Own cases, and those of the unit for its officers: where each stands, in whose hands, until when."""
    who, on = person(request), now()
    units = [held.target for held in held_by(request) if held.scope == "organisation"]
    reach = Q(leader=who) | Q(members__person=who) | Q(applicant__pid__in=units)
    cases = (
        visible_to(who, on)
        .filter(pk__in=Case.objects.filter(reach).values("pk"))
        .select_related("parent", "round__frozen")
    )
    if text := request.GET.get("q", "").strip():
        cases = cases.filter(
            Q(title__contains=text) | Q(number=text) | Q(project_no__contains=text) | Q(leader__name=text)
        )
    rows, page = paged(request, cases.order_by("-opened_at", "-pk"))
    shown = {
        "table": mine_rows.table(rows, who, on),
        "page": page,
        "search_text": text,
        "units": bool(units),
        "near": may(request, "unit"),
        "action": request.path,
    }
    return render(request, "applicant/mine.html", shown)


@needs("person")
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Whether one may apply, said before any writing; a press opens the application."""
    on = now()
    round_ = get_object_or_404(rounds_visible_to(None, on).select_related("frozen"), code=code)
    if request.method == "POST":
        return _opened(request, round_)
    return render(request, "applicant/apply.html", _before_writing(request, round_, ()))


def _opened(request: HttpRequest, round_: Round) -> HttpResponse:
    who, on = person(request), now()
    try:
        if who.unit_id is None:
            raise Refused(Reason("no_unit_yet"))
        case = open_case(round_, by=who, on=on, key=request.POST.get("key", ""), synthetic=who.synthetic)
    except Refused as refusal:
        return render(request, "applicant/apply.html", _before_writing(request, round_, refusal.reasons), status=422)
    if not Draft.objects.filter(case=case).exists():
        filling.begin(Filling(case, on), who)
    return redirect("form", case.number)


def _before_writing(request: HttpRequest, round_: Round, reasons: Any) -> dict[str, Any]:
    who, on = person(request), now()
    unit = who.unit
    would_be = Case(round=round_, flow="", leader=who, applicant=unit, recommender=unit.recommender if unit else None, place=unit.place if unit else "")  # fmt: skip
    gates = projects.gates(would_be, on)
    failed = [gate for gate in gates if gate.holds is False]
    drafts = Case.objects.filter(round=round_, leader=who, parent=None).exclude(state="withdrawn").order_by("pk")
    return {
        "round": round_, "gates": gates, "failed": [g for g in failed if g.blocks], "warned": [g for g in failed if not g.blocks],
        "later": [g for g in gates if g.holds is None], "held": [g for g in gates if g.holds], "reasons": reasons,
        "facts": mine_rows.limit_facts(gates), "drafts": drafts, "key": fresh_key(), "unit": unit,
        "open": round_.state == "open" and (round_.units_close_at is None or on < round_.units_close_at),
    }  # fmt: skip


def written_by(request: HttpRequest, number: str) -> Filling:
    """The form of a case that the one who asks may write now; 404 for anyone else."""
    who, on = person(request), now()
    case = get_object_or_404(visible_to(who, on).select_related("round__frozen", "parent"), number=number, parent=None)
    held = roles(held_by(request), case) | own_roles(who, case)
    if not filling.may_write(filling.writing_act(case), held):
        raise Http404
    return Filling(case, on)


@needs("person")
def form(request: HttpRequest, number: str) -> HttpResponse:
    """Where the form begins: its first part that is not finished; for those who only read it, the whole of it."""
    case = get_object_or_404(visible_to(person(request), now()), number=number)
    held = roles(held_by(request), case) | own_roles(person(request), case)
    if case.parent_id or not filling.may_write(filling.writing_act(case), held):
        return redirect("form_print", number)
    parts = Filling(case, now()).parts()
    first = next((part for part in parts if not part["ok"]), parts[0])
    return redirect(first["href"])


@needs("person")
def form_section(request: HttpRequest, number: str, section: str) -> HttpResponse:
    """One part of the form: drawn with what was typed, kept on every post, never lost on an error."""
    form = written_by(request, number)
    here = form.section(section)
    if here is None:
        raise Http404
    if request.method == "POST":
        return _kept(request, form, here)
    extra = dict.fromkeys(request.GET.getlist("add"), 1)
    errors = form.final.errors if request.GET.get("check") else {}
    return render(request, "applicant/form.html", _section(form, here, extra=extra, errors=errors))


def _kept(request: HttpRequest, form: Filling, section: forms.Section) -> HttpResponse:
    codes = [one.code for one in section.fields]
    said = drawing.posted(request, codes)
    drawing.find_people(section.fields, said)
    if gone := request.POST.get("remove", ""):
        _forget(form, section, gone)
    errors = drawing.uploaded(request, form.case, said, codes, form.on)
    errors = {**errors, **drawing.scans(request, form.case, said, section.fields, form.on)}
    if request.POST.get("keep") == "theirs":
        return redirect(filling.section_href(form.case, section.code))
    version = request.POST.get("version", "")
    try:
        told = {"page": request.POST.get("page", ""), "by_itself": "HX-Request" in request.headers}
        form.save(section, said, version=int(version) if version.isdecimal() else 0, by=person(request), **told)
    except Refused as refusal:
        return _conflict(request, form, section, said, refusal)
    fresh = Filling(form.case, form.on)
    if request.headers.get("HX-Request"):
        return render(request, "applicant/saved.html", _saved(fresh, section))
    if errors:
        return render(request, "applicant/form.html", _section(fresh, section, extra={}, errors=errors), status=422)
    return redirect(_after(request, fresh, section))


def _forget(form: Filling, section: forms.Section, gone: str) -> None:
    """A file that was taken away leaves the case, not only the answer."""
    code, _dot, place = gone.partition(".")
    kept = form.typed.get(code)
    kinds = {one.code: one.kind for one in section.fields}
    several = [kept] if isinstance(kept, str) else kept
    if (
        kinds.get(code) in ("file", "files")
        and place.isdecimal()
        and isinstance(several, list)
        and int(place) < len(several)
    ):
        filling.forget_file(form.case, several[int(place)])


def _after(request: HttpRequest, form: Filling, section: forms.Section) -> str:
    codes = [one.code for one in form.form.sections]
    if request.POST.get("step") == "next" and codes[-1] != section.code:
        return filling.section_href(form.case, codes[codes.index(section.code) + 1])
    here = filling.section_href(form.case, section.code)
    if table := request.POST.get("add", ""):
        return f"{here}?add={table}#f-{table.replace('.', '-')}"
    if gone := request.POST.get("remove", ""):
        return f"{here}#f-{gone.partition('.')[0]}"
    return here


def _saved(form: Filling, section: forms.Section) -> dict[str, Any]:
    part = next(part for part in form.parts(section.code) if part["here"])
    told = {"saved": form.on, "version": form.version(section.code), "part": part, "outputs": form.outputs(section)}
    return {**told, "computed": claims.summary(form.case, form.on)}


def _conflict(request: HttpRequest, form: Filling, section: forms.Section, said: dict[str, Any], refusal: Refused) -> HttpResponse:  # fmt: skip
    """Both texts, side by side: the later one chooses, neither is lost."""
    row = Draft.objects.filter(case=form.case, section=section.code).select_related("by").first()
    if request.headers.get("HX-Request"):
        return render(request, "applicant/conflict_mark.html", {"row": row}, status=409)
    own = {"csrfmiddlewaretoken", "version", "page", "keep", "step", "add", "remove"}
    pairs = [(name, text) for name, texts in request.POST.lists() for text in texts if name not in own]
    shown = {
        "case": form.case, "section": section.title.of(drawing.language()), "row": row, "pairs": pairs, "version": row.version if row else 0,
        "writer": row.by.name if row and row.by else "", "on": row.on if row else form.on, "action": request.path, "reasons": refusal.reasons,
        "differences": mine_rows.differences(form, section, said),
    }  # fmt: skip
    return render(request, "applicant/conflict.html", shown, status=409)


def _section(form: Filling, section: forms.Section, *, extra: dict[str, int], errors: Any) -> dict[str, Any]:
    parts = form.parts(section.code)
    codes = [part["code"] for part in parts]
    at = codes.index(section.code)
    faults = form.faults()
    last = Draft.objects.filter(case=form.case, section=section.code).first()
    act = filling.writing_act(form.case)
    team = Member.objects.filter(case=form.case).select_related("person", "person__unit").order_by("pk")
    return {
        "case": form.case, "form_title": form.form.title, "section": form.drawn(section, extra=extra, errors=errors),
        "parts": parts, "done": sum(part["ok"] for part in parts), "can_submit": not faults, "faults": faults,
        "missing": wording.listed(dict.fromkeys(fault["label"] for fault in faults[:3])), "version": last.version if last else 0,
        "saved": last.on if last else None, "before": parts[at - 1] if at else None, "after": parts[at + 1] if at + 1 < len(parts) else None,
        "action": filling.section_href(form.case, section.code), "submit_href": reverse("act", args=[form.case.number, act.name]) if act else "",
        "key": f"{form.case.number}:{section.code}", "page": fresh_key(), "gates": [g for g in projects.gates(form.case, form.on) if g.holds is False],
        "team": team if any(one.code == "team" for one in section.fields) else (), "correcting": bool(form.asked),
        "until": form.case.due_at or form.case.round.units_close_at, "check_href": reverse("form_check", args=[form.case.number]),
        "computed": claims.summary(form.case, form.on), "sent_back": answers.sent_back([form.case]).get(form.case.pk, ""),
    }  # fmt: skip


@needs("person")
def form_check(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that still stands against handing the form in, each with the way to its field."""
    form = written_by(request, number)
    act = filling.writing_act(form.case)
    faults = form.faults()
    if not faults and act:
        return redirect("act", number, act.name)
    return render(request, "applicant/check.html", {"case": form.case, "errors": faults, "form_title": form.form.title})


@needs("person")
def form_copy(request: HttpRequest, number: str) -> HttpResponse:
    """Earlier applications of the same person, to carry over what fits; nothing that was typed here is replaced."""
    form = written_by(request, number)
    who, on = person(request), now()
    earlier = visible_to(who, on).filter(leader=who, parent=None).exclude(pk=form.case.pk).order_by("-opened_at")
    if request.method != "POST":
        return render(request, "applicant/copy.html", {"case": form.case, "earlier": earlier[:50]})
    chosen = get_object_or_404(earlier, number=request.POST.get("from", ""))
    count = filling.copy_earlier(form, chosen, who)
    messages.success(request, _("带入了 %(n)s 项，请逐项核对。") % {"n": count})
    return redirect("form", number)


@needs("person")
def lookup(request: HttpRequest, kind: str) -> HttpResponse:
    """People or units whose name begins with what was typed, as suggestions under the field."""
    if kind not in ("person", "party"):
        raise Http404
    text = next((value for name, value in request.GET.items()), "")
    if kind == "party":
        return render(
            request, "applicant/lookup.html", {"options": drawing.suggestions(kind, drawing.units_named(text))}
        )
    found = drawing.people_named(text)
    if not lookups.allowed(person(request), found, on=now()):
        return mishap(request, 429)
    return render(request, "applicant/lookup.html", {"options": drawing.suggestions(kind, found)})


urlpatterns = [
    path("todo/", todo, name="todo"),
    path("mine/", mine, name="mine"),
    path("calls/<str:code>/apply/", apply, name="apply"),
    path("cases/<str:number>/form/", form, name="form"),
    path("cases/<str:number>/form/check/", form_check, name="form_check"),
    path("cases/<str:number>/form/copy/", form_copy, name="form_copy"),
    path("cases/<str:number>/form/part/<str:section>/", form_section, name="form_section"),
    path("lookup/<str:kind>/", lookup, name="lookup"),
]
