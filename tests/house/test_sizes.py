"""Files, functions and folders stay small; an exception is a line with its reason in pyproject.toml."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXCEPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["kechuang"]["size_exceptions"]
FORBIDDEN = {"utils", "util", "helpers", "helper", "manager", "managers", "process", "misc", "common"}


def sources(folder: str) -> list[Path]:
    return [p for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts]


@cache
def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(n.name, n.end_lineno - n.lineno + 1) for n in ast.walk(tree) if isinstance(n, kinds)]


def too_long(lengths: dict[str, int], ceiling: int) -> list[str]:
    return sorted(f"{name}: {n} > {ceiling}" for name, n in lengths.items() if n > ceiling and name not in EXCEPTIONS)


@pytest.mark.parametrize(("folder", "ceiling"), [("src", 600), ("tests", 800), ("bench", 600)])
def test_no_file_is_over_its_ceiling(folder, ceiling):
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in sources(folder)}
    assert too_long(lengths, ceiling) == []


def test_no_function_is_over_sixty_lines():
    lengths = {f"{p.relative_to(ROOT)}:{name}": n for p in sources("src") for name, n in functions(p)}
    assert too_long(lengths, 60) == []


def test_ninety_five_of_a_hundred_functions_are_within_thirty_five_lines():
    lengths = sorted(n for p in sources("src") for _, n in functions(p))
    assert lengths[int(len(lengths) * 0.95)] <= 35


def test_ninety_five_of_a_hundred_files_are_within_four_hundred_lines():
    lengths = sorted(len(p.read_text("utf-8").splitlines()) for p in sources("src"))
    assert lengths[int(len(lengths) * 0.95)] <= 400


def test_templates_are_within_a_hundred_and_fifty_lines():
    templates = (ROOT / "src/kechuang/faces/web/templates").rglob("*.html")
    assert too_long({p.name: len(p.read_text("utf-8").splitlines()) for p in templates}, 150) == []


def test_no_name_says_nothing():
    named = [p.stem for p in sources("src")] + [n for p in sources("src") for n, _ in functions(p)]
    assert sorted(FORBIDDEN & set(named)) == []


def test_the_ceiling_is_seen_to_fail():
    assert too_long({"planted.py": 601}, 600) == ["planted.py: 601 > 600"]
