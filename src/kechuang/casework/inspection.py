"""What `verify` looks at: records against log and witness, and rows, files and documents against the records."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet

from kechuang.casework import files, sealer
from kechuang.casework.models import Attachment, Case, Document, Edition, Frozen, Record, Round, Told
from kechuang.casework.records import strict
from kechuang.casework.shelf.book import Book
from kechuang.engines import ledger
from kechuang.engines.ledger import Fault, Leaf, Report, Row
from kechuang.parties.secrets import keyed_digest
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

Progress = Callable[[str, int, int], None]
_COLUMNS = (
    "pk", "subject_kind", "subject", "position", "body", "digest", "previous", "log_index", "on",
    "act", "before", "after", "actor", "role", "key",
)  # fmt: skip
_FILE = re.compile(r"file\d+")
_CHUNK = 2000
_AS_TEXT = partial(str, encoding="utf-8", errors="replace")
_SUBJECTS: dict[str, tuple[type[Model], str]] = {"case": (Case, "number"), "round": (Round, "code")}


@dataclass(slots=True)
class Witness:
    """Leaf files up to the size they had when nothing was being sealed, the signed notes, and the keys beside them.

    What stands first is believed; `own` folders must also be as long as the longest.
    """

    folders: list[Path]
    own: set[Path]
    sizes: dict[Path, int]
    notes: list[str]
    keys: list[Any]
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def found(cls, given: Sequence[Path], notes: Sequence[str]) -> Witness:
        own = [path.resolve() for path in settings.WITNESS]
        folders = list(dict.fromkeys([*(path.resolve() for path in given), *own]))
        paths = [path for folder in folders for path in sorted((folder / sealer.NOTES).glob("*.note"))]
        texts = dict.fromkeys([*notes, *(path.read_text("utf-8", errors="replace") for path in paths)])
        sizes = {folder: _size(folder / sealer.LEAVES) for folder in folders}
        keys = sealer.public_keys(*folders) or sealer.public_keys(settings.DATA)
        return cls([folder for folder in folders if sizes[folder]], set(own), sizes, list(texts), keys)

    def leaves(self) -> Iterator[Leaf]:
        """The leaves all folders agree on, longer ones going on where shorter ones end; from the records without any."""
        yield from ledger.read_leaves(self._lines()) if self.folders else _leaves_of_records()
        longest = max(self.lines.values(), default=0)
        for folder in self.folders:
            if folder in self.own and self.lines.get(folder, longest) < longest:
                reason = Reason("witness_cut", folder=str(folder), lines=self.lines[folder], leaves=longest)
                self.faults.append(Fault(reason, log_index=self.lines[folder]))

    def _lines(self) -> Iterator[bytes]:
        reading = {folder: _whole_lines(folder / sealer.LEAVES, self.sizes[folder]) for folder in self.folders}
        number = 0
        while reading:
            found: dict[Path, bytes] = {}
            for folder in list(reading):
                line = next(reading[folder], None)
                if line is None:
                    self.lines[folder] = number
                    del reading[folder]
                else:
                    found[folder] = line
            if not found:
                return
            believed = next(iter(found.values()))
            for folder in [folder for folder, line in found.items() if line != believed]:
                reason = Reason("witness_differs", folder=str(folder), line=number + 1)
                self.faults.append(Fault(reason, log_index=number))
                del reading[folder]
            number += 1
            yield believed


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _whole_lines(path: Path, size: int) -> Iterator[bytes]:
    """Lines that end within `size` bytes; a torn last one is the sealer's to mend."""
    with open(path, "rb") as file:
        for line in file:
            size -= len(line)
            if size < 0 or not line.endswith(b"\n"):
                return
            yield line


def _leaves_of_records() -> Iterator[Leaf]:
    rows = Record.objects.exclude(log_index=None).order_by("log_index")
    columns = rows.values_list("log_index", "digest", "subject_kind", "subject", "position")
    for index, digest, kind, subject, position in columns.iterator(_CHUNK):
        yield Leaf(index or 0, digest, f"{kind}:{subject}", position)


@dataclass(slots=True)
class _Seen:
    """What the records said, as they went by: the state each subject should be in, its latest answers, files and pages."""

    states: dict[tuple[str, str], str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, str]] = field(default_factory=dict)  # of each case: the record by the digest it tells
    pages: dict[str, str] = field(default_factory=dict)  # of each round
    edition: str = ""
    said: dict[int, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def inspect(*, witness: Sequence[Path] = (), notes: Sequence[str] = (), progress: Progress | None = None) -> Report:
    """Every fault that can be found in this installation, each with its place. Reads one snapshot, writes nothing.

    `witness` folders and `notes` from outside are believed before the configured folders.
    """
    tell = progress or (lambda step, at, of: None)
    with _snapshot(witness, notes) as outside, _spoiled_text_read():
        seen = _Seen()
        attached = list(_recorded_files(tell))
        report = ledger.audit(_rows(seen, tell), outside.leaves(), outside.notes, attached, keys=outside.keys)
        found = [*outside.faults, *seen.faults, *_no_witness(outside, report)]
        found += [*_subjects(seen), *_told(seen, tell), *_answers(seen, tell)]
        found += [*_loose_files(attached), *_files_of_cases(seen), *_documents(tell), *_pages(seen)]
        return replace(report, faults=(*report.faults, *found))


@contextmanager
def _snapshot(witness: Sequence[Path], notes: Sequence[str]) -> Iterator[Witness]:
    """One moment of database and witness, taken while nothing is being sealed; others write on meanwhile."""
    if connection.in_atomic_block:
        yield Witness.found(witness, notes)
        return
    with connection.cursor() as cursor:
        with sealer.quiet():
            postgres = connection.vendor == "postgresql"
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN DEFERRED")
            cursor.execute("SELECT count(*) FROM casework_checkpoint")
            cursor.fetchone()
            outside = Witness.found(witness, notes)
        try:
            yield outside
        finally:
            cursor.execute("ROLLBACK")


@contextmanager
def _spoiled_text_read() -> Iterator[None]:
    """Text whose bytes are no UTF-8 any more is read with a mark in their place: it is a fault to be told, not the end."""
    if connection.vendor != "sqlite":
        yield
        return
    kept, connection.connection.text_factory = connection.connection.text_factory, _AS_TEXT
    try:
        yield
    finally:
        connection.connection.text_factory = kept


def _no_witness(outside: Witness, report: Report) -> list[Fault]:
    """Logged records and nobody outside to ask about them: such an audit could find nothing."""
    if outside.notes or outside.folders or report.unlogged == report.records:
        return []
    return [Fault(Reason("witness_missing", folders=", ".join(map(str, settings.WITNESS))))]


def _rows(seen: _Seen, tell: Progress) -> Iterator[Row]:
    """Records as the audit wants them; on the way their columns are held against their bodies."""
    total = Record.objects.count()
    records = Record.objects.order_by("pk").values_list(*_COLUMNS).iterator(_CHUNK)
    for at, values in enumerate(records, 1):
        row = dict(zip(_COLUMNS, values, strict=True))
        subject, body = f"{row['subject_kind']}:{row['subject']}", row["body"].encode("utf-8", "surrogatepass")
        ours = Row(
            str(row["pk"]), subject, row["position"], body, row["digest"], row["previous"], row["log_index"], row["on"]
        )
        _look_at(seen, row, ours)
        if at % 500 == 0 or at == total:
            tell("records", at, total)
        yield ours


def _look_at(seen: _Seen, row: dict[str, Any], ours: Row) -> None:
    key = (row["subject_kind"], row["subject"])
    seen.states[key] = row["after"] or seen.states.get(key, "")
    try:
        body = json.loads(row["body"])
        if not isinstance(body, dict) or ledger.link(row["previous"], ours.body) != row["digest"]:
            return  # the audit says so, with its place
    except (ValueError, ledger.LedgerError):
        return
    seen.said[row["pk"]] = str(body.get("data", ""))
    _tell(seen, row, body)
    columns = [name for name, value in _as_columns(row).items() if body.get(name) != value]
    if columns:
        reason = Reason("columns_differ", columns=columns)
        seen.faults.append(Fault(reason, ours.id, ours.subject, ours.position, ours.log_index))


def _tell(seen: _Seen, row: dict[str, Any], body: dict[str, Any]) -> None:
    """What the record tells of answers, files and pages; of what can be said anew the latest counts."""
    kind, subject, tells = row["subject_kind"], row["subject"], body.get("tells") or {}
    if kind == "case" and "answers" in tells:
        seen.answers[subject] = tells["answers"]
    if kind == "case" and "file0" in tells:
        told = {digest: str(row["pk"]) for name, digest in tells.items() if _FILE.fullmatch(name)}
        seen.files.setdefault(subject, {}).update(told)
    if kind == "round" and body.get("pages"):
        seen.pages[subject] = body["pages"]
    if kind == "book" and "edition" in tells:
        seen.edition = tells["edition"]


def _as_columns(row: dict[str, Any]) -> dict[str, Any]:
    """The columns beside a body, in the words of the body."""
    same = ("position", "act", "before", "after", "actor", "role")
    on: datetime = row["on"]
    return {
        **{name: row[name] for name in same},
        "subject": f"{row['subject_kind']}:{row['subject']}",
        "on": on.astimezone(ZONE).isoformat(timespec="milliseconds"),
        "key": keyed_digest(row["key"])[:32],
    }


def _subjects(seen: _Seen) -> Iterator[Fault]:
    """Rows of cases and rounds against the last record of each: gone, in another state, or without any record."""
    for kind, (model, name) in _SUBJECTS.items():
        rows: dict[str, str] = dict(model._default_manager.values_list(name, "state").iterator(_CHUNK))
        recorded = {pid: state for (of, pid), state in seen.states.items() if of == kind}
        for pid in recorded.keys() - rows.keys():
            yield Fault(Reason("row_missing"), subject=f"{kind}:{pid}")
        for pid in rows.keys() - recorded.keys():
            yield Fault(Reason("row_without_record", state=rows[pid]), subject=f"{kind}:{pid}")
        for pid in rows.keys() & recorded.keys():
            if recorded[pid] and rows[pid] != recorded[pid]:
                reason = Reason("state_differs", row=rows[pid], recorded=recorded[pid])
                yield Fault(reason, subject=f"{kind}:{pid}")


def _in_chunks(rows: QuerySet[Any], step: str, tell: Progress, keys: Sequence[int] = ()) -> Iterator[tuple[int, Any]]:
    """(key, row), or (key, None) where what lies encrypted in the row can no longer be read; of all rows, or of `keys`."""
    keys = keys or list(rows.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), _CHUNK):
        part = keys[at : at + _CHUNK]
        try:
            yield from ((row.pk, row) for row in rows.filter(pk__in=part).order_by("pk"))
        except (InvalidTag, ValueError):
            yield from ((pk, _readable(rows, pk)) for pk in part)
        tell(step, min(at + _CHUNK, len(keys)), len(keys))


def _readable(rows: QuerySet[Any], pk: int) -> Any:
    try:
        return rows.get(pk=pk)
    except (InvalidTag, ValueError):
        return None


def _told(seen: _Seen, tell: Progress) -> Iterator[Fault]:
    """What was said beside a record, where it has not been erased, against the salted digest in the body."""
    for pk, row in _in_chunks(Told.objects.all(), "told", tell):
        if pk not in seen.said:
            continue
        if row is None or ledger.digest(row.salt.encode() + ledger.canonical(row.data)) != seen.said[pk]:
            record = Record.objects.get(pk=pk)
            subject = f"{record.subject_kind}:{record.subject}"
            yield Fault(Reason("told_edited"), str(pk), subject, record.position, record.log_index)


def _answers(seen: _Seen, tell: Progress) -> Iterator[Fault]:
    """Frozen answers against the digest beside them and the one in the latest record that tells of them, also where one is gone."""
    cases = Case.objects.order_by("pk").values_list("pk", "number", "answers_digest")
    numbers = {pk: number for pk, number, beside in cases.iterator(_CHUNK) if beside or number in seen.answers}
    if not numbers:
        return
    rows = Case.objects.only("number", "answers", "answers_digest")
    for pk, case in _in_chunks(rows, "answers", tell, list(numbers)):
        recorded = seen.answers.get(numbers[pk])
        computed = ledger.digest(ledger.canonical(strict(case.answers))) if case else ""
        if not case or {computed} != {case.answers_digest or recorded, recorded or computed}:
            reason = Reason("answers_edited", recorded=recorded or "", found=computed)
            yield Fault(reason, subject=f"case:{numbers[pk]}")


def _recorded_files(tell: Progress) -> Iterator[ledger.Attachment]:
    """Every file whose digest a record tells, with the digest of what lies in the folder now."""
    records = Record.objects.filter(body__contains='"file0"').values_list("pk", "body")
    names = dict(Attachment.objects.values_list("digest", "name"))
    found: dict[str, str | None] = {}
    for pk, body in list(records):
        for name, digest in _tells(body).items():
            if _FILE.fullmatch(name) and isinstance(digest, str):
                if digest not in found:
                    found[digest] = _digest_of(digest)
                    tell("files", len(found), max(len(names), len(found)))
                yield ledger.Attachment(str(pk), names.get(digest, name), digest, found[digest])


def _tells(body: str) -> dict[str, Any]:
    try:
        return json.loads(body).get("tells") or {}
    except (ValueError, AttributeError):
        return {}


def _digest_of(digest: str) -> str | None:
    """The SHA-256 of the file kept under that name, None if it is gone."""
    path = files.path_of(digest)
    if not path.is_file():
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _loose_files(attached: Iterable[ledger.Attachment]) -> Iterator[Fault]:
    """Files of drafts, which no record names yet, against the digest they are kept under."""
    known = {file.recorded for file in attached}
    rows = Attachment.objects.exclude(removed=True).values_list("digest", "name", "case__number")
    for digest, name, number in rows.iterator(_CHUNK):
        if digest in known or (found := _digest_of(digest)) == digest:
            continue
        code = "attachment_missing" if found is None else "attachment_swapped"
        yield Fault(Reason(code, name=name, recorded=digest, found=found), subject=f"case:{number}")


def _files_of_cases(seen: _Seen) -> Iterator[Fault]:
    """A file that a record names must still be one of the attachments of its case or of that one's family, under whatever name."""
    heads = dict(Case.objects.exclude(parent=None).values_list("number", "parent__number"))
    rows: dict[str, set[str]] = {}
    for number, digest in Attachment.objects.values_list("case__number", "digest").iterator(_CHUNK):
        rows.setdefault(heads.get(number, number), set()).add(digest)
    for number, recorded in seen.files.items():
        for digest in sorted(recorded.keys() - rows.get(heads.get(number, number), set())):
            yield Fault(Reason("attachment_row_missing", recorded=digest), recorded[digest], f"case:{number}")


def _pages(seen: _Seen) -> Iterator[Fault]:
    """Frozen pages and editions against the digest they are kept under; which of them rules, against the records."""
    for digest, body in Frozen.objects.values_list("digest", "body").iterator(_CHUNK):
        if ledger.digest(body.encode("utf-8", "surrogatepass")) != digest:
            yield Fault(Reason("pages_edited", digest=digest))
    for code, digest in Round.objects.values_list("code", "frozen_id").iterator(_CHUNK):
        if ("round", code) not in seen.states:
            continue  # told already: no record knows of it
        if (recorded := seen.pages.get(code, "")) != (digest or ""):
            yield Fault(Reason("pages_exchanged", recorded=recorded, found=digest or ""), subject=f"round:{code}")
    newest = ""
    for newest, pages in Edition.objects.order_by("pk").values_list("digest", "pages").iterator(_CHUNK):
        if Book(pages).digest != newest:
            yield Fault(Reason("pages_edited", digest=newest), subject="book:book")
    if newest != seen.edition:
        yield Fault(Reason("pages_exchanged", recorded=seen.edition, found=newest), subject="book:book")


def _documents(tell: Progress) -> Iterator[Fault]:
    """Issued documents against their own digest; receipts against the record they are for."""
    rows = Document.objects.select_related("record").order_by("pk")
    total = rows.count()
    for at, document in enumerate(rows.iterator(_CHUNK), 1):
        if at % 100 == 0 or at == total:
            tell("documents", at, total)
        place = document.record
        subject = f"{place.subject_kind}:{place.subject}" if place else ""
        record = str(place.pk) if place else ""
        if _said_digest(document.body) != document.digest:
            yield Fault(Reason("document_edited", document=document.code, kind=document.kind), record, subject)
        elif place and "receipt" in document.body and not _receipt_of(place, document.body):
            yield Fault(Reason("receipt_differs", document=document.code), record, subject)


def _receipt_of(record: Record, body: dict[str, Any]) -> bool:
    """Whether a receipt says what its record says, and encloses the answers whose digest the record tells."""
    try:
        said = ledger.receipt(record.body.encode(), previous=record.previous)
    except ledger.LedgerError:
        return True
    if said["digest"] != record.digest:
        return True  # the record itself was edited: that is told with its place
    told = said["content"].get("tells", {}).get("answers")
    enclosed = told is None or ledger.digest(ledger.canonical(body.get("answers"))) == told
    return enclosed and all(body.get(name) == said[name] for name in ("content", "sha256", "previous", "digest"))


def _said_digest(body: Any) -> str:
    try:
        return ledger.digest(ledger.canonical(body))
    except ledger.NotCanonical:
        return ""


def own_folders() -> tuple[Path, ...]:
    """Where this installation's public keys lie."""
    return (settings.DATA, *settings.WITNESS)


def as_receipt(text: str) -> dict[str, Any] | None:
    """The receipt in a file, None if it holds something else (a signed note)."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "digest" in value else None


def of_receipt(text: str) -> list[Fault]:
    """A receipt from outside names a record: it must still be there, with the very digest."""
    receipt = as_receipt(text)
    if receipt is None or Record.objects.filter(digest=str(receipt["digest"])).exists():
        return []
    content = receipt.get("content")
    subject = str(content.get("subject", "")) if isinstance(content, dict) else ""
    position = content.get("position") if isinstance(content, dict) else None
    return [Fault(Reason("receipt_unknown", digest=str(receipt["digest"])), subject=subject, position=position)]
