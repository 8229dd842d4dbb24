"""When the last byte of a request reached this machine: the kernel noted it, however late the front came to read it.

Under a rush the front itself is late by some milliseconds. Who sent before the deadline must not be judged by that, and who
sent after it must not gain by a guess; so the stamp is the kernel's own (Linux), and the front's clock where there is none.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from weakref import WeakValueDictionary

SO_TIMESTAMPNS = 35  # Linux; the socket module has no name for it
_TIME = struct.Struct("@ll")  # seconds and nanoseconds since 1970
_ROOM = socket.CMSG_SPACE(_TIME.size)


class Timed(socket.socket):
    """A connection that keeps when the kernel took in the last of what was read from it: `taken`, ns since 1970, or 0."""

    taken = 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        part, told, *_ = self.recvmsg(size, _ROOM, flags)
        for level, kind, raw in told:
            if (level, kind, len(raw)) == (socket.SOL_SOCKET, SO_TIMESTAMPNS, _TIME.size):
                seconds, rest = _TIME.unpack(raw)
                self.taken = seconds * 1_000_000_000 + rest
        return part


class Listening(socket.socket):
    """A listening socket whose connections are Timed; they are known by the number of their file as long as they live."""

    timed: WeakValueDictionary[int, Timed]

    @classmethod
    def on(cls, bound: socket.socket) -> Listening:
        """Over the same port as `bound`, which stays the caller's."""
        made = cls(fileno=os.dup(bound.fileno()))
        made.timed = WeakValueDictionary()
        with contextlib.suppress(OSError):  # no such option here: the front's clock is what there is
            made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        return made

    def accept(self) -> tuple[socket.socket, object]:
        found, peer = super().accept()
        timed = Timed(fileno=found.detach())
        self.timed[timed.fileno()] = timed
        return timed, peer

    def taken(self, number: int) -> int:
        """When the kernel took in what was last read from the connection of that number, in ms since 1970; 0 if untold."""
        known = self.timed.get(number)
        return known.taken // 1_000_000 if known is not None else 0
