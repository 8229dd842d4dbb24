"""A data folder, two witness folders and records to seal: what the tests of the sealer and of `verify` stand on."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

from kechuang.casework import sealer
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Record, Round
from kechuang.engines import ledger
from tests.factories import START

KEYS = (ledger.new_key(), ledger.new_key())
_numbers = itertools.count(1)


def folders(settings, tmp_path: Path) -> tuple[Path, Path, Path]:
    """Settings that point at a data folder with a key and at two witness folders, all of this test alone."""
    data, first, second = tmp_path / "data", tmp_path / "audit office", tmp_path / "second"
    settings.DATA, settings.WITNESS = data, [first, second]
    settings.STORAGES = {**settings.STORAGES, "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": data / "files"}}}  # fmt: skip
    put_key(data, KEYS[0])
    return data, first, second


def put_key(data: Path, key) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / sealer.PUBLIC).write_bytes(ledger.private_pem(key))


def a_round(code: str = "R1") -> Round:
    return Round.objects.create(
        code=code, programme="p", plan="basic-research", title="示例", year=2018, state="open", entered_at=START
    )


def written(round_: Round, count: int) -> list[Record]:
    """`count` more records in the chain of this round."""
    by = Actor("p1", None, frozenset())
    return [note(round_, "step", by=by, on=START, key=f"k{next(_numbers)}", role="r", data={}) for _ in range(count)]


def sealed(minute: int = 1) -> int:
    return sealer.seal(START + timedelta(minutes=minute))


def notes(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted((folder / sealer.NOTES).glob("*.note"))}


def lines(folder: Path) -> list[str]:
    return [leaf.digest for leaf in ledger.read_leaves((folder / sealer.LEAVES).open("rb"))]
