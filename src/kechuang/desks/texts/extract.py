"""The text of an attachment, read by a process that may fail without harm: a hostile file costs its limits at most."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kechuang.casework.confined import Ended, Limits, answer
from kechuang.words.reason import Reason

CHILD = Path(__file__).with_name("extract_child.py")
LIMITS = Limits(memory=640 * 1024 * 1024, seconds=5, wall=20)

FAULTS: Mapping[str, Mapping[str, str]] = {
    "file_kind_unknown": {
        "zh": "不是可读取的文档（docx、xlsx、pdf、文本）",
        "en": "not a docx, xlsx, pdf or text file",
    },
    "file_old_or_encrypted": {
        "zh": "旧格式或加密文件，请另存为不加密的 docx、xlsx 或 pdf",
        "en": "an old or encrypted file",
    },
    "file_too_big": {"zh": "文件展开后过大", "en": "too big once unpacked"},
    "file_too_slow": {"zh": "文件过于复杂，未能在时限内读取", "en": "too complex to be read in time"},
    "file_broken": {"zh": "文件已损坏", "en": "the file is broken"},
}


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file. `scan`: the pages are pictures, and what text there is says nothing of them."""

    text: str
    kind: str
    pages: int
    scan: bool


class Unread(Exception):
    """A file that cannot be read; `reason` is fit to show."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{FAULTS[code]['zh']} / {FAULTS[code]['en']}")
        self.reason = Reason(code)


def text_of(path: Path, *, limits: Limits = LIMITS) -> Extracted:
    """The text of a docx, xlsx, pdf (its text layer) or text file; Unread says why there is none."""
    try:
        told = json.loads(answer(CHILD, str(path.resolve()), limits=limits))
    except Ended as end:
        raise Unread("file_too_slow" if end.slow else "file_too_big") from end
    if "fault" in told:
        raise Unread(told["fault"])
    return Extracted(told["text"], told["kind"], told["pages"], told["scan"])
