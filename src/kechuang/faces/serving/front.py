"""The stamping front: it takes a request whole, stamps when its last byte arrived, and only then lets it queue.

A queue before the stamp makes people late who were on time. So nothing waits before the stamp but the network; what
waits behind it carries its time along. The front also keeps slow clients and hostile framing away from the workers.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from asyncio import StreamReader, StreamWriter
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

from kechuang.faces.serving import tickets
from kechuang.faces.serving.answers import MOST_AFTER, QUEUED, RETRY_AFTER, answer
from kechuang.faces.serving.arrivals import Listening
from kechuang.faces.serving.gates import Gate
from kechuang.faces.serving.received import SECRET_HEADER, STAMP_HEADER
from kechuang.faces.serving.requests import CHUNK, MOST_HEAD, Head, Malformed, read_body, read_head
from kechuang.words.period import ZONE

IDLE = 75.0  # seconds between two requests of a connection
BACKLOG = 4096
PATIENCE = 60.0  # seconds for the body of a request
HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
     b"content-length", b"expect", b"proxy-authorization")
)  # fmt: skip
OURS = frozenset(
    (STAMP_HEADER.lower().encode(), SECRET_HEADER.lower().encode(), b"x-forwarded-for", b"x-forwarded-proto",
     b"x-forwarded-host", b"x-real-ip", b"forwarded")
)  # fmt: skip


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Front:
    """`slots` requests are with the application at once, of them `signing_in` log-ins; others wait up to `patience` s.

    A log-in is what is posted below one of the addresses `hashing`: a password costs more there than ten submissions.
    """

    application: str
    secret: str
    slots: int = 8
    signing_in: int = 2
    hashing: tuple[bytes, ...] = (b"/signin/",)
    patience: float = 10.0
    waiting_most: int = 5000
    trusted: frozenset[str] = frozenset()
    clock: Callable[[], int] = now_ms
    _open: Gate = field(init=False)
    _signing: Gate = field(init=False)
    _waiting: int = 0
    _owed: dict[str, int] = field(default_factory=dict)
    _answered: deque[int] = field(default_factory=lambda: deque(maxlen=64))
    _listening: Listening | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._open = Gate(self.slots)
        self._signing = Gate(self.signing_in)

    async def listen(self, listening: socket.socket) -> asyncio.Server:
        """Answer on a socket that is bound and listening already: what waits in it outlives a fallen front."""
        self._listening = Listening.on(listening)
        return await asyncio.start_server(self.talk, sock=self._listening, limit=MOST_HEAD, backlog=BACKLOG)

    async def talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        """All requests of one connection, one after another; whatever goes wrong ends only this connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                await writer.drain()
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, TimeoutError):
                await writer.wait_closed()

    async def _one(self, reader: StreamReader, writer: StreamWriter) -> bool:
        """One request and its answer; whether the connection may be used again."""
        try:
            async with asyncio.timeout(IDLE):
                head = await read_head(reader)
            if head is None:
                return False
            async with asyncio.timeout(PATIENCE):
                body = await read_body(head, reader, writer)
        except Malformed as fault:
            return await self._refuse(writer, reader, fault.status)
        arrived = self._arrived(writer)
        with body:
            return await self._pass_on(head, body, arrived, writer)

    def _arrived(self, writer: StreamWriter) -> int:
        """When the last byte came, in milliseconds since 1970: the kernel's word where it is one that can be true."""
        now = self.clock()
        connection = writer.get_extra_info("socket")
        taken = self._listening.taken(connection.fileno()) if self._listening and connection else 0
        return taken if 0 <= now - taken <= IDLE * 1000 else now

    async def _refuse(self, writer: StreamWriter, reader: StreamReader, status: int) -> bool:
        """Answer and close; what is still on its way is read off for a moment, or the answer would be lost."""
        writer.write(answer(status))
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.5):
                while await reader.read(CHUNK):
                    continue
        return False

    async def _pass_on(self, head: Head, body: IO[bytes], arrived: int, writer: StreamWriter) -> bool:
        first = tickets.first_arrival(head, body, arrived=arrived, secret=self.secret)
        signing = head.method == b"POST" and head.target.startswith(self.hashing)
        gates, most = (
            ([self._signing, self._open], self.waiting_most // 2) if signing else ([self._open], self.waiting_most)
        )
        async with contextlib.AsyncExitStack() as held:
            if not await self._wait(gates, held, first, most):
                given = tickets.ticket(head, body, arrived=first, secret=self.secret)
                writer.write(answer(QUEUED, stamp=said(first), ticket=given, again=self.turn_comes_in(given, first)))
                return False
            if first != arrived:
                self._owed.pop(tickets.ticket(head, body, arrived=first, secret=self.secret), None)
            stays = await self._ask(head, body, first, writer)
            self._answered.append(self.clock())
            return stays

    def turn_comes_in(self, ticket: str, first: int) -> int:
        """Seconds to tell somebody who is sent away: by the tickets before theirs, and by how fast the last were answered."""
        now, times = self.clock(), self._answered
        self._owed = {one: on for one, on in self._owed.items() if now - on <= tickets.GOOD_FOR} | {ticket: first}
        if len(times) < 2:
            return RETRY_AFTER
        each = (times[-1] - times[0]) / (len(times) - 1) / 1000
        return min(MOST_AFTER, max(RETRY_AFTER, round(each * sum(on < first for on in self._owed.values()))))

    async def _wait(self, gates: Iterable[Gate], held: contextlib.AsyncExitStack, first: int, most: int) -> bool:
        """Take a place in each gate, in the order of first arrivals; False when that takes too long or `most` wait already."""
        if self._waiting >= most:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(self.patience):
                for gate in gates:
                    await gate.enter(first)
                    held.callback(gate.leave)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    async def _ask(self, head: Head, body: IO[bytes], arrived: int, writer: StreamWriter) -> bool:
        """Send the request on and the answer back as it comes."""
        try:
            theirs, ours = await self._reached()
        except OSError:
            writer.write(answer(502))
            return False
        try:
            ours.write(self._rewritten(head, body, arrived, _peer(writer)))
            while part := body.read(CHUNK):
                ours.write(part)
                await ours.drain()
            return await _give_back(theirs, writer, head)
        finally:
            ours.close()

    async def _reached(self) -> tuple[StreamReader, StreamWriter]:
        """A connection to the application; while it starts, nothing was sent yet and so waiting is safe."""
        until = asyncio.get_running_loop().time() + self.patience
        while True:
            try:
                return await asyncio.open_unix_connection(self.application, limit=MOST_HEAD)
            except OSError:
                if asyncio.get_running_loop().time() > until:
                    raise
            await asyncio.sleep(0.05)

    def _rewritten(self, head: Head, body: IO[bytes], arrived: int, peer: str) -> bytes:
        """The head as the application gets it: one length, no header that only the front may write."""
        length = body.seek(0, 2)
        body.seek(0)
        kept = [(name, value) for name, value in head.headers if _plain(name) not in HOP_BY_HOP | OURS]
        proxied = peer in self.trusted
        before, scheme = head.header(b"x-forwarded-for"), head.header(b"x-forwarded-proto")
        told = [
            (b"X-Forwarded-For", before if proxied and before else peer.encode()),
            (b"X-Forwarded-Proto", b"https" if proxied and scheme == b"https" else b"http"),
            (STAMP_HEADER.encode(), said(arrived).encode()),
            (SECRET_HEADER.encode(), self.secret.encode()),
            (b"Connection", b"close"),
            *([(b"Content-Length", str(length).encode())] if length or head.method in (b"POST", b"PUT") else []),
        ]
        lines = [head.method + b" " + head.target + b" HTTP/1.1", *(n + b": " + v for n, v in [*kept, *told])]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    async def drain(self, seconds: float = 20.0) -> None:
        """Wait for the requests that are under way, then let go of the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()


def said(arrived: int) -> str:
    """Milliseconds since 1970 as a time in Shanghai."""
    seconds, thousandths = divmod(arrived, 1000)
    on = datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).replace(microsecond=thousandths * 1000)
    return on.isoformat(timespec="milliseconds")


def _plain(name: bytes) -> bytes:
    """A header's name as the application will know it: for WSGI an underscore is a hyphen."""
    return name.lower().replace(b"_", b"-")


def _peer(writer: StreamWriter) -> str:
    found = writer.get_extra_info("peername")
    return str(found[0]) if found else ""


async def _give_back(theirs: StreamReader, writer: StreamWriter, head: Head) -> bool:
    """Copy the answer; whether it ended where it said it would, and so the connection may go on."""
    try:
        first = await theirs.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        writer.write(answer(502))
        return False
    lines = first[:-4].split(b"\r\n")
    names = [line.partition(b":")[0].strip().lower() for line in lines]
    length = next((int(line.partition(b":")[2]) for line, name in zip(lines, names, strict=True) if name == b"content-length"), None)  # fmt: skip
    chunked = b"transfer-encoding" in names
    bodiless = head.method == b"HEAD" or lines[0].split(b" ")[1] in (b"204", b"304")
    stays = head.keep_alive and (bodiless or chunked or length is not None)
    kept = [line for line, name in zip(lines, names, strict=True) if name not in (b"connection", b"keep-alive")]
    writer.write(b"\r\n".join([*kept, b"Connection: keep-alive" if stays else b"Connection: close"]) + b"\r\n\r\n")
    if bodiless:
        return stays
    sent, tail = 0, b""
    while part := await theirs.read(CHUNK):
        writer.write(part)
        sent, tail = sent + len(part), (tail + part)[-5:]
        await writer.drain()
    return stays and (tail == b"0\r\n\r\n" if chunked else sent == length)
