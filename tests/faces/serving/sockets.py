"""A front on a free port and an application behind it that says what it was sent: real sockets, no mocks."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kechuang.faces.serving.front import Front
from kechuang.faces.serving.requests import MOST_HEAD, read_body, read_head

SECRET = "a secret of this test"
T = 1_522_544_400_000  # 2018-04-01T09:00:00.000+08:00, in milliseconds since 1970


@dataclass
class Application:
    """Answers every request with its own head as JSON, when `gate` is open; `seen` keeps what came."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[dict[str, Any]] = field(default_factory=list)
    raw: bytes = b""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        body = (await read_body(head, reader, writer)).read()
        told = {name.decode().lower(): value.decode() for name, value in head.headers}
        self.seen.append({"target": head.target.decode(), "headers": told, "body": len(body)})
        await self.gate.wait()
        said = json.dumps(self.seen[-1]).encode()
        plain = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(said), said)
        writer.write(self.raw or plain)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def a_house(*, open_gate: bool = True, **given: Any) -> AsyncIterator[tuple[Application, Front, int]]:
    """An application, a front before it, and the front's port."""
    application = Application()
    if open_gate:
        application.gate.set()
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "app.sock")
        front = Front(path, SECRET, **given)
        behind = await asyncio.start_unix_server(application.talk, path, limit=MOST_HEAD)
        before = await front.listen(socket.create_server(("127.0.0.1", 0)))
        try:
            yield application, front, before.sockets[0].getsockname()[1]
        finally:
            application.gate.set()
            before.close()
            await front.drain(0.2)
            behind.close()


async def sent(
    port: int, *parts: bytes, between: Callable[[], Awaitable[None]] | None = None
) -> tuple[int, str, bytes]:
    """Status, head and body of the answer to these bytes, with a pause before the last part if one is given."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, part in enumerate(parts):
        if between and number and number == len(parts) - 1:
            await between()
        writer.write(part)
        await writer.drain()
    raw = await reader.read()
    writer.close()
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.decode(), body


def post(body: bytes = b"", *headers: str, target: str = "/x", length: int | None = None) -> bytes:
    told = [
        f"POST {target} HTTP/1.1",
        "Host: x",
        "Connection: close",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return "\r\n".join([*told, *headers]).encode() + b"\r\n\r\n" + body


def headers_of(body: bytes) -> dict[str, str]:
    return dict(json.loads(body)["headers"])
