"""`kechuang rehearse`: where it plays nothing, what it tells, and how its bar counts."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from typer.testing import CliRunner

from kechuang.casework import sealer
from kechuang.casework.models import Record, Round
from kechuang.faces.cli import demo, rehearse
from kechuang.faces.rehearsal import failures, year
from kechuang.words.period import ZONE
from tests.factories import Region, a_case, a_person, a_unit

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


@pytest.mark.parametrize("command", [rehearse.app, demo.app])
def test_nothing_is_played_that_could_not_be_sealed_beside_the_log_of_other_data(
    command, settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(demo, "call_command", lambda *_, **__: None)
    settings.DATA, settings.WITNESS = tmp_path / "data", (tmp_path / "empty", tmp_path / "witness")
    settings.DATA.mkdir()
    settings.WITNESS[1].mkdir()
    (settings.WITNESS[1] / sealer.LEAVES).write_text("a leaf of other data\n", "utf-8")

    refused = RUNNER.invoke(command, [])

    assert (refused.exit_code, Record.objects.count()) == (1, 0)
    assert f"{settings.WITNESS[1]} holds the log of other data" in refused.output


def test_what_was_played_is_sealed(settings, tmp_path, monkeypatch):
    settings.DATA, settings.WITNESS = tmp_path / "data", (tmp_path / "witness",)
    monkeypatch.setattr(year, "rehearsed", lambda **_: a_case(Region()))

    assert RUNNER.invoke(rehearse.app, ["--scale", "0.02"]).exit_code == 0
    assert set(Record.objects.values_list("log_index", flat=True)) == set(range(Record.objects.count()))


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
