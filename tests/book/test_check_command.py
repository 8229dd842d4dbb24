"""`kechuang check`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kechuang.casework import book
from kechuang.faces.cli.check import app

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A book with one letter."""
    (tmp_path / "letters").mkdir()
    page = "format: 1\ncode: note\ntitle: {zh: 通知, en: Note}\nfields: {unit: {zh: 单位, en: Unit}}\n"
    (tmp_path / "letters/note.yaml").write_text(page + 'body: "{{ unit }}：知悉。"\n', "utf-8")
    return tmp_path


def test_a_sound_book_is_one_line_and_ends_with_zero(folder):
    ran = RUN.invoke(app, ["--dir", str(folder)])
    assert ran.stdout.startswith("the book is sound: 1 pages")
    assert ran.exit_code == 0


def test_a_fault_is_a_line_with_file_line_column_and_remedy_and_ends_with_one(folder):
    letter = folder / "letters/note.yaml"
    letter.write_text(letter.read_text("utf-8").replace("{{ unit }}", "{{ nuit }}"), "utf-8")
    ran = RUN.invoke(app, ["--dir", str(folder)])
    assert ran.stdout.splitlines() == [
        "letters/note.yaml:4:16: stands nowhere in the letter (use it, or leave it out)",
        "letters/note.yaml:5:7: {{ nuit }} is no field of the letter (declare it under fields)",
        "2 faults in 1 files",
    ]
    assert ran.exit_code == 1


def test_faults_as_json(folder):
    (folder / "letters/note.yaml").write_text("format: 1.5\n", "utf-8")
    ran = RUN.invoke(app, ["--dir", str(folder), "--json"])
    assert json.loads(ran.stdout)["faults"] == [
        {
            "file": "letters/note.yaml",
            "line": 1,
            "column": 9,
            "why": "1.5 is a decimal without a unit",
            "mend": "write it with its unit, or as a fraction",
        }
    ]
    assert ran.exit_code == 1


def test_offers_are_listed_with_who_asks_for_them():
    ran = RUN.invoke(app, ["--offers"])
    line = next(line for line in ran.stdout.splitlines() if line.startswith("fact parties.leader_is_woman"))
    assert line.endswith(" <- programmes/nsf-youth")


def test_the_packaged_book_is_read_from_the_package():
    assert book.packaged() is book.packaged()
    assert book.packaged().page("places").body["counts"] == {"statistical": 12, "recommending": 14, "counties": 103}


POLICY = """
format: 1
code: service
title: {zh: 试, en: Try}
source: [{doc: 试, clause: 一}]
effective: {from: 2019-01-01}
subject: instrument
payee: instrument.owner
params: {rate: {2019-01-01: 10 %}}
amount: {expr: "sum(use.fee for use in instrument.uses) * rate", round: floor fen}
examples: [{name: {zh: 一, en: One}, instruments: [{uses: [{fee: 1 元}]}], expect: [10 分钱]}]
"""


def test_examples_are_computed_as_queries_too_and_what_cannot_be_one_is_told(folder):
    (folder / "vocabulary.yaml").write_text(book.packaged().sources["vocabulary.yaml"], "utf-8")
    (folder / "policies").mkdir()
    page = folder / "policies/service.yaml"
    page.write_text(POLICY.strip(), "utf-8")
    sound = RUN.invoke(app, ["--dir", str(folder), "--queries"])
    page.write_text(POLICY.strip().replace("instrument.uses)", "instrument.uses if instrument.in_network)"), "utf-8")
    alone = RUN.invoke(app, ["--dir", str(folder)])
    ran = RUN.invoke(app, ["--dir", str(folder), "--queries"])
    assert (sound.exit_code, alone.exit_code, ran.exit_code) == (0, 0, 1)
    assert ran.stdout.splitlines()[0].startswith(
        "policies/service.yaml:10:12: It cannot be computed over a population: "
    )


def test_a_book_without_policies_has_nothing_to_query(folder):
    assert RUN.invoke(app, ["--dir", str(folder), "--queries"]).exit_code == 0
