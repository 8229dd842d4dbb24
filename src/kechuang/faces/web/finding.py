"""The search box on every page: what is found as one types, the page of what was found, and pages that hits open to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kechuang.casework.pages import current
from kechuang.desks.texts import entries
from kechuang.desks.texts.audience import of_reader
from kechuang.desks.texts.models import Found
from kechuang.desks.texts.searching import Hit, Wanted, search
from kechuang.engines.match import Snippet
from kechuang.faces.access import may, needs, now
from kechuang.faces.web import lists, wording
from kechuang.parties.models import Person

TYPED, SHOWN = 8, 30
TITLES = {
    "case": gettext_lazy("办件"), "project": gettext_lazy("公开项目"), "round": gettext_lazy("批次"), "notice": gettext_lazy("公示公告"),
    "document": gettext_lazy("文书"), "record": gettext_lazy("台账"), "unit": gettext_lazy("单位"), "expert": gettext_lazy("专家"),
    "page": gettext_lazy("办事规则"),
}  # fmt: skip
ASKED = {
    "case": gettext_lazy("办件和项目"), "round": gettext_lazy("批次和公示"), "expert": gettext_lazy("专家"), "unit": gettext_lazy("单位"),
    "record": gettext_lazy("文书和台账"), "page": gettext_lazy("办事规则"),
}  # fmt: skip


def asker(request: HttpRequest) -> Person | None:
    """Who asks, if signed in."""
    return request.user if request.user.is_authenticated else None  # type: ignore[return-value]


@needs("anyone")
def found(request: HttpRequest) -> HttpResponse:
    """What the reader may open of what was asked for; as one types, the first few under the box."""
    typing = request.headers.get("HX-Target") == "found"
    wanted = Wanted.of(request.GET.dict(), typing=typing)
    answer = search(wanted, person=asker(request), on=now(), top=TYPED if typing else SHOWN)
    places = lists.leagues()
    hits = [shown(hit, request, places) for hit in answer.hits]
    if typing:  # drawn without the frame of the page, for which the database would be asked at every key
        told = {"hits": hits, "words": wanted.words, "all": request.GET.urlencode()}
        return HttpResponse(render_to_string("parts/found.html", told))
    told = {
        "title": _("查找"), "hits": hits, "words": wanted.words,
        "filters": filters(request, wanted, places), "as_of": answer.as_of, "full": len(hits) == SHOWN, "find_text": wanted.words, "search_text": wanted.words,
    }  # fmt: skip
    return render(request, "public/found.html", told)


def filters(request: HttpRequest, wanted: Wanted, places: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The kinds, the leagues and cities, and the last years; the same for every reader, whatever there is."""
    kinds = [(code, title) for code, title in ASKED.items() if code != "expert" or asker(request)]
    this = now().year
    years = [(str(year), str(year)) for year in range(this, this - 12, -1)]
    return [
        lists.filter_of("kind", _("种类"), kinds, wanted.kind),
        lists.filter_of("year", _("年度"), years, request.GET.get("year", "")),
        lists.filter_of("place", _("盟市"), places.items(), request.GET.get("place", "")),
    ]


def shown(hit: Hit, request: HttpRequest, places: Mapping[str, Any]) -> dict[str, Any]:
    """A hit as the templates take it: its page, and its stretch of text in runs."""
    return {
        "kind": TITLES[hit.kind], "title": list(runs(_titled(hit))), "href": ADDRESSES[hit.kind](hit, request), "year": hit.year or "",
        "place": lists.place_title(hit.place, places), "runs": list(runs(hit.snippet)),
    }  # fmt: skip


def _titled(hit: Hit) -> Snippet:
    """The title in one language: a page of the book is found by both of its titles, which stand one after the other."""
    if hit.kind != "page":
        return hit.title
    kind, code = hit.id.split("/")
    title = wording.text(current().page(kind, code).body["title"])
    at = hit.title.text.find(title)
    if at < 0:
        return Snippet(title, ())
    end = at + len(title)
    return Snippet(title, tuple((a - at, b - at) for a, b in hit.title.marks if at <= a and b <= end))


def runs(snippet: Snippet) -> Iterator[tuple[str, bool]]:
    """The stretch in pieces: (text, whether it is marked)."""
    at = 0
    for start, end in snippet.marks:
        if start > at:
            yield snippet.text[at:start], False
        yield snippet.text[start:end], True
        at = end
    if at < len(snippet.text):
        yield snippet.text[at:], False


def _round(hit: Hit, request: HttpRequest) -> str:
    return reverse("round" if may(request, "office") else "call", args=[hit.id])


def _unit(hit: Hit, request: HttpRequest) -> str:
    return f"{reverse('cases')}?unit={hit.id}"


def _expert(hit: Hit, request: HttpRequest) -> str:
    who = asker(request)
    return reverse("own_entry") if who and who.pid == hit.id else reverse("expert_card", args=[hit.id])


def _document(hit: Hit, request: HttpRequest) -> str:
    return reverse("document", args=[hit.id]) if asker(request) else _checked(hit, request)


def _checked(hit: Hit, request: HttpRequest) -> str:
    return f"{reverse('verify')}?code={hit.id}"


def _page(hit: Hit, request: HttpRequest) -> str:
    return reverse("book_page", args=hit.id.split("/"))


ADDRESSES: Mapping[str, Callable[[Hit, HttpRequest], str]] = {
    "case": lambda hit, request: lists.case_href(hit.id),
    "project": lambda hit, request: reverse("project", args=[hit.id]),
    "round": _round,
    "notice": lambda hit, request: reverse("notice", args=[hit.id]),
    "document": _document,
    "record": _checked,
    "unit": _unit,
    "expert": _expert,
    "page": _page,
}


@needs("anyone")
def book_page(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """One page of the book as it stands, and what it is called: what officials sign and engines read."""
    shelf = current()
    if kind not in entries.BOOK or not shelf.has(kind, code):
        raise Http404
    body = shelf.page(kind, code).body
    sources = body.get("source") or []
    told = {
        "page": body, "title": body["title"], "text": shelf.sources[f"{kind}/{code}.yaml"], "digest": shelf.digest,
        "sources": sources if isinstance(sources, list) else [sources],
        "trail": [{"title": _("办事规则"), "href": reverse("rules")}, {"title": body["title"]}],
    }  # fmt: skip
    return render(request, "public/book_page.html", told)


@needs("supervision")
def expert_card(request: HttpRequest, pid: str) -> HttpResponse:
    """An expert's entry in the pool, for those whose role sees experts by name; never where he or she sits."""
    row = get_object_or_404(Found, name=f"expert:{pid}", gone=False)
    if set(row.seen_by).isdisjoint(of_reader(asker(request), now())):
        raise Http404
    who = get_object_or_404(Person.objects.select_related("expert", "unit"), pid=pid)
    return render(request, "supervisor/expert_card.html", {"person": who, "entry": who.expert, "title": who.name})


urlpatterns = [
    path("search/", found, name="search"),
    path("rules/<str:kind>/<str:code>/", book_page, name="book_page"),
    path("search/experts/<str:pid>/", expert_card, name="expert_card"),
]
