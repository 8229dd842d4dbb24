"""The gate itself: an answer that differs the second time is found, and nothing is kept that should be done anew."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.test import Client
from django.urls import path

from kechuang.faces import repeats
from kechuang.faces.access import needs
from kechuang.parties.models import Answered

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
times = count(1)


@needs("anyone")
def counted(request):
    return JsonResponse({"time": next(times)})


@needs("anyone")
def led_on(request):
    return HttpResponseRedirect(f"/onward/{next(times)}/")


@needs("anyone")
def said_no(request):
    messages.error(request, "not now")
    return HttpResponseRedirect(f"/onward/{next(times)}/")


@needs("anyone")
def kept_nowhere(request):
    repeats.not_kept(request)
    return JsonResponse({"time": next(times)})


@needs("anyone")
def shown(request):
    return HttpResponse(str(next(times)))


urlpatterns = [path(f"{view.__name__}/", view) for view in (counted, led_on, said_no, kept_nowhere, shown)]


def test_an_answer_that_differs_the_second_time_is_found():
    """Planted: a form without a key, told another number each time."""
    with pytest.raises(AssertionError, match="the same request again was answered otherwise"):
        Client().post("/counted/", {"word": "one"})


@pytest.mark.parametrize("where", ["/counted/", "/led_on/"])
def test_the_same_keyed_request_hears_the_first_answer_and_is_not_asked_again(where):
    before = next(times)
    Client().post(where, {"key": "k1", "word": "one"})
    assert (next(times) - before, Answered.objects.count()) == (2, 1)


@pytest.mark.parametrize("other", [{"key": "k2", "word": "one"}, {"key": "k1", "word": "two"}])
def test_another_key_or_another_word_is_another_request(other):
    for said in ({"key": "k1", "word": "one"}, other):
        Client().post("/counted/", said)
    assert Answered.objects.count() == 2


@pytest.mark.parametrize("where", ["/said_no/", "/kept_nowhere/"])
def test_what_was_refused_or_holds_a_password_is_done_anew(where):
    with pytest.raises(AssertionError, match="answered otherwise"):
        Client().post(where, {"key": "k1"})
    assert Answered.objects.count() == 0


def test_a_page_that_was_shown_is_no_answer_to_keep():
    Client().post("/shown/", {"key": "k1"})
    assert Answered.objects.count() == 0


def test_no_row_says_who_was_answered_or_what():
    Client().post("/led_on/", {"key": "k1", "word": "one"})
    row = Answered.objects.extra(select={"bytes": "answer"}).values("asked", "bytes").get()
    assert b"onward" not in bytes(row["bytes"])
    assert len(row["asked"]) == 64


def test_answers_are_let_go_after_two_days():
    today = date(2026, 12, 1)
    for days in (0, 2, 3):
        Answered.objects.create(asked=str(days), answer={}, day=today - timedelta(days))
    assert (repeats.forget(today), sorted(Answered.objects.values_list("asked", flat=True))) == (1, ["0", "2"])
