"""What the API takes and gives: typed, named as in the book; money in fen as whole numbers, moments with their offset."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ninja import Field, Schema

from kechuang.faces.web.showing import public_leader


class RoundOut(Schema):
    """A round as anyone may see it once it is published."""

    code: str
    programme: str
    title: str
    year: int
    state: str
    budget_fen: int
    opens_at: datetime | None
    units_close_at: datetime | None
    closes_at: datetime | None
    pages_sha256: str | None = Field(None, alias="frozen_id", description="None until the round is published")
    document_no: str


class CaseOut(Schema):
    """A case as its reader may see it."""

    number: str
    round: str = Field(..., alias="round.code")
    flow: str
    state: str
    title: str
    project_no: str
    applicant: str | None = Field(None, alias="applicant.name")
    leader: str | None = Field(None, alias="leader.name")
    place: str
    asked_fen: int | None
    received_at: datetime | None
    promised_at: datetime | None


class ActOut(Schema):
    """One act that the reader can do now, with the schema of its inputs."""

    name: str
    title: dict[str, str]
    to: str
    inputs: dict[str, Any]


class ActIn(Schema):
    """An act: `key` makes it safe to send twice; `data` holds its inputs."""

    key: str = Field(..., min_length=8, max_length=80)
    data: dict[str, Any] = Field(default_factory=dict)


class RecordOut(Schema):
    """A record as it stands in the ledger: `body` is the very text that was hashed."""

    position: int
    act: str
    before: str
    after: str
    on: datetime
    digest: str
    previous: str
    log_index: int | None
    body: str


class OpenIn(Schema):
    """Starting an application in a round."""

    key: str = Field(..., min_length=8, max_length=80)


class DraftIn(Schema):
    """What was typed into one section; `version` is the one it was written on."""

    version: int = Field(0, ge=0)
    answers: dict[str, Any]


class DraftOut(Schema):
    """The version under which it is kept now."""

    section: str
    version: int


class FileOut(Schema):
    """A file as it is kept: drafts and acts name it by its digest."""

    digest: str
    name: str


class ReportIn(Schema):
    """What was typed into a report, and the stamp of the open one it was written on; empty for the first."""

    stamp: str = Field("", max_length=40)
    answers: dict[str, Any]


class ReportOut(Schema):
    """The open report as it is kept now."""

    kind: str
    version: int
    stamp: str

    @staticmethod
    def resolve_stamp(row: Any) -> str:
        return stamp(row.on)


def stamp(on: datetime) -> str:
    """The version of a report's draft: the moment it was kept."""
    return on.astimezone(UTC).isoformat()


class NoticeOut(Schema):
    """A publication with its days."""

    code: str
    round: str = Field(..., alias="round.code")
    what: str
    said: dict[str, Any] = {}
    first_day: date
    last_day: date | None
    digest: str

    @staticmethod
    def resolve_said(row: Any) -> dict[str, Any]:
        return dict(row.body.get("said", {}))


class ResultOut(Schema):
    """A funded project as it is public."""

    project_no: str
    title: str
    unit: str | None = Field(None, alias="applicant.name")
    leader: str | None = None
    place: str
    fen: int = Field(..., alias="award.fen")
    document_no: str = Field("", alias="award.document_no")

    @staticmethod
    def resolve_leader(obj: Any) -> str | None:
        """The leader where the flow publishes the name: that of a claim is nobody's business."""
        return public_leader(obj) or None


class HitOut(Schema):
    """One thing found: `kind` and `id` name it, `href` is its page, marks are (start, end) within title and snippet."""

    kind: str
    id: str
    title: str
    title_marks: list[tuple[int, int]]
    href: str
    year: int | None
    place: str
    snippet: str
    marks: list[tuple[int, int]]


class FoundOut(Schema):
    """What was found, best first, and until when what was done had been taken in."""

    as_of: datetime | None
    hits: list[HitOut]


class SearchIn(Schema):
    """What is looked for: kind is case, round, expert, unit, record or page; year 2018 or 2015-2018; place a code."""

    q: str = Field("", max_length=100)
    kind: str = ""
    year: str = ""
    place: str = ""
    typing: bool = False
    limit: int = Field(20, ge=1, le=50)


class Problem(Schema):
    """Problem details (RFC 9457); `errors` by path where inputs are wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    reasons: list[dict[str, Any]] = Field(default_factory=list)
    errors: dict[str, list[str]] = Field(default_factory=dict)


class Page(Schema):
    """Which rows of a list: at most a hundred at a time."""

    offset: int = Field(0, ge=0, le=1_000_000)
    limit: int = Field(50, ge=1, le=100)
