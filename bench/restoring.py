"""How long a copy, its return on an empty host and the check of all of it take: 100,000 applications, a file of 8 KB each.

`python -m bench.restoring [CASES]`. The bar is ten minutes for the return; the time grows with the bytes of the files.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from tests.bars.installation import ROOT, Installation

from bench.imports import made

CASES = 100_000
FILES = """
import django, hashlib
django.setup()
from random import Random
from django.db import transaction
from django.utils import timezone
from kechuang.casework import files, sealer
from kechuang.casework.models import Attachment, Case
from kechuang.parties.prepared import insert_all
rng = Random(1)
def attached(case):
    body = b"%PDF-1.4\\n" + rng.randbytes(8192) + b"\\n%%EOF\\n"
    digest = hashlib.sha256(body).hexdigest()
    path = files.path_of(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return Attachment(case=case, field="other_files", name="a.pdf", media="application/pdf", size=len(body), digest=digest, on=case.opened_at)
with transaction.atomic():
    insert_all(attached(case) for case in Case.objects.iterator())
sealer.seal(timezone.now())
"""


def timed(name: str, house: Installation, *arguments: str) -> dict[str, Any]:
    """Run a command of the house and print how long it took; what it says."""
    began = time.perf_counter()
    done = subprocess.run(
        house.command(*arguments, "--json"), env=house.env, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=False
    )
    print(f"{name:<24}{time.perf_counter() - began:>9.1f} s", flush=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main(cases: int = CASES) -> None:
    with TemporaryDirectory(prefix="kechuang-restoring-") as name:
        folder = Path(name)
        first, empty = Installation(folder / "first").migrated(), Installation(folder / "empty")
        made(folder / "projects.csv", cases, Random(1))
        timed("import", first, "import", "cases", str(folder / "projects.csv"), "--round", "bench")
        subprocess.run([sys.executable, "-c", FILES], env=first.env, cwd=ROOT, check=True)
        timed("backup", first, "backup", str(folder / "copy"))
        for witness, other in zip(first.witness, empty.witness, strict=True):
            shutil.copytree(witness, other)
        put = timed("restore", empty, "restore", str(folder / "copy"))
        found = timed("verify", empty, "verify")
        size = sum(path.stat().st_size for path in (folder / "copy").rglob("*") if path.is_file())
        told = f"{put['records']:,} records, {put['files']:,} files, {size / 1e6:,.0f} MB"
        print(f"{cases:,} cases: {told}; faults {[fault['code'] for fault in found['faults']]}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
