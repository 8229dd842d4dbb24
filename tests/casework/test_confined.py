"""What runs alone under limits: it answers, or it is ended, and whoever asked keeps their own."""

import resource
from pathlib import Path

import pytest

from kechuang.casework.confined import Ended, Limits, answer

SOME = Limits(memory=256 * 1024 * 1024, seconds=5, wall=30)


def script(folder: Path, *lines: str) -> Path:
    """A script of these lines."""
    made = folder / "script.py"
    made.write_text("\n".join(lines), "utf-8")
    return made


def test_it_is_given_its_arguments_and_nothing_of_the_house(tmp_path, monkeypatch):
    monkeypatch.setenv("KECHUANG_SECRET", "a secret of the house")
    told = answer(script(tmp_path, "import os, sys", "print(sys.argv[1:], 'KECHUANG_SECRET' in os.environ)"), "-x", "草原", limits=SOME)  # fmt: skip
    assert told.decode() == "['-x', '草原'] False\n"


@pytest.mark.parametrize(
    ("line", "slow"),
    [
        ("bytearray(2 << 30)", False),
        ("1 / 0", False),
        ("while True: pass", True),
        ("import time; time.sleep(60)", True),
    ],
)
def test_what_is_greedy_breaks_or_has_no_end_is_ended(tmp_path, line, slow):
    with pytest.raises(Ended) as ended:
        answer(script(tmp_path, line), limits=Limits(memory=SOME.memory, seconds=1, wall=2 if slow else 30))
    assert ended.value.slow == slow


def test_no_file_is_written(tmp_path):
    with pytest.raises(Ended):
        answer(script(tmp_path, f"open({str(tmp_path / 'written')!r}, 'wb').write(b'x' * 9999)"), limits=SOME)
    assert (tmp_path / "written").stat().st_size == 0


def test_whoever_asks_keeps_their_own_limits(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_AS)
    assert answer(script(tmp_path, "print(1)"), limits=SOME) == b"1\n"
    assert resource.getrlimit(resource.RLIMIT_AS) == before
