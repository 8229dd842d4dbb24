"""`kechuang rehearse`: where it plays nothing, what it tells, and how its bar counts."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from typer.testing import CliRunner

from kechuang.casework.models import Record, Round
from kechuang.faces.cli import rehearse
from kechuang.faces.rehearsal import failures, year
from kechuang.words.period import ZONE
from tests.factories import a_person, a_unit

pytestmark = pytest.mark.django_db
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _tables_stand(monkeypatch):
    monkeypatch.setattr(rehearse, "call_command", lambda *_, **__: None)


def test_nothing_is_played_beside_real_cases_nor_beside_accounts():
    a_person()
    beside_accounts = RUNNER.invoke(rehearse.app, ["--scale", "0.02"])
    Round.objects.create(
        code="real", programme="nsf-general", plan="basic-research", title="真实批次", year=2018, state="open",
        entered_at=datetime(2018, 3, 1, tzinfo=ZONE), institution=a_unit("institution"),
    )  # fmt: skip
    beside_cases = RUNNER.invoke(rehearse.app, ["--scale", "0.02"])

    assert (beside_accounts.exit_code, beside_cases.exit_code) == (1, 1)
    assert "accounts stand here" in beside_accounts.output
    assert "real cases stand in this data folder" in beside_cases.output
    assert Record.objects.count() == 0


def test_what_was_played_is_told_for_machines_with_every_count_and_invariant(monkeypatch):
    monkeypatch.setattr(year, "rehearsed", lambda **_: None)

    told = json.loads(RUNNER.invoke(rehearse.app, ["--scale", "1.0", "--json"]).stdout)

    assert {name: row["published"] for name, row in told["counts"].items()} == {
        "projects": 1694, "fund_projects": 708, "joint_projects": 200, "joint_institutions": 9, "central_projects": 26,
        "central_fen": 2_400_000_000,
    }  # fmt: skip
    assert set(told["failures"]) == {failure.name for failure in failures.FAILURES}
    assert {row["broken"] for row in told["invariants"]} == {0}
    assert len(told["assumed"]) == 2


def test_an_invariant_that_does_not_hold_ends_the_command_with_one(monkeypatch):
    monkeypatch.setattr(year, "rehearsed", lambda **_: None)
    monkeypatch.setattr(rehearse.invariants, "checked", lambda: [rehearse.invariants.Held("planted", "…", 1)])

    assert RUNNER.invoke(rehearse.app, ["--scale", "0.02"]).exit_code == 1
