"""The whole file of a case as one archive with a manifest, for audit: what was filed, said, issued and recorded."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kechuang.casework import files, queries
from kechuang.casework.models import Case
from kechuang.casework.records import plain
from kechuang.engines.ledger import digest
from kechuang.faces.exports.papers import of_application, of_document, pdf

FORMAT = 1
_STAMP = (1980, 1, 1, 0, 0, 0)  # equal files give equal archives


def parts(case: Case, on: datetime) -> Iterator[tuple[str, bytes]]:
    """Every member of the archive: name and bytes."""
    records = list(queries.history(case))
    chain = [
        {"position": r.position, "digest": r.digest, "previous": r.previous, "log_index": r.log_index, "body": r.body}
        for r in records
    ]
    yield "records.json", _json(chain)
    yield "answers.json", _json(plain(case.answers))
    changes = [
        {"kind": c.kind, "on": c.on.isoformat(), "before": c.before, "after": c.after}
        for c in case.changes.order_by("on", "pk")
    ]
    if changes:
        yield "changes.json", _json(changes)
    yield "application.pdf", pdf(of_application(case), on=on)
    for document in case.documents.order_by("pk"):
        name = f"documents/{document.kind}-{document.code}"
        yield f"{name}.json", _json(document.body)
        yield f"{name}.pdf", pdf(of_document(document), on=document.on)
    for attachment in case.attachments.filter(removed=False).order_by("pk"):
        with files.opened(attachment) as content:
            yield f"files/{attachment.digest[:12]}-{attachment.name}", content.read()


def archived(case: Case, *, on: datetime) -> bytes:
    """A zip of all parts and `manifest.json`: each member's size and SHA-256, the head of the chain, and when it was made."""
    out, listed = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts(case, on):
            zipped.writestr(zipfile.ZipInfo(name, _STAMP), content)
            listed.append({"name": name, "size": len(content), "sha256": digest(content)})
        last = queries.history(case).last()
        manifest: dict[str, Any] = {
            "format": FORMAT, "case": case.number, "round": case.round.code, "pages_sha256": case.round.frozen_id,
            "made_at": on.isoformat(timespec="seconds"), "head": last.digest if last else "", "members": listed,
        }  # fmt: skip
        zipped.writestr(zipfile.ZipInfo("manifest.json", _STAMP), _json(manifest))
    return out.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
