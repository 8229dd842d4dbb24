"""The built wheel works outside the checkout: the book, templates, static files, catalogue and page of the typesetter are in it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.bars.installation import ROOT, Installation

pytestmark = pytest.mark.bar


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A folder that knows nothing of the checkout but the wheel unpacked in it."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not in this environment: make setup puts it there")
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [str(uv), "build", "--wheel", "-q", "--out-dir", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode and "hatchling" in done.stderr and "fetch" in done.stderr:
        pytest.skip("no package index is reachable, from which the tool that builds would come")
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder


class Outside(Installation):
    """An installation that runs the wheel, from a folder of its own."""

    @property
    def env(self) -> dict[str, str]:
        return {**super().env, "PYTHONPATH": str(self.folder / "site")}

    def ran(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.env, cwd=self.folder, text=True, capture_output=True, check=False
        )


@pytest.fixture(scope="module")
def house(outside):
    return Outside(outside)


def test_it_is_the_wheel_that_runs(house):
    script = "import kechuang; print(kechuang.__file__)"
    told = subprocess.run(
        [sys.executable, "-c", script], env=house.env, cwd=house.folder, text=True, capture_output=True
    )
    assert told.stdout.strip() == str(house.folder / "site" / "kechuang" / "__init__.py")


def test_the_whole_book_is_in_it_and_valid(house):
    here = subprocess.run(
        Installation(house.folder / "other").command("check"), cwd=ROOT, text=True, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    told = house.ran("check")
    assert (told.returncode, told.stdout.splitlines()[-1:]) == (0, here.stdout.splitlines()[-1:])


def test_nothing_of_the_source_but_tests_stays_behind(house):
    def named(folder: Path) -> set[str]:
        return {
            str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
        }  # fmt: skip

    assert named(ROOT / "src" / "kechuang") - named(house.folder / "site" / "kechuang") == set()


def test_it_serves_pages_with_style_in_both_languages(house):
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=house.env, cwd=house.folder, check=True)
    service = subprocess.Popen(
        house.command("serve", "--port", "0", "--workers", "1"), env=house.env, cwd=house.folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = service.stdout.readline().strip()
        chinese = urlopen(address, timeout=120).read().decode()
        request = Request(address, headers={"Cookie": "kechuang_language=en"})
        english = urlopen(request, timeout=120).read().decode()
        style = chinese.split('rel="stylesheet" href="/')[1].split('"')[0]
        css = urlopen(address + style, timeout=120).read()
    finally:
        service.terminate()
        service.wait(60)
    assert ('lang="zh' in chinese, 'lang="en"' in english, b"--" in css, len(css) > 5000) == (True,) * 4
