"""Runs alone, fed on standard input: one paper as JSON in, its PDF out. Web processes never load the typesetter."""

import json
import sys
from pathlib import Path

import noto_cjk_sans_otc
import typst

paper = sys.stdin.buffer.read()
json.loads(paper)
sys.stdout.buffer.write(
    typst.compile(
        str(Path(__file__).with_name("paper.typ")),
        font_paths=[str(Path(noto_cjk_sans_otc.__file__).parent)],
        ignore_system_fonts=True,
        sys_inputs={"said": paper.decode()},
        timestamp=int(sys.argv[1]),
    )
)
