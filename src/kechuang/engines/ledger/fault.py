"""What the ledger says when it is given something it cannot hash, read or trust."""

from __future__ import annotations

from typing import Any

from kechuang.words.reason import Reason


class LedgerError(ValueError):
    """A value, a key, a proof or a line that cannot be used; `reason` says which and why."""

    def __init__(self, code: str, **values: Any) -> None:
        self.reason = Reason(code, **values)
        super().__init__(repr(self.reason))
