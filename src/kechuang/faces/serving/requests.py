"""Reading one HTTP request: its head, strictly, and its body up to a limit, wherever it lies until the last byte is there."""

from __future__ import annotations

import re
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, StreamWriter
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

MOST_HEAD = 32 * 1024
MOST_BODY = 60 * 1024 * 1024
IN_MEMORY = 1024 * 1024
CHUNK = 64 * 1024
_LINE = re.compile(rb"^([A-Z]{1,20}) (/[\x21-\x7e\x80-\xff]*|\*) HTTP/1\.([01])$")
_HEADER = re.compile(rb"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*$")
_SIZE = re.compile(rb"^[0-9A-Fa-f]{1,8}$")


class Malformed(Exception):
    """A request that is answered here: `status` is 400, 408, 413, 417 or 431."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a request; `length` is None when the body comes in chunks."""

    method: bytes
    target: bytes
    keep_alive: bool
    headers: tuple[tuple[bytes, bytes], ...]
    length: int | None

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key.lower() == name), b"")


async def read_head(reader: StreamReader) -> Head | None:
    """The next head on this connection, None when the client has gone."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except IncompleteReadError as error:
        if error.partial.strip():
            raise Malformed(400, "the head was cut off") from None
        return None
    except LimitOverrunError:
        raise Malformed(431, "the head is too large") from None
    return parsed(raw)


def parsed(raw: bytes) -> Head:
    """The head in these bytes; Malformed for anything that two readers could read in two ways."""
    first, *rest = raw[:-4].lstrip(b"\r\n").split(b"\r\n")
    line = _LINE.match(first)
    if line is None:
        raise Malformed(400, "the request line cannot be read")
    headers = []
    for text in rest:
        found = _HEADER.match(text)
        if found is None:
            raise Malformed(400, "a header cannot be read")
        headers.append((found[1], found[2]))
    length = _length(headers)
    connection = b",".join(value for name, value in headers if name.lower() == b"connection").lower()
    keep_alive = b"close" not in connection if line[3] == b"1" else b"keep-alive" in connection
    return Head(line[1], line[2], keep_alive, tuple(headers), length)


def _length(headers: list[tuple[bytes, bytes]]) -> int | None:
    """The length that the headers declare, once and in one way; None for chunks."""
    lengths = {value for name, value in headers if name.lower() == b"content-length"}
    codings = [value.lower() for name, value in headers if name.lower() == b"transfer-encoding"]
    if codings:
        if codings != [b"chunked"] or lengths:
            raise Malformed(400, "the length of the body is told in two ways")
        return None
    if not lengths:
        return 0
    told = lengths.pop()
    if lengths or not told.isdigit() or len(told) > 15:
        raise Malformed(400, "the length of the body cannot be read")
    return int(told)


async def read_body(head: Head, reader: StreamReader, writer: StreamWriter) -> IO[bytes]:
    """The whole body, in memory or on disk, rewound. What is too large by its own word is refused before it is read."""
    if head.length is not None and head.length > MOST_BODY:
        raise Malformed(413, "the body is too large")
    expected = head.header(b"expect").lower()
    if expected and expected != b"100-continue":
        raise Malformed(417, "this expectation cannot be met")
    if expected and head.length != 0:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    try:
        if head.length is None:
            await _copy_chunks(reader, body)
        else:
            await _copy(reader, body, head.length)
    except IncompleteReadError:
        body.close()
        raise Malformed(400, "the body was cut off") from None
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


async def _copy(reader: StreamReader, body: IO[bytes], count: int) -> None:
    while count:
        part = await reader.read(min(count, CHUNK))
        if not part:
            raise IncompleteReadError(b"", count)
        body.write(part)
        count -= len(part)


async def _copy_chunks(reader: StreamReader, body: IO[bytes]) -> None:
    size = 0
    while count := await _chunk_size(reader):
        size += count
        if size > MOST_BODY:
            raise Malformed(413, "the body is too large")
        await _copy(reader, body, count)
        if await reader.readexactly(2) != b"\r\n":
            raise Malformed(400, "a chunk does not end where it says")
    while (await _short_line(reader)) != b"":
        continue


async def _chunk_size(reader: StreamReader) -> int:
    told = (await _short_line(reader)).split(b";")[0].strip()
    if not _SIZE.match(told):
        raise Malformed(400, "the size of a chunk cannot be read")
    return int(told, 16)


async def _short_line(reader: StreamReader) -> bytes:
    try:
        line = await reader.readuntil(b"\r\n")
    except LimitOverrunError:
        raise Malformed(400, "a line is too long") from None
    return line[:-2]
