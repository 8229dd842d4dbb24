"""The front: it stamps the last byte, lets nobody else stamp, and queues without making anyone late."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from datetime import datetime

import pytest

from kechuang.faces.cli.serve import HASHING
from kechuang.faces.serving import front as fronts
from kechuang.faces.serving.arrivals import Listening
from kechuang.faces.serving.front import Front
from kechuang.faces.serving.gates import Gate
from kechuang.faces.serving.requests import MOST_BODY, Malformed, parsed
from tests.faces.serving.sockets import SECRET, T, a_house, headers_of, post, sent

SAID = "2018-04-01T09:00:00.000+08:00"


class Clock:
    """Milliseconds that only the test moves."""

    def __init__(self, now: int = T) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def told(coroutine):
    return asyncio.run(coroutine)


def test_a_request_is_stamped_to_the_millisecond_and_passed_on_whole():
    async def story():
        async with a_house(clock=Clock(T + 7)) as (application, _, port):
            return await sent(port, post(b"a" * 5000)), application.seen

    (status, _, body), seen = told(story())
    assert (status, len(seen), seen[0]["body"]) == (200, 1, 5000)
    assert headers_of(body)["x-received-at"] == SAID.replace(".000", ".007")
    assert headers_of(body)["x-front-secret"] == SECRET
    assert headers_of(body)["x-forwarded-for"] == "127.0.0.1"


def test_the_stamp_is_that_of_the_last_byte_and_nothing_is_passed_on_before_it():
    async def story():
        clock = Clock(T - 5)
        async with a_house(clock=clock) as (application, _, port):

            async def later():
                await asyncio.sleep(0.05)
                assert application.seen == []
                clock.now = T + 1

            return await sent(port, post(b"a", length=2), b"b", between=later)

    _, _, body = told(story())
    assert headers_of(body)["x-received-at"] == SAID.replace(".000", ".001")


@pytest.mark.parametrize(
    "name", ["X-Received-At", "x-received-at", "X_Received_At", "X-Front-Secret", "X_Front_Secret"]
)
def test_a_stamp_or_secret_that_the_client_sends_along_is_taken_away(name):
    async def story():
        async with a_house(clock=Clock()) as (_, _, port):
            return await sent(port, post(b"a", f"{name}: 1999-01-01T00:00:00.000+08:00"))

    _, _, body = told(story())
    found = {key.replace("_", "-"): value for key, value in headers_of(body).items()}
    assert (found["x-received-at"], found["x-front-secret"]) == (SAID, SECRET)
    assert "1999" not in body.decode()


def test_who_waits_in_the_queue_keeps_the_time_of_arrival():
    async def story():
        clock = Clock(T - 1)
        async with a_house(open_gate=False, slots=1, clock=clock) as (application, _, port):
            first = asyncio.create_task(sent(port, post(b"1")))
            second = asyncio.create_task(sent(port, post(b"2")))
            await asyncio.sleep(0.1)
            waiting = len(application.seen)
            clock.now = T + 60_000
            application.gate.set()
            return waiting, await first, await second

    waiting, first, second = told(story())
    assert waiting == 1
    assert {headers_of(answer[2])["x-received-at"] for answer in (first, second)} == {"2018-04-01T08:59:59.999+08:00"}


def test_who_cannot_be_served_is_told_so_and_keeps_the_time_for_the_same_request_only():
    async def story():
        clock = Clock(T - 1)
        async with a_house(open_gate=False, slots=1, patience=0.05, clock=clock) as (application, _, port):
            holding = asyncio.create_task(sent(port, post(b"1")))
            await asyncio.sleep(0.05)
            status, head, page = await sent(port, post(b"mine"))
            ticket = (
                next(line for line in head.split("\r\n") if line.startswith("Set-Cookie")).split(": ")[1].split(";")[0]
            )
            clock.now = T + 5000
            application.gate.set()
            await holding
            same = await sent(port, post(b"mine", f"Cookie: a=b; {ticket}"))
            other = await sent(port, post(b"other", f"Cookie: {ticket}"))
            forged = await sent(port, post(b"mine", f"Cookie: {ticket[:-1]}{'0' if ticket[-1] != '0' else '1'}"))
            clock.now = T + 11 * 60 * 1000
            stale = await sent(port, post(b"mine", f"Cookie: {ticket}"))
            return (
                status,
                head,
                page,
                [headers_of(one[2])["x-received-at"][:23] for one in (same, other, forged, stale)],
            )

    status, head, page, stamps = told(story())
    assert (status, "Retry-After: 3" in head, "排队中" in page.decode()) == (429, True, True)
    assert stamps == [
        "2018-04-01T08:59:59.999", "2018-04-01T09:00:05.000", "2018-04-01T09:00:05.000", "2018-04-01T09:11:00.000"]  # fmt: skip


def test_signing_in_never_takes_every_place():
    async def story():
        async with a_house(open_gate=False, slots=3, signing_in=1) as (application, _, port):
            storm = [asyncio.create_task(sent(port, post(b"pw", target="/signin/"))) for _ in range(5)]
            await asyncio.sleep(0.1)
            submit = asyncio.create_task(sent(port, post(b"s", target="/submit/")))
            await asyncio.sleep(0.1)
            inside = [one["target"] for one in application.seen]
            application.gate.set()
            await asyncio.gather(submit, *storm)
            return inside

    assert told(story()) == ["/signin/", "/submit/"]


def test_a_body_over_sixty_megabytes_is_refused_before_it_is_sent():
    async def story():
        async with a_house() as (application, _, port):
            return await sent(port, post(length=MOST_BODY + 1)), application.seen

    (status, _, page), seen = told(story())
    assert (status, seen, "60 MB" in page.decode()) == (413, [], True)


def test_a_chunked_body_is_refused_as_soon_as_it_is_too_large(monkeypatch):
    monkeypatch.setattr("kechuang.faces.serving.requests.MOST_BODY", 100)

    async def story():
        async with a_house() as (application, _, port):
            head = b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            good = await sent(port, head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            return good, await sent(port, head + b"65\r\n"), [one["body"] for one in application.seen]

    good, bad, seen = told(story())
    assert (good[0], headers_of(good[2])["content-length"], bad[0], seen) == (200, "5", 413, [5])


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost : x\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        b"POST x HTTP/1.1\r\n\r\n",
        b"POST /x HTTP/2.0\r\n\r\n",
        b"GET /a\nb HTTP/1.1\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA: b\0c\r\n\r\n",
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(raw):
    with pytest.raises(Malformed) as fault:
        parsed(raw)
    assert fault.value.status == 400


def test_two_requests_go_over_one_connection_and_a_second_cannot_hide_in_the_first():
    async def story():
        async with a_house() as (application, _, port):
            one = b"POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
            status, _, _ = await sent(port, one + post(b"cd", target="/two"))
            return status, [(seen["target"], seen["body"]) for seen in application.seen]

    assert told(story()) == (200, [("/one", 2), ("/two", 2)])


def test_an_application_that_is_away_or_falls_is_said_so_and_a_cut_answer_stays_cut():
    async def story():
        async with a_house(patience=0.1) as (application, front, port):
            application.raw = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
            cut = await sent(port, b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            application.raw = b"HTTP/1.1 200"
            fallen = await sent(port, post())
            front.application += ".gone"
            return cut, fallen, await sent(port, post())

    cut, fallen, gone = told(story())
    assert (cut[2], fallen[0], gone[0]) == (b"half", 502, 502)


def test_a_forwarded_address_counts_only_from_a_trusted_proxy():
    async def story(**given):
        async with a_house(**given) as (_, _, port):
            answer = await sent(port, post(b"", "X-Forwarded-For: 10.0.0.9", "X-Forwarded-Proto: https"))
            return [headers_of(answer[2])[name] for name in ("x-forwarded-for", "x-forwarded-proto")]

    assert told(story()) == ["127.0.0.1", "http"]
    assert told(story(trusted=frozenset({"127.0.0.1"}))) == ["10.0.0.9", "https"]


def test_a_time_is_said_in_shanghai_to_the_millisecond():
    assert [fronts.said(T - 1), fronts.said(T)] == ["2018-04-01T08:59:59.999+08:00", SAID]


def test_what_lay_in_the_kernel_while_the_front_was_busy_is_stamped_by_when_it_came(monkeypatch):
    async def story():
        async with a_house() as (_, _, port):
            with socket.create_connection(("127.0.0.1", port)) as client:
                await asyncio.sleep(0.05)
                client.sendall(post(b"in time"))
                before = fronts.now_ms()
                time.sleep(0.3)
                client.setblocking(False)
                answer = await asyncio.get_running_loop().sock_recv(client, 65536)
        arrived = datetime.fromisoformat(headers_of(answer.partition(b"\r\n\r\n")[2])["x-received-at"])
        return round(arrived.timestamp() * 1000) - before

    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells when a packet came")
    assert told(story()) <= 0
    monkeypatch.setattr(Listening, "taken", lambda self, number: 0)  # planted: the front's own clock
    assert told(story()) >= 250


def test_who_arrived_first_is_let_in_first_also_when_they_come_again_with_a_ticket():
    async def story():
        clock = Clock(T)
        async with a_house(open_gate=False, slots=1, patience=0.2, clock=clock) as (application, front, port):
            holding = asyncio.create_task(sent(port, post(b"holds the place")))
            await asyncio.sleep(0.05)
            _, head, _ = await sent(port, post(b"first"))
            ticket = head.partition("Set-Cookie: ")[2].partition(";")[0]
            front.patience, clock.now = 5, T + 1000
            second = asyncio.create_task(sent(port, post(b"the second")))
            await asyncio.sleep(0.05)
            again = asyncio.create_task(sent(port, post(b"first", f"Cookie: {ticket}")))
            await asyncio.sleep(0.05)
            application.gate.set()
            await asyncio.gather(holding, second, again)
            return [one["body"] for one in application.seen]

    assert told(story()) == [len(b"holds the place"), len(b"first"), len(b"the second")]


@pytest.mark.parametrize("given_up", [False, True])
def test_a_place_that_somebody_gave_up_waiting_for_is_not_lost(given_up):
    async def story():
        gate = Gate(1)
        await gate.enter(1)
        waiting = asyncio.create_task(gate.enter(2))
        await asyncio.sleep(0)
        if given_up:
            waiting.cancel()
        gate.leave()
        if not given_up:
            waiting.cancel()  # in the very moment in which the place is given
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.wait_for(gate.enter(3), 1)
        return waiting.cancelled()

    assert told(story())


def test_who_is_sent_away_is_told_when_their_turn_comes_by_the_tickets_before_theirs():
    front = Front("", "", clock=Clock(T))
    assert front.turn_comes_in("nobody was answered yet", T) == 3
    front._answered.extend(T - 4000 + at * 500 for at in range(9))
    told = [front.turn_comes_in(f"ticket {at}", T + at) for at in range(40)]
    assert (told[0], told[39], front.turn_comes_in("ticket 3", T + 3)) == (3, 20, 3)
    front._owed |= {f"many {at}": T - at for at in range(1, 2000)}
    assert front.turn_comes_in("late", T + 50) == 60


def test_log_ins_that_wait_leave_half_of_the_places_to_others():
    async def story():
        async with a_house(open_gate=False, slots=1, signing_in=1, waiting_most=4, patience=5) as (
            application,
            _,
            port,
        ):
            storm = [asyncio.create_task(sent(port, post(b"pw", target="/signin/"))) for _ in range(9)]
            await asyncio.sleep(0.1)
            submit = asyncio.create_task(sent(port, post(b"s", target="/submit/")))
            await asyncio.sleep(0.1)
            application.gate.set()
            return (await submit)[0], sorted(status for status, _, _ in await asyncio.gather(*storm))

    assert told(story()) == (200, [200] * 3 + [429] * 6)


@pytest.mark.parametrize("target", ["/signin/", "/account/password/", "/register/person/", "/signin/?next=/todo/"])
def test_whatever_hashes_a_password_waits_with_the_log_ins(target):
    front = Front("", "", hashing=(b"/signin/", *HASHING))
    assert target.encode().startswith(front.hashing)
