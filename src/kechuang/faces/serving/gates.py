"""A gate with so many places: whoever waits is let in by when they first arrived, also when they come with a ticket."""

from __future__ import annotations

import asyncio
import heapq
import itertools

_turn = itertools.count()


class Gate:
    """`enter(arrived)` waits for a place, the earliest arrival first; `leave` gives it to who waits longest."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    async def enter(self, arrived: int) -> None:
        if self._free:
            self._free -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (arrived, next(_turn), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # the place was given in the same moment
                self.leave()
            raise

    def leave(self) -> None:
        while self._waiting:
            *_, longest = heapq.heappop(self._waiting)
            if not longest.done():
                longest.set_result(None)
                return
        self._free += 1
