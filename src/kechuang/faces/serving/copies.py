"""Copies of an installation: taken while others go on writing, checked byte by byte before anything is put back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from kechuang.casework import curtain, files
from kechuang.casework.models import Attachment, Record
from kechuang.parties.secrets import keyed_digest

MANIFEST, SQLITE, DUMP = "manifest.json", "kechuang.sqlite3", "database.dump"
FORMAT = 1
Progress = Callable[[str], None]


class NotCopied(Exception):
    """Why no copy was made or put back, in a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: how many records up to which moment, how many files, how many bytes in all."""

    folder: Path
    records: int
    until: str
    files: int
    size: int


def back_up(folder: Path, *, on: datetime, say: Progress = lambda text: None) -> Copied:
    """A copy in a new `folder`: first the database as it is at one moment, then every file that it names, then the log's keys.

    A copy that was broken off lies in `folder` with `.partial` behind its name. The installation's key is never in it.
    """
    partial = folder.with_name(folder.name + ".partial")
    if folder.exists() or partial.exists():
        raise NotCopied(f"{folder} 已存在，请换一个目录 / {folder} is there already: name a folder that is not")
    (partial / "files").mkdir(parents=True)
    say("database")
    records, until = _dump(partial)
    say("files")
    lost = [digest for digest in _digests() if not _kept(digest, partial)]
    for key in sorted(Path(settings.DATA).glob("log-key*.pem")):
        shutil.copy2(key, partial / key.name)
    said = {name: digest_of(partial / name) for name in sorted(_names(partial))}
    manifest = {
        "format": FORMAT, "made": on.isoformat(), "database": connection.vendor, "key": keyed_digest("BACKUP"),
        "records": records, "until": until.isoformat() if until else "", "lost": lost, "files": said,
    }  # fmt: skip
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
    os.sync()  # all at once: a hundred thousand small files one by one take minutes
    partial.rename(folder)
    files.to_disk(folder.parent)
    return told_of(folder)


def put_back(folder: Path, *, say: Progress = lambda text: None) -> Copied:
    """A copy put into an installation that is still empty; NotCopied where it is not, or where the copy is not whole."""
    manifest = manifest_of(folder)
    data = Path(settings.DATA)
    if manifest["key"] != keyed_digest("BACKUP"):
        raise NotCopied(
            "密钥不是备份时的那一个，请先设置 KECHUANG_SECRET 或放好数据目录中的 secret 文件 / the key is not the one of the "
            "backup: set KECHUANG_SECRET, or put the file `secret` into the data folder first"
        )
    if manifest["database"] != connection.vendor:
        raise NotCopied(f"备份来自 {manifest['database']}，请把 KECHUANG_DATABASE 设为同一种数据库 / the backup is of {manifest['database']}: set KECHUANG_DATABASE for it")  # fmt: skip
    say("checking")
    if spoiled := [name for name, digest in manifest["files"].items() if digest_of(folder / name) != digest]:
        raise NotCopied(f"备份中 {len(spoiled)} 个文件缺失或已变，如 {spoiled[0]} / {len(spoiled)} files of the copy are gone or changed, such as {spoiled[0]}")  # fmt: skip
    if not empty():
        raise NotCopied(
            "这里已有数据，只能恢复到空的安装 / there are data here: a copy is put back into an empty installation only"
        )
    say("files")
    for name in manifest["files"]:
        if name not in (SQLITE, DUMP):
            target = data / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, target)
    os.sync()
    say("database")
    _load(folder)
    return told_of(folder)


def manifest_of(folder: Path) -> dict[str, Any]:
    """What a copy says of itself."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise NotCopied(
            f"{folder} 不是完整的备份，缺少 {MANIFEST} / {folder} is no whole copy: it has no {MANIFEST}"
        ) from None
    return found


def told_of(folder: Path) -> Copied:
    manifest = manifest_of(folder)
    size = sum((folder / name).stat().st_size for name in manifest["files"])
    return Copied(folder, manifest["records"], manifest["until"], len(manifest["files"]), size)


def empty() -> bool:
    """Whether this installation holds nothing yet."""
    connection.close()
    if connection.vendor == "sqlite":
        return not Path(connection.settings_dict["NAME"]).exists()
    return not connection.introspection.table_names()


def _dump(folder: Path) -> tuple[int, datetime | None]:
    """The database as it is at one moment, for which nobody who writes waits; how many records it holds, and the last one's time."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / SQLITE)])
        with closing(sqlite3.connect(folder / SQLITE)) as copy:
            records, last = copy.execute(f'SELECT count(*), max("on") FROM {Record._meta.db_table}').fetchone()
        return records, datetime.fromisoformat(last).replace(tzinfo=UTC) if last else None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={folder / DUMP}")
        return Record.objects.count(), Record.objects.aggregate(last=Max("on"))["last"]


def _load(folder: Path) -> None:
    if connection.vendor == "sqlite":
        target = Path(connection.settings_dict["NAME"])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / SQLITE, target)
        files.to_disk(target)
        return
    # Roles belong to the server, not to the copy: the front's role is made and granted here, as after a migration.
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(folder / DUMP))
    curtain.grant()


def _run(name: str, *arguments: str) -> None:
    """A tool of PostgreSQL; the password goes by its environment, never by its arguments."""
    tool, told = shutil.which(name), connection.settings_dict
    if tool is None:
        raise NotCopied(
            f"找不到 {name}，请安装 PostgreSQL 客户端 / {name} is not here: install the client of PostgreSQL"
        )
    given = {"PGPASSWORD": told["PASSWORD"], "PGUSER": told["USER"], "PGHOST": told["HOST"], "PGPORT": told["PORT"]}
    env = {**os.environ, **{key: value for key, value in given.items() if value}}
    done = subprocess.run(
        [tool, f"--dbname={told['NAME']}", *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotCopied(f"{name}: {done.stderr.strip()[-400:]}")


def _digests() -> Iterator[str]:
    yield from Attachment.objects.order_by("digest").values_list("digest", flat=True).distinct()


def _kept(digest: str, partial: Path) -> bool:
    """Copy one file; by a second name where the disk allows it, for a kept file is never written again."""
    source, target = files.path_of(digest), partial / "files" / digest[:2] / digest
    if not source.exists():
        return False
    target.parent.mkdir(exist_ok=True)
    shutil.copy2(source, target)
    return True


def _names(folder: Path) -> Iterator[str]:
    yield from (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, "" where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
