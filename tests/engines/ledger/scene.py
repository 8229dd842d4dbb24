"""A small region as the ledger sees it: records of a few subjects, the witness's leaves and notes, and files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from kechuang.engines.ledger import (
    Attachment,
    Checkpoint,
    Leaf,
    Report,
    Row,
    Tree,
    audit,
    beginning,
    canonical,
    digest,
    link,
    new_key,
    seal,
)

ORIGIN = "ledger.example/log"
START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
KEY = new_key()


@dataclass
class Scene:
    """What an audit reads. Tests spoil a copy of one part and leave the rest as it was."""

    rows: list[Row] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)

    def audit(self, **more) -> Report:
        return audit(self.rows, self.leaves, self.notes, self.files, keys=[KEY.public_key()], **more)

    def row(self, subject: str, position: int) -> int:
        """Where that row stands among the rows."""
        return next(at for at, row in enumerate(self.rows) if (row.subject, row.position) == (subject, position))

    def change(self, at: int, **values) -> None:
        self.rows[at] = replace(self.rows[at], **values)


def body(subject: str, position: int, **more) -> bytes:
    return canonical({"v": 1, "act": "submit", "subject": subject, "position": position, "amount": "1000", **more})


def a_region(*, subjects: int = 4, each: int = 4, waiting: int = 0) -> Scene:
    """`subjects` cases with `each` records, logged in turn, a checkpoint for every turn; the last case has files."""
    scene, tree = Scene(), Tree()
    for position in range(1, each + 1):
        for number in range(1, subjects + 1):
            add(scene, f"case:{number}", attached=f"{number}-{position}")
        log(scene, tree, on=START + timedelta(minutes=position, seconds=30))
    for number in range(1, waiting + 1):
        add(scene, f"case:{number}")
    return scene


def add(scene: Scene, subject: str, *, attached: str = "") -> None:
    """The next record of a subject, not logged yet; with a file if one is named."""
    before = [row for row in scene.rows if row.subject == subject]
    position = len(before) + 1
    previous = before[-1].digest if before else beginning(subject)
    files = [digest(attached.encode())] if attached else []
    written = body(subject, position, files=files)
    on = START + timedelta(minutes=position)
    row = Row(f"r{len(scene.rows)}", subject, position, written, link(previous, written), previous, None, on)
    scene.rows.append(row)
    scene.files += [Attachment(row.id, "plan.pdf", recorded, recorded) for recorded in files]


def log(scene: Scene, tree: Tree, *, on: datetime) -> None:
    """What the sealer does: number what has no number, write leaves, sign a checkpoint."""
    for at, row in enumerate(scene.rows):
        if row.log_index is None:
            leaf = Leaf(len(scene.leaves), row.digest, row.subject, row.position)
            scene.leaves.append(leaf)
            scene.change(at, log_index=tree.append(leaf.hash))
    scene.notes.append(seal(Checkpoint(ORIGIN, tree.size, tree.root(), on), KEY))


def recompute(scene: Scene, subject: str) -> None:
    """What an intruder with the source code does: make a subject's chain fit again, from its first record on."""
    previous = beginning(subject)
    for at, row in enumerate(scene.rows):
        if row.subject == subject:
            scene.change(at, previous=previous, digest=link(previous, row.body))
            previous = scene.rows[at].digest
