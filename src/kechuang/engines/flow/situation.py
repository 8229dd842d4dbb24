"""Who stands before a case now, and what has been done on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kechuang.words.reason import Reason


@dataclass(frozen=True, slots=True)
class Done:
    """One act done on a case; `since_entry` when it came after the act that brought the case into its present state."""

    act: str
    actor: str
    on: datetime
    since_entry: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """Who stands before the case now, with which roles, and what has been done on it, oldest first.

    For a child case `done` also holds what was done on the parent, each act named `parent.<act>` (see `of_parent`).
    `round_state` is '' for a case without a round. `fact(offer_name)` is asked only where a condition needs it.
    `through` is the code of the child flow whose act carries this one along, '' where a person acts directly.
    `failing` names the checks that are known to fail here and now whatever the act, each with its reason: acts that ask for one are shut.
    """

    actor: str
    roles: frozenset[str]
    done: tuple[Done, ...]
    on: datetime
    round_state: str = ""
    fact: Callable[[str], object] = field(default=lambda name: None)
    through: str = ""
    failing: Mapping[str, Reason] = field(default_factory=dict)
