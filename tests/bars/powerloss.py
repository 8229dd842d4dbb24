"""What a disk may hold after the power went: replayed from a trace of every write and sync (`recorder.c`)."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from struct import Struct

HEAD = Struct("<ciqq")
SECTOR = 512
MODES = ("none", "all", "random", "torn")
SOURCE = Path(__file__).with_name("recorder.c")


def recorder(folder: Path) -> Path | None:
    """The recorder as a library to be loaded first; None where there is no compiler or no such loading."""
    compiler, library = shutil.which("cc") or shutil.which("gcc"), folder / "recorder.so"
    if compiler is None or os.uname().sysname != "Linux":
        return None
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"]
    return library if subprocess.run(command, capture_output=True, check=False).returncode == 0 else None


@dataclass(frozen=True, slots=True)
class Event:
    """A `w`rite, `t`runcation, `s`ync, `r`ename (data: the new name) or `u`nlink of the file at `path`."""

    kind: str
    path: str
    offset: int
    data: bytes


def events(trace: Path) -> Iterator[Event]:
    """All that was noted, in order."""
    with trace.open("rb") as file:
        while head := file.read(HEAD.size):
            kind, named, offset, length = HEAD.unpack(head)
            yield Event(kind.decode(), file.read(named).decode(), offset, file.read(length))


@dataclass(slots=True, eq=False)
class File:
    """Bytes that are on the disk for certain, and changes that are only on their way."""

    kept: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        self.kept = self.after(self.pending)
        self.pending = []

    def after(self, changes: list[Event]) -> bytearray:
        """The bytes once these changes have reached the disk."""
        found = bytearray(self.kept)
        for one in changes:
            end = one.offset + len(one.data)
            if one.kind == "t":
                del found[one.offset :]
            found.extend(b"\0" * (end - len(found)))
            found[one.offset : end] = one.data
        return found

    def survived(self, mode: str, rng: Random) -> bytearray:
        """What may be found after the power went."""
        if mode == "none":
            return self.kept
        if mode == "torn":
            return self.after([part for one in self.pending for part in torn(one) if rng.random() < 0.5])
        return self.after([one for one in self.pending if mode == "all" or rng.random() < 0.5])


def torn(one: Event) -> list[Event]:
    """A write as the sectors that reach the disk each on its own."""
    if one.kind == "t" or not one.data:
        return [one]
    cuts = [one.offset, *range(one.offset - one.offset % SECTOR + SECTOR, one.offset + len(one.data), SECTOR)]
    ends = [*cuts[1:], one.offset + len(one.data)]
    return [Event("w", one.path, a, one.data[a - one.offset : b - one.offset]) for a, b in zip(cuts, ends, strict=True)]


class Disk:
    """The files below `root`, as they were at first and as the events change them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.named = {str(p): File(bytearray(p.read_bytes())) for p in root.rglob("*") if p.is_file()}
        self.kept = dict(self.named)
        self.moves: list[Event] = []
        self.syncs = 0

    def take(self, one: Event) -> None:
        """The next event: it is certain only once a sync has followed."""
        if one.kind == "s":
            self.syncs += 1
            if one.path in self.named:
                self.named[one.path].sync()
            else:
                self._sync_folder(one.path)
        elif one.kind in "ru":
            self.moves.append(one)
            moved(self.named, one)
        else:
            if one.path not in self.named:
                self.named[one.path] = self.kept[one.path] = File()
            self.named[one.path].pending.append(one)

    def _sync_folder(self, folder: str) -> None:
        inside = [one for one in self.moves if os.path.dirname(one.path) == folder or _target(one) == folder]
        for one in inside:
            moved(self.kept, one)
        self.moves = [one for one in self.moves if one not in inside]

    def image(self, folder: Path, mode: str, rng: Random) -> None:
        """Write what a machine might find when it starts again; `-shm` is memory and never survives."""
        names = dict(self.kept)
        for one in self.moves:
            if mode == "all" or (mode != "none" and rng.random() < 0.5):
                moved(names, one)
        for name, file in names.items():
            if not name.endswith("-shm"):
                path = folder / Path(name).relative_to(self.root)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.survived(mode, rng))


def _target(one: Event) -> str:
    return os.path.dirname(one.data.decode())


def moved(names: dict[str, File], one: Event) -> None:
    """The names after a rename or a removal."""
    file = names.pop(one.path, None)
    if one.kind == "r" and file is not None:
        names[one.data.decode()] = file


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
