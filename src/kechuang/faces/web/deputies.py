"""The own deputies: who stands in for a role of the reader while they are away, until when; named and ended by the reader."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.casework import chain, leave
from kechuang.casework.pages import day_of, roles_page
from kechuang.faces.access import needs, now, person
from kechuang.faces.web import lists, money, people
from kechuang.parties.models import Appointment, Person
from kechuang.words.outcome import Refused


@needs("person")
def deputies(request: HttpRequest) -> HttpResponse:
    """The reader's own roles, who stands in for them, and a form to name somebody for some days."""
    who = get_object_or_404(Person, pk=person(request).pk)
    if request.method != "POST":
        return _shown(request, who)
    post = request.POST
    held = get_object_or_404(Appointment, person=who, pk=post.get("held", "0") if post.get("held", "").isdigit() else 0)
    deputy = Person.objects.named(post.get("deputy", "").strip()).first()
    try:
        until = people.last_day(post.get("until", ""))
        leave.name_deputy(held, deputy, until=until, by=person(request), on=now(), key=post.get("key", ""))
    except Refused as refusal:
        return _shown(request, who, reasons=refusal.reasons)
    messages.success(request, _("已请人代理，今天起有效；代理人办的每一步都记明代谁。"))
    return redirect("deputies")


def _shown(request: HttpRequest, who: Person, *, reasons: object = ()) -> HttpResponse:
    on, titles, plans = day_of(now()), roles_page(), money.plan_titles()
    own = leave.own(who, on)
    rows = list(leave.named(who, on).select_related("person").order_by("until", "pk"))
    names = chain.Desk.of(own).target_names([*own, *rows])
    said = {one.pk: (titles.title(one.role), people.target_in_words(one, names, plans)) for one in (*own, *rows)}
    context = {
        "title": _("请人代理"), "roles": [(one.pk, *said[one.pk]) for one in own], "rows": [(one, *said[one.pk]) for one in rows],
        "colleagues": leave.colleagues(who, on)[: people.MOST], "typed": request.POST, "reasons": reasons, "today": on, "longest": leave.LONGEST,
        "key": request.POST.get("key") or lists.fresh_key(), "trail": [{"title": _("待办"), "href": reverse("todo")}, {"title": _("请人代理")}],
    }  # fmt: skip
    return render(request, "people/deputies.html", context, status=422 if reasons else 200)


@require_POST
@needs("person")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The reader is back: the deputy acts no longer."""
    held = get_object_or_404(Appointment, pk=pk, deputy_for=person(request).pk)
    return people.done(
        request,
        lambda key: leave.end_deputy(held, by=person(request), on=now(), key=key),
        _("代理已结束。"),
        back=reverse("deputies"),
    )


urlpatterns = [
    path("account/deputies/", deputies, name="deputies"),
    path("account/deputies/<int:pk>/end/", end, name="end_deputy"),
]
