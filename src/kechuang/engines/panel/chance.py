"""Numbers from a seed: SHA-256(seed‖counter) with rejection, so that anyone can repeat them and none is favoured."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

WHOLE = 1 << 256


@dataclass(slots=True)
class Stream:
    """Successive draws of one seed. `counter` is the number of blocks used, a part of the record of a draw."""

    seed: bytes
    counter: int = field(default=0)

    def block(self) -> int:
        """The next 256 bits: SHA-256 of the seed and the counter as eight bytes, big end first."""
        data = self.seed + self.counter.to_bytes(8, "big")
        self.counter += 1
        return int.from_bytes(hashlib.sha256(data).digest(), "big")

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1, all equally likely: blocks past the last full multiple are thrown away."""
        limit = WHOLE - WHOLE % bound
        while (number := self.block()) >= limit:
            pass
        return number % bound


def derived(seed: bytes, label: str) -> bytes:
    """A seed of its own for one use of the round's seed (a group, a code), so that draws do not share numbers."""
    return hashlib.sha256(seed + label.encode()).digest()


def order(seed: bytes, ids: Iterable[str]) -> list[str]:
    """`ids` shuffled by the seed (Fisher and Yates, from the end); the order they come in does not matter."""
    shuffled = sorted(ids)
    if any(a == b for a, b in pairwise(shuffled)):
        raise ValueError("an id stands in the pool twice")
    stream = Stream(seed)
    for last in range(len(shuffled) - 1, 0, -1):
        other = stream.below(last + 1)
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    return shuffled
