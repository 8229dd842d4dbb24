"""The whole file of a case as one archive with a manifest, for audit: what was filed, said, found, issued, paid and recorded."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO, Any

from django.db.models import Model

from kechuang.casework import files, queries, rectifying
from kechuang.casework.models import Attachment, Case, Record
from kechuang.casework.pages import pages_of
from kechuang.casework.records import plain
from kechuang.faces.exports.papers import of_application, of_document, pdf
from kechuang.parties.models import Person

FORMAT = 2
_STAMP = (1980, 1, 1, 0, 0, 0)  # equal files give equal archives
NAMING = frozenset({"account", "file", "files", "real_name", "signature", "statement"})
_NAMES = ("name", "number", "pid", "code", "digest")  # how another row is named, never by its place in a table
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the archive: its name and what it holds, or an attachment whose bytes lie in the folder of files."""

    name: str
    content: bytes = b""
    file: Attachment | None = None

    def opened(self) -> IO[bytes]:
        """Its bytes; FileNotFoundError if the folder has lost them."""
        return files.opened(self.file) if self.file else io.BytesIO(self.content)


def parts(case: Case, on: datetime, folder: str = "") -> Iterator[Part]:
    """Every member of the archive; what hangs on the case (changes, mid-terms, objections …) lies in folders of its own."""
    told = {
        "records": _records(case),
        "answers": case.answers,
        "findings": _rows(case.findings.order_by("pk")),
        "members": _rows(case.members.order_by("pk")),
        "opinions": _rows(case.opinions.order_by("label")),
        "notices": _rows(case.notices.order_by("pk")),
        "changes": _rows(case.changes.order_by("on", "pk")),
        "reports": _rows(case.reports.exclude(filed_at=None).order_by("kind", "version")),
        "money": _money(case),
    }
    for name, rows in told.items():
        if rows:
            yield Part(f"{folder}{name}.json", _json(rows))
    if case.parent_id is None and case.answers:
        yield Part(f"{folder}application.pdf", pdf(of_application(case), on=on))
    for document in case.documents.order_by("pk"):
        name = f"{folder}documents/{document.kind}-{document.code}"
        yield Part(f"{name}.json", _json(document.body))
        yield Part(f"{name}.pdf", pdf(of_document(document), on=document.on))
    for attachment in _files(case):
        yield Part(f"{folder}files/{attachment.pk}-{attachment.digest[:12]}-{attachment.name}", file=attachment)
    for child in case.children.order_by("opened_at", "pk"):
        yield from parts(child, on, f"{folder}children/{child.number}/")


def _files(case: Case) -> list[Attachment]:
    """What is attached, and what was taken off after it had been handed in with an earlier version."""
    handed_in = json.dumps(list(case.documents.filter(kind="receipt").values_list("body", flat=True)))
    rows = case.attachments.order_by("pk")
    return [one for one in rows if not one.removed or one.digest in handed_in]


def _records(case: Case) -> list[dict[str, Any]]:
    """The chain as it was hashed; beside each record who acted and what was said, with what was put right of it later."""
    rows = list(queries.history(case).select_related("told"))
    right, pages = rectifying.put_right(rows), pages_of(case.round)
    names = {one.actor_id: one.name for one in Person.objects.filter(pid__in=[row.actor.removeprefix("p:") for row in rows])}  # fmt: skip
    found = []
    for one in rows:
        later = {field: [{"text": text, "on": on.isoformat()} for text, on in put] for field, put in right.get(one.digest, {}).items()}  # fmt: skip
        form = pages.inputs(case.flow, one.act) if one.act in pages.flow(case.flow).acts else None
        found.append({
            "position": one.position, "digest": one.digest, "previous": one.previous, "log_index": one.log_index, "body": one.body,
            "who": names.get(one.actor, one.actor), "said": _said(one, form), **({"put_right": later} if later else {}),
        })  # fmt: skip
    return found


def _said(record: Record, form: Any) -> dict[str, Any]:
    """What was said in an act, without numbers of accounts; of a reviewer not what would name whom the label hides."""
    said = dict(record.told.data) if hasattr(record, "told") else {}
    hidden = NAMING if record.actor.startswith("label:") else {"account"}
    fields = form.fields if form else {}
    return {name: value for name, value in said.items() if name not in fields or fields[name].kind not in hidden}


def _money(case: Case) -> dict[str, Any]:
    """What was granted, freed, ordered, moved, spent and passed on."""
    grant, award = getattr(case, "grant", None), getattr(case, "award", None)
    told: dict[str, Any] = {"award": _row(award) if award else None, "grant": _row(grant) if grant else None}
    if grant:
        told |= {name: _rows(getattr(grant, name).order_by("pk")) for name in ("instalments", "payments", "spendings", "passed", "handovers")}  # fmt: skip
    told |= {"transfers": _rows(case.transfers.order_by("pk")), "stops": _rows(case.stops.order_by("pk"))}
    return {name: value for name, value in told.items() if value}


def _rows(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [_row(one) for one in rows]


def _row(row: Model) -> dict[str, Any]:
    """A row by the names of its columns; other rows it points to by their own names."""
    columns = [one for one in row._meta.concrete_fields if one.name != "id"]
    return {one.name: plain(_named(getattr(row, one.name))) for one in columns}


def _named(value: Any) -> Any:
    if not isinstance(value, Model):
        return value
    named = next((getattr(value, name) for name in _NAMES if getattr(value, name, "")), "")
    return named or _named(getattr(value, "case", str(value.pk)))


def archived(case: Case, *, on: datetime) -> IO[bytes]:
    """A zip of all parts and `manifest.json`, open at its beginning: each member's size and SHA-256, the head of the chain, and when it was made.

    A file whose bytes are lost stands in the manifest with `missing`. Files go through in pieces: hundreds of them cost no memory.
    """
    out, listed = tempfile.TemporaryFile(), []  # noqa: SIM115 (who is answered closes it)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for part in parts(case, on):
            listed.append(_written(zipped, part))
        last = queries.history(case).last()
        manifest: dict[str, Any] = {
            "format": FORMAT, "case": case.number, "round": case.round.code, "pages_sha256": case.round.frozen_id,
            "made_at": on.isoformat(timespec="seconds"), "head": last.digest if last else "", "members": listed,
        }  # fmt: skip
        zipped.writestr(_info("manifest.json"), _json(manifest))
    out.seek(0)
    return out


def _written(zipped: zipfile.ZipFile, part: Part) -> dict[str, Any]:
    """Write one member; its line of the manifest."""
    try:
        content = part.opened()
    except FileNotFoundError:
        return {"name": part.name, "missing": True, "sha256": part.file.digest if part.file else ""}
    hasher, size = sha256(), 0
    with content, zipped.open(_info(part.name), "w") as member:
        while piece := content.read(_CHUNK):
            hasher.update(piece)
            size += len(piece)
            member.write(piece)
    return {"name": part.name, "size": size, "sha256": hasher.hexdigest()}


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _json(value: Any) -> bytes:
    return json.dumps(plain(value), ensure_ascii=False, indent=1, sort_keys=True).encode()
