"""What an audit is given, row by row, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kechuang.words.reason import Reason


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the database tells it; `position` counts from 1 within the subject.

    `log_index` is None until the sealer has logged it. `written` is when the record was made by the clock of
    `received_at`, with its offset; None leaves its time unexamined.
    """

    id: str
    subject: str
    position: int
    body: bytes
    digest: str
    previous: str
    log_index: int | None
    written: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that record `record` speaks of: the digest written in its body, and the file's digest computed anew.

    `found` is None if the file is gone.
    """

    record: str
    name: str
    recorded: str
    found: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit, and where: what is known of record, subject, position and leaf is filled in."""

    reason: Reason
    record: str = ""
    subject: str = ""
    position: int | None = None
    log_index: int | None = None

    @property
    def code(self) -> str:
        return self.reason.code


@dataclass(frozen=True, slots=True)
class Report:
    """All faults, and how much was looked at: an audit that saw nothing has found nothing.

    `checkpoints` counts those that hold; the largest of them covers the first `covered` leaves.
    `unlogged` counts records that wait for the sealer: only receipts protect these, and leaves beyond `covered`.
    """

    faults: tuple[Fault, ...]
    records: int
    leaves: int
    checkpoints: int
    attachments: int
    covered: int
    unlogged: int

    @property
    def sound(self) -> bool:
        return not self.faults

    @property
    def codes(self) -> list[str]:
        return [fault.code for fault in self.faults]
