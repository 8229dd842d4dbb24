"""The walls: what import-linter cannot see."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/kechuang"
MAY_IMPORT_INSIDE = {"faces/cli/__init__.py"}


def inner_imports(text: str) -> list[int]:
    """Lines of imports inside functions, `ready` of an AppConfig aside."""
    tree = ast.parse(text)
    found = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name != "ready":
            found += [n.lineno for n in ast.walk(function) if isinstance(n, (ast.Import, ast.ImportFrom))]
    return found


DESKS = "projects|texts|experts|funds|integrity|enterprises|transfer|instruments|claims"


def migration_crossings(text: str, desk: str) -> set[str]:
    """Other desks that a migration of `desk` depends on or points at."""
    named = set(re.findall(rf"\(['\"]({DESKS})['\"], ['\"]\d", text))
    named |= {m.lower() for m in re.findall(rf"to=['\"]({DESKS})\.", text)}
    return named - {desk}


def test_no_import_stands_inside_a_function():
    found = [
        f"{p.relative_to(SOURCE)}:{line}"
        for p in SOURCE.rglob("*.py")
        if str(p.relative_to(SOURCE)) not in MAY_IMPORT_INSIDE
        for line in inner_imports(p.read_text("utf-8"))
    ]
    assert found == []


def test_no_migration_of_a_desk_depends_on_another_desk():
    found = {
        str(p.relative_to(SOURCE)): crossed
        for p in SOURCE.glob("desks/*/migrations/*.py")
        if (crossed := migration_crossings(p.read_text("utf-8"), p.parts[-3]))
    }
    assert found == {}


def test_planted_faults_are_seen():
    assert inner_imports("def f():\n    import os\n") == [2]
    assert migration_crossings("dependencies = [('funds', '0001_initial')]", "projects") == {"funds"}


def days_of_no_zone(text: str) -> list[str]:
    """Moments whose day is taken without a zone: a moment of the evening in Greenwich lies in the next day of Shanghai."""
    return re.findall(r"(?<!\w)(?:on|at|now|moment|\w+\.on|day|now\(\))\.date\(\)", text)


def test_no_day_is_taken_of_a_moment_without_its_zone():
    found = {
        str(path.relative_to(SOURCE)): days
        for path in SOURCE.rglob("*.py")
        if (days := days_of_no_zone(path.read_text("utf-8")))
    }
    assert found == {}
    assert days_of_no_zone("roles(person, on.date())") == ["on.date()"]
